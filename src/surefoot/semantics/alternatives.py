"""Values that may be one of several, or more than their annotation says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surefoot.semantics.values import PENDING, Value

if TYPE_CHECKING:
    from surefoot.semantics.world import World

_FIELDS = frozenset({"Field", "PrivateAttr"})


def one_of(values: list[Value], strict: bool) -> Value:
    """Return what one of several values may be taken for; strict: unknown if any of them is."""
    if PENDING in values:
        return PENDING
    known = [value for value in values if value is not None and value != ("k", None)]
    if strict:
        if None in values:
            return None
    else:
        known = [value for value in known if value[0] != "p"]
    if not known:
        return None
    first = known[0]
    if all(value == first for value in known):
        return first
    known = _without_empty(known)
    instances = [value for value in known if value[0] == "i"]
    if instances:
        known = [_generalized(value) for value in known]
        first = known[0]
        if len(instances) == 1 and all(value[1] == first[1] for value in known):
            return instances[0]
    elif len(known) == 1:
        return known[0]
    if all(value[0] == "i" and value[1] == first[1] for value in known):
        return ("i", first[1], None)
    return None


def annotated(world: World, declared: Value, value: Value) -> Value:
    """Return an annotated value: what it is, if that may be more than the annotation says."""
    if declared is None or value is None or declared == PENDING:
        return declared if declared is not None else value
    if value == PENDING or value[0] != "i" or declared[0] != "i":
        return declared
    if _is_own(world, declared[1]):
        return value if world.is_a(value[1], declared[1]) else declared
    return declared if value[1].rpartition(".")[2] in _FIELDS else value


def tested(world: World, value: Value, kind: Value) -> Value:
    """Return a value that is known to be an instance of another, too."""
    if kind is None or value == PENDING or kind == PENDING:
        return PENDING if PENDING in (value, kind) else value
    if value is None or value[0] == "p":
        return kind
    if value[0] == kind[0] == "i" and _is_own(world, kind[1]):
        return value if world.is_a(value[1], kind[1]) else kind
    return value


def _is_own(world: World, name: str) -> bool:
    """Whether a class is the project's, or a built-in one: nothing else passes for it."""
    return world.cls(name) is not None or name.startswith("builtins.")


def _generalized(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """A literal as an instance of its class."""
    match value:
        case ("k", constant):
            return ("i", f"builtins.{type(constant).__name__}", None)
        case ("d", _, _):
            return ("i", "builtins.dict", None)
    return value


def _without_empty(values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out literals that hold nothing, beside collections whose items have a type."""
    if any(value[0] == "l" for value in values):
        return [value for value in values if value != ("t", ())]
    return values
