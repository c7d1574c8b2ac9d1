"""The lines of source a finding is about, with a line of carets below the spot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from surefoot.model import Finding, Span
from surefoot.report.text import cells, safe

_LINE_END = re.compile(r"\r\n|\r|\n")
_TAB = 4
_CROPPED = "..."


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an excerpt: its number in the file, or None for the line of carets."""

    number: int | None
    text: str


class Sources:
    """The text of the files findings are about, read once each."""

    def __init__(self, root: str, contents: Mapping[str, bytes]) -> None:
        """Files are read below `root`, but for those whose text stands in `contents`."""
        self._root, self._contents = Path(root), contents
        self._known: tuple[str, list[str]] = ("", [])

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file without their ends; none if it cannot be read."""
        if self._known[0] != path:
            self._known = (path, self._read(path))
        return self._known[1]

    def _read(self, path: str) -> list[str]:
        content = self._contents.get(path)
        if content is None:
            try:
                content = (self._root / path).read_bytes()
            except (OSError, ValueError):
                return []
        return _LINE_END.split(
            content.removeprefix(b"\xef\xbb\xbf").decode(_encoding(content), "replace")
        )


def excerpt(finding: Finding, sources: Sources, width: int) -> list[Line]:
    """Return the finding's first line, the line before it, and carets under the spot.

    Where the file is no longer what was checked, the line as it was, without carets; of
    what is no text, nothing.
    """
    lines, span = sources.lines(finding.path), finding.span
    line = lines[span.line - 1] if 0 < span.line <= len(lines) else None
    if line is not None and "\0" in line:
        return []
    if line is None or (finding.anchor and line.strip() != finding.anchor):
        return [Line(span.line, safe(finding.anchor))] if finding.anchor else []
    shown = []
    if span.line > 1 and lines[span.line - 2].strip():
        shown.append(Line(span.line - 1, _crop(_expanded(lines[span.line - 2])[0], 0, width)))
    text, starts = _expanded(line)
    begin, end = _spot(span, line, starts)
    offset, total = 0, starts[-1]
    if total > width and end > width - len(_CROPPED):
        offset = max(0, min(begin - width // 4, total - width + len(_CROPPED)))
    shown.append(Line(span.line, _crop(text, offset, width)))
    lead = begin - offset + (len(_CROPPED) if offset else 0)
    length = max(1, min(end - begin, width - lead))
    shown.append(Line(None, " " * lead + "^" * length))
    return shown


def _spot(span: Span, line: str, starts: list[int]) -> tuple[int, int]:
    """Return the first and last-but-one terminal column of a span within its first line."""
    last = len(line.rstrip()) if span.end_line > span.line else span.end_column - 1
    first = min(max(span.column - 1, 0), len(line))
    return starts[first], starts[min(max(last, first), len(line))]


def _expanded(line: str) -> tuple[str, list[int]]:
    """Return the line as it is printed, and the terminal column of each of its characters.

    The list has one more item, for the end of the line.
    """
    if line.isascii() and line.isprintable():
        return line, list(range(len(line) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    column = 0
    for char in line:
        piece = " " * (_TAB - column % _TAB) if char == "\t" else safe(char)
        starts.append(column)
        pieces.append(piece)
        column += cells(piece)
    return "".join(pieces), [*starts, column]


def _crop(text: str, offset: int, width: int) -> str:
    """Return the part of `text` from terminal column `offset` on that fits `width`."""
    if offset == 0 and cells(text) <= width:
        return text.rstrip()
    kept, column = [], 0
    room = width - (len(_CROPPED) if offset else 0)
    if cells(text) - offset > room:
        room -= len(_CROPPED)
    for char in text:
        size = cells(char)
        if column >= offset and column + size > offset + room:
            kept.append(_CROPPED)
            break
        if column >= offset:
            kept.append(char)
        elif column + size > offset:
            kept.append(" ")
        column += size
    return (_CROPPED if offset else "") + "".join(kept)


def _encoding(content: bytes) -> str:
    """Return the encoding a file of Python declares in its first two lines; UTF-8 if none."""
    import codecs

    for line in content.split(b"\n", 2)[:2]:
        match = re.match(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if match:
            try:
                return codecs.lookup(match[1].decode("ascii", "replace")).name
            except LookupError:
                return "utf-8"
    return "utf-8"
