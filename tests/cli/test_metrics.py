from __future__ import annotations

import json
import os
import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from surefoot.backfill import BackfillError, seconds
from surefoot.cli.trend import bars
from tests.cli.commands import BAD, GOOD, on_terminal, posix, surefoot
from tests.test_changed import git

DAY = 86_400


def commit(root: Path, message: str, days_ago: int) -> None:
    git(root, "add", "--all")
    date = f"{int(time.time()) - days_ago * DAY} +0000"
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    git(root, "commit", "--quiet", f"--message={message}", **dates)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in which a mistake came, moved to another file, and was fixed."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "pyproject.toml").write_text("[tool.surefoot]\n")
    (tmp_path / "a.py").write_text(GOOD)
    commit(tmp_path, "clean", 40)
    (tmp_path / "a.py").write_text(BAD)
    commit(tmp_path, "mistake", 30)
    git(tmp_path, "mv", "a.py", "b.py")
    commit(tmp_path, "moved", 20)
    (tmp_path / "b.py").write_text(GOOD)
    commit(tmp_path, "fixed", 5)
    return tmp_path


def exported(root: Path, *arguments: str) -> list[dict[str, object]]:
    result = surefoot("metrics", "export", "--format", "jsonl", *arguments, cwd=root)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_backfill(repository: Path) -> None:
    """The past is checked week by week; the work tree and the index are not touched."""
    (repository / "dirty.py").write_text(BAD)
    before = git(repository, "status", "--porcelain")
    result = surefoot("metrics", "backfill", "--since", "2months", cwd=repository)
    assert result.returncode == 0, result.stderr
    assert b"Checked 4 commits of 4" in result.stdout
    assert git(repository, "status", "--porcelain", "--", "*.py") == before
    *runs, life = exported(repository)
    assert [(run["open"], run["new"], run["fixed"]) for run in runs] == [
        (0, 0, 0),
        (1, 1, 0),
        (1, 0, 0),
        (0, 0, 1),
    ]
    assert (life["file"], life["how"]) == ("b.py", "fixed")
    again = surefoot("metrics", "backfill", "--since", "2months", cwd=repository)
    assert b"Checked 0 commits of 4" in again.stdout


def test_record_and_show(repository: Path) -> None:
    """Runs are kept, in a file of one's choice too, and their trend is drawn."""
    assert surefoot("metrics", "show", cwd=repository).returncode == 2
    surefoot("metrics", "backfill", "--since", "2months", cwd=repository)
    (repository / "b.py").write_text(BAD)
    result = surefoot("metrics", "record", cwd=repository)
    assert b"Kept 1 finding in" in result.stdout
    (repository / "CODEOWNERS").write_text("b.py @backend\n")
    shown = surefoot("metrics", "show", "--by", "owner", cwd=repository)
    text = shown.stdout.decode()
    assert text.startswith("5 runs, ")
    assert "fix rate" in text
    owner = next(line for line in text.splitlines() if line.startswith("@backend"))
    assert owner.split()[1:4] == ["1", "1", "50%"]
    here = ("--db", "elsewhere.sqlite", "--session-id", "one")
    assert surefoot("metrics", "record", *here, cwd=repository).returncode == 0
    assert surefoot("metrics", "record", *here, cwd=repository).returncode == 2
    assert exported(repository, "--db", "elsewhere.sqlite")[0]["session"] == "one"


def test_export_to_a_file(repository: Path) -> None:
    """Prometheus's text can be written where its exporter looks for it."""
    surefoot("metrics", "record", cwd=repository)
    export = ("metrics", "export", "--format", "prometheus", "--output", "surefoot.prom")
    assert surefoot(*export, cwd=repository).returncode == 0
    assert "surefoot_fix_rate 1\n" in (repository / "surefoot.prom").read_text()


def test_no_history(tmp_path: Path) -> None:
    """Outside a repository there is no past, and that is said."""
    result = surefoot("metrics", "backfill", cwd=tmp_path)
    assert result.returncode == 2
    assert b"git cannot tell the history" in result.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "days"), [("week", 7), ("90 days", 90), ("1year", 365.25), ("2Weeks", 14)]
)
def test_spans(text: str, days: float) -> None:
    """Stretches of time are read as people write them."""
    assert seconds(text) == days * DAY


@pytest.mark.parametrize("text", ["", "soon", "0weeks", "-1day", "1.5weeks"])
def test_no_spans(text: str) -> None:
    """What is no stretch of time is refused."""
    with pytest.raises(BackfillError, match="no stretch of time"):
        seconds(text)


def test_bars() -> None:
    """The largest value has the highest bar, and any value has one."""
    assert bars([0, 1, 50, 100]) == " ▁▄█"
    assert bars([0, 0]) == "  "
    assert bars([]) == ""


def test_the_same_session_twice(repository: Path) -> None:
    """A run whose name is taken is refused before any work is done."""
    for code in (0, 2):
        result = surefoot("metrics", "record", "--session-id", "nightly", cwd=repository)
        assert result.returncode == code
    assert result.stderr == b"Error: a run called nightly is kept already\n"


def test_clock_set_back(repository: Path) -> None:
    """A run made after another comes after it, though the clock was set back in between."""
    assert surefoot("metrics", "record", "--db", "runs.db", cwd=repository).returncode == 0
    with closing(sqlite3.connect(repository / "runs.db")) as connection:
        connection.execute("update runs set at = at + 3600")
        connection.commit()
    (repository / "b.py").write_text(BAD)
    assert surefoot("metrics", "record", "--db", "runs.db", cwd=repository).returncode == 0
    runs = [line for line in exported(repository, "--db", "runs.db") if line["type"] == "run"]
    assert [(run["open"], run["new"]) for run in runs] == [(0, 0), (1, 1)]


def test_first_run_has_no_rate(repository: Path) -> None:
    """Where nothing was open before, nothing could be fixed, and no share of it is shown."""
    surefoot("metrics", "record", cwd=repository)
    shown = surefoot("metrics", "show", cwd=repository).stdout.decode().splitlines()
    head = next(index for index, line in enumerate(shown) if line.startswith("run"))
    assert shown[head + 1].split()[-1] == "-"


@posix
@pytest.mark.parametrize(("width", "last"), [(100, "fix rate"), (50, "fix rate"), (32, "new")])
def test_narrow_terminal(repository: Path, width: int, last: str) -> None:
    """A terminal is never written past its edge: columns of less weight are left out."""
    (repository / "b.py").write_text(BAD)
    surefoot("metrics", "record", cwd=repository)
    code, lines = on_terminal(repository, "metrics", "show", width=width)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in lines]
    assert code == 0
    assert max(map(len, plain)) <= width
    assert next(line for line in plain if line.startswith("run")).endswith(last)


def test_broken_files_are_told_of(repository: Path) -> None:
    """What a record or a baseline cannot know is said."""
    (repository / "broken.py").write_text("def (:\n")
    for command in (["metrics", "record"], ["baseline", "create"]):
        result = surefoot(*command, cwd=repository)
        assert result.returncode == 0
        assert result.stderr.startswith(b"1 file could not be examined")


def test_past_of_a_shallow_clone(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """That the past is missing is said, with the command that brings it."""
    folder = tmp_path_factory.mktemp("clone")
    git(folder, "clone", "--quiet", "--depth=1", f"file://{repository}", "c")
    result = surefoot("metrics", "backfill", cwd=folder / "c")
    assert b"Checked 1 commit of 1" in result.stdout
    assert b"git fetch --unshallow" in result.stderr
