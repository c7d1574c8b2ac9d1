"""The facts of all libraries, looked up by qualified name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from surefoot.facts.kinds import Fact, Resource

F = TypeVar("F", bound=Fact)
T = TypeVar("T")


@dataclass(frozen=True)
class Library:
    """Where a set of facts comes from: a library, the release that was read, its documentation.

    `distribution` is its name on the package index; `None` for the standard library.
    """

    name: str
    distribution: str | None
    read_against: str
    docs: str
    source: str


@dataclass
class FactTable:
    """What is known of callables and classes, by their full dotted names.

    `entries` maps a name, or a pattern that ends in `.*` (any attribute) or `.**` (any
    attribute at any depth), to its facts by kind. `aliases` maps other spellings to the
    name the facts are stated under; it holds for everything below them too. `parents`
    maps a class to its base classes, whose facts it inherits. A kind that is None under
    a name is taken back there: neither patterns nor base classes supply it.
    """

    libraries: tuple[Library, ...] = ()
    entries: dict[str, dict[type[Fact], Fact | None]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _found: dict[str, Mapping[type[Fact], Fact]] = field(default_factory=dict, repr=False)
    _canonical: dict[str, str] = field(default_factory=dict, repr=False)
    _roots: frozenset[str] | None = field(default=None, repr=False)
    _last_names: dict[type[Fact], frozenset[str]] = field(default_factory=dict, repr=False)
    _made: dict[object, object] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, object]:
        return {
            **self.__dict__,
            "_found": {},
            "_canonical": {},
            "_last_names": {},
            "_made": {},
        }

    def canonical(self, name: str) -> str:
        """Return the spelling of `name` under which facts are stated."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonicalise(name) if self.covers(name) else name
            self._canonical[name] = known
        return known

    def _canonicalise(self, name: str) -> str:
        for _ in range(4):
            for prefix, rest in _splits(name):
                target = self.aliases.get(prefix)
                if target is not None:
                    name = target + rest
                    break
            else:
                return name
        return name

    def get(self, kind: type[F], name: str) -> F | None:
        """Return the fact of this kind about `name`, directly, by pattern or inherited."""
        return self.of(name).get(kind)  # type: ignore[return-value]

    def stated(self, kind: type[F], name: str) -> F | None:
        """Return the fact that is stated of `name` itself, neither by pattern nor inherited."""
        return self.entries.get(self.canonical(name), {}).get(kind)  # type: ignore[return-value]

    def of(self, name: str) -> Mapping[type[Fact], Fact]:
        """Return all facts about `name`, by kind."""
        found = self._found.get(name)
        if found is None:
            collected = self._collect(self.canonical(name), set()) if self.covers(name) else {}
            found = {kind: fact for kind, fact in collected.items() if fact is not None}
            self._found[name] = found
        return found

    def _collect(self, name: str, seen: set[str]) -> Mapping[type[Fact], Fact | None]:
        if name in seen:
            return {}
        seen.add(name)
        found: dict[type[Fact], Fact | None] = dict(self.entries.get(name, ()))
        special = name.endswith("__") and not name.endswith(".__call__")
        for prefix, rest in _splits(name):
            if rest and not special:  # a pattern speaks of what people call by its name
                pattern = ".*" if rest.count(".") == 1 else ".**"
                candidates = (
                    [prefix + pattern] if pattern == ".**" else [prefix + ".*", prefix + ".**"]
                )
                for candidate in candidates:
                    for kind, fact in self.entries.get(candidate, {}).items():
                        found.setdefault(kind, fact)
            for base in self.parents.get(prefix, ()):
                for kind, fact in self._collect(self.canonical(base + rest), seen).items():
                    found.setdefault(kind, fact)
        return found

    def bases(self, name: str) -> tuple[str, ...]:
        """Return the direct base classes that are known of the class `name`."""
        return self.parents.get(self.canonical(name), ())

    def ancestors(self, name: str) -> Iterator[str]:
        """Yield the class and all its known base classes, each once."""
        pending, seen = [self.canonical(name)], set()
        while pending:
            current = pending.pop(0)
            if current not in seen:
                seen.add(current)
                yield current
                pending.extend(map(self.canonical, self.parents.get(current, ())))

    def covers(self, name: str) -> bool:
        """Return whether the top-level package of `name` belongs to a library with facts."""
        if self._roots is None:
            names = [*self.entries, *self.aliases, *self.parents]
            self._roots = frozenset(entry.partition(".")[0] for entry in names)
        return name.partition(".")[0] in self._roots

    @cached_property
    def closers(self) -> frozenset[str]:
        """The methods that close something of some library."""
        stated = (facts.get(Resource) for facts in self.entries.values())
        return frozenset(
            method for fact in stated if isinstance(fact, Resource) for method in fact.close
        )

    def once(self, make: Callable[[FactTable], T]) -> T:
        """Return `make(self)`, worked out once for the table, whoever asks."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]  # type: ignore[assignment]
        return made

    def names(self, kind: type[Fact]) -> list[str]:
        """Return all names and patterns with a fact of this kind, sorted."""
        return sorted(name for name, facts in self.entries.items() if facts.get(kind) is not None)

    def last_names(self, kind: type[Fact]) -> frozenset[str]:
        """Return the last words of the names with a fact of this kind: what a call of one of
        them, however it is reached, is written with."""
        known = self._last_names.get(kind)
        if known is None:
            known = frozenset(name.rpartition(".")[2] for name in self.names(kind))
            self._last_names[kind] = known
        return known


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """Yield (`a.b.c`, ``), (`a.b`, `.c`), (`a`, `.b.c`)."""
    end = len(name)
    while end > 0:
        yield name[:end], name[end:]
        end = name.rfind(".", 0, end)
