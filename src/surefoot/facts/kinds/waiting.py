"""What callables wait for, and what bounds the wait."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Timeout(Fact, key="timeout"):
    """The callable waits for something outside the process.

    `parameter` names the keywords any of which bounds the wait; empty: it cannot be
    bounded by an argument. `position` is the index of the first of them among the
    positional arguments (without `self`). `default` is the bound in seconds when none
    is given; `None` is for ever. `constructor` names keywords of the receiver's
    constructor that bound its calls as well. `unless` names keywords that may bound it
    in ways not seen here (a transport, a config object); `connection_string` the keyword,
    at index 0, of a text that may hold it. `wait` tells network waits
    from waits for a child process (`subprocess`) or for another thread (`thread`).
    `socket_default`: obeys `socket.setdefaulttimeout`. `forever` lists the literal
    arguments that mean no bound. `peer`: the keyword, at index 0, of whom to connect to;
    without it a constructor connects only later. `made_with` is the class of what is passed
    where a number is not, or no longer, taken.
    """

    parameter: tuple[str, ...] = ()
    position: int | None = None
    default: float | None = None
    constructor: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    connection_string: str | None = None
    wait: str = "network"
    socket_default: bool = False
    forever: tuple[object, ...] = (None,)
    peer: str | None = None
    made_with: str | None = None


@dataclass(frozen=True)
class SetsSocketTimeout(Fact, key="sets-socket-timeout"):
    """The callable sets the timeout of all sockets made from then on."""

    yes: bool = True


@dataclass(frozen=True)
class TimeoutValue(Fact, key="timeout-value"):
    """A class whose instances are timeouts (`httpx.Timeout`, `aiohttp.ClientTimeout`).

    `total` is the parameter for the whole, `position` its index among the positional
    arguments, `legs` those for connecting, reading and so on. `overall`: the total bounds
    everything whatever the legs say, and is None when it is not given; otherwise it is
    only the default of each leg.
    """

    total: str
    position: int | None = 0
    legs: tuple[str, ...] = ()
    overall: bool = True


@dataclass(frozen=True)
class IgnoredAttribute(Fact, key="ignores-attributes"):
    """Assigning these attributes of an instance has no effect (`Session.timeout = 5`)."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Deadline(Fact, key="deadline"):
    """The callable bounds the time of what runs in it.

    `by` is `context` (a `with` block) or `argument` (the awaitable at index 0).
    `parameter` and `position` are those of the bound; literal None is no bound. `absolute`: the
    bound is a time of the clock, not the seconds until then.
    """

    by: str = "context"
    parameter: str | None = None
    position: int | None = 0
    absolute: bool = False


@dataclass(frozen=True)
class Connects(Fact, key="connects"):
    """The method connects the object it is called on to the peer at index 0, and waits as long
    as the object has been told: unless it was, for as long as the system tries to connect, and
    for ever whenever it is read.

    `told_by` names the methods that tell it, or hand it to what may; `forever` lists the
    literal arguments of those that tell it to wait for ever. `reads` names those that read,
    `sends` those that send.
    `options` are names whose mention shows that it is told in another way, or connects to
    itself. `made_with` are the arguments with which the object connects to another machine and
    waits for it; with others it may do neither.
    """

    told_by: tuple[str, ...]
    reads: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    forever: tuple[object, ...] = ()
    options: tuple[str, ...] = ()
    made_with: tuple[str, ...] = ()
