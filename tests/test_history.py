from __future__ import annotations

import csv
import io
import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.history import Snapshot, Store, StoreError, course, snapshot
from surefoot.history.export import as_csv, as_json_lines, as_prometheus
from surefoot.history.lifecycle import Figures, Point, figures
from surefoot.model import Failure, FileError, Finding, Run
from tests.report.samples import METRICS, finding, run

DAY = 86_400
OTHER = finding(path="app/other.py", scope="other")


def at(day: int, a_run: Run, **values: object) -> Snapshot:
    """Return the snapshot of a run made on a day."""
    named = replace(a_run, metrics=replace(METRICS, session_id=f"day {day}"))
    made = snapshot(named, at=day * DAY)
    return replace(made, **values)  # type: ignore[arg-type]


def both(*findings: Finding, **values: object) -> Run:
    """Return a run that checked both files, the whole project."""
    checked = ("app/client.py", "app/other.py")
    return run(*findings, checked=checked, examined=2, **values)


def figures_of(point: Point) -> str:
    return (
        f"{point.total} open: {point.new} new, {point.reopened} reopened, {point.carried} carried, "
        f"{point.fixed} fixed, {point.removed} removed"
    )


def told(*snapshots: Snapshot) -> list[str]:
    return [figures_of(point) for point in course(snapshots).points]


def test_course() -> None:
    """A finding is new, then carried, then fixed, then reopened."""
    assert told(
        at(1, both(finding())),
        at(2, both(finding(), OTHER)),
        at(3, both(OTHER)),
        at(4, both(finding(), OTHER)),
    ) == [
        "1 open: 1 new, 0 reopened, 0 carried, 0 fixed, 0 removed",
        "2 open: 1 new, 0 reopened, 1 carried, 0 fixed, 0 removed",
        "1 open: 0 new, 0 reopened, 1 carried, 1 fixed, 0 removed",
        "2 open: 0 new, 1 reopened, 1 carried, 0 fixed, 0 removed",
    ]


def test_absence_from_a_partial_run_is_unknown() -> None:
    """What a run did not look at is still open, whatever it found."""
    partial = replace(run(checked=("app/client.py",)), examined=2)
    assert told(at(1, both(finding(), OTHER)), at(2, partial))[1] == (
        "1 open: 0 new, 0 reopened, 0 carried, 1 fixed, 0 removed"
    )


def test_rules_that_did_not_run_are_unknown() -> None:
    """A rule that was switched off fixes nothing."""
    idle = both(rules=("infinite-timeout",))
    assert told(at(1, both(finding())), at(2, idle))[1].startswith("1 open")


def test_broken_files_are_unknown() -> None:
    """A file that could not be examined fixes nothing."""
    broken = both(failures=(Failure("app/client.py", FileError.SYNTAX, "bad"),))
    assert told(at(1, both(finding())), at(2, broken))[1].startswith("1 open")


def test_deleted_files() -> None:
    """What goes with its file is removed, not fixed, and only a whole run knows."""
    first = at(1, both(finding()))
    whole = replace(run(checked=("app/other.py",)), examined=1)
    assert told(first, at(2, whole))[1].endswith("0 fixed, 1 removed")
    assert told(first, at(2, replace(whole, examined=2)))[1].startswith("1 open")


def test_renamed_files() -> None:
    """A rename keeps a finding, even where its line was edited on the way."""
    moved = finding(path="app/new.py", anchor="return requests.get(url, json={})")
    later = replace(run(moved, checked=("app/new.py", "app/other.py")), examined=2)
    renamed = {"app/client.py": "app/new.py"}
    assert told(at(1, both(finding())), at(2, later, renamed=renamed))[1] == (
        "1 open: 0 new, 0 reopened, 1 carried, 0 fixed, 0 removed"
    )


def test_figures() -> None:
    """Time to fix, age and fix rate are measured over the lives of findings."""
    third = finding(scope="third", anchor="third()")
    lived = course(
        [
            at(0, both(finding(), OTHER)),
            at(10, both(OTHER, third)),
            at(30, both(third)),
            at(40, both(third)),
        ]
    )
    assert figures(lived.lives, lived.now) == Figures(
        open=1,
        fixed=2,
        reopened=0,
        fix_rate=2 / 3,
        time_to_fix=20 * DAY,
        age=30 * DAY,
        oldest=30 * DAY,
    )
    assert figures((), 0) == Figures(0, 0, 0, 1.0, None, None, None)


def test_store(tmp_path: Path) -> None:
    """What is kept comes back as it was, in the order of time, and no session twice."""
    store = Store(str(tmp_path / "deep" / "history.sqlite"))
    late, early = at(2, both(finding(), OTHER)), at(1, both(), renamed={"a.py": "b.py"})
    assert store.add(late)
    assert store.add(early)
    assert not store.add(late)
    assert store.snapshots() == [early, late]
    assert store.last() == late


def test_broken_store(tmp_path: Path) -> None:
    """A file that is none, or another version's, is refused by name and left as it is."""
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"no database at all, just text" * 100)
    with pytest.raises(StoreError, match=r"history\.sqlite"):
        Store(str(path)).snapshots()
    assert path.read_bytes().startswith(b"no database")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(StoreError, match="another version"):
        Store(str(other)).snapshots()
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(str(path / "below" / "x.sqlite")).prepare()
    foreign = tmp_path / "foreign.sqlite"
    with sqlite3.connect(foreign) as connection:
        connection.execute("create table runs (anything)")
    for use in (Store.snapshots, Store.prepare):
        with pytest.raises(StoreError, match="of another program"):
            use(Store(str(foreign)))


@pytest.mark.parametrize(
    "damage", ["update runs set rules = 'x'", "update seen set severity = 77", "drop table seen"]
)
def test_damaged_store(tmp_path: Path, damage: str) -> None:
    """What surefoot did not write is told of, whichever part it is."""
    store = Store(str(tmp_path / "history.sqlite"))
    store.add(at(1, both(finding())))
    with sqlite3.connect(store.path) as connection:
        connection.execute(damage)
    with pytest.raises(StoreError, match=r"history\.sqlite: "):
        store.snapshots()


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """Runs can be shown where nothing can be written, and asking for them makes no file."""
    store = Store(str(tmp_path / "none" / "history.sqlite"))
    assert (store.snapshots(), store.last(), store.commits()) == ([], None, set())
    assert list(tmp_path.iterdir()) == []
    kept = Store(str(tmp_path / "history.sqlite"))
    kept.add(at(1, both(finding())))
    before = Path(kept.path).read_bytes()
    with sqlite3.connect(kept.path) as connection:
        connection.execute("begin exclusive")
        connection.rollback()
        connection.execute("begin immediate")  # a writer at work does not keep readers out
        assert [each.session for each in kept.snapshots()] == ["day 1"]
        assert kept.holds("day 1")
    assert Path(kept.path).read_bytes() == before


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """A file whose name is in no encoding is kept as it is."""
    store = Store(str(tmp_path / "history.sqlite"))
    item = at(1, run(finding(path="caf\udce9.py"), checked=("caf\udce9.py",)))
    store.add(item)
    assert store.snapshots() == [item]


def test_renamed_functions() -> None:
    """A line that is gone from one function and is there in another was moved, not fixed."""
    assert told(
        at(1, both(finding())),
        at(2, both(finding(scope="PaymentClient.state"))),
        at(3, both(finding(path="app/other.py", scope="PaymentClient.state"))),
        at(4, both(finding(path="app/other.py", scope="elsewhere", anchor="other()"))),
    ) == [
        "1 open: 1 new, 0 reopened, 0 carried, 0 fixed, 0 removed",
        "1 open: 0 new, 0 reopened, 1 carried, 0 fixed, 0 removed",
        "1 open: 0 new, 0 reopened, 1 carried, 0 fixed, 0 removed",
        "1 open: 1 new, 0 reopened, 0 carried, 1 fixed, 0 removed",
    ]


def test_moved_in_a_partial_run() -> None:
    """What was in a file that a run did not check has not moved."""
    assert (
        told(
            at(1, both(finding())),
            at(2, run(finding(path="app/other.py"), checked=("app/other.py",), examined=2)),
        )[1]
        == "2 open: 1 new, 0 reopened, 0 carried, 0 fixed, 0 removed"
    )


def test_exports() -> None:
    """The figures can be read back from all three formats."""
    lived = course([at(1, both(finding(), OTHER)), at(2, both(OTHER))])
    rows = list(csv.DictReader(io.StringIO(as_csv(lived))))
    assert [(row["time"], row["open"], row["fixed"]) for row in rows] == [
        ("1970-01-02T00:00:00Z", "2", "0"),
        ("1970-01-03T00:00:00Z", "1", "1"),
    ]
    lines = [json.loads(line) for line in as_json_lines(lived).splitlines()]
    assert [line["type"] for line in lines] == ["run", "run", "finding", "finding"]
    assert {line["how"] for line in lines[2:]} == {"open", "fixed"}
    samples = dict(
        line.rsplit(" ", 1) for line in as_prometheus(lived).splitlines() if line[0] != "#"
    )
    labels = '{check="missing-timeout",severity="error"}'
    assert samples[f"surefoot_findings_open{labels}"] == "1"
    assert samples[f"surefoot_findings_fixed{labels}"] == "1"
    assert samples["surefoot_fix_rate"] == "0.5"
    assert samples["surefoot_time_to_fix_seconds"] == str(DAY)
    assert samples['surefoot_last_run_findings{state="fixed"}'] == "1"
    assert samples['surefoot_last_run_findings{state="carried"}'] == "1"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1"])
def test_no_formulas(name: str) -> None:
    """No cell is a formula to a spreadsheet, whatever a run was called."""
    named = replace(at(1, both()), session=name)
    (row,) = csv.DictReader(io.StringIO(as_csv(course([named]))))
    assert row["session"] == f"'{name}"
