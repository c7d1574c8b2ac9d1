"""Whether edits changed what they were meant to change, and nothing else."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import libcst as cst

from surefoot.edits.text import Change, Text
from surefoot.fixing.moving import Moved
from surefoot.model import Span
from surefoot.syntax.parse import Source, Unparsable, parse
from surefoot.syntax.places import all_positions

_COMPARED = (
    cst.BaseExpression,
    cst.BaseStatement,
    cst.BaseSmallStatement,
    cst.Arg,
    cst.Comment,
    cst.Decorator,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
)
_LITERAL = (cst.SimpleString, cst.FormattedStringText)

_LEAVES = frozenset({"Ellipsis", "Float", "Imaginary", "Integer", "Name", "SimpleString"})

_Node = tuple[str, int, int]


def broken(old: bytes, new: bytes, changes: Sequence[Change]) -> str | None:
    """Return what is wrong with a file after its changes; None for nothing.

    It must parse, compile if it did before, and every node outside the changes must be
    where it was, as what it was.
    """
    before = parse(old)
    try:
        after = parse(new)
    except Unparsable as error:
        return error.message
    if _compiles(before.text) and not _compiles(after.text):
        return "it would not compile"
    moved = Moved(before.text, changes)
    back = moved.reversed()
    if _literals_cut(before, changes):
        return "a string would change"
    if _loses_comment(before, changes):
        return "a comment would be lost"
    wanted, altered = _divided(before, moved)
    found, made = _divided(after, back)
    expected = Counter((kind, moved.start(start), moved.end(end)) for kind, start, end in wanted)
    present = Counter(found)
    reaching = _borders((kind, moved.start(start), moved.end(end)) for kind, start, end in altered)
    grown = _borders(made)
    missing = [node for node in expected - present if not _may_grow(node, grown)]
    extra = [node for node in present - expected if not _may_grow(node, reaching)]
    return "code beside the fix would change" if missing or extra else None


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<source>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _divided(source: Source, moved: Moved) -> tuple[list[_Node], list[_Node]]:
    """The nodes no change touches, and the others."""
    untouched: list[_Node] = []
    touched: list[_Node] = []
    for node in _placed(source):
        (touched if moved.touches(*node[1:]) else untouched).append(node)
    return untouched, touched


def _borders(nodes: Iterable[_Node]) -> set[tuple[str, str, int]]:
    """Where nodes begin and end."""
    return {
        border
        for kind, start, end in nodes
        for border in ((kind, "start", start), (kind, "end", end))
    }


def _may_grow(node: _Node, others: Collection[tuple[str, str, int]]) -> bool:
    """Whether a node of several parts got a part more, or less, at its end or its start."""
    kind, start, end = node
    if kind in _LEAVES:
        return False
    return (kind, "start", start) in others or (kind, "end", end) in others


def _placed(source: Source, kinds: tuple[type, ...] = _COMPARED) -> Iterator[_Node]:
    text = Text(source.text)
    for node, where in all_positions(source.module).items():
        if isinstance(node, kinds):
            start, end = where.start, where.end
            span = Span(start.line, start.column + 1, end.line, end.column + 1)
            first, last = text.range(span)
            if first < last:
                yield type(node).__name__, first, last


def _literals_cut(source: Source, changes: Sequence[Change]) -> bool:
    """Whether a change reaches into a string without replacing all of it."""
    for _, start, end in _placed(source, _LITERAL):
        for change in changes:
            inside = change.start < end and change.end > start
            if change.start == change.end:
                inside = start < change.start < end
            if inside and not (change.start <= start and end <= change.end):
                return True
    return False


def _loses_comment(source: Source, changes: Sequence[Change]) -> bool:
    """Whether a change replaces more than a comment, and none has it any more."""
    if not any("#" in source.text[change.start : change.end] for change in changes):
        return False
    for _, start, end in _placed(source, (cst.Comment,)):
        comment = source.text[start:end]
        if any(comment in change.text for change in changes):
            continue
        for change in changes:
            if change.start < end and change.end > start:
                replaced = source.text[change.start : change.end].strip()
                if replaced and replaced not in comment:
                    return True
    return False
