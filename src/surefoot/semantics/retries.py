"""How often something is tried: retry policies and clients with retries of their own."""

from __future__ import annotations

import functools
import math
import re
from typing import NamedTuple

from surefoot.facts.kinds import BuiltInRetries, Retry, RetryPart
from surefoot.semantics.call import Arguments, Given
from surefoot.semantics.retried import EITHER, Errors, condition
from surefoot.semantics.summary import MAKER, MOUNTED, Symbol
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

FOREVER = math.inf
_SETTING = re.compile(r"(?P<path>[\w.@()]+)(?: \+ (?P<extra>\d+))?")

_NO_JITTER = (("k", None), ("k", False), ("k", 0), ("k", 0.0))


class Setting(NamedTuple):
    """Where a number of attempts stands: keywords or keys on the way, and what to add."""

    path: tuple[tuple[str, int | None], ...]
    extra: int


@functools.lru_cache(maxsize=512)
def setting(text: str) -> Setting:
    """Read the notation of `BuiltInRetries.read`: `config.retries.max_attempts + 1`."""
    found = _SETTING.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not like `max_retries + 1`")
    path = []
    for part in found["path"].split("."):
        name, _, index = part.partition("@")
        path.append((name, int(index) if index else None))
    return Setting(tuple(path), int(found["extra"] or 0))


class Policy:
    """A call of a retry decorator, iterator, task decorator or policy class."""

    def __init__(self, name: str, fact: Retry, arguments: Arguments) -> None:
        self.name = name
        self.fact = fact
        self.arguments = arguments

    @property
    def enabled(self) -> bool:
        """Whether it retries at all; false where that cannot be known."""
        if self.arguments.constant("enabled") == (False,):
            return False
        wanted = self.fact.enabled_by
        if not wanted:
            return True
        given = [self.arguments.get(name) for name in wanted]
        return any(
            not isinstance(value, Given)
            and value not in (("k", None), ("k", False), ("k", 0), ("t", ()))
            for value in given
        )

    @property
    def is_configured(self) -> bool:
        """Whether any argument is given."""
        given = self.arguments
        return bool(
            given.positional or given.keywords or given.open_positional or given.open_keywords
        )

    @property
    def stays_silent(self) -> bool:
        """Whether no exception comes out when all attempts have failed, as far as is known."""
        fact = self.fact
        if fact.callback is not None and self.arguments.has(fact.callback):
            return True
        return any(self.arguments.constant(name) == (value,) for name, value in fact.swallow)

    @property
    def raised(self) -> str | None:
        """The exception that comes out at the end in place of the original, as far as is known."""
        given = self.arguments
        if any(given.constant(name) == (value,) for name, value in self.fact.raised_unless):
            return None
        if not self.fact.raised_if:
            return self.fact.raised
        wanted = any(given.constant(name) == (value,) for name, value in self.fact.raised_if)
        return self.fact.raised if wanted else None

    @functools.cached_property
    def attempts(self) -> float | None:
        """The number of calls in all; `FOREVER` without limit, None where it is not known."""
        for text in self.fact.attempts:
            found = _configured(self.arguments, setting(text), none=FOREVER)
            if found is not Given.ABSENT:
                return found if isinstance(found, float) else None
        if self.fact.attempts and self.bounded is not None:
            if not self.bounded:
                return FOREVER
            default = self.fact.default_attempts
            return float(default) if default is not None else None
        for text in self.fact.stop:
            ((name, position),) = setting(text).path
            stop = self.arguments.get(name, position)
            if stop is not Given.ABSENT:
                return self._of_stop(self.arguments.symbol(name, position))
        if self.bounded is False:
            return FOREVER
        default = self.fact.default_attempts
        return float(default) if default is not None else None

    def _of_stop(self, symbol: object) -> float | None:
        """The number of calls after which a stop condition holds."""
        if not isinstance(symbol, tuple):
            return None
        world = self.arguments.world
        if symbol[0] == "c" and symbol[1] == ("n", EITHER):
            return _least(self._of_stop(item) for _, item in symbol[2])
        value = world.value(symbol)
        if value is None:
            return None
        if value[0] == "i" and value[2] is not None:
            part: RetryPart | None = world.fact(RetryPart, value[1])
            arguments = Arguments(value[2], world)
            if part is not None and part.attempts is not None:
                number = arguments.get(part.parameter or (), part.attempts)
                return _number(number, 0, none=None)
            if value[1] == "tenacity.stop_any":
                return _least(self._of_stop(item) for item in arguments.positional)
        if value[0] == "n":
            stop: RetryPart | None = world.fact(RetryPart, value[1])
            return FOREVER if stop is not None and stop.never else None
        return None

    @functools.cached_property
    def bounded(self) -> bool | None:
        """Whether it stops some time; None where that is not known."""
        given: dict[str, bool] = {}
        for text in self.fact.stop:
            ((name, position),) = setting(text).path
            value = self.arguments.get(name, position)
            if value is Given.MAYBE or value == PENDING:
                return None
            if not isinstance(value, Given):
                given[name] = not self._never(value)
        if any(given.values()):
            return True
        if self.fact.default_attempts is None:
            return False if self.fact.stop else None
        return not given or not all(name in given for name in self.fact.bounded_by)

    def _never(self, value: Value) -> bool:
        """Whether a value given as a bound is none."""
        if value is None:
            return False
        if value[0] == "k":
            number = value[1]
            return number is None or (
                isinstance(number, (int, float)) and not isinstance(number, bool) and number < 0
            )
        if value[0] in ("n", "i"):
            part: RetryPart | None = self.arguments.world.fact(RetryPart, value[1])
            return part is not None and part.never
        return False

    @functools.cached_property
    def waits(self) -> bool | None:
        """Whether there is a delay between attempts; None where that is not known."""
        given: list[bool | None] = []
        zero = False
        for index, name in enumerate(self.fact.wait):
            position = self.fact.wait_position if index == 0 else None
            value = self.arguments.get(name, position)
            if value is Given.MAYBE or value == PENDING:
                return None
            if isinstance(value, Given):
                continue
            given.append(self._delays(value))
            zero = zero or value in (("k", 0), ("k", 0.0))
        if any(item is not False for item in given):
            return True
        if self.fact.waits:
            return not zero and not (given and self.fact.delay is None)
        return False

    def _delays(self, value: Value) -> bool:
        if value is None:
            return True
        if value[0] == "k":
            return bool(value[1])
        if value[0] == "t":
            return any(self._delays(self.arguments.world.value(item)) for item in value[1])
        if value[0] in ("n", "i"):
            part: RetryPart | None = self.arguments.world.fact(RetryPart, value[1])
            if part is not None and part.never:
                return False
            if part is not None and part.zero is not None and value[0] == "i" and value[2]:
                wait = Arguments(value[2], self.arguments.world).constant((), part.zero)
                return wait not in ((0,), (0.0,))
        return True

    @functools.cached_property
    def is_random(self) -> bool | None:
        """Whether the waits differ between those who wait; None where that is not known."""
        given = [self.arguments.get(name) for name in self.fact.jitter]
        if any(value is Given.MAYBE or value is None or value == PENDING for value in given):
            return None
        stated = [value for value in given if not isinstance(value, Given)]
        if stated:
            return any(value not in _NO_JITTER for value in stated)
        if self.fact.random or self.fact.jitter or not self.fact.wait:
            return self.fact.random
        symbol = self.arguments.symbol(self.fact.wait[0], self.fact.wait_position)
        return self._is_random(symbol) if isinstance(symbol, tuple) else None

    def _is_random(self, symbol: Symbol) -> bool | None:
        """Whether a condition of waiting has something random in it."""
        world = self.arguments.world
        value = world.value(symbol)
        if value is None or value[0] != "i" or value[2] is None:
            return None
        part: RetryPart | None = world.fact(RetryPart, value[1])
        if part is None or part.role != "wait" or part.judge is not None:
            return None
        if part.random:
            return True
        parts = [self._is_random(item) for _, item in value[2] if _makes(item)]
        if True in parts:
            return True
        return None if None in parts else False

    @functools.cached_property
    def delay(self) -> float | None:
        """The seconds between two attempts, where they are the same each time and known."""
        fact = self.fact
        if fact.delay is None:
            return None
        if any(self.arguments.has(name) for name in fact.wait if name != fact.delay):
            return None
        value = self.arguments.get(fact.delay)
        if value is Given.ABSENT:
            return fact.default_delay
        return _number(value, 0, none=None)

    @functools.cached_property
    def errors(self) -> Errors:
        """What it retries."""
        fact = self.fact
        filtered = any(self.arguments.has(name) for name in fact.filters if name != fact.on)
        if fact.on is None:
            return Errors(everything=fact.everything, filtered=filtered, unknown=True)
        symbol = self.arguments.symbol(fact.on, fact.on_position)
        if symbol is Given.ABSENT:
            return Errors(
                everything=fact.everything, filtered=filtered, unknown=not fact.everything
            )
        found = (
            Errors(unknown=True)
            if isinstance(symbol, Given)
            else condition(self.arguments.world, symbol)
        )
        if filtered:
            return Errors(found.names, found.everything, found.stated, True, found.unknown)
        return found


def policy_of(world: World, value: Value) -> Policy | None:
    """Return the policy a value is, where it is one: `retry(...)` or a bare `retry`."""
    if value is None or value == PENDING or value[0] not in ("n", "m", "i"):
        return None
    fact: Retry | None = world.fact(Retry, value[1])
    if fact is None or (value[0] == "i" and value[2] is None):
        return None
    pairs = value[2] if value[0] == "i" else ()
    return Policy(value[1], fact, Arguments(pairs, world))


class Client(NamedTuple):
    """How often a client calls: `attempts` in all, None where it is not known.

    `name` is what makes it try again, called with `pairs` as arguments.
    """

    name: str
    attempts: float | None
    connect_only: bool
    pairs: tuple[tuple[str, Symbol], ...] = ()


def client_of(world: World, value: Value, settings: dict[str, float]) -> Client | None:
    """Return what is known of the retries of an instance; `settings` are the numbers that
    the project assigns to globals of libraries."""
    if value is None or value[0] != "i" or value[2] is None:
        return None
    arguments = Arguments(value[2], world)
    maker = arguments.keywords.get(MAKER)
    name = str(maker[1]) if maker is not None else str(value[1])
    fact: BuiltInRetries | None = world.fact(BuiltInRetries, name)
    if fact is None and maker is not None:
        name = str(value[1])
        fact = world.fact(BuiltInRetries, name)
    if fact is None:
        return None
    if world.cls(value[1]) is not None and _constructs(world, value[1]):
        return None
    client = _client(name, fact, arguments, settings)
    if client.name != name:
        return client
    pairs = tuple(pair for pair in value[2] if pair[0] not in (MAKER, MOUNTED))
    return client._replace(pairs=pairs)


def called(
    name: str, fact: BuiltInRetries, arguments: Arguments, settings: dict[str, float]
) -> Client:
    """Return what is known of the retries of a function that retries by itself."""
    return _client(name, fact, arguments, settings)


def _client(
    name: str, fact: BuiltInRetries, arguments: Arguments, settings: dict[str, float]
) -> Client:
    for text in fact.read:
        where = setting(text)
        if len(where.path) == 1:
            inner = _instance(arguments, where)
            if inner is not None:
                return inner
        found = _configured(arguments, where, none=None)
        if found is not Given.ABSENT:
            known = found if isinstance(found, float) else None
            return Client(name, known, fact.connect_only)
    if fact.module_setting is not None:
        where = setting(fact.module_setting)
        path = ".".join(part for part, _ in where.path)
        if path in settings:
            return Client(name, settings[path] + where.extra, fact.connect_only)
    if _inherits_configuration(name, arguments.world):
        return Client(name, None, fact.connect_only)
    known = float(fact.attempts) if fact.attempts is not None else None
    return Client(name, known, fact.connect_only)


def _instance(arguments: Arguments, where: Setting) -> Client | None:
    """What stands at a place that is itself a policy or a retrying object."""
    ((name, position),) = where.path
    value = arguments.get(name, position)
    if isinstance(value, Given) or value is None:
        return None
    policy = policy_of(arguments.world, value)
    if policy is not None:
        return Client(policy.name, policy.attempts, False, value[2] if value[0] == "i" else ())
    return client_of(arguments.world, value, {})


def _inherits_configuration(name: str, world: World) -> bool:
    """Whether an object was derived from another one, as by `client.with_options()`."""
    owner, _, method = name.rpartition(".")
    return (
        method[:1].islower()
        and not method.startswith("from_")
        and world.fact(BuiltInRetries, owner) is not None
    )


def _constructs(world: World, name: str) -> bool:
    """Whether a project class has a constructor that does not hand its keywords on."""
    for owner in world.lineage(name):
        summary = world.cls(owner[1]) if owner != PENDING else None
        if summary is not None and "__init__" in summary.members:
            function = world.function(f"{owner[1]}.__init__")
            return function is None or not any(
                parameter.kind == "double-star" for parameter in function.parameters
            )
    return False


def _configured(arguments: Arguments, where: Setting, none: float | None) -> float | Given | None:
    """Follow a path of keywords and keys to a number; ABSENT where it ends nowhere."""
    world = arguments.world
    current: Arguments = arguments
    for index, (name, position) in enumerate(where.path):
        value = current.get(name, position)
        if value is Given.MAYBE:
            return None
        if isinstance(value, Given):
            return Given.ABSENT
        policy = policy_of(world, value)
        if policy is not None:
            return policy.attempts
        if index == len(where.path) - 1:
            return _number(value, where.extra, none)
        if value is None or value == PENDING:
            return None
        if value[0] == "i" and value[2] is not None:
            current = Arguments(value[2], world)
        elif value[0] == "d":
            pairs = [(str(key), item) for key, item in value[1]]
            current = Arguments(pairs if value[2] else [*pairs, ("**", None)], world)
        elif value == ("k", None):
            return Given.ABSENT
        else:
            return None
    return Given.ABSENT


def _makes(symbol: Symbol) -> bool:
    """Whether a symbol is, or may be, a part of a policy: something called, or unpacked."""
    return symbol is None or symbol[0] in ("c", "i", "t", "l", "u")


def _number(value: Value | Given, extra: int, none: float | None) -> float | None:
    if not isinstance(value, tuple) or value[0] != "k":
        return None
    number = value[1]
    if number is None:
        return none
    if not isinstance(number, (int, float)):
        return None
    if number < 0:
        return FOREVER
    return float(number + extra)


def _least(numbers: object) -> float | None:
    known = [number for number in numbers if number is not None]  # type: ignore[attr-defined]
    return min(known) if known else None
