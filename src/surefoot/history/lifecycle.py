"""From snapshots to the lives of findings, and the figures of their course.

A finding that a run did not look for (its file was not checked, or failed, or its rule did not
run) is unknown to that run and lives on. One that was looked for and not found is fixed; one
whose file is gone was removed with it. A rename keeps a finding's identity, and so does a line
that is gone from one function and there in another.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from surefoot.history.store import Snapshot
from surefoot.model import Severity
from surefoot.pairing import Sign, pair

FIXED = "fixed"
REMOVED = "removed"


@dataclass(slots=True)
class Life:
    """A finding through time; times in seconds since 1970.

    `end` is when it was first absent, None while it is open; `how` tells how it ended.
    `reopened`: the same finding had been fixed before.
    """

    sign: Sign
    severity: Severity
    start: int
    end: int | None = None
    how: str = ""
    reopened: bool = False

    def is_open(self, at: int) -> bool:
        """Whether it was open right after the time `at`."""
        return self.start <= at and (self.end is None or self.end > at)


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one snapshot.

    `open` counts what is known to be there after it, by severity. `new`, `reopened`, `fixed`,
    `removed` are what changed, `carried` what was there before and still is. `fix_rate` is the
    share of what was open before that is fixed, 1.0 where nothing was.
    """

    at: int
    commit: str
    session: str
    source: str
    lines: int
    open: dict[Severity, int]
    new: int
    reopened: int
    fixed: int
    removed: int
    carried: int

    @property
    def total(self) -> int:
        """All open findings."""
        return sum(self.open.values())

    @property
    def fix_rate(self) -> float:
        """The share of what was open before that is fixed; 1.0 where nothing was open."""
        before = self.carried + self.fixed
        return self.fixed / before if before else 1.0


@dataclass(frozen=True, slots=True)
class Course:
    """The lives of all findings, and one point per snapshot, in the order of time."""

    lives: tuple[Life, ...]
    points: tuple[Point, ...]

    @property
    def now(self) -> int:
        """The time of the newest snapshot."""
        return self.points[-1].at if self.points else 0

    def select(self, wanted: Callable[[Life], bool]) -> tuple[Life, ...]:
        """Return the lives for which `wanted` holds."""
        return tuple(life for life in self.lives if wanted(life))


@dataclass(frozen=True, slots=True)
class Figures:
    """What some lives come to; times in seconds, None where there is nothing to measure.

    `time_to_fix` is the median from first seen to first absent, of what was fixed; `age` the
    median age of what is still open, `oldest` its 95th percentile. Either median alone
    flatters.
    """

    open: int
    fixed: int
    reopened: int
    fix_rate: float
    time_to_fix: float | None
    age: float | None
    oldest: float | None


def figures(lives: Iterable[Life], now: int) -> Figures:
    """Return what lives come to at the time `now`."""
    all_ = list(lives)
    fixed = [life.end - life.start for life in all_ if life.end is not None and life.how == FIXED]
    ages = sorted(now - life.start for life in all_ if life.end is None)
    count = len(fixed) + len(ages)
    return Figures(
        open=len(ages),
        fixed=len(fixed),
        reopened=sum(life.reopened for life in all_),
        fix_rate=len(fixed) / count if count else 1.0,
        time_to_fix=statistics.median(fixed) if fixed else None,
        age=statistics.median(ages) if ages else None,
        oldest=_percentile(ages, 0.95) if ages else None,
    )


def grouped(course: Course, groups: Callable[[Life], Iterable[str]]) -> list[tuple[str, Figures]]:
    """Return what the findings of each group come to, the group with most open ones first.

    `groups` gives the names of the groups a finding is counted in.
    """
    named: dict[str, list[Life]] = {}
    for life in course.lives:
        for name in groups(life):
            named.setdefault(name, []).append(life)
    rows = [(name, figures(lives, course.now)) for name, lives in named.items()]
    return sorted(rows, key=lambda row: (-row[1].open, -row[1].fixed, row[0]))


def course(snapshots: Sequence[Snapshot]) -> Course:
    """Return the course of the findings through snapshots, which are in the order of time."""
    lives: list[Life] = []
    points: list[Point] = []
    for item in snapshots:
        points.append(_step(item, lives))
    return Course(tuple(lives), tuple(points))


def _step(item: Snapshot, lives: list[Life]) -> Point:
    """Let a snapshot end, continue and begin lives, and return its figures."""
    known = [life for life in lives if life.end is None]
    for life in known:
        new_path = item.renamed.get(life.sign.path)
        if new_path is not None and life.sign.path not in item.checked:
            life.sign = life.sign._replace(path=new_path)
    signs = [each for each, _ in item.seen]

    def is_gone(path: str) -> bool:
        return item.whole and path not in item.checked

    def may_have_moved(place: Sign) -> bool:
        return place.path in item.checked or is_gone(place.path)

    pairs = pair([life.sign for life in known], signs, may_have_moved)
    carried = set()
    for index, number in pairs.items():
        life = known[number]
        life.sign, life.severity = item.seen[index]
        carried.add(number)
    fixed = removed = 0
    for number, life in enumerate(known):
        path = life.sign.path
        looked_for = life.sign.rule in item.rules and path not in item.failed
        if number in carried or not looked_for:
            continue
        if path in item.checked:
            life.end, life.how = item.at, FIXED
            fixed += 1
        elif is_gone(path):
            life.end, life.how = item.at, REMOVED
            removed += 1
    before = {life.sign for life in lives if life.how == FIXED and life.end != item.at}
    new = reopened = 0
    for index, (each, severity) in enumerate(item.seen):
        if index in pairs:
            continue
        again = each in before
        lives.append(Life(each, severity, item.at, reopened=again))
        new += not again
        reopened += again
    counts = dict.fromkeys(reversed(Severity), 0)
    for life in lives:
        if life.end is None:
            counts[life.severity] += 1
    return Point(
        at=item.at,
        commit=item.commit,
        session=item.session,
        source=item.source,
        lines=item.lines,
        open=counts,
        new=new,
        reopened=reopened,
        fixed=fixed,
        removed=removed,
        carried=len(carried),
    )


def _percentile(ordered: Sequence[int], share: float) -> float:
    """Return the value below which the share of the ordered values lies (nearest rank)."""
    return float(ordered[min(len(ordered) - 1, int(share * len(ordered)))])
