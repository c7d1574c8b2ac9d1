"""Which exceptions the statements of a file raise, and which handlers stand around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import Suppresses
from surefoot.semantics.circumstances import enclosing_function
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.semantics.summary import Guard, RaiseSummary, Symbol
from surefoot.syntax.scopes import Block

_EVERYTHING: Symbol = ("n", "builtins.BaseException")
_UNWRITTEN = "builtins.NotImplementedError"


class Raising:
    """The `raise` statements of a file, and its guards: `try` and `with suppress(...)`."""

    def __init__(self, file: File) -> None:
        self.file = file

    @cached_property
    def guards(self) -> Mapping[int, tuple[Guard, ...]]:
        """What each guard catches, in the order of its handlers, by its place."""
        return {self.file.tree.place(node): found for node, found in self._guards.items()}

    @cached_property
    def _guards(self) -> dict[cst.CSTNode, tuple[Guard, ...]]:
        found: dict[cst.CSTNode, tuple[Guard, ...]] = {}
        for kind in (cst.Try, cst.TryStar):
            for node in self.file.tree.of(kind):
                if node.handlers:
                    found[node] = tuple(map(self._of_handler, node.handlers))
        for node in self.file.tree.of(cst.With):
            suppressed = tuple(self._suppressed(node))
            if suppressed:
                found[node] = suppressed
        return found

    @cached_property
    def suppresses(self) -> bool:
        """Whether some guard is a `with`."""
        return any(isinstance(node, cst.With) for node in self._guards)

    def _of_handler(self, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Guard:
        name = handler.name.name if handler.name is not None else None
        again = any(
            isinstance(item, cst.Raise) and (item.exc is None or _is_named(item.exc, name))
            for item in inside([handler.body])
        )
        symbol = self.file.symbol(handler.type) if handler.type is not None else _EVERYTHING
        return Guard(symbol, not again)

    def _suppressed(self, node: cst.With) -> Iterator[Guard]:
        for item in node.items:
            if type(item.item) is cst.Call and self.file.fact(Suppresses, item.item):
                for argument in item.item.args:
                    yield Guard(self.file.symbol(argument.value), True)

    def around(self, node: cst.CSTNode) -> tuple[int, ...]:
        """Return the places of the guards around a node in its function, innermost first."""
        if not self._guards:
            return ()
        found: list[int] = []
        block: Block | None = self.file.block(node)
        while block is not None and block.kind not in ("function", "lambda", "class"):
            guard: cst.CSTNode = block.node
            if block.kind in ("try", "with") and guard in self._guards:
                found.append(self.file.tree.place(guard))
            block = block.parent
        return tuple(found)

    def raised(self) -> Iterator[RaiseSummary]:
        """Yield what is raised anew, in the order of the text."""
        if self.file.is_test or self.file.is_stub:
            return
        for node in self.file.tree.of(cst.Raise):
            function = enclosing_function(self.file.scope(node))
            if function is None or node.exc is None or self._is_caught(node.exc):
                continue
            symbol = self.file.symbol(node.exc)
            if symbol is None or self.file.world.target(symbol) == _UNWRITTEN:
                continue
            around = self.around(node)
            yield RaiseSummary(self.file.tree.place(node), symbol, function.qualname, around)

    def _is_caught(self, node: cst.BaseExpression) -> bool:
        """Whether an expression is, or may be, an exception that a handler has caught."""
        if not isinstance(node, cst.Name):
            return not isinstance(node, (cst.Call, cst.Attribute))
        owner = self.file.scope(node).find(node.value)
        bindings = owner.bindings[node.value] if owner is not None else ()
        return any(binding.kind in ("except", "param", "match", "other") for binding in bindings)


def _is_named(node: cst.BaseExpression, name: object) -> bool:
    return isinstance(node, cst.Name) and isinstance(name, cst.Name) and node.value == name.value
