"""The hooks work under the real pre-commit, installed by it from this checkout."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("src", "rules", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
UNREACHABLE = ("No matching distribution", "Could not find a version", "ConnectionError")

pytestmark = [
    pytest.mark.network,
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
def pre_commit_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments it builds."""
    return tmp_path_factory.mktemp("pre-commit")


def try_hook(
    hook: str, files: dict[str, str], asked: list[str], *, hooks: Path, home: Path, project: Path
) -> subprocess.CompletedProcess[str]:
    """Run a hook on some files of a new repository; skip where the index is out of reach."""
    git(project, "init", "--quiet")
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    git(project, "add", "--all")
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(hooks), hook, "--verbose"]
    done = subprocess.run(
        [*command, "--files", *asked],
        cwd=project,
        env={**os.environ, "PRE_COMMIT_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    if any(sign in done.stdout + done.stderr for sign in UNREACHABLE):
        pytest.skip("the package index is out of reach")
    return done


BAD = "import requests\n\n\ndef load(url: str) -> str:\n    return requests.get(url).text\n"
GOOD = BAD.replace("get(url)", "get(url, timeout=5)")


def test_hook_fails_on_a_mistake(hooks: Path, pre_commit_home: Path, tmp_path: Path) -> None:
    """A file of the commit with a mistake fails the hook, and the report names the rule."""
    files = {"bad.py": BAD, "good.py": GOOD}
    done = try_hook(
        "surefoot", files, ["bad.py"], hooks=hooks, home=pre_commit_home, project=tmp_path
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing-timeout" in done.stdout


def test_hook_passes_clean_files(hooks: Path, pre_commit_home: Path, tmp_path: Path) -> None:
    """Mistakes in files that are not part of the commit do not fail the hook."""
    files = {"bad.py": BAD, "good.py": GOOD}
    done = try_hook(
        "surefoot", files, ["good.py"], hooks=hooks, home=pre_commit_home, project=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_hook_obeys_excludes(hooks: Path, pre_commit_home: Path, tmp_path: Path) -> None:
    """A file the project excludes stays excluded although pre-commit names it."""
    files = {"gen/bad.py": BAD, "surefoot.toml": 'extend-exclude = ["gen"]\n'}
    done = try_hook(
        "surefoot", files, ["gen/bad.py"], hooks=hooks, home=pre_commit_home, project=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_project_hook_sees_everything(hooks: Path, pre_commit_home: Path, tmp_path: Path) -> None:
    """The hook for the whole project reports mistakes outside the commit as well."""
    files = {"bad.py": BAD, "good.py": GOOD}
    done = try_hook(
        "surefoot-project", files, ["good.py"], hooks=hooks, home=pre_commit_home, project=tmp_path
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "missing-timeout" in done.stdout
