from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from surefoot.metrics import fix_rate, measure, measure_fixes, new_session_id
from surefoot.model import Fix, RuleFigures, Safety
from tests.report.samples import finding

_UNSAFE = Fix("mend", (), Safety.UNSAFE)
_SUGGESTED = Fix("think", (), Safety.SUGGESTION)


def test_report_only() -> None:
    """A run that fixes nothing ends with what it began with, after one iteration."""
    found = [finding(), finding(fix=_UNSAFE), finding(fix=_SUGGESTED)]
    metrics = measure(started=time.perf_counter(), initial=found)
    assert (metrics.initial_violations, metrics.final_violations) == (3, 3)
    assert (metrics.iterations, metrics.fixes_applied, metrics.fix_rate) == (1, 0, 0.0)
    assert metrics.mode == "informative"
    assert metrics.duration >= 0
    assert metrics.rules == (RuleFigures("missing-timeout", found=3, fixable=1),)


def test_fixes() -> None:
    """A run that fixes tells what is left, of each rule too."""
    first = [replace(finding(fix=_UNSAFE), rule=rule) for rule in ("a", "a", "b", "b")]
    before = measure(started=time.perf_counter(), initial=first, session_id="nightly")
    metrics = measure_fixes(
        before,
        initial=first,
        left=[3],
        brought=1,
        applied=first[:3],
        undone=first[3:],
        iterations=2,
    )
    assert (metrics.initial_violations, metrics.final_violations) == (4, 2)
    assert (metrics.settled, metrics.brought, metrics.fix_rate) == (3, 1, 0.5)
    assert (metrics.iterations, metrics.fixes_applied) == (2, 3)
    assert (metrics.mode, metrics.session_id) == ("executive", "nightly")
    assert metrics.rules == (
        RuleFigures("a", found=2, fixable=2, applied=2, settled=2, undone=0),
        RuleFigures("b", found=2, fixable=2, applied=1, settled=1, undone=1),
    )


@pytest.mark.parametrize(
    ("initial", "settled", "brought", "rate"),
    [(0, 0, 0, 1.0), (0, 0, 3, 1.0), (4, 3, 0, 0.75), (4, 3, 2, 0.25), (2, 1, 5, 0.0)],
)
def test_fix_rate(initial: int, settled: int, brought: int, rate: float) -> None:
    """The rate is the share that is gone; what came instead counts against it."""
    assert fix_rate(initial, settled, brought) == rate


def test_session_ids() -> None:
    """Every run has a name of its own that begins with its time."""
    names = {new_session_id() for _ in range(50)}
    assert len(names) == 50
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{8}", name) for name in names)
