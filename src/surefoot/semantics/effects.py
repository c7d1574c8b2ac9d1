"""What a call does outside its process: it waits for another one, or changes the disk."""

from __future__ import annotations

import re

from surefoot.facts.kinds import ChangesDisk
from surefoot.semantics.call import Call
from surefoot.semantics.loops import blocking
from surefoot.semantics.summary import At, Symbol

_SENDS = {
    "database": "asks the database",
    "network": "talks to another service",
    "subprocess": "runs another program",
}
_STATEMENT = re.compile(r"\s*(select|insert|update|delete|with)\s", re.IGNORECASE)
_ASKS = frozenset({"execute", "executemany", "fetch", "fetchall", "fetchone", "fetchrow", "fetchval", "query", "query_one"})


def reaches_out(call: Call) -> str | None:
    """Say what a call does that waits for another process; None for any other call."""
    fact = blocking(call)
    return _SENDS.get(fact.what) if fact is not None else None


def changes_disk(call: Call) -> bool:
    """Whether a call makes, writes or removes something on the disk."""
    fact = call.fact(ChangesDisk)
    if fact is None:
        return False
    if fact.mode is None:
        return True
    mode = call.arguments.constant(fact.mode, fact.mode_position)
    return mode is not None and isinstance(mode[0], str) and not {"w", "a", "x", "+"}.isdisjoint(mode[0])


def asks_in_sql(call: Call, symbol: Symbol) -> bool:
    """Whether a method of something unknown is given a statement in SQL, as databases are."""
    if symbol is None or symbol[0] != "c" or symbol[1] is None or symbol[1][0] != "a":
        return False
    if symbol[1][2] not in _ASKS or At.AWAITED in call.at:
        return False
    text = call.arguments.constant((), 0)
    return text is not None and _STATEMENT.match(str(text[0])) is not None


