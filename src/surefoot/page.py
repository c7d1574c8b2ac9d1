"""One rule -> its page in Markdown: what `surefoot explain` prints and the documentation shows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from surefoot.catalog.entries import RuleInfo
from surefoot.model import Confidence

if TYPE_CHECKING:
    from surefoot.facts.kinds import Fact
    from surefoot.facts.table import FactTable
    from surefoot.rule import Bad, Good, Rule

_MOST_NAMES = 12
_CONFIDENCE = {
    Confidence.HIGH: "high: nearly every finding is right",
    Confidence.MEDIUM: "medium: read the code before you act",
    Confidence.LOW: "low: a hint where to look",
}


def rule_page(rule: type[Rule], facts: FactTable) -> str:
    """Return the page of a rule; `facts` tells which library calls it knows."""
    from surefoot.rule import Bad, Good

    bad = [example for example in rule.examples if isinstance(example, Bad)]
    good = [example for example in rule.examples if isinstance(example, Good)]
    fixable = any(example.fixed is not None for example in bad)
    sections = [
        f"# {rule.name}",
        rule.summary,
        _properties(rule, fixable),
        rule.description,
        *_wrong(bad),
        *_right(good),
        *_known(rule.facts, facts),
        _suppressing(rule.name),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def own_page(rule: RuleInfo) -> str:
    """Return the page of what surefoot reports by itself, without a rule behind it."""
    sections = [f"# {rule.name}", rule.summary, _properties(rule, False), rule.description]
    return "\n\n".join(sections) + "\n"


def index_page(rules: Iterable[RuleInfo]) -> str:
    """Return the page that lists all rules by family, each with a link to its page."""
    by_family: dict[str, list[RuleInfo]] = {}
    for rule in rules:
        by_family.setdefault(rule.family, []).append(rule)
    sections = [
        "# Rules",
        (
            "Print and suppress rules by name; codes serve tools that want short ids. "
            "`surefoot explain NAME` prints the same page as the link."
        ),
    ]
    for family, members in by_family.items():
        rows = ["| rule | code | severity | on | what is wrong |", "|---|---|---|---|---|"]
        for rule in members:
            on = "yes" if rule.default else "no"
            link = f"[{rule.name}]({rule.family}/{rule.name}.md)"
            summary = rule.summary.replace("|", "\\|")
            rows.append(f"| {link} | {rule.code} | {rule.severity.label} | {on} | {summary} |")
        sections.append(f"## {family}")
        sections.append("\n".join(rows))
    return "\n\n".join(sections) + "\n"


def _properties(rule: type[Rule] | RuleInfo, fixable: bool) -> str:
    on = "yes" if rule.default else f"no; `--extend-select {rule.name}` switches it on"
    rows = [
        ("code", rule.code),
        ("family", rule.family),
        ("severity", rule.severity.label),
        ("confidence", _CONFIDENCE[rule.confidence]),
        ("on by default", on),
        ("fix", "offered" if fixable else "by hand"),
    ]
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _wrong(examples: list[Bad]) -> Iterator[str]:
    if examples:
        yield "## Wrong"
    for example in examples:
        before = _source(example.code)
        yield _fenced(before)
        if example.fixed is not None:
            yield "The fix:"
            yield _fenced(_difference(before, _source(example.fixed)), "diff")


def _right(examples: list[Good]) -> Iterator[str]:
    if examples:
        yield "## Right"
    for example in examples:
        yield f"{_capitalised(example.because)}:"
        yield _fenced(_source(example.code))


def _known(kinds: Iterable[type[Fact]], facts: FactTable) -> Iterator[str]:
    """List callables a rule knows, the first of each library; `rules/facts` holds them all."""
    by_library: dict[str, list[str]] = {}
    for name in sorted({name for kind in kinds for name in facts.names(kind)}):
        by_library.setdefault(name.partition(".")[0], []).append(name)
    if by_library:
        yield "## What it knows"
        yield "Subclasses, aliases and values made by these are known as well."
        lines = []
        for library, names in sorted(by_library.items(), key=lambda item: item[0].lower()):
            shown = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
            more = len(names) - _MOST_NAMES
            lines.append(f"- **{library}**: {shown}{f' and {more} more' if more > 0 else ''}")
        yield "\n".join(lines)


def _suppressing(name: str) -> str:
    code = f"# surefoot: ignore[{name}] the reason"
    return (
        "## Leaving it out\n\n"
        "On the line, or on a line of its own above the statement:\n\n"
        f"{_fenced(code)}\n\n"
        f"For a whole file `# surefoot: file-ignore[{name}]`; for the project "
        f'`ignore = ["{name}"]` under `[tool.surefoot]`.'
    )


def _source(code: str) -> str:
    from textwrap import dedent

    return dedent(code).strip("\n")


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    kept = (line for line in lines if not line.startswith(("---", "+++", "@@")))
    return "\n".join(line.rstrip() for line in kept)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".:")


def _fenced(code: str, language: str = "python") -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"
