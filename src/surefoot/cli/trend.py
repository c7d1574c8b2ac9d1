"""The course of findings as text: bars over time, and a table of groups."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import TextIO

from surefoot.history import Course, Life
from surefoot.history.lifecycle import Figures, Point, figures, grouped
from surefoot.model import Severity
from surefoot.report.screen import SEVERITY_STYLES, Screen, Segment
from surefoot.report.text import count, safe

_BLOCKS = "▁▂▃▄▅▆▇█"
_ASCII = "_.-~=+*#"
_WIDEST = 60
_DAY = 86_400


def show_course(
    course: Course,
    groups: Callable[[Life], Iterable[str]],
    by: str,
    last: int,
    stream: TextIO,
) -> None:
    """Write the trend of all runs, a row for each of the `last` ones, and one for each group."""
    screen = Screen(stream)
    if not course.points:
        screen.line(("No run is kept yet.", ""))
        return
    first, newest = course.points[0], course.points[-1]
    runs = count(len(course.points), "run")
    screen.line((f"{runs}, {_date(first.at)} to {_date(newest.at)}", "bold"))
    screen.line()
    blocks = _BLOCKS if _can_write(stream) else _ASCII
    for label, style, values in _series(course):
        drawn = bars(_thinned(values, _WIDEST), blocks)
        screen.line((f"{label:<9}", style), (drawn, style), (f"  {values[-1]:,}", ""))
    screen.line()
    _table(screen, _RUNS, [_run(point) for point in course.points[-last:]])
    screen.line()
    rows = grouped(course, groups)
    if len(rows) > 1:
        rows.append(("all", figures(course.lives, course.now)))
    _table(screen, (by, *_FIGURES), [(safe(name), *_figures(told)) for name, told in rows])


_RUNS = ("run", "open", "new", "reopened", "fixed", "removed", "carried", "fix rate")
_DISPENSABLE = (
    "oldest 5 %",
    "removed",
    "reopened",
    "carried",
    "fix rate",
    "time to fix",
    "fixed",
    "age of open",
)
"""The columns that a narrow terminal goes without, the first one first."""
_FIGURES = ("open", "fixed", "fix rate", "time to fix", "age of open", "oldest 5 %")


def bars(values: Sequence[int], blocks: str = _BLOCKS) -> str:
    """Return a bar for each value; none for 0, the highest for the largest."""
    top = max(values, default=0)
    return "".join(
        " " if not value else blocks[(value * len(blocks) - 1) // top] for value in values
    )


def _series(course: Course) -> list[tuple[str, str, list[int]]]:
    """Return all findings, and those of each severity there ever were any of, over time."""
    found = [("open", "bold", [point.total for point in course.points])]
    for level in reversed(Severity):
        values = [point.open[level] for point in course.points]
        if any(values):
            found.append((level.label, SEVERITY_STYLES[level], values))
    return found


def _thinned(values: list[int], most: int) -> list[int]:
    """Return at most `most` of the values at even distances, the last one included."""
    if len(values) <= most:
        return values
    return [values[round(index * (len(values) - 1) / (most - 1))] for index in range(most)]


def _run(point: Point) -> tuple[str, ...]:
    numbers = (
        point.total,
        point.new,
        point.reopened,
        point.fixed,
        point.removed,
        point.carried,
    )
    commit = f" {point.commit[:8]}" if point.commit else ""
    rate = f"{point.fix_rate:.0%}" if point.carried or point.fixed else "-"
    return (f"{_date(point.at)}{commit}", *map("{:,}".format, numbers), rate)


def _figures(told: Figures) -> tuple[str, ...]:
    return (
        f"{told.open:,}",
        f"{told.fixed:,}",
        f"{told.fix_rate:.0%}",
        *map(_days, (told.time_to_fix, told.age, told.oldest)),
    )


def _table(screen: Screen, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write columns, the first to the left and the others to the right, as many as fit."""
    columns = list(zip(heads, *rows, strict=True))
    for head in _DISPENSABLE:
        width = sum(max(map(len, column)) + 2 for column in columns) - 2
        if screen.width is None or width <= screen.width:
            break
        columns = [column for column in columns if column[0] != head]
    widths = [max(map(len, column)) for column in columns]
    for number, row in enumerate(zip(*columns, strict=True)):
        style = "" if number else "bold"
        cells = [
            f"{cell:<{width}}" if index == 0 else f"{cell:>{width}}"
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        line: Segment = ("  ".join(cells), style)
        screen.line(line)


def _date(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def _days(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / _DAY:.1f} d"


def _can_write(stream: TextIO) -> bool:
    try:
        _BLOCKS.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
