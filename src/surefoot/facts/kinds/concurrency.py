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
    the positional index of a keyword of `unless`. `drop_in`: the twin takes the same arguments.
    `movable` tells whether another thread can make the call instead; unless said, it can but
    for locks and databases, which may belong to their thread.
    """

    what: str
    instead: str | None = None
    unless: tuple[tuple[str, object], ...] = ()
    position: tuple[tuple[str, int], ...] = ()
    drop_in: bool = False
    movable: bool | None = None

    @property
    def can_move(self) -> bool:
        """Whether another thread can make the call instead."""
        return self.what not in ("lock", "database") if self.movable is None else self.movable


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
    """The callable starts an event loop and waits for it to end.

    `runs` tells what it is given first: a `coroutine`, or a `function` whose arguments follow;
    only where it runs that and no more on a loop of its own.
    """

    instead: str | None = None
    runs: str | None = None


@dataclass(frozen=True)
class Synchronous(Fact, key="synchronous"):
    """Instances talk to a database or a server and hold their thread while they do.

    `what` says in a word what it is. `instead` is the dotted name of an asynchronous twin.
    """

    what: str
    instead: str | None = None


@dataclass(frozen=True)
class StartsTask(Fact, key="starts-task"):
    """Each call starts work that runs beside its caller.

    The work is the coroutine at `position` or, where `called` is false, a function handed over
    uncalled, whose arguments follow it. `parameter` is the keyword of either. `held`: what
    starts it keeps it, waits for its end and raises what it raises (task groups, nurseries).
    """

    position: int = 0
    parameter: str | None = None
    called: bool = True
    held: bool = False


@dataclass(frozen=True)
class RunsTogether(Fact, key="runs-together"):
    """The callable runs all awaitables it is given at the same time.

    They are its positional arguments (`by: arguments`) or the items of the first (`by: items`).
    """

    by: str = "arguments"


@dataclass(frozen=True)
class Admits(Fact, key="admits"):
    """Instances let only so many through at once, the others wait for their turn.

    `by` is `entering` (`async with semaphore`) or `calls`: a client whose own calls wait (a
    session with a bounded pool of connections). `unless` maps keywords of the constructor
    to the literal value that lifts the limit.
    """

    by: str = "entering"
    unless: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class PoolSize(Fact, key="pool-size"):
    """The argument at `position`, or `parameter`, says how many may run at once.

    `what` says what there are so many of. `unlimited` lists the literals that mean no limit.
    """

    parameter: str
    position: int | None = 0
    what: str = "threads"
    unlimited: tuple[object, ...] = ()
