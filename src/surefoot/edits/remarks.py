"""Edits to comments that silence other linters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import libcst as cst

from surefoot.edits.text import text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_SILENCED = re.compile(
    r"#\s*(?:noqa\s*:|pylint\s*:\s*disable\s*=)\s*"
    r"(?P<names>[A-Za-z][\w-]*(?:\s*,\s*[A-Za-z][\w-]*)*)(?P<reason>[^#]*)"
)


def silence_no_more(file: File, node: cst.CSTNode, names: Collection[str]) -> tuple[Edit, ...]:
    """Take names of other linters' rules out of the comments that silence these where a node
    stands; of a comment that silenced nothing else the reason stays."""
    where = text_of(file)
    edits = []
    for space in _behind(file, node):
        comment = space.comment
        match = _SILENCED.search(comment.value) if comment is not None else None
        if comment is None or match is None:
            continue
        given = [name.strip() for name in match["names"].split(",")]
        left = [name for name in given if name not in names]
        if len(left) == len(given):
            continue
        start, end = where.range(file.span(comment))
        if not left:
            reason = match["reason"].strip(" \t-:;,")
            parts = [comment.value[: match.start()].rstrip(), f"# {reason}" if reason else ""]
            text = "  ".join(filter(None, [*parts, comment.value[match.end() :]]))
            if not text:
                start -= len(space.whitespace.value)
            edits.append(where.edit(start, end, text))
        else:
            first, last = (start + index for index in match.span("names"))
            edits.append(where.edit(first, last, ", ".join(left)))
    return tuple(edits)


def _behind(file: File, node: cst.CSTNode) -> Iterator[cst.TrailingWhitespace]:
    """What stands behind the statement of a node, or behind the head of a handler and the only
    statement in it."""
    if isinstance(node, cst.ExceptHandler):
        body: Any = node.body
        if isinstance(body, cst.IndentedBlock):
            yield body.header
            if len(body.body) == 1 and isinstance(body.body[0], cst.SimpleStatementLine):
                yield body.body[0].trailing_whitespace
        else:
            yield body.trailing_whitespace
        return
    line = file.parent(file.statement(node))
    if isinstance(line, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
        yield line.trailing_whitespace
