"""Retries within retries: what tries again around which calls, over the whole project."""

from __future__ import annotations

import builtins
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from surefoot.facts.kinds import (
    Blocking,
    BuiltInRetries,
    CallsAgain,
    Coroutine,
    Retry,
    Returns,
    Timeout,
)
from surefoot.linking.project import Project
from surefoot.model import Examination, Note
from surefoot.semantics.call import Arguments, Call, Given, LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.retried import Errors, condition
from surefoot.semantics.retries import (
    FOREVER,
    Client,
    Policy,
    called,
    client_of,
    policy_of,
)
from surefoot.semantics.retry_notes import Loop, loop_of
from surefoot.semantics.summary import (
    MOUNTED,
    At,
    CallSummary,
    FunctionSummary,
    ModuleSummary,
    Symbol,
)
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

_DEEPEST = 3
_MOUNTS = f".{MOUNTED.removesuffix('()')}"
_ASIDE = At.CAUGHT | At.HANDLER | At.TEARDOWN | At.LAMBDA | At.DECORATOR
_FAMILIES = {
    "aioboto3": "botocore",
    "aiobotocore": "botocore",
    "boto3": "botocore",
    "urllib3": "requests",
    "opensearchpy": "elasticsearch",
    "elastic_transport": "elasticsearch",
}
_NOT_RETRIED = re.compile(
    r"(?i)badrequest|authent|permission|forbidden|notfound|unprocess|valid|param|credential|"
    r"decode|json|lengthfinish|contentfilter|httperror$|statuserror$|schema|invalid|missing"
)


@dataclass(frozen=True)
class Layer:
    """Something that tries again: `attempts` times in all, None where it is not known.

    `shown` names it. `errors` is what it retries, `raised` what comes out at the end where
    that is another exception. `delay` are the seconds between attempts where they are known.
    `is_silent`: no exception comes out at the end.
    """

    shown: str
    attempts: float | None
    errors: Errors
    path: str
    place: int
    raised: str | None = None
    delay: float | None = None
    is_loop: bool = False
    is_silent: bool = False


@dataclass(frozen=True)
class Stack:
    """A layer around another: `way` are the calls from the one to the other."""

    outer: Layer
    inner: Layer
    way: tuple[LinkedCall, ...]
    function: str

    @property
    def attempts(self) -> float | None:
        """The attempts in all; None where they are not known."""
        if self.outer.attempts is None or self.inner.attempts is None:
            return None
        return self.outer.attempts * self.inner.attempts


class RetryLayers:
    """What tries again in a project; `notes` are those of `loop_note` and `setting_note`."""

    def __init__(self, project: Project, notes: Iterable[tuple[Examination, Note]]) -> None:
        self.project = project
        self.world: World = project.world
        self.settings: dict[str, float] = {}
        self.loops: dict[str, list[Loop]] = {}
        for examination, note in notes:
            if note.data[0] == "setting":
                _, name, number = note.data
                if isinstance(number, (int, float)):
                    self.settings[str(name)] = float(number)
            else:
                loop = loop_of(note, examination.path, examination.module)
                self.loops.setdefault(loop.function, []).append(loop)

    def stacks(self) -> Iterator[Stack]:
        """Yield, for each layer, the worst layer inside it."""
        for name, module, function in self.project.functions():
            if is_test_path(module.path):
                continue
            for layer in self.decorating(name, module.path, function):
                yield from self._worst(layer, name, self._calls(name), with_loops=True)
            for loop in self.loops.get(name, ()):
                found = self._layer_of_loop(loop, None)
                if found is not None and not loop.wraps:
                    calls = [
                        call
                        for call in self.project.calls_in.get(name, ())
                        if call.place in loop.calls and not call.at & (At.LAMBDA | At.DECORATOR)
                    ]
                    yield from self._worst(found, name, calls, with_loops=False)
            for call in self.project.calls_in.get(name, ()):
                fact = call.fact(CallsAgain)
                if fact is not None and not call.at & (At.LAMBDA | At.DECORATOR):
                    yield from self._around_argument(name, module, call, fact)

    def _around_argument(
        self, function: str, module: ModuleSummary, call: LinkedCall, fact: CallsAgain
    ) -> Iterator[Stack]:
        """Yield the worst layer inside a function that is handed to what calls it again."""
        policy = policy_of(self.world, call.receiver)
        own = call.fact(Retry)
        if policy is None and own is not None:
            policy = Policy(str(call.name), own, call.arguments)
        handed = call.arguments.symbol((), fact.position)
        if policy is None or not policy.enabled or not isinstance(handed, tuple):
            return
        layer = _layer_of_policy(policy, f"`{policy.name}`", call.path, call.place)
        if fact.on is not None:
            caught = condition(self.world, call.arguments.symbol((), fact.on))
            layer = replace(layer, errors=caught)
        inner = CallSummary(call.place, ("c", handed, ()), call.function, int(call.at))
        calls = [LinkedCall(self.world, module, inner)]
        yield from self._worst(layer, function, calls, with_loops=False)

    def _worst(
        self, outer: Layer, function: str, calls: list[LinkedCall], *, with_loops: bool
    ) -> Iterator[Stack]:
        if outer.attempts == 1:
            return
        found = list(self._inside(outer, function, calls, (), {function}, with_loops))
        if found:
            yield max(found, key=lambda stack: (stack.attempts or 0, -len(stack.way)))

    def _inside(
        self,
        outer: Layer,
        function: str,
        calls: list[LinkedCall],
        way: tuple[LinkedCall, ...],
        seen: set[str],
        with_loops: bool,
    ) -> Iterator[Stack]:
        """Yield the layers that calls run into."""
        if with_loops:
            for loop in self.loops.get(function, ()):
                layer = self._layer_of_loop(loop, None)
                if layer is None or not loop.raises or loop.caught or loop.wraps:
                    continue
                if self._multiplies(outer, layer):
                    yield Stack(outer, layer, way, function)
        for call in calls:
            here = (*way, call)
            client = self._client(call)
            if client is not None and self._reaches(outer, client):
                yield Stack(outer, self._layer_of_client(client, call), here, function)
                continue
            name = self.project.target(call)
            callee = self.project.function(name) if name is not None else None
            if name is None or callee is None or name in seen or not _runs(call, callee):
                continue
            module = self.project.module_of(name)
            seen.add(name)
            layers = self.decorating(name, module.path if module is not None else "", callee)
            met = [layer for layer in layers if self._multiplies(outer, layer)]
            yield from (Stack(outer, layer, here, function) for layer in met)
            if not layers and len(here) < _DEEPEST:
                yield from self._inside(outer, name, self._calls(name), here, seen, True)

    def _calls(self, function: str) -> list[LinkedCall]:
        """The calls of a function whose failures come out of it."""
        return [call for call in self.project.calls_in.get(function, ()) if not call.at & _ASIDE]

    # -- layers ----------------------------------------------------------------------------

    def decorating(self, name: str, path: str, function: FunctionSummary) -> list[Layer]:
        """Return the layers that the decorators of a function put around it."""
        found: list[Layer] = []
        if function.is_generator:
            return found
        shown = f"`{name.rpartition('.')[2]}`"
        for symbol in function.decorators:
            policy = policy_of(self.world, self.world.value(symbol))
            if policy is not None:
                if policy.fact.form not in ("decorator", "task", "context"):
                    continue
                if not policy.enabled or policy.attempts == 1:
                    continue
                if function.is_async and not policy.fact.works_on_async:
                    continue
                place = self._decorator_place(path, function, symbol)
                found.append(_layer_of_policy(policy, shown, path, place))
                continue
            layer = self._hand_made(symbol, shown, path, function)
            if layer is not None:
                found.append(layer)
        return found

    def _hand_made(
        self, symbol: Symbol, shown: str, path: str, function: FunctionSummary
    ) -> Layer | None:
        """The layer of a decorator of the project that has a retry loop around the function."""
        target = self.world.target(symbol)
        decorator = self.world.function(target) if target is not None else None
        if decorator is None or target is None:
            return None
        for name, loops in self.loops.items():
            if name.startswith(f"{target}.<locals>."):
                for loop in loops:
                    if loop.wraps and loop.raises:
                        bound = self._bind(loop.limit, target, decorator, symbol)
                        layer = self._layer_of_loop(loop, bound)
                        if layer is not None:
                            place = self._decorator_place(path, function, symbol)
                            return Layer(shown, layer.attempts, layer.errors, path, place)
        return None

    def _bind(
        self, limit: Symbol, target: str, decorator: FunctionSummary, symbol: Symbol
    ) -> Symbol:
        """What a parameter of a decorator is where it is used."""
        if limit is None or limit[0] != "p" or limit[1] != target:
            return limit
        pairs = symbol[2] if symbol is not None and symbol[0] == "c" else ()
        for position, parameter in enumerate(decorator.parameters):
            if parameter.name == limit[2]:
                given = Arguments(pairs, self.world).symbol(parameter.name, position)
                return given if isinstance(given, tuple) else parameter.default
        return None

    def looping(self, loop: Loop) -> Layer | None:
        """Return the layer that a loop is; None where it runs once or is switched off."""
        return self._layer_of_loop(loop, None)

    def _layer_of_loop(self, loop: Loop, limit: Symbol) -> Layer | None:
        if loop.policy is not None:
            policy = policy_of(self.world, self.world.value(loop.policy))
            if policy is None or not policy.enabled or policy.attempts == 1:
                return None
            return _layer_of_policy(policy, f"`{policy.name}`", loop.path, loop.place)
        attempts = loop.attempts
        if attempts is None:
            value = self.world.value(limit if limit is not None else loop.limit)
            if value is not None and value[0] == "k" and isinstance(value[1], int):
                attempts = float(value[1] - loop.first)
        if attempts is not None and attempts <= 1:
            return None
        return Layer("the loop", attempts, loop.errors, loop.path, loop.place, is_loop=True)

    def _client(self, call: Call) -> Client | None:
        """The retries of the client a call goes through, or of the function it calls."""
        own = call.fact(BuiltInRetries)
        last = (call.name or "").rpartition(".")[2]
        if own is not None and last[:1].islower():
            gives = call.fact(Returns)
            makes = gives is not None and self.world.fact(BuiltInRetries, gives.type) is not None
            if not makes and self._is_remote(call):
                return called(str(call.name), own, call.arguments, self.settings)
            return None
        receiver = call.receiver
        client = self._mounting(receiver) or client_of(self.world, receiver, self.settings)
        if client is None or receiver is None:
            return None
        fact = self.world.fact(BuiltInRetries, receiver[1])
        if fact is not None and "*" not in fact.calls:
            return client if last in fact.calls else None
        return client if self._is_remote(call) else None

    def _mounting(self, receiver: Value) -> Client | None:
        """The retries of what the constructor of a project class mounts on its instances."""
        if receiver is None or receiver[0] != "i" or self.world.cls(receiver[1]) is None:
            return None
        fact = self.world.fact(BuiltInRetries, receiver[1])
        if fact is None or MOUNTED not in fact.read:
            return None
        for owner in self.world.lineage(receiver[1]):
            if owner == PENDING:
                return None
            for call in self.project.calls_in.get(f"{owner[1]}.__init__", ()):
                if (call.name or "").endswith(_MOUNTS) and _is_for_all(call, owner[1]):
                    adapter = call.arguments.get("adapter", 1)
                    if isinstance(adapter, Given):
                        return None
                    return client_of(self.world, adapter, self.settings)
        return None

    def _is_remote(self, call: Call) -> bool:
        blocking = call.fact(Blocking)
        if blocking is not None:
            return blocking.what in ("network", "database")
        return call.fact(Timeout) is not None or call.fact(Coroutine) is not None

    def _layer_of_client(self, client: Client, call: LinkedCall) -> Layer:
        made = [
            other
            for other in self._makers.get(client.name, ())
            if other.symbol is not None and tuple(other.symbol[2]) == client.pairs
        ]
        where = made[0] if made else call
        shown = f"`{call.shown}`"
        return Layer(shown, client.attempts, Errors(unknown=True), where.path, where.place)

    @cached_property
    def _makers(self) -> dict[str, list[LinkedCall]]:
        """The calls that make clients and policies, by what is called."""
        found: dict[str, list[LinkedCall]] = {}
        for call in self.project.calls:
            if call.fact(BuiltInRetries) is not None or call.fact(Retry) is not None:
                found.setdefault(str(call.name), []).append(call)
        return found

    @cached_property
    def _decorator_places(self) -> dict[tuple[str, Symbol], list[int]]:
        """The places of the calls that are decorators, by their file and symbol, in order."""
        found: dict[tuple[str, Symbol], list[int]] = {}
        for call in self.project.calls:
            if call.at & At.DECORATOR:
                found.setdefault((call.path, call.symbol), []).append(call.place)
        return found

    def _decorator_place(self, path: str, function: FunctionSummary, symbol: Symbol) -> int:
        """The place of the call that is a decorator; of the function where it is none."""
        places = self._decorator_places.get((path, symbol), [])
        index = bisect_right(places, function.place)
        return places[index] if index < len(places) else function.place

    # -- whether two layers multiply -----------------------------------------------------

    def _reaches(self, outer: Layer, client: Client) -> bool:
        """Whether the outer layer retries what comes out of a client at its last attempt."""
        if client.connect_only or client.attempts is None or client.attempts <= 1:
            return False
        if client.attempts == FOREVER:
            return False
        errors = outer.errors
        if errors.everything:
            return True
        family = _family(client.name)
        for name in errors.names:
            if name in ("builtins.OSError", "builtins.IOError") and family == "requests":
                return True
            if _family(name) == family and not _NOT_RETRIED.search(name.rpartition(".")[2]):
                return True
        return errors.unknown and not errors.names

    def _multiplies(self, outer: Layer, inner: Layer) -> bool:
        """Whether the outer layer retries what the inner one has retried in vain."""
        if inner.is_silent:
            return False
        if outer.errors.everything:
            return True
        if inner.raised is not None:
            return inner.raised in outer.errors.names
        if not outer.errors.names:
            return False
        if inner.errors.everything:
            return True
        return any(
            self._is_a(one, other) or self._is_a(other, one)
            for one in outer.errors.names
            for other in inner.errors.names
        )

    def _is_a(self, name: str, ancestor: str) -> bool:
        if name == ancestor or self.world.is_a(name, ancestor):
            return True
        known = [_builtin_class(item) for item in (name, ancestor)]
        return None not in known and issubclass(known[0], known[1])  # type: ignore[arg-type]


def _layer_of_policy(policy: Policy, shown: str, path: str, place: int) -> Layer:
    delay = policy.delay if policy.fact.form == "task" else None
    return Layer(
        shown,
        policy.attempts,
        policy.errors,
        path,
        place,
        raised=policy.raised,
        delay=delay,
        is_silent=policy.stays_silent,
    )


def _is_for_all(call: LinkedCall, owner: str) -> bool:
    """Whether a call mounts something for every host, on an instance of this class."""
    receiver = call.receiver
    if receiver is None or receiver[0] != "i" or receiver[1] != owner:
        return False
    return call.arguments.constant("prefix", 0) == ("https://",)


def _runs(call: LinkedCall, callee: FunctionSummary) -> bool:
    """Whether a call runs the function there and then, and not as a task of its own."""
    return not callee.is_async or bool(call.at & (At.AWAITED | At.RETURNED | At.ARGUMENT))


def _family(name: str) -> str:
    root = name.partition(".")[0]
    return _FAMILIES.get(root, root)


def _builtin_class(name: str) -> type | None:
    module, _, word = name.rpartition(".")
    found = getattr(builtins, word, None) if module == "builtins" else None
    return found if isinstance(found, type) else None
