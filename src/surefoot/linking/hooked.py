"""Hooks of sessions and clients that are made in one module and used in another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from surefoot.semantics.call import LinkedCall
from surefoot.semantics.summary import Symbol
from surefoot.semantics.world import World

_DEEPEST = 4


def is_hooked_elsewhere(call: LinkedCall, hooked: Collection[str]) -> bool:
    """Whether the session or client that a call goes through comes from one of the `hooked`:
    the full names of variables, functions and classes that have, or set, a hook."""
    symbol = call.symbol
    if not hooked or symbol is None or symbol[0] != "c":
        return False
    return any(
        _is_within(name, other) or _is_within(other, name)
        for name in _sources(call.world, symbol[1], _DEEPEST)
        for other in hooked
    )


def _is_within(name: str, other: str) -> bool:
    return name == other or name.startswith(f"{other}.")


def _sources(world: World, symbol: Symbol | Any, depth: int) -> Iterator[str]:
    """Yield the full names in the project that an expression begins with."""
    if symbol.__class__ is not tuple or not symbol or depth == 0:
        return
    match symbol:
        case ("n", str() as name):
            module, rest = world.split(name)
            if module is not None and rest:
                yield name
                known = module.names.get(rest.partition(".")[0])
                yield from _sources(world, known, depth - 1) if known != symbol else ()
        case ("C", str() as name):
            yield name
        case ("a", base, str() as attribute):
            for name in _sources(world, base, depth):
                yield name
                summary = world.cls(name)
                if summary is not None:
                    yield from _sources(world, summary.members.get(attribute), depth - 1)
        case _:
            for part in symbol:
                yield from _sources(world, part, depth)
