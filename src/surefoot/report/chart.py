"""The course of findings as a drawing (SVG) and a table, for a page in the browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from surefoot.history.lifecycle import Course, Life, grouped
from surefoot.model import Severity
from surefoot.report.text import safe

_WIDTH, _HEIGHT = 900, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 26
_DAY = 86_400


def chart(course: Course) -> Iterator[str]:
    """Yield a drawing of the open findings over time, in all and by severity."""
    points = course.points
    series = [("total", [point.total for point in points])]
    for level in reversed(Severity):
        values = [point.open[level] for point in points]
        if any(values):
            series.append((level.label, values))
    top = _round_up(max(max(values) for _, values in series))
    times = [point.at for point in points]
    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="Open findings over time">'
    for share in (0.0, 0.5, 1.0):
        y = _y(share * top, top)
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{share * top:g}</text>'
    for at, anchor in ((times[0], "start"), (times[-1], "end")):
        edge = _LEFT if anchor == "start" else _WIDTH - _RIGHT
        yield f'<text x="{edge}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{_date(at)}</text>'
    for name, values in series:
        path = _path(times, values, top)
        yield f'<path class="line {name}" d="{path}"/>'
    for at, value, point in zip(times, series[0][1], points, strict=True):
        x, y = _x(at, times), _y(value, top)
        told = f"{_date(at)}: {value} open, {point.new} new, {point.fixed} fixed"
        yield f'<circle cx="{x}" cy="{y}" r="3"><title>{told}</title></circle>'
    yield "</svg>"
    legend = "".join(
        f'<span class="{name}">{name} {values[-1]:,}</span>' for name, values in series
    )
    yield f'<p class="legend">{legend}</p>'


def figures_table(
    head: str, course: Course, groups: Callable[[Life], Iterable[str]]
) -> Iterator[str]:
    """Yield a table of what the findings of each group come to, the most open ones first."""
    rows = grouped(course, groups)
    heads = (head, "open", "fixed", "fix rate", "median time to fix", "median age of open")
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th>{name}</th>" for name in heads)
    yield "</tr></thead><tbody>"
    for name, told in rows:
        cells = (
            escape(safe(name)),
            f"{told.open:,}",
            f"{told.fixed:,}",
            f"{told.fix_rate:.0%}",
            _days(told.time_to_fix),
            _days(told.age),
        )
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    yield "</tbody></table></div>"


def _path(times: Sequence[int], values: Sequence[int], top: float) -> str:
    spots = [f"{_x(at, times)},{_y(value, top)}" for at, value in zip(times, values, strict=True)]
    return "M" + "L".join(spots)


def _x(at: int, times: Sequence[int]) -> float:
    span = times[-1] - times[0]
    share = (at - times[0]) / span if span else 0.5
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(_HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM), 1)


def _round_up(value: int) -> int:
    """Return the next number of the form 2, 4 or 10 times a power of ten."""
    power = 1
    while True:
        for step in (2, 4, 10):
            if value <= step * power:
                return step * power
        power *= 10


def _date(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def _days(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / _DAY:.1f} days"
