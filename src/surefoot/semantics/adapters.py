"""What is mounted on sessions, and may set for each request what the call leaves out."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import BuiltInRetries
from surefoot.semantics.call import Call, Given
from surefoot.semantics.file import File
from surefoot.semantics.summary import MOUNTED
from surefoot.semantics.values import PENDING


def are_adapted(file: File, call: Call) -> bool:
    """Whether sessions of this file get an adapter that may set the timeout."""
    if not (call.name or "").startswith("requests.Session."):
        return False
    for node in file.tree.of(cst.Call):
        if isinstance(node.func, cst.Attribute) and node.func.attr.value == "mount":
            adapter = file.call(node).arguments.get("adapter", 1)
            if not isinstance(adapter, tuple) or adapter == PENDING:
                return True
            if adapter[0] != "i" or adapter[1] != "requests.adapters.HTTPAdapter":
                return True
    return False


def may_be_adapted(call: Call) -> bool:
    """Whether something that may set the timeout was mounted on the receiver where it was made,
    or put in the place of its methods."""
    made = call.constructor
    adapter = made.get((MOUNTED,)) if made is not None else Given.ABSENT
    if adapter is Given.ABSENT:
        return False
    if not isinstance(adapter, tuple) or adapter[0] != "i" or call.world.cls(adapter[1]):
        return True
    return call.world.fact(BuiltInRetries, adapter[1]) is None
