from __future__ import annotations

import json
import os
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


def test_staged(root: Path) -> None:
    """What the next commit holds is judged, whatever became of it in the work tree since."""
    edit(root / "a.py", line5="staged = 5\n")
    (root / "gone.py").write_text("x = 1\n")
    (root / "data.json").write_text("1\n")
    git(root, "add", ".")
    staged_text = (root / "a.py").read_bytes()
    edit(root / "a.py", line2="above = 1\nabove = 2\n", line5="again = 5\n")
    (root / "gone.py").unlink()
    (root / "data.json").write_text("2\n")
    (root / "new.py").write_text("x = 1\n")
    found = staged(str(root))
    assert found.lines == {"a.py": (5,), "gone.py": (1,), "data.json": (1,)}
    assert found.contents == {"a.py": staged_text, "gone.py": b"x = 1\n"}


def test_staged_in_a_conflict(root: Path) -> None:
    """In a file with a conflict nothing is settled, so all of it counts."""
    git(root, "checkout", "--quiet", "-b", "side")
    edit(root / "a.py", line5="side = 5\n")
    git(root, "commit", "--quiet", "--all", "--message=side")
    git(root, "checkout", "--quiet", "main")
    edit(root / "a.py", line5="main = 5\n")
    git(root, "commit", "--quiet", "--all", "--message=main")
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "side")
    assert staged(str(root)) == Changes({"a.py": None})


def test_staged_on_the_command_line(root: Path) -> None:
    """A mistake that is staged is found, also where the work tree has it mended or no more."""
    (root / "pyproject.toml").write_text('[tool.surefoot]\nselect = ["missing-timeout"]\n')
    (root / "new.py").write_text(CALL)
    git(root, "add", "new.py")
    (root / "new.py").write_text(CALL.replace("(url)\n", "(url, timeout=1)\n"))
    mended = surefoot("check", "--staged", cwd=root)
    assert b"new.py:5:12" in mended.stdout
    assert b"    return requests.get(url)\n" in mended.stdout
    (root / "new.py").unlink()
    assert b"new.py:5:12" in surefoot("check", "--staged", cwd=root).stdout
    assert b"new.py:5:12" in surefoot("check", "--staged", "new.py", cwd=root).stdout
    git(root, "reset", "--quiet")
    (root / "new.py").write_text(CALL)
    assert surefoot("check", "--staged", cwd=root).returncode == 0


def test_staged_and_fixed(root: Path) -> None:
    """Fixes go to the work tree, so the next commit still lacks them; a file of which only
    some is staged is left alone."""
    config = '[tool.surefoot]\nselect = ["missing-timeout"]\ndefault-timeout = 7\n'
    (root / "pyproject.toml").write_text(config)
    (root / "whole.py").write_text(CALL)
    (root / "part.py").write_text(CALL)
    git(root, "add", ".")
    (root / "part.py").write_text(f"{CALL}\nx = 1\n")
    result = surefoot("check", "--staged", "--fix", "--unsafe-fixes", cwd=root)
    assert result.returncode == 1
    assert "timeout=7" in (root / "whole.py").read_text()
    assert (root / "part.py").read_text() == f"{CALL}\nx = 1\n"
    assert b"Note: part.py: some of its changes are not staged" in result.stdout
    assert b"Note: what was fixed is not staged yet" in result.stdout
    git(root, "add", ".")
    again = surefoot("check", "--staged", "--fix", "--unsafe-fixes", cwd=root)
    assert again.returncode == 1  # part.py
    git(root, "add", ".")
    assert surefoot("check", "--staged", "--fix", "--unsafe-fixes", cwd=root).returncode == 0


@pytest.mark.parametrize(
    "setting",
    ["diff.interHunkContext=20", "diff.noprefix=true", "diff.mnemonicPrefix=true"],
)
def test_configured_diffs(root: Path, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """How a user likes to see a diff does not change what it says."""
    name, _, value = setting.partition("=")
    git(root, "config", name, value)
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=5")
    edit(root / "a.py", line3="y = 3\n", line7="y = 7\n")
    (root / "b.py").write_text("x = 1\n")
    git(root, "add", "b.py")
    assert uncommitted(str(root)).lines == {"a.py": (3, 7), "b.py": (1,)}


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


def test_the_command_that_is_named_helps(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In a shallow clone of one branch, the command that is named brings the base."""
    git(root, "checkout", "--quiet", "-b", "topic")
    for number in range(3):
        edit(root / "a.py", line1=f"topic = {number}\n")
        git(root, "commit", "--quiet", "--all", f"--message={number}")
    git(root, "checkout", "--quiet", "main")
    edit(root / "a.py", line9="main = 9\n")
    git(root, "commit", "--quiet", "--all", "--message=main")
    folder = tmp_path_factory.mktemp("clone")
    git(folder, "clone", "--quiet", "--depth=1", "--branch=topic", f"file://{root}", "c")
    clone = folder / "c"
    with pytest.raises(ChangeError, match="this clone is shallow: try `git fetch --unshallow`"):
        since(str(clone), "HEAD~1")
    with pytest.raises(ChangeError) as raised:
        since(str(clone), "origin/main")
    _, _, command = str(raised.value).rpartition("try ")
    git(clone, *command.strip("`").split()[1:])
    assert since(str(clone), "origin/main").lines == {"a.py": (1,)}


def test_broken_files(root: Path) -> None:
    """A file that cannot be parsed fails a run where it changed, and is told of elsewhere."""
    (root / "pyproject.toml").write_text('[tool.surefoot]\nselect = ["missing-timeout"]\n')
    (root / "broken.py").write_text("def (:\n")
    assert surefoot("check", "--changed", cwd=root).returncode == 1
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=broken")
    (root / "new.py").write_text("x = 1\n")
    result = surefoot("check", "--changed", cwd=root)
    assert result.returncode == 0
    assert b"Note: broken.py did not change, and cannot be parsed" in result.stdout


def test_without_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where git cannot be run, that is what is said."""
    monkeypatch.setenv("PATH", str(root / "nothing"))
    with pytest.raises(ChangeError, match="told to have changed: git cannot be run"):
        uncommitted(str(root))


def test_unknown_base(root: Path) -> None:
    """A base that is not there is answered with the command that fetches it."""
    wanted = "git fetch origin release:refs/remotes/origin/release`"
    with pytest.raises(ChangeError, match=wanted):
        since(str(root), "origin/release")
    with pytest.raises(ChangeError, match="git fetch origin upstream/x"):
        since(str(root), "upstream/x")
    with pytest.raises(ChangeError, match=r"no commit `HEAD~9`$"):
        since(str(root), "HEAD~9")
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
