"""Run rules over many packages, count what they find, and show it in its code, to be read.

    python scripts/survey.py CORPUS --select missing-timeout [--packages celery,redis]
        [--words REGEX] [--sample 20] [--context 8] [--seed 1] [--json FILE]

`CORPUS` is a folder as `scripts/corpus.py` lays it out: each folder in it is a project of its
own. `--words` leaves out the files that do not match the expression, for rules that cannot
speak without such a word: far faster, but then no file sees those left out. Findings of low
confidence and opt-in rules are included; `--shown` asks for what users see by default.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SUFFIXES = ("*.py", "*.pyi")
MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py")
TIMEOUT = 3600


def main() -> int:
    """Survey the packages, print the counts and the sample, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--select", help="rules, as `surefoot check --select`; all by default")
    parser.add_argument("--packages", help="names of folders, separated by commas; all by default")
    parser.add_argument("--words", type=re.compile, help="only files that match this expression")
    parser.add_argument("--shown", action="store_true", help="confidence medium or higher")
    parser.add_argument("--sample", type=int, default=20, help="findings shown of each rule")
    parser.add_argument("--context", type=int, default=8, help="lines shown around a finding")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--json", type=Path, help="write all findings here, one to a line")
    options = parser.parse_args()

    found: list[dict[str, Any]] = []
    lines = 0
    for package in _packages(options.corpus, options.packages):
        size, violations = _survey(package, options)
        lines += size
        found += violations
        print(f"{package.name}: {size:,} lines, {len(violations)} findings", file=sys.stderr)
    if options.json is not None:
        with options.json.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(violation) + "\n" for violation in found)
    _print(found, lines, options)
    return 0


def _packages(corpus: Path, names: str | None) -> list[Path]:
    wanted = names.split(",") if names else None
    folders = sorted(path for path in corpus.iterdir() if path.is_dir())
    return [path for path in folders if wanted is None or path.name in wanted]


def _survey(package: Path, options: argparse.Namespace) -> tuple[int, list[dict[str, Any]]]:
    """Return the lines of the package, and what was found; `file` becomes an absolute path."""
    files = [path for suffix in SUFFIXES for path in package.rglob(suffix)]
    contents = {path: path.read_bytes() for path in files}
    size = sum(content.count(b"\n") for content in contents.values())
    if options.words is None:
        return size, _check(package, package, options)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        kept = 0
        for path, content in contents.items():
            if options.words.search(content.decode("utf-8", "replace")):
                copy = target / path.relative_to(package)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                kept += 1
        for path in (path for name in MARKERS for path in package.rglob(name)):
            copy = target / path.relative_to(package)
            if copy.parent.is_dir() and not copy.exists():
                copy.touch()  # tells where modules are imported from
        return size, _check(target, package, options) if kept else []


def _check(folder: Path, package: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as outside:
        report = Path(outside, "report.json")
        command = [sys.executable, "-m", "surefoot", "check", ".", "--exit-zero", "--no-cache"]
        command += ["--quiet", "--output", f"json:{report}", "--jobs", options.jobs]
        if options.select:
            command += ["--select", options.select]
        if not options.shown:
            command += ["--min-confidence", "low"]
        done = subprocess.run(command, cwd=folder, timeout=TIMEOUT, check=False)
        if done.returncode != 0:
            print(f"{package.name}: exit status {done.returncode}", file=sys.stderr)
        violations: list[dict[str, Any]] = json.loads(report.read_bytes())["violations"]
    for violation in violations:
        violation["file"] = str(package / violation["file"])
    return violations


def _print(found: list[dict[str, Any]], lines: int, options: argparse.Namespace) -> None:
    counts = Counter(
        (each["check"], each["severity"], each.get("confidence", "")) for each in found
    )
    print(f"{lines:,} lines, {len(found):,} findings")
    for (check, severity, confidence), count in sorted(counts.items()):
        print(f"  {check}: {count} ({severity}, {confidence} confidence)")
    chance = random.Random(options.seed)
    for check in sorted({each["check"] for each in found}):
        of_rule = [each for each in found if each["check"] == check]
        sample = chance.sample(of_rule, min(options.sample, len(of_rule)))
        for number, each in enumerate(sample, 1):
            print(f"\n=== {check} {number} of {len(sample)}")
            print("\n".join(_excerpt(each, options.context)))


def _excerpt(violation: dict[str, Any], context: int) -> Iterator[str]:
    line = violation["line"]
    yield f"{violation['file']}:{line} ({violation['severity']}, {violation.get('confidence')})"
    yield violation["violation"]
    for step in violation.get("chain", ()):
        yield f"  via {step}"
    text = Path(violation["file"]).read_bytes().decode("utf-8", "replace").splitlines()
    for number in range(max(1, line - context), min(len(text), line + context) + 1):
        yield f"{'>' if number == line else ' '}{number:6} {text[number - 1]}"


if __name__ == "__main__":
    sys.exit(main())
