"""What functions do through the functions they call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from surefoot.facts.kinds import Offload
from surefoot.linking.project import Project, full_name
from surefoot.rule import Link
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.loops import ASKS_FOR_LOOP, FORKS
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import At, Symbol


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest way from a function to a call: its own call, and the way on from there.

    `rest` is None where the call is the one looked for.
    """

    call: LinkedCall
    rest: Way | None

    def __iter__(self) -> Iterator[LinkedCall]:
        """Yield the calls from here to the end."""
        way: Way | None = self
        while way is not None:
            yield way.call
            way = way.rest

    def links(self) -> list[Link]:
        """The calls as steps of a chain, each with who calls whom."""
        return [
            Link(call.path, call.place, f"`{said_caller(call)}` calls `{said_callee(call)}`")
            for call in self
        ]

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def end(self) -> LinkedCall:
        """The call looked for."""
        *_, last = self
        return last


class Effects:
    """What comes about, in a linked project, through calls of the project's functions."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._harmless: dict[str, bool] = {}

    def ways(
        self,
        ends: Iterable[LinkedCall],
        passes: Callable[[LinkedCall, str], bool],
        deepest: int,
    ) -> dict[str, Way]:
        """Return the shortest way to one of the calls `ends` for each function that has one.

        The keys are full names. A way has at most `deepest` calls of project functions
        before its end. `passes(call, callee)` tells whether what the function `callee`
        does happens where it is called. Each call of the project is looked at once, so
        recursion ends and the cost is linear; of ways of equal length the first by file
        and place is taken.
        """
        found: dict[str, Way] = {}
        reached: list[str] = []
        for end in ends:
            function = _caller(end)
            if end.function and function not in found:
                found[function] = Way(end, None)
                reached.append(function)
        for _ in range(deepest):
            further: list[str] = []
            for callee in reached:
                for call in self.project.callers.get(callee, ()):
                    caller = _caller(call)
                    if call.function and caller not in found and passes(call, callee):
                        found[caller] = Way(call, found[callee])
                        further.append(caller)
            reached = further
        return found

    def happens_here(self, call: LinkedCall, callee: str) -> bool:
        """Whether what the project function `callee` does happens in the thread, and at
        the time, of this call of it.

        Not so for coroutines and generators, behind decorators that may do anything, in
        functions that find out whether they run on an event loop, or are told so, and where
        it may be another process that makes the call.
        """
        if _caller(call) in self._forking:
            return False
        function = self.project.function(callee)
        if function is None or function.is_async:
            return False
        if (At.LAMBDA | At.AWAITED | At.MAIN_GUARD) & call.at:
            return False
        if function.is_generator and At.WITH_ITEM not in call.at:
            return False
        if any("async" in keyword for keyword in call.arguments.keywords):
            return False
        return all(map(self._is_neutral, function.decorators)) and not self.minds_loop(callee)

    def minds_loop(self, function: str) -> bool:
        """Whether a function asks, itself or through a function it calls, on which thread
        or loop it runs, and so may act on it."""
        return function in self._minding

    @cached_property
    def _minding(self) -> frozenset[str]:
        asking = {_caller(call) for call in self.project.calls if call.name in ASKS_FOR_LOOP}
        through = {
            _caller(call) for function in asking for call in self.project.callers.get(function, ())
        }
        return frozenset(asking | through)

    @cached_property
    def _forking(self) -> frozenset[str]:
        return frozenset(_caller(call) for call in self.project.calls if call.name in FORKS)

    def _is_neutral(self, decorator: Symbol) -> bool:
        """Whether the call of a function so decorated runs the function at once."""
        world = self.project.world
        if is_neutral(world, decorator):
            return True
        name = world.target(decorator)
        if name is None:
            return False
        known = self._harmless.get(name)
        if known is None:
            known = self._harmless[name] = self._calls_through(name)
        return known

    def _calls_through(self, decorator: str) -> bool:
        """Whether a decorator of the project neither makes coroutines nor hands work over."""
        module, qualname = self.project.world.split(decorator)
        if module is None or qualname not in module.functions:
            return False
        inner = f"{qualname}.<locals>."
        return not any(
            function.is_async
            or self.minds_loop(full_name(module.module, name))
            or any(
                Offload in call.facts
                for call in self.project.calls_in.get(full_name(module.module, name), ())
            )
            for name, function in module.functions.items()
            if name == qualname or name.startswith(inner)
        )


def _caller(call: LinkedCall) -> str:
    return full_name(call.module, call.function)


def said_caller(call: LinkedCall) -> str:
    """The function a call runs in, as people say it."""
    return spoken(call.world, _caller(call))


def said_callee(call: LinkedCall) -> str:
    """What a call calls, as people say it."""
    return spoken(call.world, call.name or "")
