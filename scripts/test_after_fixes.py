"""Run packages' own tests before and after their code was fixed, and tell which then fail.

    python scripts/test_after_fixes.py [DIRECTORY] [--packages aiofiles,tinydb] [--unsafe]

The packages stand in `test_after_fixes.toml`. Each is downloaded from the index as a source
distribution of an exact version, installed in place into an environment of its own below
`DIRECTORY` (default `.after-fixes`), tested, fixed with `surefoot check --fix`, and tested again.
A test that passed before and does not afterwards is told, and makes the exit status 1. This runs
the code of those packages.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TIMEOUT = 900
CONFIGURATION = "default-timeout = 60\ndefault-retries = 5\ndefault-backoff = 1\n"


@dataclass(frozen=True)
class Package:
    """A distribution: what its tests need, the folder of its code, and the tests to run."""

    name: str
    version: str
    needs: tuple[str, ...]
    source: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a package: fixes made, tests passed before, and those that then failed."""

    fixes: int
    passed: int
    broken: tuple[str, ...]


def read_list(path: Path) -> list[Package]:
    """Return the packages listed in the TOML file; `KeyError` if an entry lacks a field."""
    return [
        Package(
            each["name"],
            each["version"],
            tuple(each["needs"]),
            each["source"],
            tuple(each["tests"]),
        )
        for each in tomllib.loads(path.read_text(encoding="utf-8"))["package"]
    ]


def unpack(package: Package, directory: Path) -> Path:
    """Download and unpack the source of a package anew, and return its folder."""
    folder = directory / package.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command += ["--no-deps", "--no-binary=:all:", "--dest", str(folder / "download")]
    command += [f"{package.name}=={package.version}"]
    subprocess.run(command, check=True, timeout=TIMEOUT)
    (archive,) = (folder / "download").glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return source


def install(package: Package, source: Path) -> Path:
    """Install a package in place, with what its tests need, and return its interpreter."""
    environment = source.parent.parent / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    command += ["--editable", str(source), *package.needs]
    subprocess.run(command, check=True, timeout=TIMEOUT)
    return python


def passing(package: Package, source: Path, python: Path) -> set[str]:
    """Run the tests, and return the names of those that passed."""
    report = source.parent / "tests.xml"
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
    subprocess.run(
        [*command, *package.tests], cwd=source, timeout=TIMEOUT, check=False, capture_output=True
    )
    cases = ElementTree.parse(report).iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}" for case in cases if not len(case)}


def fix(package: Package, source: Path, *, unsafe: bool) -> int:
    """Fix the code of a package, and return how many lines differ."""
    before = {path: path.read_bytes() for path in (source / package.source).rglob("*.py")}
    configuration = source.parent / "surefoot.toml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    command = [sys.executable, "-m", "surefoot", "check", "--fix", "--exit-zero", "--quiet"]
    command += ["--no-cache", "--config", str(configuration), "--min-confidence", "low"]
    command += ["--output", f"concise:{source.parent / 'left.txt'}"]
    command += ["--unsafe-fixes"] if unsafe else []
    subprocess.run([*command, str(source / package.source)], check=True, timeout=TIMEOUT)
    changed = 0
    for path, content in before.items():
        old, new = content.splitlines(), path.read_bytes().splitlines()
        changed += len(set(new) - set(old))
    return changed


def prove(package: Package, directory: Path, *, unsafe: bool) -> Outcome:
    """Test, fix and test a package."""
    source = unpack(package, directory)
    python = install(package, source)
    before = passing(package, source, python)
    fixes = fix(package, source, unsafe=unsafe)
    after = passing(package, source, python) if fixes else before
    return Outcome(fixes, len(before), tuple(sorted(before - after)))


def main() -> int:
    """Prove the packages one by one, print a line for each, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=Path, default=Path(".after-fixes"))
    parser.add_argument("--packages", help="names, separated by commas; all by default")
    parser.add_argument("--unsafe", action="store_true", help="unsafe fixes as well")
    options = parser.parse_args()
    wanted = options.packages.split(",") if options.packages else None
    failed = False
    for package in read_list(Path(__file__).with_suffix(".toml")):
        if wanted is not None and package.name not in wanted:
            continue
        outcome = prove(package, options.directory.absolute(), unsafe=options.unsafe)
        told = f"{outcome.fixes} lines changed, {outcome.passed} tests passed before"
        print(f"{package.name} {package.version}: {told}, {len(outcome.broken)} broken", flush=True)
        for name in outcome.broken:
            print(f"  {name}")
        failed = failed or bool(outcome.broken) or not outcome.passed
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
