"""What test libraries check, replace and expect."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Asserts(Fact, key="asserts"):
    """The callable fails the test where something is not as expected."""

    yes: bool = True


@dataclass(frozen=True)
class ExpectsException(Fact, key="expects-exception"):
    """The callable fails the test unless an exception is raised: in the `with` block it opens,
    or by the function it is given after the exception.

    The class, or a tuple of classes, is the argument at `position` or the keyword `parameter`.
    """

    parameter: str
    position: int = 0


@dataclass(frozen=True)
class Patches(Fact, key="patches"):
    """The callable puts something else in the place of a name while a test runs.

    `by` is `path` where the argument at index 0 is the dotted path of the name, `attribute`
    where the arguments at 0 and 1 are its owner and its name. What is put there is the argument
    at `position` or the keyword `parameter`; without it a mock. `unless` are keywords with
    which the real thing, or a stand-in of the test's own, does the work.
    """

    by: str = "path"
    position: int | None = 1
    parameter: str = "new"
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mock(Fact, key="mock"):
    """Instances of the class stand in for anything, and record how they are used.

    `spec` are the keywords that tie an instance to what it stands in for, the first at index
    0; `configuration` are those that say what it does.
    """

    spec: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fixture(Fact, key="fixture"):
    """Tests get an instance of the class as a parameter of one of these names."""

    parameter: tuple[str, ...]
