"""Decorators that leave what a function does as it is."""

from __future__ import annotations

from surefoot.facts.kinds import Retry
from surefoot.semantics.summary import Symbol
from surefoot.semantics.world import World

_NEUTRAL = frozenset(
    {
        "builtins.classmethod",
        "builtins.property",
        "builtins.staticmethod",
        "contextlib.contextmanager",
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
        "functools.wraps",
        "typing.final",
        "typing.no_type_check",
        "typing.override",
        "typing_extensions.deprecated",
        "typing_extensions.final",
        "typing_extensions.override",
        "warnings.deprecated",
    }
)


def is_neutral(world: World, decorator: Symbol) -> bool:
    """Whether a call of a function so decorated runs the function, in the thread of the
    caller, as if the decorator were not there; false for decorators nothing is known of."""
    name = world.target(decorator)
    return name is not None and (name in _NEUTRAL or world.fact(Retry, name) is not None)
