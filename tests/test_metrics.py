from __future__ import annotations

import re
import time

from surefoot.metrics import measure, new_session_id


def test_report_only() -> None:
    """A run that fixes nothing ends with what it began with, after one iteration."""
    metrics = measure(started=time.perf_counter(), initial=3)
    assert (metrics.initial_violations, metrics.final_violations) == (3, 3)
    assert (metrics.iterations, metrics.fixes_applied, metrics.fix_rate) == (1, 0, 0.0)
    assert metrics.mode == "informative"
    assert metrics.duration >= 0


def test_fixes() -> None:
    """A run that fixes tells what is left."""
    metrics = measure(
        started=time.perf_counter(),
        initial=4,
        final=1,
        iterations=2,
        fixes_applied=3,
        mode="executive",
        session_id="nightly",
    )
    assert (metrics.final_violations, metrics.fix_rate) == (1, 0.75)
    assert (metrics.iterations, metrics.fixes_applied) == (2, 3)
    assert (metrics.mode, metrics.session_id) == ("executive", "nightly")


def test_session_ids() -> None:
    """Every run has a name of its own that begins with its time."""
    names = {new_session_id() for _ in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", name) for name in names)
