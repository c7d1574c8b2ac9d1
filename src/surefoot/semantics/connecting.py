"""Connections of objects that wait as long as they have been told: sockets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Connects
from surefoot.facts.table import FactTable
from surefoot.semantics.call import Arguments, Call
from surefoot.semantics.file import File
from surefoot.syntax.scopes import Binding, Scope

_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1|")
_ALARM = re.compile(r"\bsignal\.(alarm|setitimer)\b")
_LOOKS = (
    *(cst.Comparison, cst.ComparisonTarget, cst.UnaryOperation, cst.BooleanOperation, cst.If),
    *(cst.While, cst.IfExp, cst.Assert, cst.Del, cst.Expr, cst.FormattedStringExpression),
)


@dataclass(frozen=True)
class Unbounded:
    """What is known of an object nobody bounds: the `attributes` under which it is kept, and
    whether the file `reads` from it, or `sends`.

    `switched_off` is the call before the connection that says so, if there is one.
    """

    attributes: frozenset[str]
    reads: bool
    sends: bool
    switched_off: cst.Call | None = None


def unbounded(file: File, call: Call, fact: Connects) -> Unbounded | None:
    """Return what is known of the object that a call connects; None where the peer is on the
    same machine, or the object is told how long to wait, or handed to what may tell it."""
    node, receiver = call.node, call.receiver
    if node is None or receiver is None or not isinstance(node.func, cst.Attribute):
        return None
    if _is_near(file, node) or _ALARM.search(file.text):
        return None
    if any(option in file.text for option in fact.options):
        return None
    uses = _Uses(file, receiver[1], fact)
    if not uses.follow(node.func.value):
        return None
    attributes = frozenset(uses.attributes)
    if not uses.told:
        return Unbounded(attributes, uses.reads, uses.sends)
    function, place = file.function(node), file.tree.place(node)
    if any(file.function(each) is not function for each in uses.told):
        return None
    if not all(_is_forever(file, each, fact) for each in uses.told):
        return None
    before = [each for each in uses.told if file.tree.place(each) < place]
    return Unbounded(attributes, uses.reads, uses.sends, before[-1]) if before else None


def tellers(table: FactTable) -> frozenset[str]:
    """Return the names of the methods that tell some object how long to wait."""
    facts = (entry.get(Connects) for entry in table.entries.values())
    return frozenset(name for fact in facts if isinstance(fact, Connects) for name in fact.told_by)


def _waits(made: Arguments, fact: Connects) -> bool:
    """Whether an object made with these arguments connects to another machine and waits."""
    if made.open_positional or made.open_keywords:
        return False
    values = [made.world.value(item) for item in (*made.positional, *made.keywords.values())]
    return all(
        value is not None
        and (value == ("k", 0) or (value[0] == "n" and value[1] in fact.made_with))
        for value in values
    )


def _is_forever(file: File, told: cst.Call, fact: Connects) -> bool:
    given = file.constant(told.args[0].value) if len(told.args) == 1 else None
    return given is not None and any(given[0] is word for word in fact.forever)


def _is_near(file: File, node: cst.Call) -> bool:
    """Whether a call connects to this machine, as far as can be seen."""
    if not node.args:
        return True
    address = _default(file, node.args[0].value)
    match address:
        case cst.Tuple(elements=[cst.Element(value=host), *_]):
            return _is_loopback(file, host)
    return file.constant(address) is not None


def _default(file: File, node: cst.BaseExpression) -> cst.BaseExpression:
    """What an expression is by default, where it is a parameter; what is assigned, where that
    is done once; or the expression itself."""
    if isinstance(node, cst.Name):
        scope = file.scope(node).find(node.value)
        match scope.bindings[node.value] if scope is not None else []:
            case [Binding(kind="param", node=cst.Param(default=cst.BaseExpression() as value))]:
                return value
            case [Binding(kind="assign", value=cst.BaseExpression() as value, path=())]:
                return value
    return node


def _is_loopback(file: File, host: cst.BaseExpression) -> bool:
    constant = file.constant(_default(file, host))
    return constant is not None and _LOOPBACK.fullmatch(str(constant[0])) is not None


class _Uses:
    """Follows an object of the class `kind` through the names and attributes of a file."""

    def __init__(self, file: File, kind: str, fact: Connects) -> None:
        self.file = file
        self.kind = kind
        self.fact = fact
        self.attributes: set[str] = set()
        self.told: list[cst.Call] = []
        self.reads = False
        self.sends = False
        self._names: set[tuple[str, Scope]] = set()

    def follow(self, node: cst.CSTNode) -> bool:
        """Whether all uses are understood of what an expression refers to, and what it is: made
        in this file, and handed to nobody."""
        match node:
            case cst.Name(value=name):
                scope = self.file.scope(node).find(name)
                if scope is None:
                    return False
                if (name, scope) in self._names:
                    return True
                self._names.add((name, scope))
                bindings = scope.bindings[name]
                return all(
                    binding.kind in ("assign", "enter")
                    and not binding.path
                    and self._is_made(binding.value)
                    for binding in bindings
                ) and all(map(self._is_understood, self.file.uses(name, scope)))
            case cst.Attribute(value=cst.Name(), attr=cst.Name(value=name)):
                if name in self.attributes:
                    return True
                self.attributes.add(name)
                uses = [
                    use
                    for use in self.file.tree.of(cst.Attribute)
                    if use.attr.value == name and not self._is_other(use)
                ]
                return all(map(self._is_understood, uses))
        return False

    def _is_other(self, use: cst.Attribute) -> bool:
        """Whether an attribute of this name is a class, function or module."""
        value = self.file.value(use)
        return value is not None and value[0] == "n"

    def _is_made(self, value: Any) -> bool:
        """Whether a value that is assigned is such an object, made there, or None."""
        match value:
            case cst.Call(args=[cst.Arg(value=cst.Call() as inner)]) if not self._makes(value):
                return self._makes(inner)
            case cst.Call():
                return self._makes(value)
            case cst.Name(value="None"):
                return True
            case cst.Name() | cst.Attribute():
                return self.follow(value)
        return False

    def _makes(self, node: cst.Call) -> bool:
        made = self.file.call(node)
        return made.name == self.kind and _waits(made.arguments, self.fact)

    def _is_understood(self, use: cst.CSTNode) -> bool:
        parent = self.file.parent(use)
        match parent:
            case cst.Attribute(value=value, attr=cst.Name(value=method)) if value is use:
                called = self.file.parent(parent)
                if not isinstance(called, cst.Call) or called.func is not parent:
                    return False
                if method in self.fact.told_by:
                    self.told.append(called)
                self.reads = self.reads or method in self.fact.reads
                self.sends = self.sends or method in self.fact.sends
                return True
            case cst.AssignTarget():
                assignment = self.file.parent(parent)
                return isinstance(assignment, cst.Assign) and self._is_made(assignment.value)
            case cst.AnnAssign(target=target, value=value):
                return target is use and (value is None or self._is_made(value))
            case cst.Assign(targets=targets):
                return all(self.follow(each.target) for each in targets)
            case cst.WithItem(asname=None):
                return True
            case cst.AsName():
                return isinstance(self.file.parent(parent), cst.WithItem)
        return isinstance(parent, _LOOKS)
