"""Values that are made anew each time: where in its function a value comes from."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import UniqueValue
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.syntax.scopes import Binding, Scope

_DEEPEST = 4
_MAKER = re.compile(
    r"(?i)(^|[^a-z])(key|id|uuid|guid|token|nonce|idempot\w*|unique|random)(?![a-z])"
)


def origin(file: File, node: cst.CSTNode) -> cst.Call | None:
    """Return the call that makes a value anew whenever the function around it runs.

    It is one of something that gives unique values, or of a function of the project that,
    by its name, makes identifiers. None for values that come from outside the function, and
    for those that are made only where another is missing.
    """
    return _origin(file, node, file.scope(node).function, 0)


def _origin(file: File, node: cst.CSTNode, function: Scope | None, depth: int) -> cst.Call | None:
    if depth > _DEEPEST:
        return None
    skipped: set[cst.CSTNode] = set()
    for item in inside([node]):
        if item in skipped:
            skipped.update(item.children)
            continue
        match item:
            case cst.BooleanOperation() | cst.IfExp() | cst.NamedExpr():
                skipped.update(item.children)
            case cst.Call():
                if makes_unique(file, item) or may_make(file, item):
                    return item
            case cst.Name():
                found = _of_name(file, item, function, depth)
                if found is not None:
                    return found
    return None


def _of_name(file: File, node: cst.Name, function: Scope | None, depth: int) -> cst.Call | None:
    owner = file.scope(node).find(node.value)
    if function is None or owner is None or owner.function is not function:
        return None
    found = None
    for binding in owner.bindings[node.value]:
        found = _of_binding(file, binding, function, depth)
        if found is None:
            return None
    return found


def _of_binding(file: File, binding: Binding, function: Scope, depth: int) -> cst.Call | None:
    if binding.kind != "assign" or binding.path or not isinstance(binding.value, cst.CSTNode):
        return None
    return _origin(file, binding.value, function, depth + 1)


def makes_unique(file: File, call: cst.Call) -> bool:
    """Whether a call, by its facts, gives another value each time, used as such."""
    fact = file.call(call).fact(UniqueValue)
    if fact is None:
        return False
    parent = file.parent(call)
    return not (isinstance(parent, cst.Attribute) and parent.attr.value in fact.coarse)


def may_make(file: File, call: cst.Call) -> bool:
    """Whether a call without arguments of a function of the project may give unique values."""
    if call.args:
        return False
    known = file.call(call)
    if known.pending:
        return True
    return known.name is not None and known.world.function(known.name) is not None


def gives_unique(file: File, node: cst.Return) -> bool:
    """Whether a `return`, in a function that is named so, gives a value made anew."""
    function = file.function(node)
    if function is None or node.value is None or not _MAKER.search(_words(function.name.value)):
        return False
    found = origin(file, node.value)
    return found is not None and makes_unique(file, found)


def _words(name: str) -> str:
    return name.replace("_", " ")
