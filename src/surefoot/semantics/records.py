"""What a handler leaves in the log about the exception it caught, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Reports
from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    Response,
    gives_traceback,
    inside,
    is_logger,
    response_to_call,
)

_LEVELS = {
    "trace": 0,
    "debug": 1,
    "info": 2,
    "warning": 3,
    "warn": 3,
    "error": 4,
    "critical": 5,
    "fatal": 5,
    "exception": 5,
}
DEBUG = 1
WARNING = 3
_TOLD = Response.RAISES | Response.REPORTS | Response.KEEPS
_OTHERWISE = Response.RECORDS | Response.SUBSTITUTES | Response.ACTS


class Records(NamedTuple):
    """The calls of a logger in a handler, with the highest level among them (see `_LEVELS`).

    `has_traceback`: one of them records it. `mentions`: one of them records the exception
    itself. `acts`: something else is done as well, of which the exception is no part.
    """

    calls: tuple[cst.Call, ...]
    level: int
    has_traceback: bool
    mentions: bool
    acts: bool


def records(file: File, handler: cst.ExceptHandler) -> Records | None:
    """Return what a handler records; None where it does not, or tells somebody otherwise too."""
    name = handler.name.name if handler.name is not None else None
    exception = name.value if isinstance(name, cst.Name) else None
    calls: list[cst.Call] = []
    level = -1
    traceback = mentions = acts = False
    within: set[cst.CSTNode] = set()
    for node in inside([handler.body]):
        if node in within:
            mentions = mentions or (isinstance(node, cst.Name) and node.value == exception)
            continue
        match node:
            case cst.Raise() | cst.Yield():
                return None
            case cst.Name(value=value) if value == exception:
                return None
            case cst.FunctionDef() | cst.Lambda() | cst.AugAssign():
                acts = True
            case cst.Call():
                found = level_of(file, node)
                if found is None:
                    response = response_to_call(file, node)
                    if response & _TOLD:
                        return None
                    acts = acts or bool(response & _OTHERWISE)
                    continue
                calls.append(node)
                level = max(level, found)
                within.update(inside(list(node.args)))
                traceback = traceback or has_traceback(file, node)
    return Records(tuple(calls), level, traceback, mentions, acts) if calls else None


def level_of(file: File, node: cst.Call) -> int | None:
    """The level of a record; None for any other call, and for a level that is not known."""
    match node.func:
        case cst.Attribute(value=receiver, attr=cst.Name(value=method)) if method in _LEVELS:
            if is_logger(receiver):
                return _LEVELS[method]
        case cst.Attribute(value=receiver, attr=cst.Name(value="log")) if node.args:
            if is_logger(receiver):
                owner, _, level = (file.name(node.args[0].value) or "").rpartition(".")
                return _LEVELS.get(level.lower()) if owner == "logging" else None
    fact = file.call(node).fact(Reports)
    return _LEVELS.get(fact.level) if fact is not None else None


def has_traceback(file: File, node: cst.Call) -> bool:
    """Whether a record holds the traceback of the exception that is being handled."""
    if isinstance(node.func, cst.Attribute) and node.func.attr.value == "exception":
        return True
    if isinstance(node.func, cst.Name) and node.func.value == "exception":
        return True
    fact = file.call(node).fact(Reports)
    if fact is not None and fact.level == "exception":
        return True
    return gives_traceback(node) or any(
        isinstance(item, cst.Call) and (file.call(item).name or "").startswith("traceback.")
        for item in inside(list(node.args))
    )
