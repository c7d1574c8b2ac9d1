"""Check the facts against the libraries they speak of, all of them, in an environment of its own.

    python scripts/test_facts.py [ENVIRONMENT]

Installs every distribution that a file in `rules/facts` names into `ENVIRONMENT` (default
`.venv-facts`), one after the other, so that one that cannot be had or does not go with the rest
costs only itself; then runs `tests/facts` there. Takes minutes and some gigabytes.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
TIMEOUT = 900


def distributions() -> list[str]:
    """Return the distributions that facts speak of, sorted."""
    found = set()
    for path in (ROOT / "rules" / "facts").rglob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if data.get("distribution"):
            found.add(data["distribution"])
    return sorted(found)


def _installed(command: list[str]) -> bool:
    """Return whether pip could do as it was told, in time."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    """Set up the environment, install, run the tests, and return their exit status."""
    environment = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv-facts").absolute()
    python = environment / "bin" / "python"
    if not python.exists():
        venv.create(environment, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    install = [*pip, "install", "--no-compile", "--prefer-binary"]
    subprocess.run([*install, "--editable", f"{ROOT}[dev]", "setuptools"], check=True)
    names = distributions()
    missing = []
    for number, name in enumerate(names, 1):
        there = _installed([*install, name])
        if not there:
            missing.append(name)
        print(f"{number}/{len(names)} {name}: {'yes' if there else 'no'}", flush=True)
    print(f"{len(names) - len(missing)} installed, without {', '.join(missing) or 'exception'}")
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/facts"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
