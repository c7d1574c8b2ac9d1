"""How long a call may wait, by its arguments and those its client was made with."""

from __future__ import annotations

import enum
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Deadline, Timeout, TimeoutValue
from surefoot.semantics.call import Arguments, Call, Given
from surefoot.semantics.file import File
from surefoot.semantics.values import Value
from surefoot.semantics.world import World


class Bound(enum.Enum):
    """What is known of the longest wait: nothing is given, it is switched off, or it may be
    bounded."""

    MISSING = "missing"
    FOREVER = "for ever"
    POSSIBLE = "possible"


def bound_of(call: Call, fact: Timeout) -> Bound:
    """Return the bound of a call that `fact` speaks about.

    `MISSING` says that no argument sets one, and leaves open what the default is.
    """
    arguments = call.arguments
    given = arguments.get(fact.parameter, fact.position)
    if given is not Given.ABSENT:
        if isinstance(given, tuple) and is_forever(call.world, given, fact.forever):
            return Bound.FOREVER
        return Bound.POSSIBLE
    if fact.unless and arguments.has(fact.unless):
        return Bound.POSSIBLE
    if fact.connection_string is not None and _may_hide_it(arguments, fact):
        return Bound.POSSIBLE
    if not fact.constructor:
        return Bound.MISSING
    made = call.constructor
    if made is None:
        return Bound.POSSIBLE
    given = made.get(fact.constructor)
    if given is Given.ABSENT:
        return Bound.MISSING
    if isinstance(given, tuple) and is_forever(call.world, given, fact.forever):
        return Bound.FOREVER
    return Bound.POSSIBLE


def is_bounded_later(file: File, node: cst.Call) -> bool:
    """Whether what a call gives is kept in a variable, and awaited with a bound: by `wait_for`."""
    match file.parent(node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name) as target)]):
            for use in file.uses(name, file.scope(target)):
                parent = file.parent(use)
                call = file.parent(parent) if isinstance(parent, cst.Arg) else None
                fact = file.call(call).fact(Deadline) if isinstance(call, cst.Call) else None
                if fact is not None and fact.by == "argument":
                    return True
    return False


def _may_hide_it(arguments: Arguments, fact: Timeout) -> bool:
    """Whether a connection string is given that holds the timeout, or may."""
    given = arguments.get(fact.connection_string or (), 0)
    if not isinstance(given, tuple):
        return given is not Given.ABSENT
    if given[0] != "k":
        return True
    return any(name in str(given[1]) for name in fact.parameter)


def is_forever(world: World, value: Value, forever: tuple[object, ...] = (None,)) -> bool:
    """Whether a value given as a timeout is, or has a part that is, no bound."""
    if value is None:
        return False
    if value[0] == "k":
        return any(value[1] is word or (value[1] == word and word is not None) for word in forever)
    if value[0] == "t":
        return any(world.value(item) == ("k", None) for item in value[1])
    if value[0] == "i" and value[2] is not None:
        fact: TimeoutValue | None = world.fact(TimeoutValue, value[1])
        return fact is not None and _unbounded_value(Arguments(value[2], world), fact)
    return False


def _unbounded_value(arguments: Arguments, fact: TimeoutValue) -> bool:
    total = arguments.get(fact.total, fact.position)
    legs: dict[str, Any] = {leg: arguments.get(leg) for leg in fact.legs}
    if fact.overall:
        if total not in (Given.ABSENT, ("k", None)):
            return False
        reads = [value for leg, value in legs.items() if "read" in leg]
        return all(value in (Given.ABSENT, ("k", None)) for value in reads)
    unbounded = [leg for leg, value in legs.items() if value == ("k", None)]
    if total == ("k", None):
        return any(value in (Given.ABSENT, ("k", None)) for value in legs.values())
    return any(leg != "pool" for leg in unbounded)
