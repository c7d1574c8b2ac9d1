"""The figures of a run: who it was, what it found, what it mended, how long it took."""

from __future__ import annotations

import os
import time

from surefoot.model import Metrics


def new_session_id() -> str:
    """Return a name for a run: the time in UTC and eight random digits, so names sort by time."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(4).hex()}"


def fix_rate(initial: int, final: int) -> float:
    """Return the share of the initial findings that are gone; 1.0 where there was nothing to fix.

    It stays between 0 and 1: fixes that brought more findings than they removed count as none.
    """
    if initial <= 0:
        return 1.0
    return max(0.0, (initial - final) / initial)


def measure(
    *,
    started: float,
    initial: int,
    final: int | None = None,
    iterations: int = 1,
    fixes_applied: int = 0,
    mode: str = "informative",
    session_id: str | None = None,
) -> Metrics:
    """Return the metrics of a run that began at `started`, a reading of `time.perf_counter()`.

    `initial` and `final` count findings before and after fixing; without `final` nothing was
    fixed. `mode` is `informative` (report only) or `executive` (fixes carried out).
    """
    remaining = initial if final is None else final
    return Metrics(
        session_id=session_id or new_session_id(),
        initial_violations=initial,
        iterations=iterations,
        fixes_applied=fixes_applied,
        final_violations=remaining,
        fix_rate=fix_rate(initial, remaining),
        mode=mode,
        duration=max(0.0, time.perf_counter() - started),
    )
