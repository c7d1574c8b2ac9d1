from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.report.screen import Screen
from tests.cli.commands import BAD, clean_environment, on_terminal, posix, project, surefoot


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
    stream = _Stream(terminal)
    Screen(stream, choice).line(("error", "bold red"), (" at night", ""))
    assert stream.getvalue() == ("\x1b[1;31merror\x1b[0m" if colored else "error") + " at night\n"


@pytest.mark.parametrize(
    "environment", [{}, {"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_piped_report_imports_no_rich(tmp_path: Path, environment: dict[str, str]) -> None:
    """A report with findings that needs no color does not wait for rich."""
    root = project(tmp_path, a=BAD)
    code = (
        "import sys; from surefoot.cli import main; main(['check']); "
        "sys.exit(' '.join(name for name in sys.modules if name.startswith('rich')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env=clean_environment() | environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"a.py:5:12" in result.stdout
    assert result.stderr.decode().strip() == ""


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


def bare(lines: list[str]) -> list[str]:
    """Return lines without the colors."""
    return [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]


@posix
@pytest.mark.parametrize("width", [40, 80])
def test_terminal(tmp_path: Path, width: int) -> None:
    """On a real terminal the report is colored and fits it."""
    code, lines = on_terminal(project(tmp_path, a=BAD), "check", width=width)
    assert code == 1
    assert "\x1b[1;31merror:\x1b[0m" in lines[0]
    assert max(map(len, bare(lines))) <= width


@posix
def test_terminal_without_color(tmp_path: Path) -> None:
    """Without color a terminal still gets lines that fit it, and not one escape code."""
    _, lines = on_terminal(project(tmp_path, a=BAD), "check", "--color", "never", width=40)
    assert "\x1b" not in "".join(lines)
    assert max(map(len, lines)) <= 40


@posix
@pytest.mark.parametrize("arguments", [["rules"], ["config", "show"], ["explain", "SF101"]])
def test_tables_on_a_terminal(tmp_path: Path, arguments: list[str]) -> None:
    """Tables and pages fit the terminal, and are laid out for it."""
    code, lines = on_terminal(project(tmp_path, a=BAD), *arguments, width=80)
    assert code == 0
    assert "\x1b[1" in "".join(lines)
    assert max(map(len, bare(lines))) <= 80
    assert not any(line.startswith(("#", "```")) for line in bare(lines) if "surefoot" not in line)


@pytest.mark.parametrize("arguments", [["rules"], ["config", "show"], ["explain", "SF101"]])
def test_tables_in_a_pipe(tmp_path: Path, arguments: list[str]) -> None:
    """In a pipe tables and pages are plain text, without color or blanks at the end of a line."""
    output = surefoot(*arguments, cwd=project(tmp_path, a=BAD)).stdout.decode()
    assert "\x1b" not in output
    assert not [line for line in output.splitlines() if line != line.rstrip()]
