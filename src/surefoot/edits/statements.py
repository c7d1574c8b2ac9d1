"""Edits to statements: whole lines, with the indentation and the newlines of where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.edits.text import Text, Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_STRINGS: tuple[type[cst.CSTNode], ...] = tuple(
    getattr(cst, name)
    for name in ("SimpleString", "FormattedString", "TemplatedString")
    if hasattr(cst, name)
)


def insert_before(file: File, node: cst.CSTNode, text: str) -> tuple[Edit, ...]:
    """Put lines before the statement a node stands in; `text` has no indentation of its own."""
    statement = statement_of(file, node)
    where = text_of(file)
    first = first_line(file, statement)
    start = where.offset(first, 1)
    newline = where.newline(first)
    return (where.edit(start, start, _lines(text, where.indent(first), newline) + newline),)


def insert_first(file: File, block: cst.BaseSuite, text: str) -> tuple[Edit, ...]:
    """Put lines first into a block, before the comments that lead to its first statement."""
    if not isinstance(block, cst.IndentedBlock):
        raise Unfixable("the block has no lines of its own")
    first: Any = block.body[0]
    where = text_of(file)
    line = first_line(file, first)
    indent, newline = where.indent(line), where.newline(line)
    start = where.offset(line - len(first.leading_lines), 1)
    return (where.edit(start, start, _lines(text, indent, newline) + newline),)


def insert_after(file: File, node: cst.CSTNode, text: str) -> tuple[Edit, ...]:
    """Put lines after the statement a node stands in."""
    statement = statement_of(file, node)
    where = text_of(file)
    indent = where.indent(first_line(file, statement))
    return (after_line(where, last_line(file, statement), text, indent),)


def replace_statement(file: File, node: cst.CSTNode, text: str) -> tuple[Edit, ...]:
    """Put lines in the place of the statement a node stands in; a comment behind it stays."""
    statement = statement_of(file, node)
    where = text_of(file)
    first = first_line(file, statement)
    start = where.offset(first, 1) + len(where.line(first)) - len(where.line(first).lstrip(" \t\f"))
    lines = _lines(text, where.indent(first), where.newline(first))
    return (where.edit(start, _end(file, where, statement), lines.lstrip(" \t")),)


def remove_statement(file: File, node: cst.CSTNode) -> tuple[Edit, ...]:
    """Take the statement a node stands in away; `pass` stands in for the only one of a block."""
    statement = statement_of(file, node)
    block: Any = file.parent(statement)
    if len(block.body) == 1 and not isinstance(block, cst.Module):
        return replace_statement(file, node, "pass")
    where = text_of(file)
    start = where.offset(first_line(file, statement), 1)
    return (where.edit(start, where.offset(last_line(file, statement) + 1, 1), ""),)


def move_behind(file: File, first: cst.CSTNode) -> tuple[Edit, ...]:
    """Move a statement of a block, and all that follow it there, behind the statement that the
    block belongs to, with the comments that lead to them."""
    begin = statement_of(file, first)
    block = file.parent(begin)
    outer = file.parent(block) if block is not None else None
    if not isinstance(block, cst.IndentedBlock) or block.body[0] is begin or outer is None:
        raise Unfixable("nothing would be left in the block")
    if outer is not statement_of(file, outer):
        raise Unfixable("the block does not end the statement")
    end = block.body[-1]
    if any(_inside_strings(file, block, begin, end)):
        raise Unfixable("a string over several lines would change")
    where = text_of(file)
    top = first_line(file, begin) - len(getattr(begin, "leading_lines", ()))
    bottom = last_line(file, end)
    if where.lines <= bottom:
        raise Unfixable("the file ends without a newline")
    inner, indent = where.indent(first_line(file, begin)), where.indent(first_line(file, outer))
    moved = []
    for number in range(top, bottom + 1):
        line = where.line(number)
        if line.strip() and not line.startswith(inner):
            raise Unfixable("a line stands further left than its statement")
        moved.append(indent + line[len(inner) :] if line.strip() else line)
    newline = where.newline(bottom)
    start, stop = where.offset(top, 1), where.offset(bottom + 1, 1)
    return (where.edit(start, stop, newline.join(moved) + newline),)


def wrap_statements(
    file: File, first: cst.CSTNode, last: cst.CSTNode, header: str
) -> tuple[Edit, ...]:
    """Put a block with this header, such as `with x:`, around statements of one block.

    Their lines are indented; what stands in strings over several lines stays as it is.
    """
    begin = statement_of(file, first)
    where = text_of(file)
    top = first_line(file, begin)
    indent, newline = where.indent(top), where.newline(top)
    start = where.offset(top, 1)
    opening = f"{indent}{header}{newline}"
    edits = list(indent_statements(file, first, last))
    if edits and edits[0] == where.edit(start, start, edits[0].text):
        edits[0] = where.edit(start, start, opening + edits[0].text)
        return tuple(edits)
    return (where.edit(start, start, opening), *edits)


def indent_statements(
    file: File, first: cst.CSTNode, last: cst.CSTNode, *, top: int | None = None
) -> tuple[Edit, ...]:
    """Indent the lines of statements of one block by one more step, and those before from the
    line `top` on; what stands in strings over several lines stays as it is."""
    begin, end = statement_of(file, first), statement_of(file, last)
    block: Any = file.parent(begin)
    if file.parent(end) is not block:
        raise Unfixable("the statements do not stand in one block")
    where = text_of(file)
    bottom = last_line(file, end)
    indent, unit = where.indent(first_line(file, begin)), _unit(file, block)
    if top is None:
        top = first_line(file, begin)
    kept = set(_inside_strings(file, block, begin, end))
    edits = []
    for number in range(top, bottom + 1):
        line = where.line(number)
        if number in kept or not line.strip(" \t\f"):
            continue
        lead = line[: len(line) - len(line.lstrip(" \t\f"))]
        column = lead.rfind("\f") + 1
        if not lead[column:].startswith(indent):
            continue  # a comment or a continued line that stands further left
        at = where.offset(number, column + len(indent) + 1)
        edits.append(where.edit(at, at, unit))
    return tuple(edits)


def statement_of(file: File, node: cst.CSTNode) -> cst.CSTNode:
    """Return the statement, with lines of its own, that a node is or stands in.

    Raises `Unfixable` for one that shares its line with a colon, and for an `elif`.
    """
    current = node
    while True:
        parent = file.parent(current)
        if isinstance(parent, (cst.IndentedBlock, cst.Module)):
            return current
        if parent is None or isinstance(parent, cst.SimpleStatementSuite):
            raise Unfixable("the statement has no line of its own")
        if isinstance(current, cst.If) and isinstance(parent, cst.If):
            raise Unfixable("nothing can stand before an `elif`")
        current = parent


def first_line(file: File, statement: cst.CSTNode) -> int:
    """Return the line a statement begins on, its decorators included."""
    decorators = getattr(statement, "decorators", ())
    if decorators:
        return file.span(decorators[0]).line
    return file.extent(statement)[0]


def last_line(file: File, statement: cst.CSTNode) -> int:
    """Return the line a statement ends on."""
    if isinstance(statement, cst.SimpleStatementLine):
        return file.span(statement.body[-1]).end_line
    return file.extent(statement)[1]


def after_line(where: Text, line: int, text: str, indent: str) -> Edit:
    """Return the edit that puts lines after a line, which may be the last without an end."""
    newline = where.newline(line)
    lines = _lines(text, indent, newline)
    if line >= where.lines:
        end = len(where.text)
        return where.edit(end, end, newline + lines)
    start = where.offset(line + 1, 1)
    return where.edit(start, start, lines + newline)


def _end(file: File, where: Text, statement: cst.CSTNode) -> int:
    """The index a statement ends at, a comment behind it left out."""
    if isinstance(statement, cst.SimpleStatementLine):
        last: cst.CSTNode = statement.body[-1]
        _, end = where.range(file.span(last))
        return end
    line = last_line(file, statement)
    return where.offset(line, len(where.line(line)) + 1)


def _lines(text: str, indent: str, newline: str) -> str:
    return newline.join(indent + line if line.strip() else line for line in text.split("\n"))


def _unit(file: File, block: cst.CSTNode | None) -> str:
    """One step of indentation, as the file has it around here."""
    if isinstance(block, cst.IndentedBlock) and block.indent is not None:
        return block.indent
    return file.tree.module.default_indent


def _inside_strings(file: File, block: Any, begin: cst.CSTNode, end: cst.CSTNode) -> Iterator[int]:
    """The lines, of statements of a block, that begin inside a string."""
    statements = list(block.body)
    first = next(i for i, item in enumerate(statements) if item is begin)
    last = next(i for i, item in enumerate(statements) if item is end)
    pending: list[cst.CSTNode] = statements[first : last + 1]
    while pending:
        node = pending.pop()
        if isinstance(node, _STRINGS):
            span = file.span(node)
            yield from range(span.line + 1, span.end_line + 1)
        else:
            pending.extend(node.children)
