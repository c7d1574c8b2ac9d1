"""Classes whose instances a database stores."""

from __future__ import annotations

import re
from dataclasses import dataclass

from surefoot.facts.kinds import Entity
from surefoot.semantics.queries import subject
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World

_TABLE = frozenset({"__table__", "__tablename__"})
_SECRET = re.compile(
    r"(\w+_)?(password|passwd|passphrase|secret|api_?key|private_key|ssn|otp|salt)(_(hash|digest|key))?"
    r"|(hashed|encrypted)_\w+|(password|pw|pwd|token|key)_?hash|(\w+_)?(access|refresh|auth|api)_token|token"
)
_HELD = ("builtins.frozenset", "builtins.list", "builtins.set", "builtins.sorted", "builtins.tuple")
_DEEPEST = 4


@dataclass(frozen=True)
class Stored:
    """An entity: the name of its class, what it is in words, its fields that are secrets."""

    name: str
    what: str
    secrets: tuple[str, ...]

    @property
    def shown(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def remark(self) -> str:
        """What to say of its fields."""
        fields = " and ".join(f"`{field}`" for field in self.secrets)
        return f", {fields} included" if fields else ", and so will each one that is added"


def entity(world: World, name: str) -> Stored | None:
    """Return what is known of a class if its instances are stored."""
    fact: Entity | None = world.fact(Entity, name)
    own = world.cls(name)
    if fact is not None and fact.keyword is not None:
        given = dict(own.keywords).get(fact.keyword) if own is not None else None
        if world.value(given) != ("k", True):
            return None
    if fact is None and not (own is not None and own.bases and _has_table(world, name)):
        return None
    what = fact.what if fact is not None else "database model"
    return Stored(name, what, _secrets(world, name, fact))


def _has_table(world: World, name: str) -> bool:
    return any(
        owner != PENDING
        and (summary := world.cls(owner[1])) is not None
        and not _TABLE.isdisjoint(summary.members)
        for owner in world.lineage(name)
    )


def _secrets(world: World, name: str, fact: Entity | None) -> tuple[str, ...]:
    """The fields of a class, inherited ones included, that by their names hold secrets."""
    found = set(fact.secret) if fact is not None else set()
    for owner in world.lineage(name):
        summary = world.cls(owner[1]) if owner != PENDING else None
        for member, symbol in summary.members.items() if summary is not None else ():
            if _SECRET.fullmatch(member.lower()) and _is_field(world, symbol):
                found.add(member)
    return tuple(sorted(found))


def _is_field(world: World, symbol: Symbol) -> bool:
    """Whether an attribute of a class is declared as a column: neither a method nor a link to
    other objects."""
    value = world.value(symbol)
    if symbol is None or (value is not None and value[0] in ("k", "n", "t", "d")):
        return False
    callee: Symbol = symbol
    while callee is not None and callee[0] in ("A", "c", "N"):
        callee = callee[2] if callee[0] == "A" else callee[1]
    name = "" if callee is None or callee[0] not in ("n", "a") else str(callee[-1])
    return not name.rpartition(".")[2].lower().endswith(("relationship", "backref", "property"))


def stored_in(world: World, value: Value, depth: int = 0) -> Stored | None:
    """Return the entity that a value is, or holds one or more of."""
    if value is None or value == PENDING or depth > _DEEPEST:
        return None
    match value:
        case ("i", name, _):
            about = subject(value)
            if about is not None:
                return entity(world, about[1])
            if name in _HELD:
                return stored_in(world, world.element(value, None), depth + 1)
            return entity(world, name)
        case ("l" | "co", symbol):
            return stored_in(world, world.value(symbol), depth + 1)
        case ("t", items):
            return _first(world, items, depth)
        case ("d", items, _):
            return _first(world, [item for _, item in items], depth)
    return None


def _first(world: World, symbols: object, depth: int) -> Stored | None:
    assert isinstance(symbols, (list, tuple))
    for symbol in symbols:
        found = stored_in(world, world.value(symbol), depth + 1)
        if found is not None:
            return found
    return None
