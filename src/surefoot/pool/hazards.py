"""Files that may kill or stall the process that parses them, told apart without parsing.

LibCST descends recursively: thousands of nested brackets, of operators or of `elif`
overflow the stack, long chains of attributes and operators take time that grows with the
square of their length, and nested `case` patterns time that doubles with each bracket
(release 1.9.0). Such files are generated; nobody types them.
"""

from __future__ import annotations

from itertools import accumulate

_DEEPEST = 100
_LONGEST_LINE = 2_000
_MOST_ELIF = 300
_MOST_CONTINUED = 1_000
_OPEN, _CLOSE = b"([{", b")]}"
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(_OPEN + _CLOSE))
_STEPS = tuple(1 if byte in _OPEN else -1 if byte in _CLOSE else 0 for byte in range(256))
_ADJACENT = (b"(" * 10, b"[" * 10, b"{" * 10, b"([" * 5)
_SIGNS = (b"+", b"-", b"*", b"/", b"%", b"|", b"&", b".", b"and", b"or")
_CONTINUED = (*(b"\n" + sign for sign in _SIGNS), *(sign + b"\n" for sign in (*_SIGNS, b"\\")))


def is_hazardous(content: bytes) -> bool:
    """Return whether a file should be examined in a process of its own.

    Brackets in strings and comments are counted too; an ordinary file taken for a hazard
    only costs that process.
    """
    return (
        any(adjacent in content for adjacent in _ADJACENT)
        or content.count(b"elif ") > _MOST_ELIF
        or max(map(len, content.splitlines()), default=0) > _LONGEST_LINE
        or _depth(content) > _DEEPEST
        or _continued_lines(content) > _MOST_CONTINUED
    )


def _depth(content: bytes) -> int:
    brackets = content.translate(None, _ALL_BUT_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def _continued_lines(content: bytes) -> int:
    """Return about how many lines begin or end with an operator; 0 if they must be few."""
    if content.count(b"\n") <= _MOST_CONTINUED:
        return 0
    dense = content.translate(None, b" \t\r\f")
    return sum(map(dense.count, _CONTINUED))
