"""What values hold: what indexing, iterating and entering them gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surefoot.facts.kinds import Enters, ReadsConfiguration
from surefoot.semantics.alternatives import one_of
from surefoot.semantics.members import declared
from surefoot.semantics.queries import subject
from surefoot.semantics.results import element as held
from surefoot.semantics.summary import SLICE
from surefoot.semantics.values import PENDING, Value

if TYPE_CHECKING:
    from surefoot.semantics.world import World

CLOSING = ("contextlib.closing", "contextlib.aclosing")


def element(world: World, value: Value, key: object) -> Value:
    """Return the element of a value under a key; for the keys see `summary`."""
    if value is None or value == PENDING:
        return value
    about = subject(value)
    if about is not None and isinstance(key, (int, tuple, type(None))):
        return value if key == SLICE else world.instance(world.value(about))
    if key == SLICE:
        return value if value[0] == "l" else None
    match value:
        case ("l", item):
            return world.value(item)
        case ("t", items):
            if isinstance(key, int) and -len(items) <= key < len(items):
                return world.value(items[key])
            if (key is None or key == ()) and items:
                return one_of([world.value(item) for item in items], strict=True)
        case ("d", items, _):
            for known, item in items:
                if known == key:
                    return world.value(item)
        case ("n", name):
            if world.facts.get(ReadsConfiguration, f"{name}.get") is not None:
                return None  # one variable of the environment
            return value  # a class with its type parameters
        case ("i", name, arguments):
            found = held(world, name, arguments, key)
            if found is not None:
                return found[0]
            if world.cls(name) is not None:
                return _own_element(world, value, key)
            return declared(world, name, "*")
    return None


def _own_element(world: World, value: tuple[Any, ...], key: object) -> Value:
    """What iterating over, or indexing, an instance of a project class gives."""
    if key is not None:
        methods: tuple[str, ...] = ("__getitem__",)
    else:
        methods = ("__next__", "__anext__", "__iter__", "__aiter__")
    for method in methods:
        member = world.attribute(value, method)
        if member == PENDING:
            return PENDING
        if member is not None and world.function(member[1]) is not None:
            given = world.call(member, ())
            if "iter" not in method or given is None or given == PENDING:
                return world.value(given[1]) if given and given[0] == "co" else given
            if given[0] != "i" or world.cls(given[1]) is None:
                return element(world, given, None)
            following = world.attribute(given, "__next__") or world.attribute(given, "__anext__")
            item = world.call(following, ())
            return world.value(item[1]) if item and item[0] == "co" else item
    return declared(world, value[1], "*")


def entered(world: World, value: Value) -> Value:
    """Return what `with` binds when it enters a value."""
    if value is None or value == PENDING:
        return value
    if value[0] == "cm":
        return world.value(value[1])
    if value[0] == "co":
        return entered(world, world.value(value[1]))
    if value[0] == "i":
        if value[1] in CLOSING:
            arguments = value[2] or ()
            return world.value(arguments[0][1]) if arguments else None
        enters = world.fact(Enters, value[1])
        if enters is not None:
            return ("i", world.facts.canonical(enters.type), value[2])
        if world.cls(value[1]) is not None:
            for method in ("__enter__", "__aenter__"):
                member = world.attribute(value, method)
                if member == PENDING:
                    return PENDING
                if member is not None and world.function(member[1]) is not None:
                    given = world.call(member, ())
                    if given is not None and given[0] == "co":
                        given = world.value(given[1])
                    if given is not None and given[:2] == value[:2]:
                        return value
                    return given
        return value
    return None
