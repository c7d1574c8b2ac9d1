"""What all kinds of facts have in common."""

from __future__ import annotations

from typing import ClassVar


class Fact:
    """Base of all kinds; the class keyword `key` names it in YAML.

    `of_calls` is false for kinds that are looked up by the name of a class only: for their sake
    no call need be kept for the linker.
    """

    key: ClassVar[str]
    of_calls: ClassVar[bool] = True
    kinds: ClassVar[dict[str, type[Fact]]] = {}

    def __init_subclass__(cls, *, key: str, of_calls: bool = True) -> None:
        if key in Fact.kinds:
            raise TypeError(f"two kinds of facts are called {key!r}")
        cls.key = key
        cls.of_calls = of_calls
        Fact.kinds[key] = cls
