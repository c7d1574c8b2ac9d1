"""Findings followed through changes to the files, one by one.

A finding's line may change with its fix, so its fingerprint is no identity here; the place it
moved to is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from surefoot.edits.text import Text
from surefoot.fixing.moving import Moved
from surefoot.model import Finding, Span


@dataclass(frozen=True, slots=True)
class Followed:
    """A finding as it is now, and the number it has kept since it was first seen."""

    number: int
    finding: Finding


@dataclass(slots=True)
class Register:
    """Gives numbers to findings; those below `initial` were there at first."""

    initial: int = 0
    given: int = 0
    first: list[Finding] = field(default_factory=list)

    def start(self, findings: Sequence[Finding]) -> list[Followed]:
        """Number the findings of the first look."""
        self.initial = self.given = len(findings)
        self.first = list(findings)
        return [Followed(number, finding) for number, finding in enumerate(findings)]

    def follow(
        self,
        before: Sequence[Followed],
        findings: Sequence[Finding],
        moves: Mapping[str, tuple[Moved, str]],
    ) -> list[Followed]:
        """Number findings after changes: `moves` has, by path, how the text moved, and the new.

        What is found where an old finding of the same rule moved to is that one; in what a
        change replaced, any of the same rule is.
        """
        texts = {path: (Text(moved.text), moved, Text(new)) for path, (moved, new) in moves.items()}
        left: dict[tuple[object, ...], list[Followed]] = {}
        loose: dict[tuple[object, ...], list[Followed]] = {}

        def key_before(each: Followed) -> tuple[object, ...]:
            finding = each.finding
            if finding.path not in texts:
                return (finding.path, finding.rule, _start(finding.span))
            old, moved, new = texts[finding.path]
            offset, _ = old.range(finding.span)
            region = moved.region(offset)
            if region is not None:
                return (finding.path, finding.rule, "in", region)
            return (finding.path, finding.rule, new.position(moved.start(offset)))

        for each in before:
            key = key_before(each)
            (loose if "in" in key else left).setdefault(key, []).append(each)
        numbered: list[Followed | None] = [None] * len(findings)
        by_message: Callable[[Finding, Followed], bool]
        for by_message in (_says_the_same, _says_anything):
            for index, finding in enumerate(findings):
                known = left.get((finding.path, finding.rule, _start(finding.span)), [])
                match = next((each for each in known if by_message(finding, each)), None)
                if numbered[index] is None and match is not None:
                    known.remove(match)
                    numbered[index] = Followed(match.number, finding)
        for index, finding in enumerate(findings):
            if numbered[index] is None and finding.path in texts:
                _, moved, new = texts[finding.path]
                region = moved.new_region(new.range(finding.span)[0])
                known = loose.get((finding.path, finding.rule, "in", region), [])
                if known:
                    numbered[index] = Followed(known.pop(0).number, finding)
            if numbered[index] is None:
                numbered[index] = Followed(self.given, finding)
                self.given += 1
        return [each for each in numbered if each is not None]


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _says_the_same(finding: Finding, each: Followed) -> bool:
    return each.finding.message == finding.message


def _says_anything(finding: Finding, each: Followed) -> bool:
    return True
