"""Standard streams that are closed or full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import BAD, clean_environment, posix, project

_FULL = Path("/dev/full")


def through_shell(root: Path, command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line of shell in which `surefoot` stands for it."""
    line = command.replace("surefoot", f"{sys.executable} -m surefoot")
    return subprocess.run(
        ["sh", "-c", line],
        cwd=root,
        capture_output=True,
        env=clean_environment(),
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not _FULL.exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    "command",
    ["check", "check --format json", "check --format html", "rules", "rules --json", "config show"],
)
def test_full(tmp_path: Path, command: str) -> None:
    """A report that could not be written whole is told of in one line, with exit status 2."""
    result = through_shell(project(tmp_path, bad=BAD), f"surefoot {command} > /dev/full")
    assert result.returncode == 2
    told = result.stderr.decode().splitlines()
    assert told == ["surefoot: cannot write to standard output: No space left on device"]


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed(tmp_path: Path, closed: str) -> None:
    """What is closed costs its text and no more: the exit status and files are as ever."""
    root = project(tmp_path, bad=BAD)
    result = through_shell(root, f"surefoot check --output json:report.json {closed}")
    assert result.returncode == 1
    assert b'"status": "failed"' in (root / "report.json").read_bytes()
    assert through_shell(root, f"surefoot check {closed}").returncode == 1
    assert not any(name.isdigit() for name in os.listdir(root))


@posix
def test_closed_input(tmp_path: Path) -> None:
    """Where the text to check cannot be read, nothing passes for checked."""
    result = through_shell(project(tmp_path), "surefoot check - <&-")
    assert result.returncode == 2
    assert b"standard input is closed" in result.stderr
