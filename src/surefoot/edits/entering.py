"""Edits by which something is entered with `with`, and left when it is no longer needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from surefoot.edits.expressions import replace
from surefoot.edits.names import free_name
from surefoot.edits.statements import indent_statements, wrap_statements
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.reach import Reach

_CONDITIONAL = (
    *(cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.GeneratorExp, cst.ListComp, cst.SetComp),
    *(cst.DictComp, cst.NamedExpr, cst.Await, cst.Yield, cst.ComparisonTarget),
)
_NAMES = ("file", "opened", "source")
_SMALL = (cst.Assign, cst.AnnAssign, cst.Return, cst.Expr)


def enter_assigned(
    file: File, call: cst.Call, manager: str, needed: Iterable[cst.CSTNode]
) -> tuple[Edit, ...]:
    """Turn `name = call` into `with manager as name:`, around the statements behind it as far as
    the nodes reach that need it."""
    assign: Any = file.parent(call)
    match assign:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name) as target)]):
            pass
        case _:
            raise Unfixable("it has no name of its own")
    line: Any = file.parent(assign)
    block: Any = file.parent(line)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise Unfixable("the line holds several statements")
    if call.lpar or target.lpar or not isinstance(block, cst.IndentedBlock):
        raise Unfixable("the assignment is written in an unusual way")
    siblings = list(block.body)
    begin = next(index for index, item in enumerate(siblings) if item is line)
    end = begin
    for node in needed:
        index = _index(file, siblings, node)
        if index <= begin:
            raise Unfixable("it is needed elsewhere too")
        end = max(end, index)
    if end == begin:
        raise Unfixable("it is not needed")
    where = text_of(file)
    start, behind = where.range(file.span(assign))
    return (
        where.edit(start, behind, f"with {manager} as {name}:"),
        *indent_statements(file, siblings[begin + 1], siblings[end]),
    )


def enter_used(file: File, call: cst.Call, manager: str, *names: str) -> tuple[Edit, ...]:
    """Enter what a call gives around the only statement that uses it, under a free name."""
    statement = file.statement(call)
    line: Any = file.parent(statement)
    if not isinstance(statement, _SMALL) or len(line.body) != 1:
        raise Unfixable("the statement does more")
    for ancestor in file.ancestors(call):
        if ancestor is statement:
            break
        if isinstance(ancestor, _CONDITIONAL):
            raise Unfixable("it may not be made at all, or more than once")
    span = file.span(call)
    if call.lpar or span.line != span.end_line:
        raise Unfixable("the call is written in an unusual way")
    name = free_name(file, call, *names)
    header = f"with {manager} as {name}:"
    return (*wrap_statements(file, line, line, header), *replace(file, call, name))


def entered_until_unneeded(
    file: File, call: cst.Call, before: str = "", after: str = ""
) -> tuple[Edit, ...] | None:
    """Enter what a call gives, with text before and after the call, as long as its function needs
    it; None where it, or something that reads from it, may be needed longer."""
    reach = Reach(file)
    reach.of(call)
    where = text_of(file)
    start, end = where.range(file.span(call))
    manager = f"{before}{file.text[start:end]}{after}"
    if reach.escapes:
        return None
    if isinstance(file.parent(call), cst.Assign):
        return enter_assigned(file, call, manager, reach.nodes)
    return None if reach.nodes else enter_used(file, call, manager, *_NAMES)


def _index(file: File, siblings: list[cst.CSTNode], node: cst.CSTNode) -> int:
    """Which of the statements of a block a node stands in; -1 for none."""
    current: cst.CSTNode | None = node
    while current is not None:
        for index, item in enumerate(siblings):
            if item is current:
                return index
        current = file.parent(current)
    return -1
