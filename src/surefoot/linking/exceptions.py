"""Which exceptions come out of functions: those they raise, and those of what they call."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from surefoot.facts.kinds import Raises, Retry
from surefoot.linking.project import Project, full_name
from surefoot.rule import Link
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import At, Guard, ModuleSummary, Symbol
from surefoot.semantics.values import PENDING, Value

_MOST = 16
"""Of more exceptions of one function the first count, nearest first: the cost stays linear."""
_ANY = frozenset({"builtins.BaseException", "builtins.Exception"})


@dataclass(frozen=True, slots=True)
class Escape:
    """How an exception gets out of a function: raised at a place of it, or brought by the call
    there, which runs a function that it gets out of (`rest`)."""

    exception: str
    function: str
    path: str
    place: int
    rest: Escape | None = None

    @property
    def said(self) -> str:
        """The exception as people say it."""
        return self.exception.rpartition(".")[2]

    @property
    def hops(self) -> int:
        """How many calls it comes through."""
        return 0 if self.rest is None else self.rest.hops + 1


class Exceptions:
    """What the functions of a linked project may raise, by their full names.

    Only what is known for sure counts: classes that `raise` names, or facts state, and that no
    handler on the way catches or, its class being unknown, may catch.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._caught: dict[tuple[str, int, str], bool] = {}
        self._relations: dict[tuple[str, str], bool | None] = {}
        self._passing: dict[str, bool] = {}

    def may_raise(self, function: str) -> frozenset[str]:
        """Return the classes of the exceptions that may get out of a function."""
        return frozenset(self._escapes.get(function, ()))

    def escapes(self, function: str) -> Sequence[Escape]:
        """Return how exceptions get out of a function, the nearest first."""
        return tuple(self._escapes.get(function, {}).values())

    def out_of(self, call: LinkedCall, within: int) -> Sequence[Escape]:
        """Return how exceptions that a call of the project brings get as far as the guard at the
        place `within`."""
        target = self.project.target(call)
        if target is None or within not in call.guards or not self._passes(call, target):
            return ()
        guards = call.guards[: call.guards.index(within)]
        return [
            escape
            for escape in self.escapes(target)
            if not self._is_caught(call.module, guards, escape.exception)
        ]

    def links(self, escape: Escape) -> list[Link]:
        """The way of an exception as steps of a chain, from the function to its `raise`."""
        steps: list[Link] = []
        world = self.project.world
        current: Escape | None = escape
        while current is not None:
            said = spoken(world, current.function)
            if current.rest is None:
                text = f"`{said}` raises `{current.said}`"
            else:
                text = f"`{said}` calls `{spoken(world, current.rest.function)}`"
            steps.append(Link(current.path, current.place, text))
            current = current.rest
        return steps

    @cached_property
    def _escapes(self) -> dict[str, dict[str, Escape]]:
        """By function and exception the shortest way, to a fixpoint. Each call is looked at at
        most once for each exception of what it runs."""
        found: dict[str, dict[str, Escape]] = {}
        reached: list[Escape] = []
        for escape in self._raised():
            self._add(escape, found, reached)
        for escape in reached:  # grows
            for call in self.project.callers.get(escape.function, ()):
                if not call.function or not self._passes(call, escape.function):
                    continue
                if self._is_caught(call.module, call.guards, escape.exception):
                    continue
                caller = full_name(call.module, call.function)
                further = Escape(escape.exception, caller, call.path, call.place, escape)
                self._add(further, found, reached)
        return found

    def _add(
        self, escape: Escape, found: dict[str, dict[str, Escape]], reached: list[Escape]
    ) -> None:
        known = found.setdefault(escape.function, {})
        if escape.exception not in known and len(known) < _MOST:
            known[escape.exception] = escape
            reached.append(escape)

    def _raised(self) -> Iterable[Escape]:
        """Yield what functions raise themselves, and library calls by their facts."""
        for module in sorted(self.project.modules.values(), key=lambda module: module.path):
            for item in module.raises:
                name = self._class_of(self.project.world.value(item.symbol))
                if name is not None and not self._is_caught(module.module, item.guards, name):
                    function = full_name(module.module, item.function)
                    yield Escape(name, function, module.path, item.place)
        for call in self.project.calls_about(Raises):
            fact = call.fact(Raises)
            if fact is None or not call.function or At.LAMBDA in call.at:
                continue
            for name in map(self.project.facts.canonical, fact.classes):
                if not self._is_caught(call.module, call.guards, name):
                    function = full_name(call.module, call.function)
                    yield Escape(name, function, call.path, call.place)

    def _class_of(self, value: Value) -> str | None:
        """The class of what is raised: an exception, or the class of one."""
        if value is None or value[0] not in ("n", "i"):
            return None
        name = str(value[1])
        if self.project.world.cls(name) is None and not name.rpartition(".")[2][:1].isupper():
            return None  # a function that gives an exception
        return name

    def _passes(self, call: LinkedCall, callee: str) -> bool:
        """Whether what gets out of `callee` gets out of this call of it, handlers aside."""
        function = self.project.function(callee)
        if function is None or At.LAMBDA in call.at or At.DECORATOR in call.at:
            return False
        if function.is_generator and At.WITH_ITEM not in call.at:
            return False
        if function.is_async and not (At.AWAITED | At.RETURNED | At.WITH_ITEM) & call.at:
            return False
        known = self._passing.get(callee)
        if known is None:
            known = self._passing[callee] = all(map(self._is_transparent, function.decorators))
        return known

    def _is_transparent(self, decorator: Symbol) -> bool:
        world = self.project.world
        name = world.target(decorator)
        return is_neutral(world, decorator) and (name is None or world.fact(Retry, name) is None)

    # -- handlers ------------------------------------------------------------------------

    def _is_caught(self, module: str, guards: Sequence[int], exception: str) -> bool:
        """Whether guards of a module, innermost first, catch an exception, or may do so."""
        return any(self._stops(module, place, exception) for place in guards)

    def _stops(self, module: str, place: int, exception: str) -> bool:
        key = (module, place, exception)
        known = self._caught.get(key)
        if known is None:
            summary: ModuleSummary | None = self.project.modules.get(module)
            handlers = summary.guards.get(place, ()) if summary is not None else ()
            known = self._caught[key] = self._is_stopped(handlers, exception)
        return known

    def _is_stopped(self, handlers: Sequence[Guard], exception: str) -> bool:
        """Whether the first handler that fits ends the exception; one that may fit counts."""
        for handler in handlers:
            fits = self._fits(exception, self.project.world.value(handler.symbol))
            if fits is None and handler.ends:
                return True
            if fits:
                return handler.ends
        return False

    def _fits(self, exception: str, caught: Value) -> bool | None:
        if caught is None or caught == PENDING:
            return None
        if caught[0] == "t":
            world = self.project.world
            answers = [self._fits(exception, world.value(item)) for item in caught[1]]
            return True if True in answers else None if None in answers else False
        if caught[0] != "n":
            return None
        return self.is_a(exception, caught[1])

    def is_a(self, exception: str, ancestor: str) -> bool | None:
        """Whether one exception class is, or inherits from, another; None where the classes of
        a library do not tell."""
        key = (exception, ancestor)
        if key not in self._relations:
            self._relations[key] = self._relation(exception, ancestor)
        return self._relations[key]

    def _relation(self, exception: str, ancestor: str) -> bool | None:
        world = self.project.world
        other = _builtin(ancestor)
        doubtful = world.cls(ancestor) is None and other is None  # perhaps a tuple of classes
        for value in world.lineage(exception):
            if value == PENDING:
                return None
            name = str(value[1])
            if world.is_a(name, ancestor):
                return True
            summary, known = world.cls(name), _builtin(name)
            if summary is not None:
                doubtful |= any(world.value(base) is None for base in summary.bases)
            elif known is not None:
                if other is not None and issubclass(known, other):
                    return True
            elif ancestor in _ANY:
                return True  # few exceptions of libraries are none
            elif world.cls(ancestor) is None:
                doubtful = True
        return None if doubtful else False


def _builtin(name: str) -> type[BaseException] | None:
    module, _, last = name.rpartition(".")
    found = getattr(builtins, last, None) if module == "builtins" else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None
