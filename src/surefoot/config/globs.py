"""Globs over paths, one meaning for excludes and per-file ignores.

`*` and `?` stay within one part of a path, `**` crosses them, `[ab]` and `{a,b}` choose.
A glob without `/` matches at any depth; one with `/` starts at the project root. What
matches a directory covers everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache


class GlobError(ValueError):
    """A glob that cannot be understood; the text says why."""


class Globs:
    """Several globs as one question."""

    __slots__ = ("_exact", "_within")

    def __init__(self, patterns: Sequence[str]) -> None:
        """Raise `GlobError` for the first pattern that makes no sense."""
        floating: list[str] = []
        anchored: list[str] = []
        for pattern in patterns:
            body, is_anchored = _split(pattern)
            (anchored if is_anchored else floating).append(_translate(body))
        alternatives = list(anchored)
        if floating:
            alternatives.append(f"(?:.*/)?(?:{'|'.join(floating)})")
        either = "|".join(alternatives) if alternatives else "(?!)"
        self._exact = re.compile(f"(?:{either})", re.DOTALL)
        self._within = re.compile(f"(?:{either})(?:/.*)?", re.DOTALL)

    def cover(self, path: str, top: str = "") -> bool:
        """Tell whether `path`, or a directory below `top` that it lies in, matches."""
        if not top:
            return self._within.fullmatch(path) is not None
        end = len(top)
        while end < len(path):
            end = path.find("/", end + 1)
            if end < 0:
                end = len(path)
            if self._exact.fullmatch(path, 0, end):
                return True
        return False


@lru_cache(maxsize=64)
def globs(patterns: tuple[str, ...]) -> Globs:
    """Return `Globs(patterns)`, compiled once."""
    return Globs(patterns)


def _split(pattern: str) -> tuple[str, bool]:
    """Return the glob without its frame, and whether it starts at the root."""
    if "\\" in pattern:
        raise GlobError("use `/` between the parts of a path")
    body = pattern.removeprefix("./")
    anchored = body.startswith("/")
    body = body.strip("/")
    while body.endswith("/**"):
        body, anchored = body[:-3].rstrip("/"), True
    if not body:
        raise GlobError("a glob must name something")
    if ".." in body.split("/"):
        raise GlobError("a glob cannot leave the project with `..`")
    return body, anchored or "/" in body


def _translate(body: str) -> str:
    """Return the regular expression of a glob."""
    pieces: list[str] = []
    index = 0
    in_braces = False
    while index < len(body):
        char = body[index]
        if body.startswith("**/", index) and (index == 0 or body[index - 1] == "/"):
            pieces.append("(?:.*/)?")
            index += 3
            continue
        if body.startswith("**", index):
            pieces.append(".*")
            index += 2
            continue
        if char == "[":
            text, index = _choice(body, index)
            pieces.append(text)
            continue
        if char == "{":
            if in_braces or "}" not in body[index:]:
                raise GlobError("`{` is nested or never closed")
            in_braces = True
            pieces.append("(?:")
        elif char == "}" and in_braces:
            in_braces = False
            pieces.append(")")
        elif char == "," and in_braces:
            pieces.append("|")
        else:
            pieces.append({"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char))
        index += 1
    return "".join(pieces)


def _choice(body: str, start: int) -> tuple[str, int]:
    """Translate the `[...]` at `start`; return it and the index after it."""
    end = body.find("]", start + 2 + body.startswith("!", start + 1))
    if end < 0:
        raise GlobError("`[` is never closed")
    inside = body[start + 1 : end]
    negated = inside.startswith("!")
    members = inside[negated:].replace("^", "\\^").replace("[", "\\[").replace("]", "\\]")
    text = f"(?![/])[{'^' if negated else ''}{members}]"
    try:
        re.compile(text)
    except re.error as error:
        raise GlobError(f"`[{inside}]` is no choice of characters") from error
    return text, end + 1
