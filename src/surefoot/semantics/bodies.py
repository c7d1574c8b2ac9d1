"""What clients send: followed from the request to where it is used, through what keeps it raw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surefoot.facts.kinds import Decodes, Receives, RequestBody
from surefoot.semantics.roles import is_event_handler
from surefoot.semantics.summary import FunctionSummary, Symbol
from surefoot.semantics.values import PENDING
from surefoot.semantics.world import World

_STILL_RAW = frozenset(
    {"copy", "decode", "dict", "get", "getlist", "items", "pop", "read", "to_dict"}
)
_COPIES = frozenset({"builtins.dict", "builtins.list", "copy.copy", "copy.deepcopy"})
_DEEPEST = 8
_JSON = RequestBody("json")


class Bodies:
    """What expressions give of the requests that a world's functions handle.

    `received` maps functions, by full name, to the type of the request they are given and its
    index after `self`, where something outside their definition makes them handlers.
    """

    def __init__(self, world: World, received: Mapping[str, Receives] | None = None) -> None:
        self._world = world
        self._received = received or {}

    def of(self, symbol: Symbol, depth: int = 0) -> RequestBody | None:
        """Return what of a request an expression gives as the client sent it."""
        if symbol is None or depth > _DEEPEST:
            return None
        match symbol:
            case ("x", ("p", function, name), "body") if self._is_event(function, name):
                return RequestBody("raw")
            case ("w", inner) | ("A", _, inner) | ("N", inner, _) | ("x", inner, _):
                return self.of(inner, depth + 1)
            case ("u", items, _):
                found = (self.of(item, depth + 1) for item in items)
                return next((body for body in found if body is not None), None)
            case ("c", callee, arguments):
                return self._called(symbol, callee, arguments, depth)
            case ("a", base, attr):
                return self._fact(symbol) or self._of_parameter(base, attr)
            case ("n", name):
                owner, _, method = name.rpartition(".")
                inner = ("n", owner) if method in _STILL_RAW else None
                return self._fact(symbol) or self.of(inner, depth + 1)
        return None

    def _called(
        self, symbol: tuple[Any, ...], callee: Symbol, arguments: Any, depth: int
    ) -> RequestBody | None:
        known = self.of(callee, depth + 1) if callee is not None and callee[0] != "c" else None
        if known is not None:
            return known
        name = self._world.target(symbol)
        decodes: Decodes | None = self._world.fact(Decodes, name) if name is not None else None
        if decodes is not None or name in _COPIES:
            plain = [item for keyword, item in arguments if keyword == ""]
            given = {keyword for keyword, _ in arguments}
            position = decodes.position if decodes is not None else 0
            if decodes is not None and not given.isdisjoint(decodes.typed_by):
                return None
            inner = self.of(plain[position], depth + 1) if position < len(plain) else None
            return _JSON if inner is not None and decodes is not None else inner
        match callee:
            case ("a", ("p", function, event), "get") if arguments[:1] == (("", ("k", "body")),):
                return RequestBody("raw") if self._is_event(function, event) else None
            case ("a", base, method) if method in _STILL_RAW:
                return self.of(base, depth + 1)
        return self._handed_back(name, depth) if name is not None else None

    def _handed_back(self, name: str, depth: int) -> RequestBody | None:
        """What a function of the project gives that returns what was sent, and does no more."""
        function = self._world.function(name)
        body = self.of(function.returns, depth + 1) if function is not None else None
        module, qualname = self._world.split(name)
        if body is None or module is None:
            return None
        if any(each.function == qualname for each in module.raises):
            return None
        calls = (each.symbol for each in module.calls if each.function == qualname)
        return body if all(self.of(call, depth + 1) is not None for call in calls) else None

    def _is_event(self, function: str, name: str) -> bool:
        """Whether a parameter is the event of a function that a gateway calls."""
        known = self._world.function(function)
        return known is not None and is_event_handler(known) and known.parameters[0].name == name

    def _fact(self, symbol: Symbol) -> RequestBody | None:
        value = self._world.value(symbol)
        if value is None or value == PENDING or value[0] not in ("n", "m"):
            return None
        fact: RequestBody | None = self._world.facts.get(RequestBody, value[1])
        return fact

    def _of_parameter(self, base: Symbol, attr: str) -> RequestBody | None:
        """What an attribute of the request gives that a framework hands to its handler."""
        if base is None or base[0] != "p":
            return None
        function = self._world.function(base[1])
        fact = self._receives(base[1], function) if function is not None else None
        if function is None or fact is None:
            return None
        names = [item.name for item in function.parameters if item.kind == "positional"]
        if function.owner and names[:1] == ["self"]:
            names = names[1:]
        if names[fact.position : fact.position + 1] != [base[2]]:
            return None
        return self._world.facts.get(RequestBody, f"{fact.type}.{attr}")

    def _receives(self, name: str, function: FunctionSummary) -> Receives | None:
        """What makes a function a handler, by decorator, by its class or from elsewhere."""
        for decorator in function.decorators:
            target = self._world.target(decorator)
            fact = self._world.fact(Receives, target) if target is not None else None
            if isinstance(fact, Receives):
                return fact
        if function.owner:
            owner = name.rpartition(".")[0]
            fact = self._world.fact(Receives, owner)
            if isinstance(fact, Receives):
                return fact
        return self._received.get(name)
