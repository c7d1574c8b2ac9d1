"""The modules that are known, and what symbols mean by them: symbols -> values."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from surefoot.facts.kinds import Fact
from surefoot.facts.table import FactTable
from surefoot.semantics import alternatives, elements, members, outcomes
from surefoot.semantics.receivers import Receivers
from surefoot.semantics.summary import (
    ANNOTATED,
    VALUES,
    ClassSummary,
    FunctionSummary,
    ModuleSummary,
    Symbol,
)
from surefoot.semantics.values import PENDING, Value

_DEEPEST = 40
_PROPERTIES = (
    "builtins.property",
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "abc.abstractproperty",
)
_PROPERTY_NAMES = frozenset(
    {"cached_property", "classproperty", "hybrid_property", "lazy_property", "memoized_property"}
)
_CLASS_METHODS = ("builtins.classmethod",)
_TYPE_VARIABLES = ("typing.TypeVar", "typing_extensions.TypeVar")
_STDLIB = sys.stdlib_module_names | {"builtins"}


class World:
    """The modules known at this moment, and what their names mean.

    `home` is the module being examined when the others are not known: a name that may
    belong to another module of the project is then `PENDING`. `packages` are the
    top-level names of the project, empty where they are not known.
    """

    def __init__(
        self,
        modules: Mapping[str, ModuleSummary],
        facts: FactTable,
        home: str | None = None,
        packages: frozenset[str] = frozenset(),
    ) -> None:
        self.modules = modules
        self.facts = facts
        self.receivers = Receivers()
        self._home = home
        self._packages = packages
        self._values: dict[int, tuple[Symbol, Value]] = {}
        self._active: set[int] = set()
        self._found: dict[str, Value | tuple[str, Any]] = {}
        self._splits: dict[str, tuple[ModuleSummary | None, str]] = {}
        self._facts: dict[str, Mapping[type[Fact], Fact]] = {}
        self._lineages: dict[str, tuple[tuple[Any, ...], ...]] = {}
        self._external: dict[str, bool] = {}

    # -- definitions ---------------------------------------------------------------------

    def function(self, name: str) -> FunctionSummary | None:
        """Return the project function of this full name."""
        module, rest = self.split(name)
        return module.functions.get(rest) if module is not None else None

    def cls(self, name: str) -> ClassSummary | None:
        """Return the project class of this full name."""
        module, rest = self.split(name)
        return module.classes.get(rest) if module is not None else None

    def split(self, name: str) -> tuple[ModuleSummary | None, str]:
        """Split a full name into the module it belongs to and the rest."""
        known = self._splits.get(name)
        if known is None:
            known = self._splits[name] = self._split(name)
        return known

    def _split(self, name: str) -> tuple[ModuleSummary | None, str]:
        end = len(name)
        while end > 0:
            module = self.modules.get(name[:end])
            if module is not None:
                return module, name[end + 1 :]
            end = name.rfind(".", 0, end)
        module = self.modules.get("")
        if module is not None and (name in module.functions or name in module.classes):
            return module, name
        return None, name

    def name(self, name: str) -> Value:
        """Return what a full name refers to, through re-exports."""
        known = self._found.get(name)
        if known is None and name not in self._found:
            self._found[name] = None
            known = self._found[name] = self._name(name, 0, {name})
        return known

    def _name(self, name: str, hops: int, seen: set[str]) -> Value:
        """Follow a name; `seen` keeps modules that import everything of each other from being
        searched on every way there is through them."""
        if hops > 12:
            return None
        module, rest = self.split(name)
        if module is None:
            if self.may_be_project(name) and not members.is_grpc_stub(name):
                return PENDING
            return ("n", self.facts.canonical(name))
        if not rest:
            return self._hidden(name, hops, seen) or ("n", name)
        if rest in module.functions or rest in module.classes:
            return ("n", name)
        head, _, tail = rest.partition(".")
        if head in module.names:
            symbol = module.names[head]
            if symbol is not None and symbol[0] == "n" and symbol[1] != f"{module.module}.{head}":
                target = f"{symbol[1]}.{tail}" if tail else symbol[1]
                return self._name(target, hops + 1, seen)
            value = self.value(symbol)
            for attr in tail.split(".") if tail else ():
                value = self.attribute(value, attr)
            return value
        if head in module.classes:
            owner: Value = ("n", f"{module.module}.{head}" if module.module else head)
            for attr in tail.split("."):
                owner = self.attribute(owner, attr)
            return owner
        for star in module.star_imports:
            there = f"{star}.{rest}"
            if there in seen or self.split(star)[1] not in ("", star):
                continue  # asked already, or a module of the project that is not there
            seen.add(there)
            value = self._name(there, hops + 1, seen)
            if value is not None:
                return value
        if self._home is not None and module.is_package:
            return PENDING
        return None

    def _hidden(self, name: str, hops: int, seen: set[str]) -> Value:
        """What hides a module in its package: `from .session import session`."""
        package, _, last = name.rpartition(".")
        parent = self.modules.get(package) if package else None
        symbol = parent.names.get(last) if parent is not None and parent.is_package else None
        if symbol is None or symbol[0] != "n" or symbol[1] == name:
            return None
        return self._name(symbol[1], hops + 1, seen)

    def may_be_project(self, name: str) -> bool:
        """Whether a name that no known module has may belong to a module not yet known."""
        if self._home is None:
            return False
        root = name.partition(".")[0]
        known = self._external.get(root)
        if known is None:
            own = self._home.partition(".")[0]
            if root == own or root in self._packages:
                known = False
            elif self._packages or root in _STDLIB:
                known = True
            else:
                known = self.facts.covers(name)
            self._external[root] = known
        return not known

    # -- values --------------------------------------------------------------------------

    def value(self, symbol: Symbol) -> Value:
        """Return what a symbol means."""
        if symbol is None or symbol == PENDING:
            return symbol
        key = id(symbol)
        known = self._values.get(key)
        if known is not None:
            return known[1]
        if key in self._active or len(self._active) > _DEEPEST:
            return None
        self._active.add(key)
        try:
            value = self._evaluate(symbol)
        finally:
            self._active.discard(key)
        self._values[key] = (symbol, value)
        return value

    def _evaluate(self, symbol: tuple[Any, ...]) -> Value:
        match symbol:
            case ("n", name):
                return self.name(name)
            case ("C", name):
                return self.name(name)
            case ("a", base, attr):
                return self.attribute(self.value(base), attr)
            case ("g", base, attr):
                return self.getter(self.value(base), attr)
            case ("c", callee, arguments):
                return self.call(self.value(callee), arguments)
            case ("k" | "t" | "l" | "co" | "cm", _) | ("p" | "d" | "i" | "m" | "P", _, _):
                return symbol
            case ("I", kind):
                return self.instance(self.value(kind))
            case ("w", inner):
                return self._awaited(self.value(inner))
            case ("e", inner):
                return elements.entered(self, self.value(inner))
            case ("x", inner, key):
                return self.element(self.value(inner), key)
            case ("u", items, strict):
                return alternatives.one_of([self.value(item) for item in items], strict)
            case ("A", kind, inner):
                return alternatives.annotated(self, self.value(kind), self.value(inner))
            case ("N", inner, kind):
                return alternatives.tested(self, self.value(inner), self.value(kind))
            case ("V", item):
                return ("i", "builtins.dict", ((VALUES, item),))
            case ("W", inner):
                return ("co", inner)
            case ("D", provider):
                return outcomes.provided(self, self.value(provider))
            case ("s", _) | ("s", _, _):
                return symbol
        return None

    def _awaited(self, value: Value) -> Value:
        if value is not None and value[0] == "co":
            return self.value(value[1])
        if value is not None and value[:2] == ("i", "asyncio.Task"):
            given = [symbol for keyword, symbol in value[2] or () if keyword == ""]
            return self._awaited(self.value(given[0])) if given else None
        return value

    def instance(self, kind: Value) -> Value:
        """Return an instance of a class."""
        if kind is None or kind == PENDING:
            return kind
        if kind[0] == "n":
            return ("i", kind[1], None)
        if kind[0] == "i" and kind[1] == ANNOTATED:
            (_, declared), (_, provided) = kind[2]
            instance = self.instance(self.value(declared))
            return alternatives.annotated(self, instance, self.value(provided))
        if kind[0] == "i" and kind[1] in _TYPE_VARIABLES:
            bound = dict(kind[2] or ()).get("bound")
            return self.instance(self.value(bound)) if bound is not None else None
        return None

    def element(self, value: Value, key: object) -> Value:
        """Return the element of a value under a key; for the keys see `summary`."""
        return elements.element(self, value, key)

    # -- attributes and calls ------------------------------------------------------------

    def attribute(self, value: Value, attr: str) -> Value:
        """Return the attribute of a value."""
        return members.attribute(self, value, attr)

    def getter(self, value: Value, attr: str) -> Value:
        """Return the method that reading an attribute of a project object runs; None where it
        is no property."""
        return members.getter(self, value, attr)

    def lineage(self, name: str) -> tuple[tuple[Any, ...], ...]:
        """Return a project class and its bases as values, in the order attributes are looked
        up; of external bases not their own; `PENDING` where a base is not known yet."""
        known = self._lineages.get(name)
        if known is not None:
            return known
        stack = [name]
        while stack:
            current = stack[-1]
            self._lineages.setdefault(current, (("n", current),))
            bases = self._bases(current)
            new = [base for base in bases if base != PENDING and base[1] not in self._lineages]
            if new:
                stack.append(new[0][1])
                continue
            stack.pop()
            found: list[tuple[Any, ...]] = [("n", current)]
            for base in bases:
                found.extend((PENDING,) if base == PENDING else self._lineages[base[1]])
            self._lineages[current] = _in_order(found)
        return self._lineages[name]

    def _bases(self, name: str) -> list[tuple[Any, ...]]:
        summary = self.cls(name)
        values = [self.value(base) for base in summary.bases] if summary is not None else []
        return [
            value if value[0] != "m" else ("n", value[1])
            for value in values
            if value is not None
            and (value[0] in ("n", "?") or self._is_class_of_instance(value))
            and value[1:] != ("builtins.object",)
        ]

    def _is_class_of_instance(self, value: tuple[Any, ...]) -> bool:
        """Whether a value is a class kept by an instance of a library: `db.Model`."""
        return value[0] == "m" and self.function(value[1]) is None and bool(self.facts.of(value[1]))

    def is_property(self, function: FunctionSummary) -> bool:
        """Whether reading the attribute calls the function."""
        names = [self.target(decorator) or "" for decorator in function.decorators]
        return any(
            name in _PROPERTIES or name.rpartition(".")[2] in _PROPERTY_NAMES for name in names
        )

    def is_class_method(self, function: FunctionSummary) -> bool:
        """Whether a function is called on its class."""
        return self.decorated(function, _CLASS_METHODS)

    def decorated(self, function: FunctionSummary, names: tuple[str, ...]) -> bool:
        """Whether a function has a decorator of one of these canonical names."""
        return any(self.target(decorator) in names for decorator in function.decorators)

    def target(self, symbol: Symbol) -> str | None:
        """Return the canonical name of what a symbol names or calls."""
        if symbol is not None and symbol[0] == "c":
            symbol = symbol[1]
        value = self.value(symbol)
        return value[1] if value is not None and value[0] in ("n", "m") else None

    def call(self, callee: Value, arguments: tuple[Any, ...]) -> Value:
        """Return what calling a value gives."""
        return outcomes.call(self, callee, arguments)

    # -- facts ---------------------------------------------------------------------------

    def facts_about(self, name: str) -> Mapping[type[Fact], Fact]:
        """Return the facts about a name; a project class has those of its external bases."""
        known = self._facts.get(name)
        if known is None:
            known = self._facts[name] = self._facts_about(name)
        return known

    def _facts_about(self, name: str) -> Mapping[type[Fact], Fact]:
        if self.cls(name) is None:
            return self.facts.of(name)
        found: dict[type[Fact], Fact] = {}
        for owner in self.lineage(name):
            if owner != PENDING and self.cls(owner[1]) is None:
                for kind, fact in self.facts.of(owner[1]).items():
                    found.setdefault(kind, fact)
        return found

    def fact(self, kind: type[Any], name: str) -> Any:
        """Return the fact of this kind about a name, or None."""
        return self.facts_about(name).get(kind)

    def is_a(self, name: str, ancestor: str) -> bool | None:
        """Whether a class is, or inherits from, another; None while that is not known."""
        ancestor = self.facts.canonical(ancestor)
        if self.cls(name) is None:
            return ancestor in self.facts.ancestors(name)
        pending = False
        for owner in self.lineage(name):
            if owner == PENDING:
                pending = True
            elif owner[1] == ancestor or (
                self.cls(owner[1]) is None and ancestor in self.facts.ancestors(owner[1])
            ):
                return True
        return None if pending else False


def _in_order(lineage: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """A class before its bases, and a base shared by several after all that extend it; what is
    not known yet stays where it is first met."""
    found: list[tuple[Any, ...]] = []
    for index, value in enumerate(lineage):
        if value == PENDING:
            if value not in found:
                found.append(value)
        elif value not in lineage[index + 1 :]:
            found.append(value)
    return tuple(found)
