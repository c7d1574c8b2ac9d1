"""Edits to what stands in the handlers of a `try`."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from surefoot.edits.expressions import insert_behind, replace
from surefoot.edits.imports import Written, import_name
from surefoot.edits.names import free_name
from surefoot.edits.statements import after_line, insert_before, last_line
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside


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
    unit = getattr(handler.body, "indent", None) or file.tree.module.default_indent
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


def raise_from(file: File, raised: cst.Raise) -> tuple[str, tuple[Edit, ...]]:
    """Have `raise ... from None` name the exception that its handler has caught as the cause;
    return the name with the edits, which give it one where it has none."""
    handler = next(
        (item for item in file.ancestors(raised) if type(item) is cst.ExceptHandler), None
    )
    if handler is None or raised.cause is None:
        raise Unfixable("nothing has been caught")
    if handler.name is None:
        name = free_name(file, handler, "error", "exc", "err", "cause", "failure")
        return name, (*_named(file, handler, name), *replace(file, raised.cause.item, name))
    if not isinstance(handler.name.name, cst.Name):
        raise Unfixable("the exception has no plain name")
    name = handler.name.name.value
    if any(
        type(item) is cst.AssignTarget and _is(item.target, name) for item in inside([handler.body])
    ):
        raise Unfixable(f"`{name}` is given another value")
    return name, replace(file, raised.cause.item, name)


def _named(file: File, handler: cst.ExceptHandler, name: str) -> tuple[Edit, ...]:
    """Give the exception that a handler catches a name; a bare one catches `BaseException`."""
    if handler.type is not None:
        if isinstance(handler.type, cst.Tuple) and not handler.type.lpar:
            raise Unfixable("a name needs parentheses around the classes")
        return insert_behind(file, handler.type, f" as {name}")
    if file.scope(handler).find("BaseException") is not None:
        raise Unfixable("`BaseException` means something else")
    where = text_of(file)
    start, _ = where.range(file.span(handler))
    behind = start + len("except")
    return (where.edit(behind, behind, f" BaseException as {name}"),)


def _is(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name


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
