"""Which overload of a function a call takes, where literal arguments tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surefoot.semantics.summary import Overload, Parameter, Symbol

if TYPE_CHECKING:
    from surefoot.semantics.world import World

_Pairs = tuple[tuple[str, Symbol], ...]


def choose(
    world: World, overloads: tuple[Overload, ...], arguments: _Pairs, *, is_bound: bool
) -> Overload | None:
    """Return the overload a call takes; None where more than one may be meant.

    Only what is certain counts: overloads are told apart by arguments that are constants, by
    those that are missing and by those that are too many. `is_bound` calls give no `self`.
    """
    if any(keyword in ("*", "**") or "(" in keyword for keyword, _ in arguments):
        return None
    left: list[tuple[Overload, frozenset[str]]] = []
    for overload in overloads:
        given = _assigned(overload.parameters, arguments, is_bound)
        certain = _told(world, overload, given) if given is not None else None
        if certain is not None:
            left.append((overload, certain))
    if not left:
        return None
    (first, certain), *others = left
    if all(other.returns == first.returns for other, _ in others):
        return first
    if all(_differ(first, other) <= certain for other, _ in others):
        return first
    return None


def _assigned(
    parameters: tuple[Parameter, ...], arguments: _Pairs, is_bound: bool
) -> dict[str, Symbol] | None:
    """The arguments by the names of their parameters; None where the call does not fit."""
    positional = [item for item in parameters if item.kind == "positional"][is_bound:]
    known = {item.name: item for item in parameters if "star" not in item.kind}
    kinds = {item.kind for item in parameters}
    given: dict[str, Symbol] = {}
    index = 0
    for keyword, symbol in arguments:
        if keyword == "":
            if index < len(positional):
                given[positional[index].name] = symbol
            elif "star" not in kinds:
                return None
            index += 1
        elif keyword in known:
            given[keyword] = symbol
        elif "double-star" not in kinds:
            return None
    needed = [item for item in parameters if "star" not in item.kind and not item.has_default]
    if is_bound and needed and needed[0].kind == "positional":
        needed = needed[1:]
    return given if all(item.name in given for item in needed) else None


def _told(world: World, overload: Overload, given: dict[str, Symbol]) -> frozenset[str] | None:
    """The parameters that certainly are as an overload wants them; None if one is not."""
    certain: set[str] = set()
    for item in overload.parameters:
        wanted = literals(item.annotation)
        if item.name not in given:
            certain.add(item.name)
            continue
        value = world.value(given[item.name])
        if wanted is None or value is None or value[0] != "k" or value[1] is None:
            continue
        if not any(type(each) is type(value[1]) and each == value[1] for each in wanted):
            return None
        certain.add(item.name)
    return frozenset(certain)


def literals(annotation: Symbol) -> tuple[object, ...] | None:
    """Return the values that `Literal[...]` allows; None for any other annotation."""
    if annotation is None:
        return None
    if annotation[0] == "k" and annotation[1] is not None:
        return (annotation[1],)
    if annotation[0] == "u" and all(item is not None and item[0] == "k" for item in annotation[1]):
        return tuple(item[1] for item in annotation[1])
    return None


def _differ(first: Overload, other: Overload) -> set[str]:
    """The parameters by whose annotations two overloads can be told apart."""
    one = {item.name: item.annotation for item in first.parameters}
    two = {item.name: item.annotation for item in other.parameters}
    return {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}
