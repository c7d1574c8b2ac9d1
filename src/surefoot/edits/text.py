"""Text by line and column, and edits carried out on it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from surefoot.model import Edit, Span
from surefoot.semantics.file import File

_NEWLINE = re.compile(r"\r\n?|\n")
_IMPORT = re.compile(r"([\r\n]*)([ \t]*(?:import|from) [^\r\n]*(?:\r\n?|\n))([\r\n]*)")
_INDENT = re.compile(r"[ \t\f]*")


class Unfixable(Exception):
    """An edit that cannot be made without risk; the text says why."""


class Overlap(Exception):
    """Edits that change the same text in different ways."""


class Text:
    """Text whose lines end in CR, LF or CRLF, as Python sees it; without a byte order mark."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = list(_NEWLINE.finditer(text))
        self.starts = [0, *(end.end() for end in self.ends)]

    @property
    def lines(self) -> int:
        """How many lines there are; what follows the last newline is one, even if empty."""
        return len(self.starts)

    def line(self, number: int) -> str:
        """Return a line, from 1, without its end."""
        end = self.ends[number - 1].start() if number <= len(self.ends) else len(self.text)
        return self.text[self.starts[number - 1] : end]

    def indent(self, number: int) -> str:
        """Return the white space a line begins with, form feeds and what precedes them left out."""
        found = _INDENT.match(self.line(number))
        return found[0].rpartition("\f")[2] if found is not None else ""

    def newline(self, number: int) -> str:
        """Return how a line ends; for the last one, how its neighbour does."""
        if not self.ends:
            return "\n"
        return self.ends[min(number, len(self.ends)) - 1][0]

    def offset(self, line: int, column: int) -> int:
        """Return the index of a position; past the last line it is the end of the text."""
        if line > len(self.starts):
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def range(self, span: Span) -> tuple[int, int]:
        """Return the indices of a span."""
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an index."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """Return the span between two indices."""
        return Span(*self.position(start), *self.position(end))

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Return the edit that puts `text` between two indices."""
        return Edit(self.span(start, end), text)


class Change(NamedTuple):
    """An edit by indices into the old text."""

    start: int
    end: int
    text: str


def changes(text: Text, edits: Iterable[Edit]) -> list[Change]:
    """Return edits in the order of the text; the same edit, asked for twice, is one, and so are
    imports for the same place.

    Raises `Overlap` where two change the same text, or insert at the same place.
    """
    ordered: list[Change] = []
    for change in sorted({Change(*text.range(edit.span), edit.text) for edit in edits}):
        joined = _joined(ordered[-1], change) if ordered else None
        if joined is not None:
            ordered[-1] = joined
        else:
            ordered.append(change)
    for before, after in pairwise(ordered):
        if collide(before, after):
            raise Overlap
    return ordered


def _joined(one: Change, other: Change) -> Change | None:
    """Two insertions at one place, the last of them an import, of which the first may hold
    several; None for others."""
    if not one.start == one.end == other.start == other.end:
        return None
    after = _IMPORT.fullmatch(other.text)
    before = list(_IMPORT.finditer(one.text)) if after is not None else []
    if after is None or "".join(match[0] for match in before) != one.text:
        return None
    lines = "".join(match[2] for match in (*before, after))
    return Change(one.start, one.end, after[1] + lines + after[3])


def collide(one: Change, other: Change) -> bool:
    """Whether two different changes touch the same text, so that their order would matter."""
    if one == other:
        return False
    if one.start == other.start:
        return True
    first, second = sorted((one, other))
    return second.start < first.end


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with the edits made. Raises `Overlap`."""
    whole = Text(text)
    return spliced(text, changes(whole, edits))


def spliced(text: str, ordered: Sequence[Change]) -> str:
    """Return the text with changes made that are in order and do not overlap."""
    parts, end = [], 0
    for change in ordered:
        parts += [text[end : change.start], change.text]
        end = change.end
    return "".join([*parts, text[end:]])


def text_of(file: File) -> Text:
    """Return the text of a file, split into lines once."""
    return file.once(_split, file.tree.module)


def _split(file: File, _: object) -> Text:
    return Text(file.text)
