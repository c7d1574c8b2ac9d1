"""Failures that are told quietly: in an answer, in a future, by a code."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class PartialFailure(Fact, key="partial-failure"):
    """The callable may fail for some of what it is given, and does not raise then.

    `what` names those that failed, in a few words. `told_in` are the keys or attributes of
    the answer any of which tells of them, or the index of an item of a tuple.
    `form` is `answer` where they stand in part of the answer, `errors` where the answer is
    the list of them, `mixed` where exceptions stand between the results, `lazy` where
    nothing is done before the answer is iterated.
    `only_if` maps keywords to the literal under which this holds. `made_for` maps a
    keyword of the client's factory, at index 0, to the literal that says which client.
    """

    what: str
    told_in: tuple[str, ...] = ()
    form: str = "answer"
    only_if: tuple[tuple[str, object], ...] = ()
    made_for: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class KeepsFailure(Fact, key="keeps-failure"):
    """The callable starts work whose failure is kept in what it returns, and told nowhere else.

    The function that does the work stands at `position` or is given as `parameter`; neither
    where the library does it. `told_by` names keywords for a function that is told of
    failures. `iterated`: the failure comes out only where the result is iterated.
    `logged`: when nobody asked for it until it is garbage-collected, it is logged then.
    """

    position: int | None = 0
    parameter: str | None = None
    told_by: tuple[str, ...] = ()
    iterated: bool = False
    logged: bool = False


@dataclass(frozen=True)
class FailureCode(Fact, key="failure-code"):
    """Instances of the exception class tell what failed other than in their text.

    `attribute` is the way to it from the exception: `errno`, `response.status_code`.
    """

    attribute: str


@dataclass(frozen=True)
class InputOutputFailure(Fact, key="io-failure"):
    """The exception class tells that something outside the process could not be reached, read
    or written, whatever the reason."""

    yes: bool = True
