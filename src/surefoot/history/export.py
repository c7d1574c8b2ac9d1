"""A course of findings for other programs: CSV, JSON lines, Prometheus text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone

from surefoot.history.lifecycle import FIXED, Course, Life, Point, figures
from surefoot.model import Severity

_COLUMNS = (
    "time",
    "commit",
    "session",
    "source",
    "lines",
    "open",
    *(level.label for level in reversed(Severity)),
    "new",
    "reopened",
    "fixed",
    "removed",
    "carried",
    "fixRate",
)

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(course: Course) -> str:
    """Return one row per run, the oldest first, below a row of names."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for point in course.points:
        row = _row(point)
        writer.writerow([_cell(row[name]) for name in _COLUMNS])
    return stream.getvalue()


def _cell(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    is_formula = isinstance(value, str) and value.startswith(_FORMULAS)
    return f"'{value}" if is_formula else value


def as_json_lines(course: Course) -> str:
    """Return one object per run (`"type": "run"`), then one per finding (`"finding"`)."""
    lines: list[dict[str, object]] = [{"type": "run", **_row(point)} for point in course.points]
    lines += [_finding(life) for life in course.lives]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def as_prometheus(course: Course) -> str:
    """Return the figures of today in the text format that Prometheus reads."""
    return "".join(f"{line}\n" for line in _metrics(course))


FORMATS: dict[str, Callable[[Course], str]] = {
    "csv": as_csv,
    "jsonl": as_json_lines,
    "prometheus": as_prometheus,
}
"""How a course can be written."""


def iso(at: int) -> str:
    """Return a time in seconds since 1970 as ISO 8601 writes it, in UTC."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _row(point: Point) -> dict[str, object]:
    return {
        "time": iso(point.at),
        "commit": point.commit,
        "session": point.session,
        "source": point.source,
        "lines": point.lines,
        "open": point.total,
        **{level.label: number for level, number in point.open.items()},
        "new": point.new,
        "reopened": point.reopened,
        "fixed": point.fixed,
        "removed": point.removed,
        "carried": point.carried,
        "fixRate": round(point.fix_rate, 6),
    }


def _finding(life: Life) -> dict[str, object]:
    return {
        "type": "finding",
        "check": life.sign.rule,
        "file": life.sign.path,
        "scope": life.sign.scope,
        "severity": life.severity.label,
        "opened": iso(life.start),
        "closed": iso(life.end) if life.end is not None else None,
        "how": life.how or "open",
        "reopened": life.reopened,
    }


def _metrics(course: Course) -> Iterator[str]:
    yield from _gauge(
        "surefoot_findings_open",
        "Findings that are open.",
        _counted(life for life in course.lives if life.end is None),
    )
    yield from _gauge(
        "surefoot_findings_fixed",
        "Findings that were fixed, since records began.",
        _counted(life for life in course.lives if life.how == FIXED),
    )
    whole = figures(course.lives, course.now)
    told = [
        ("surefoot_fix_rate", "The share of all findings that is fixed.", whole.fix_rate),
        ("surefoot_time_to_fix_seconds", "Median time to fix.", whole.time_to_fix),
        ("surefoot_open_age_seconds", "Median age of what is open.", whole.age),
    ]
    for name, text, value in told:
        if value is not None:
            yield from _gauge(name, text, [("", value)])
    if course.points:
        last = course.points[-1]
        yield from _gauge("surefoot_lines", "Lines checked.", [("", last.lines)])
        states = ("new", "reopened", "fixed", "removed", "carried")
        yield from _gauge(
            "surefoot_last_run_findings",
            "What became of findings in the last run.",
            [(f'{{state="{state}"}}', getattr(last, state)) for state in states],
        )
        name = "surefoot_last_run_timestamp_seconds"
        yield from _gauge(name, "When the last run was.", [("", last.at)])


def _counted(lives: Iterable[Life]) -> list[tuple[str, float]]:
    counts: dict[tuple[str, str], int] = {}
    for life in lives:
        key = (life.sign.rule, life.severity.label)
        counts[key] = counts.get(key, 0) + 1
    return [
        (f'{{check="{rule}",severity="{severity}"}}', number)
        for (rule, severity), number in sorted(counts.items())
    ]


def _gauge(name: str, text: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        yield f"{name}{labels} {value:.10g}"
