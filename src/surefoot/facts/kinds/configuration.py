"""Where settings come from."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class ReadsConfiguration(Fact, key="reads-configuration"):
    """The callable reads one setting from the environment.

    `required`: raises when it is missing and no default is given. The name of the setting
    is the argument at index 0; its default the argument at `default_position` or
    the keyword `default`. `gives` is `str`, or `value` where the library converts.
    """

    required: bool = False
    default_position: int | None = 1
    default: str | None = "default"
    gives: str = "str"


@dataclass(frozen=True)
class RefusesNone(Fact, key="refuses-none"):
    """The callable cannot do its work with None in place of text.

    `effect` says what it does then: `raises TypeError`, `connects to localhost`.
    `position` is the index of the argument, `parameter` its keyword.
    """

    effect: str = "raises TypeError"
    position: int | None = 0
    parameter: str | None = None


@dataclass(frozen=True)
class Settings(Fact, key="settings"):
    """Subclasses of the class are settings models: making one reads the environment."""

    yes: bool = True
