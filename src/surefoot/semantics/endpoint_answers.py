"""What an endpoint answers with: what it declares, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Answers
from surefoot.semantics.call import Arguments, Given
from surefoot.semantics.file import File
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

_OPEN = frozenset({"Any", "Dict", "Mapping", "dict", "object"})
_HOLDING = _OPEN | {"Iterable", "List", "Optional", "Sequence", "list"}
_NAMES = (cst.Name, cst.Attribute, cst.Subscript, cst.BinaryOperation)


def endpoint_decorators(file: File, function: cst.FunctionDef) -> tuple[Symbol, ...]:
    """Return the decorators that make a function an endpoint, or may do so, as symbols."""
    return tuple(
        file.symbol(item.decorator)
        for item in function.decorators
        if isinstance(item.decorator, cst.Call) and _makes_answers(file, item.decorator)
    )


def _makes_answers(file: File, decorator: cst.Call) -> bool:
    """Whether a decorator makes answers, or is a method of something in another module that is
    given a path."""
    callee = file.value(decorator.func)
    if callee is None or not decorator.args:
        return False
    if callee == PENDING:
        path = decorator.args[0].value
        return isinstance(decorator.func, cst.Attribute) and isinstance(path, cst.SimpleString)
    return callee[0] in ("n", "m") and file.world.fact(Answers, callee[1]) is not None


def models(file: File, function: cst.FunctionDef) -> tuple[tuple[str, Symbol], ...]:
    """Return what the keywords of the decorators of a function name as types."""
    scope = file.scope(function)
    return tuple(
        (argument.keyword.value, file.symbols.annotation(argument.value, scope)[0])
        for item in function.decorators
        if isinstance(item.decorator, cst.Call)
        for argument in item.decorator.args
        if argument.keyword is not None and isinstance(argument.value, _NAMES)
    )


def answers(world: World, decorators: object) -> tuple[Answers, Arguments] | None:
    """Return how one of the decorators makes the answer, with its arguments."""
    assert isinstance(decorators, Sequence)
    for symbol in decorators:
        name = world.target(symbol)
        fact = world.fact(Answers, name) if name is not None else None
        if fact is not None:
            return fact, Arguments(symbol[2], world)
    return None


def is_narrowed(fact: Answers, given: Arguments) -> bool:
    """Whether an endpoint leaves out some of the fields by keywords of its own."""
    return any(given.has(keyword) for keyword in fact.narrowed_by)


def declared(
    world: World, fact: Answers, given: Arguments, named: Any, annotation: Symbol, annotated: bool
) -> tuple[Value] | None:
    """Return what an endpoint declares that its answer holds, in a tuple of one; None where it
    declares nothing, so that whatever it returns is the answer."""
    for keyword in fact.model:
        symbol = given.symbol(keyword)
        if symbol is Given.MAYBE:
            return (None,)
        if symbol == ("k", None):
            return None
        if symbol is not Given.ABSENT:
            return (world.value(dict(named).get(keyword)),)
    if annotated and fact.annotated:
        return (world.value(annotation),)
    return None


def promise_of(file: File, function: cst.FunctionDef) -> tuple[object, ...]:
    """Return, as plain data for the linker, what a function declares as an endpoint: its name,
    its decorators, the types they name, and its return annotation."""
    annotation = None
    if function.returns is not None:
        outer = file.scope(function)
        annotation = file.symbols.annotation(function.returns.annotation, outer)[0]
    return (
        function.name.value,
        file.once(endpoint_decorators, function),
        models(file, function),
        annotation,
        function.returns is not None and not _says_nothing(function.returns.annotation),
    )


def _says_nothing(annotation: cst.BaseExpression) -> bool:
    """Whether an annotation leaves open what an answer holds: `Any`, `dict`, a list of these."""
    match annotation:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in _OPEN
        case cst.Subscript(
            value=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)),
            slice=[*_, cst.SubscriptElement(slice=cst.Index(value=last))],
        ):
            return name in _HOLDING and _says_nothing(last)
    return False
