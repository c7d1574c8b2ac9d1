"""Futures that somebody waits for, and nobody asks what came of them."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Timeout
from surefoot.semantics.file import File


def is_only_waited_for(file: File, node: cst.Call) -> bool:
    """Whether the future a call gives is gathered in a list of its function, and nothing is done
    with that list but to wait for its end."""
    name = _list_of(file, node)
    if name is None or file.function(node) is None:
        return False
    owner = file.scope(node).find(name)
    if owner is None or owner.kind != "function":
        return False
    waits = 0
    for use in file.uses(name, owner):
        parent = file.parent(use)
        match parent:
            case cst.AssignTarget() | cst.AnnAssign(target=cst.Name()):
                continue
            case cst.Attribute(attr=cst.Name(value="append")):
                continue
            case cst.Arg():
                call = file.parent(parent)
                if not isinstance(call, cst.Call) or not _only_waits(file, call):
                    return False
                waits += 1
            case _:
                return False
    return waits > 0


def _list_of(file: File, node: cst.Call) -> str | None:
    """The name of the list that a call's result becomes part of."""
    parent = file.parent(node)
    match parent:
        case cst.ListComp(elt=element) | cst.SetComp(elt=element) if element is node:
            match file.parent(parent):
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                    return name
        case cst.Arg():
            match file.parent(parent):
                case cst.Call(
                    func=cst.Attribute(
                        value=cst.Name(value=name), attr=cst.Name(value="append" | "add")
                    )
                ):
                    return name
    return None


def _only_waits(file: File, call: cst.Call) -> bool:
    """Whether a call waits for threads, and what it gives is thrown away."""
    fact = file.fact(Timeout, call)
    return fact is not None and fact.wait == "thread" and isinstance(file.parent(call), cst.Expr)
