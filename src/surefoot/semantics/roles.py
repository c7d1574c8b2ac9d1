"""Which functions run in a known part of a service's life, told by facts."""

from __future__ import annotations

from collections.abc import Iterable

from surefoot.facts.kinds import Role
from surefoot.semantics.call import Arguments, Call
from surefoot.semantics.summary import FunctionSummary, ModuleSummary, Symbol
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

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
                if fact is not None:
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
            found.add(_literal(fact, _first_constant(world, decorator)))
    if is_event_handler(function):
        found.add("handler")
    return found


def is_event_handler(function: FunctionSummary) -> bool:
    """Whether a function, by its name and parameters, is what AWS Lambda calls."""
    names = [parameter.name for parameter in function.parameters[:2]]
    return function.qualname in ("lambda_handler", "handler") and names == ["event", "context"]


def _first_constant(world: World, decorator: Symbol) -> tuple[object] | None:
    if decorator is None or decorator[0] != "c":
        return None
    return Arguments(decorator[2], world).constant((), 0)


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


def registered(call: Call) -> list[tuple[str, str]]:
    """Return the functions a call registers, each with the role it gets."""
    fact = call.fact(Role)
    if fact is None or fact.by != "argument":
        return []
    found = []
    places = [(fact.parameter, fact.position, _literal(fact, call.arguments.constant((), 0)))]
    places += [(keyword, None, role) for keyword, role in fact.keywords]
    for keyword, position, role in places:
        value = call.arguments.get(keyword or (), position)
        for name in _functions(call.world, value if isinstance(value, tuple) else None):
            found.append((name, role))
    return found


def _literal(fact: Role, constant: tuple[object] | None) -> str:
    return dict(fact.literals).get(str(constant[0]), fact.name) if constant else fact.name


def _functions(world: World, value: Value) -> list[str]:
    """The project functions a value is or holds."""
    if value is None:
        return []
    if value[0] == "P":
        return _functions(world, value[1])
    if value[0] == "t":
        return [name for item in value[1] for name in _functions(world, world.value(item))]
    if value[0] in ("n", "m") and world.function(value[1]) is not None:
        return [str(value[1])]
    return []
