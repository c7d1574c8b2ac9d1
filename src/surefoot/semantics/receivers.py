"""What methods and attributes mean for the class they are reached by."""

from __future__ import annotations

from typing import Any

from surefoot.semantics.summary import Symbol


class Receivers:
    """Symbols of a class as they are for the classes that inherit from it.

    A class method that returns `cls()` gives an instance of the class it is called on, and a
    method that returns `self` the object itself. Where a symbol stands in its class, `cls`,
    `Self` and the type of `self` are `("C", class)`; here they become the class it is
    reached by. What `super()` makes is of that class, too.
    """

    def __init__(self) -> None:
        self._open: dict[int, tuple[Symbol, bool]] = {}
        self._known: dict[tuple[int, str, str], tuple[Symbol, Symbol]] = {}

    def seen_from(self, symbol: Symbol, owner: str, kind: str) -> Symbol:
        """Return a symbol of the class `owner` as it is for `kind`, which inherits from it."""
        if symbol is None or kind == owner or not self._is_open(symbol):
            return symbol
        key = (id(symbol), owner, kind)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (symbol, self._replaced(symbol, owner, kind))
        return known[1]

    def _is_open(self, symbol: tuple[Any, ...]) -> bool:
        """Whether a symbol depends on the class it is reached by."""
        known = self._open.get(id(symbol))
        if known is None:
            found = _is_receiver(symbol) or any(
                item.__class__ is tuple and self._is_open(item) for item in symbol
            )
            known = self._open[id(symbol)] = (symbol, found)
        return known[1]

    def _replaced(self, symbol: tuple[Any, ...], owner: str, kind: str) -> tuple[Any, ...]:
        if _is_receiver(symbol):
            if symbol[1] != owner:
                return symbol
            return ("n", kind) if symbol[0] == "C" else ("s", owner, kind)
        return tuple(
            self.seen_from(item, owner, kind) if item.__class__ is tuple else item
            for item in symbol
        )


def _is_receiver(symbol: tuple[Any, ...]) -> bool:
    return len(symbol) == 2 and symbol[0] in ("C", "s") and symbol[1].__class__ is str
