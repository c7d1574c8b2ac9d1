"""Edits by which something is entered with `with`, and left when it is no longer needed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from surefoot.edits.expressions import replace, rewrite
from surefoot.edits.imports import Written, import_name
from surefoot.edits.names import free_name
from surefoot.edits.statements import indent_statements, last_line, wrap_statements
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.reach import Reach

_CONDITIONAL = (
    *(cst.BooleanOperation, cst.IfExp, cst.Lambda, cst.GeneratorExp, cst.ListComp, cst.SetComp),
    *(cst.DictComp, cst.NamedExpr, cst.Await, cst.Yield, cst.ComparisonTarget),
)
_SMALL = (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Assert, cst.Return, cst.Expr)


def entered_until_unneeded(
    file: File, call: cst.Call, manager: str, *names: str, is_path: bool = False
) -> tuple[Edit, ...]:
    """Enter a context manager, which gives what a call gives, as long as its function needs that.

    The call gets one of `names` where it has none. Raises `Unfixable` where what it gives, or
    something that reads from it, may be needed longer.
    """
    reach = Reach(file, is_path=is_path)
    reach.of(call)
    if reach.escapes:
        raise Unfixable("it may be needed longer")
    if isinstance(file.parent(call), cst.Assign):
        return _enter_assigned(file, call, manager, reach.nodes)
    return _enter_used(file, call, manager, names, reach.nodes)


def closing(file: File, call: cst.Call) -> Written:
    """Return how to write a context manager that closes what a call gives."""
    name, edits = import_name(file, call, "contextlib", "closing")
    return Written(f"{name}({source(file, call)})", edits)


def source(file: File, node: cst.CSTNode) -> str:
    """Return the source of an expression as it stands, comments and newlines included."""
    where = text_of(file)
    start, end = where.range(file.span(node))
    return file.text[start:end]


def _enter_assigned(
    file: File, call: cst.Call, manager: str, needed: Iterable[cst.CSTNode]
) -> tuple[Edit, ...]:
    """Turn `name = call` into `with manager as name:`, around the statements behind it."""
    assign: Any = file.parent(call)
    match assign:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name) as target)]):
            pass
        case _:
            raise Unfixable("it has no name of its own")
    if call.lpar or target.lpar:
        raise Unfixable("the assignment is written in an unusual way")
    line, last = _stretch(file, assign, needed)
    if last is line:
        raise Unfixable("it is not needed")
    siblings: Any = file.parent(line)
    first = siblings.body[list(siblings.body).index(line) + 1]
    where = text_of(file)
    start, behind = where.range(file.span(assign))
    below = top = last_line(file, line) + 1
    while not where.line(top).strip():
        top += 1
    edits = [where.edit(start, behind, f"with {manager} as {name}:")]
    if below < top:
        edits.append(where.edit(where.offset(below, 1), where.offset(top, 1), ""))
    return (*edits, *indent_statements(file, first, last, top=top))


def _enter_used(
    file: File, call: cst.Call, manager: str, names: Iterable[str], needed: Iterable[cst.CSTNode]
) -> tuple[Edit, ...]:
    """Enter the manager around the statement that uses the call, and those that need it too."""
    statement = file.statement(call)
    if not isinstance(statement, _SMALL):
        raise Unfixable("the statement does more")
    inner: cst.CSTNode = call
    for ancestor in file.ancestors(call):
        if isinstance(ancestor, _CONDITIONAL) or getattr(ancestor, "msg", None) is inner:
            raise Unfixable("it may not be made at all, or more than once")
        if ancestor is statement:
            break
        inner = ancestor
    line, last = _stretch(file, statement, needed)
    span = file.span(call)
    if call.lpar or span.line != span.end_line:
        raise Unfixable("the call is written in an unusual way")
    if isinstance(file.parent(call), cst.Expr):
        header = f"with {manager}:"
        (used,) = rewrite(file, call, "pass")
    else:
        name = _free_name(file, call, line, *names)
        header = f"with {manager} as {name}:"
        (used,) = replace(file, call, name)
    edits = []
    for edit in wrap_statements(file, line, last, header):
        if (edit.span.end_line, edit.span.end_column) == (used.span.line, used.span.column):
            used = Edit(used.span, edit.text + used.text)
        else:
            edits.append(edit)
    return (*edits, used)


def _free_name(file: File, call: cst.Call, line: cst.CSTNode, *names: str) -> str:
    """A name that is free: in a function, or, where a line of the module is short, a private one
    there."""
    if file.scope(call) is not file.tree.top:
        return free_name(file, call, *names)
    span = file.span(line)
    for name in (f"_{each}" for each in names):
        if span.line == span.end_line and file.tree.top.find(name) is None:
            return name
    raise Unfixable("a name would be seen by others")


def _stretch(
    file: File, statement: cst.CSTNode, needed: Iterable[cst.CSTNode]
) -> tuple[cst.CSTNode, cst.CSTNode]:
    """The line of a statement, and the last one of its block in which one of the nodes stands."""
    line: Any = file.parent(statement)
    block: Any = file.parent(line)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise Unfixable("the line holds several statements")
    if not isinstance(block, (cst.IndentedBlock, cst.Module)):
        raise Unfixable("the statement has no block of its own")
    siblings: list[cst.CSTNode] = list(block.body)
    begin = end = _index(file, siblings, line)
    for node in needed:
        index = _index(file, siblings, node)
        if index < begin:
            raise Unfixable("it is needed elsewhere too")
        end = max(end, index)
    return line, siblings[end]


def _index(file: File, siblings: list[cst.CSTNode], node: cst.CSTNode) -> int:
    """Which of the statements of a block a node stands in; -1 for none."""
    current: cst.CSTNode | None = node
    while current is not None:
        for index, item in enumerate(siblings):
            if item is current:
                return index
        current = file.parent(current)
    return -1
