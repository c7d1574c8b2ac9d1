from __future__ import annotations

from pathlib import Path

from surefoot.facts.kinds import Timeout
from surefoot.facts.table import FactTable
from surefoot.model import Severity
from surefoot.page import index_page, rule_page
from surefoot.rule import Bad, Good, Rule
from tests.report.samples import CATALOG


def sample() -> type[Rule]:
    class SampleMistake(Rule):
        """A call that is wrong.

        It hurts. Do it
        otherwise.
        """

        code = "SF999"
        severity = Severity.WARNING
        default = False
        facts = (Timeout,)
        examples = (
            Bad(
                "\n    import x\n\n    x.get(url)\n    ", fixed="import x\n\nx.get(url, timeout=10)"
            ),
            Bad("print('```')"),
            Good("x.get(url, 5)", because="the limit is given by position."),
        )

    return SampleMistake


def test_page() -> None:
    """A page says what a rule is, shows its examples, and lists what it knows."""
    facts = FactTable(
        entries={
            "requests.get": {Timeout: Timeout()},
            "requests.Session.*": {Timeout: Timeout()},
            "httpx.get": {Timeout: Timeout()},
        }
    )
    family = sample().family
    assert rule_page(sample(), facts) == (
        f"""\
# sample-mistake

A call that is wrong.

- code: SF999
- family: {family}
- severity: warning
- confidence: high: nearly every finding is right
- on by default: no; `--extend-select sample-mistake` switches it on
- fix: offered

It hurts. Do it
otherwise.

## Wrong

```python
import x

x.get(url)
```

The fix:

```diff
 import x

-x.get(url)
+x.get(url, timeout=10)
```

````python
print('```')
````

## Right

The limit is given by position:

```python
x.get(url, 5)
```

## What it knows

Subclasses, aliases and values made by these are known as well.

- **httpx**: `httpx.get`
- **requests**: `requests.Session.*`, `requests.get`

## Leaving it out

On the line, or on a line of its own above the statement:

```python
# surefoot: ignore[sample-mistake] the reason
```

For a whole file `# surefoot: file-ignore[sample-mistake]`; for the project \
`ignore = ["sample-mistake"]` under `[tool.surefoot]`.
"""
    )


def test_index_links_every_page() -> None:
    """The index lists every rule under its family with a link to its page."""
    page = index_page(CATALOG.rules)
    for rule in CATALOG.rules:
        assert f"[{rule.name}]({rule.family}/{rule.name}.md)" in page
        assert f"\n## {rule.family}\n" in page


def test_links_lead_somewhere() -> None:
    """Every link of the generated index leads to a page."""
    import re

    folder = Path(__file__).parent.parent / "docs" / "rules"
    links = re.findall(r"\]\(([^)]+)\)", (folder / "index.md").read_text("utf-8"))
    assert links
    assert [link for link in links if not (folder / link).is_file()] == []
