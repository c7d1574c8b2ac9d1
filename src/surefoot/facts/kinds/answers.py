"""What peers answer, and how clients tell of it."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class FailsOnStatus(Fact, key="fails-on-status"):
    """The call raises `error` for every answer of status 400 and above."""

    error: str


@dataclass(frozen=True)
class MayLack(Fact, key="may-lack", of_calls=False):
    """An exception that has these attributes for some failures only: for others they are None,
    or, with `absent`, not there at all."""

    attributes: tuple[str, ...]
    absent: bool = False


@dataclass(frozen=True)
class Permanent(Fact, key="permanent", of_calls=False):
    """An exception that the same work raises again each time it is done.

    `why` completes "it means". `sure` is false where code that computes something else each
    time, or a peer that answers badly once, raises it too.
    """

    why: str
    sure: bool = True


@dataclass(frozen=True)
class RetriedStatuses(Fact, key="retries-statuses"):
    """A policy or client that tries again for the statuses in `parameter`."""

    parameter: str
    position: int | None = None


@dataclass(frozen=True)
class ObeysRetryAfter(Fact, key="obeys-retry-after"):
    """A policy that waits as long as the header `Retry-After` says, unless the keyword
    `parameter` is false."""

    parameter: str


@dataclass(frozen=True)
class RateLimited(Fact, key="rate-limited", of_calls=False):
    """An exception that says that the peer has had too many calls; `tells` is the attribute
    where the time to wait stands."""

    tells: str


@dataclass(frozen=True)
class Pauses(Fact, key="pauses"):
    """A call that only waits, for the seconds at `position` or in `parameter`."""

    position: int = 0
    parameter: str | None = None


@dataclass(frozen=True)
class HttpAnswer(Fact, key="http-answer"):
    """The callable sends a request and gives what the server answers, whatever its status.

    `status` names the attributes and methods of the answer that tell the status, or raise for
    a bad one; `body` those that give its content. `checked_by` names keywords of the call that may
    look at the status, `constructor` those of the client; `hooks` are attributes of the client
    that hold functions for its answers. `sends`: the request changes
    something, `yes` or `no`, or `method` where the argument at index 0 tells.
    """

    status: tuple[str, ...]
    body: tuple[str, ...]
    checked_by: tuple[str, ...] = ()
    constructor: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    sends: str = "no"
