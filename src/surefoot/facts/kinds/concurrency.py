"""What holds a thread, what must be awaited, what runs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.facts.kinds.base import Fact


@dataclass(frozen=True)
class Blocking(Fact, key="blocking"):
    """The callable holds its thread: never call it on an event loop.

    `what` is one of network, sleep, subprocess, database, file, cpu, lock, input.
    `instead` is the dotted name of an asynchronous twin. `unless` maps keywords to the
    literal value that makes the call return at once (`block: false`); `position` gives
    the positional index of a keyword of `unless`.
    """

    what: str
    instead: str | None = None
    unless: tuple[tuple[str, object], ...] = ()
    position: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Coroutine(Fact, key="coroutine"):
    """The callable must be awaited."""

    yes: bool = True


@dataclass(frozen=True)
class Offload(Fact, key="offload"):
    """The callable runs the function at `position`, or given as `parameter`, in another
    thread or process.

    `passed` tells that the function must be handed over uncalled and is awaited.
    """

    position: int = 0
    passed: bool = True
    parameter: str | None = None


@dataclass(frozen=True)
class RunsEventLoop(Fact, key="runs-event-loop"):
    """The callable starts an event loop and waits for it to end."""

    instead: str | None = None


@dataclass(frozen=True)
class Synchronous(Fact, key="synchronous"):
    """Instances talk to a database or a server and hold their thread while they do.

    `what` says in a word what it is. `instead` is the dotted name of an asynchronous twin.
    """

    what: str
    instead: str | None = None
