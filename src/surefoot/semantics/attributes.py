"""The attributes of a class, as its body and its methods assign them."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.semantics.depths import union
from surefoot.semantics.expressions import constant_key
from surefoot.semantics.fallbacks import fills_in, is_made, is_parameter
from surefoot.semantics.summary import Symbol
from surefoot.semantics.symbols import Symbols
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import Tree


class Assigned:
    """What the methods of a class assign to the attributes of its objects."""

    def __init__(self, tree: Tree, symbols: Symbols, scope: Scope) -> None:
        self.values: dict[str, list[tuple[Symbol, int]]] = {}
        self.entries: dict[str, list[tuple[object, Symbol]]] = {}
        self.filled_in: set[str] = set()
        self.declared: dict[str, cst.AnnAssign] = {
            name: binding.node
            for name, bindings in scope.bindings.items()
            for binding in bindings
            if isinstance(binding.node, cst.AnnAssign)
        }
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind == "function":
                    self._read(tree, symbols, tree.scopes[binding.node])

    def _read(self, tree: Tree, symbols: Symbols, method: Scope) -> None:
        own = _own_names(method) if method.attributes or method.entries else ()
        for owner, attr, binding in method.attributes:
            if owner not in own:
                continue
            self.values.setdefault(attr, []).append(symbols.bound(binding, method, f".{attr}"))
            if fills_in(tree, binding, f"{owner}.{attr}"):
                self.filled_in.add(attr)
            if isinstance(binding.node, cst.AnnAssign):
                self.declared.setdefault(attr, binding.node)
        for entry in method.entries:
            value: Any = entry.binding.value
            if entry.owner in own and entry.binding.kind == "assign":
                written = (constant_key(entry.target), symbols.inside(value, method)[0])
                self.entries.setdefault(entry.attr, []).append(written)


def attributes(tree: Tree, symbols: Symbols, scope: Scope) -> dict[str, Symbol]:
    """Return the symbols of the attributes and methods of the class a scope belongs to."""
    found = {name: symbols.lookup(name, scope)[0] for name in scope.bindings}
    assigned = Assigned(tree, symbols, scope)
    for attr, values in assigned.values.items():
        known = attr in found and found[attr] != ("k", None)
        declared = assigned.declared.get(attr)
        kind = _kind(symbols, declared, scope) if declared is not None else None
        if kind is not None:
            found[attr] = _annotated(kind, union(values, True)[0])
        elif not known or found[attr] is not None:
            if attr in assigned.filled_in:
                made = [value for value in values if not is_parameter(value[0])]
                if made and all(is_made(symbol) for symbol, _ in made):
                    values = made
            found[attr] = union([*values, (found[attr], 1)] if known else values, True)[0]
    for attr, entries in assigned.entries.items():
        symbol = found.get(attr)
        if symbol is not None and symbol[0] == "d":
            found[attr] = ("d", (*symbol[1], *entries), False)
    return found


def _kind(symbols: Symbols, node: cst.AnnAssign, scope: Scope) -> Symbol:
    return symbols.annotation(node.annotation.annotation, scope)[0]


def _annotated(kind: Symbol, value: Symbol) -> Symbol:
    """An attribute that is declared, with what is assigned to it if that may say more."""
    says_more = value is not None and value[0] != "A" and value not in (kind, ("k", None))
    return ("A", kind, value) if says_more else kind


def _own_names(method: Scope) -> frozenset[str | None]:
    """What stands for the object or its class in a method: `self`; in `__new__` also what is
    made there."""
    names = {method.first}
    if method.qualname.endswith(".__new__"):
        for name, bindings in method.bindings.items():
            if any(_makes(binding.value) for binding in bindings):
                names.add(name)
        for owner, attr, binding in method.attributes:
            if owner == method.first and _makes(binding.value):
                names.add(f"{owner}.{attr}")
    return frozenset(names)


def _makes(value: object) -> bool:
    """Whether an expression is a call of `__new__`."""
    match value:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="__new__"))):
            return True
    return False
