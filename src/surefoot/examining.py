"""Examinations and links, each computed once and remembered until something bears on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from surefoot.cache import Cache, digest
from surefoot.factbook import Factbook
from surefoot.failures import is_lasting
from surefoot.model import (
    Examination,
    Failure,
    Finding,
    FixRequest,
    Located,
    Looked,
    Note,
    SourceFile,
    Span,
    Suppression,
)
from surefoot.ruleset import RuleSet

if TYPE_CHECKING:
    from surefoot.facts.table import FactTable
    from surefoot.pool import Examine

Progress = Callable[[int, int], None]
_Reported = tuple[int, tuple[Finding, ...], tuple[Suppression, ...], tuple[Failure, ...]]
_Linkable = tuple[tuple[Note, ...], object]


@dataclass(frozen=True)
class EnginePreparation:
    """What a process needs before it can examine; calling it imports the engine."""

    rules: RuleSet
    facts: FactTable

    def __call__(self) -> Examine:
        from surefoot.examine import examine

        return lambda source: examine(source, self.rules, self.facts)


@dataclass(frozen=True)
class Examined:
    """The examinations of a run by path, and how many of them were remembered."""

    by_path: Mapping[str, Examination]
    cached: int


class Examiner:
    """Examines files and links them, asking the cache first.

    `program` and the digest of the facts stand for everything besides the files and the
    rules that an answer depends on.
    """

    def __init__(
        self, rules: RuleSet, facts: Factbook, cache: Cache, program: bytes, *, jobs: int | None
    ) -> None:
        self._rules = rules
        self._facts = facts
        self._cache = cache
        self._jobs = jobs or _processors()
        self._context = digest("context", program, facts.digest, repr(rules))
        self._keys: dict[str, bytes] = {}
        self._sources: dict[str, SourceFile] = {}
        self._complete: dict[bytes, Examination] = {}
        self._seen: dict[bytes, Any] = {}

    def examine(self, sources: Sequence[SourceFile], progress: Progress | None = None) -> Examined:
        """Return what is known of each file alone; findings, not yet what linking needs."""
        self._sources = {source.path: source for source in sources}
        self._keys = self._keys_of(sources)
        reports = {path: digest("reported", key) for path, key in self._keys.items()}
        found = {
            path: self._complete[key] for path, key in self._keys.items() if key in self._complete
        }
        known = self._cache.load(key for path, key in reports.items() if path not in found)
        missing: list[SourceFile] = []
        for source in sources:
            if source.path in found:
                continue
            report: _Reported | None = known.get(reports[source.path])
            if report is None:
                missing.append(source)
            else:
                lines, findings, suppressions, failures = report
                found[source.path] = Examination(
                    source.path, source.module, lines, findings, (), suppressions, None, failures
                )
        if missing:
            found.update(self._examine(missing, len(sources), progress))
        by_path = {source.path: found[source.path] for source in sources}
        return Examined(by_path, len(sources) - len(missing))

    def link(self, examined: Examined) -> tuple[list[Finding], list[Failure]]:
        """Return what only all files together show, and the rules that failed to."""
        key = digest("linked", self._context, *self._keys.values())
        known: tuple[Finding, ...] | None = self._cache.load([key]).get(key)
        if known is not None:
            return list(known), []
        from surefoot.linking.link import link
        from surefoot.pool.guard import Uncollected

        with Uncollected():  # summaries and what is made of them hold no cycles
            examinations = self._linkable(examined)
            findings, failures = link(examinations, self._rules, self._facts.table, self._look)
        if not failures and all(map(_will_last, examinations)):
            self._cache.store({key: tuple(findings)})
        return findings, failures

    def _keys_of(self, sources: Sequence[SourceFile]) -> dict[str, bytes]:
        packages = sources[0].packages if sources else frozenset()
        context = digest(self._context, *sorted(packages))
        return {
            source.path: digest(
                context,
                source.path,
                source.module,
                f"{source.is_package} {source.is_stub}",
                source.content,
            )
            for source in sources
        }

    def _examine(
        self, sources: Sequence[SourceFile], total: int, progress: Progress | None
    ) -> dict[str, Examination]:
        from surefoot.pool import examine_files

        done: list[Examination] = []

        def keep(examination: Examination) -> None:
            done.append(examination)
            if progress is not None:
                progress(total - len(sources) + len(done), total)

        prepare = EnginePreparation(self._rules, self._facts.table)
        try:
            examinations = examine_files(sources, prepare, jobs=self._jobs, done=keep)
        finally:
            self._remember(done)  # what an interrupted run has learnt is not lost
        self._complete |= {self._keys[each.path]: each for each in examinations}
        return {examination.path: examination for examination in examinations}

    def _remember(self, examinations: Sequence[Examination]) -> None:
        values: dict[bytes, object] = {}
        for each in examinations:
            if _will_last(each):
                key = self._keys[each.path]
                reported: _Reported = (each.lines, each.findings, each.suppressions, each.failures)
                linkable: _Linkable = (each.notes, each.summary)
                values[digest("reported", key)] = reported
                values[digest("linkable", key)] = linkable
        self._cache.store(values)

    def _linkable(self, examined: Examined) -> list[Examination]:
        """Complete what was remembered by notes and summaries; examine again what lacks them."""
        keys = {
            path: digest("linkable", self._keys[path])
            for path in examined.by_path
            if self._keys[path] not in self._complete
        }
        known = self._cache.load(keys.values())
        complete = {
            path: self._complete.get(self._keys[path], each)
            for path, each in examined.by_path.items()
        }
        lost: list[SourceFile] = []
        for path, key in keys.items():
            linkable: _Linkable | None = known.get(key)
            if linkable is None:
                lost.append(self._sources[path])
            else:
                complete[path] = replace(complete[path], notes=linkable[0], summary=linkable[1])
                self._complete[self._keys[path]] = complete[path]
        if lost:
            complete.update(self._examine(lost, len(complete), None))
        return list(complete.values())

    def _look(self, path: str, places: Collection[int], requests: Collection[FixRequest]) -> Looked:
        """Look at a file again, parsing it only for what was never asked before."""
        key = self._keys[path]
        keys: dict[int | FixRequest, bytes] = {
            place: digest("place", key, str(place)) for place in places
        }
        keys |= {request: digest("fix", key, repr(request)) for request in requests}
        self._seen |= self._cache.load(key for key in keys.values() if key not in self._seen)
        found = {asked: self._seen[key] for asked, key in keys.items() if key in self._seen}
        where = [place for place in places if place not in found]
        wanted = [request for request in requests if request not in found]
        if where or wanted:
            looked = self._looked(self._sources[path], where, wanted)
            fresh: dict[int | FixRequest, Any] = {}
            fresh.update(looked.places.items())
            fresh.update(looked.fixes.items())
            answers = {keys[asked]: answer for asked, answer in fresh.items()}
            self._cache.store(answers)
            self._seen |= answers
            found |= fresh
        return Looked(
            {place: found.get(place, _SOMEWHERE) for place in places},
            {request: found.get(request) for request in requests},
        )

    def _looked(
        self, source: SourceFile, places: Collection[int], requests: Collection[FixRequest]
    ) -> Looked:
        """Parse a file that could be examined; with a stack for deep nesting."""
        from surefoot.examine import look
        from surefoot.pool import with_deep_stack

        try:
            return with_deep_stack(
                lambda: look(source, places, requests, self._rules, self._facts.table)
            )
        except Exception:  # its findings are then reported on line 1
            return Looked({}, {})


_SOMEWHERE = Located(Span(1, 1, 1, 1), "")


def _will_last(examination: Examination) -> bool:
    return all(map(is_lasting, examination.failures))


def _processors() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
