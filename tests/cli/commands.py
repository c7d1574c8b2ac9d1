"""Running surefoot as people do: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
BAD = "import requests\n\n\ndef fetch(url: str) -> object:\n    return requests.get(url)\n"
GOOD = BAD.replace("get(url)", "get(url, timeout=5)")
BROKEN = "def (:\n"

posix = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


def surefoot(
    *arguments: str, cwd: Path, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in the directory `cwd`, without color settings of the caller."""
    return subprocess.run(
        [sys.executable, "-m", "surefoot", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=clean_environment() | environment,
        timeout=120,
        check=False,
    )


def on_terminal(root: Path, *arguments: str, width: int) -> tuple[int, list[str]]:
    """Run surefoot on a terminal of its own; return its exit code and the lines it printed."""
    import pty

    primary, secondary = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "surefoot", *arguments],
        cwd=root,
        env=clean_environment() | {"TERM": "xterm", "COLUMNS": str(width), "LINES": "20"},
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
    return process.returncode, output.decode().splitlines()


def clean_environment() -> dict[str, str]:
    """Return the environment for a process that finds surefoot and nothing that steers it."""
    steering = ("NO_COLOR", "FORCE_COLOR", "SUREFOOT_CACHE_DIR", "TERM")
    kept = {name: value for name, value in os.environ.items() if name not in steering}
    return kept | {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}


def project(root: Path, **files: str | bytes) -> Path:
    """Write files, `client` for client.py, and a configuration that selects one rule."""
    (root / "pyproject.toml").write_text('[tool.surefoot]\nselect = ["missing-timeout"]\n')
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (root / f"{name}.py").write_bytes(data)
    return root
