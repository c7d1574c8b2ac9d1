"""Which functions are workers: endless loops that take work, and run in a process of their own
or a thread, or are what the program is there for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from surefoot.facts.kinds import Blocking, TakesWork
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.loops import blocking
from surefoot.semantics.summary import At

WORKER = "worker"
_STARTS = frozenset({"thread-target", "cli", "startup", "job"})
_DEEPEST = 4


def takes_work(call: LinkedCall) -> bool:
    """Whether a call, in an endless loop, waits for the next piece of work."""
    fact = call.fact(TakesWork)
    if fact is None or fact.by != "call" or At.ENDLESS not in call.at or At.LAMBDA in call.at:
        return False
    if At.RETURNED in call.at or not call.function:
        return False
    return Blocking not in call.facts or blocking(call) is not None


def is_reached(
    function: str, callers: Mapping[str, Iterable[LinkedCall]], roles: Mapping[str, set[str]]
) -> bool:
    """Whether a thread, a command or the program itself comes to run a function."""
    reached = [function]
    seen = {function}
    for _ in range(_DEEPEST + 1):
        further: list[str] = []
        for name in reached:
            if roles.get(name, set()) & _STARTS:
                return True
            for call in callers.get(name, ()):
                if not call.function:
                    return True
                caller = f"{call.module}.{call.function}" if call.module else call.function
                if caller not in seen:
                    seen.add(caller)
                    further.append(caller)
        reached = further
    return False
