"""The pipeline: discover, examine each file, link the project, suppress; and fix, and again.

The whole configured project is examined, nearly all of it from the cache, whichever
files were asked about: the same project gives the same findings.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot.cache import DIRECTORY, ENVIRONMENT, Cache, program_digest
from surefoot.catalog import Catalog
from surefoot.config import Config, enabled_rules
from surefoot.examining import Examiner, Progress
from surefoot.factbook import Factbook
from surefoot.metrics import measure, measure_fixes, new_session_id
from surefoot.model import Failure, FileError, Finding, Run
from surefoot.reading import StandardInput, read
from surefoot.verdict import judge

if TYPE_CHECKING:
    from surefoot.fixing import Plan

__all__ = ["Fixed", "Progress", "StandardInput", "cache_directory", "check", "fix"]

_CHANGED = "it has changed since it was read, and was left alone"
_HELD = "some of its changes are not staged, so nothing in it was fixed"


def check(
    config: Config,
    catalog: Catalog,
    paths: Sequence[str] = (),
    *,
    cwd: str | None = None,
    stdin: StandardInput | None = None,
    instead: Mapping[str, bytes] | None = None,
    use_cache: bool = True,
    session_id: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Check `paths` (relative to `cwd`; none: all of it), or `stdin`, as part of their project.

    `instead` holds files of the project that are to be judged otherwise than as they are on
    disk. `progress` is told how many files of how many have been examined, unless all were
    remembered. Raises `MissingPath`, and `FactError` for a mistake in a file of facts.
    """
    pipeline = _Pipeline(config, catalog, paths, cwd, stdin, instead, use_cache, session_id)
    return pipeline.check({}, progress)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A run that fixed, the one before it, and what the files it changed were and are."""

    first: Run
    run: Run
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]


def fix(
    config: Config,
    catalog: Catalog,
    paths: Sequence[str] = (),
    *,
    plan: Plan,
    narrowed: Callable[[Run], Run] = lambda run: run,
    writes: bool = True,
    cwd: str | None = None,
    stdin: StandardInput | None = None,
    instead: Mapping[str, bytes] | None = None,
    use_cache: bool = True,
    session_id: str | None = None,
    progress: Progress | None = None,
) -> Fixed:
    """Check as `check` does, and carry out the fixes of `plan`.

    Of the findings that `plan` wants, those are fixed that `narrowed` leaves in the run before
    (what concerns a change, or is in no baseline); the metrics count these, and what is new.
    Files are written unless `writes` is false or `stdin` is given; what is judged otherwise than
    as it is on disk is never fixed. Raises what `check` does.
    """
    from surefoot import writing
    from surefoot.fixing import Fixer

    held = frozenset(instead or ())
    pipeline = _Pipeline(config, catalog, paths, cwd, stdin, instead, use_cache, session_id)
    contents = {
        source.path: source.content
        for source in pipeline.reading.sources
        if source.path not in held
    }
    writes = writes and stdin is None
    if writes:
        writing.sweep({os.path.dirname(os.path.join(config.root, path)) for path in contents})

    first = pipeline.check({}, progress)

    def findings(changed: Mapping[str, bytes]) -> list[Finding]:
        run = pipeline.check(changed, progress) if changed else first
        return list(filter(plan.wanted, run.findings))

    to_fix = narrowed(first).findings
    offered = {_key(finding) for finding in to_fix}
    modules = {source.path: source.module for source in pipeline.reading.sources}
    fixer = Fixer(contents, findings, plan, lambda finding: _key(finding) in offered, modules)
    outcome = fixer.run()
    failures: list[Failure] = []
    fixable = {each.path for each in filter(plan.wanted, to_fix) if plan.may_fix(each)}
    notices = [f"{path}: {_HELD}" for path in sorted(fixable & held)]
    notices += outcome.notices
    if writes and outcome.changed:
        failures, unchanged = _written(config.root, contents, outcome.changed)
        notices += [f"{path}: {_CHANGED}" for path in unchanged]
        lost = {*unchanged, *(failure.path for failure in failures)}
        outcome = fixer.without(outcome, lost) if lost else outcome
    run = first
    if outcome.changed:
        run = replace(pipeline.check(outcome.changed, progress), cached=first.cached)
    initial = [each for each in outcome.first if _key(each.finding) in offered]
    present = {each.number for each in outcome.last}
    metrics = measure_fixes(
        run.metrics,
        initial=[each.finding for each in initial],
        left=[index for index, each in enumerate(initial) if each.number in present],
        brought=len(present - {each.number for each in outcome.first}),
        applied=[each.finding for each in outcome.applied],
        undone=[each.finding for each in outcome.undone],
        iterations=outcome.rounds,
    )
    run = replace(
        run,
        metrics=metrics,
        failures=(*run.failures, *failures),
        notices=(*run.notices, *notices),
        fixed=tuple(each.finding for each in outcome.applied),
    )
    before = {path: contents[path] for path in outcome.changed}
    return Fixed(first, run, before, outcome.changed)


def _key(finding: Finding) -> tuple[object, ...]:
    return (*finding.order, finding.rule)


def _written(
    root: str, before: Mapping[str, bytes], after: Mapping[str, bytes]
) -> tuple[list[Failure], list[str]]:
    """Write files; return those that could not be, and those that had changed meanwhile."""
    from surefoot import writing

    failures: list[Failure] = []
    changed: list[str] = []
    done: dict[str, bytes] = {}
    for path, content in sorted(after.items()):
        target = os.path.realpath(os.path.join(root, path))
        if done.get(target) == content:  # the same file under another name
            continue
        try:
            writing.replace(target, content, expected=before[path])
            done[target] = content
        except writing.Changed:
            changed.append(path)
        except writing.Unwritable as error:
            failures.append(Failure(path, FileError.UNWRITABLE, str(error)))
    return failures, changed


class _Pipeline:
    """Everything a run needs, made once, to check the files as they are and as they become."""

    def __init__(
        self,
        config: Config,
        catalog: Catalog,
        paths: Sequence[str],
        cwd: str | None,
        stdin: StandardInput | None,
        instead: Mapping[str, bytes] | None,
        use_cache: bool,
        session_id: str | None,
    ) -> None:
        self._started = time.perf_counter()
        self._session_id = session_id or new_session_id()
        self._config, self._catalog = config, catalog
        self._cache = Cache(cache_directory(config) if use_cache else None)
        program = program_digest()
        self._facts = Factbook(config, self._cache, program)
        self._enabled = enabled_rules(config, catalog.rules)
        rules = catalog.rule_set(self._enabled, config.defaults)
        self.reading = read(config, paths, cwd=cwd, stdin=stdin, instead=instead)
        self._examiner = Examiner(rules, self._facts, self._cache, program, jobs=config.jobs)

    def check(self, changed: Mapping[str, bytes], progress: Progress | None) -> Run:
        """Check the files, some of them with other contents than were read."""
        reading, config = self.reading, self._config
        sources = [
            replace(source, content=changed.get(source.path, source.content)) if changed else source
            for source in reading.sources
        ]
        examined = self._examiner.examine(sources, progress)
        linked: list[Finding] = []
        link_failures: list[Failure] = []
        if reading.linked:
            linked, link_failures = self._examiner.link(examined)

        asked = frozenset(reading.asked)
        reported = [each for path, each in examined.by_path.items() if path in asked]
        failures = [failure for each in reported for failure in each.failures]
        failures += [failure for failure in reading.unreadable if failure.path in asked]
        verdict = judge(
            reported,
            linked,
            failures,
            config,
            self._catalog.rules,
            self._enabled,
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
            rules=tuple(sorted(self._enabled)),
            metrics=measure(
                started=self._started, initial=verdict.findings, session_id=self._session_id
            ),
            notices=(*self._facts.notices, *reading.notices, *self._cache.notices),
        )


def cache_directory(config: Config) -> Path:
    """Return where the cache of a project is: as asked for, or in the project's root.

    The command line outranks the environment, the environment the configuration file.
    """
    asked = config.cache_dir
    if config.origin("cache-dir") != "command line":
        asked = os.environ.get(ENVIRONMENT) or asked
    return Path(config.root, asked or DIRECTORY)
