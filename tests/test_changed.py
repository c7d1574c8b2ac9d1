from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from surefoot.changed import ChangeError, Changes, only_changed, since, staged, uncommitted
from surefoot.model import Step
from tests.cli.commands import clean_environment, surefoot
from tests.report.samples import finding, run

CALL = "import requests\n\n\ndef fetch(url: str) -> object:\n    return requests.get(url)\n"


def git(root: Path, *arguments: str, **variables: str) -> str:
    identity = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    names = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *names, *arguments],
        cwd=root,
        env={**clean_environment(), **identity, **variables},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository of one commit with one file."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "a.py").write_text("".join(f"x{number} = {number}\n" for number in range(1, 11)))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    return tmp_path


def edit(path: Path, **lines: str) -> None:
    """Replace lines, given as `line3="..."`, of a file; an empty text removes the line."""
    text = path.read_text().splitlines(keepends=True)
    for name, line in lines.items():
        text[int(name.removeprefix("line")) - 1] = line
    path.write_text("".join(text))


def test_uncommitted(root: Path) -> None:
    """Lines changed in the work tree or the index count, and all of a new file."""
    edit(root / "a.py", line3="y = 3\n")
    git(root, "add", "a.py")
    edit(root / "a.py", line5="y = 5\nz = 5\n")
    (root / "new.py").write_text("x = 1\n")
    assert uncommitted(str(root)) == Changes({"a.py": (3, 5, 6), "new.py": None})


def test_nothing_changed(root: Path) -> None:
    """Without changes there are no lines."""
    assert uncommitted(str(root)) == Changes({})


def test_removed_lines(root: Path) -> None:
    """Where lines were taken out, those around the gap count."""
    edit(root / "a.py", line4="", line5="")
    assert uncommitted(str(root)).lines == {"a.py": (3, 4)}


def test_deleted_and_ignored_files(root: Path) -> None:
    """Files that are gone or ignored are nowhere."""
    (root / "a.py").unlink()
    (root / ".gitignore").write_text("*.log\n")
    (root / "b.log").write_text("x\n")
    assert uncommitted(str(root)).lines == {".gitignore": None}


def test_no_commit_yet(tmp_path: Path) -> None:
    """Before the first commit everything is new."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "a.py").write_text("x = 1\n")
    git(tmp_path, "add", ".")
    assert uncommitted(str(tmp_path)).lines == {"a.py": (1,)}


def test_staged_lines_are_those_of_the_work_tree(root: Path) -> None:
    """What is in the index is found where it stands in the work tree, and nothing else."""
    edit(root / "a.py", line5="staged = 5\n")
    git(root, "add", "a.py")
    edit(root / "a.py", line2="above = 1\nabove = 2\nabove = 3\n", line9="below = 9\n")
    (root / "new.py").write_text("x = 1\n")
    assert staged(str(root)).lines == {"a.py": (7,)}
    edit(root / "a.py", line7="changed = 1\nagain = 2\n")
    assert staged(str(root)).lines == {"a.py": (7, 8)}


@pytest.mark.parametrize("seed", range(20))
def test_staged_lines_at_random(root: Path, seed: int) -> None:
    """Whatever else is edited, a staged line that still stands is found where it stands."""
    chance = random.Random(seed)
    lines = [f"x{number} = {number}\n" for number in range(1, 11)]
    marked = chance.sample(range(10), 3)
    for index in marked:
        lines[index] = f"staged{index} = 1\n"
    (root / "a.py").write_text("".join(lines))
    git(root, "add", "a.py")
    for _ in range(4):
        index = chance.randrange(len(lines))
        if not lines[index].startswith("staged"):
            lines[index] = chance.choice(["", f"n{chance.random()} = 1\n", "m = 1\nm = 2\n"])
        lines = "".join(lines).splitlines(keepends=True)
    (root / "a.py").write_text("".join(lines))
    changed = staged(str(root)).lines["a.py"]
    assert changed is not None
    wanted = [number for number, line in enumerate(lines, 1) if line.startswith("staged")]
    assert set(wanted) <= set(changed)


def test_index_of_a_partial_commit(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a hook of `git commit FILE` the index git made for it counts, no other's."""
    edit(root / "a.py", line1="y = 1\n")
    other = root / ".git" / "next-index-1.lock"
    other.write_bytes((root / ".git" / "index").read_bytes())
    git(root, "add", "a.py", GIT_INDEX_FILE=str(other))
    assert staged(str(root)).lines == {}
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert staged(str(root)).lines == {"a.py": (1,)}
    monkeypatch.setenv("GIT_INDEX_FILE", str(root.parent / "index"))
    assert staged(str(root)).lines == {}


def test_since_the_branch_left(root: Path) -> None:
    """What others changed on the base meanwhile does not count; work not committed does."""
    git(root, "checkout", "--quiet", "-b", "topic")
    edit(root / "a.py", line2="topic = 2\n")
    git(root, "commit", "--quiet", "--all", "--message=topic")
    git(root, "checkout", "--quiet", "main")
    edit(root / "a.py", line9="main = 9\n")
    git(root, "commit", "--quiet", "--all", "--message=main")
    git(root, "checkout", "--quiet", "topic")
    edit(root / "a.py", line4="dirty = 4\n")
    (root / "new.py").write_text("x = 1\n")
    assert since(str(root), "main").lines == {"a.py": (2, 4), "new.py": None}


def test_project_below_the_top(root: Path) -> None:
    """Paths are those of the project, wherever it lies in the repository."""
    (root / "service").mkdir()
    (root / "service" / "b.py").write_text("x = 1\n")
    git(root, "add", ".")
    edit(root / "a.py", line1="y = 1\n")
    assert uncommitted(str(root / "service")).lines == {"b.py": (1,)}


@pytest.mark.parametrize("name", ["ä.py", "with space.py", 'quo"te.py', "tab\t.py", "back\\.py"])
def test_names_git_quotes(root: Path, name: str) -> None:
    """Whatever a file is called, its lines are found."""
    (root / name).write_text("x = 1\ny = 2\n")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=named")
    (root / name).write_text("x = 1\ny = 3\n")
    assert uncommitted(str(root)).lines == {name: (2,)}


def test_content_like_a_diff(root: Path) -> None:
    """Lines that look like those of a diff are content."""
    text = '"""\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n"""\n'
    (root / "b.py").write_text(text)
    git(root, "add", ".")
    edit(root / "a.py", line1="y = 1\n")
    assert uncommitted(str(root)).lines == {"a.py": (1,), "b.py": (1, 2, 3, 4, 5)}


def test_shallow_clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A clone that does not reach back far enough says how to make it."""
    git(root, "checkout", "--quiet", "-b", "topic")
    for number in range(3):
        edit(root / "a.py", line1=f"topic = {number}\n")
        git(root, "commit", "--quiet", "--all", f"--message={number}")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{root}", "c")
    git(clone / "c", "checkout", "--quiet", "topic")
    with pytest.raises(ChangeError, match="git fetch --unshallow"):
        since(str(clone / "c"), "origin/main")


def test_unknown_base(root: Path) -> None:
    """A base that is not there is answered with the command that fetches it."""
    with pytest.raises(ChangeError, match="git fetch origin release"):
        since(str(root), "origin/release")
    with pytest.raises(ChangeError, match="no name of a commit"):
        since(str(root), "--output=x")


def test_no_repository(tmp_path: Path) -> None:
    """Outside a repository nothing can be told, and that is said."""
    with pytest.raises(ChangeError, match="lies in no git repository"):
        uncommitted(str(tmp_path))


def test_steps_count() -> None:
    """A finding concerns a change on any of its lines, or on a step of its chain."""
    chained = finding(chain=(Step("app/other.py", 7, "calls"),))
    here, there, elsewhere = (
        Changes({"app/client.py": (2,)}),
        Changes({"app/other.py": (3, 7)}),
        Changes({"app/client.py": (3,), "app/other.py": (8,)}),
    )
    assert only_changed(run(chained), here).findings == (chained,)
    assert only_changed(run(chained), there).findings == (chained,)
    assert only_changed(run(chained), elsewhere).findings == ()


def test_command_line(root: Path) -> None:
    """`--changed` reports the new mistake and not the old one."""
    (root / "old.py").write_text(CALL)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=old")
    (root / "new.py").write_text(CALL)
    result = surefoot("check", "--changed", "--format", "json", cwd=root)
    assert [each["file"] for each in json.loads(result.stdout)["violations"]] == ["new.py"]
    assert surefoot("check", "--staged", cwd=root).returncode == 0
    git(root, "add", ".")
    assert surefoot("check", "--staged", cwd=root).returncode == 1
    assert surefoot("check", "--diff-base", "main", cwd=root).returncode == 1
    result = surefoot("check", "--diff-base", "origin/next", cwd=root)
    assert result.returncode == 2
    assert b"git fetch origin next" in result.stderr
    assert surefoot("check", "--diff-base", "main", "--staged", cwd=root).returncode == 2
