"""Peers that ask for patience: the header `Retry-After`, and who reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from surefoot.facts.kinds import Pauses
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name

_HEADER = re.compile(r"(?i)retry-?after(-ms)?")
_MENTIONS = re.compile(
    r"(?i)retry.?after|rate.?limit.{0,4}(reset|remaining|header)|x-rate|reset.?(at|after|time|in)|"
    r"\.retry_delay|retryDelay|retry.?info"
)
_KEEPS_SIZE = frozenset({"int", "float", "max", "round", "ceil", "abs", "Decimal", "str", "strip"})
_SLEEPS = re.compile(r"(?i)_*(async_?)?(sleep|back_?off|pause|delay|wait)(_.*)?")
_DEEPEST = 4


def is_pause(file: File, call: cst.Call) -> bool:
    """Whether a call, by its facts or its name, waits."""
    if _SLEEPS.fullmatch(last_name(call.func)) is None:
        return file.call(call).fact(Pauses) is not None
    return True


def asked_for(file: File, node: cst.CSTNode | None, depth: int = 0) -> cst.CSTNode | None:
    """Return where the header `Retry-After` is read, if a number comes from it without an upper
    bound."""
    if depth > _DEEPEST:
        return None
    deeper = depth + 1
    match node:
        case cst.Subscript(
            value=owner, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]
        ) if _is_header(owner, key):
            return node
        case cst.Call(
            func=cst.Attribute(value=owner, attr=cst.Name(value="get")), args=[first, *_]
        ) if _is_header(owner, first.value):
            return node
        case cst.Call(func=func, args=args) if last_name(func) in _KEEPS_SIZE:
            found = [asked_for(file, arg.value, deeper) for arg in args]
            if isinstance(func, cst.Attribute) and last_name(func) == "strip":
                found.append(asked_for(file, func.value, deeper))
            return next((item for item in found if item is not None), None)
        case (
            cst.BinaryOperation(left=left, right=right)
            | cst.BooleanOperation(left=left, right=right)
        ):
            return asked_for(file, left, deeper) or asked_for(file, right, deeper)
        case cst.IfExp(body=body, orelse=orelse):
            return asked_for(file, body, deeper) or asked_for(file, orelse, deeper)
        case cst.Name(value=name):
            return _assigned(file, node, name, deeper)
    return None


def _is_header(owner: cst.CSTNode, key: cst.CSTNode) -> bool:
    if not isinstance(key, cst.SimpleString) or "header" not in last_name(owner).lower():
        return False
    text = key.evaluated_value
    return isinstance(text, str) and _HEADER.fullmatch(text) is not None


def _assigned(file: File, use: cst.Name, name: str, depth: int) -> cst.CSTNode | None:
    """Where the header is read for a local variable that nothing compares or bounds."""
    scope = file.scope(use)
    if scope.kind != "function" or scope.find(name) is not scope:
        return None
    found: cst.CSTNode | None = None
    for other in file.uses(name, scope):
        parent = file.parent(other)
        match parent:
            case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator)]):
                if not isinstance(operator, (cst.Is, cst.IsNot)) or left is not other:
                    return None
            case cst.ComparisonTarget(operator=operator):
                if not isinstance(operator, (cst.Is, cst.IsNot)):
                    return None
            case cst.AssignTarget():
                statement = file.parent(parent)
                value = statement.value if isinstance(statement, cst.Assign) else None
                if _bounds(value):
                    return None
                found = found or asked_for(file, value, depth)
            case cst.NamedExpr(value=value) if parent.target is other:
                if _bounds(value):
                    return None
                found = found or asked_for(file, value, depth)
            case cst.Arg():
                call = file.parent(parent)
                if isinstance(call, cst.Call) and last_name(call.func) == "min":
                    return None
    return found


def _bounds(value: cst.CSTNode | None) -> bool:
    return value is not None and any(
        isinstance(item, cst.Call) and last_name(item.func) == "min" for item in inside([value])
    )


def minds_the_peer(
    file: File, function: cst.FunctionDef, names: Iterable[str], nodes: Iterable[cst.CSTNode]
) -> bool:
    """Whether a function, or one it hands an answer or an exception of these names to, reads how
    long the peer asks to wait; true as well where that cannot be known."""
    if _mentions(file, function):
        return True
    given = set(names)
    if any(_reads_header(item, given) for item in inside(nodes)):
        return True
    for item in inside([function.body]):
        if isinstance(item, cst.Call) and _is_given(item, given) and _may_read(file, item):
            return True
    return any(
        isinstance(item, cst.Call) and _helper(file, item) is not None and _reads(file, item)
        for item in inside(nodes)
    )


def _reads_header(node: cst.CSTNode, names: set[str]) -> bool:
    """Whether a header of the answer is looked at: one of its own may say how long to wait."""
    match node:
        case (
            cst.Subscript(value=cst.Attribute(value=owner, attr=cst.Name(value="headers")))
            | cst.Call(
                func=cst.Attribute(
                    value=cst.Attribute(value=owner, attr=cst.Name(value="headers")),
                    attr=cst.Name(value="get"),
                )
            )
        ):
            return last_name(owner) in names or last_name(owner) == "response"
    return False


def _mentions(file: File, node: cst.CSTNode) -> bool:
    first, last = file.extent(node)
    return any(
        _MENTIONS.search(file.line(number).partition("#")[0]) for number in range(first, last + 1)
    )


def _is_given(call: cst.Call, names: set[str]) -> bool:
    for arg in call.args:
        match arg.value:
            case cst.Name(value=name) if name in names:
                return True
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="headers")) if (
                name in names
            ):
                return True
    return False


_SHOWS = re.compile(
    r"str|repr|type|isinstance|len|print|format|debug|info|warn|warning|error|exception|critical|"
    r"log|append|[A-Z]\w*|loads?|bool"
)


def _may_read(file: File, call: cst.Call) -> bool:
    if _SHOWS.fullmatch(last_name(call.func)):
        return False
    return _helper(file, call) is None or _reads(file, call)


def _helper(file: File, call: cst.Call) -> cst.FunctionDef | None:
    name = file.call(call).name
    summary = file.world.function(name) if name is not None else None
    node = file.tree.nodes[summary.place] if summary is not None else None
    return node if isinstance(node, cst.FunctionDef) else None


def _reads(file: File, call: cst.Call) -> bool:
    helper = _helper(file, call)
    return helper is not None and _mentions(file, helper)
