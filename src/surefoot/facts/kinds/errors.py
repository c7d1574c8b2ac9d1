"""Where failures are told, swallowed or final."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Reports(Fact, key="reports"):
    """The callable records a failure for people to see.

    `level` is the severity of the record (exception, critical, error, warning, info, debug).
    """

    level: str


@dataclass(frozen=True)
class NoReturn(Fact, key="no-return"):
    """The callable never returns."""

    yes: bool = True


@dataclass(frozen=True)
class Raises(Fact, key="raises"):
    """The callable raises these exception classes when what it is there for fails."""

    classes: tuple[str, ...]


@dataclass(frozen=True)
class Reraises(Fact, key="reraises"):
    """As a context manager in a handler, the callable raises at its end what was caught."""

    yes: bool = True


@dataclass(frozen=True)
class Suppresses(Fact, key="suppresses"):
    """As a context manager, the callable swallows the exception classes it is given."""

    yes: bool = True


@dataclass(frozen=True)
class ForPeople(Fact, key="for-people", of_calls=False):
    """An exception that what runs the code turns into an answer or a message, or into the end
    of the process: it is raised to speak to somebody, who sees no traceback."""

    yes: bool = True
