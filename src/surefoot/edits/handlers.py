"""Edits to what stands in the handlers of a `try`."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from surefoot.edits.expressions import replace
from surefoot.edits.imports import Written, import_name
from surefoot.edits.statements import after_line, insert_before, last_line
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File


def answer_first(file: File, handler: cst.ExceptHandler, text: str) -> tuple[Edit, ...]:
    """Put a statement first into a handler; a lone `pass` gives way to it."""
    lone = _lone_nothing(handler)
    if lone is not None:
        where = text_of(file)
        return (where.edit(*where.range(file.span(lone)), text),)
    if not isinstance(handler.body, cst.IndentedBlock):
        raise Unfixable("the handler stands on one line")
    return insert_before(file, handler.body.body[0], text)


def answer_last(file: File, handler: cst.ExceptHandler, text: str) -> tuple[Edit, ...]:
    """Put a statement last into a handler, in the place of a `pass` or `continue` there."""
    where = text_of(file)
    lone = _lone_nothing(handler)
    if lone is not None:
        return (where.edit(*where.range(file.span(lone)), text),)
    if not isinstance(handler.body, cst.IndentedBlock):
        raise Unfixable("the handler stands on one line")
    match handler.body.body[-1]:
        case cst.SimpleStatementLine(body=[(cst.Pass() | cst.Continue()) as last]):
            return (where.edit(*where.range(file.span(last)), text),)
        case last:
            indent = where.indent(file.extent(handler.body.body[0])[0])
            return (after_line(where, last_line(file, last), text, indent),)


def insert_handler(
    file: File, handler: cst.ExceptHandler, header: str, text: str
) -> tuple[Edit, ...]:
    """Put another handler before one, and before the comments that lead to it."""
    where = text_of(file)
    line = file.span(handler).line
    indent = where.indent(line)
    first = line - len(handler.leading_lines)
    statement = file.parent(handler)
    if isinstance(statement, cst.Try) and statement.handlers[0] is handler:
        first = line  # a comment there may end the block above
    newline = where.newline(line)
    start = where.offset(first, 1)
    unit = file.tree.module.default_indent
    lines = f"{indent}{header}{newline}{indent}{unit}{text}{newline}"
    return (where.edit(start, start, lines),)


def catch_only(
    file: File, handler: cst.ExceptHandler, classes: Iterable[tuple[str, str]]
) -> Written:
    """Have a handler catch these classes, given by module and name, and nothing else."""
    if handler.type is None:
        raise Unfixable("the handler names no class")
    edits: tuple[Edit, ...] = ()
    names = []
    for module, name in classes:
        if module == "builtins":
            names.append(name)
            continue
        written = import_name(file, handler, module, name)
        names.append(written.text)
        edits += written.edits
    text = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return Written(text, (*replace(file, handler.type, text), *edits))


def _lone_nothing(handler: cst.ExceptHandler) -> cst.CSTNode | None:
    """The `pass` or `...` that is all a handler does."""
    match handler.body:
        case cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[only])]):
            pass
        case cst.SimpleStatementSuite(body=[only]):
            pass
        case _:
            return None
    match only:
        case cst.Pass() | cst.Expr(value=cst.Ellipsis()):
            return only
    return None
