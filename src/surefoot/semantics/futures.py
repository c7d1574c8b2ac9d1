"""Results that are there before they are asked for."""

from __future__ import annotations

import libcst as cst

from surefoot.semantics.call import Call
from surefoot.semantics.file import File

_ASKING = ("done", "cancelled", "running", "add_done_callback")


def may_be_done(file: File, call: Call) -> bool:
    """Whether the code may know that the future, whose result is asked for, is done."""
    future = getattr(getattr(call.node, "func", None), "value", None)
    if isinstance(future, cst.Call):
        return False
    if not isinstance(future, cst.Name):
        return True
    scope = file.scope(future).find(future.value)
    for use in file.uses(future.value, scope) if scope is not None else ():
        parent = file.parent(use)
        if isinstance(parent, cst.Attribute) and parent.attr.value in _ASKING:
            return True
        if not isinstance(parent, (cst.Attribute, cst.AssignTarget)):
            return True
    return False
