"""What opening a resource obliges to, and what it costs not to close it."""

from __future__ import annotations

from surefoot.facts.kinds import Resource
from surefoot.model import Severity
from surefoot.semantics.call import Call

_LIFELONG = frozenset({"client", "executor", "loop"})
_DETACHED = ("start_new_session", "preexec_fn", "creationflags", "process_group")
_LENT = frozenset({"connection_pool", "fileobj", "pool", "poolclass"})
_RESPONDERS = ("urlopen", "OpenerDirector.open")
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})


def must_be_closed(call: Call, fact: Resource) -> bool:
    """Whether people close such a thing, and this one is not meant to outlive its maker."""
    if fact.what == "directory" or (fact.what in _LIFELONG and fact.long_lived):
        return False
    arguments = call.arguments
    if _LENT & arguments.keywords.keys():
        return False
    first = arguments.get((), 0)
    if isinstance(first, tuple) and first[0] == "i" and first[1] in _IN_MEMORY:
        return False
    return not (fact.what == "process" and arguments.has(_DETACHED))


def entered_by(fact: Resource) -> str | None:
    """How to enter it so that leaving closes it; None for what waits, or is meant to live."""
    if fact.long_lived or fact.what in ("process", "stack", *_LIFELONG):
        return None
    if fact.context in ("with", "both"):
        return "with"
    return "closing" if fact.context == "none" and fact.close[:1] == ("close",) else None


def is_light(call: Call, fact: Resource) -> bool:
    """Whether forgetting to close it wastes connections, and no more."""
    if call.shown.endswith(_RESPONDERS):
        return True  # closes itself at the end of the body
    return fact.long_lived and fact.context != "async with"


def severity_of(light: bool, busy: bool) -> Severity:
    """How bad it is not to close it; `busy` where that happens again and again."""
    if light:
        return Severity.WARNING if busy else Severity.INFO
    return Severity.ERROR if busy else Severity.WARNING


def said(shown: str, what: str, name: str | None, long_lived: bool) -> str:
    """What happens to what the call `shown` opens, bound to `name`, if nobody closes it."""
    if long_lived and what != "socket":
        return (
            f"every call makes a new {what} with `{shown}` and never closes it: what it has "
            "connected stays open until it is garbage-collected, and the next call connects anew"
        )
    subject = f"`{name}`, the {what} from `{shown}`," if name else f"the {what} from `{shown}`"
    if shown.endswith(_RESPONDERS):
        return f"{subject} is never closed and holds its socket unless all of it is read"
    return f"{subject} is never closed and stays open until it is garbage-collected"
