"""Edits that look at what a call gives before it is used."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.statements import first_line, insert_after, insert_first, statement_of
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_NAMES = ("response", "answer", "reply")


def raising(file: File, call: cst.Call, method: str) -> tuple[Edit, ...]:
    """Have a method that raises called on what a call, awaited or not, gives.

    That is done where it is dropped, gets a name, alone or in a `with`, or is used at once, in a
    statement that does nothing before.
    """
    answer: cst.BaseExpression = call
    parent = file.parent(answer)
    if isinstance(parent, cst.Await):
        answer, parent = parent, file.parent(parent)
    where = text_of(file)
    match parent:
        case cst.Expr():
            start, end = where.range(file.span(answer))
            if answer is call:
                return (where.edit(end, end, f".{method}()"),)
            if answer.lpar:
                raise Unfixable("the parentheses are in the way")
            return (where.edit(start, end, f"({where.text[start:end]}).{method}()"),)
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])
            | cst.AnnAssign(target=cst.Name(value=name))
        ):
            line = file.parent(parent)
            if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
                raise Unfixable("the statement shares its line")
            return insert_after(file, answer, f"{name}.{method}()")
        case cst.WithItem(asname=cst.AsName(name=cst.Name(value=name))):
            block = file.parent(parent)
            assert isinstance(block, cst.With)
            return insert_first(file, block.body, f"{name}.{method}()")
    return _named(file, answer, method)


def _named(file: File, answer: cst.BaseExpression, method: str) -> tuple[Edit, ...]:
    """Give an answer that is used at once a name, in a line before."""
    if not _comes_first(file, answer):
        raise Unfixable("something else is done before")
    name = next((item for item in _NAMES if _is_free(file, answer, item)), None)
    if name is None:
        raise Unfixable("no name is free")
    where = text_of(file)
    start, end = where.range(file.span(answer))
    text = where.text[start:end]
    first, *more = text.splitlines()
    if more and not first.endswith(("(", "[", "{")):
        raise Unfixable("its lines stand below what is before them")
    if answer.lpar:
        if len(answer.lpar) > 1 or where.text[start - 1] + where.text[end] != "()":
            raise Unfixable("the parentheses are in the way")
        start, end = start - 1, end + 1
    top = first_line(file, statement_of(file, answer))
    indent, newline, at = where.indent(top), where.newline(top), where.offset(top, 1)
    lines = f"{indent}{name} = {text}{newline}{indent}{name}.{method}(){newline}"
    return (where.edit(at, at, lines), where.edit(start, end, name))


def _comes_first(file: File, node: cst.CSTNode) -> bool:
    """Whether a statement of its own line begins its work with this expression."""
    current = node
    for parent in file.ancestors(node):
        match parent:
            case (
                cst.Attribute(value=held)
                | cst.Call(func=held)
                | cst.Subscript(value=held)
                | cst.Await(expression=held)
            ) if held is current:
                current = parent
            case cst.Return() | cst.AnnAssign() | cst.Expr():
                return _is_alone(file, parent)
            case cst.Assign(targets=targets):
                plain = all(isinstance(item.target, (cst.Name, cst.Tuple)) for item in targets)
                return plain and _is_alone(file, parent)
            case _:
                return False
    return False


def _is_alone(file: File, statement: cst.CSTNode) -> bool:
    line = file.parent(statement)
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1


def _is_free(file: File, node: cst.CSTNode, name: str) -> bool:
    """Whether a name is bound nowhere that the function of a node could see."""
    return file.function(node) is not None and file.scope(node).find(name) is None
