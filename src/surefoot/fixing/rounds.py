"""Rounds of fixing: apply what does not overlap, check again, until nothing is left to fix.

Files are changed in memory; who calls writes what comes out.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surefoot.edits.text import Change, Overlap, Text, changes, collide, spliced
from surefoot.fixing.following import Followed, Register
from surefoot.fixing.importing import Importing
from surefoot.fixing.moving import Moved
from surefoot.fixing.verifying import broken
from surefoot.model import Finding, Fix, Safety
from surefoot.syntax.parse import decode, encode

ROUNDS = 10
_LOOKS_PER_ROUND = 5
_OWN = "unused-suppression"

Contents = Mapping[str, bytes]
Check = Callable[[Contents], Sequence[Finding]]
"""Given the files that changed, return the findings that are to be fixed or reported."""


class Answer(enum.Enum):
    """What is to happen to a fix."""

    YES = "yes"
    NO = "no"
    ALL = "all of this rule"
    NONE = "none of this rule"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A fix, and its file before and after it alone."""

    finding: Finding
    fix: Fix
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """Which fixes to carry out: of the findings `wanted` those at least as safe as `least`
    that `choose` wants."""

    least: Safety = Safety.SAFE
    wanted: Callable[[Finding], bool] = lambda finding: True
    choose: Callable[[Proposal], Answer] | None = None
    rounds: int = ROUNDS

    def may_fix(self, finding: Finding) -> bool:
        """Whether a finding has a fix that is safe enough, and more than advice."""
        fix = finding.fix
        return fix is not None and bool(fix.edits) and fix.safety >= self.least


@dataclass(frozen=True, slots=True)
class Outcome:
    """What fixing came to.

    `first` and `last` are the findings before and after, with numbers that tell which are
    the same; `applied` those whose fix stayed, as they were, and `undone` those whose fix
    was taken back, `rounds` counts those that changed something.
    """

    first: tuple[Followed, ...]
    last: tuple[Followed, ...]
    changed: Contents
    applied: tuple[Followed, ...]
    undone: tuple[Followed, ...]
    rounds: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A fix that is to be made, with its edits by index."""

    followed: Followed
    changes: tuple[Change, ...]

    @property
    def finding(self) -> Finding:
        return self.followed.finding

    @property
    def path(self) -> str:
        return self.followed.finding.path


@dataclass(slots=True)
class _Applied:
    """A file after some fixes."""

    content: bytes
    moved: Moved
    text: str
    fixes: list[_Chosen]


@dataclass(slots=True)
class Fixer:
    """Carries out fixes on `contents`, the files as they are, asking `check` for findings.

    Of the findings there at first only those `offered` are fixed. `modules` are the names of
    modules by path.
    """

    contents: Contents
    check: Check
    plan: Plan
    offered: Callable[[Finding], bool] = lambda finding: True
    modules: Mapping[str, str] = field(default_factory=dict)
    changed: dict[str, bytes] = field(default_factory=dict)
    applied: list[Followed] = field(default_factory=list)
    undone: list[Followed] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    register: Register = field(default_factory=Register)
    now: list[Followed] = field(default_factory=list)
    _blocked: set[int] = field(default_factory=set)
    _accepted: set[int] = field(default_factory=set)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _history: dict[str, set[bytes]] = field(default_factory=dict)
    _has_quit: bool = False

    def run(self) -> Outcome:
        """Fix until nothing more can be fixed, and tell what came of it."""
        self.now = self.register.start(self.check({}))
        first = tuple(self.now)
        self._blocked = {each.number for each in first if not self.offered(each.finding)}
        rounds = 0
        for _ in range(self.plan.rounds):
            chosen = self._choose()
            if not chosen:
                break
            rounds += self._round(chosen)
        else:
            if self._candidates():
                self.notices.append(
                    f"after {self.plan.rounds} rounds there was still something to fix: run again"
                )
        return Outcome(
            first,
            tuple(self.now),
            {path: new for path, new in self.changed.items() if new != self.contents[path]},
            tuple(self.applied),
            tuple(self.undone),
            rounds,
            tuple(self.notices),
        )

    def without(self, outcome: Outcome, lost: Collection[str]) -> Outcome:
        """Return an outcome in which the files `lost` have stayed as they were."""
        changed = {path: new for path, new in outcome.changed.items() if path not in lost}
        before = [each for each in outcome.last if each.finding.path not in lost]
        before += [each for each in outcome.first if each.finding.path in lost]
        return replace(
            outcome,
            changed=changed,
            last=tuple(self.register.follow(before, self.check(changed), {})),
            applied=tuple(each for each in outcome.applied if each.finding.path not in lost),
        )

    def _content(self, path: str) -> bytes:
        return self.changed.get(path, self.contents[path])

    # -- choosing ------------------------------------------------------------------------

    def _candidates(self) -> list[Followed]:
        return [
            each
            for each in self.now
            if self.plan.may_fix(each.finding)
            and each.finding.path in self.contents
            and each.number not in self._blocked
        ]

    def _choose(self) -> dict[str, list[_Chosen]]:
        """Return, by path, fixes that are wanted and do not overlap."""
        chosen: dict[str, list[_Chosen]] = {}
        texts: dict[str, Text] = {}
        for each in self._candidates():
            path, fix = each.finding.path, each.finding.fix
            assert fix is not None
            if path not in texts:
                texts[path] = Text(decode(self._content(path)))
            try:
                edits = tuple(changes(texts[path], fix.edits))
            except Overlap:
                self._block(each, "its edits overlap")
                continue
            others = [change for other in chosen.get(path, ()) for change in other.changes]
            if any(collide(one, other) for one in edits for other in others):
                continue
            if not self._is_wanted(each, edits):
                continue
            chosen.setdefault(path, []).append(_Chosen(each, edits))
        return chosen

    def _is_wanted(self, each: Followed, edits: tuple[Change, ...]) -> bool:
        """Ask whoever decides, once about each finding."""
        choose, finding = self.plan.choose, each.finding
        if choose is None or each.number in self._accepted:
            return True
        if self._has_quit:
            return False
        answer = self._answers.get(finding.rule)
        if answer is None:
            made = self._apply(finding.path, [_Chosen(each, edits)])
            if made is None:
                return False
            assert finding.fix is not None
            before = self._content(finding.path)
            answer = choose(Proposal(finding, finding.fix, before, made.content))
        if answer in (Answer.ALL, Answer.NONE):
            self._answers[finding.rule] = answer
        if answer in (Answer.YES, Answer.ALL):
            self._accepted.add(each.number)
            return True
        self._has_quit = answer is Answer.QUIT
        self._blocked.add(each.number)
        return False

    # -- a round -------------------------------------------------------------------------

    def _round(self, chosen: dict[str, list[_Chosen]]) -> bool:
        """Make fixes and keep those that do what they should; tell whether any did."""
        for _ in range(_LOOKS_PER_ROUND):
            made = {path: self._apply(path, fixes) for path, fixes in chosen.items() if fixes}
            files = {path: each for path, each in made.items() if each is not None}
            if not files:
                return False
            changed = {**self.changed, **{path: each.content for path, each in files.items()}}
            moves = {path: (each.moved, each.text) for path, each in files.items()}
            register = replace(self.register)
            later = register.follow(self.now, self.check(changed), moves)
            bad = self._failures(files, later)
            if not bad:
                break
            chosen = {
                path: [fix for fix in each.fixes if fix.followed.number not in bad]
                for path, each in files.items()
            }
        else:
            return False
        for path, each in files.items():
            self._history.setdefault(path, {self.contents[path]}).add(each.content)
            self.applied += [fix.followed for fix in each.fixes]
        self._tell_of_new(later)
        self.changed, self.register, self.now = changed, register, later
        return True

    def _tell_of_new(self, later: Sequence[Followed]) -> None:
        """Say what is found, once fixes are made, that no single one of them can be blamed for."""
        known = {each.number for each in self.now}
        for each in later:
            finding = each.finding
            if each.number not in known and finding.rule != _OWN:
                place = f"{finding.path}:{finding.span.line}"
                self.notices.append(f"{place}: `{finding.rule}` is new after the fixes elsewhere")

    def _failures(self, files: Mapping[str, _Applied], later: Sequence[Followed]) -> set[int]:
        """Return the numbers of fixes that did not settle their finding, brought another one
        where they changed the file, or led back to what was there before; blocked from now."""
        present = {each.number: each.finding for each in later}
        known = {each.number for each in self.now}
        brought: dict[str, list[tuple[int, Finding]]] = {}
        for each in later:
            if each.number not in known and each.finding.rule != _OWN:
                for place, line in _places(each.finding):
                    brought.setdefault(place, []).append((line, each.finding))
        bad: set[int] = set()
        for path, made in files.items():
            circles = made.content in self._history.get(path, ())
            for fix in made.fixes:
                number = fix.followed.number
                reason = ""
                if number in present:
                    reason = "it did not settle the finding"
                elif circles:
                    reason = "it leads back to what was there before"
                elif new := next(
                    (new for line, new in brought.get(path, ()) if _has_changed(line, fix, made)),
                    None,
                ):
                    reason = f"it brings `{new.rule}`"
                if reason:
                    bad.add(number)
                    self._block(fix.followed, reason)
        return bad

    def _apply(self, path: str, fixes: list[_Chosen]) -> _Applied | None:
        """Return a file with fixes made; those that would break it are blocked and left out."""
        made = self._attempt(path, fixes)
        if not isinstance(made, str):
            return made
        if len(fixes) == 1:
            self._block(fixes[0].followed, made)
            return None
        good: list[_Chosen] = []
        result: _Applied | None = None
        for fix in fixes:
            made = self._attempt(path, [*good, fix])
            if isinstance(made, str):
                self._block(fix.followed, made)
            else:
                good.append(fix)
                result = made
        return result

    def _attempt(self, path: str, fixes: list[_Chosen]) -> _Applied | str:
        """Return a file with fixes made, or what is wrong with it."""
        old = self._content(path)
        text = decode(old)
        ordered = sorted({change for fix in fixes for change in fix.changes})
        new = spliced(text, ordered)
        try:
            content = encode(new, old)
        except UnicodeError as error:
            return f"it cannot be written: {error}"
        reason = broken(old, content, ordered)
        if reason is not None:
            return reason
        imports = any("import" in change.text for change in ordered)
        if imports and Importing(self.modules, self._content).closes_circle(path, content):
            return "modules would import each other"
        return _Applied(content, Moved(text, ordered), new, list(fixes))

    def _block(self, each: Followed, reason: str) -> None:
        """Remember not to try a fix again, and say why."""
        if each.number in self._blocked:
            return
        self._blocked.add(each.number)
        self.undone.append(each)
        finding = each.finding
        self.notices.append(
            f"{finding.path}:{finding.span.line}: the fix of `{finding.rule}` was undone: {reason}"
        )


def _places(finding: Finding) -> Iterator[tuple[str, int]]:
    """The lines, by path, that a finding speaks about: its own, and those of its chain."""
    yield finding.path, finding.span.line
    yield from ((step.path, step.line) for step in finding.chain)


def _has_changed(line: int, fix: _Chosen, made: _Applied) -> bool:
    """Whether a fix has changed a line of the new text."""
    text = Text(made.text)
    for change, (begin, end) in zip(made.moved.changes, made.moved.regions, strict=True):
        if change in fix.changes:
            first, last = text.position(begin)[0], text.position(end)[0]
            if first <= line <= last:
                return True
    return False
