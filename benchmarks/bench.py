"""Measure surefoot against bare parsing and against its peers, in one run on the same files.

    python benchmarks/bench.py DIRECTORY [--lines N] [--repeat N] [--limit SECONDS] [--no-peers]

The Python files below DIRECTORY that LibCST can parse are copied to a temporary folder, so
that every tool sees the same files and none of their neighbours' configuration. Each command
runs `--repeat` times; the smallest CPU time and the smallest wall time are printed, and the
CPU time as a multiple of `libcst.parse_module` with the garbage collector on and off.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

PARSE = """
import gc, json, sys, time
from pathlib import Path
import libcst
if sys.argv[2] == "off":
    gc.disable()
contents = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.py"))]
wall, cpu = time.perf_counter(), time.process_time()
for content in contents:
    libcst.parse_module(content)
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
"""

NOT_OURS = {"build", "dist", "node_modules", "site-packages", "venv", "_build"}
"""Folders most tools leave out unasked; they are not copied, so that all see the same."""


@dataclass(frozen=True)
class Figure:
    """Seconds one command took."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure, or why there is none."""

    label: str
    figure: Figure | None
    note: str = ""


@dataclass(frozen=True)
class Peer:
    """Another tool, and what to run in the folder.

    `plugins` must be named by `<tool> --version`; `success` are the exit statuses of a run
    that did its work, with or without findings.
    """

    label: str
    command: str
    plugins: tuple[str, ...] = ()
    success: frozenset[int] = frozenset({0, 1})


PEERS = (
    Peer(
        "ruff (S110 S112 S113 BLE ASYNC SIM115 ANN, no cache)",
        "ruff check --isolated --no-cache --quiet --no-respect-gitignore"
        " --select S110,S112,S113,BLE,ASYNC,SIM115,ANN .",
    ),
    Peer("fixit (its own rules)", "fixit --quiet lint ."),
    Peer(
        "flake8 (flake8-async, flake8-bugbear), one process",
        "flake8 --isolated --jobs 1 --select ASYNC,B,E722 .",
        plugins=("flake8-async", "flake8-bugbear"),
    ),
    Peer(
        "pylint (timeout, broad and bare except, with)",
        f"pylint --rcfile={os.devnull} --jobs=1 --recursive=y --disable=all"
        " --enable=missing-timeout,broad-exception-caught,bare-except,consider-using-with .",
        # One bit per kind of message; these checks give warnings (4) and refactorings (8).
        success=frozenset({0, 4, 8, 12}),
    ),
    Peer("bandit (B110 B112 B113)", "bandit -r -q -t B110,B112,B113 ."),
)


def copy_files(source: Path, target: Path, lines: int | None) -> tuple[list[Path], int]:
    """Copy the files that can be parsed, in order of their paths, up to about `lines` lines.

    Returns the paths relative to `target` and the number of lines copied.
    """
    import libcst

    chosen: list[Path] = []
    total = 0
    for path in sorted(source.rglob("*.py")):
        relative = path.relative_to(source)
        if NOT_OURS.intersection(relative.parts):
            continue
        if any(part.startswith(".") for part in relative.parts):
            continue
        content = path.read_bytes()
        try:
            libcst.parse_module(content)
        except Exception:
            print(f"left out, LibCST cannot parse it: {relative}", file=sys.stderr)
            continue
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
        chosen.append(relative)
        total += content.count(b"\n")
        if lines is not None and total >= lines:
            break
    return chosen, total


def children_cpu() -> float:
    """Return the CPU seconds of all processes this one has waited for, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def time_command(
    command: Sequence[str], folder: Path, limit: float, success: frozenset[int]
) -> Figure:
    """Run a checker and time it.

    Raises `RuntimeError` for an exit status that is not one of `success`, with the end of
    what it said, and `subprocess.TimeoutExpired`.
    """
    wall, cpu = time.perf_counter(), children_cpu()
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=limit
    )
    figure = Figure(time.perf_counter() - wall, children_cpu() - cpu)
    if done.returncode not in success:
        raise RuntimeError(done.stderr.decode(errors="replace").strip()[-300:])
    return figure


def time_parsing(folder: Path, collector: str, limit: float) -> Figure:
    """Time `libcst.parse_module` over all files in a process of its own."""
    command = [sys.executable, "-c", PARSE, str(folder), collector]
    done = subprocess.run(command, capture_output=True, check=True, timeout=limit)
    wall, cpu = json.loads(done.stdout)
    return Figure(wall, cpu)


def best(repeat: int, measure: Callable[[], Figure]) -> Figure:
    """Return the smallest wall and CPU time of several measurements."""
    figures = [measure() for _ in range(repeat)]
    return Figure(min(each.wall for each in figures), min(each.cpu for each in figures))


def measure_surefoot(folder: Path, files: list[Path], repeat: int, limit: float) -> list[Row]:
    """Time surefoot cold (one process, all), warm, and warm on three named files."""
    cache = folder.parent / "cache"
    base = [sys.executable, "-m", "surefoot", "check", "--exit-zero", "--output", "concise"]
    base += ["--cache-dir", str(cache)]
    some = [str(files[len(files) * quarter // 4]) for quarter in (1, 2, 3)]

    def cold(*options: str) -> Figure:
        shutil.rmtree(cache, ignore_errors=True)
        return time_command([*base, *options, "."], folder, limit, frozenset({0}))

    def warm(*paths: str) -> Figure:
        return time_command([*base, *paths], folder, limit, frozenset({0}))

    cores = os.cpu_count() or 1
    measurements: list[tuple[str, Callable[[], Figure]]] = [
        (f"surefoot, cold, {cores} processes", lambda: cold("--jobs", str(cores))),
        ("surefoot, cold, one process", lambda: cold("--jobs", "1")),
        ("surefoot, warm", lambda: warm(".")),
        ("surefoot, warm, three named files", lambda: warm(*some)),
    ]
    return [attempt(label, repeat, measure) for label, measure in measurements]


def attempt(label: str, repeat: int, measure: Callable[[], Figure]) -> Row:
    """Measure, and put a failure into the row instead of raising it."""
    try:
        return Row(label, best(repeat, measure))
    except subprocess.TimeoutExpired as error:
        return Row(label, None, f"not done after {error.timeout:.0f} s")
    except RuntimeError as error:
        return Row(label, None, f"failed: {error}")


def measure_peer(peer: Peer, folder: Path, repeat: int, limit: float) -> Row:
    """Time another tool, or say that it is not installed."""
    tool, *arguments = peer.command.split()
    beside = Path(sys.executable).parent / tool
    found = str(beside) if beside.exists() else shutil.which(tool)
    if found is None:
        return Row(peer.label, None, "not installed")
    asked = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=60)
    version = " ".join(asked.stdout.split())
    missing = [name for name in peer.plugins if name not in version]
    if asked.returncode or missing:
        return Row(peer.label, None, f"not installed: {', '.join(missing) or tool}")
    command = [found, *arguments]
    row = attempt(peer.label, repeat, lambda: time_command(command, folder, limit, peer.success))
    return Row(row.label, row.figure, row.note or version[:60])


def print_table(rows: list[Row], collected: Figure, uncollected: Figure) -> None:
    """Print one line per measurement, with its CPU time as a multiple of bare parsing."""
    print(f"{'':54}{'wall s':>9}{'CPU s':>9}{'x parse':>9}{'x parse':>9}")
    print(f"{'':54}{'':>9}{'':>9}{'gc on':>9}{'gc off':>9}")
    for row in rows:
        if row.figure is None:
            print(f"{row.label:54}  {row.note}")
            continue
        cpu = row.figure.cpu
        ratios = f"{cpu / collected.cpu:>9.2f}{cpu / uncollected.cpu:>9.2f}"
        print(f"{row.label:54}{row.figure.wall:>9.2f}{cpu:>9.2f}{ratios}  {row.note}".rstrip())


def main() -> int:
    """Measure and print; the exit status is 1 if surefoot itself failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--lines", type=int, help="stop after about so many lines")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600, help="seconds per command")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        folder.mkdir()
        files, lines = copy_files(options.directory, folder, options.lines)
        if len(files) < 4:
            print(f"too few Python files below {options.directory}", file=sys.stderr)
            return 1
        (folder / "surefoot.toml").touch()
        python = ".".join(map(str, sys.version_info[:3]))
        print(f"{len(files):,} files, {lines:,} lines, Python {python}, {os.cpu_count()} cores")
        print(f"the best of {options.repeat} runs\n", flush=True)
        repeat, limit = options.repeat, options.limit
        collected = best(repeat, lambda: time_parsing(folder, "on", limit))
        uncollected = best(repeat, lambda: time_parsing(folder, "off", limit))
        rows = [
            Row("libcst.parse_module, collector on", collected),
            Row("libcst.parse_module, collector off", uncollected),
        ]
        ours = measure_surefoot(folder, files, repeat, limit)
        peers = () if options.no_peers else PEERS
        rows += ours + [measure_peer(peer, folder, repeat, limit) for peer in peers]
        print_table(rows, collected, uncollected)
    return 1 if any(row.figure is None for row in ours) else 0


if __name__ == "__main__":
    sys.exit(main())
