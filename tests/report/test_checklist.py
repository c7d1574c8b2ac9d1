from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.catalog import load_catalog
from surefoot.checklists import (
    Applies,
    ChecklistError,
    Evidence,
    Item,
    Mark,
    checklists,
    judge,
    read_checklist,
)
from surefoot.facts.shipped import checklist_files
from surefoot.model import Run
from tests.report.samples import CATALOG, finding, project, rich_run, run, text

KNOWN = frozenset(rule.name for rule in CATALOG.rules)
ASYNC = Applies(words=("async def",))


def verdict(item: Item, a_run: Run) -> tuple[Mark, str]:
    judged = judge(item, Evidence(a_run, KNOWN, {}))
    return judged.mark, judged.reason


@pytest.mark.parametrize("path", checklist_files(), ids=lambda path: path.stem)
def test_shipped_checklists(path: Path) -> None:
    """Every shipped checklist can be read, and names rules as rules are named."""
    checklist = read_checklist(path)
    assert len(checklist.items) >= 8
    for item in checklist.items:
        assert item.named, item.text
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule) for rule in item.named)


@pytest.mark.parametrize("path", checklist_files(), ids=lambda path: path.stem)
def test_rules_on_by_default_decide(path: Path) -> None:
    """Rules that decide an item run by default, those that only signal do not."""
    default = {rule.name: rule.default for rule in load_catalog().rules}
    for item in read_checklist(path).items:
        assert [rule for rule in item.rules if not default.get(rule, True)] == []
        assert [rule for rule in item.signals if default.get(rule, False)] == []


def test_there_are_five() -> None:
    """All five checklists are shipped."""
    titles = {read_checklist(path).title for path in checklist_files()}
    assert titles == {
        "Anti-patterns",
        "Automation code",
        "Background jobs",
        "Event publishing",
        "Runtime operations",
    }


def test_passed() -> None:
    """An item passes when all its rules ran and found nothing."""
    assert verdict(Item("x", ("missing-timeout",)), run()) == (Mark.PASSED, "")


def test_failed() -> None:
    """An item fails by a finding of one of its rules, even where a human has the last word."""
    item = Item("x", ("missing-timeout", "no-such-rule"), human="a matter of taste")
    assert verdict(item, run(finding()))[0] is Mark.FAILED


def test_rule_that_does_not_exist() -> None:
    """An item whose rules are not all there is for a human, with the honest reason."""
    mark, reason = verdict(Item("x", ("missing-timeout", "scattered-timeouts")), run())
    assert mark is Mark.HUMAN
    assert reason == ("`missing-timeout` found nothing; this version has no `scattered-timeouts`")


def test_rule_that_did_not_run() -> None:
    """An item does not pass by a rule that was switched off."""
    a_run = run(rules=("infinite-timeout",))
    assert verdict(Item("x", ("missing-timeout",)), a_run) == (
        Mark.HUMAN,
        "`missing-timeout` did not run",
    )


def test_broken_files() -> None:
    """No item passes while files could not be checked."""
    mark, reason = verdict(Item("x", ("infinite-timeout",)), rich_run())
    assert mark is Mark.HUMAN
    assert "2 files could not be checked" in reason


def test_signals() -> None:
    """Opt-in rules fail an item by what they find; an item passes where they did not run."""
    item = Item("x", ("infinite-timeout",), signals=("missing-timeout",))
    assert verdict(item, run(finding()))[0] is Mark.FAILED
    assert verdict(item, run(rules=("infinite-timeout",))) == (Mark.PASSED, "")


def test_names() -> None:
    """Checklists are asked for by name, and a wrong one is answered with the nearest."""
    assert [found.name for found in checklists(["automation"])] == ["automation"]
    with pytest.raises(ChecklistError, match="did you mean `automation`"):
        checklists(["automatoin"])
    with pytest.raises(ChecklistError, match=r"none\.yaml"):
        checklists(["none.yaml"])


def test_human() -> None:
    """Where no rule can decide, the reason and what rules saw is told."""
    item = Item("x", ("missing-timeout",), human="taste")
    assert verdict(item, run()) == (Mark.HUMAN, "taste; `missing-timeout` found nothing")


@pytest.mark.parametrize(
    ("source", "mark"),
    [("async def f(): ...\n", Mark.PASSED), ("def f(): ...\n", Mark.NOT_APPLICABLE)],
)
def test_not_applicable(tmp_path: Path, source: str, mark: Mark) -> None:
    """An item about what the code does not have does not apply."""
    a_run = run(root=project(tmp_path, client=source))
    assert verdict(Item("x", ("missing-timeout",), applies=ASYNC), a_run)[0] is mark


@pytest.mark.parametrize(
    ("source", "occurs"),
    [
        ("import celery\n", True),
        ("    from celery.app import x\n", True),
        ("import celeryish\n", False),
        ("# import celery\n", False),
    ],
)
def test_imports(tmp_path: Path, source: str, occurs: bool) -> None:
    """Only an import of the module itself, or of something in it, counts."""
    evidence = Evidence(run(root=project(tmp_path, client=source)), KNOWN, {})
    assert evidence.occurs(Applies(imports=("celery",))) is occurs


def test_markdown(tmp_path: Path) -> None:
    """The checklist is a list of tasks with the findings below those that failed."""
    path = tmp_path / "list.yaml"
    path.write_text(
        "checklist: Demo\nitems:\n"
        "  - {item: Waits end, rules: [missing-timeout]}\n"
        "  - {item: Nothing is hidden, rules: [swallowed-exception]}\n"
        "  - {item: It is fine, rules: [infinite-timeout], human: taste differs}\n"
        "  - {item: Loops run, rules: [infinite-timeout], applies: {words: [async def]}}\n",
        encoding="utf-8",
    )
    bad = finding(path="a`<b>.py", message="`get` *waits* <script>")
    a_run = replace(run(bad), root=str(tmp_path))
    assert text("checklist", a_run, checklists=checklists([str(path)])) == (
        """\
# Review checklists

## Demo

- [ ] Waits end - **failed**: 1 finding
  - ``a`<b>.py:2`` `get` \\*waits\\* \\<script\\> (error, missing-timeout)
- [x] Nothing is hidden - **passed**
- [ ] It is fine - **for a human**: taste differs; `infinite-timeout` found nothing
- [ ] Loops run - **not applicable**: there is no `async def` in the checked files

---

Checked 1 file, in 0.25 s. 1 finding: 1 error.
"""
    )


def test_list_that_does_not_apply(tmp_path: Path) -> None:
    """A checklist about what a project has nothing of is one sentence."""
    path = tmp_path / "jobs.yaml"
    path.write_text(
        "checklist: Jobs\napplies: {imports: [celery, rq]}\n"
        "items: [{item: Ends, rules: [missing-timeout]}]\n",
        encoding="utf-8",
    )
    output = text("checklist", run(root=str(tmp_path)), checklists=checklists([str(path)]))
    assert (
        "Not applicable: there is no import of `celery` or `rq` in the checked files.\n" in output
    )
    assert "Ends" not in output


def test_many_findings(tmp_path: Path) -> None:
    """Of many findings below one item the first ten are shown and the others counted."""
    path = tmp_path / "list.yaml"
    path.write_text("checklist: D\nitems: [{item: W, rules: [missing-timeout]}]\n", "utf-8")
    output = text("checklist", run(*[finding()] * 13), checklists=checklists([str(path)]))
    assert output.count("  - `app/client.py:2`") == 10
    assert "  - and 3 more\n" in output


@pytest.mark.parametrize(
    "content",
    ["items: []", "checklist: x\nitems: [{item: y}]", "checklist: x\nitmes: []", "checklist: x"],
)
def test_mistakes(tmp_path: Path, content: str) -> None:
    """A checklist with a misspelt or missing key is refused, with its file."""
    path = tmp_path / "list.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ChecklistError, match=re.escape(str(path))):
        read_checklist(path)
