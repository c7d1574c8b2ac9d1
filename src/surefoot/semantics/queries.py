"""Queries: whose instances they are about, and what is found by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surefoot.facts.kinds import Coroutine, Finds, Returns
from surefoot.semantics.summary import ABOUT, Symbol

if TYPE_CHECKING:
    from surefoot.semantics.values import Value
    from surefoot.semantics.world import World


def subject(value: Value) -> Symbol:
    """Return the class whose instances a query finds, as a symbol; None for any other value."""
    if value is not None and value[0] == "i":
        for keyword, symbol in value[2] or ():
            if keyword == ABOUT:
                known: Symbol = symbol
                return known
    return None


def of_class(world: World, owner: str, member: Value) -> Value:
    """Return an attribute of a project class, bound to the class where it finds instances of
    it: `User.objects`, `User.get`."""
    if member is not None and member[0] == "i" and subject(member) is None:
        fact = world.fact(Finds, member[1])
        if fact is not None and fact.of == "class":
            return ("i", member[1], (*(member[2] or ()), (ABOUT, ("n", owner))))
    if member is None or member[0] != "n":
        return member
    fact = world.facts.get(Finds, member[1])
    if fact is None or fact.of != "class":
        return member
    if member[1] == world.facts.canonical(fact.gives):
        return ("i", member[1], ((ABOUT, ("n", owner)),))
    return ("m", member[1], ("n", owner))


def found(
    world: World, name: str, receiver: Value, arguments: tuple[Any, ...]
) -> tuple[Value] | None:
    """Return what a call finds, in a tuple of one; None for a callee that finds nothing."""
    facts = world.facts.of(name)
    fact = facts.get(Finds)
    if isinstance(fact, Finds) and fact.of != "nothing":
        kind = _kind(world, fact, receiver, arguments)
        if kind is not None:
            given = _given(world, fact.gives, kind, arguments)
            return (("co", given),) if Coroutine in facts else (given,)
        return None
    returns = facts.get(Returns)
    about = subject(receiver)
    if about is not None and isinstance(returns, Returns) and fact is None:
        again = world.facts.canonical(returns.type)
        if receiver is not None and world.is_a(receiver[1], again):
            return (("i", receiver[1], (*arguments, (ABOUT, about))),)
    return None


def _kind(world: World, fact: Finds, receiver: Value, arguments: tuple[Any, ...]) -> Symbol:
    """The class that a call finds instances of."""
    if fact.of == "receiver":
        return subject(receiver)
    if fact.of == "class":
        return receiver if receiver is not None and receiver[0] == "n" else None
    plain = [symbol for keyword, symbol in arguments if keyword == ""]
    if fact.position >= len(plain):
        return None
    value = world.value(plain[fact.position])
    if value is not None and value[0] == "n":
        alone = fact.gives in ("one", "many") or len(plain) == fact.position + 1
        return value if alone and world.cls(value[1]) is not None else None
    return subject(value)


def _given(world: World, gives: str, kind: Symbol, arguments: tuple[Any, ...]) -> Any:
    if gives == "one":
        return ("i", kind[1], None) if kind is not None else None
    if gives == "many":
        return ("l", ("I", kind))
    return ("i", world.facts.canonical(gives), (*arguments, (ABOUT, kind)))
