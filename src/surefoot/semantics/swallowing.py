"""Functions from which no failure of their work gets out."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import Response, body_of, inside, reaction
from surefoot.semantics.summary import Symbol

_UNSURE = Response.RAISES | Response.ACTS | Response.KEEPS
_MAY_FAIL: frozenset[type[cst.CSTNode]] = frozenset(
    {cst.Raise, cst.Await, cst.Yield, cst.With, cst.Assert}
)
_BROAD = ("n", "builtins.BaseException")


def swallows(file: File, node: cst.FunctionDef) -> tuple[Symbol, ...]:
    """Return what the one `try` that is the whole work of a function catches for good; nothing
    where a failure may get out of it, or out of the code around it."""
    attempt: cst.Try | None = None
    for statement in body_of(node.body):
        if isinstance(statement, cst.Try):
            if attempt is not None:
                return ()
            attempt = statement
        elif not _is_harmless(file, statement):
            return ()
    if attempt is None or (
        attempt.orelse is not None and not _are_harmless(file, [attempt.orelse])
    ):
        return ()
    if attempt.finalbody is not None and not _are_harmless(file, [attempt.finalbody]):
        return ()
    found: list[Symbol] = []
    for handler in attempt.handlers:
        name = handler.name.name if handler.name is not None else None
        exception = name.value if isinstance(name, cst.Name) else None
        answer = reaction(file, body_of(handler.body), exception=exception)
        if answer.response & _UNSURE and not _only_shows(file, handler):
            return ()
        found.append(_BROAD if handler.type is None else file.symbol(handler.type))
    return tuple(found)


def _only_shows(file: File, handler: cst.ExceptHandler) -> bool:
    """Whether a handler does nothing with the exception but write it down, and calls nothing
    else that may raise."""
    for item in inside([handler.body]):
        if isinstance(item, (cst.Raise, cst.Assert, cst.Yield)):
            return False
        if isinstance(item, cst.Call):
            answer = reaction(file, [item])
            name = file.call(item).name or ""
            if answer.response & ~Response.REPORTS and not name.startswith(("builtins.", "trace")):
                return False
    return True


def _are_harmless(file: File, statements: Sequence[cst.CSTNode]) -> bool:
    return all(_is_harmless(file, statement) for statement in statements)


def _is_harmless(file: File, statement: cst.CSTNode) -> bool:
    """Whether a statement does nothing that may fail for reasons outside the process."""
    for item in inside([statement]):
        if item.__class__ in _MAY_FAIL:
            return False
        if type(item) is cst.Call:
            answer = reaction(file, [item])
            name = file.call(item).name or ""
            if answer.response & ~Response.REPORTS and not name.startswith("builtins."):
                return False
    return True
