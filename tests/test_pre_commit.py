"""The hooks work under the real pre-commit, installed by it from this checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("src", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
BAD = "import requests\n\n\ndef load(url: str) -> object:\n    return requests.get(url)\n"
GOOD = BAD.replace("get(url)", "get(url, timeout=5)")
UNREACHABLE = ("No matching distribution", "Could not find a version", "ConnectionError")

pytestmark = [
    pytest.mark.network,
    pytest.mark.xdist_group("pre-commit"),
    pytest.mark.skipif(
        importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed here"
    ),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed here"),
]


def git(folder: Path, *arguments: str) -> None:
    """Run git in a repository that does not know the user's settings."""
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what this checkout would commit."""
    folder = tmp_path_factory.mktemp("surefoot")
    for name in PARTS:
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "surefoot")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments it builds."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a mistake in `bad.py`, none in `good.py`, and one that is excluded."""
    (tmp_path / "gen").mkdir()
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "gen" / "excluded.py").write_text(BAD)
    (tmp_path / "surefoot.toml").write_text('extend-exclude = ["gen"]\n')
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    return tmp_path


def pre_commit(project: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pre-commit; skip where the index is out of reach."""
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments],
        cwd=project,
        env={**os.environ, "PRE_COMMIT_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    if any(sign in done.stdout + done.stderr for sign in UNREACHABLE):
        pytest.skip("the package index is out of reach")
    return done


def run_hook(hook: str, file: str, *, hooks: Path, home: Path, project: Path) -> tuple[int, str]:
    """Run a configured hook on a file; return the exit status and what was said."""
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, check=True, capture_output=True, text=True
    )
    config = {"repos": [{"repo": str(hooks), "rev": head.stdout.strip(), "hooks": [{"id": hook}]}]}
    (project / ".pre-commit-config.yaml").write_text(json.dumps(config))
    done = pre_commit(project, home, "run", hook, "--verbose", "--files", file)
    return done.returncode, done.stdout + done.stderr


def test_hook_can_be_tried(hooks: Path, home: Path, project: Path) -> None:
    """`pre-commit try-repo` builds the hook; a mistake fails it, and the rule is named."""
    done = pre_commit(project, home, "try-repo", str(hooks), "surefoot", "--files", "bad.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing-timeout" in done.stdout


def test_hook_judges_the_files_of_the_commit(hooks: Path, home: Path, project: Path) -> None:
    """Mistakes in files that are not part of the commit do not fail the hook."""
    status, output = run_hook("surefoot", "good.py", hooks=hooks, home=home, project=project)
    assert status == 0, output
    assert "Passed" in output


def test_hook_obeys_excludes(hooks: Path, home: Path, project: Path) -> None:
    """A file the project excludes stays excluded although pre-commit names it."""
    file = "gen/excluded.py"
    status, output = run_hook("surefoot", file, hooks=hooks, home=home, project=project)
    assert status == 0, output


def test_project_hook_sees_everything(hooks: Path, home: Path, project: Path) -> None:
    """The hook for the whole project reports mistakes outside the commit as well."""
    status, output = run_hook(
        "surefoot-project", "good.py", hooks=hooks, home=home, project=project
    )
    assert status == 1, output
    assert "bad.py" in output
    assert "missing-timeout" in output
