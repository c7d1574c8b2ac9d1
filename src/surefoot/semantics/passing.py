"""What a function gives back, once it is known what it was called with."""

from __future__ import annotations

from typing import Any

from surefoot.semantics.summary import FunctionSummary, Symbol

_DEEPEST = 8


def passed(
    function: FunctionSummary,
    returned: tuple[Any, ...],
    arguments: tuple[Any, ...],
    *,
    is_bound: bool,
) -> Symbol:
    """What a call passes for the parameter that the function returns."""
    positional = [item.name for item in function.parameters if item.kind == "positional"]
    if is_bound:
        positional = positional[1:]
    for index, (keyword, symbol) in enumerate(arguments):
        if keyword in ("*", "**"):
            break
        if keyword == returned[2]:
            return symbol  # type: ignore[no-any-return]
        if keyword == "" and positional[index : index + 1] == [returned[2]]:
            return symbol  # type: ignore[no-any-return]
    return returned


def with_passed(
    function: FunctionSummary,
    instance: tuple[Any, ...],
    arguments: tuple[Any, ...],
    *,
    is_bound: bool,
) -> tuple[Any, ...]:
    """An instance that a function makes and returns: where its parameters went into the arguments
    of the constructor, those stand that the call passes, or their defaults."""
    known: dict[str, Symbol] = {}
    for item in function.parameters:
        symbol = passed(function, ("p", "", item.name), arguments, is_bound=is_bound)
        if symbol is not None and symbol[:2] == ("p", ""):
            opened = any(keyword in ("*", "**") for keyword, _ in arguments)
            symbol = item.default if item.has_default and not opened else None
        if symbol is not None:
            known[item.name] = symbol
    pairs = instance[2]
    filled = _filled(pairs, function.qualname, known, {}, 0)
    return instance if filled is pairs else (*instance[:2], filled)


def _filled(
    symbol: Any, function: str, known: dict[str, Symbol], done: dict[int, Any], depth: int
) -> Any:
    """A symbol with what is known in the place of the parameters of a function; `done` keeps what
    was looked at before, because symbols share their parts."""
    if not isinstance(symbol, tuple) or depth > _DEEPEST:
        return symbol
    if id(symbol) not in done:
        done[id(symbol)] = _new(symbol, function, known, done, depth)
    return done[id(symbol)]


def _new(
    symbol: tuple[Any, ...],
    function: str,
    known: dict[str, Symbol],
    done: dict[int, Any],
    depth: int,
) -> tuple[Any, ...]:
    if len(symbol) == 3 and symbol[0] == "p":
        owner = str(symbol[1])
        mine = owner == function or owner.endswith(f".{function}")
        return (known.get(symbol[2]) or symbol) if mine else symbol
    parts = [_filled(item, function, known, done, depth + 1) for item in symbol]
    if all(new is old for new, old in zip(parts, symbol, strict=True)):
        return symbol
    return tuple(parts)
