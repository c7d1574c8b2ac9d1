"""Attributes of values, their own and those of their classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from surefoot.facts.kinds import Attributes
from surefoot.semantics.alternatives import one_of
from surefoot.semantics.queries import of_class
from surefoot.semantics.summary import ATTRIBUTE, Symbol
from surefoot.semantics.values import PENDING, Value

if TYPE_CHECKING:
    from surefoot.semantics.world import World

_EMPTY = frozenset(
    {"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"}
    | {"typing_extensions.Generic", "typing_extensions.Protocol"}
)
_GRPC_STUB = re.compile(r"_pb2_grpc\.\w+Stub$")


def attribute(world: World, value: Value, attr: str) -> Value:
    """Return the attribute of a value."""
    if value is None or value == PENDING:
        return value
    match value:
        case ("n", name):
            return _static(world, name, attr)
        case ("i", name, _):
            return _member(world, name, attr, value)
        case ("m", name, receiver):
            return ("m", world.facts.canonical(f"{name}.{attr}"), receiver)
        case ("s", name, *reached_by):
            own = world.cls(name)
            for base in own.bases if own is not None else ():
                parent = world.value(base)
                if parent == PENDING:
                    return PENDING
                if parent is not None and parent[0] == "n":
                    kind = parent[1]
                    if world.cls(kind) is not None:
                        kind = reached_by[0] if reached_by else name
                    member = _member(world, parent[1], attr, ("i", kind, None))
                    if member is not None:
                        return member
            return None
        case ("k", constant) if constant is not None:
            return ("m", f"builtins.{type(constant).__name__}.{attr}", value)
        case ("d", _, _):
            return ("m", f"builtins.dict.{attr}", value)
        case ("t", _) | ("l", _):
            return ("m", f"builtins.list.{attr}", value)
        case ("P", callee, _):
            return world.attribute(callee, attr)
    return None


def getter(world: World, value: Value, attr: str) -> Value:
    """Return the method that reading an attribute of a project object runs; None where it is
    no property."""
    if value is None or value == PENDING:
        return value
    if value[0] != "i":
        return None
    for owner in world.lineage(value[1]):
        if owner == PENDING:
            return PENDING
        summary = world.cls(owner[1])
        if summary is None:
            return None
        if attr in summary.members:
            member = world.value(summary.members[attr])
            function = world.function(member[1]) if member and member[0] == "n" else None
            if function is None or not world.is_property(function):
                return None
            return ("m", member[1], value)  # type: ignore[index]
    return None


def _static(world: World, name: str, attr: str) -> Value:
    full = f"{name}.{attr}"
    if world.cls(name) is not None:
        for owner in world.lineage(name):
            if owner == PENDING:
                return PENDING
            summary = world.cls(owner[1])
            if summary is None:
                if owner[1] not in _EMPTY:
                    return of_class(world, name, world.name(f"{owner[1]}.{attr}"))
            elif attr in summary.members:
                return _of_class(world, summary.members[attr], owner[1], name)
        return None
    if world.function(name) is not None:
        return None
    return world.name(full)


def _of_class(world: World, member: Symbol, owner: str, name: str) -> Value:
    """An attribute that the class `name` has from `owner`; a class method is bound to it."""
    value = of_class(world, name, world.value(world.receivers.seen_from(member, owner, name)))
    if name != owner and value is not None and value[0] == "n":
        function = world.function(value[1])
        if function is not None and function.owner and world.is_class_method(function):
            return ("m", value[1], ("n", name))
    return value


def _member(world: World, name: str, attr: str, receiver: tuple[Any, ...]) -> Value:
    if attr == "__class__":
        return ("n", name)
    if is_grpc_stub(name):
        return _remote_method(world, receiver)
    if world.cls(name) is None:
        if world.may_be_project(name):
            return PENDING
        return _external_member(world, name, attr, receiver)
    for owner in world.lineage(name):
        if owner == PENDING:
            return PENDING
        summary = world.cls(owner[1])
        if summary is None:
            if owner[1] not in _EMPTY:
                return _external_member(world, owner[1], attr, receiver)
        elif attr in summary.members:
            member = world.receivers.seen_from(summary.members[attr], owner[1], receiver[1])
            value = _bound(world, member, receiver)
            if value is None or value[0] == "p":
                value = _declared_by_base(world, name, attr) or value
            return None if value == ("k", None) else value  # it waits for another value
    return None


def _declared_by_base(world: World, name: str, attr: str) -> Value:
    """What a base declares an attribute to be: `session: Session`."""
    for owner in world.lineage(name)[1:]:
        summary = world.cls(owner[1]) if owner != PENDING else None
        member = summary.members.get(attr) if summary is not None else None
        if member is not None and member[0] in ("A", "I"):
            return world.value(member)
    return None


def _bound(world: World, member: Symbol, receiver: tuple[Any, ...]) -> Value:
    value = world.value(member)
    if value is None or value[0] != "n":
        return value
    function = world.function(value[1])
    if function is None:
        return value
    if world.is_property(function):
        owner = value[1].rpartition(".")[0]
        return world.value(world.receivers.seen_from(function.returns, owner, receiver[1]))
    return ("m", value[1], receiver)


def _external_member(world: World, name: str, attr: str, receiver: tuple[Any, ...]) -> Value:
    known = declared(world, name, attr)
    if known is not None:
        return known
    if receiver[0] == "i" and receiver[2]:
        held = [value for keyword, value in receiver[2] if keyword == attr + ATTRIBUTE]
        if held:
            return one_of([world.value(value) for value in held], strict=True)
    method = world.facts.canonical(f"{name}.{attr}")
    if not world.facts.of(method):
        other = declared(world, name, "*")
        if other is not None:
            return other
    return ("m", method, receiver)


def declared(world: World, name: str, attr: str) -> Value:
    """Return the instance an attribute is by the facts; `*` stands for any other attribute."""
    for ancestor in world.facts.ancestors(name):
        known = world.facts.get(Attributes, ancestor)
        for attribute, kind in known.types if known is not None else ():
            if attribute == attr:
                return ("i", world.facts.canonical(kind), None)
    return None


def _remote_method(world: World, stub: tuple[Any, ...]) -> Value:
    """A method of a generated gRPC stub; unary, unless it is called for a stream."""
    channel = world.value(stub[2][0][1]) if stub[2] else None
    if channel is None or channel[0] != "i":
        return PENDING if channel == PENDING else None
    kind = "grpc.aio" if channel[1].startswith("grpc.aio.") else "grpc"
    return ("i", f"{kind}.UnaryUnaryMultiCallable", None)


def is_grpc_stub(name: str) -> bool:
    """Whether a name is that of a class generated for the calls of a gRPC service."""
    return "_pb2_grpc." in name and _GRPC_STUB.search(name) is not None
