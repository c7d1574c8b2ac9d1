"""What becomes of a value in its function: closed, handed over, kept, or merely used.

A value is followed from the expression that makes it through awaiting, conditions and
names. Whatever is not understood counts as keeping it.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Borrows, TakesOwnership
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.vocabulary import CLOSERS, LIVING, PLAIN, READING, VIEWING, may_keep
from surefoot.syntax.scopes import Scope


class Fate(enum.Flag):
    """What is done with a value; several things may be done with the value of one name."""

    NOTHING = 0
    USED = enum.auto()
    """Read from, written to, compared, or not touched at all."""
    ENTERED = enum.auto()
    """Given to a `with` statement."""
    CLOSED = enum.auto()
    """Closed or removed, on one path at least."""
    HANDED = enum.auto()
    """Given to something that closes it: an exit stack, an `atexit` hook, its new owner."""
    KEPT = enum.auto()
    """Stored, or given to something that may keep it."""
    RETURNED = enum.auto()
    """Returned as it is."""
    YIELDED = enum.auto()
    """Yielded as it is."""


SETTLED = Fate.ENTERED | Fate.CLOSED | Fate.HANDED | Fate.KEPT | Fate.RETURNED | Fate.YIELDED
"""What makes somebody answer for the value; without any of it, the value leaks."""

_ESCAPED = Fate.HANDED | Fate.KEPT | Fate.RETURNED | Fate.YIELDED
_CONTAINERS = (cst.Tuple, cst.List, cst.Set, cst.Dict)
_LOOKS = (
    cst.Comparison,
    cst.ComparisonTarget,
    cst.UnaryOperation,
    cst.Assert,
    cst.If,
    cst.While,
    cst.CompIf,
    cst.Expr,
    cst.Raise,
    cst.From,
    cst.Index,
    cst.FormattedStringExpression,
    cst.BinaryOperation,
    cst.Match,
)
_GROUPS: frozenset[type] = frozenset({cst.Element, cst.StarredElement, cst.Tuple, cst.List})
_BINDS: frozenset[type] = frozenset({cst.AssignTarget, cst.AsName, cst.Param, cst.FunctionDef})
_HAS_TARGET: frozenset[type] = frozenset(
    {cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.CompFor}
)


class Ownership:
    """Follows values in one file; `closers` are the methods that close them."""

    plain: Collection[str] = PLAIN

    def __init__(self, file: File, closers: Collection[str] = CLOSERS) -> None:
        self.file = file
        self.closers = closers
        self._active: set[tuple[str, Scope]] = set()
        self._depth = 0

    def fate(self, node: cst.CSTNode) -> Fate:
        """Return what is done with the value of an expression, as far as its file tells."""
        parent = self.file.tree.parents.get(node)
        match parent:
            case cst.Arg():
                return self._argument(parent, node)
            case cst.Attribute():
                return self._attribute(parent)
            case cst.Assign():
                fates = [self._assigned(target.target, node) for target in parent.targets]
                return _together(fates)
            case cst.AnnAssign():
                return self._assigned(parent.target, node)
            case cst.NamedExpr():
                return self._assigned(parent.target, node) | self.fate(parent)
            case cst.Await():
                return self.fate(parent)
            case cst.IfExp():
                return Fate.USED if parent.test is node else self.fate(parent)
            case cst.BooleanOperation():
                passes = parent.right is node or isinstance(parent.operator, cst.Or)
                return self.fate(parent) if passes else Fate.USED
            case cst.WithItem():
                return self._entered(parent)
            case cst.Return():
                return Fate.RETURNED
            case cst.Yield():
                return Fate.YIELDED
            case cst.Element() | cst.DictElement():
                return self._element(parent)
            case cst.Subscript():
                return self._part(parent)
            case cst.For() | cst.CompFor():
                return Fate.USED if parent.iter is node else Fate.KEPT
            case cst.Del():
                return Fate.CLOSED
            case _ if isinstance(parent, _LOOKS):
                return self._looked_at(parent)
        return Fate.KEPT

    def of_name(self, name: str, scope: Scope) -> Fate:
        """Return what is done with the value of a name of a function."""
        key = (name, scope)
        if key in self._active:
            return Fate.USED
        if scope.kind not in ("function", "lambda"):
            return Fate.KEPT
        self._active.add(key)
        try:
            fate = Fate.USED
            for use in self.file.uses(name, scope):
                if not self.is_target(use):
                    fate |= self._use(use, scope)
            return fate
        finally:
            self._active.discard(key)

    def _use(self, use: cst.Name, scope: Scope) -> Fate:
        fate = self.fate(use)
        inside = self.file.scope(use).function
        return fate if inside is scope or fate & SETTLED else Fate.KEPT

    def is_target(self, node: cst.CSTNode) -> bool:
        """Whether an expression is bound or deleted rather than read."""
        parents = self.file.tree.parents
        child, parent = node, parents.get(node)
        while parent.__class__ in _GROUPS:
            child, parent = parent, parents.get(parent)  # type: ignore[assignment,arg-type]
        if parent.__class__ in _BINDS:
            return True
        return parent.__class__ in _HAS_TARGET and parent.target is child  # type: ignore[union-attr]

    # -- one step ------------------------------------------------------------------------

    def _assigned(self, target: cst.CSTNode, node: cst.CSTNode) -> Fate:
        if not isinstance(target, cst.Name):
            return Fate.KEPT
        owner = self.file.scope(node).find(target.value)
        return self.of_name(target.value, owner) if owner is not None else Fate.KEPT

    def _entered(self, item: cst.WithItem) -> Fate:
        return Fate.ENTERED

    def _looked_at(self, parent: cst.CSTNode) -> Fate:
        return Fate.USED

    def _element(self, element: cst.CSTNode) -> Fate:
        """A value put into a tuple, list, set or dictionary display."""
        container = self.file.parent(element)
        if not isinstance(container, _CONTAINERS):
            return Fate.KEPT
        parent = self.file.parent(container)
        if isinstance(parent, cst.Yield):
            return Fate.YIELDED
        if isinstance(parent, (cst.Arg, cst.Element, cst.DictElement)):
            fate = self.fate(container)
            return fate if fate & SETTLED == Fate.NOTHING else Fate.KEPT
        if isinstance(parent, cst.Assign) and isinstance(container, (cst.Tuple, cst.List)):
            index = list(container.elements).index(element)  # type: ignore[arg-type]
            for target in parent.targets:
                if isinstance(target.target, (cst.Tuple, cst.List)):
                    targets = target.target.elements
                    if len(targets) == len(container.elements):
                        return self._assigned(targets[index].value, container)
        return Fate.KEPT

    def _attribute(self, parent: cst.Attribute) -> Fate:
        name = parent.attr.value
        if name in self.closers:
            return Fate.CLOSED
        if name in LIVING:
            return Fate.KEPT
        if name in self.plain:
            return Fate.USED
        user = self.file.parent(parent)
        if isinstance(user, cst.Call) and user.func is parent:
            return self._part(user)
        return Fate.USED if self.is_target(parent) else self._part(parent)

    def _part(self, node: cst.CSTNode) -> Fate:
        """Something got from the value: who keeps it may close the value through it."""
        if self.is_target(node):
            return Fate.USED
        return Fate.KEPT if self._fate_of_parts(node) & _ESCAPED else Fate.USED

    def _fate_of_parts(self, node: cst.CSTNode) -> Fate:
        """What is done with a value, or with each of the names it is unpacked to."""
        match self.file.tree.parents.get(node):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))]) if all(
                isinstance(each, cst.Element) for each in elements
            ):
                return _together([self._assigned(each.value, node) for each in elements])
        return self.fate(node)

    # -- arguments -----------------------------------------------------------------------

    def _argument(self, argument: cst.Arg, node: cst.CSTNode) -> Fate:
        outer = self.file.parent(argument)
        if not isinstance(outer, cst.Call) or argument.star == "**":
            return Fate.KEPT
        call = self.file.call(outer)
        index = _index(outer, argument)
        keyword = argument.keyword.value if argument.keyword is not None else None
        if owns(call, index, keyword):
            return Fate.HANDED
        if argument.star == "*" or call.name in READING:
            return Fate.USED
        if call.name in VIEWING:
            return self.fate(outer)
        borrows = call.fact(Borrows)
        if borrows is not None:
            return self.fate(outer) if borrows.gives == "view" else Fate.USED
        inner = self.of_parameter(call, index, keyword)
        if inner is not None:
            return self.fate(outer) if inner & Fate.RETURNED else inner
        if self._goes_on(call, index, keyword):
            return Fate.USED
        return self._unknown(call, node)

    def _goes_on(self, call: Call, index: int | None, keyword: str | None) -> bool:
        """Whether what becomes of an argument is found out when other modules are known."""
        return False

    def _unknown(self, call: Call, node: cst.CSTNode) -> Fate:
        """A value given to something nothing is known of."""
        return Fate.KEPT

    def of_parameter(self, call: Call, index: int | None, keyword: str | None) -> Fate | None:
        """Return what a function of this file does with an argument; None for any other callee."""
        function = call.world.function(call.name) if call.name is not None else None
        if function is None or self._depth >= 3:
            return None
        node = self.file.tree.nodes[function.place]
        scope = self.file.tree.scopes.get(node)
        if scope is None or function.is_generator or function.decorators:
            return None
        parameters = [item for item in function.parameters if item.kind == "positional"]
        if call.receiver is not None or (function.owner and call.target[0] == "m"):  # type: ignore[index]
            parameters = parameters[1:]
        if keyword is None and index is not None:
            keyword = parameters[index].name if index < len(parameters) else None
        if keyword not in {item.name for item in function.parameters if "star" not in item.kind}:
            return None
        assert keyword is not None
        self._depth += 1
        try:
            return self.of_name(keyword, scope)
        finally:
            self._depth -= 1


def owns(call: Call, index: int | None, keyword: str | None) -> bool:
    """Whether a call takes over, by its facts, the argument at an index or of a keyword."""
    fact = call.fact(TakesOwnership)
    if fact is None:
        return False
    if keyword is not None:
        return keyword == fact.parameter
    return index is not None and index == fact.position


def made_by_return(file: File, call: cst.Call, own: Ownership) -> bool:
    """Whether the function around a call always returns what the call makes, or None, as is."""
    function = file.function(call)
    if function is None:
        return False
    scope = file.scope_of(function)
    if function.decorators and not all(
        file.name(item.decorator) in ("builtins.staticmethod", "builtins.classmethod")
        for item in function.decorators
    ):
        return False
    if own.fate(call) & SETTLED != Fate.RETURNED:
        return False
    returns = [
        item
        for item in file.tree.of(cst.Return)
        if item.value is not None and file.scope(item).function is scope
    ]
    return bool(returns) and all(_is_made(file, item.value, call, scope) for item in returns)


def _is_made(file: File, value: Any, call: cst.Call, scope: Scope) -> bool:
    while isinstance(value, cst.Await):
        value = value.expression
    if isinstance(value, cst.Name):
        if value.value == "None":
            return True
        bindings = scope.bindings.get(value.value, [])
        return bool(bindings) and all(
            item.kind in ("assign", "annotated")
            and not item.path
            and item.value is not None
            and _is_made(file, item.value, call, scope)
            for item in bindings
        )
    return value is call


def _index(call: cst.Call, argument: cst.Arg) -> int | None:
    """The positional index of an argument; None where it has none or it cannot be known."""
    if argument.keyword is not None or argument.star:
        return None
    for index, item in enumerate(call.args):
        if item is argument:
            return index
        if item.star:
            return None
    return None


def _together(fates: list[Fate]) -> Fate:
    joined = Fate.NOTHING
    for fate in fates:
        joined |= fate
    return joined


class AttributeOwnership(Ownership):
    """Follows the values of attributes: passing one to a function does not give it away."""

    def is_use(self, node: cst.Attribute) -> bool:
        """Whether an attribute stands where its value might be released."""
        parent: Any = self.file.tree.parents.get(node)
        kind = parent.__class__
        if kind is cst.Attribute:
            return parent.attr.value in self.closers
        return kind is not cst.Call and kind not in _LOOKS and not self.is_target(node)

    def _element(self, element: cst.CSTNode) -> Fate:
        container = self.file.parent(element)
        if container is not None and self.is_target(container):
            return Fate.USED
        return super()._element(element)

    def _unknown(self, call: Call, node: cst.CSTNode) -> Fate:
        func: Any = call.node.func if call.node is not None else None
        while isinstance(func, cst.Call):
            func = func.func
        name = getattr(getattr(func, "attr", func), "value", "")
        return Fate.KEPT if not isinstance(name, str) or may_keep(name) else Fate.USED
