"""Running surefoot as people do: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
BAD = "import requests\n\n\ndef fetch(url: str) -> bytes:\n    return requests.get(url).content\n"
GOOD = BAD.replace("get(url)", "get(url, timeout=5)")
BROKEN = "def (:\n"


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
