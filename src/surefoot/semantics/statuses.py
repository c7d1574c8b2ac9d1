"""HTTP statuses: which another attempt may mend, and for which a test in the code holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.semantics.summary import Symbol
from surefoot.semantics.world import World

PERMANENT = frozenset({400, 401, 402, 405, 406, 410, 411, 414, 415, 416, 417, 422, 426, 431, 451})
"""The request is wrong, or refused: the same request gets the same answer."""
RARELY_PERMANENT = frozenset({403, 404, 407, 412, 424, 428})
"""Permanent too, but some services mean something passing by them."""
TOO_MANY = 429
_CALLED = frozenset(
    {"status_code", "status", "code", "http_status", "http_code", "response_code", "statuscode"}
    | {"http_status_code", "response_status", "resp_status"}
)
_NUMBERED = re.compile(r"HTTP_([1-5]\d\d)(_|$)")
"""Constants that have their number in their name, as frameworks spell them."""
_VERDICTS: dict[str, Callable[[int], bool]] = {
    "ok": lambda status: status < 400,
    "is_success": lambda status: 200 <= status < 300,
    "is_error": lambda status: status >= 400,
    "is_client_error": lambda status: 400 <= status < 500,
    "is_server_error": lambda status: status >= 500,
}
_ASKED = _CALLED | _VERDICTS.keys()
_COMPARE: dict[type[cst.BaseCompOp], Callable[[int, int], bool]] = {
    cst.Equal: lambda left, right: left == right,
    cst.NotEqual: lambda left, right: left != right,
    cst.LessThan: lambda left, right: left < right,
    cst.LessThanEqual: lambda left, right: left <= right,
    cst.GreaterThan: lambda left, right: left > right,
    cst.GreaterThanEqual: lambda left, right: left >= right,
}


def status_of(world: World, symbol: Symbol) -> int | None:
    """Return the status an expression stands for: a number, or a member of `HTTPStatus`."""
    value = world.value(symbol)
    if value is None:
        return None
    if value[0] == "k" and type(value[1]) is int and 100 <= value[1] < 600:
        return int(value[1])
    if value[0] in ("n", "m"):
        owner, _, name = str(value[1]).rpartition(".")
        if owner == "http.HTTPStatus" and name in HTTPStatus.__members__:
            return HTTPStatus[name].value
        numbered = _NUMBERED.match(name)
        if numbered is not None:
            return int(numbered[1])
        if owner.endswith(".codes") and name.upper() in HTTPStatus.__members__:
            return HTTPStatus[name.upper()].value
    return None


def listed(world: World, symbol: Symbol) -> list[int]:
    """Return the statuses of a collection, as far as they are known."""
    value = world.value(symbol)
    if value is None or value[0] != "t":
        return []
    found = [status_of(world, item) for item in value[1]]
    return [status for status in found if status is not None]


def holds(file: File, test: cst.BaseExpression, status: int) -> bool | None:
    """Whether a test is true when the answer has this status; None where that is not known."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            found = holds(file, inner, status)
            return None if found is None else not found
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            parts = [holds(file, left, status), holds(file, right, status)]
            decides = isinstance(operator, cst.Or)
            if decides in parts:
                return decides
            return None if None in parts else not decides
        case cst.Attribute(attr=cst.Name(value=name)) if name in _VERDICTS:
            return _VERDICTS[name](status)
        case cst.Comparison(left=left, comparisons=comparisons):
            return _compared(file, left, comparisons, status)
    return None


def _compared(
    file: File,
    left: cst.BaseExpression,
    comparisons: Iterable[cst.ComparisonTarget],
    status: int,
) -> bool | None:
    """Whether `left < status < right`, with the status of the answer somewhere in it, holds."""
    about = False
    result: bool | None = True
    for item in comparisons:
        right = item.comparator
        if isinstance(item.operator, (cst.In, cst.NotIn)):
            held = _is_in(file, left, right, status)
            if held is None:
                return None
            about = True
            if held is isinstance(item.operator, cst.NotIn):
                result = False
        else:
            numbers = [_number(file, side, status) for side in (left, right)]
            compare = _COMPARE.get(type(item.operator))
            if None in numbers or compare is None:
                return None
            about = about or _is_status(left) or _is_status(right)
            if not compare(numbers[0], numbers[1]):  # type: ignore[arg-type]
                result = False
        left = right
    return result if about else None


def _number(file: File, node: cst.BaseExpression, status: int) -> int | None:
    """The number an expression is: the status of the answer, or a status written down."""
    if _is_status(node):
        return status
    match node:
        case cst.BinaryOperation(
            left=left, operator=cst.FloorDivide(), right=cst.Integer(value="100")
        ) if _is_status(left):
            return status // 100
        case cst.Integer(value=text) if len(text) == 1:
            return int(text)
    return status_of(file.world, file.symbol(node))


def _is_in(
    file: File, left: cst.BaseExpression, right: cst.BaseExpression, status: int
) -> bool | None:
    if not _is_status(left):
        return None
    match right:
        case cst.Call(func=cst.Name(value="range"), args=[first, last]):
            bounds = [status_of(file.world, file.symbol(arg.value)) for arg in (first, last)]
            if isinstance(last.value, cst.Integer) and last.value.value == "600":
                bounds[1] = 600
            if bounds[0] is None or bounds[1] is None:
                return None
            return bounds[0] <= status < bounds[1]
    value = file.value(right)
    if value is None or value[0] != "t":
        return None
    known = listed(file.world, file.symbol(right))
    return status in known if len(known) == len(value[1]) else None


def _is_status(node: cst.CSTNode) -> bool:
    """Whether an expression is, by its name, the status of an answer."""
    match node:
        case cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
            return name in _CALLED
    return False


def names_status(file: File, test: cst.BaseExpression, status: int) -> bool:
    """Whether a test mentions a status by itself, not as part of a range."""
    found: list[int | None] = []
    for item in inside([test]):
        if isinstance(item, (cst.Integer, cst.Attribute)):
            found.append(status_of(file.world, file.symbol(item)))
        elif isinstance(item, cst.ComparisonTarget) and isinstance(item.operator, cst.In):
            found += listed(file.world, file.symbol(item.comparator))
    return status in found


def answer_of(test: cst.BaseExpression) -> str | None:
    """Return the name of the answer a test is about, where it is a plain name."""
    for item in inside([test]):
        match item:
            case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)) if (
                name in _CALLED or name in _VERDICTS
            ):
                return owner
    return None


def asks_for_status(file: File, node: cst.If) -> bool:
    """Whether a condition asks for the status of an answer."""
    return file.once(_asks_for_status, node)


def _asks_for_status(file: File, node: cst.If) -> bool:
    return any(
        (item.__class__ is cst.Attribute and item.attr.value in _ASKED)
        or (item.__class__ is cst.Name and item.value in _CALLED)
        for item in inside([node.test])
    )
