"""Loops that go on as long as there is work: those of workers."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import TakesWork
from surefoot.semantics.summary import Symbol
from surefoot.semantics.symbols import Symbols
from surefoot.semantics.values import Value
from surefoot.semantics.world import World

_EVENTS = (
    "threading.Event.is_set",
    "asyncio.Event.is_set",
    "multiprocessing.synchronize.Event.is_set",
)


def is_endless(node: cst.CSTNode, symbols: Symbols, world: World) -> bool:
    """Whether a loop goes on until it is told to stop: `while True`, while a flag or an event
    says so, or over all work that comes."""
    if isinstance(node, cst.While):
        return _holds(node.test, symbols, world) and not _leaves(node.body)
    return isinstance(node, cst.For) and is_stream(world, symbols.of(node.iter))


def _holds(test: cst.BaseExpression, symbols: Symbols, world: World) -> bool:
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        test = test.expression
    elif isinstance(test, cst.Integer):
        return test.value != "0"
    symbol = symbols.of(test)
    if isinstance(test, cst.Call):
        return world.target(symbol) in _EVENTS
    return _is_flag(world, _member(world, symbol))


def _member(world: World, symbol: Symbol) -> Symbol:
    """What the class keeps in an attribute of `self`, where the symbol is one."""
    if symbol is not None and symbol[0] == "a":
        owner = world.value(symbol[1])
        cls = world.cls(owner[1]) if owner is not None and owner[0] == "i" else None
        if cls is not None and symbol[2] in cls.members:
            return cls.members[symbol[2]]
    return symbol


def _is_flag(world: World, symbol: Symbol) -> bool:
    """Whether a value is True or False, and nothing else."""
    if symbol is not None and symbol[0] == "u":
        return all(_is_flag(world, item) for item in symbol[1])
    value = world.value(symbol)
    if value is None:
        return False
    return value[:2] == ("i", "builtins.bool") or (value[0] == "k" and value[1] in (True, False))


def _leaves(body: cst.BaseSuite) -> bool:
    """Whether a loop ends once its work has been done without a failure."""
    last: cst.CSTNode | None = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Return() | cst.Break():
            return True
        case cst.With(body=inner):
            return _leaves(inner)
        case cst.Try(body=inner, orelse=orelse):
            return _leaves(inner) or (orelse is not None and _leaves(orelse.body))
    return False


def is_stream(world: World, symbol: Symbol) -> bool:
    """Whether iterating over a value takes work: over a consumer, or `iter(queue.get, END)`."""
    if symbol is None:
        return False
    if symbol[0] == "c" and world.target(symbol) == "builtins.iter" and len(symbol[2]) == 2:
        return _fact(world, world.value(symbol[2][0][1]), "call")
    if symbol[0] == "c" and _fact(world, world.value(symbol[1]), "iterate"):
        return True
    value = world.value(symbol)
    return value is not None and value[0] == "i" and _fact(world, value, "iterate")


def _fact(world: World, value: Value, by: str) -> bool:
    if value is None or value[0] not in ("n", "m", "i"):
        return False
    fact = world.fact(TakesWork, value[1])
    return fact is not None and fact.by == by
