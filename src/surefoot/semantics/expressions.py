"""The symbols of literals, operators and other expressions made of parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst

from surefoot.semantics.annotations import OPAQUE, provided_by
from surefoot.semantics.depths import union, wrap
from surefoot.semantics.summary import ANNOTATED, SLICE, Symbol
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import simple_name

if TYPE_CHECKING:
    from surefoot.semantics.symbols import Symbols

_ALIASED = frozenset({"Annotated", "Optional"})


def _dict(symbols: Symbols, node: cst.Dict, scope: Scope) -> tuple[Symbol, int]:
    items: list[tuple[object, Symbol]] = []
    complete, depth = True, 0
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key, _ = symbols.inside(element.key, scope)
            value, value_depth = symbols.inside(element.value, scope)
            if key is not None and key[0] == "k":
                items.append((key[1], value))
                depth = max(depth, value_depth)
                continue
        elif isinstance(element, cst.StarredDictElement):
            inner, inner_depth = symbols.inside(element.value, scope)
            if inner is not None and inner[0] == "d":
                items.extend(inner[1])
                complete = complete and inner[2]
                depth = max(depth, inner_depth)
                continue
        complete = False
    return ("d", tuple(items), complete), depth + 1


def _items(symbols: Symbols, node: Any, scope: Scope) -> tuple[Symbol, int]:
    items: list[Symbol] = []
    depth = 0
    for element in node.elements[:50]:
        if isinstance(element, cst.StarredElement):
            return None, 0
        symbol, item_depth = symbols.inside(element.value, scope)
        items.append(symbol)
        depth = max(depth, item_depth)
    return ("t", tuple(items)), depth + 1


def _comprehension(symbols: Symbols, node: Any, scope: Scope) -> tuple[Symbol, int]:
    symbol, depth = symbols.inside(node.elt, symbols.tree.scopes[node])
    return wrap("l", symbol, depth)


def _dict_comprehension(symbols: Symbols, node: cst.DictComp, scope: Scope) -> tuple[Symbol, int]:
    symbol, depth = symbols.inside(node.value, symbols.tree.scopes[node])
    return wrap("V", symbol, depth)


def _boolean(symbols: Symbols, node: cst.BooleanOperation, scope: Scope) -> tuple[Symbol, int]:
    right = symbols.inside(node.right, scope)
    if isinstance(node.operator, cst.And):
        return right
    return union([symbols.inside(node.left, scope), right], strict=False)


def _conditional(symbols: Symbols, node: cst.IfExp, scope: Scope) -> tuple[Symbol, int]:
    return union([symbols.inside(node.body, scope), symbols.inside(node.orelse, scope)], False)


def _await(symbols: Symbols, node: cst.Await, scope: Scope) -> tuple[Symbol, int]:
    return wrap("w", *symbols.inside(node.expression, scope))


def _named(symbols: Symbols, node: cst.NamedExpr, scope: Scope) -> tuple[Symbol, int]:
    return symbols.inside(node.value, scope)


def _subscript(symbols: Symbols, node: cst.Subscript, scope: Scope) -> tuple[Symbol, int]:
    if simple_name(node.value) in _ALIASED:
        return _type_alias(symbols, node, scope)
    symbol, depth = symbols.inside(node.value, scope)
    if symbol is None:
        return None, 0
    return ("x", symbol, constant_key(node)), depth + 1


def _type_alias(symbols: Symbols, node: cst.Subscript, scope: Scope) -> tuple[Symbol, int]:
    """The class in `Annotated[Session, ...]` and the like, kept under a name of its own; with
    what provides it, where that is told."""
    inner = [item.slice.value for item in node.slice if isinstance(item.slice, cst.Index)]
    if not inner:
        return None, 0
    kind, depth = symbols.inside(inner[0], scope)
    for item in inner[1:]:
        provided = provided_by(symbols, item, scope)
        if provided is not None:
            known = None if kind is not None and kind[1] in OPAQUE else kind
            return ("c", ("n", ANNOTATED), (("", known), ("", provided))), depth + 3
    return kind, depth


def _number(symbols: Symbols, node: Any, scope: Scope) -> tuple[Symbol, int]:
    return ("k", node.evaluated_value), 1


def _text(symbols: Symbols, node: Any, scope: Scope) -> tuple[Symbol, int]:
    value = _evaluated(node)
    if value is None or len(value) > 200:
        return ("I", ("n", "builtins.str")), 2
    return ("k", value), 1


def _format(symbols: Symbols, node: Any, scope: Scope) -> tuple[Symbol, int]:
    return ("I", ("n", "builtins.str")), 2


def _unary(symbols: Symbols, node: cst.UnaryOperation, scope: Scope) -> tuple[Symbol, int]:
    symbol, depth = symbols.inside(node.expression, scope)
    match symbol, node.operator:
        case (("k", int() | float() as number), cst.Minus()):
            return ("k", -number), depth
    return None, 0


def _arithmetic(symbols: Symbols, node: cst.BinaryOperation, scope: Scope) -> tuple[Symbol, int]:
    left, depth = symbols.inside(node.left, scope)
    right, _ = symbols.inside(node.right, scope)
    if isinstance(node.operator, cst.BitOr) and left is not None and right is not None:
        return ("c", ("n", "operator.or_"), (("", left), ("", right))), depth + 1
    if isinstance(node.operator, cst.Divide) and left is not None and left[0] != "k":
        return ("c", ("a", left, "__truediv__"), (("", right),)), depth + 2
    match (left, right, node.operator):
        case (("k", int() | float() as a), ("k", int() | float() as b), cst.Multiply()):
            return (("k", a * b), depth) if abs(a) < 1e9 and abs(b) < 1e9 else (None, 0)
        case (("k", int() | float() as a), ("k", int() | float() as b), cst.Add()):
            return ("k", a + b), depth
    return None, 0


def _evaluated(node: cst.SimpleString | cst.ConcatenatedString) -> str | bytes | None:
    """The value of a string; LibCST has Python parse it, which the plainest need not."""
    if isinstance(node, cst.SimpleString):
        text = node.value
        if text[0] == text[-1] and text[1] != text[0] and "\\" not in text:
            return text[1:-1]
    return node.evaluated_value


def constant_key(node: cst.Subscript) -> object:
    """Return the key of an element as symbols give it: see `summary`."""
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]:
            return key.evaluated_value
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer() as key))]:
            return key.evaluated_value
        case [cst.SubscriptElement(slice=cst.Slice())]:
            return SLICE
    return ()


BUILD: dict[type, Any] = {
    cst.Dict: _dict,
    cst.List: _items,
    cst.Tuple: _items,
    cst.Set: _items,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _dict_comprehension,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _conditional,
    cst.Await: _await,
    cst.NamedExpr: _named,
    cst.Subscript: _subscript,
    cst.Integer: _number,
    cst.Float: _number,
    cst.SimpleString: _text,
    cst.ConcatenatedString: _text,
    cst.FormattedString: _format,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _arithmetic,
}
