"""The figures of a run: who it was, what it found, what it mended, how long it took."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from surefoot.model import Finding, Metrics, RuleFigures, Safety


def new_session_id() -> str:
    """Return a name for a run: the time in UTC and eight random digits, so names sort by time."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(4).hex()}"


def fix_rate(initial: int, settled: int, brought: int = 0) -> float:
    """Return the share of the initial findings that are gone; 1.0 where there was nothing to fix.

    `settled` of them are gone, each finding followed through the changes; `brought` were not
    there at first and count against it, so that moving a finding is no progress. It stays
    between 0 and 1.
    """
    if initial <= 0:
        return 1.0
    return max(0.0, (settled - brought) / initial)


def measure(
    *, started: float, initial: Sequence[Finding], session_id: str | None = None
) -> Metrics:
    """Return the metrics of a run that reports findings and changes nothing.

    It began at `started`, a reading of `time.perf_counter()`.
    """
    metrics = Metrics(
        session_id=session_id or new_session_id(),
        initial_violations=0,
        iterations=1,
        fixes_applied=0,
        final_violations=0,
        fix_rate=1.0,
        mode="informative",
        duration=max(0.0, time.perf_counter() - started),
    )
    return of_findings(metrics, initial)


def of_findings(metrics: Metrics, findings: Sequence[Finding]) -> Metrics:
    """Return the metrics of a run that changed nothing for these findings, all or some of them."""
    return replace(
        metrics,
        initial_violations=len(findings),
        final_violations=len(findings),
        fix_rate=fix_rate(len(findings), 0),
        rules=figures(findings),
    )


def measure_fixes(
    metrics: Metrics,
    *,
    initial: Sequence[Finding],
    left: Iterable[int],
    brought: int,
    applied: Sequence[Finding],
    undone: Sequence[Finding],
    iterations: int,
) -> Metrics:
    """Return the metrics of a run that carried out fixes, from those of its last look.

    `left` are the indices of the initial findings that are still there; `brought` counts
    others that are there now.
    """
    remaining = frozenset(left)
    settled = [each for index, each in enumerate(initial) if index not in remaining]
    return replace(
        metrics,
        initial_violations=len(initial),
        iterations=max(1, iterations),
        fixes_applied=len(applied),
        final_violations=len(remaining) + brought,
        fix_rate=fix_rate(len(initial), len(settled), brought),
        mode="executive",
        settled=len(settled),
        brought=brought,
        rules=figures(initial, applied, settled, undone),
    )


def figures(
    found: Iterable[Finding],
    applied: Iterable[Finding] = (),
    settled: Iterable[Finding] = (),
    undone: Iterable[Finding] = (),
) -> tuple[RuleFigures, ...]:
    """Return the figures of each rule, by name."""
    found = tuple(found)
    fixable = (each for each in found if each.fix and each.fix.safety > Safety.SUGGESTION)
    columns = [
        Counter(each.rule for each in group) for group in (found, fixable, applied, settled, undone)
    ]
    names = sorted(set().union(*columns))
    return tuple(RuleFigures(name, *(column[name] for column in columns)) for name in names)
