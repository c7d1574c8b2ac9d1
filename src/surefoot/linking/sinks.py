"""What a function asks of others outside the process, itself or through what it calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.facts.kinds import Admits, Blocking, Timeout
from surefoot.linking.project import Project
from surefoot.rule import Link
from surefoot.semantics.call import Arguments, Call, Given
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import Symbol

_OUTSIDE = frozenset({"network", "database", "subprocess"})
_WAITS = frozenset({"network", "peer", "subprocess"})
_DEEPEST = 2


class Sinks:
    """The ways of a project's functions to calls that leave the process unlimited.

    `limited` are the full names of functions that let only so many through; `asked` maps
    functions to the places where they call a method of a parameter, or of something unknown
    in the form of a request: triples of place, parameter (empty) and method.
    """

    def __init__(
        self,
        project: Project,
        limited: frozenset[str],
        asked: Mapping[str, Sequence[tuple[int, str, str]]],
    ) -> None:
        self.project = project
        self._limited = limited
        self._asked = asked

    def way(
        self, work: Symbol, depth: int = 0, own: frozenset[str] = frozenset()
    ) -> tuple[str, list[Link]] | None:
        """Return what a call, given as its symbol, asks in the end, and the steps to it.

        `own` are the classes of which the function around the call makes an instance.
        """
        world = self.project.world
        call = Call(world=world, module="", path="", symbol=work, function="")
        name = call.name
        if name is None:
            return None
        function = world.function(name)
        if function is None:
            return (call.shown, []) if leaves_unlimited(call, own) else None
        module = world.split(name)[0]
        if module is None or depth > _DEEPEST or name in self._limited:
            return None
        if not all(is_neutral(world, decorator) for decorator in function.decorators):
            return None
        given = self._given(name, call)
        for place, parameter, method in self._asked.get(name, ()):
            if not parameter:
                shown = f"{method}"
                return shown, [Link(module.path, place, f"`{spoken(world, name)}` calls `{shown}`")]
            value = given.get(parameter)
            inner = Call(world=world, module="", path="", symbol=value, function="")
            if value is not None and leaves_unlimited(_method_of(inner, value, method)):
                shown = _method_of(inner, value, method).shown
                return shown, [Link(module.path, place, f"`{spoken(world, name)}` calls `{shown}`")]
        calls = self.project.calls_in.get(name, ())
        own = frozenset(str(inner.name) for inner in calls)
        for inner in calls:
            if inner.name == name:
                continue
            found = self.way(inner.symbol, depth + 1, own)
            if found is not None:
                step = f"`{spoken(world, name)}` calls `{spoken(world, inner.name or '')}`"
                return found[0], [Link(inner.path, inner.place, step), *found[1]]
        return None

    def _given(self, name: str, call: Call) -> dict[str, Symbol]:
        """What a call passes for the parameters of the function it calls."""
        function = self.project.function(name)
        assert function is not None
        positional = [each.name for each in function.parameters if each.kind == "positional"]
        if function.owner and call.receiver is not None:
            positional = positional[1:]
        found: dict[str, Symbol] = dict(zip(positional, call.arguments.positional, strict=False))
        return {**found, **call.arguments.keywords}


def _method_of(call: Call, value: Symbol, method: str) -> Call:
    symbol = ("c", ("a", value, method), ())
    return Call(world=call.world, module="", path="", symbol=symbol, function="")


def leaves_unlimited(call: Call, own: frozenset[str] = frozenset()) -> bool:
    """Whether a call of a library leaves the process, and its client, unless it is one of many,
    lets all through."""
    blocking, timeout = call.fact(Blocking), call.fact(Timeout)
    makes = call.shown.rpartition(".")[2][:1].isupper()
    outside = (blocking is not None and blocking.what in _OUTSIDE) or (
        timeout is not None and timeout.wait in _WAITS and not makes
    )
    return outside and not _waits_its_turn(call, own)


def _waits_its_turn(call: Call, own: frozenset[str]) -> bool:
    receiver = call.receiver
    if receiver is None or receiver[0] != "i" or receiver[1] in own:
        return False
    fact = call.world.fact(Admits, receiver[1])
    if fact is None or fact.by != "calls":
        return False
    made = call.constructor
    for path, lifted in fact.unless if made is not None else ():
        keyword, _, inner = path.partition(".")
        given = made.get(keyword) if made is not None else Given.ABSENT
        if inner and not isinstance(given, Given) and given is not None and given[0] == "i":
            given = Arguments(given[2] or (), call.world).get(inner)
        if given == ("k", lifted):
            return False
    return True
