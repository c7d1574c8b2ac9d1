"""Edits that give a value a name, and names that are free."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits.expressions import replace
from surefoot.edits.statements import after_line, first_line, last_line
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.syntax.scopes import Binding

_IMPORTS = (cst.Import, cst.ImportFrom)


def free_name(file: File, at: cst.CSTNode, *wanted: str) -> str:
    """Return the first of some names that means nothing yet in the function around a node."""
    function = file.function(at)
    if function is None:
        raise Unfixable("a name would be seen by others")
    scope = file.scope_of(function)
    for name in wanted:
        if scope.find(name) is None and name not in scope.outer:
            return name
    raise Unfixable(f"`{wanted[0]}` already means something else")


def name_result(file: File, call: cst.Call, *wanted: str) -> tuple[str, tuple[Edit, ...]]:
    """Return the name that a statement gives to what a call, perhaps awaited, gives; where that
    is dropped, a free one and the edits that give it."""
    value: Any = call
    while isinstance(file.parent(value), cst.Await):
        value = file.parent(value)
    match file.parent(value):
        case cst.Expr():
            name = free_name(file, call, *wanted)
            where = text_of(file)
            start, _ = where.range(file.span(value))
            _, end = where.range(file.span(call.func))
            if value.lpar or call.lpar:
                raise Unfixable("the call stands in parentheses of its own")
            return name, (where.edit(start, end, f"{name} = {file.text[start:end]}"),)
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])
            | cst.AnnAssign(target=cst.Name(value=name))
        ) if file.function(call) is not None:
            scope = file.scope(call)
            uses = file.uses(name, scope)
            if name == "_" and len(uses) == 1:
                name = free_name(file, call, *wanted)
                return name, replace(file, uses[0], name)
            if name in scope.bindings:
                return name, ()
    raise Unfixable("the value is part of an expression")


def define_at_top(file: File, name: str, annotation: str, value: str) -> tuple[Edit, ...]:
    """Define a name of the module behind its imports, and the plain assignments that follow
    these, unless it is there with this value."""
    bindings = file.tree.top.bindings.get(name)
    if bindings is not None:
        match bindings:
            case [Binding(value=cst.BaseExpression() as known)] if file.code(known) == value:
                return ()
        raise Unfixable(f"`{name}` already means something else")
    last: cst.CSTNode | None = None
    before: cst.CSTNode | None = None
    for statement in file.tree.module.body:
        if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            break
        if _imports(statement) or (last is before is not None and _assigns(statement)):
            last = statement
        before = statement
    where = text_of(file)
    text = f"{name}: {annotation} = {value}"
    if last is None:
        body = file.tree.module.body
        first = first_line(file, body[0])
        if not isinstance(body[0], (cst.FunctionDef, cst.ClassDef)):
            raise Unfixable("there is no place for a name of the module")
        newline = where.newline(first)
        start = where.offset(first, 1)
        return (where.edit(start, start, f"{text}{newline}{newline}{newline}"),)
    line = last_line(file, last)
    if _assigns(last):
        return (after_line(where, line, text, ""),)
    blank = line >= where.lines or not where.line(line + 1).strip()
    return (after_line(where, line, f"\n{text}" if blank else f"\n{text}\n", ""),)


def _imports(statement: Any) -> bool:
    """Whether a statement imports, perhaps under a condition."""
    match statement:
        case cst.SimpleStatementLine(body=[small, *_]):
            return isinstance(small, _IMPORTS)
        case (
            cst.If(body=cst.IndentedBlock(body=[first, *_]))
            | cst.Try(body=cst.IndentedBlock(body=[first, *_]))
        ):
            return _imports(first)
    return False


def _assigns(statement: Any) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Assign() | cst.AnnAssign()]):
            return True
    return False
