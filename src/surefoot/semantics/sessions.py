"""Sessions and clients that hold their thread, as parameters of functions."""

from __future__ import annotations

from typing import NamedTuple

from surefoot.facts.kinds import Synchronous
from surefoot.semantics.call import Call
from surefoot.semantics.depths import either_known
from surefoot.semantics.summary import FunctionSummary, Parameter, Symbol
from surefoot.semantics.world import World

_DEPENDS = ("fastapi.Depends", "fastapi.Security")


class Session(NamedTuple):
    """A parameter that is a synchronous session of the class `type`.

    `injected`: its default tells that FastAPI provides it.
    """

    parameter: str
    type: str
    fact: Synchronous
    symbol: Symbol
    injected: bool


def sessions(world: World, function: FunctionSummary) -> tuple[Session, ...]:
    """Return the parameters of a function that are synchronous sessions."""
    found = []
    for parameter in function.parameters:
        provider = _provider(world, parameter)
        symbol = parameter.annotation
        if provider is not None:
            symbol = either_known(symbol, ("D", provider))
        value = world.value(symbol)
        if value is None or value[0] != "i":
            continue
        fact: Synchronous | None = world.fact(Synchronous, value[1])
        if fact is not None:
            injected = provider is not None
            found.append(Session(parameter.name, str(value[1]), fact, symbol, injected))
    return tuple(found)


def _provider(world: World, parameter: Parameter) -> Symbol:
    """What provides a parameter whose default is `Depends(provider)`."""
    symbol = parameter.default
    if symbol is None or symbol[0] != "c" or world.target(symbol) not in _DEPENDS:
        return None
    return symbol[2][0][1] if symbol[2] else None


def goes_through(call: Call, session: Session) -> bool:
    """Whether a call is one of a session's methods, or of what they gave."""
    symbol = call.symbol[1] if call.symbol is not None else None
    while symbol is not None and symbol != session.symbol:
        symbol = symbol[1] if symbol[0] in ("a", "c", "e", "w", "x") else None
    return symbol is not None


def is_given(call: Call, session: Session) -> bool:
    """Whether a session is among the arguments of a call."""
    arguments = call.symbol[2] if call.symbol is not None and call.symbol[0] == "c" else ()
    return any(symbol == session.symbol for _, symbol in arguments)


def parameter_session(call: Call) -> Session | None:
    """Return the session a call goes through, where it is a parameter of the coroutine around."""
    if not call.in_async:
        return None
    name = f"{call.module}.{call.function}" if call.module else call.function
    function = call.world.function(name)
    for session in sessions(call.world, function) if function is not None else ():
        if goes_through(call, session):
            return session
    return None
