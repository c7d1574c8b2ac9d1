"""Containers that live as long as the process, and whether anything is ever taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.ownership import Ownership
from surefoot.syntax.scopes import Binding, Scope

_MAPPINGS = frozenset(
    {"builtins.dict", "collections.OrderedDict", "collections.defaultdict", "collections.Counter"}
)
_SPELT = frozenset(name.rpartition(".")[2] for name in _MAPPINGS)
_READS = frozenset({"get", "items", "keys", "values", "copy", "__contains__", "setdefault"})
_SIZED = frozenset({"builtins.len"})
_LOOKED_AT = frozenset(
    f"builtins.{name}"
    for name in ("list", "sorted", "tuple", "set", "dict", "print", "str", "repr", "bool", "iter",
                 "any", "all", "sum", "max", "min", "enumerate", "isinstance", "id")
)  # fmt: skip
_BY_CLASS = frozenset({"__class__", "__name__", "__qualname__", "__module__"})
_KINDS = frozenset({"builtins.type", "builtins.bool", "typing.Type"})


class Memo(NamedTuple):
    """A place where a mapping that only grows gets what was computed for an input, or a set of
    what was seen gets an input.

    `node` is what is written to, `name` how the mapping is called, `key` the expression.
    """

    node: cst.CSTNode
    name: str
    key: cst.BaseExpression


def growing(file: File) -> Iterator[Memo]:
    """Yield where a mapping of a module or a class gets values computed for inputs, if nothing
    in the file takes any out, counts them or gives the mapping away."""
    for scope in file.tree.scopes.values():
        if scope.kind not in ("module", "class"):
            continue
        for name, bindings in scope.bindings.items():
            if len(bindings) == 1 and _is_empty(file, bindings[0]):
                yield from _Uses(file, name, scope).memos()


def _is_empty(file: File, binding: Binding) -> bool:
    """Whether a name is bound to an empty mapping or set."""
    if binding.kind not in ("assign", "annotated") or binding.path:
        return False
    match binding.value:
        case cst.Dict(elements=elements):
            return not elements
        case cst.Call(args=args):
            return (
                len(args) <= 1
                and last_name(binding.value) in _SPELT
                and file.name(binding.value) in _MAPPINGS
            ) or (not args and file.name(binding.value) == "builtins.set")
    return False


def _registers(function: cst.FunctionDef) -> bool:
    """Whether a function, by its name, makes something known, or a logger: a program has only
    so many."""
    return any(word in function.name.value for word in ("register", "logger"))


class _Uses:
    def __init__(self, file: File, name: str, scope: Scope) -> None:
        self.file = file
        self.name = name
        self.scope = scope

    def _all(self) -> Iterator[cst.CSTNode]:
        own = Ownership(self.file)
        for use in self.file.uses(self.name, self.scope):
            if not own.is_target(use):
                yield use
        if self.scope.kind == "class":
            for node in self.file.tree.of(cst.Attribute):
                if node.attr.value == self.name:
                    yield node

    def memos(self) -> list[Memo]:
        stored: list[Memo] = []
        looked_up: set[cst.FunctionDef | None] = set()
        for use in self._all():
            parent = self.file.parent(use)
            function = self.file.function(use)
            match parent:
                case cst.Subscript(
                    value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]
                ) if value is use:
                    target = self.file.parent(parent)
                    if isinstance(target, cst.AssignTarget):
                        memo = self._stored(parent, key)
                        if memo is not None and function is not None and not _registers(function):
                            stored.append(memo)
                    elif isinstance(self.file.statement(parent), (cst.Del, cst.AugAssign)):
                        return []
                    else:
                        looked_up.add(function)
                case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                    looked_up.add(function)
                case cst.Attribute(value=value, attr=cst.Name(value=method)) if value is use:
                    if (added := self._added(parent)) is not None:
                        if function is not None and not _registers(function):
                            stored.append(Memo(parent, self.name, added))
                    elif method not in _READS:
                        return []
                    if method == "get":
                        looked_up.add(function)
                case cst.Arg():
                    call = self.file.parent(parent)
                    if (
                        not isinstance(call, cst.Call)
                        or self.file.call(call).name not in _LOOKED_AT
                    ):
                        return []
                case (
                    cst.For()
                    | cst.CompFor()
                    | cst.If()
                    | cst.UnaryOperation()
                    | cst.BooleanOperation()
                ):
                    pass
                case _:
                    return []
        return [
            memo
            for memo in stored
            if self.file.function(memo.node) in looked_up and self._depends(memo)
        ]

    def _added(self, method: cst.Attribute) -> cst.BaseExpression | None:
        """What is added to a set."""
        match self.file.parent(method):
            case cst.Call(func=func, args=[cst.Arg(value=key)]) if (
                func is method and method.attr.value == "add"
            ):
                return key
        return None

    def _stored(self, target: cst.Subscript, key: cst.BaseExpression) -> Memo | None:
        """What is stored, if it was computed and not just registered."""
        statement = self.file.parent(self.file.parent(target) or target)
        if not isinstance(statement, cst.Assign):
            return None
        value = statement.value
        if isinstance(value, cst.Name):
            owner = self.file.scope(value).find(value.value)
            bindings = owner.bindings[value.value] if owner is not None else []
            if not bindings or any(item.kind != "assign" for item in bindings):
                return None
            given = [item.value for item in bindings if isinstance(item.value, cst.CSTNode)]
        else:
            given = [value]
        computed = any(isinstance(part, cst.Call) for item in given for part in inside([item]))
        return Memo(target, self.name, key) if computed else None

    def _depends(self, memo: Memo) -> bool:
        """Whether a key comes from the parameters of the function, and not from their class."""
        function = self.file.function(memo.node)
        if function is None:
            return False
        return self._from_input(memo.key, self.file.scope_of(function), 0)

    def _from_input(self, key: cst.CSTNode, scope: Scope, depth: int) -> bool:
        for node in inside([key]):
            if isinstance(node, cst.Attribute) and node.attr.value in _BY_CLASS:
                return False
            if isinstance(node, cst.Call) and self.file.name(node) in _KINDS:
                return False
        found = False
        for node in inside([key]):
            if not isinstance(node, cst.Name) or node.value not in scope.bindings:
                continue
            for binding in scope.bindings[node.value]:
                if binding.kind == "param":
                    if node.value == scope.first and scope.parent and scope.parent.kind == "class":
                        continue
                    if self._is_kind(binding.node):
                        return False
                    found = True
                elif depth < 3 and isinstance(binding.value, cst.CSTNode):
                    found = found or self._from_input(binding.value, scope, depth + 1)
        return found

    def _is_kind(self, parameter: cst.CSTNode) -> bool:
        """Whether a parameter stands for a class, a function or a yes or no."""
        annotation = getattr(parameter, "annotation", None)
        if annotation is None:
            return getattr(getattr(parameter, "name", None), "value", "") in (
                "cls",
                "klass",
                "model",
            )
        text = self.file.code(annotation.annotation)
        return any(word in text for word in ("type", "Type", "bool", "Callable", "Literal", "Enum"))
