"""Expressions of a tree -> symbols: names are followed through imports and assignments."""

from __future__ import annotations

import builtins
import functools
import re
from typing import Any

import libcst as cst

from surefoot.semantics.narrowing import Guard, guards, holds
from surefoot.semantics.summary import MOUNTED, SLICE, Symbol
from surefoot.syntax.scopes import Binding, Scope
from surefoot.syntax.tree import Tree

_BUILTINS = frozenset(dir(builtins))
_DEEPEST = 24
_LONGEST = 80
_TRANSPARENT = frozenset(
    {"Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly", "TypeAlias"}
)
_ALIASED = frozenset({"Annotated", "Optional"})
_OPAQUE = frozenset({"typing.Any", "typing_extensions.Any", "builtins.object"})
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
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_LOOPS = (cst.For, cst.While)


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

    def _inside(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        """The symbol of a part of an expression, which may open a scope of its own."""
        block = self.tree.blocks.get(node)
        return self._of(node, block.scope if block is not None else scope)

    def _named_so(self, name: str) -> Symbol:
        """The symbol of a qualified name. Equal ones are one: they are kept and looked up once."""
        known = self._shared.get(name)
        if known is None:
            known = self._shared[name] = ("n", name)
        return known

    def _instance(self, kind: Symbol) -> Symbol:
        known = self._shared.get(id(kind))
        if known is None:
            known = self._shared[id(kind)] = ("I", kind)
        return known

    def _attribute(self, symbol: Symbol, depth: int, attr: str) -> tuple[Symbol, int]:
        if symbol is None:
            return None, 0
        if symbol[0] == "n":
            return self._named_so(f"{symbol[1]}.{attr}"), depth
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
                return self._named_so(f"builtins.{name}"), 1
            if self.tree.star_imports:
                return self._named_so(_join(self.tree.module_name, name)), 1
            return None, 0
        bindings = owner.bindings[name]
        if len(bindings) > 1:
            bindings = self._reaching(bindings, owner, scope, use)
        if len(bindings) == 1:
            symbol, depth = self.bound(bindings[0], owner, name)
        else:
            symbol, depth = union([self.bound(item, owner, name) for item in bindings], strict=True)
        if use in self.tree.parents and name in self._guards:
            return self._narrowed(symbol, depth, name, owner, use)
        return symbol, depth

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
            return union([self.annotation(item.value, scope) for item in kind.elements], True)
        return self.annotation(kind, scope)

    def _reaching(
        self, bindings: list[Binding], owner: Scope, scope: Scope, use: cst.CSTNode | None
    ) -> list[Binding]:
        """Leave out the bindings that a later one, on every way to `use`, has replaced."""
        if use is None or use not in self.tree.parents or _own(scope) is not _own(owner):
            return bindings
        around = {use: use}
        child = use
        for ancestor in self.tree.ancestors(use):
            around[ancestor] = child
            child = ancestor
        here = self.tree.place(use)
        before: list[tuple[int, Binding]] = []
        again: list[Binding] = []
        for binding in bindings:
            place = self.tree.place(binding.node)
            if binding.node in around and not _covers(binding.node, around[binding.node]):
                if self._loops_back(binding.node, around):
                    again.append(binding)
            elif place <= here:
                before.append((place, binding))
            elif self._loops_back(binding.node, around):
                again.append(binding)
        before.sort(key=lambda item: item[0])
        start = 0
        for index, (_, binding) in enumerate(before):
            if binding.kind == "param" or self._dominates(binding.node, around):
                start = index
        return [binding for _, binding in before[start:]] + again or bindings

    def _dominates(self, node: cst.CSTNode, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
        """Whether whoever gets to the use has been through the statement of `node`."""
        current: cst.CSTNode | None = node
        while current is not None and not isinstance(
            current, (cst.IndentedBlock, cst.Module, cst.SimpleStatementSuite)
        ):
            current = self.tree.parents.get(current)
            if isinstance(current, (cst.ExceptHandler, cst.If, cst.IfExp)):
                return current in around
            if isinstance(current, cst.BooleanOperation):
                return current in around
        return current in around

    def _loops_back(self, node: cst.CSTNode, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
        return any(
            ancestor in around
            for ancestor in self.tree.ancestors(node)
            if isinstance(ancestor, _LOOPS)
        )

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
                return self._named_so(value), 1
            case "function" | "class":
                scope = self.tree.scopes[binding.node]
                return self._named_so(self.definition(scope)), 1
            case "param":
                return self._parameter(binding, owner)
            case "except":
                symbol, depth = self._inside(value, owner) if value is not None else (None, 0)
                return _wrap("I", symbol, depth)
            case "annotated":
                return self._annotated(binding, owner)
            case "type":
                bound, depth = self._type(value, owner) if value is not None else (None, 0)
                given = (("bound", bound),) if bound is not None else ()
                return ("c", ("n", "typing.TypeVar"), given), depth + 1
            case "assign" | "iterate" | "enter":
                symbol, depth = self._inside(value, owner)
                if symbol is not None and binding.kind == "assign":
                    if symbol[0] == "d":
                        symbol = self._written(symbol, name, owner)
                    elif symbol[0] == "c" and not binding.path:
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
        kind, depth = self.annotation(binding.node.annotation.annotation, owner)
        value: Any = binding.value
        if value is None:
            return kind, depth
        symbol, value_depth = self._inside(value, owner)
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
            decorators = {_last(item.decorator) for item in getattr(owner.node, "decorators", ())}
            kind = self.definition(owner.parent)
            if "staticmethod" not in decorators:
                if "classmethod" in decorators or name == "cls":
                    return self._named_so(kind), 1
                return self._instance(self._named_so(kind)), 2
        if param.annotation is not None:
            outer = owner.signature or owner
            starred = param.star in ("*", "**")
            kind_symbol, depth = self.annotation(param.annotation.annotation, outer)
            if kind_symbol is not None:
                return (("l", kind_symbol), depth + 1) if starred else (kind_symbol, depth)
        if isinstance(param.default, cst.Call):
            dependency = self._dependency(param.default, owner.parent or owner)
            if dependency is not None:
                return dependency, 3
        return ("p", self.definition(owner), name), 1

    def _dependency(self, call: cst.Call, scope: Scope) -> Symbol:
        """What FastAPI puts in for `= Depends(provider)`."""
        symbol, _ = self._inside(call, scope)
        match symbol:
            case ("c", ("n", name), ((_, provider), *_)) if name in (
                "fastapi.Depends",
                "fastapi.params.Depends",
                "fastapi.Security",
            ):
                return ("D", provider)
        return None

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
            key = _constant_key(parent) if isinstance(parent, cst.Subscript) else None
            if isinstance(parent, cst.Subscript) and key is not None and parent.value is use:
                target = self.tree.parents[parent]
                if isinstance(target, cst.AssignTarget):
                    assign = self.tree.parents[target]
                    assert isinstance(assign, cst.Assign)
                    items.append((key, self._inside(assign.value, owner)[0]))
                continue
            if isinstance(parent, cst.Attribute) and parent.attr.value in (
                "get",
                "items",
                "keys",
                "values",
                "copy",
            ):
                continue
            complete = False
        return ("d", tuple(items), complete)

    def _mounted(self, symbol: tuple[Any, ...], name: str, owner: Scope) -> Symbol:
        """A call whose result is kept in a variable or, where `name` begins with a dot, in an
        attribute: with the adapter for every URL that is mounted on it."""
        if (owner, name) not in self._mounts:
            return symbol
        adapter = self._mounts[owner, name]
        mounted = self._inside(adapter, owner)[0] if adapter is not None else None
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

    # -- annotations ---------------------------------------------------------------------

    def annotation(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        """Return the symbol of a value that is annotated so; None where it says nothing."""
        match node:
            case cst.SimpleString():
                text = node.evaluated_value
                if not isinstance(text, str):
                    return None, 0
                inner = _quoted(text.strip())
                return self.annotation(inner, scope) if inner is not None else (None, 0)
            case cst.Name(value="None"):
                return ("k", None), 1
            case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
                return union([self.annotation(left, scope), self.annotation(right, scope)], True)
            case cst.Subscript(value=base, slice=elements):
                return self._subscripted(base, elements, scope)
            case cst.Name() | cst.Attribute():
                symbol, depth = self._type(node, scope)
                if symbol is None or (symbol[0] == "n" and symbol[1] in _OPAQUE):
                    return None, 0
                if symbol[0] == "n" and symbol[1].rpartition(".")[2] in _TRANSPARENT:
                    return None, 0
                return self._instance(symbol), depth + 1
        return None, 0

    def _subscripted(
        self, base: cst.BaseExpression, elements: Any, scope: Scope
    ) -> tuple[Symbol, int]:
        word = _last(base)
        inner = [
            element.slice.value for element in elements if isinstance(element.slice, cst.Index)
        ]
        if not inner:
            return None, 0
        if word in _TRANSPARENT or word == "Optional":
            return self.annotation(inner[0], scope)
        if word == "Literal":
            values = [self._inside(item, scope) for item in inner]
            return union([part for part in values if part[0] and part[0][0] == "k"], True)
        if word == "Union":
            return union([self.annotation(item, scope) for item in inner], True)
        if word in ("type", "Type"):
            return self._type(inner[0], scope)
        if word in _MAPPINGS and len(inner) == 2:
            symbol, depth = self.annotation(inner[1], scope)
            if symbol is not None:
                return ("V", symbol), depth + 1
        if word in _ITERABLE or word in ("tuple", "Tuple"):
            symbol, depth = self.annotation(inner[0], scope)
            return _wrap("l", symbol, depth)
        if word in _AWAITABLE and word not in ("Task", "Future"):
            symbol, depth = self.annotation(inner[-1], scope)
            return _wrap("W", symbol, depth)
        symbol, depth = self._type(base, scope)
        return _wrap("I", symbol, depth)

    def _type(self, node: cst.CSTNode, scope: Scope) -> tuple[Symbol, int]:
        """Resolve a dotted name; the node need not stand in the tree."""
        if isinstance(node, cst.Name):
            if node.value == "Self":
                owner: Scope | None = scope
                while owner is not None and owner.kind != "class":
                    owner = owner.parent
                if owner is not None:
                    return self._named_so(self.definition(owner)), 1
            return self.lookup(node.value, scope)
        if isinstance(node, cst.Attribute):
            symbol, depth = self._type(node.value, scope)
            return self._attribute(symbol, depth, node.attr.value)
        if isinstance(node, cst.SimpleString) and isinstance(node.evaluated_value, str):
            inner = _quoted(node.evaluated_value.strip())
            return self._type(inner, scope) if inner is not None else (None, 0)
        return None, 0

    # -- other expressions ---------------------------------------------------------------

    def _attribute_of(self, node: cst.Attribute, scope: Scope) -> tuple[Symbol, int]:
        symbol, depth = self._inside(node.value, scope)
        return self._attribute(symbol, depth, node.attr.value)

    def _call(self, node: cst.Call, scope: Scope) -> tuple[Symbol, int]:
        if isinstance(node.func, cst.Name) and node.func.value == "super" and not node.args:
            owner: Scope | None = scope
            while owner is not None and owner.kind != "class":
                owner = owner.parent
            return (("s", self.definition(owner)), 1) if owner is not None else (None, 0)
        callee, depth = self._inside(node.func, scope)
        if callee is None:
            return None, 0
        if callee == ("n", "typing.cast") and len(node.args) == 2:
            return self.annotation(node.args[0].value, scope)
        arguments = []
        for argument in node.args:
            symbol, argument_depth = self._inside(argument.value, scope)
            if symbol is not None and symbol[0] == "k" and callee == ("n", "typing.TypeVar"):
                symbol, argument_depth = self._type(argument.value, scope)
            if argument_depth > 6:
                symbol, argument_depth = None, 0
            depth = max(depth, argument_depth)
            keyword = argument.star or (argument.keyword.value if argument.keyword else "")
            arguments.append((keyword, symbol))
        return ("c", callee, tuple(arguments)), depth + 1

    def _dict(self, node: cst.Dict, scope: Scope) -> tuple[Symbol, int]:
        items: list[tuple[object, Symbol]] = []
        complete, depth = True, 0
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                key, _ = self._inside(element.key, scope)
                value, value_depth = self._inside(element.value, scope)
                if key is not None and key[0] == "k":
                    items.append((key[1], value))
                    depth = max(depth, value_depth)
                    continue
            elif isinstance(element, cst.StarredDictElement):
                inner, inner_depth = self._inside(element.value, scope)
                if inner is not None and inner[0] == "d":
                    items.extend(inner[1])
                    complete = complete and inner[2]
                    depth = max(depth, inner_depth)
                    continue
            complete = False
        return ("d", tuple(items), complete), depth + 1

    def _items(self, node: Any, scope: Scope) -> tuple[Symbol, int]:
        symbols, depth = [], 0
        for element in node.elements[:50]:
            if isinstance(element, cst.StarredElement):
                return None, 0
            symbol, item_depth = self._inside(element.value, scope)
            symbols.append(symbol)
            depth = max(depth, item_depth)
        return ("t", tuple(symbols)), depth + 1

    def _comprehension(self, node: Any, scope: Scope) -> tuple[Symbol, int]:
        symbol, depth = self._inside(node.elt, self.tree.scopes[node])
        return _wrap("l", symbol, depth)

    def _dict_comprehension(self, node: cst.DictComp, scope: Scope) -> tuple[Symbol, int]:
        symbol, depth = self._inside(node.value, self.tree.scopes[node])
        return _wrap("V", symbol, depth)

    def _boolean(self, node: cst.BooleanOperation, scope: Scope) -> tuple[Symbol, int]:
        right = self._inside(node.right, scope)
        if isinstance(node.operator, cst.And):
            return right
        return union([self._inside(node.left, scope), right], strict=False)

    def _conditional(self, node: cst.IfExp, scope: Scope) -> tuple[Symbol, int]:
        return union([self._inside(node.body, scope), self._inside(node.orelse, scope)], False)

    def _await(self, node: cst.Await, scope: Scope) -> tuple[Symbol, int]:
        return _wrap("w", *self._inside(node.expression, scope))

    def _named(self, node: cst.NamedExpr, scope: Scope) -> tuple[Symbol, int]:
        return self._inside(node.value, scope)

    def _subscript(self, node: cst.Subscript, scope: Scope) -> tuple[Symbol, int]:
        if _last(node.value) in _ALIASED:
            return self._type_alias(node, scope)
        symbol, depth = self._inside(node.value, scope)
        if symbol is None:
            return None, 0
        return ("x", symbol, _constant_key(node)), depth + 1

    def _type_alias(self, node: cst.Subscript, scope: Scope) -> tuple[Symbol, int]:
        """The class in `Annotated[Session, ...]` and the like, kept under a name of its own."""
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=inner)), *_]:
                return self._inside(inner, scope)
        return None, 0

    def _number(self, node: Any, scope: Scope) -> tuple[Symbol, int]:
        return ("k", node.evaluated_value), 1

    def _text(self, node: Any, scope: Scope) -> tuple[Symbol, int]:
        value = _evaluated(node)
        if value is None or len(value) > 200:
            return ("I", ("n", "builtins.str")), 2
        return ("k", value), 1

    def _format(self, node: Any, scope: Scope) -> tuple[Symbol, int]:
        return ("I", ("n", "builtins.str")), 2

    def _unary(self, node: cst.UnaryOperation, scope: Scope) -> tuple[Symbol, int]:
        symbol, depth = self._inside(node.expression, scope)
        match symbol, node.operator:
            case (("k", int() | float() as number), cst.Minus()):
                return ("k", -number), depth
        return None, 0

    def _arithmetic(self, node: cst.BinaryOperation, scope: Scope) -> tuple[Symbol, int]:
        left, depth = self._inside(node.left, scope)
        right, _ = self._inside(node.right, scope)
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


_BUILD: dict[type, Any] = {
    cst.Name: Symbols._name,
    cst.Attribute: Symbols._attribute_of,
    cst.Call: Symbols._call,
    cst.Dict: Symbols._dict,
    cst.List: Symbols._items,
    cst.Tuple: Symbols._items,
    cst.Set: Symbols._items,
    cst.ListComp: Symbols._comprehension,
    cst.SetComp: Symbols._comprehension,
    cst.GeneratorExp: Symbols._comprehension,
    cst.DictComp: Symbols._dict_comprehension,
    cst.BooleanOperation: Symbols._boolean,
    cst.IfExp: Symbols._conditional,
    cst.Await: Symbols._await,
    cst.NamedExpr: Symbols._named,
    cst.Subscript: Symbols._subscript,
    cst.Integer: Symbols._number,
    cst.Float: Symbols._number,
    cst.SimpleString: Symbols._text,
    cst.ConcatenatedString: Symbols._text,
    cst.FormattedString: Symbols._format,
    cst.UnaryOperation: Symbols._unary,
    cst.BinaryOperation: Symbols._arithmetic,
}


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


def _join(module: str, name: str) -> str:
    return f"{module}.{name}" if module and name else module or name


def _last(node: cst.CSTNode) -> str:
    """The last name of a dotted expression or of what is called."""
    while isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _own(scope: Scope) -> Scope:
    """The scope whose statements run in one go: comprehensions belong to what is around them."""
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _covers(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    """Whether a binding statement around a use has bound its target by then."""
    if isinstance(node, cst.For):
        return child is node.body or child is node.orelse
    return isinstance(node, (cst.ExceptHandler, cst.CompFor, cst.FunctionDef, cst.ClassDef))


def _evaluated(node: cst.SimpleString | cst.ConcatenatedString) -> str | bytes | None:
    """The value of a string; LibCST has Python parse it, which the plainest need not."""
    if isinstance(node, cst.SimpleString):
        text = node.value
        if text[0] == text[-1] and text[1] != text[0] and "\\" not in text:
            return text[1:-1]
    return node.evaluated_value


def _constant_key(node: cst.Subscript) -> object:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]:
            return key.evaluated_value
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer() as key))]:
            return key.evaluated_value
        case [cst.SubscriptElement(slice=cst.Slice())]:
            return SLICE
    return ()


def _is_any_host(prefix: cst.BaseExpression) -> bool:
    """Whether what is mounted under a prefix serves all hosts, as far as can be seen."""
    if isinstance(prefix, cst.SimpleString):
        return prefix.evaluated_value in ("https://", "http://")
    return isinstance(prefix, cst.Name)


def _wrap(kind: str, symbol: Symbol, depth: int) -> tuple[Symbol, int]:
    return ((kind, symbol), depth + 1) if symbol is not None else (None, 0)


def union(parts: list[tuple[Symbol, int]], strict: bool) -> tuple[Symbol, int]:
    """Return the symbol of one of several values, given with their depths.

    `strict` unions are unknown as soon as one part is; None beside other values is dropped,
    because a variable that is None at first is used when it is not.
    """
    symbols: list[Symbol] = []
    for symbol, _ in parts:
        if symbol == ("k", None) and len(parts) > 1:
            continue
        if symbol not in symbols:
            symbols.append(symbol)
    if not strict:
        symbols = [symbol for symbol in symbols if symbol is not None]
    if not symbols:
        none = bool(parts) and all(symbol == ("k", None) for symbol, _ in parts)
        return (("k", None), 1) if none else (None, 0)
    if len(symbols) == 1:
        return symbols[0], max(depth for _, depth in parts)
    if None in symbols:
        return None, 0
    return ("u", tuple(symbols), strict), max(depth for _, depth in parts) + 1
