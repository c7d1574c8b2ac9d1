"""What a function hands on as it got it: its own parameters, and the data of a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.semantics.raw_bodies import dictionary_parameter

_SENT = frozenset(
    {"GET", "POST", "args", "body", "data", "form", "get_data", "get_json", "json", "json_body"}
    | {"loads", "media", "params", "query_params", "raw_json_body", "values"}
)
_KEPT = frozenset({"copy", "dict", "to_dict"})
_DEEPEST = 4


class Handed(NamedTuple):
    """An argument of a call: where it stands, its keyword if any, and what is handed over."""

    place: int
    keyword: str
    value: cst.BaseExpression


def parameter_of(file: File, node: cst.CSTNode) -> tuple[cst.FunctionDef, cst.Param] | None:
    """Return the function and the parameter that a name means and that nothing else is put in."""
    if not isinstance(node, cst.Name):
        return None
    scope = file.scope(node).find(node.value)
    if scope is None or not isinstance(scope.node, cst.FunctionDef):
        return None
    match scope.bindings[node.value]:
        case [binding] if isinstance(binding.node, cst.Param):
            return scope.node, binding.node
    return None


def is_own(file: File, node: cst.CSTNode) -> bool:
    """Whether a name is the `self` or `cls` of the method it stands in."""
    if not isinstance(node, cst.Name):
        return False
    scope = file.scope(node).find(node.value)
    method = scope is not None and scope.parent is not None and scope.parent.kind == "class"
    return method and scope is not None and node.value == scope.first


def sent_arguments(file: File, call: cst.Call) -> Iterator[Handed]:
    """Yield the arguments of a call that may be the data of a request as a client sent it."""
    for index, argument in enumerate(call.args):
        if argument.star:
            return
        if may_be_sent(file, argument.value):
            keyword = argument.keyword.value if argument.keyword is not None else ""
            yield Handed(index, keyword, argument.value)


def may_be_sent(file: File, node: object, depth: int = 0) -> bool:
    """Whether an expression, from how it is spelt, may be the data of a request."""
    match node:
        case cst.Await(expression=inner):
            return may_be_sent(file, inner, depth)
        case cst.Call(func=cst.Attribute(value=cst.Name(value="self")), args=[]):
            return True
        case cst.Call(func=callee, args=arguments):
            name = last_name(callee)
            if name in _KEPT:
                inside = callee.value if isinstance(callee, cst.Attribute) else None
                inside = inside or (arguments[0].value if arguments else None)
                return depth < _DEEPEST and may_be_sent(file, inside, depth + 1)
            return name in _SENT
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in _SENT
        case cst.Name(value=name):
            if dictionary_parameter(file, node) is not None:
                return True
            scope = file.scope(node).find(name)
            if scope is None or scope.kind != "function" or depth > _DEEPEST:
                return False
            return any(
                may_be_sent(file, binding.value, depth + 1)
                for binding in scope.bindings[name]
                if binding.kind == "assign" and not binding.path
            )
    return False
