"""What calling a value gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surefoot.facts.kinds import (
    Attributes,
    BuiltInRetries,
    Coroutine,
    Resource,
    Retry,
    RetryPart,
    Returns,
    Settings,
    TimeoutValue,
)
from surefoot.semantics.depths import either_known
from surefoot.semantics.overloads import choose
from surefoot.semantics.passing import passed, with_passed
from surefoot.semantics.queries import found
from surefoot.semantics.results import result
from surefoot.semantics.summary import HOLDERS, MAKER, FunctionSummary, Symbol
from surefoot.semantics.values import PENDING, Value

if TYPE_CHECKING:
    from surefoot.semantics.world import World

_CLASS_KINDS = (Resource, BuiltInRetries, TimeoutValue, Settings, Attributes, Retry, RetryPart)
_FACTORY_KINDS = (Resource, BuiltInRetries, Retry)
_CONTEXT_MANAGERS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
_STATIC_METHODS = ("builtins.staticmethod",)


def call(world: World, callee: Value, arguments: tuple[Any, ...]) -> Value:
    """Return what calling a value gives."""
    if callee is None or callee == PENDING:
        return callee
    match callee:
        case ("n", name) | ("m", name, _):
            function = world.function(name)
            if function is not None:
                return _own_result(world, function, callee, arguments)
            if callee[0] == "n" and world.cls(name) is not None:
                return ("i", name, arguments)
            receiver = callee[2] if callee[0] == "m" else None
            given = result(world, name, receiver, arguments) or found(
                world, name, receiver, arguments
            )
            if given is not None:
                return given[0]
            return _external_result(world, name, arguments, is_method=callee[0] == "m")
        case ("P", inner, bound):
            return world.call(inner, (*bound, *arguments))
        case ("i", name, _):
            member = world.attribute(callee, "__call__")
            if member is not None and member[0] == "m":
                return world.call(member, arguments)
    return None


def provided(world: World, provider: Value) -> Value:
    """Return what a framework puts in for a parameter that asks for what `provider` gives."""
    result = world.call(provider, ())
    if result is not None and result[0] in ("co", "l", "cm"):
        return world.value(result[1])
    return result


def _own_result(
    world: World, function: FunctionSummary, callee: tuple[Any, ...], arguments: tuple[Any, ...]
) -> Value:
    bound = callee[0] == "m" or world.is_class_method(function)
    is_bound = bool(function.owner) and bound and not world.decorated(function, _STATIC_METHODS)
    if is_bound and callee[0] == "m" and callee[2] is not None and callee[2][0] in ("i", "n"):
        owner, kind = callee[1].rpartition(".")[0], callee[2][1]
        if kind != owner:
            function = _seen_from(world, function, owner, kind)
    for decorator in function.decorators:
        if world.target(decorator) in _CONTEXT_MANAGERS:
            return ("cm", _handed_out(function))
    if function.is_generator:
        return ("l", _handed_out(function))
    returns = function.returns
    if function.overloads:
        chosen = choose(world, function.overloads, arguments, is_bound=is_bound)
        returns = chosen.returns if chosen is not None else returns
    if returns is not None and returns[0] == "p":
        returns = passed(function, returns, arguments, is_bound=is_bound)
    if function.is_async:
        return ("co", returns)
    value = world.value(returns)
    if value is not None and value[0] == "i" and value[2]:
        return with_passed(function, value, arguments, is_bound=is_bound)
    return value


def _handed_out(function: FunctionSummary) -> Symbol:
    """What a generator yields, or is annotated to yield: `Iterator[Session]`."""
    declared = function.returns
    item = declared[1] if declared is not None and declared[0] == "l" else None
    return either_known(item, function.yields)


def _seen_from(world: World, function: FunctionSummary, owner: str, kind: str) -> FunctionSummary:
    """A method of the class `owner` called on `kind`, which inherits from it."""
    seen = world.receivers.seen_from
    returns = seen(function.returns, owner, kind)
    yields = seen(function.yields, owner, kind)
    if returns is function.returns and yields is function.yields and not function.overloads:
        return function
    overloads = tuple(
        item._replace(returns=seen(item.returns, owner, kind)) for item in function.overloads
    )
    return function._replace(returns=returns, yields=yields, overloads=overloads)


def _external_result(
    world: World, name: str, arguments: tuple[Any, ...], *, is_method: bool
) -> Value:
    if name == "functools.partial" and arguments and arguments[0][0] == "":
        inner = world.value(arguments[0][1])
        if inner is None or inner == PENDING:
            return inner
        return ("P", inner, arguments[1:])
    if name == "builtins.dict":
        items = tuple((key, item) for key, item in arguments if key not in ("", "*", "**"))
        return ("d", items, len(items) == len(arguments))
    facts = world.facts_about(name)
    returns = facts.get(Returns)
    result: Value = None
    if isinstance(returns, Returns):
        made = (*arguments, (MAKER, ("n", name)))
        result = ("i", world.facts.canonical(returns.type), made)
    elif not is_method or any(kind in facts for kind in _FACTORY_KINDS):
        last = name.rpartition(".")[2].lstrip("_")
        is_class = last[:1].isupper() or any(kind in facts for kind in _CLASS_KINDS)
        is_class = is_class or name in HOLDERS or name in world.facts.parents
        if is_class or name.startswith("builtins."):
            result = ("i", name, arguments)
    if result is not None and Coroutine in facts and name != result[1]:
        return ("co", result)
    return result
