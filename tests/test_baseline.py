from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.baseline import (
    BaselineError,
    baseline_text,
    compare,
    entries_of,
    read_baseline,
)
from surefoot.model import BaselineEntry, Failure, FileError, Finding, Run
from surefoot.pairing import sign
from tests.cli.commands import surefoot
from tests.report.samples import finding, project, run
from tests.test_changed import git

FILE = "surefoot-baseline.jsonl"
CALL = "import requests\n\n\ndef fetch(url: str) -> object:\n    return requests.get(url)\n"


def compared(a_run: Run, *known: Finding, whole: bool = True, never: tuple[str, ...] = ()) -> str:
    """Return the new, the carried and the stale findings of a run, as numbers."""
    found = compare(a_run, FILE, entries_of(known), whole=whole, never=never)
    stale = sum(entry.count for entry in found.stale)
    return f"{len(found.new)} new, {len(found.carried)} carried, {stale} stale"


def test_same_findings() -> None:
    """What is in the baseline is carried."""
    assert compared(run(finding()), finding()) == "0 new, 1 carried, 0 stale"


def test_moved_and_edited_lines() -> None:
    """A finding is known by its scope, wherever its line went and however it was edited."""
    edited = finding(anchor="return requests.get(url, headers={})")
    assert compared(run(edited), finding()) == "0 new, 1 carried, 0 stale"


def test_white_space_is_no_edit() -> None:
    """A line that was only indented has the same text."""
    assert sign(finding(anchor="a  =\tb")) == sign(finding(anchor="a = b"))


def test_multiset() -> None:
    """Two equal findings where one was known: one of them is new."""
    assert compared(run(finding(), finding()), finding()) == "1 new, 1 carried, 0 stale"
    assert compared(run(finding()), finding(), finding()) == "0 new, 1 carried, 1 stale"


def test_the_line_that_stands_is_the_known_one() -> None:
    """In one scope the new finding is the one whose line is not in the baseline."""
    old, fresh = finding(anchor="old()"), finding(anchor="fresh()")
    found = compare(run(fresh, old), FILE, entries_of([old]))
    assert found.new == (fresh,)
    assert found.carried == (old,)


@pytest.mark.parametrize("change", [{"scope": "other"}, {"rule": "infinite-timeout"}])
def test_another_scope_or_rule(change: dict[str, str]) -> None:
    """A finding of another scope or rule is new."""
    assert compared(run(finding(**change)), finding()) == "1 new, 0 carried, 1 stale"


def test_partial_runs_judge_what_they_saw() -> None:
    """Entries of files that were not checked, or of rules that did not run, are kept."""
    elsewhere = finding(path="app/other.py")
    assert compared(run(finding()), finding(), elsewhere, whole=False).endswith("0 stale")
    idle = run(rules=("infinite-timeout",))
    assert compared(idle, finding()) == "0 new, 0 carried, 0 stale"


def test_broken_files_are_not_judged() -> None:
    """Nothing is known of a file that could not be examined."""
    broken = run(failures=(Failure("app/client.py", FileError.SYNTAX, "bad"),))
    assert compared(broken, finding()) == "0 new, 0 carried, 0 stale"


def test_files_that_are_gone(tmp_path: Path) -> None:
    """The entries of a deleted file are no longer needed, if the whole project was checked."""
    a_run = run(root=project(tmp_path, other="x = 1\n"), checked=("other.py",))
    assert compared(a_run, finding()) == "0 new, 0 carried, 1 stale"
    assert compared(a_run, finding(), whole=False) == "0 new, 0 carried, 0 stale"


def test_moved_file_without_git(tmp_path: Path) -> None:
    """The findings of a file that is gone are found by their text in another one."""
    a_run = run(finding(path="app/moved.py"), root=str(tmp_path))
    assert compared(a_run, finding()) == "0 new, 1 carried, 0 stale"
    other = run(finding(path="app/moved.py", anchor="x()"), root=str(tmp_path))
    assert compared(other, finding()) == "1 new, 0 carried, 1 stale"


def test_renamed_function(tmp_path: Path) -> None:
    """In a function that has another name now its findings are the known ones."""
    root = project(tmp_path, client="def state():\n    pass\n")
    known = finding(path="app/client.py", scope="status")
    now = finding(path="app/client.py", scope="state")
    a_run = run(now, root=root, checked=("app/client.py",))
    assert compared(a_run, known) == "0 new, 1 carried, 0 stale"
    kept = compare(a_run, FILE, entries_of([known])).kept
    assert kept == entries_of([now])
    edited = run(replace(now, anchor="x()"), root=root, checked=("app/client.py",))
    assert compared(edited, known) == "1 new, 0 carried, 1 stale"


def test_another_function_beside(tmp_path: Path) -> None:
    """While the function of a known finding is there, the same line elsewhere is new."""
    root = project(tmp_path, client="def status():\n    pass\n\n\ndef state():\n    pass\n")
    now = finding(path="app/client.py", scope="state")
    a_run = run(now, root=root, checked=("app/client.py",))
    told = compared(a_run, finding(path="app/client.py", scope="status"))
    assert told == "1 new, 0 carried, 1 stale"


def test_module_split(tmp_path: Path) -> None:
    """A function moved to another file takes its findings with it, while its file stays."""
    body = "def status():\n    pass\n"
    root = project(tmp_path, client="x = 1\n", part=body, copy=body)
    known = finding(path="app/client.py", scope="status")
    moved = finding(path="app/part.py", scope="status")
    a_run = run(moved, root=root, checked=("app/client.py", "app/part.py"))
    assert compared(a_run, known) == "0 new, 1 carried, 0 stale"
    assert compare(a_run, FILE, entries_of([known])).kept == entries_of([moved])
    copied = replace(a_run, findings=(moved, finding(path="app/copy.py", scope="status")))
    assert compared(copied, known) == "1 new, 1 carried, 0 stale"
    partial = run(moved, root=root, checked=("app/part.py",))
    found = compare(partial, FILE, entries_of([known]), whole=False)
    assert (found.new, found.judged) == ((), 1)


def test_rules_that_are_no_more() -> None:
    """An entry of a rule that does not exist is stale, and its end no progress."""
    entries = entries_of([finding(rule="no-such-rule"), finding()])
    found = compare(run(finding()), FILE, entries, existing={"missing-timeout"})
    assert [entry.rule for entry in found.stale] == ["no-such-rule"]
    assert (found.judged, len(found.carried)) == (1, 1)


def test_entries_that_become_one(tmp_path: Path) -> None:
    """Findings that end up in one place are counted together."""
    root = project(tmp_path, client="def all():\n    pass\n")
    known = [finding(path="app/client.py", scope="one"), finding(path="app/client.py", scope="two")]
    now = finding(path="app/client.py", scope="all")
    a_run = run(now, now, root=root, checked=("app/client.py",))
    assert compare(a_run, FILE, entries_of(known)).kept == entries_of([now, now])


def test_never() -> None:
    """Findings of rules that may not be in a baseline are new, whatever it holds."""
    told = compared(run(finding()), finding(), never=("missing-timeout",))
    assert told == "1 new, 0 carried, 1 stale"


def test_lines_merge(tmp_path: Path) -> None:
    """The file has one sorted line per entry, with nothing in it that changes by itself."""
    known = [finding(path="b.py"), finding(), finding(), finding(scope="Ä")]
    text = baseline_text(entries_of(known))
    lines = text.splitlines()
    assert lines == sorted(lines, key=lambda line: json.loads(line)["path"])
    assert [set(json.loads(line)) for line in lines] == [
        {"rule", "path", "scope", "text", "n"},
        {"rule", "path", "scope", "text"},
        {"rule", "path", "scope", "text"},
    ]
    path = tmp_path / FILE
    path.write_text(text + text, encoding="ascii")
    assert read_baseline(str(path)) == entries_of(known)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", ":2: is no line of a baseline"),
        ("[1]", ":2: is no line of a baseline: an object is needed"),
        ('{"rule": "x"}', ":2: `path` must be a text"),
        ('{"rule":"x","path":"a","scope":"","text":"","n":0}', ":2: `n` must be"),
        ('{"rule":"x","path":"a","scope":"","text":"","line":3}', ":2: unknown key `line`"),
        ("<<<<<<< ours", ":2: there is a merge conflict: keep the lines of both sides"),
        ("=======", ":2: there is a merge conflict"),
        ("[" * 100_000, ":2: is no line of a baseline"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, problem: str) -> None:
    """A line that is none is refused, with its file and number."""
    path = tmp_path / FILE
    path.write_text(f"\n{text}\n")
    with pytest.raises(BaselineError, match=problem):
        read_baseline(str(path))
    path.write_bytes(b"\xff\n")
    with pytest.raises(BaselineError, match="not UTF-8"):
        read_baseline(str(path))


def test_reason_is_kept(tmp_path: Path) -> None:
    """What people wrote beside an entry stays."""
    entry = BaselineEntry("a.py", "missing-timeout", "f", "00", why="ticket 7")
    path = tmp_path / FILE
    path.write_text(baseline_text([entry]))
    assert read_baseline(str(path)) == (entry,)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one finding in its baseline."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "a.py").write_text(CALL)
    (tmp_path / "pyproject.toml").write_text("[tool.surefoot]\n")
    result = surefoot("baseline", "create", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    return tmp_path


def report(root: Path, *arguments: str) -> dict[str, object]:
    result = surefoot("check", "--format", "json", *arguments, cwd=root)
    told: dict[str, object] = json.loads(result.stdout)
    return told


def test_check_reports_what_is_new(repository: Path) -> None:
    """A run against the baseline reports the new finding alone; its metrics start there."""
    assert surefoot("check", cwd=repository).returncode == 0
    (repository / "b.py").write_text(CALL)
    told = report(repository)
    assert [each["file"] for each in told["violations"]] == ["b.py"]  # type: ignore[attr-defined]
    metrics = told["metrics"]
    assert isinstance(metrics, dict)
    assert (metrics["initialViolations"], metrics["finalViolations"]) == (1, 2)
    assert metrics["fixRate"] == 0.0
    assert surefoot("check", "--no-baseline", "a.py", cwd=repository).returncode == 1


def test_progress(repository: Path) -> None:
    """A settled finding raises the fix rate, is told to be stale, and can fail the run."""
    (repository / "a.py").write_text(CALL.replace("(url)\n", "(url, timeout=5)\n", 1))
    text = CALL.replace("requests.get(url)", "requests.get(url, timeout=5)")
    (repository / "a.py").write_text(text)
    told = report(repository)
    assert told["metrics"]["fixRate"] == 1.0  # type: ignore[index]
    assert told["baseline"]["stale"][0]["file"] == "a.py"  # type: ignore[index]
    result = surefoot("check", cwd=repository)
    assert result.returncode == 0
    assert b"1 no longer needed; `surefoot baseline prune`" in result.stdout
    stale = surefoot("check", "--fail-on-stale", "--format", "json", cwd=repository)
    assert stale.returncode == 1
    assert json.loads(stale.stdout)["status"] == "failed"
    before = (repository / FILE).read_bytes()
    tried = surefoot("baseline", "prune", "--dry-run", cwd=repository)
    assert tried.stdout == b"a.py: 1 missing-timeout in fetch\n"
    assert tried.stderr == b"Would take out 1 finding\n"
    assert (repository / FILE).read_bytes() == before
    assert surefoot("baseline", "prune", cwd=repository).returncode == 0
    assert (repository / FILE).read_text() == ""
    assert surefoot("check", "--fail-on-stale", cwd=repository).returncode == 0


def test_renamed_file(repository: Path) -> None:
    """A file that git knows to be renamed, and was edited as well, keeps its entries."""
    git(repository, "mv", "a.py", "b.py")
    text = (repository / "b.py").read_text().replace("get(url)", "get(url, headers=None)")
    (repository / "b.py").write_text(text)
    git(repository, "add", ".")
    assert surefoot("check", cwd=repository).returncode == 0
    assert surefoot("baseline", "prune", cwd=repository).returncode == 0
    assert json.loads((repository / FILE).read_text())["path"] == "b.py"


def test_create_does_not_absorb(repository: Path) -> None:
    """An existing baseline is not written anew by accident, and prune adds nothing."""
    (repository / "b.py").write_text(CALL)
    before = (repository / FILE).read_text()
    assert surefoot("baseline", "create", cwd=repository).returncode != 0
    assert surefoot("baseline", "prune", cwd=repository).returncode == 0
    assert (repository / FILE).read_text() == before
    assert surefoot("baseline", "create", "--force", cwd=repository).returncode == 0
    assert len((repository / FILE).read_text().splitlines()) == 2


def test_never_baseline(repository: Path) -> None:
    """Rules that may not be in a baseline are reported, and not written to it."""
    (repository / "pyproject.toml").write_text(
        '[tool.surefoot]\nnever-baseline = ["missing-timeout"]\n'
    )
    assert surefoot("check", cwd=repository).returncode == 1
    assert surefoot("baseline", "create", "--force", cwd=repository).returncode == 0
    assert (repository / FILE).read_text() == ""


def test_show(repository: Path) -> None:
    """What a baseline holds is counted by rule, by path and by owner."""
    (repository / "CODEOWNERS").write_text("*.py @backend\n")
    for by, line in [("rule", "missing-timeout"), ("path", "a.py"), ("owner", "@backend")]:
        result = surefoot("baseline", "show", "--by", by, cwd=repository)
        assert result.stdout.decode() == f"1  {line}\n"


def test_no_baseline(tmp_path: Path) -> None:
    """Where there is none, that is said, with how to make one."""
    result = surefoot("baseline", "show", cwd=tmp_path)
    assert result.returncode == 2
    assert b"surefoot baseline create" in result.stderr
    assert surefoot("check", "--baseline", "nowhere.jsonl", cwd=tmp_path).returncode == 2
