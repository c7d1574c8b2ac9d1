"""What all kinds of facts have in common."""

from __future__ import annotations

from typing import ClassVar


class Fact:
    """Base of all kinds; the class keyword `key` names it in YAML."""

    key: ClassVar[str]
    kinds: ClassVar[dict[str, type[Fact]]] = {}

    def __init_subclass__(cls, *, key: str) -> None:
        if key in Fact.kinds:
            raise TypeError(f"two kinds of facts are called {key!r}")
        cls.key = key
        Fact.kinds[key] = cls
