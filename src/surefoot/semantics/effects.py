"""What a call does outside its process: it waits for another one, or changes the disk."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import ChangesDisk
from surefoot.semantics.call import Call
from surefoot.semantics.loops import blocking

_SENDS = {
    "database": "asks the database",
    "network": "talks to another service",
    "subprocess": "runs another program",
}
_STATEMENT = re.compile(r"\s*(select|insert|update|delete|with)\s", re.IGNORECASE)
_ASKS = frozenset(
    {
        "execute",
        "executemany",
        "fetch",
        "fetchall",
        "fetchone",
        "fetchrow",
        "fetchval",
        "query",
        "query_one",
    }
)


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
    return (
        mode is not None
        and isinstance(mode[0], str)
        and not {"w", "a", "x", "+"}.isdisjoint(mode[0])
    )


def asks_in_sql(node: cst.Call, given: tuple[object] | None) -> bool:
    """Whether a method of something unknown is given a statement in SQL, as databases are."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _ASKS:
        return False
    return given is not None and _STATEMENT.match(str(given[0])) is not None
