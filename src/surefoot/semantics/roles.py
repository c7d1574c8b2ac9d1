"""Which functions run in a known part of a service's life, told by facts."""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.facts.kinds import Role
from surefoot.semantics.call import Call
from surefoot.semantics.summary import FunctionSummary, ModuleSummary
from surefoot.semantics.values import PENDING, World

_DEPENDS = ("fastapi.Depends", "fastapi.Security")


def roles(world: World, modules: Iterable[ModuleSummary]) -> dict[str, set[str]]:
    """Return the roles of functions, by full name, that definitions alone tell."""
    found: dict[str, set[str]] = {}
    for module in modules:
        prefix = f"{module.module}." if module.module else ""
        for function in module.functions.values():
            names = _of_function(world, function)
            if names:
                found.setdefault(prefix + function.qualname, set()).update(names)
            for provider in _providers(world, function):
                found.setdefault(provider, set()).add("handler")
        for cls in module.classes.values():
            full = prefix + cls.qualname
            for owner in world.lineage(full) if cls.bases else ():
                if owner == PENDING or world.cls(owner[1]) is not None:
                    continue
                fact = world.facts.get(Role, owner[1])
                if fact is not None and fact.by == "base":
                    for method in fact.methods:
                        if method in cls.members:
                            found.setdefault(f"{full}.{method}", set()).add(fact.name)
    return found


def _of_function(world: World, function: FunctionSummary) -> set[str]:
    found = set()
    for decorator in function.decorators:
        name = world.target(decorator)
        fact = world.fact(Role, name) if name is not None else None
        if fact is not None and fact.by == "decorator":
            found.add(fact.name)
    names = [parameter.name for parameter in function.parameters]
    if function.qualname in ("lambda_handler", "handler") and names[:2] == ["event", "context"]:
        found.add("handler")
    return found


def _providers(world: World, function: FunctionSummary) -> list[str]:
    """The project functions that FastAPI calls to provide this function's parameters."""
    found = []
    for parameter in function.parameters:
        symbol = parameter.default
        if symbol is not None and symbol[0] == "c" and world.target(symbol) in _DEPENDS:
            name = world.target(symbol[2][0][1]) if symbol[2] else None
            if name is not None and world.function(name) is not None:
                found.append(name)
    return found


def registered(call: Call) -> tuple[str, str] | None:
    """Return the function a call registers and the role it gets, if the call does that."""
    fact = call.fact(Role)
    if fact is None or fact.by != "argument":
        return None
    value = call.arguments.get(fact.parameter or (), fact.position)
    if isinstance(value, tuple) and value[0] == "P":
        value = value[1]
    if isinstance(value, tuple) and value[0] in ("n", "m") and call.world.function(value[1]):
        return str(value[1]), fact.name
    return None
