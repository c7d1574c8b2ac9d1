"""Edits that move work out of loops."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.statements import insert_before, remove_statement
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside


def move_before_loop(
    file: File, loop: cst.For | cst.While, value: cst.BaseExpression, name: str
) -> tuple[Edit, ...]:
    """Have an expression evaluated once, before a loop: along with the assignment it is the
    value of, or under a new name.

    It must not use what the loop binds, and a name it is given must get no other value.
    """
    where = text_of(file)
    start, end = where.range(file.span(value))
    text = where.text[start:end]
    if "\n" in text or "\r" in text:
        raise Unfixable("the expression stands on several lines")
    bound = _bound_in(loop)
    if any(isinstance(item, cst.Name) and item.value in bound for item in inside([value])):
        raise Unfixable("it depends on what the loop binds")
    match file.parent(value):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=target))]) as statement:
            line = file.parent(statement)
            scope = file.scope(statement).find(target)
            if not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
                raise Unfixable("the statement shares its line")
            if scope is None or len(scope.bindings[target]) > 1:
                raise Unfixable("the name gets another value elsewhere")
            moved = insert_before(file, loop, f"{target} = {text}")
            return (*moved, *remove_statement(file, statement))
    scope = file.scope(value)
    if file.function(value) is None or scope.find(name) is not None:
        raise Unfixable("the name is not free")
    return (*insert_before(file, loop, f"{name} = {text}"), where.edit(start, end, name))


def _bound_in(loop: cst.For | cst.While) -> set[str]:
    """The names that a loop binds, and those of objects it changes."""
    found: list[cst.CSTNode] = [loop.target] if isinstance(loop, cst.For) else []
    for item in inside([loop.body]):
        match item:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target):
                found.append(target)
            case cst.AnnAssign(target=target) | cst.For(target=target):
                found.append(target)
            case cst.NamedExpr(target=target) | cst.AsName(name=target):
                found.append(target)
    return {item.value for item in inside(found) if isinstance(item, cst.Name)}
