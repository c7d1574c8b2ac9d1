"""Where things are after a text was changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from surefoot.edits.text import Change


class Moved:
    """A text, changes made to it, and where what they did not touch is afterwards."""

    def __init__(self, text: str, changes: Sequence[Change]) -> None:
        self.text = text
        self.changes = changes
        self.regions: list[tuple[int, int]] = []
        shift = 0
        for change in changes:
            begin = change.start + shift
            self.regions.append((begin, begin + len(change.text)))
            shift += len(change.text) - (change.end - change.start)
        self._starts = [change.start for change in changes]
        self._shifts = [0]
        for change in changes:
            self._shifts.append(self._shifts[-1] + len(change.text) - (change.end - change.start))

    def reversed(self) -> Moved:
        """Return the way back, from the new text to the old one."""
        parts, end = [], 0
        for change in self.changes:
            parts += [self.text[end : change.start], change.text]
            end = change.end
        parts.append(self.text[end:])
        back = [
            Change(begin, end, self.text[change.start : change.end])
            for change, (begin, end) in zip(self.changes, self.regions, strict=True)
        ]
        return Moved("".join(parts), back)

    def touches(self, start: int, end: int) -> bool:
        """Whether a change lies in, or reaches into, a stretch of the text."""
        index = bisect_left(self._starts, start)
        if index and self.changes[index - 1].end > start:
            return True
        while index < len(self.changes) and self.changes[index].start < end:
            change = self.changes[index]
            if change.start > start or change.end > change.start:
                return True
            index += 1
        return False

    def start(self, offset: int) -> int:
        """Return where what begins at an untouched index begins now: after what was inserted."""
        index = bisect_left(self._starts, offset)
        while index < len(self.changes) and self.changes[index].end <= offset:
            index += 1
        return offset + self._shifts[index]

    def end(self, offset: int) -> int:
        """Return where what ends at an untouched index ends now: before what was inserted."""
        return offset + self._shifts[bisect_left(self._starts, offset)]

    def region(self, offset: int) -> int | None:
        """Return the number of the change that replaced what is at an index."""
        for number, change in enumerate(self.changes):
            if change.start <= offset < change.end:
                return number
        return None

    def new_region(self, offset: int) -> int | None:
        """Return the number of the change whose text holds an index of the new text."""
        for number, (begin, end) in enumerate(self.regions):
            if begin <= offset < end:
                return number
        return None
