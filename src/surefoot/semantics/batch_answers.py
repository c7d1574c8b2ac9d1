"""What a function does with the answer of a call: dropped, looked into, or passed on."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.ownership import Ownership

_PASSES_ON = frozenset(
    {
        "asyncio.run",
        "asyncio.shield",
        "asyncio.wait_for",
        "asyncio.AbstractEventLoop.run_until_complete",
    }
)
"""Calls that give what the awaitable at index 0 gives."""

_COUNTS = frozenset({"builtins.len"})
_LOOKS_UP = frozenset({"get", "pop", "setdefault"})


class Answer(NamedTuple):
    """What is done with an answer, as far as the function shows.

    `read` are the constant keys, the attributes and the indices (as text) that are read of it.
    `tested`: its truth is asked for. `counted`: so is its length. `escapes`: it goes where it
    is not followed, so all of it may be read. With none of these, nobody looks at it.
    """

    read: frozenset[str] = frozenset()
    tested: bool = False
    counted: bool = False
    escapes: bool = False

    @property
    def is_dropped(self) -> bool:
        """Whether nobody looks at it."""
        return self == _DROPPED


_DROPPED = Answer()
_ESCAPES = Answer(escapes=True)


def answer(file: File, node: cst.CSTNode, *, is_future: bool = False) -> Answer:
    """Return what is done with the value of an expression; that of a coroutine is what awaiting
    it gives. To await a future is to ask for what came of it."""
    return _Following(file, is_future).of(node)


class _Following:
    def __init__(self, file: File, is_future: bool) -> None:
        self.file = file
        self.is_future = is_future
        self._ownership = Ownership(file)
        self._seen: set[str] = set()

    def of(self, node: cst.CSTNode) -> Answer:
        parent = self.file.parent(node)
        match parent:
            case cst.Await():
                return _ESCAPES if self.is_future else self.of(parent)
            case cst.Expr():
                return _DROPPED
            case cst.Assign(targets=targets):
                return _together([self._bound(item.target, node) for item in targets])
            case cst.AnnAssign(target=target):
                return self._bound(target, node)
            case cst.NamedExpr(target=target):
                return _together([self._bound(target, node), self.of(parent)])
            case cst.Subscript(value=value, slice=[cst.SubscriptElement(slice=index)]):
                return self._indexed(index) if value is node else _ESCAPES
            case cst.Attribute():
                return self._attribute(parent)
            case cst.If() | cst.While() | cst.Assert():
                return Answer(tested=True)
            case cst.IfExp():
                return Answer(tested=True) if parent.test is node else _ESCAPES
            case cst.UnaryOperation(operator=cst.Not()):
                return Answer(tested=True)
            case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                return self._asked_for(parent)
            case cst.Arg():
                return self._argument(parent)
        return _ESCAPES

    def _bound(self, target: cst.CSTNode, node: cst.CSTNode) -> Answer:
        match target:
            case cst.Name(value=name):
                return self._of_name(name, node)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                read = set()
                for index, element in enumerate(elements):
                    if not isinstance(element, cst.Element):
                        return _ESCAPES
                    item = element.value
                    if (
                        not isinstance(item, cst.Name)
                        or not self._of_name(item.value, node).is_dropped
                    ):
                        read.add(str(index))
                return Answer(read=frozenset(read))
        return _ESCAPES

    def _of_name(self, name: str, node: cst.CSTNode) -> Answer:
        scope = self.file.scope(node).find(name)
        if scope is None or scope.kind not in ("function", "module") or name in scope.outer:
            return _ESCAPES
        if name in self._seen:
            return _DROPPED
        self._seen.add(name)
        uses = self.file.uses(name, scope)
        return _together([self.of(use) for use in uses if not self._ownership.is_target(use)])

    def _indexed(self, index: cst.BaseSlice) -> Answer:
        match index:
            case cst.Index(value=cst.SimpleString() | cst.Integer() as key):
                return Answer(read=frozenset({str(key.evaluated_value)}))
        return _ESCAPES

    def _attribute(self, attribute: cst.Attribute) -> Answer:
        name = attribute.attr.value
        user = self.file.parent(attribute)
        if isinstance(user, cst.Call) and user.func is attribute:
            match user.args:
                case [cst.Arg(value=cst.SimpleString() as key), *_] if name in _LOOKS_UP:
                    return Answer(read=frozenset({str(key.evaluated_value)}))
            return _ESCAPES
        return Answer(read=frozenset({name}))

    def _asked_for(self, target: cst.ComparisonTarget) -> Answer:
        comparison = self.file.parent(target)
        match comparison:
            case cst.Comparison(left=cst.SimpleString() as key, comparisons=[_]):
                return Answer(read=frozenset({str(key.evaluated_value)}))
        return _ESCAPES

    def _argument(self, argument: cst.Arg) -> Answer:
        outer = self.file.parent(argument)
        if not isinstance(outer, cst.Call) or argument.star:
            return _ESCAPES
        name = self.file.call(outer).name
        if name in _COUNTS:
            return Answer(counted=True)
        if name in _PASSES_ON and outer.args[0] is argument:
            return self.of(outer)
        return _ESCAPES


def _together(answers: list[Answer]) -> Answer:
    return Answer(
        read=frozenset().union(*(item.read for item in answers)),
        tested=any(item.tested for item in answers),
        counted=any(item.counted for item in answers),
        escapes=any(item.escapes for item in answers),
    )
