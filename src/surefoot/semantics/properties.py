"""Reads of attributes that run code: in coroutines, what a property does happens there."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.circumstances import enclosing_function
from surefoot.semantics.file import File
from surefoot.semantics.summary import At, CallSummary
from surefoot.semantics.values import PENDING
from surefoot.syntax.scopes import Scope


def property_reads(file: File) -> Iterator[CallSummary]:
    """Yield the reads, in coroutines, of attributes that are properties or, as other modules
    may tell, could be; each as a call of the property. Of equal reads in a function the
    first is enough."""
    seen: set[tuple[Scope, str, str]] = set()
    for node in file.tree.of(cst.Attribute):
        scope = file.scope(node).function
        if scope is None or not scope.is_async or not _is_read(file, node):
            continue
        if node.attr.value.isupper():
            continue  # a constant
        if isinstance(node.value, cst.Name):
            key = (scope, node.value.value, node.attr.value)
            if key in seen:
                continue
            seen.add(key)
        base = file.symbol(node.value)
        if base is None:
            continue
        getter = file.world.value(("g", base, node.attr.value))
        if getter is None:
            continue
        function = enclosing_function(scope)
        at = file.at(node) | (At.PENDING if getter == PENDING else At.NOWHERE)
        yield CallSummary(
            place=file.tree.place(node),
            symbol=("c", ("g", base, node.attr.value), ()),
            function=function.qualname if function is not None else "",
            at=int(at),
        )


def _is_read(file: File, node: cst.Attribute) -> bool:
    """Whether an attribute is read, and the result is not called at once."""
    parent = file.parent(node)
    if isinstance(parent, cst.Call):
        return parent.func is not node
    match parent:
        case cst.AssignTarget() | cst.Del() | cst.Decorator():
            return False
        case cst.AnnAssign(target=target):
            return target is not node
    return True
