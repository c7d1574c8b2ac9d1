"""Fix copies of many packages, and prove what fixing promises; count it rule by rule.

    python scripts/prove_fixes.py CORPUS [--select RULES] [--packages celery,redis]
        [--words REGEX] [--setting 'default-timeout = 10'] [--keep FOLDER] [--diffs FILE]

`CORPUS` is a folder as `scripts/corpus.py` lays it out. Each package is copied, with `--words`
only the files that match, and all its fixes, unsafe ones included, are carried out. Then every
changed file must compile as it did before, a second run must find nothing to fix and no more
than the first one left, and no new finding may be there. `--diffs` writes what has changed, to
be read. The exit status is 1 if anything of that fails.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FIGURES = ("found", "fixable", "applied", "settled", "undone")


def main() -> int:
    """Fix all packages, print the figures, and return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--select", help="rules; those that run by default")
    parser.add_argument("--packages", help="names of folders, separated by commas; all by default")
    parser.add_argument("--words", type=re.compile, help="only files that match this expression")
    parser.add_argument("--setting", action="append", default=[], help="a line of configuration")
    parser.add_argument("--keep", type=Path, help="leave the fixed copies here")
    parser.add_argument("--diffs", type=Path, help="write what has changed here")
    options = parser.parse_args()
    if options.diffs:
        options.diffs.write_text("", encoding="utf-8")
    names = options.packages.split(",") if options.packages else None
    folders = sorted(path for path in options.corpus.iterdir() if path.is_dir())
    totals: dict[str, Counter[str]] = {}
    broken: list[str] = []
    lines = changed = 0
    for package in folders:
        if names is not None and package.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            target = options.keep / package.name if options.keep else Path(folder, package.name)
            before = _copied(package, target, options)
            size = sum(content.count(b"\n") for content in before.values())
            metrics, problems = _fixed(target, before, options)
            altered = sum(path.read_bytes() != content for path, content in before.items())
            if options.diffs:
                with options.diffs.open("a", encoding="utf-8") as stream:
                    stream.writelines(_diffs(target, before))
        lines, changed = lines + size, changed + altered
        broken += [f"{package.name}: {problem}" for problem in problems]
        for problem in problems:
            print(f"{package.name}: {problem}", file=sys.stderr, flush=True)
        for rule, figures in metrics["fixesByRule"].items():
            totals.setdefault(rule, Counter()).update(figures)
        applied = metrics["fixesApplied"]
        print(f"{package.name}: {size:,} lines, {applied} fixes", file=sys.stderr, flush=True)
    print(f"{lines:,} lines, {changed:,} files changed")
    print("  ".join(f"{name:>8}" for name in (*FIGURES, "rate")), " rule")
    for rule, figures in sorted(totals.items()):
        rate = f"{figures['settled'] / figures['found']:.0%}" if figures["found"] else "-"
        cells = [*(f"{figures[name]:,}" for name in FIGURES), rate]
        print("  ".join(f"{cell:>8}" for cell in cells), f" {rule}")
    print("\n".join(broken) or "every promise kept")
    return 1 if broken else 0


def _copied(package: Path, target: Path, options: argparse.Namespace) -> dict[Path, bytes]:
    """Copy a package's files and return what is in them."""
    contents = {}
    for suffix in ("*.py", "*.pyi"):
        for path in package.rglob(suffix):
            content = path.read_bytes()
            text = content.decode("utf-8", "replace")
            if options.words is None or options.words.search(text):
                copy = target / path.relative_to(package)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
                contents[copy] = content
    target.mkdir(parents=True, exist_ok=True)
    settings = ["[tool.surefoot]", *options.setting]
    (target / "pyproject.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    return contents


def _fixed(
    target: Path, before: dict[Path, bytes], options: argparse.Namespace
) -> tuple[dict[str, Any], list[str]]:
    """Fix a copy twice; return the metrics of the first time, and what is wrong."""
    report = _run(target, options)
    metrics: dict[str, Any] = report["metrics"]
    problems = [notice for notice in report["notices"] if "undone" in notice]
    problems += [
        f"{each['file']}: {each['message']}" for each in report["errors"] if each["kind"] == "crash"
    ]
    if metrics["new"]:
        problems.append(f"{metrics['new']} new findings")
    after = {path: path.read_bytes() for path in before}
    for path, content in before.items():
        if after[path] != content and _compiles(content) and not _compiles(after[path]):
            problems.append(f"{path.relative_to(target)} does not compile")
    again = _run(target, options)["metrics"]
    if again["initialViolations"] != metrics["finalViolations"]:
        problems.append("what was settled has come back, or what was left is gone")
    if again["fixesApplied"] or {path: path.read_bytes() for path in before} != after:
        problems.append("the second run changed something")
    return metrics, problems


def _diffs(target: Path, before: dict[Path, bytes]) -> Iterator[str]:
    for path, content in before.items():
        after = path.read_bytes()
        if after != content:
            name = f"{target.name}/{path.relative_to(target)}"
            old, new = (text.decode("utf-8", "replace").splitlines() for text in (content, after))
            lines = difflib.unified_diff(old, new, name, name, lineterm="")
            yield from (f"{line}\n" for line in lines)


def _run(target: Path, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "surefoot", "check", ".", "--exit-zero", "--quiet"]
    command += ["--fix", "--unsafe-fixes", "--no-cache", "--min-confidence", "low", "--jobs", "1"]
    command += ["--select", options.select] if options.select else []
    with tempfile.TemporaryDirectory() as outside:
        output = Path(outside, "report.json")
        command += ["--output", f"json:{output}"]
        subprocess.run(command, cwd=target, check=False)
        report: dict[str, Any] = json.loads(output.read_bytes())
    return report


def _compiles(content: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(content, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
