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
from collections.abc import Iterator, Mapping
from typing import Any

from surefoot.facts.kinds import (
    Attributes,
    BuiltInRetries,
    Coroutine,
    Enters,
    Fact,
    Resource,
    Retry,
    RetryPart,
    Returns,
    Settings,
    TimeoutValue,
)
from surefoot.facts.table import FactTable
from surefoot.semantics.summary import (
    MAKER,
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
            known = self._found[name] = self._name(name, 0)
        return known

    def _name(self, name: str, hops: int) -> Value:
        if hops > 12:
            return None
        module, rest = self.split(name)
        if module is None:
            if self._may_be_project(name) and not _GRPC_STUB.search(name):
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
                return self._name(f"{symbol[1]}.{tail}" if tail else symbol[1], hops + 1)
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
            value = self._name(f"{star}.{rest}", hops + 1)
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
                return self._element(self.value(inner), key)
            case ("u", items, strict):
                return self._one_of([self.value(item) for item in items], strict)
            case ("A", kind, inner):
                value = self.value(inner)
                declared = self.value(kind)
                if value is not None and value[0] == "i" and declared is not None:
                    return value
                return declared if declared is not None else value
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
        return None

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

    def _element(self, value: Value, key: object) -> Value:
        if value is None or value == PENDING:
            return value
        match value:
            case ("l", item):
                return self.value(item)
            case ("t", items):
                if isinstance(key, int) and -len(items) <= key < len(items):
                    return self.value(items[key])
                if key is None and items:
                    return self._one_of([self.value(item) for item in items], strict=True)
            case ("d", items, _):
                for known, item in items:
                    if known == key:
                        return self.value(item)
            case ("n", _):
                return value  # a class with its type parameters
            case ("i", name, arguments):
                if name in ("builtins.list", "builtins.tuple", "builtins.iter") and arguments:
                    return self._element(self.value(arguments[0][1]), key)
                return self._declared(name, "*")
        return None

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
                    return self.name(f"{owner[1]}.{attr}")
                if attr in summary.members:
                    return self.value(summary.members[attr])
            return None
        if self.function(name) is not None:
            return None
        return self.name(full)

    def _member(self, name: str, attr: str, receiver: tuple[Any, ...]) -> Value:
        if _GRPC_STUB.search(name):
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
                return self._external_member(owner[1], attr, receiver)
            if attr in summary.members:
                return self._bound(summary.members[attr], receiver)
        return None

    def _bound(self, member: Symbol, receiver: tuple[Any, ...]) -> Value:
        value = self.value(member)
        if value is None or value[0] != "n":
            return value
        function = self.function(value[1])
        if function is None:
            return value
        if self.decorated(function, _PROPERTIES):
            result = self.value(function.returns)
            return result
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
                if function is None or not self.decorated(function, _PROPERTIES):
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

    def lineage(self, name: str) -> Iterator[tuple[Any, ...]]:
        """Yield a project class and its bases, depth first, as values; an external base is
        yielded and not entered; `PENDING` where a base is not known yet."""
        stack: list[tuple[Any, ...]] = [("n", name)]
        seen: set[str] = set()
        while stack:
            current = stack.pop(0)
            if current == PENDING:
                yield current
                continue
            if current[1] in seen:
                continue
            seen.add(current[1])
            yield current
            summary = self.cls(current[1])
            if summary is not None:
                bases = [self.value(base) for base in summary.bases]
                known = [base for base in bases if base is not None and base[0] in ("n", "?")]
                stack[:0] = [base for base in known if base[1:] != ("builtins.object",)]

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
                    return self._result(function)
                if callee[0] == "n" and self.cls(name) is not None:
                    return ("i", name, arguments)
                return self._external_result(name, arguments, is_method=callee[0] == "m")
            case ("P", inner, bound):
                return self.call(inner, (*bound, *arguments))
            case ("i", name, _):
                member = self.attribute(callee, "__call__")
                if member is not None and member[0] == "m":
                    return self.call(member, arguments)
        return None

    def _result(self, function: FunctionSummary) -> Value:
        for decorator in function.decorators:
            if self.target(decorator) in _CONTEXT_MANAGERS:
                declared = function.returns
                item = declared[1] if declared is not None and declared[0] == "l" else None
                return ("cm", function.yields or item)
        if function.is_generator:
            return ("l", function.yields)
        if function.is_async:
            return ("co", function.returns)
        return self.value(function.returns)

    def _external_result(self, name: str, arguments: tuple[Any, ...], *, is_method: bool) -> Value:
        if name == "functools.partial" and arguments and arguments[0][0] == "":
            inner = self.value(arguments[0][1])
            if inner is None or inner == PENDING:
                return inner
            return ("P", inner, arguments[1:])
        if name == "typing.cast" and len(arguments) == 2:
            return self._instance(self.value(arguments[0][1]))
        if name in ("copy.copy", "copy.deepcopy") and arguments:
            return self.value(arguments[0][1])
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
