"""What callables give, and what their instances hold."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Returns(Fact, key="returns"):
    """The callable gives an instance of the class `type`."""

    type: str


@dataclass(frozen=True)
class Enters(Fact, key="enters"):
    """`with value as target` binds an instance of `type`, where that is not the value itself."""

    type: str


@dataclass(frozen=True)
class Attributes(Fact, key="attributes"):
    """Instances of the class have these attributes: pairs of name and class."""

    types: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Generic(Fact, key="generic"):
    """The class takes type parameters; a type checker knows nothing of it without them."""

    example: str
