"""Which of the findings of one time are those of another."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from surefoot.model import Finding


class Sign(NamedTuple):
    """By what a finding is known: rule, path, enclosing scope, and a digest of its line."""

    rule: str
    path: str
    scope: str
    text: str


def sign(finding: Finding) -> Sign:
    """Return by what a finding is known; white space in its line does not count."""
    text = " ".join(finding.anchor.split()).encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=6).hexdigest()
    return Sign(finding.rule, finding.path, finding.scope, digest)


def pair(
    known: Sequence[Sign], found: Sequence[Sign], is_gone: Callable[[Sign], bool]
) -> dict[int, int]:
    """Return for findings of now, by index, the one of before that it is.

    Rule, path and scope must agree. Within a scope those whose lines are the same belong
    together, and the rest in their order. Where `is_gone` holds for the place of a finding, its
    file or the function in it, that was moved or renamed: there the line decides, with the scope
    in another file, or else in another scope of the file. That key survived edits and moves
    best when real histories were replayed.
    """
    pairs: dict[int, int] = {}
    used: set[int] = set()

    def match(key: Callable[[Sign], object], candidates: Callable[[Sign], bool]) -> None:
        waiting: dict[object, deque[int]] = {}
        for index, each in enumerate(known):
            if index not in used and candidates(each):
                waiting.setdefault(key(each), deque()).append(index)
        for index, each in enumerate(found) if waiting else ():
            group = waiting.get(key(each)) if index not in pairs else None
            if group:
                pairs[index] = group.popleft()
                used.add(pairs[index])

    match(lambda each: each, lambda each: True)
    match(lambda each: each[:3], lambda each: True)
    match(lambda each: (each.rule, each.scope, each.text), is_gone)
    match(lambda each: (each.rule, each.path, each.text), is_gone)
    return pairs
