"""Symbols with how deep they are: those too deep are given up."""

from __future__ import annotations

from surefoot.semantics.summary import Symbol


def wrap(kind: str, symbol: Symbol, depth: int) -> tuple[Symbol, int]:
    """Return the symbol of something made of another one; None for that of nothing."""
    return ((kind, symbol), depth + 1) if symbol is not None else (None, 0)


def either_known(declared: Symbol, value: Symbol) -> Symbol:
    """Return the symbol of a value that is annotated, where one of the two is known."""
    if declared is None or value is None:
        return declared if value is None else value
    return ("A", declared, value)


def union(parts: list[tuple[Symbol, int]], strict: bool) -> tuple[Symbol, int]:
    """Return the symbol of one of several values, given with their depths.

    `strict` unions are unknown as soon as one part is; None beside other values is dropped,
    because a variable that is None at first is used when it is not.
    """
    symbols: list[Symbol] = []
    for symbol, _ in parts:
        if symbol == ("k", None) and len(parts) > 1:
            continue
        if symbol not in symbols:
            symbols.append(symbol)
    if not strict:
        symbols = [symbol for symbol in symbols if symbol is not None]
    if not symbols:
        none = bool(parts) and all(symbol == ("k", None) for symbol, _ in parts)
        return (("k", None), 1) if none else (None, 0)
    if len(symbols) == 1:
        return symbols[0], max(depth for _, depth in parts)
    if None in symbols:
        return None, 0
    return ("u", tuple(symbols), strict), max(depth for _, depth in parts) + 1
