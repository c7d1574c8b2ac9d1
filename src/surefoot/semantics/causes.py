"""What a new exception takes away from whoever looks for the cause: the one it was raised for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.semantics.besteffort import only_converts
from surefoot.semantics.file import File
from surefoot.semantics.guarded import Guarded, guarded_by
from surefoot.semantics.handlers import Response, inside, response_to_call
from surefoot.semantics.literals import is_none
from surefoot.semantics.records import has_traceback, level_of

_TOLD = Response.RAISES | Response.REPORTS | Response.KEEPS
_ELSEWHERE = Response.ACTS | Response.SUBSTITUTES
_PROTOCOLS = frozenset(
    {
        "builtins.AttributeError",
        "builtins.IndexError",
        "builtins.KeyError",
        "builtins.LookupError",
        "builtins.NotImplementedError",
        "builtins.StopAsyncIteration",
        "builtins.StopIteration",
    }
)
_READS = re.compile(
    r"_*(validate|parse|clean|coerce|convert|decode|deserialize|unpack|resolve|from|to|as)(_.*)?"
)


class LostCause(NamedTuple):
    """A `raise` that throws away why it is reached; `mentions`: the text of the exception caught
    goes into the new one, or its class does."""

    raised: cst.Raise
    mentions: bool


def cut_off(file: File, handler: cst.ExceptHandler) -> LostCause | None:
    """Return the `raise X(...) from None` of a handler that leaves nothing else of what it
    caught: no record of it, and nobody who gets to see it."""
    raised = [
        item
        for item in inside([handler.body])
        if type(item) is cst.Raise and item.cause is not None and is_none(item.cause.item)
    ]
    if len(raised) != 1 or _handler_around(file, raised[0]) is not handler:
        return None
    new = raised[0].exc
    if type(new) is not cst.Call or _is_answer_of_protocol(file, new):
        return None
    name = handler.name.name if handler.name is not None else None
    exception = name.value if isinstance(name, cst.Name) else None
    within = set(inside([new]))
    mentions = False
    for item in inside([handler.body]):
        if type(item) is cst.Name and item.value == exception:
            if item not in within:
                return None
            mentions = True
        elif type(item) is cst.Call and item is not new and _tells(file, item, item in within):
            return None
    if _only_reads(file, guarded_by(file, handler)):
        return None
    return LostCause(raised[0], mentions)


def forgotten(file: File, guarded: Guarded) -> cst.Raise | None:
    """Return the `raise X(...)` that guarded work leads to once it has failed for the last time,
    outside of the handler and with nothing left of the exceptions."""
    if guarded.answer and _mentions(guarded):
        return None
    raised: cst.Raise | None = None
    after = [part for item in guarded.after_failure for part in _opened(item)]
    for item in after:
        match item:
            case cst.SimpleStatementLine(body=[cst.Raise(exc=cst.Call(), cause=None) as found]):
                raised = found
                break
            case cst.SimpleStatementLine():
                continue
            case _:
                return None
    if raised is None or _is_answer_of_protocol(file, raised.exc):
        return None
    for item in inside([*guarded.answer, *after]):
        if item is raised:
            break
        if type(item) is cst.Raise or (type(item) is cst.Call and _tells(file, item, False)):
            return None
    return None if _only_reads(file, guarded) else raised


def _tells(file: File, node: cst.Call, in_new: bool) -> bool:
    """Whether a call may leave more of the exception than that there was one."""
    if level_of(file, node) is not None:
        return has_traceback(file, node)
    response = response_to_call(file, node)
    return bool(response & (_TOLD if in_new else _TOLD | _ELSEWHERE))


def _mentions(guarded: Guarded) -> bool:
    return guarded.exception is not None and any(
        type(item) is cst.Name and item.value == guarded.exception
        for item in inside(guarded.answer)
    )


def _opened(item: cst.CSTNode) -> Sequence[cst.CSTNode]:
    return item.body.body if isinstance(item, cst.Else) else (item,)


def _handler_around(file: File, node: cst.CSTNode) -> cst.ExceptHandler | None:
    return next((item for item in file.ancestors(node) if type(item) is cst.ExceptHandler), None)


def _is_answer_of_protocol(file: File, new: cst.BaseExpression | None) -> bool:
    """Whether an exception is one that the language itself asks for, or keeps its traceback."""
    if not isinstance(new, cst.Call):
        return True
    if isinstance(new.func, cst.Attribute) and new.func.attr.value == "with_traceback":
        return True
    return file.name(new.func) in _PROTOCOLS


def _only_reads(file: File, guarded: Guarded) -> bool:
    """Whether the work reads a value, so that the new exception says all there is to say."""
    function = file.function(guarded.node)
    if function is not None and _READS.fullmatch(function.name.value):
        return True
    return only_converts(file, guarded.work)
