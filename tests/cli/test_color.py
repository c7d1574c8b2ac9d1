from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.cli.outputs import wants_color
from tests.cli.commands import BAD, clean_environment, project, surefoot


class _Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "colored"),
    [
        ("auto", False, {}, False),
        ("auto", True, {}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": ""}, False),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    terminal: bool,
    environment: dict[str, str],
    colored: bool,
) -> None:
    """The option outranks NO_COLOR, NO_COLOR outranks FORCE_COLOR, that the terminal."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_color(choice, _Stream(terminal)) is colored


@pytest.mark.parametrize("format", ["json", "concise", "checklist"])
def test_other_formats_have_no_color(tmp_path: Path, format: str) -> None:
    """Reports for programs are never colored."""
    root = project(tmp_path, a=BAD)
    result = surefoot("check", "--format", format, "--color", "always", cwd=root, FORCE_COLOR="1")
    assert b"\x1b" not in result.stdout


def test_file_has_no_color(tmp_path: Path) -> None:
    """A terminal report in a file is plain, whatever the environment says, unless asked."""
    root = project(tmp_path, a=BAD)
    surefoot("check", "--output", "terminal:plain.txt", cwd=root, FORCE_COLOR="1")
    assert b"\x1b" not in (root / "plain.txt").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_terminal(tmp_path: Path) -> None:
    """On a real terminal the report is colored and fits it."""
    import pty

    root = project(tmp_path, a=BAD)
    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "surefoot", "check"],
        cwd=root,
        env=clean_environment() | {"TERM": "xterm", "COLUMNS": "60", "LINES": "20"},
        stdout=secondary,
        stderr=subprocess.PIPE,
    )
    os.close(secondary)
    output = b""
    while True:
        try:
            chunk = os.read(primary, 4096)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
    os.close(primary)
    process.communicate(timeout=120)
    assert process.returncode == 1
    assert b"\x1b[1;31merror:\x1b[0m" in output
