"""Text that is safe to print: names and source may hold anything, a terminal obeys some of it."""

from __future__ import annotations

import os
import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_STRAY = re.compile("[\ud800-\udfff]")


def safe(text: str) -> str:
    """Return `text` with control characters, direction marks and stray bytes spelt out."""
    return _UNSAFE.sub(_escape, text)


def encodable(text: str) -> str:
    """Return `text` with only those bytes spelt out that are no text in any encoding."""
    return text if text.isascii() else _STRAY.sub(_escape, text)


def place(path: str, root: str, cwd: str) -> str:
    """Return a path of a project as seen from `cwd`, safe to print; as it is for no `cwd`."""
    if cwd and cwd != root:
        try:
            path = os.path.relpath(os.path.join(root, path), cwd)
        except ValueError:  # on another drive of Windows
            path = os.path.join(root, path)
    return safe(path.replace(os.sep, "/"))


def cells(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    from rich.cells import get_character_cell_size

    return sum(map(get_character_cell_size, text))


def count(number: int, one: str, many: str | None = None) -> str:
    """Return `3 files`, `1 file`: the number with the fitting noun."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{number:,} {noun}"


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
