"""Calls that change something outside of the process."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import NamedTuple

from surefoot.facts.kinds import Mutates
from surefoot.semantics.call import Call

_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_WRITING_MODE = re.compile(r"[wax+]")
_CHANGES = re.compile(
    r"(?is)\s*(insert|update|delete|drop|alter|truncate|create|replace|merge|grant|revoke)\b"
)
_DESTROYS = re.compile(r"(?is)\s*(drop|truncate)\b|\s*delete\b(?!.*\bwhere\b)")


class Mutation(NamedTuple):
    """What a call changes: `what` in a verb phrase, `where` in a word (service, database,
    files, tree).

    `destroys`: what was there is gone afterwards.
    """

    what: str
    where: str
    destroys: bool


def mutation_of(call: Call) -> Mutation | None:
    """Return what a call changes for certain; None where it changes nothing, or may not."""
    fact = call.fact(Mutates)
    if fact is None:
        return None
    destroys = fact.destroys
    if fact.names or fact.destroying:
        method = (call.name or "").rpartition(".")[2]
        sort = _sort(fact, method)
        if sort is None:
            return None
        destroys = sort
    if fact.simulated_by and call.arguments.has(fact.simulated_by):
        return None
    if fact.mode is not None:
        mode = call.arguments.constant("mode", fact.mode)
        if mode is None or _WRITING_MODE.search(str(mode[0])) is None:
            return None
    if fact.method is not None:
        method_given = call.arguments.constant("method", fact.method)
        if method_given is None or str(method_given[0]).upper() in _READING:
            return None
        destroys = str(method_given[0]).upper() == "DELETE"
    if fact.statement is not None:
        statement = call.arguments.constant((), fact.statement)
        if statement is None or _CHANGES.match(str(statement[0])) is None:
            return None
        destroys = _DESTROYS.match(str(statement[0])) is not None
    return Mutation(fact.what, fact.where, destroys)


@lru_cache(maxsize=4096)
def _sort(fact: Mutates, method: str) -> bool | None:
    """Whether a method, by its name, destroys; None where it changes nothing."""
    if any(fnmatchcase(method, pattern) for pattern in fact.harmless):
        return None
    if any(fnmatchcase(method, pattern) for pattern in fact.destroying):
        return True
    return False if any(fnmatchcase(method, pattern) for pattern in fact.names) else None
