"""Check the facts against the libraries they speak of, all of them, in environments of their own.

    python scripts/test_facts.py [ENVIRONMENT]

Installs every distribution that a file in `rules/facts` names into `ENVIRONMENT` (default
`.venv-facts`), one after the other, so that one that cannot be had or does not go with the rest
costs only itself; then runs `tests/facts` there. What others held below the release that was read
goes into `ENVIRONMENT-2`, and so on, until nothing is held back any more. Takes minutes and some
gigabytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).parent.parent
TIMEOUT = 900
MAX_ENVIRONMENTS = 5
VERSIONS = (
    "import importlib.metadata as m, json, re; print(json.dumps({re.sub('[-_.]+', '-',"
    " d.metadata['Name']).lower(): d.version for d in m.distributions()}))"
)
BINARY = "psycopg2-binary"  # the modules of psycopg2, which few machines can build


def distributions() -> dict[str, str]:
    """Return the distributions that facts speak of, sorted, and the release that was read."""
    found = {}
    for path in (ROOT / "rules" / "facts").rglob("*.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if data.get("distribution"):
            found[data["distribution"]] = str(data.get("read-against", ""))
    return dict(sorted(found.items()))


class Environment:
    """A virtual environment with surefoot, what its tests need, and distributions to look at."""

    def __init__(self, folder: Path) -> None:
        self.python = str(folder / "bin" / "python")
        if not Path(self.python).exists():
            venv.create(folder, with_pip=True)
        pip = [self.python, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        self.install = [*pip, "install", "--no-compile", "--prefer-binary"]
        subprocess.run([*self.install, "--editable", f"{ROOT}[dev]", "setuptools"], check=True)

    def add(self, names: list[str]) -> list[str]:
        """Install one distribution after the other, and return those that could not be had."""
        missing = []
        for number, name in enumerate(names, 1):
            there = self._installed(BINARY if BINARY.startswith(f"{name}-") else name)
            if not there:
                missing.append(name)
            print(f"{number}/{len(names)} {name}: {'yes' if there else 'no'}", flush=True)
        print(f"{len(names) - len(missing)} installed, without {', '.join(missing) or 'exception'}")
        return missing

    def _installed(self, name: str) -> bool:
        """Return whether pip could install the distribution in time."""
        command = [*self.install, name]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def held_back(self, wanted: dict[str, str]) -> list[str]:
        """Return the distributions that are here, but older than the release that was read."""
        done = subprocess.run([self.python, "-c", VERSIONS], capture_output=True, check=True)
        here = json.loads(done.stdout)
        return [name for name, read in wanted.items() if _is_older(here.get(name, ""), read)]

    def test(self) -> int:
        """Run `tests/facts` and return its exit status."""
        command = [self.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/facts"]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def _is_older(version: str, than: str) -> bool:
    try:
        return Version(version).release < Version(than).release
    except InvalidVersion:
        return False


def main() -> int:
    """Set up environments, install, run the tests, and return 1 if any of them failed."""
    base = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv-facts").absolute()
    wanted = distributions()
    left = list(wanted)
    failed = False
    for number in range(1, MAX_ENVIRONMENTS + 1):
        folder = base if number == 1 else base.with_name(f"{base.name}-{number}")
        environment = Environment(folder)
        environment.add(left)
        failed |= environment.test() != 0
        held_back = environment.held_back({name: wanted[name] for name in left})
        if not held_back or held_back == left:
            break
        left = held_back
        print(f"older than what was read: {', '.join(left)}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
