"""Annotations -> the symbols of what they annotate."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import libcst as cst

from surefoot.semantics.depths import either_known, union, wrap
from surefoot.semantics.summary import Symbol
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import simple_name

if TYPE_CHECKING:
    from surefoot.semantics.symbols import Symbols

_TRANSPARENT = frozenset(
    {"Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly", "TypeAlias"}
)
OPAQUE = frozenset({"typing.Any", "typing_extensions.Any", "builtins.object"})
_ITERABLE = frozenset(
    {"list", "List", "set", "Set", "frozenset", "FrozenSet", "deque", "Deque"}
    | {"Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "Generator"}
    | {"AsyncIterable", "AsyncIterator", "AsyncGenerator"}
)
_MAPPINGS = frozenset(
    {"dict", "Dict", "defaultdict", "DefaultDict", "OrderedDict", "Mapping", "MutableMapping"}
    | {"WeakValueDictionary"}
)
_AWAITABLE = frozenset({"Awaitable", "Coroutine", "Task", "Future"})
_DEPENDS = ("fastapi.Depends", "fastapi.params.Depends", "fastapi.Security")
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def annotation(symbols: Symbols, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
    """Return the symbol of a value that is annotated so; None where it says nothing."""
    match node:
        case cst.SimpleString():
            text = node.evaluated_value
            if not isinstance(text, str):
                return None, 0
            inner = _quoted(text.strip())
            return annotation(symbols, inner, scope) if inner is not None else (None, 0)
        case cst.Name(value="None"):
            return ("k", None), 1
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            return union(
                [annotation(symbols, left, scope), annotation(symbols, right, scope)], True
            )
        case cst.Subscript(value=base, slice=elements):
            return _subscripted(symbols, base, elements, scope)
        case cst.Name() | cst.Attribute():
            symbol, depth = type_named(symbols, node, scope)
            if symbol is None or (symbol[0] == "n" and symbol[1] in OPAQUE):
                return None, 0
            if symbol[0] == "n" and symbol[1].rpartition(".")[2] in _TRANSPARENT:
                return None, 0
            return symbols.instance(symbol), depth + 1
    return None, 0


def _subscripted(
    symbols: Symbols, base: cst.BaseExpression, elements: Any, scope: Scope
) -> tuple[Symbol, int]:
    word = simple_name(base)
    inner = [element.slice.value for element in elements if isinstance(element.slice, cst.Index)]
    if not inner:
        return None, 0
    if word == "Annotated":
        return _with_metadata(symbols, annotation(symbols, inner[0], scope), inner[1:], scope)
    if word in _TRANSPARENT or word == "Optional":
        return annotation(symbols, inner[0], scope)
    if word == "Literal":
        values = [symbols.inside(item, scope) for item in inner]
        return union([part for part in values if part[0] and part[0][0] == "k"], True)
    if word == "Union":
        return union([annotation(symbols, item, scope) for item in inner], True)
    if word in ("type", "Type"):
        return type_named(symbols, inner[0], scope)
    if word in _MAPPINGS and len(inner) == 2:
        symbol, depth = annotation(symbols, inner[1], scope)
        if symbol is not None:
            return ("V", symbol), depth + 1
    if word in ("tuple", "Tuple") and not isinstance(inner[-1], cst.Ellipsis):
        items = [annotation(symbols, item, scope) for item in inner]
        known = [symbol for symbol, _ in items]
        return (
            (("t", tuple(known)), max(depth for _, depth in items) + 1) if any(known) else (None, 0)
        )
    if word in _ITERABLE or word in ("tuple", "Tuple"):
        symbol, depth = annotation(symbols, inner[0], scope)
        return wrap("l", symbol, depth)
    if word in _AWAITABLE and word not in ("Task", "Future"):
        symbol, depth = annotation(symbols, inner[-1], scope)
        return wrap("W", symbol, depth)
    symbol, depth = type_named(symbols, base, scope)
    return wrap("I", symbol, depth)


def _with_metadata(
    symbols: Symbols,
    kind: tuple[Symbol, int],
    metadata: list[cst.BaseExpression],
    scope: Scope,
) -> tuple[Symbol, int]:
    """The symbol of a value annotated with a type and with what provides it."""
    for item in metadata:
        provided = provided_by(symbols, item, scope)
        if provided is not None:
            return either_known(kind[0], provided), kind[1] + 3
    return kind


def provided_by(symbols: Symbols, node: cst.BaseExpression, scope: Scope) -> Symbol:
    """Return the symbol of what FastAPI puts in for `Depends(provider)`; None for any other
    expression."""
    if not isinstance(node, cst.Call):
        return None
    symbol, _ = symbols.inside(node, scope)
    match symbol:
        case ("c", ("n", name), ((_, provider), *_)) if name in _DEPENDS:
            return ("D", provider)
    return None


def type_named(symbols: Symbols, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
    """Return the symbol of what a dotted name names; the node need not stand in the tree."""
    if isinstance(node, cst.Name):
        if node.value == "Self":
            owner: Scope | None = scope
            while owner is not None and owner.kind != "class":
                owner = owner.parent
            if owner is not None:
                return symbols.receiver(symbols.definition(owner)), 1
        return symbols.lookup(node.value, scope)
    if isinstance(node, cst.Attribute):
        symbol, depth = type_named(symbols, node.value, scope)
        return symbols.attribute(symbol, depth, node.attr.value)
    if isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
        inner = _quoted(node.evaluated_value.strip())
        return type_named(symbols, inner, scope) if inner is not None else (None, 0)
    return None, 0


@functools.lru_cache(maxsize=4096)
def _quoted(text: str) -> cst.BaseExpression | None:
    """Parse a quoted annotation; None where it is not an expression."""
    if _DOTTED.fullmatch(text):
        first, *rest = text.split(".")
        node: cst.BaseExpression = cst.Name(first)
        for part in rest:
            node = cst.Attribute(node, cst.Name(part))
        return node
    try:
        return cst.parse_expression(text)
    except Exception:
        return None
