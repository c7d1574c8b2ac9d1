"""Expressions of a tree -> symbols: names are followed through imports and assignments."""

from __future__ import annotations

import builtins
import functools
from typing import Any

import libcst as cst

from surefoot.semantics.annotations import OPAQUE, annotation, provided_by, type_named
from surefoot.semantics.depths import either_known, union, wrap
from surefoot.semantics.expressions import BUILD, constant_key
from surefoot.semantics.fallbacks import checkers_only, fills_in, is_made, is_parameter
from surefoot.semantics.narrowing import Guard, guards, holds
from surefoot.semantics.reaching import reaching
from surefoot.semantics.summary import ATTRIBUTE, HOLDERS, MOUNTED, Symbol
from surefoot.syntax.scopes import Binding, Scope
from surefoot.syntax.tree import Tree, simple_name

_BUILTINS = frozenset(dir(builtins))
_DEEPEST = 24
_LONGEST = 80
_READING = ("get", "items", "keys", "values", "copy")


class Symbols:
    """The symbols of the expressions of one tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._known: dict[cst.CSTNode, tuple[Symbol, int]] = {}
        self._active: set[object] = set()
        self._level = 0
        self._names: dict[str, list[cst.Name]] | None = None
        self._uses: dict[str, dict[Scope | None, list[cst.Name]]] = {}
        self._shared: dict[object, Symbol] = {}

    def of(self, node: cst.CSTNode | None) -> Symbol:
        """Return the symbol of an expression that stands in the tree."""
        if node is None:
            return None
        return self._of(node, self.tree.block(node).scope)[0]

    def definition(self, scope: Scope) -> str:
        """Return the full name of the class or function a scope belongs to."""
        return _join(self.tree.module_name, scope.qualname)

    def _of(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        known = self._known.get(node)
        if known is not None:
            return known
        if node in self._active or self._level > _LONGEST:
            return None, 0
        self._active.add(node)
        self._level += 1
        try:
            symbol, depth = self._build(node, scope)
        finally:
            self._active.discard(node)
            self._level -= 1
        if depth > _DEEPEST:
            symbol, depth = None, 0
        self._known[node] = (symbol, depth)
        return symbol, depth

    def _build(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        build = _BUILD.get(node.__class__)
        return build(self, node, scope) if build is not None else (None, 0)

    def inside(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        """Return the symbol of a part of an expression, which may open a scope of its own."""
        block = self.tree.blocks.get(node)
        return self._of(node, block.scope if block is not None else scope)

    def named(self, name: str) -> Symbol:
        """Return the symbol of a qualified name; equal ones are one, and looked up once."""
        known = self._shared.get(name)
        if known is None:
            known = self._shared[name] = ("n", name)
        return known

    def receiver(self, kind: str) -> Symbol:
        """Return the symbol of the class that a method of the class `kind` is called on."""
        known = self._shared.get(("C", kind))
        if known is None:
            known = self._shared["C", kind] = ("C", kind)
        return known

    def instance(self, kind: Symbol) -> Symbol:
        """Return the symbol of an instance of a class."""
        known = self._shared.get(id(kind))
        if known is None:
            known = self._shared[id(kind)] = ("I", kind)
        return known

    def attribute(self, symbol: Symbol, depth: int, attr: str) -> tuple[Symbol, int]:
        """Return the symbol of an attribute of what a symbol means."""
        if symbol is None:
            return None, 0
        if symbol[0] == "n":
            return self.named(f"{symbol[1]}.{attr}"), depth
        key = (id(symbol), attr)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = ("a", symbol, attr)
        return known, depth + 1

    # -- names ---------------------------------------------------------------------------

    def _name(self, node: cst.Name, scope: Scope) -> tuple[Symbol, int]:
        if node.value in ("None", "True", "False"):
            return ("k", {"None": None, "True": True, "False": False}[node.value]), 1
        return self.lookup(node.value, scope, node)

    def lookup(self, name: str, scope: Scope, use: cst.CSTNode | None = None) -> tuple[Symbol, int]:
        """Return what a name means in a scope, where `use` stands if that is known."""
        owner = scope.find(name)
        if owner is None:
            if name in _BUILTINS:
                return self.named(f"builtins.{name}"), 1
            if self.tree.star_imports:
                return self.named(_join(self.tree.module_name, name)), 1
            return None, 0
        bindings = owner.bindings[name]
        if len(bindings) > 1 and owner is self.tree.top and self._checkers_only:
            symbol, depth = self._at_runtime(name, bindings, scope, use)
        else:
            symbol, depth = self._one_of(name, bindings, owner, scope, use)
        if use in self.tree.parents and name in self._guards:
            return self._narrowed(symbol, depth, name, owner, use)
        return symbol, depth

    def _one_of(
        self,
        name: str,
        bindings: list[Binding],
        owner: Scope,
        scope: Scope,
        use: cst.CSTNode | None,
    ) -> tuple[Symbol, int]:
        """What a name means that has these bindings."""
        if len(bindings) > 1:
            bindings = reaching(self.tree, bindings, owner, scope, use)
        if len(bindings) == 1:
            return self.bound(bindings[0], owner, name)
        parts = [(item, self.bound(item, owner, name)) for item in bindings]
        if any(is_parameter(symbol) for _, (symbol, _) in parts):
            # an object made where the parameter is missing is there on some way at least
            others = [part for part in parts if not is_parameter(part[1][0])]
            if others and all(
                is_made(symbol) and fills_in(self.tree, item, name) for item, (symbol, _) in others
            ):
                parts = others
        return union([known for _, known in parts], strict=True)

    def _at_runtime(
        self, name: str, bindings: list[Binding], scope: Scope, use: cst.CSTNode | None
    ) -> tuple[Symbol, int]:
        """What a name of the module means as it runs; where that is not known, what type
        checkers are told that it means."""
        told = [item for item in bindings if self.is_for_checkers(item.node)]
        runs = [item for item in bindings if item not in told]
        if not told or not runs:
            return self._one_of(name, bindings, self.tree.top, scope, use)
        symbol, depth = self._one_of(name, runs, self.tree.top, scope, use)
        if symbol is not None and symbol[0] == "n" and symbol[1] not in OPAQUE:
            return symbol, depth
        known = self._one_of(name, told, self.tree.top, scope, use)
        if symbol is None or symbol == ("k", None) or symbol[0] == "n":
            return known
        return union([(symbol, depth), known], strict=False)

    def is_for_checkers(self, node: cst.CSTNode) -> bool:
        """Whether a node stands in a branch that only type checkers read."""
        checkers = self._checkers_only
        return bool(checkers) and any(item in checkers for item in self.tree.ancestors(node))

    @functools.cached_property
    def _checkers_only(self) -> frozenset[cst.CSTNode]:
        return checkers_only(self.tree)

    @functools.cached_property
    def _guards(self) -> dict[str, list[Guard]]:
        return guards(self.tree)

    def _narrowed(
        self, symbol: Symbol, depth: int, name: str, owner: Scope, use: cst.CSTNode
    ) -> tuple[Symbol, int]:
        """A name's symbol with the type that a test before its use has made sure of."""
        for guard in reversed(self._guards[name]):
            if guard.owner is owner and holds(self.tree, guard, name, use):
                kind, kind_depth = self._tested(guard.kind, owner)
                if kind is None:
                    return symbol, depth
                return ("N", symbol, kind), max(depth, kind_depth) + 1
        return symbol, depth

    def _tested(self, kind: cst.BaseExpression, scope: Scope) -> tuple[Symbol, int]:
        """The symbol of an instance of what `isinstance` was asked for."""
        if isinstance(kind, cst.Tuple):
            return union([annotation(self, item.value, scope) for item in kind.elements], True)
        return annotation(self, kind, scope)

    def bound(self, binding: Binding, owner: Scope, name: str) -> tuple[Symbol, int]:
        """Return the symbol a binding of `name` gives, and how deep it is."""
        key = (binding.node, name)
        if key in self._active:
            return None, 0
        self._active.add(key)
        try:
            return self._binding(binding, owner, name)
        finally:
            self._active.discard(key)

    def _binding(self, binding: Binding, owner: Scope, name: str) -> tuple[Symbol, int]:
        value: Any = binding.value
        match binding.kind:
            case "import":
                return self.named(value), 1
            case "function" | "class":
                scope = self.tree.scopes[binding.node]
                return self.named(self.definition(scope)), 1
            case "param":
                return self._parameter(binding, owner)
            case "except" | "match":
                symbol, depth = self.inside(value, owner) if value is not None else (None, 0)
                return wrap("I", symbol, depth)
            case "annotated":
                return self._annotated(binding, owner)
            case "type":
                bound, depth = type_named(self, value, owner) if value is not None else (None, 0)
                given = (("bound", bound),) if bound is not None else ()
                return ("c", ("n", "typing.TypeVar"), given), depth + 1
            case "assign" | "iterate" | "enter":
                symbol, depth = self.inside(value, owner)
                if symbol is not None and binding.kind == "assign":
                    if symbol[0] == "d":
                        symbol = self._written(symbol, name, owner)
                    elif symbol[0] in ("c", "u") and not binding.path:
                        if symbol[0] == "c" and symbol[1][:1] == ("n",) and symbol[1][1] in HOLDERS:
                            symbol = self._holding(symbol, name, owner)
                        symbol = self._mounted(symbol, name, owner)
                if binding.kind == "iterate" and symbol is not None:
                    symbol, depth = ("x", symbol, None), depth + 1
                elif binding.kind == "enter" and symbol is not None:
                    symbol, depth = ("e", symbol), depth + 1
                for index in binding.path:
                    if symbol is None or index < 0:
                        return None, 0
                    symbol, depth = ("x", symbol, index), depth + 1
                return symbol, depth
        return None, 0

    def _annotated(self, binding: Binding, owner: Scope) -> tuple[Symbol, int]:
        assert isinstance(binding.node, cst.AnnAssign)
        kind, depth = annotation(self, binding.node.annotation.annotation, owner)
        value: Any = binding.value
        if value is None:
            return kind, depth
        symbol, value_depth = self.inside(value, owner)
        if kind is None:
            return symbol, value_depth
        if symbol is None:
            return kind, depth
        return ("A", kind, symbol), max(depth, value_depth) + 1

    def _parameter(self, binding: Binding, owner: Scope) -> tuple[Symbol, int]:
        param = binding.node
        assert isinstance(param, cst.Param)
        name = param.name.value
        method = owner.parent is not None and owner.parent.kind == "class"
        if method and name == owner.first and owner.parent is not None:
            decorators = {
                simple_name(item.decorator) for item in getattr(owner.node, "decorators", ())
            }
            kind = self.definition(owner.parent)
            if "staticmethod" not in decorators:
                if "classmethod" in decorators or name == "cls":
                    return self.receiver(kind), 1
                return self.instance(self.receiver(kind)), 2
        declared: Symbol = None
        depth = 0
        if param.annotation is not None:
            outer = owner.signature or owner
            declared, depth = annotation(self, param.annotation.annotation, outer)
            if declared is not None and param.star in ("*", "**"):
                return ("l", declared), depth + 1
        if isinstance(param.default, cst.Call):
            provided = provided_by(self, param.default, owner.parent or owner)
            if provided is not None:
                return either_known(declared, provided), depth + 3
        return (declared, depth) if declared else (("p", self.definition(owner), name), 1)

    # -- dictionaries --------------------------------------------------------------------

    def _written(self, symbol: tuple[Any, ...], name: str, owner: Scope) -> Symbol:
        """A dictionary kept in a variable: with the keys set later, complete if nothing else
        can have written to it."""
        items, complete = list(symbol[1]), symbol[2]
        if len(owner.bindings.get(name, ())) != 1:
            return ("d", tuple(items), False)
        for use in self.uses(name, owner):
            parent = self.tree.parents[use]
            if isinstance(parent, (cst.AssignTarget, cst.AnnAssign)):
                continue
            if isinstance(parent, cst.Arg) and parent.star == "**":
                continue
            key = constant_key(parent) if isinstance(parent, cst.Subscript) else None
            if isinstance(parent, cst.Subscript) and key is not None and parent.value is use:
                target = self.tree.parents[parent]
                if isinstance(target, cst.AssignTarget):
                    assign = self.tree.parents[target]
                    assert isinstance(assign, cst.Assign)
                    items.append((key, self.inside(assign.value, owner)[0]))
                continue
            if isinstance(parent, cst.Attribute) and parent.attr.value in _READING:
                continue
            complete = False
        return ("d", tuple(items), complete)

    def _holding(self, symbol: tuple[Any, ...], name: str, owner: Scope) -> tuple[Any, ...]:
        """An object that holds whatever attributes are set on it, with those this module sets;
        kept in a variable or, where `name` begins with a dot, in an attribute of `self`."""
        held = []
        for scope in self.tree.scopes.values():
            for item in scope.attributes:
                if name[0] != ".":
                    is_it = item.owner == name and scope.find(name) is owner
                else:
                    is_it = item.owner == f"{scope.first}{name}" and scope.parent is owner.parent
                if is_it and item.binding.kind == "assign":
                    value, _ = self.bound(item.binding, scope, f".{item.attr}")
                    held.append((item.attr + ATTRIBUTE, value))
        return (symbol[0], symbol[1], (*symbol[2], *held))

    def _mounted(self, symbol: tuple[Any, ...], name: str, owner: Scope) -> Symbol:
        """A call whose result is kept in a variable or, where `name` begins with a dot, in an
        attribute: with the adapter for every URL that is mounted on it."""
        if (owner, name) not in self._mounts:
            return symbol
        if symbol[0] == "u":
            parts = [self._mounted(item, name, owner) if item else item for item in symbol[1]]
            return ("u", tuple(parts), symbol[2])
        if symbol[0] != "c":
            return symbol
        adapter = self._mounts[owner, name]
        mounted = self.inside(adapter, owner)[0] if adapter is not None else None
        return (symbol[0], symbol[1], (*symbol[2], (MOUNTED, mounted)))

    @functools.cached_property
    def _mounts(self) -> dict[tuple[Scope, str], cst.BaseExpression | None]:
        """The last argument of each `name.mount("https://", ...)`, by where the name is bound;
        None where a method that sends is replaced, so that nothing is known."""
        found: dict[tuple[Scope, str], cst.BaseExpression | None] = {}
        for node in self.tree.of(cst.Call):
            match node:
                case cst.Call(
                    func=cst.Attribute(value=receiver, attr=cst.Name(value="mount")),
                    args=[cst.Arg(value=prefix), cst.Arg(value=adapter)],
                ) if _is_any_host(prefix):
                    place = self._held(receiver, self.tree.block(node).scope)
                    if place is not None:
                        found[place] = adapter
        for node in self.tree.of(cst.AssignTarget):
            match node.target:
                case cst.Attribute(value=receiver, attr=cst.Name(value="request" | "send")):
                    place = self._held(receiver, self.tree.block(node).scope)
                    if place is not None:
                        found[place] = None
        return found

    def _held(self, receiver: cst.BaseExpression, scope: Scope) -> tuple[Scope, str] | None:
        """Where the variable, or the attribute of `self`, is bound that an expression names."""
        match receiver:
            case cst.Name(value=name):
                owner = scope.find(name)
                return (owner, name) if owner is not None else None
            case cst.Attribute(value=cst.Name(value=first), attr=cst.Name(value=attr)):
                return (scope, f".{attr}") if scope.first == first else None
        return None

    def uses(self, name: str, owner: Scope) -> list[cst.Name]:
        """Return the places where the name bound in `owner` stands, targets included."""
        if self._names is None:
            self._names = {}
            for node in self.tree.parents:
                if node.__class__ is cst.Name:
                    self._names.setdefault(node.value, []).append(node)
        by_owner = self._uses.get(name)
        if by_owner is None:
            by_owner = self._uses[name] = {}
            for node in self._names.get(name, ()):
                by_owner.setdefault(self.tree.block(node).scope.find(name), []).append(node)
        return by_owner.get(owner, [])

    def annotation(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        """Return the symbol of a value that is annotated so; None where it says nothing."""
        return annotation(self, node, scope)

    # -- other expressions ---------------------------------------------------------------

    def _attribute_of(self, node: cst.Attribute, scope: Scope) -> tuple[Symbol, int]:
        symbol, depth = self.inside(node.value, scope)
        return self.attribute(symbol, depth, node.attr.value)

    def _call(self, node: cst.Call, scope: Scope) -> tuple[Symbol, int]:
        if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
            owner: Scope | None = scope
            while owner is not None and owner.kind != "class":
                owner = owner.parent
            return (("s", self.definition(owner)), 1) if owner is not None else (None, 0)
        if node.args and isinstance(node.func, cst.Attribute) and node.func.attr.value == "__new__":
            return wrap("I", *self.inside(node.args[0].value, scope))
        callee, depth = self.inside(node.func, scope)
        if callee is None:
            return None, 0
        if callee == ("n", "typing.cast") and len(node.args) == 2:
            return annotation(self, node.args[0].value, scope)
        arguments = []
        for argument in node.args:
            symbol, argument_depth = self.inside(argument.value, scope)
            if symbol is not None and symbol[0] == "k" and callee == ("n", "typing.TypeVar"):
                symbol, argument_depth = type_named(self, argument.value, scope)
            if argument_depth > 9:
                symbol, argument_depth = None, 0
            depth = max(depth, argument_depth)
            keyword = argument.star or (argument.keyword.value if argument.keyword else "")
            arguments.append((keyword, symbol))
        return ("c", callee, tuple(arguments)), depth + 1


_BUILD: dict[type, Any] = {
    **BUILD,
    cst.Name: Symbols._name,
    cst.Attribute: Symbols._attribute_of,
    cst.Call: Symbols._call,
}


def _join(module: str, name: str) -> str:
    return f"{module}.{name}" if module and name else module or name


def _is_any_host(prefix: cst.BaseExpression) -> bool:
    """Whether what is mounted under a prefix serves all hosts, as far as can be seen."""
    if isinstance(prefix, cst.SimpleString):
        return prefix.evaluated_value in ("https://", "http://")
    return isinstance(prefix, cst.Name)
