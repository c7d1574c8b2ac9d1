"""Functions that hand an argument of theirs on to a call, and those who call them without it.

`def fetch(url, **options): return requests.get(url, **options)` needs a timeout as much as
`requests.get` does, and so does `def fetch(url, timeout=None)` that passes its `timeout` on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surefoot.linking.project import Project
from surefoot.semantics.call import Arguments, Call, Given
from surefoot.semantics.summary import FunctionSummary

_HOPS = 3


@dataclass(frozen=True)
class Forward:
    """A function that passes an argument on when it gets it, and nothing when it does not.

    `function` is its full name, `parameters` the keywords by which callers give the
    argument and `position` the index of the first of them among the positional ones.
    `steps` are the places, path and place with a text, from here to the call itself.
    """

    function: str
    parameters: tuple[str, ...]
    position: int | None
    steps: tuple[tuple[str, int, str], ...]


def forwarded(
    arguments: Arguments, parameters: Iterable[str], position: int | None
) -> tuple[str, str] | None:
    """Return the function, by full name, and the parameter of it that a call passes on.

    The argument is either a parameter itself, or may be among its `**` parameter.
    """
    given = arguments.get(parameters, position)
    if isinstance(given, tuple):
        return (given[1], given[2]) if given[0] == "p" else None
    if given is Given.MAYBE and len(arguments.unpacked) == 1:
        value = arguments.world.value(arguments.unpacked[0])
        if value is not None and value[0] == "p":
            return value[1], value[2]
    return None


def forward_of(
    project: Project,
    function: str,
    parameter: str,
    names: tuple[str, ...],
    steps: tuple[tuple[str, int, str], ...],
) -> Forward | None:
    """Return how callers of `function` give what it passes on as `parameter`, if leaving it
    out means that nothing is passed."""
    summary = project.function(function)
    if summary is None:
        return None
    for item in summary.parameters:
        if item.name != parameter:
            continue
        if item.kind == "double-star":
            return Forward(function, names, None, steps)
        if item.has_default and project.world.value(item.default) == ("k", None):
            return Forward(function, (parameter,), position_of(summary, parameter), steps)
    return None


def position_of(summary: FunctionSummary, parameter: str) -> int | None:
    """Return the index of a parameter among the positional arguments of a call."""
    plain = [item.name for item in summary.parameters if item.kind == "positional"]
    if parameter not in plain:
        return None
    bound = bool(summary.owner) and plain[0] in ("self", "cls")
    return plain.index(parameter) - bound


def callers_without(
    project: Project, forwards: Iterable[Forward]
) -> Iterator[tuple[Call, Forward]]:
    """Yield the calls of forwarding functions that leave the argument out, through up to
    three functions that only pass it on."""
    pending = list(forwards)
    seen = {forward.function for forward in pending}
    for _ in range(_HOPS):
        further: list[Forward] = []
        for forward in pending:
            for call in project.callers.get(forward.function, ()):
                given = call.arguments.symbol(forward.parameters, forward.position)
                if given is Given.ABSENT:
                    yield call, forward
                    continue
                passed = forwarded(call.arguments, forward.parameters, forward.position)
                if passed is None or passed[0] in seen:
                    continue
                step = (call.path, call.place, f"`{call.shown}` is called with what it was given")
                outer = forward_of(project, *passed, forward.parameters, (step, *forward.steps))
                if outer is not None:
                    seen.add(outer.function)
                    further.append(outer)
        pending = further
