"""The fix of handlers that keep a coroutine from being cancelled."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.handlers import answer_last, insert_handler
from surefoot.edits.imports import import_module
from surefoot.model import Fix, Safety
from surefoot.semantics.cancellation import CANCELLATION
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, caught_by, inside

_LEAVES = (cst.Return, cst.Break, cst.Continue, cst.Raise)


def pass_on(file: File, handler: cst.ExceptHandler) -> Fix | None:
    """Return the fix that has cancellation come out: raised again last in a handler for it
    alone, let past before any other handler.

    None where the handler goes on in a way of its own.
    """
    if caught_by(file, handler).names <= CANCELLATION:
        statements = body_of(handler.body)
        if any(isinstance(item, _LEAVES) for item in inside(statements[:-1])):
            return None
        if not isinstance(statements[-1], (cst.Pass, cst.Continue, cst.Expr)):
            return None
        return Fix("Raise it again", answer_last(file, handler, "raise"), Safety.UNSAFE)
    if "trio" in file.text or "anyio" in file.text:
        return None
    written = import_module(file, handler, "asyncio")
    edits = insert_handler(file, handler, f"except {written.text}.CancelledError:", "raise")
    return Fix("Let cancellation pass", (*edits, *written.edits), Safety.UNSAFE)
