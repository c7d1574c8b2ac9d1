"""What is tried again: the exceptions a policy or a handler lets through."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surefoot.facts.kinds import RetryPart
from surefoot.semantics.call import Arguments
from surefoot.semantics.cancellation import CANCELLATION
from surefoot.semantics.values import PENDING
from surefoot.semantics.world import World

_EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException"})
CANCELLING = CANCELLATION | {"builtins.BaseException"}
"""What catches the cancellation of a coroutine."""
DATA_ERROR = re.compile(
    r"(?i)decode|encode|unicode|parse|syntax|valid|value|keyerror|index|attribute|typeerror|"
    r"notfound|assert"
)
"""Found in the names of exceptions that tell of bad data."""
COLLISION = re.compile(
    r"(?i)integrity|watch|concurren|conflict|exists|duplicate|collision|unique|stale|optimistic|"
    r"version|lock|empty|full|interrupt|blocking|again|cancel|stop|exit"
)
"""Found in the names of exceptions that tell of somebody who was quicker: the next attempt may
follow at once."""
EITHER = "operator.or_"
"""What a symbol of `a | b` calls."""


@dataclass(frozen=True)
class Errors:
    """The exceptions for which something is tried again.

    `names` are the classes that are known to be retried; `everything`: any exception is;
    `stated`: the code itself says so, it is not the library's default. `filtered`: a
    predicate decides further. `unknown`: there may be others.
    """

    names: frozenset[str] = frozenset()
    everything: bool = False
    stated: bool = False
    filtered: bool = False
    unknown: bool = False

    @property
    def are_collisions(self) -> bool:
        """Whether they all tell, by their names, that somebody else was quicker."""
        words = [name.rpartition(".")[2] for name in self.names]
        return bool(words) and not self.everything and all(map(COLLISION.search, words))

    @property
    def are_of_data(self) -> bool:
        """Whether they are, by their names, all about data: no wait mends them."""
        words = [name.rpartition(".")[2] for name in self.names]
        return bool(words) and not self.everything and all(map(DATA_ERROR.search, words))


def condition(world: World, symbol: object) -> Errors:
    """Return what a class, a tuple of classes or a condition object lets through."""
    if not isinstance(symbol, tuple):
        return Errors(unknown=True)
    if symbol[0] == "c" and symbol[1] == ("n", EITHER):
        return either([condition(world, item) for _, item in symbol[2]])
    value = world.value(symbol)
    if value is None or value == PENDING:
        return Errors(unknown=True)
    if value[0] == "t":
        return either([condition(world, item) for item in value[1]])
    if value[0] == "n":
        part: RetryPart | None = world.fact(RetryPart, value[1])
        if part is not None or world.function(value[1]) is not None:
            return Errors(unknown=True)
        if value[1] in _EVERYTHING:
            return Errors(everything=True, stated=True)
        return Errors(names=frozenset({value[1]}))
    if value[0] == "i":
        part = world.fact(RetryPart, value[1])
        if part is None or part.role != "condition" or value[2] is None:
            return Errors(unknown=True)
        if part.never or part.result:
            return Errors()
        arguments = Arguments(value[2], world)
        given = arguments.positional or list(arguments.keywords.values())
        if part.everything:
            if arguments.open_positional or arguments.open_keywords:
                return Errors(unknown=True)
            if not given:
                return Errors(everything=True, stated=True)
            return condition(world, given[0])
        if "not_exception" in value[1]:
            return Errors(everything=True, filtered=True)
        if value[1].endswith("if_exception_type"):
            return either([condition(world, item) for item in given])
        if value[1].endswith("retry_any"):
            return either([condition(world, item) for item in given])
    return Errors(unknown=True)


def retries_cancellation(world: World, symbol: object) -> bool:
    """Whether a class, a tuple of classes or a condition object is known to let the cancellation
    of a coroutine through, so that it is started again."""
    if not isinstance(symbol, tuple):
        return False
    if symbol[0] == "c" and symbol[1] == ("n", EITHER):
        return any(retries_cancellation(world, item) for _, item in symbol[2])
    value = world.value(symbol)
    if value is None or value == PENDING:
        return False
    if value[0] == "t":
        return any(retries_cancellation(world, item) for item in value[1])
    if value[0] == "n":
        return value[1] in CANCELLING
    part: RetryPart | None = world.fact(RetryPart, value[1]) if value[0] == "i" else None
    if part is None or part.role != "condition" or value[2] is None:
        return False
    arguments = Arguments(value[2], world)
    given = arguments.positional or list(arguments.keywords.values())
    if not part.cancelled:
        listed = part.everything or value[1].endswith("retry_any")
        return listed and any(retries_cancellation(world, item) for item in given)
    if given and all((world.value(item) or "?")[0] == "k" for item in given):
        return True
    spared = either([condition(world, item) for item in given])
    if spared.unknown or not given:
        return False
    return not spared.names & CANCELLING and not any(
        retries_cancellation(world, item) for item in given
    )


def either(parts: list[Errors]) -> Errors:
    """Return what any of several conditions lets through."""
    return Errors(
        names=frozenset().union(*(part.names for part in parts)),
        everything=any(part.everything for part in parts),
        stated=any(part.stated for part in parts),
        filtered=any(part.filtered for part in parts),
        unknown=any(part.unknown for part in parts),
    )
