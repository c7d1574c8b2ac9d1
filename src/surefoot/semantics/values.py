"""Symbols -> values, given the modules that are known.

A value is a tuple again, now with nothing left to look up:

    ("n", name)                 a module, class or function, by its canonical name
    ("m", name, receiver)       a method or attribute `name` of an instance
    ("i", class, arguments)     an instance; arguments those of its constructor, or None
    ("k", constant)  ("d", items, complete)  ("t", items)  ("l", item)
    ("co", symbol)              a coroutine that gives what the symbol means
    ("cm", symbol)              a context manager that binds it
    ("P", callee, arguments)    a callable with arguments bound in advance
    ("p", function, name)       a parameter nothing is known of

None is unknown for good; `PENDING` is unknown until other modules are known.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from surefoot.facts.kinds import (
    Attributes,
    BuiltInRetries,
    Coroutine,
    Enters,
    Fact,
    ReadsConfiguration,
    Resource,
    Retry,
    RetryPart,
    Returns,
    Settings,
    TimeoutValue,
)
from surefoot.facts.table import FactTable
from surefoot.semantics.overloads import choose
from surefoot.semantics.queries import found, of_class, subject
from surefoot.semantics.results import element, result
from surefoot.semantics.summary import (
    MAKER,
    SLICE,
    VALUES,
    ClassSummary,
    FunctionSummary,
    ModuleSummary,
    Symbol,
)

Value = tuple[Any, ...] | None
PENDING: tuple[Any, ...] = ("?",)
_DEEPEST = 40
_CLASS_KINDS = (
    Resource,
    BuiltInRetries,
    TimeoutValue,
    Settings,
    Attributes,
    Retry,
    RetryPart,
)
_FACTORY_KINDS = (Resource, BuiltInRetries, Retry)
_CONTEXT_MANAGERS = ("contextlib.contextmanager", "contextlib.asynccontextmanager")
_PROPERTIES = (
    "builtins.property",
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "abc.abstractproperty",
)
_PROPERTY_NAMES = frozenset(
    {"cached_property", "classproperty", "hybrid_property", "lazy_property", "memoized_property"}
)
_EMPTY = frozenset(
    {"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"}
    | {"typing_extensions.Generic", "typing_extensions.Protocol"}
)
_FIELDS = frozenset({"Field", "PrivateAttr"})
_TYPE_VARIABLES = ("typing.TypeVar", "typing_extensions.TypeVar")
_CLASS_METHODS = ("builtins.classmethod",)
_STATIC_METHODS = ("builtins.staticmethod",)
_CLOSING = ("contextlib.closing", "contextlib.aclosing")
_GRPC_STUB = re.compile(r"_pb2_grpc\.\w+Stub$")
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
            if self._may_be_project(name) and not _is_grpc_stub(name):
                return PENDING
            return ("n", self.facts.canonical(name))
        if not rest:
            return ("n", name)
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

    def _may_be_project(self, name: str) -> bool:
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
            case ("a", base, attr):
                return self.attribute(self.value(base), attr)
            case ("g", base, attr):
                return self.getter(self.value(base), attr)
            case ("c", callee, arguments):
                return self.call(self.value(callee), arguments)
            case ("k" | "t" | "l" | "co" | "cm", _) | ("p" | "d" | "i" | "m" | "P", _, _):
                return symbol
            case ("I", kind):
                return self._instance(self.value(kind))
            case ("w", inner):
                value = self.value(inner)
                return self.value(value[1]) if value is not None and value[0] == "co" else value
            case ("e", inner):
                return self._entered(self.value(inner))
            case ("x", inner, key):
                return self.element(self.value(inner), key)
            case ("u", items, strict):
                return self._one_of([self.value(item) for item in items], strict)
            case ("A", kind, inner):
                return self._annotated(self.value(kind), self.value(inner))
            case ("N", inner, kind):
                return self._tested(self.value(inner), self.value(kind))
            case ("V", item):
                return ("i", "builtins.dict", ((VALUES, item),))
            case ("W", inner):
                return ("co", inner)
            case ("D", provider):
                return self._provided(self.value(provider))
            case ("s", _):
                return symbol
        return None

    def _instance(self, kind: Value) -> Value:
        if kind is None or kind == PENDING:
            return kind
        if kind[0] == "n":
            return ("i", kind[1], None)
        if kind[0] == "i" and kind[1] in _TYPE_VARIABLES:
            bound = dict(kind[2] or ()).get("bound")
            return self._instance(self.value(bound)) if bound is not None else None
        return None

    def _annotated(self, declared: Value, value: Value) -> Value:
        """An annotated value: what it is, if that may be more than the annotation says."""
        if declared is None or value is None or declared == PENDING:
            return declared if declared is not None else value
        if value == PENDING or value[0] != "i" or declared[0] != "i":
            return declared
        if self._is_own(declared[1]):
            return value if self.is_a(value[1], declared[1]) else declared
        return declared if value[1].rpartition(".")[2] in _FIELDS else value

    def _tested(self, value: Value, tested: Value) -> Value:
        """A value that is known to be an instance of another, too."""
        if tested is None or value == PENDING or tested == PENDING:
            return PENDING if PENDING in (value, tested) else value
        if value is None or value[0] == "p":
            return tested
        if value[0] == tested[0] == "i" and self._is_own(tested[1]):
            return value if self.is_a(value[1], tested[1]) else tested
        return value

    def _is_own(self, name: str) -> bool:
        """Whether a class is the project's, or a built-in one: nothing else passes for it."""
        return self.cls(name) is not None or name.startswith("builtins.")

    def _provided(self, provider: Value) -> Value:
        result = self.call(provider, ())
        if result is not None and result[0] in ("co", "l", "cm"):
            return self.value(result[1])
        return result

    def _one_of(self, values: list[Value], strict: bool) -> Value:
        if PENDING in values:
            return PENDING
        known = [value for value in values if value is not None and value != ("k", None)]
        if strict:
            if None in values:
                return None
        else:
            known = [value for value in known if value[0] != "p"]
        if not known:
            return None
        first = known[0]
        if all(value == first for value in known):
            return first
        known = _without_empty(known)
        instances = [value for value in known if value[0] == "i"]
        if instances:
            known = [_generalized(value) for value in known]
            first = known[0]
            if len(instances) == 1 and all(value[1] == first[1] for value in known):
                return instances[0]
        elif len(known) == 1:
            return known[0]
        if all(value[0] == "i" and value[1] == first[1] for value in known):
            return ("i", first[1], None)
        return None

    def _entered(self, value: Value) -> Value:
        if value is None or value == PENDING:
            return value
        if value[0] == "cm":
            return self.value(value[1])
        if value[0] == "co":
            return self._entered(self.value(value[1]))
        if value[0] == "i":
            if value[1] in _CLOSING:
                arguments = value[2] or ()
                return self.value(arguments[0][1]) if arguments else None
            enters = self.fact(Enters, value[1])
            if enters is not None:
                return ("i", self.facts.canonical(enters.type), value[2])
            if self.cls(value[1]) is not None:
                for method in ("__enter__", "__aenter__"):
                    member = self.attribute(value, method)
                    if member == PENDING:
                        return PENDING
                    if member is not None and self.function(member[1]) is not None:
                        given = self.call(member, ())
                        if given is not None and given[0] == "co":
                            given = self.value(given[1])
                        if given is not None and given[:2] == value[:2]:
                            return value
                        return given
            return value
        return None

    def element(self, value: Value, key: object) -> Value:
        """Return the element of a value under a key; for the keys see `summary`."""
        if value is None or value == PENDING:
            return value
        about = subject(value)
        if about is not None and isinstance(key, (int, tuple, type(None))):
            return value if key == SLICE else self._instance(self.value(about))
        if key == SLICE:
            return value if value[0] == "l" else None
        match value:
            case ("l", item):
                return self.value(item)
            case ("t", items):
                if isinstance(key, int) and -len(items) <= key < len(items):
                    return self.value(items[key])
                if (key is None or key == ()) and items:
                    return self._one_of([self.value(item) for item in items], strict=True)
            case ("d", items, _):
                for known, item in items:
                    if known == key:
                        return self.value(item)
            case ("n", name):
                if self.facts.get(ReadsConfiguration, f"{name}.get") is not None:
                    return None  # one variable of the environment
                return value  # a class with its type parameters
            case ("i", name, arguments):
                found = element(self, name, arguments, key)
                if found is not None:
                    return found[0]
                if self.cls(name) is not None:
                    return self._own_element(value, key)
                return self._declared(name, "*")
        return None

    def _own_element(self, value: tuple[Any, ...], key: object) -> Value:
        """What iterating over, or indexing, an instance of a project class gives."""
        if key is not None:
            methods: tuple[str, ...] = ("__getitem__",)
        else:
            methods = ("__next__", "__anext__", "__iter__", "__aiter__")
        for method in methods:
            member = self.attribute(value, method)
            if member == PENDING:
                return PENDING
            if member is not None and self.function(member[1]) is not None:
                given = self.call(member, ())
                if "iter" not in method or given is None or given == PENDING:
                    return self.value(given[1]) if given and given[0] == "co" else given
                if given[0] != "i" or self.cls(given[1]) is None:
                    return self.element(given, None)
                following = self.attribute(given, "__next__") or self.attribute(given, "__anext__")
                item = self.call(following, ())
                return self.value(item[1]) if item and item[0] == "co" else item
        return self._declared(value[1], "*")

    # -- attributes and calls ------------------------------------------------------------

    def attribute(self, value: Value, attr: str) -> Value:
        """Return the attribute of a value."""
        if value is None or value == PENDING:
            return value
        match value:
            case ("n", name):
                return self._static(name, attr)
            case ("i", name, _):
                return self._member(name, attr, value)
            case ("m", name, receiver):
                return ("m", self.facts.canonical(f"{name}.{attr}"), receiver)
            case ("s", name):
                own = self.cls(name)
                for base in own.bases if own is not None else ():
                    parent = self.value(base)
                    if parent == PENDING:
                        return PENDING
                    if parent is not None and parent[0] == "n":
                        member = self._member(parent[1], attr, ("i", parent[1], None))
                        if member is not None:
                            return member
                return None
            case ("k", constant) if constant is not None:
                return ("m", f"builtins.{type(constant).__name__}.{attr}", value)
            case ("d", _, _):
                return ("m", f"builtins.dict.{attr}", value)
            case ("t", _) | ("l", _):
                return ("m", f"builtins.list.{attr}", value)
            case ("P", callee, _):
                return self.attribute(callee, attr)
        return None

    def _static(self, name: str, attr: str) -> Value:
        full = f"{name}.{attr}"
        if self.cls(name) is not None:
            for owner in self.lineage(name):
                if owner == PENDING:
                    return PENDING
                summary = self.cls(owner[1])
                if summary is None:
                    if owner[1] not in _EMPTY:
                        return of_class(self, name, self.name(f"{owner[1]}.{attr}"))
                elif attr in summary.members:
                    return of_class(self, name, self.value(summary.members[attr]))
            return None
        if self.function(name) is not None:
            return None
        return self.name(full)

    def _member(self, name: str, attr: str, receiver: tuple[Any, ...]) -> Value:
        if attr == "__class__":
            return ("n", name)
        if _is_grpc_stub(name):
            return self._remote_method(receiver)
        if self.cls(name) is None:
            if self._home is not None and self._may_be_project(name):
                return PENDING
            return self._external_member(name, attr, receiver)
        for owner in self.lineage(name):
            if owner == PENDING:
                return PENDING
            summary = self.cls(owner[1])
            if summary is None:
                if owner[1] not in _EMPTY:
                    return self._external_member(owner[1], attr, receiver)
            elif attr in summary.members:
                return self._bound(summary.members[attr], receiver)
        return None

    def _bound(self, member: Symbol, receiver: tuple[Any, ...]) -> Value:
        value = self.value(member)
        if value is None or value[0] != "n":
            return value
        function = self.function(value[1])
        if function is None:
            return value
        if self.is_property(function):
            return self.value(function.returns)
        return ("m", value[1], receiver)

    def getter(self, value: Value, attr: str) -> Value:
        """Return the method that reading an attribute of a project object runs; None where it
        is no property."""
        if value is None or value == PENDING:
            return value
        if value[0] != "i":
            return None
        for owner in self.lineage(value[1]):
            if owner == PENDING:
                return PENDING
            summary = self.cls(owner[1])
            if summary is None:
                return None
            if attr in summary.members:
                member = self.value(summary.members[attr])
                function = self.function(member[1]) if member and member[0] == "n" else None
                if function is None or not self.is_property(function):
                    return None
                return ("m", member[1], value)  # type: ignore[index]
        return None

    def _external_member(self, name: str, attr: str, receiver: tuple[Any, ...]) -> Value:
        declared = self._declared(name, attr)
        if declared is not None:
            return declared
        method = self.facts.canonical(f"{name}.{attr}")
        if not self.facts.of(method):
            other = self._declared(name, "*")
            if other is not None:
                return other
        return ("m", method, receiver)

    def _declared(self, name: str, attr: str) -> Value:
        """The instance an attribute is by the facts; `*` stands for any other attribute."""
        for ancestor in self.facts.ancestors(name):
            known = self.facts.get(Attributes, ancestor)
            for attribute, kind in known.types if known is not None else ():
                if attribute == attr:
                    return ("i", self.facts.canonical(kind), None)
        return None

    def _remote_method(self, stub: tuple[Any, ...]) -> Value:
        """A method of a generated gRPC stub; unary, unless it is called for a stream."""
        channel = self.value(stub[2][0][1]) if stub[2] else None
        asynchronous = channel is not None and str(channel[1]).startswith("grpc.aio.")
        name = (
            "grpc.aio.UnaryUnaryMultiCallable" if asynchronous else "grpc.UnaryUnaryMultiCallable"
        )
        return ("i", name, None) if channel is not None and channel[0] == "i" else None

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
        if callee is None or callee == PENDING:
            return callee
        match callee:
            case ("n", name) | ("m", name, _):
                function = self.function(name)
                if function is not None:
                    return self._result(function, arguments, is_method=callee[0] == "m")
                if callee[0] == "n" and self.cls(name) is not None:
                    return ("i", name, arguments)
                receiver = callee[2] if callee[0] == "m" else None
                given = result(self, name, receiver, arguments) or found(
                    self, name, receiver, arguments
                )
                if given is not None:
                    return given[0]
                return self._external_result(name, arguments, is_method=callee[0] == "m")
            case ("P", inner, bound):
                return self.call(inner, (*bound, *arguments))
            case ("i", name, _):
                member = self.attribute(callee, "__call__")
                if member is not None and member[0] == "m":
                    return self.call(member, arguments)
        return None

    def _result(
        self, function: FunctionSummary, arguments: tuple[Any, ...], *, is_method: bool
    ) -> Value:
        bound = is_method or self.decorated(function, _CLASS_METHODS)
        is_bound = bool(function.owner) and bound and not self.decorated(function, _STATIC_METHODS)
        for decorator in function.decorators:
            if self.target(decorator) in _CONTEXT_MANAGERS:
                declared = function.returns
                item = declared[1] if declared is not None and declared[0] == "l" else None
                return ("cm", function.yields or item)
        if function.is_generator:
            return ("l", function.yields)
        returns = function.returns
        if function.overloads:
            chosen = choose(self, function.overloads, arguments, is_bound=is_bound)
            returns = chosen.returns if chosen is not None else returns
        if returns is not None and returns[0] == "p":
            returns = _passed(function, returns, arguments, is_bound=is_bound)
        if function.is_async:
            return ("co", returns)
        return self.value(returns)

    def _external_result(self, name: str, arguments: tuple[Any, ...], *, is_method: bool) -> Value:
        if name == "functools.partial" and arguments and arguments[0][0] == "":
            inner = self.value(arguments[0][1])
            if inner is None or inner == PENDING:
                return inner
            return ("P", inner, arguments[1:])
        if name == "builtins.dict":
            items = tuple((key, item) for key, item in arguments if key not in ("", "*", "**"))
            return ("d", items, len(items) == len(arguments))
        facts = self.facts_about(name)
        returns = facts.get(Returns)
        result: Value = None
        if isinstance(returns, Returns):
            made = (*arguments, (MAKER, ("n", name)))
            result = ("i", self.facts.canonical(returns.type), made)
        elif not is_method or any(kind in facts for kind in _FACTORY_KINDS):
            last = name.rpartition(".")[2].lstrip("_")
            is_class = last[:1].isupper() or any(kind in facts for kind in _CLASS_KINDS)
            if is_class or name in self.facts.parents or name.startswith("builtins."):
                result = ("i", name, arguments)
        if result is not None and Coroutine in facts and name != result[1]:
            return ("co", result)
        return result

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


def _generalized(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """A literal as an instance of its class."""
    match value:
        case ("k", constant):
            return ("i", f"builtins.{type(constant).__name__}", None)
        case ("d", _, _):
            return ("i", "builtins.dict", None)
    return value


def _without_empty(values: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out literals that hold nothing, beside collections whose items have a type."""
    if any(value[0] == "l" for value in values):
        return [value for value in values if value != ("t", ())]
    return values


def _is_grpc_stub(name: str) -> bool:
    return "_pb2_grpc." in name and _GRPC_STUB.search(name) is not None


def _passed(
    function: FunctionSummary,
    returned: tuple[Any, ...],
    arguments: tuple[Any, ...],
    *,
    is_bound: bool,
) -> Symbol:
    """What a call passes for the parameter that the function returns."""
    positional = [item.name for item in function.parameters if item.kind == "positional"]
    if is_bound:
        positional = positional[1:]
    for index, (keyword, symbol) in enumerate(arguments):
        if keyword in ("*", "**"):
            break
        if keyword == returned[2]:
            return symbol  # type: ignore[no-any-return]
        if keyword == "" and positional[index : index + 1] == [returned[2]]:
            return symbol  # type: ignore[no-any-return]
    return returned
