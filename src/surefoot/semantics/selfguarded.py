"""Functions that see to their own failures: nothing that goes wrong in them comes out unheard."""

from __future__ import annotations

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import Response, body_of, caught_by, reaction

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
            if not any(_tells(file, handler) for handler in item.handlers):
                return False
            found = True
        elif isinstance(item, _WRAPS):
            if not _guarded(file, body_of(item.body)):
                return False
            found = True
        elif not isinstance(item, _PREPARES):
            return False
    return found


def _tells(file: File, handler: cst.ExceptHandler) -> bool:
    known = caught_by(file, handler)
    if not (known.everything or known.pending):
        return False
    name = handler.name.name if handler.name is not None else None
    exception = name.value if isinstance(name, cst.Name) else None
    done = reaction(file, [handler.body], exception=exception, enough=_TOLD)
    return bool(done.response & _TOLD) and Response.RAISES not in done.response
