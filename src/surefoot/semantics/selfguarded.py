"""Functions that see to their own failures: nothing that goes wrong in them comes out unheard."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    Response,
    body_of,
    caught_by,
    inside,
    last_name,
    reaction,
    words,
)

_TOLD = Response.RAISES | Response.REPORTS | Response.KEEPS | Response.RECORDS | Response.ACTS
_PREPARES = (
    cst.AnnAssign,
    cst.Assign,
    cst.AugAssign,
    cst.Expr,
    cst.FunctionDef,
    cst.Global,
    cst.If,
    cst.Import,
    cst.ImportFrom,
    cst.Nonlocal,
    cst.Pass,
    cst.Return,
)
_WRAPS = (cst.For, cst.While, cst.With)
_MARKS = words(
    "append appendleft cancel clear notify notify_all put_nowait release set set_result stop"
)
"""Methods that leave a mark in memory, and do not fail in practice."""
_LOCK = re.compile(r"(?i)lock|mutex|condition|semaphore")


def guards_itself(file: File, function: cst.FunctionDef) -> bool:
    """Whether the work of a function stands in a `try` that catches every failure and does
    something about it; what only prepares the work may stand outside."""
    return file.once(_guards_itself, function)


def _guards_itself(file: File, function: cst.FunctionDef) -> bool:
    return _guarded(file, body_of(function.body))


def _guarded(file: File, statements: object) -> bool:
    found = False
    for item in statements:  # type: ignore[attr-defined]
        if isinstance(item, cst.Try):
            inner = not item.handlers and _guarded(file, body_of(item.body))
            if not inner and not any(_tells(file, handler) for handler in item.handlers):
                return False
            found = True
        elif isinstance(item, cst.With) and _looks_under_lock(item):
            continue
        elif isinstance(item, _WRAPS):
            if not _guarded(file, body_of(item.body)):
                return False
            found = True
        elif not isinstance(item, _PREPARES):
            return False
    return found


def tells_some(file: File, function: cst.FunctionDef) -> bool:
    """Whether the work of a function ends with a `try` that does something about failures, of
    some classes only."""
    last = body_of(function.body)[-1]
    return isinstance(last, cst.Try) and any(_sees_to(file, handler) for handler in last.handlers)


def _looks_under_lock(item: cst.With) -> bool:
    """Whether a block only prepares the work, while it holds a lock."""
    return all(_LOCK.search(last_name(entry.item)) for entry in item.items) and all(
        isinstance(part, (cst.SimpleStatementLine, cst.If)) for part in item.body.body
    )


def _tells(file: File, handler: cst.ExceptHandler) -> bool:
    known = caught_by(file, handler)
    return (known.everything or known.pending) and _sees_to(file, handler)


def _sees_to(file: File, handler: cst.ExceptHandler) -> bool:
    name = handler.name.name if handler.name is not None else None
    exception = name.value if isinstance(name, cst.Name) else None
    done = reaction(file, [handler.body], exception=exception, enough=_TOLD)
    return bool(done.response & _TOLD) and Response.RAISES not in done.response


def cannot_fail(file: File, function: cst.FunctionDef | cst.Lambda) -> bool:
    """Whether a function does no more than to leave marks in memory."""
    calls = [item for item in inside([function.body]) if isinstance(item, cst.Call)]
    return bool(calls) and all(
        isinstance(call.func, cst.Attribute)
        and call.func.attr.value in _MARKS
        and not any(isinstance(item, cst.Call) for item in inside(list(call.args)))
        for call in calls
    )
