"""The pipeline: discover, examine each file, link the project, suppress, report.

The whole configured project is examined, nearly all of it from the cache, whichever
files were asked about: the same project gives the same findings.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from surefoot.cache import DIRECTORY, ENVIRONMENT, Cache, program_digest
from surefoot.catalog import Catalog
from surefoot.config import Config, enabled_rules
from surefoot.examining import Examiner, Progress
from surefoot.factbook import Factbook
from surefoot.metrics import measure
from surefoot.model import Failure, Finding, Run
from surefoot.reading import StandardInput, read
from surefoot.verdict import judge

__all__ = ["Progress", "StandardInput", "cache_directory", "check"]


def check(
    config: Config,
    catalog: Catalog,
    paths: Sequence[str] = (),
    *,
    cwd: str | None = None,
    stdin: StandardInput | None = None,
    use_cache: bool = True,
    session_id: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Check `paths` (relative to `cwd`; none: all of it), or `stdin`, as part of their project.

    `progress` is told how many files of how many have been examined, unless all were
    remembered. Raises `MissingPath`, and `FactError` for a mistake in a file of facts.
    """
    started = time.perf_counter()
    cache = Cache(cache_directory(config) if use_cache else None)
    program = program_digest()
    facts = Factbook(config, cache, program)
    enabled = enabled_rules(config, catalog.rules)
    rules = catalog.rule_set(enabled)

    reading = read(config, paths, cwd=cwd, stdin=stdin)
    examiner = Examiner(rules, facts, cache, program, jobs=config.jobs)
    examined = examiner.examine(reading.sources, progress)
    linked: list[Finding] = []
    link_failures: list[Failure] = []
    if reading.linked:
        linked, link_failures = examiner.link(examined)

    asked = frozenset(reading.asked)
    reported = [each for path, each in examined.by_path.items() if path in asked]
    failures = [failure for each in reported for failure in each.failures]
    failures += [failure for failure in reading.unreadable if failure.path in asked]
    verdict = judge(
        reported,
        linked,
        failures,
        config,
        catalog.rules,
        enabled,
        unlinked=not reading.linked or bool(link_failures),
    )
    return Run(
        root=config.root,
        findings=verdict.findings,
        suppressed=verdict.suppressed,
        failures=(*failures, *link_failures),
        skipped=reading.skipped,
        checked=reading.asked,
        examined=len(reading.sources),
        cached=examined.cached,
        lines=sum(each.lines for each in reported),
        rules=tuple(sorted(enabled)),
        metrics=measure(started=started, initial=len(verdict.findings), session_id=session_id),
        notices=(*facts.notices, *reading.notices, *cache.notices),
    )


def cache_directory(config: Config) -> Path:
    """Return where the cache of a project is: as asked for, or in the project's root.

    The command line outranks the environment, the environment the configuration file.
    """
    asked = config.cache_dir
    if config.origin("cache-dir") != "command line":
        asked = os.environ.get(ENVIRONMENT) or asked
    return Path(config.root, asked or DIRECTORY)
