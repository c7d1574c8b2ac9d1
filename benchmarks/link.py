"""Measure what linking costs on growing parts of one large application.

    python benchmarks/link.py DIRECTORY [--steps N] [--repeat N]

The part doubles from step to step until it is all of the application. Of each part the files
are examined in a process of their own and linked (cold); then, in other processes, one file
has changed, the examinations of all others are read from the cache, and all are linked (warm:
what is paid for every edit).
The smallest CPU times count. Printed are the calls that run functions of the project, the
seconds per thousand of them, and the seconds as a multiple of parsing the same files with
`libcst.parse_module`, the garbage collector off. Near-linear growth shows in equal figures
per thousand calls. Memory is the peak of the warm process above what it held before it read
the summaries.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from surefoot.cache import Cache, program_digest
from surefoot.catalog import load_catalog
from surefoot.config import Config, enabled_rules, load_config
from surefoot.examining import Examiner
from surefoot.factbook import Factbook
from surefoot.model import Looked, SourceFile
from surefoot.reading import read

Figures = dict[str, float]


def part_of(config: Config, directory: Path, lines: int) -> list[SourceFile]:
    """Return the first files of an application, up to about so many lines."""
    chosen: list[SourceFile] = []
    total = 0
    for source in read(config, [str(directory)]).sources:
        chosen.append(source)
        total += source.content.count(b"\n")
        if total >= lines:
            break
    return chosen


def examiner_for(config: Config, cache: Path) -> tuple[Examiner, Factbook]:
    """Return what examines and links with all rules of a configuration."""
    catalog = load_catalog()
    store = Cache(cache)
    program = program_digest()
    facts = Factbook(config, store, program)
    rules = catalog.rule_set(enabled_rules(config, catalog.rules))
    return Examiner(rules, facts, store, program, jobs=1), facts


def measure_cold(config: Config, sources: Sequence[SourceFile], cache: Path) -> Figures:
    """Parse, examine and link in this process; what was learnt stays in the cache."""
    import libcst

    from surefoot.linking.link import link
    from surefoot.linking.project import Project

    examiner, facts = examiner_for(config, cache)
    gc.disable()
    started = time.process_time()
    for source in sources:
        libcst.parse_module(source.content)
    parsing = time.process_time() - started
    examined = examiner.examine(sources)
    examinations = list(examined.by_path.values())
    catalog = load_catalog()
    rules = catalog.rule_set(enabled_rules(config, catalog.rules))
    started = time.process_time()
    link(examinations, rules, facts.table, lambda *_: Looked({}, {}))
    linking = time.process_time() - started
    examiner.link(examined)
    callers = Project(examinations, facts.table).callers
    return {"parse": parsing, "link": linking, "edges": sum(map(len, callers.values()))}


def measure_warm(config: Config, sources: Sequence[SourceFile], cache: Path) -> Figures:
    """Link with one file changed: read the examinations of the others from the cache."""
    examiner, _ = examiner_for(config, cache)
    first, *rest = sources
    examined = examiner.examine([replace(first, content=first.content + b"\n# edited\n"), *rest])
    if examined.cached < len(rest):
        print(f"only {examined.cached} of {len(rest)} examinations were cached", file=sys.stderr)
    import surefoot.linking.link  # noqa: F401  (imports are not what is measured)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    examiner.link(examined)
    linking = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"link": linking, "memory": (after - before) / 1024}


MEASURES = {"cold": measure_cold, "warm": measure_warm}


def in_a_process(measure: str, directory: Path, lines: int, cache: Path) -> Figures:
    """Run a measurement in a process of its own. Raises `CalledProcessError`."""
    command = [sys.executable, __file__, str(directory), "--lines", str(lines)]
    command += ["--measure", measure, "--cache", str(cache)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures: Figures = json.loads(done.stdout)
    return figures


def measure_part(directory: Path, lines: int, repeat: int) -> Figures:
    """Return the best figures of a part, cold and warm."""
    with tempfile.TemporaryDirectory() as temporary:
        examined = Path(temporary, "examined")
        best: Figures = in_a_process("cold", directory, lines, examined)
        for number in range(repeat):
            cache = Path(temporary, str(number))
            shutil.copytree(examined, cache)  # the copy learns the answer, the original not
            warm = in_a_process("warm", directory, lines, cache)
            best["warm"] = min(best.get("warm", warm["link"]), warm["link"])
            best["memory"] = max(best.get("memory", 0), warm["memory"])
    return best


def row(lines: int, files: int, figures: Mapping[str, float]) -> str:
    """Return a line of the table."""
    thousands = max(figures["edges"], 1) / 1000
    cells = [f"{lines:>10,}{files:>8,}{int(figures['edges']):>9,}{figures['parse']:>9.2f}"]
    for name in ("link", "warm"):
        seconds = figures[name]
        cells.append(
            f"{seconds:>9.3f}{seconds / thousands:>9.4f}{seconds / figures['parse']:>9.3f}"
        )
    return "".join(cells) + f"{figures['memory']:>9.1f}"


def main() -> int:
    """Measure all parts and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--lines", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    parser.add_argument("--cache", type=Path, help=argparse.SUPPRESS)
    options: Any = parser.parse_args()
    directory: Path = options.directory.resolve()
    config = load_config((str(directory),))
    if options.measure is not None:
        sources = part_of(config, directory, options.lines)
        print(json.dumps(MEASURES[options.measure](config, sources, options.cache)))
        return 0

    everything = part_of(config, directory, sys.maxsize)
    total = sum(source.content.count(b"\n") for source in everything)
    print(f"{'':>27}{'parse':>9}{'cold: s, s per 1000, x parse':>27}", end="")
    print(f"{'warm: s, s per 1000, x parse':>27}{'MB':>9}")
    print(f"{'lines':>10}{'files':>8}{'edges':>9}{'s':>9}" + f"{'s':>9}{'/1000':>9}{'x':>9}" * 2)
    for step in range(options.steps):
        lines = total >> (options.steps - 1 - step)
        part = part_of(config, directory, lines)
        figures = measure_part(directory, lines, options.repeat)
        counted = sum(source.content.count(b"\n") for source in part)
        print(row(counted, len(part), figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
