"""A call, with everything a rule may ask about it, from a tree or from a summary alike."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import TypeVar

import libcst as cst

from surefoot.facts.kinds import Fact
from surefoot.semantics.summary import At, CallSummary, ModuleSummary, Symbol
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

F = TypeVar("F", bound=Fact)


class Given(enum.Enum):
    """Whether an argument is given."""

    ABSENT = "absent"
    MAYBE = "maybe"


class Arguments:
    """The arguments of a call, with unpacked literals looked through."""

    def __init__(self, pairs: Iterable[tuple[str, Symbol]], world: World) -> None:
        self.world = world
        self.positional: list[Symbol] = []
        self.keywords: dict[str, Symbol] = {}
        self.unpacked: list[Symbol] = []
        self.open_positional = False
        self.open_keywords = False
        for keyword, symbol in pairs:
            if keyword == "":
                self.positional.append(symbol)
            elif keyword == "*":
                value = world.value(symbol)
                if value is not None and value[0] == "t" and not self.open_positional:
                    self.positional.extend(value[1])
                else:
                    self.open_positional = True
            elif keyword == "**":
                value = world.value(symbol)
                if value is not None and value[0] == "d":
                    for key, item in value[1]:
                        self.keywords[str(key)] = item
                    self.open_keywords = self.open_keywords or not value[2]
                else:
                    self.open_keywords = True
                    self.unpacked.append(symbol)
            else:
                self.keywords[keyword] = symbol

    def symbol(self, keywords: str | Iterable[str], position: int | None = None) -> Symbol | Given:
        """Return the symbol of an argument, or whether it is absent or may be given.

        `position` is the positional index of the first keyword.
        """
        names = (keywords,) if isinstance(keywords, str) else tuple(keywords)
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        if names and self.open_keywords:
            return Given.MAYBE
        if position is not None and self.open_positional:
            return Given.MAYBE
        return Given.ABSENT

    def get(self, keywords: str | Iterable[str], position: int | None = None) -> Value | Given:
        """Return the value of an argument; see `symbol`."""
        symbol = self.symbol(keywords, position)
        return symbol if isinstance(symbol, Given) else self.world.value(symbol)

    def has(self, keywords: str | Iterable[str], position: int | None = None) -> bool:
        """Whether an argument is, or may be, given."""
        return self.symbol(keywords, position) is not Given.ABSENT

    def constant(
        self, keywords: str | Iterable[str], position: int | None = None
    ) -> tuple[object] | None:
        """Return the literal value of an argument in a tuple of one, None for anything else."""
        value = self.get(keywords, position)
        if isinstance(value, tuple) and value[0] == "k":
            return (value[1],)
        return None


class Call:
    """A call: what is called, with what, in which function, under which circumstances.

    `path` says where it is. `function` is the qualname of the function it runs in, within
    `module`; empty at module level. `node` is its tree node, None when the call is looked
    at from a summary.
    """

    def __init__(
        self,
        *,
        world: World,
        module: str,
        path: str,
        symbol: Symbol,
        function: str,
        node: cst.Call | None = None,
    ) -> None:
        self.world = world
        self.module = module
        self.path = path
        self.symbol = symbol
        self.function = function
        self.node = node

    @property
    def at(self) -> At:
        """The circumstances it runs under."""
        raise AttributeError("at")

    @property
    def place(self) -> int:
        """The index of its node in the walk of its file."""
        raise AttributeError("place")

    @cached_property
    def callee(self) -> Value:
        """What is called."""
        if self.symbol is None or self.symbol[0] != "c":
            return None
        return self.world.value(self.symbol[1])

    @cached_property
    def pending(self) -> bool:
        """Whether the callee is not known before other modules are."""
        return self.callee == PENDING

    @cached_property
    def target(self) -> Value:
        """The callee without arguments bound in advance."""
        callee = self.callee
        while callee is not None and callee[0] == "P":
            callee = callee[1]
        if callee is not None and callee[0] == "i":
            member = self.world.attribute(callee, "__call__")
            return member if member is not None else ("m", f"{callee[1]}.__call__", callee)
        return callee

    @cached_property
    def name(self) -> str | None:
        """The canonical qualified name of the callee: `requests.Session.get`."""
        target = self.target
        return target[1] if target is not None and target[0] in ("n", "m") else None

    @cached_property
    def facts(self) -> Mapping[type[Fact], Fact]:
        """What is known of the callee."""
        return self.world.facts_about(self.name) if self.name is not None else {}

    def fact(self, kind: type[F]) -> F | None:
        """Return the fact of this kind about the callee."""
        return self.facts.get(kind)  # type: ignore[return-value]

    @cached_property
    def arguments(self) -> Arguments:
        """The arguments, those bound in advance by `functools.partial` included."""
        pairs: list[tuple[str, Symbol]] = []
        callee = self.callee
        while callee is not None and callee[0] == "P":
            pairs[:0] = callee[2]
            callee = callee[1]
        if self.symbol is not None and self.symbol[0] == "c":
            pairs.extend(self.symbol[2])
        return Arguments(pairs, self.world)

    @cached_property
    def receiver(self) -> Value:
        """The instance a method is called on, as a value."""
        target = self.target
        return target[2] if target is not None and target[0] == "m" else None

    @cached_property
    def constructor(self) -> Arguments | None:
        """The arguments the receiver was made with, where they are known."""
        receiver = self.receiver
        if receiver is None or receiver[0] != "i" or receiver[2] is None:
            return None
        return Arguments(receiver[2], self.world)

    def overrides(self, *methods: str) -> bool:
        """Whether the receiver's class is the project's and defines one of these methods."""
        receiver = self.receiver
        if receiver is None or receiver[0] != "i":
            return False
        for owner in self.world.lineage(receiver[1]):
            summary = self.world.cls(owner[1]) if owner != PENDING else None
            if summary is not None and any(method in summary.members for method in methods):
                return True
        return False

    @cached_property
    def makes_own(self) -> bool:
        """Whether it makes an instance of a project class that has a constructor of its own."""
        name = self.name
        own = self.world.cls(name) is not None if name is not None else False
        made = self.world.attribute(("i", name, None), "__init__") if own else None
        return made is not None and self.world.function(made[1]) is not None

    @property
    def shown(self) -> str:
        """The callee as people write it."""
        return (self.name or "").removeprefix("builtins.").removesuffix(".__call__")

    @property
    def in_async(self) -> bool:
        """Whether the call runs in a coroutine, and not in a lambda made there."""
        return At.ASYNC in self.at and At.LAMBDA not in self.at


class LinkedCall(Call):
    """A call known from the summary of its module."""

    def __init__(self, world: World, module: ModuleSummary, summary: CallSummary) -> None:
        self.world = world
        self.module = module.module
        self.path = module.path
        self.symbol = summary.symbol
        self.function = summary.function
        self.node = None
        self._summary = summary
        callee = world.value(self.symbol[1]) if self.symbol and self.symbol[0] == "c" else None
        self.callee = callee
        if callee is not None and callee[0] in ("n", "m"):
            self.target = callee
            self.name = callee[1]
            self.facts = world.facts_about(callee[1])

    @property
    def was_pending(self) -> bool:
        """Whether its own file could not tell what it calls."""
        return self._summary.at & _PENDING != 0

    @property
    def guards(self) -> tuple[int, ...]:
        """The places of what catches exceptions around it, innermost first."""
        return self._summary.guards

    @property
    def at(self) -> At:
        return _at(self._summary.at)

    @property
    def place(self) -> int:
        return self._summary.place


_at = lru_cache(maxsize=None)(At)
_PENDING = At.PENDING.value
