"""What it means to make a call again: whether it has an effect, and who keeps it from two."""

from __future__ import annotations

import enum
import re
from typing import Any, NamedTuple

from surefoot.facts.kinds import BuiltInRetries, Idempotency, RepeatedMethods
from surefoot.semantics.call import Arguments, Call, Given
from surefoot.semantics.repeats import KEY
from surefoot.semantics.retries import policy_of, setting
from surefoot.semantics.summary import MAKER, Symbol
from surefoot.semantics.values import Value
from surefoot.semantics.world import World

_METHOD = re.compile(r"(?i)method|verb")
_METHODS = frozenset({"POST", "PATCH"})
_HOLDERS = ("headers", "json", "data", "params", "options", "metadata")
_DEEPEST = 4


class Keyed(enum.IntEnum):
    """Whether a call carries something by which a repetition is recognised."""

    NO = 0
    MAYBE = 1
    YES = 2


class MethodPolicy(NamedTuple):
    """A retry policy that says which methods it repeats, as it was made: `name(pairs)`.

    `stated`: the code itself says that POST is one of them.
    """

    name: str
    pairs: tuple[tuple[str, Symbol], ...]
    stated: bool


def has_effect(call: Call, fact: Idempotency) -> bool:
    """Whether a call has the effect its facts speak of: not so for a request by GET."""
    if fact.method is None:
        return True
    method = call.arguments.constant("method", fact.method)
    return method is not None and str(method[0]).upper() in _METHODS


def passed_method(call: Call, fact: Idempotency) -> tuple[str, str] | None:
    """Return the function, by full name, and its parameter that say which method a call uses."""
    if fact.method is None:
        return None
    symbol = call.arguments.symbol("method", fact.method)
    if not isinstance(symbol, tuple):
        return None
    if symbol[0] == "p":
        return symbol[1], symbol[2]
    name = f"{call.module}.{call.function}" if call.module else call.function
    function = call.world.function(name)
    for parameter in function.parameters if function is not None else ():
        if parameter.annotation == symbol and _METHOD.search(parameter.name):
            return name, parameter.name
    return None


def gives_post(call: Call, parameter: str, position: int | None) -> bool:
    """Whether a call gives POST or PATCH for a parameter of the function it calls."""
    method = call.arguments.constant(parameter, position)
    return method is not None and str(method[0]).upper() in _METHODS


def carries_key(call: Call, fact: Idempotency) -> Keyed:
    """Return whether a call carries an idempotency key, in an argument, a header or its body."""
    arguments = call.arguments
    if any(name in arguments.keywords for name in fact.keys):
        return Keyed.YES
    found = Keyed.NO
    for keyword, symbol in arguments.keywords.items():
        if KEY.fullmatch(keyword):
            return Keyed.YES
        if keyword in _HOLDERS:
            found = max(found, _holds_key(arguments.world.value(symbol), keyword))
    if arguments.open_keywords and found is Keyed.NO:
        return Keyed.MAYBE
    return found


def _holds_key(value: Value, keyword: str) -> Keyed:
    if value is not None and value[0] == "d":
        if any(KEY.fullmatch(str(key)) for key, _ in value[1]):
            return Keyed.YES
        return Keyed.NO if value[2] or keyword != "headers" else Keyed.MAYBE
    return Keyed.MAYBE if keyword in ("headers", "options") else Keyed.NO


def method_policy(world: World, value: Value) -> MethodPolicy | None:
    """Return the policy a value is, where it repeats POST; None for all others."""
    if value is None or value[0] != "i" or value[2] is None:
        return None
    fact: RepeatedMethods | None = world.fact(RepeatedMethods, value[1])
    policy = policy_of(world, value)
    if fact is None or policy is None or policy.attempts == 1:
        return None
    if any(_is_own(world, value, method) for method in fact.decided_by):
        return None
    arguments = Arguments(value[2], world)
    after = [arguments.constant(name) for name in fact.reading]
    if after and all(item in ((0,), (False,)) for item in after):
        return None
    methods = arguments.get(fact.parameter, fact.position)
    if methods is Given.ABSENT:
        return MethodPolicy(value[1], value[2], False) if fact.post else None
    if not isinstance(methods, tuple):
        return None
    return MethodPolicy(value[1], value[2], True) if _names_post(world, methods, fact) else None


def _is_own(world: World, value: tuple[Any, ...], method: str) -> bool:
    """Whether a class of the project has its own idea of a method."""
    if world.cls(value[1]) is None:
        return False
    member = world.attribute(value, method)
    if member is None or member[0] != "m":
        return True
    return world.function(member[1]) is not None


def _names_post(world: World, methods: tuple[Any, ...], fact: RepeatedMethods) -> bool:
    match methods:
        case ("k", constant):
            return constant in fact.everything
        case ("t", items):
            values = [world.value(item) for item in items]
            if not values:
                return None in fact.everything
            return any(item is not None and item[1] in _METHODS for item in values)
        case ("i", "builtins.frozenset" | "builtins.set" | "builtins.tuple", ((("", inner)),)):
            value = world.value(inner)
            return value is not None and _names_post(world, value, fact)
    return False


def policy_behind(call: Call) -> MethodPolicy | None:
    """Return the policy that repeats the requests of the client a call goes through, where
    POST is among them."""
    return _behind(call.world, call.receiver, 0)


def _behind(world: World, value: Value, depth: int) -> MethodPolicy | None:
    if value is None or value[0] != "i" or value[2] is None or depth > _DEEPEST:
        return None
    found = method_policy(world, value)
    if found is not None:
        return found
    arguments = Arguments(value[2], world)
    maker = arguments.keywords.get(MAKER)
    fact: BuiltInRetries | None = world.fact(BuiltInRetries, value[1])
    if fact is None and maker is not None:
        fact = world.fact(BuiltInRetries, str(maker[1]))
    for text in fact.read if fact is not None else ():
        name, position = setting(text).path[0]
        given = arguments.get(name, position)
        if isinstance(given, tuple):
            found = _behind(world, given, depth + 1)
            if found is not None:
                return found
    return None
