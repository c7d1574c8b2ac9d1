"""What holds up an event loop, and who has a loop to himself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from surefoot.facts.kinds import Blocking
from surefoot.semantics.call import Call, Given
from surefoot.semantics.summary import At

STARTS_TASKS = frozenset(
    {
        "asyncio.AbstractEventLoop.create_task",
        "asyncio.TaskGroup.create_task",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.gather",
        "asyncio.start_server",
        "asyncio.start_unix_server",
        "asyncio.wait",
        "asyncio.as_completed",
        "anyio.create_task_group",
        "trio.open_nursery",
    }
)
"""Callables after which more than one task runs on the loop."""

ASKS_FOR_LOOP = frozenset(
    {
        "asyncio.AbstractEventLoop.is_running",
        "asyncio.current_task",
        "asyncio.get_running_loop",
        "asyncio._get_running_loop",
        "nest_asyncio.apply",
        "sniffio.current_async_library",
        "threading.main_thread",
        "threading.current_thread",
        "threading.get_ident",
    }
)
"""Callables by which a function finds out whether it runs on a loop."""

FORKS = frozenset({"os.fork", "os.forkpty", "pty.fork"})
"""Callables after which the rest of a function runs in a second process too."""

_WAITS = {
    "network": "until the other side answers",
    "sleep": "while it sleeps",
    "subprocess": "until the child process is done",
    "database": "until the database answers",
    "file": "until the disk has answered",
    "cpu": "while it computes",
    "lock": "until another thread lets it go on",
    "input": "until somebody types",
}

_SCRIPT = re.compile(
    r"(^|/)_?(cli|scripts?|examples?|samples?|demos?|docs?|benchmarks?)/|(^|/|_)(cli|__main__)\.py$"
)
_START_UP = re.compile(r"_*(async_|a)?(on_)?(start_?up|lifespan|initiali[sz]e|bootstrap)")


def blocking(call: Call) -> Blocking | None:
    """Return how a call holds its thread; None where its arguments, or its object, make it
    return at once."""
    fact = call.fact(Blocking)
    if fact is None or At.AWAITED in call.at:
        return None
    if fact.what == "network" and At.PROMPT in call.at:
        return None
    positions = dict(fact.position)
    for keyword, at_once in fact.unless:
        given = call.arguments.get(keyword, positions.get(keyword))
        if given is Given.MAYBE:
            return None
        if isinstance(given, Given):
            continue
        if given is not None and given[0] == "k":
            if given[1] is not None and given[1] == at_once:
                return None
        elif isinstance(at_once, bool):
            return None
    return fact


def how_long(fact: Blocking) -> str:
    """Say in words what ends the wait of a blocking call."""
    return _WAITS.get(fact.what, "until it is done")


def is_script(path: str) -> bool:
    """Whether a file, by where it stands, is run from a command line and by nobody else."""
    return _SCRIPT.search(path) is not None


def is_apart(function: str) -> bool:
    """Whether a coroutine function, by its name, runs before anybody else uses the loop,
    or, in a class that is a thread, on a loop of its own."""
    owner, _, name = function.rpartition(".")
    return _START_UP.fullmatch(name) is not None or owner.endswith("Thread")


def has_loop_to_itself(callers: Iterable[Call], calls: Iterable[Call]) -> bool:
    """Whether a coroutine function is run by a script's main guard alone and starts no
    other task, told from the calls of it and the calls in it."""
    guarded = [At.MAIN_GUARD in call.at for call in callers]
    return bool(guarded) and all(guarded) and not any(call.name in STARTS_TASKS for call in calls)
