"""A new rule costs one file: the one that CONTRIBUTING shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAME = Path("src/surefoot/rules/errors/abrupt_exit.py")


def shown_rule() -> str:
    """The Python block of CONTRIBUTING that is a whole file, and defines a rule."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(\"{3}.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with the one file added."""
    folder = tmp_path_factory.mktemp("checkout")
    leave_out = shutil.ignore_patterns("__pycache__")
    for name in ("src", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
    (folder / NAME).write_text(shown_rule(), encoding="utf-8")
    return folder


def surefoot(checkout: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "surefoot", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(checkout / "src"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
    )


def test_added_rule_finds_its_mistake(checkout: Path, tmp_path: Path) -> None:
    """The new rule reports, under the name of its class, without being listed anywhere."""
    (tmp_path / "worker.py").write_text("from os import _exit as leave\n\nleave(3)\n")
    done = surefoot(checkout, "check", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    found = [(each["line"], each["check"]) for each in json.loads(done.stdout)["violations"]]
    assert (3, "abrupt-exit") in found


def test_added_rule_is_explained(checkout: Path, tmp_path: Path) -> None:
    """`surefoot explain` shows the page of the new rule, made of its docstring and examples."""
    done = surefoot(checkout, "explain", "abrupt-exit", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "without cleaning up" in done.stdout
    assert "os._exit(1)" in done.stdout


def test_added_rule_can_be_selected_and_suppressed(checkout: Path, tmp_path: Path) -> None:
    """Selection and suppression know the new rule by name and code."""
    (tmp_path / "worker.py").write_text("import os\n\nos._exit(3)  # surefoot: ignore[SF299]\n")
    done = surefoot(checkout, "check", "--select", "abrupt-exit", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
