"""What the calls of built-in functions and of the methods of containers give."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from surefoot.semantics.summary import VALUES, Symbol

if TYPE_CHECKING:
    from surefoot.semantics.values import Value
    from surefoot.semantics.world import World

_Give = Callable[["World", Any, tuple[Any, ...]], "Value"]


def result(
    world: World, name: str, receiver: Value, arguments: tuple[Any, ...]
) -> tuple[Value] | None:
    """Return what a call gives, in a tuple of one; None for a callee that is none of these."""
    if name in _BASES:
        return (_given_base(world, arguments),)
    give = _FUNCTIONS.get(name)
    if give is not None and arguments and arguments[0][0] == "":
        return (give(world, receiver, arguments),)
    method = _METHODS.get(name)
    if method is not None and receiver is not None:
        value = method(world, receiver, arguments)
        return (value,) if value is not None else None
    return None


def element(world: World, name: str, arguments: Any, key: object) -> tuple[Value] | None:
    """Return an element of what a built-in class or function was given, in a tuple of one."""
    given = [symbol for keyword, symbol in arguments or () if keyword == ""]
    if name in _SAME and given:
        return (world.element(world.value(given[0]), key),)
    if name in _ITERATED and given:
        return (world.element(world.value(given[0]), None),)
    if name == "builtins.filter" and len(given) == 2:
        return (world.element(world.value(given[1]), None),)
    if name == "builtins.enumerate" and given and key is None:
        return (("t", (("I", ("n", "builtins.int")), ("x", given[0], None))),)
    if name == "builtins.zip" and given and key is None:
        return (("t", tuple(("x", symbol, None) for symbol in given)),)
    if name == "builtins.dict" and key is not None:
        for keyword, symbol in arguments or ():
            if keyword == VALUES:
                return (world.value(symbol),)
    return None


_BASES = frozenset(
    {
        "sqlalchemy.ext.declarative.declarative_base",
        "sqlalchemy.ext.declarative.api.declarative_base",
        "sqlalchemy.orm.declarative_base",
    }
)
_SAME = frozenset({"builtins.list", "builtins.tuple"})
_ITERATED = frozenset(
    {"builtins.iter", "builtins.set", "builtins.frozenset", "builtins.sorted", "builtins.reversed"}
)


# -- functions -------------------------------------------------------------------------------


def _given_base(world: World, arguments: tuple[Any, ...]) -> Value:
    """The class that `declarative_base(cls=...)` makes a base of: the one it is given."""
    for keyword, symbol in arguments:
        if keyword == "cls":
            value = world.value(symbol)
            return value if value is not None and value[0] in ("n", "?") else None
    return ("n", "sqlalchemy.orm.DeclarativeBase")


def _type(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    value = world.value(arguments[0][1])
    if len(arguments) == 1 and value is not None and value[0] == "i":
        return ("n", value[1])
    return ("i", "builtins.type", arguments)


def _getattr(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    if len(arguments) == 2:
        match world.value(arguments[1][1]):
            case ("k", str() as attr):
                return world.attribute(world.value(arguments[0][1]), attr)
    return None


def _first(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return world.value(arguments[0][1])


def _item(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    if len(arguments) > 1 and arguments[1][0] == "":
        return None
    return world.element(world.value(arguments[0][1]), None)


def _awaited(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return world.value(("w", arguments[0][1]))


def _in_thread(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return ("co", ("c", arguments[0][1], arguments[1:]))


def _all(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    if any(keyword == "*" for keyword, _ in arguments):
        return None
    return ("co", ("t", tuple(("w", symbol) for keyword, symbol in arguments if keyword == "")))


def _entered(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return world.value(("e", arguments[0][1]))


def _entered_later(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return ("co", ("e", arguments[0][1]))


def _bound_by_with(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return ("cm", arguments[0][1])


def _default(world: World, _: Value, arguments: tuple[Any, ...]) -> Value:
    return ("i", "builtins.dict", ((VALUES, ("c", arguments[0][1], ())),))


_FUNCTIONS: dict[str, _Give] = {
    "asyncio.gather": _all,
    "asyncio.run": _awaited,
    "asyncio.shield": _first,
    "asyncio.to_thread": _in_thread,
    "asyncio.wait_for": _first,
    "builtins.getattr": _getattr,
    "builtins.max": _item,
    "builtins.min": _item,
    "builtins.next": _item,
    "builtins.type": _type,
    "collections.defaultdict": _default,
    "contextlib.AsyncExitStack.enter_async_context": _entered_later,
    "contextlib.AsyncExitStack.enter_context": _entered,
    "contextlib.ExitStack.enter_context": _entered,
    "contextlib.aclosing": _bound_by_with,
    "contextlib.closing": _bound_by_with,
    "contextlib.nullcontext": _bound_by_with,
    "copy.copy": _first,
    "copy.deepcopy": _first,
    "dataclasses.replace": _first,
}


# -- methods of containers -------------------------------------------------------------------


def _values(receiver: Any) -> Symbol:
    if receiver[0] == "d":
        return ("x", receiver, ()) if receiver[1] else None
    if receiver[0] == "i":
        for keyword, symbol in receiver[2] or ():
            if keyword == VALUES:
                found: Symbol = symbol
                return found
    return None


def _value_of(world: World, receiver: Any, arguments: tuple[Any, ...]) -> Value:
    if receiver[0] == "d" and arguments:
        key = world.value(arguments[0][1])
        plain = arguments[0][0] == "" and key is not None and key[0] == "k"
        return world.element(receiver, key[1] if plain and key is not None else ())
    return world.value(_values(receiver))


def _set_or_found(world: World, receiver: Any, arguments: tuple[Any, ...]) -> Value:
    given = arguments[1][1] if [keyword for keyword, _ in arguments] == ["", ""] else None
    if receiver[0] == "d" and not receiver[1]:
        return world.value(given)
    return _value_of(world, receiver, arguments)


def _all_values(world: World, receiver: Any, _: tuple[Any, ...]) -> Value:
    symbol = _values(receiver)
    return ("l", symbol) if symbol is not None else None


def _all_items(world: World, receiver: Any, _: tuple[Any, ...]) -> Value:
    symbol = _values(receiver)
    return ("l", ("t", (None, symbol))) if symbol is not None else None


def _popped(world: World, receiver: Any, _: tuple[Any, ...]) -> Value:
    return world.element(receiver, ()) if receiver[0] == "l" else None


def _itself(world: World, receiver: Any, _: tuple[Any, ...]) -> Value:
    return receiver if receiver[0] in ("i", "l") else None


_METHODS: dict[str, _Give] = {
    "builtins.dict.copy": _itself,
    "builtins.dict.get": _value_of,
    "builtins.dict.items": _all_items,
    "builtins.dict.pop": _value_of,
    "builtins.dict.setdefault": _set_or_found,
    "builtins.dict.values": _all_values,
    "builtins.list.copy": _itself,
    "builtins.list.pop": _popped,
    "builtins.list.popleft": _popped,
}
