"""Scopes, the bindings of their names, and the blocks code stands in."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst


class Binding(NamedTuple):
    """One place where a name gets a value.

    `kind` says how: import, assign, annotated, iterate, enter, except, param, function,
    class, augment, match, type (a type parameter, with its bound), other. `value` is the
    expression it comes from (for an import the qualified name, for a match the class), `path`
    the indices into it where targets are unpacked.
    """

    kind: str
    node: cst.CSTNode
    value: object
    path: tuple[int, ...] = ()
    is_async: bool = False


class Attribute(NamedTuple):
    """An assignment to an attribute of a dotted name: `owner.attr = ...`."""

    owner: str
    attr: str
    binding: Binding


class Entry(NamedTuple):
    """An assignment to an element of an attribute: `owner.attr[...] = ...`."""

    owner: str
    attr: str
    target: cst.Subscript
    binding: Binding


class Scope:
    """A module, class, function, lambda or comprehension and the names bound in it.

    `qualname` is the dotted name of its class or function within the module, as in
    `Function.__qualname__`; empty for the module. Lambdas and comprehensions have that
    of the scope they stand in. `signature` is the scope in which the annotations of a
    function are read: the one around it or, where it has type parameters, one of kind
    `types` that holds those.
    """

    __slots__ = (
        *("attributes", "bindings", "entries", "first", "kind", "node", "outer", "parent"),
        *("qualname", "signature"),
    )

    def __init__(self, kind: str, node: cst.CSTNode, parent: Scope | None, qualname: str) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.qualname = qualname
        self.bindings: dict[str, list[Binding]] = {}
        self.outer: dict[str, str] = {}
        self.attributes: list[Attribute] = []
        self.entries: list[Entry] = []
        self.first: str | None = None
        self.signature = parent

    def bind(self, name: str, binding: Binding) -> None:
        """Record a binding, of a `global` name in the module."""
        scope: Scope = self
        if self.outer.get(name) == "global":
            while scope.parent is not None:
                scope = scope.parent
        scope.bindings.setdefault(name, []).append(binding)

    def settle(self) -> None:
        """Hand the bindings of `nonlocal` names to the function they belong to, when the
        whole module has been seen."""
        for name, where in self.outer.items():
            owner = self.parent
            while owner is not None and (owner.kind == "class" or name not in owner.bindings):
                owner = owner.parent
            if where == "nonlocal" and owner is not None and name in self.bindings:
                owner.bindings[name].extend(self.bindings.pop(name))

    def find(self, name: str) -> Scope | None:
        """Return the scope whose binding of `name` is seen from here, by Python's rules."""
        scope: Scope | None = self
        if self.outer.get(name) == "global":
            while scope is not None and scope.parent is not None:
                scope = scope.parent
            return scope if scope is not None and name in scope.bindings else None
        start = True
        while scope is not None:
            if name in scope.bindings and (start or scope.kind != "class"):
                return scope
            start = start and scope.kind in ("comprehension", "types")
            scope = scope.parent
        return None

    @property
    def function(self) -> Scope | None:
        """The innermost function or lambda this scope is or stands in."""
        scope: Scope | None = self
        while scope is not None and scope.kind not in ("function", "lambda"):
            if scope.kind in ("class", "module"):
                return None
            scope = scope.parent
        return scope

    @property
    def is_async(self) -> bool:
        return isinstance(self.node, cst.FunctionDef) and self.node.asynchronous is not None


class Block:
    """A stretch of code that runs under the same conditions.

    `kind` is that of the scope it opens, or with, loop, try, handler, else, finally.
    """

    __slots__ = ("kind", "node", "parent", "scope")

    def __init__(self, kind: str, node: cst.CSTNode, parent: Block | None, scope: Scope) -> None:
        self.kind = kind
        self.node = node
        self.parent = parent
        self.scope = scope


def qualified(scope: Scope, name: str) -> str:
    """Return the qualified name of a class or function `name` defined in `scope`."""
    if not scope.qualname:
        return name
    inside = scope.kind in ("function", "lambda", "comprehension")
    return f"{scope.qualname}.<locals>.{name}" if inside else f"{scope.qualname}.{name}"
