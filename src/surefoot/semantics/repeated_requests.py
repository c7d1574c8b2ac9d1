"""Loops that make the same request again, told from those that make others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.semantics.loop_shape import (
    assigned_names,
    bound_of,
    is_unconditional,
    outside_records,
)


class RepeatedRequest(NamedTuple):
    """A call that a loop makes again, with nothing about it changed."""

    loop: cst.For | cst.While
    call: cst.Call


def repeated_request(file: File, node: cst.CSTNode, answer: str) -> RepeatedRequest | None:
    """Return the request of the loop around `node` that gives `answer`; None where each turn
    makes another one."""
    loop = _loop(file, node)
    if loop is None:
        return None
    counter, limit, _ = bound_of(file, loop)
    if isinstance(loop, cst.For) and limit is None and not is_unconditional(loop):
        return None
    request = _request(loop, answer)
    if request is None:
        return None
    changed = assigned_names(inside([loop.body])) - {answer}
    if counter is not None:
        changed.add(counter)
    named = {item.value for item in outside_records(request) if isinstance(item, cst.Name)}
    return None if named & changed else RepeatedRequest(loop, request)


def makes_again(file: File, function: cst.FunctionDef, answer: str, body: cst.BaseSuite) -> bool:
    """Whether a branch makes the request that gave `answer` once more, word for word."""
    first = next(_requests(function.body, answer), None)
    if first is None:
        return False
    wanted = file.code(first)
    return any(
        isinstance(item, cst.Call) and item is not first and file.code(item) == wanted
        for item in inside([body])
    )


def _loop(file: File, node: cst.CSTNode) -> cst.For | cst.While | None:
    for parent in file.ancestors(node):
        if isinstance(parent, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(parent, cst.For):
            return parent if parent.asynchronous is None else None
        if isinstance(parent, cst.While):
            return parent
    return None


def _request(loop: cst.For | cst.While, answer: str) -> cst.Call | None:
    """The one call in a loop whose result gets the name `answer`."""
    found = list(_requests(loop.body, answer))
    return found[0] if len(found) == 1 else None


def _requests(body: cst.CSTNode, answer: str) -> Iterator[cst.Call | None]:
    """Yield what gives the name `answer` a value; None for what is no call."""
    for item in inside([body]):
        match item:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if name == answer:
                    yield _call(value)
            case cst.With(items=items):
                for each in items:
                    entered = each.asname.name if each.asname is not None else None
                    if isinstance(entered, cst.Name) and entered.value == answer:
                        yield _call(each.item)


def _call(value: cst.BaseExpression) -> cst.Call | None:
    if isinstance(value, cst.Await):
        value = value.expression
    return value if isinstance(value, cst.Call) else None
