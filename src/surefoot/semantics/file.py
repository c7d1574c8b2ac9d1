"""One examined file: what rules ask instead of keeping track themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from surefoot.facts.kinds import Fact
from surefoot.facts.table import FactTable
from surefoot.model import Note, SourceFile, Span
from surefoot.semantics.call import Call
from surefoot.semantics.circumstances import circumstances, enclosing_function
from surefoot.semantics.module import summarise
from surefoot.semantics.prompt import Subject, subject, told_not_to_wait
from surefoot.semantics.roles import registered, roles
from surefoot.semantics.summary import At, ModuleSummary, Symbol
from surefoot.semantics.symbols import Symbols
from surefoot.semantics.values import PENDING, Value
from surefoot.semantics.world import World
from surefoot.syntax.parse import Source
from surefoot.syntax.places import Places
from surefoot.syntax.scopes import Binding, Block, Scope
from surefoot.syntax.tree import Tree

if TYPE_CHECKING:
    from surefoot.semantics.environment import Environment

F = TypeVar("F", bound=Fact)
N = TypeVar("N", bound=cst.CSTNode)
T = TypeVar("T")
_HANDS_OVER: frozenset[type[cst.CSTNode]] = frozenset(
    {cst.Arg, cst.Element, cst.Assign, cst.AnnAssign, cst.NamedExpr}
)
_UNKNOWN: Any = object()
_TEST_PATH = re.compile(
    r"(^|/)(tests?|testing|test_\w+|test(suites?|utils?|support|helpers?|lib)|pytest|benchmarks"
    r"|asv_bench|conftest\.py$)(/|$)"
    r"|(^|/)\w*(unit|functional|func|integration|e2e|acceptance|system|api|smoke)_?tests?/"
    r"|(^|/)test_[^/]*$|(^|/)test(suites?|utils?|support)\.py$|(^|[/_])smoke_?test_[^/]*$"
    r"|_tests?\.py$|(^|/|_)pytest_(plugin|fixture)s?(/|\.py$)"
)


@lru_cache(maxsize=4096)
def is_test_path(path: str) -> bool:
    """Whether a file, by the conventions of pytest and unittest, holds tests."""
    return _TEST_PATH.search(path) is not None or path.endswith("conftest.py")


class File:
    """A file being examined, and the answers about its nodes.

    Nodes are those of `tree`; names and values are resolved as far as this file goes,
    what depends on other modules is `PENDING`.
    """

    def __init__(self, source: SourceFile, parsed: Source, tree: Tree, facts: FactTable) -> None:
        self.path = source.path
        self.module_name = source.module
        self.is_stub = source.is_stub
        self.packages = source.packages
        self.text = parsed.text
        self.tree = tree
        self.facts = facts
        self.symbols = Symbols(tree)
        self.summary: ModuleSummary = summarise(tree, self.symbols, source.path)
        self.world = World(
            {source.module: self.summary}, facts, home=source.module, packages=source.packages
        )
        self.notes: list[Note] = []
        self._calls: dict[cst.Call, Call] = {}
        self._once: dict[tuple[object, cst.CSTNode], Any] = {}
        self._places = Places(tree, parsed.text)

    # -- text ----------------------------------------------------------------------------

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, with the ends Python knows: CR, LF and CRLF."""
        return re.split(r"\r\n|\r|\n", self.text)

    def span(self, node: cst.CSTNode) -> Span:
        """Return where a node stands."""
        return self._places.span(node)

    def extent(self, statement: cst.CSTNode) -> tuple[int, int]:
        """Return the first and the last line of a statement, decorators left out."""
        return self._places.lines(statement)

    def line(self, number: int) -> str:
        """Return the text of a line, from 1; empty where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def code(self, node: cst.CSTNode) -> str:
        """Return the source of an expression."""
        return self.tree.module.code_for_node(node).strip()

    @cached_property
    def is_test(self) -> bool:
        """Whether the file holds tests."""
        return is_test_path(self.path)

    @cached_property
    def exported(self) -> frozenset[str] | None:
        """What `__all__` lists; None where it is missing or not a plain list of texts."""
        match self.tree.top.bindings.get("__all__"):
            case [Binding(value=cst.List(elements=elements) | cst.Tuple(elements=elements))]:
                texts = [getattr(item.value, "evaluated_value", None) for item in elements]
                return frozenset(map(str, texts)) if None not in texts else None
        return None

    # -- structure -----------------------------------------------------------------------

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return the node around a node."""
        return self.tree.parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Any:
        """Yield the nodes around a node, innermost first."""
        return self.tree.ancestors(node)

    def statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """Return the statement a node stands in."""
        current: cst.CSTNode = node
        for ancestor in self.tree.ancestors(node):
            if isinstance(current, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return current
            current = ancestor
        return current

    def block(self, node: cst.CSTNode) -> Block:
        """Return the block a node stands in."""
        return self.tree.block(node)

    def scope(self, node: cst.CSTNode) -> Scope:
        """Return the scope whose names a node sees."""
        return self.tree.block(node).scope

    def scope_of(self, definition: cst.CSTNode) -> Scope:
        """Return the scope a function, class, lambda or comprehension opens."""
        return self.tree.scopes[definition]

    def function(self, node: cst.CSTNode) -> cst.FunctionDef | None:
        """Return the innermost `def` a node runs in; None at module and class level."""
        scope = enclosing_function(self.scope(node))
        return scope.node if scope is not None else None  # type: ignore[return-value]

    def cls(self, node: cst.CSTNode) -> cst.ClassDef | None:
        """Return the innermost class a node stands in."""
        scope: Scope | None = self.scope(node)
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope.node if scope is not None else None  # type: ignore[return-value]

    def qualname(self, node: cst.CSTNode) -> str:
        """Return the dotted name of the class or function a node stands in."""
        return self.scope(node).qualname

    def in_async(self, node: cst.CSTNode) -> bool:
        """Whether a node runs in a coroutine, and not in a function or lambda nested in it."""
        scope = self.scope(node).function
        return scope is not None and scope.is_async

    def in_loop(self, node: cst.CSTNode) -> bool:
        """Whether a node runs in a loop of its own function."""
        return At.LOOP in self.at(node)

    def at(self, node: cst.CSTNode) -> At:
        """Return the circumstances of an expression."""
        at = circumstances(self.tree, self.symbols, self.world, node)
        if isinstance(node, cst.Call) and self._prompt:
            subjects = (getattr(node.func, "value", None), *(each.value for each in node.args[:1]))
            if any(subject(self.tree, each) in self._prompt for each in subjects):
                at |= At.PROMPT
        return at

    @cached_property
    def _prompt(self) -> frozenset[Subject]:
        return told_not_to_wait(self.tree)

    def uses(self, name: str, scope: Scope) -> list[cst.Name]:
        """Return where the name bound in a scope stands, targets included."""
        return self.symbols.uses(name, scope)

    def once(self, describe: Callable[[File, N], T], node: N) -> T:
        """Return `describe(self, node)`, worked out once for each node, whoever asks."""
        key = (describe, node)
        known: T = self._once.get(key, _UNKNOWN)
        if known is _UNKNOWN:
            known = self._once[key] = describe(self, node)
        return known

    # -- meaning -------------------------------------------------------------------------

    def symbol(self, node: cst.CSTNode | None) -> Symbol:
        """Return the symbol of an expression."""
        return self.symbols.of(node)

    def value(self, node: cst.CSTNode | None) -> Value:
        """Return what an expression means: see `surefoot.semantics.values`."""
        return self.world.value(self.symbols.of(node))

    def name(self, node: cst.CSTNode | None) -> str | None:
        """Return the canonical name of the function, class, method or module an expression
        refers to, or of what it calls."""
        if isinstance(node, cst.Call):
            return self.call(node).name
        value = self.value(node)
        return value[1] if value is not None and value[0] in ("n", "m") else None

    def type_of(self, node: cst.CSTNode | None) -> str | None:
        """Return the name of the class an expression gives an instance of."""
        value = self.value(node)
        return value[1] if value is not None and value[0] == "i" else None

    def is_pending(self, node: cst.CSTNode | None) -> bool:
        """Whether the meaning of an expression depends on another module."""
        return self.value(node) == PENDING

    def constant(self, node: cst.CSTNode | None) -> tuple[object] | None:
        """Return the constant an expression gives, in a tuple of one; None for others."""
        value = self.value(node)
        return (value[1],) if value is not None and value[0] == "k" else None

    def fact(self, kind: type[F], node: cst.CSTNode | None) -> F | None:
        """Return a fact about what an expression names or calls."""
        name = self.name(node)
        return self.world.fact(kind, name) if name is not None else None

    def call(self, node: cst.Call) -> Call:
        """Return a call of this file."""
        known = self._calls.get(node)
        if known is None:
            function = enclosing_function(self.scope(node))
            qualname = function.qualname if function is not None else ""
            known = self._calls[node] = LocalCall(self, node, qualname)
        return known

    @cached_property
    def environment(self) -> Environment:
        """What the file reads from its environment."""
        from surefoot.semantics.environment import Environment

        return Environment(self)

    @cached_property
    def _declared_roles(self) -> dict[str, set[str]]:
        return roles(self.world, [self.summary])

    @cached_property
    def roles(self) -> dict[str, set[str]]:
        """The roles of this file's functions, by qualname, as far as the file tells."""
        found = {name: set(names) for name, names in self._declared_roles.items()}
        for node in self.tree.of(cst.Call):
            for name, role in registered(self.call(node)):
                found.setdefault(name, set()).add(role)
        prefix = f"{self.module_name}." if self.module_name else ""
        return {name.removeprefix(prefix): names for name, names in found.items()}

    def role(self, node: cst.CSTNode) -> set[str]:
        """Return the roles of the function a node runs in."""
        function = self.function(node)
        if function is None:
            return set()
        qualname = self.tree.scopes[function].qualname
        if function.name.value in self._handed_over:
            return self.roles.get(qualname, set())
        full = f"{self.module_name}.{qualname}" if self.module_name else qualname
        return self._declared_roles.get(full, set())

    @cached_property
    def _handed_over(self) -> frozenset[str]:
        """The last names of what is passed, collected or assigned, not called: functions that
        are none of these are registered nowhere, and calls need not be looked through."""
        found: set[str] = set()
        for kind in _HANDS_OVER:
            for node in self.tree.of(kind):
                match node.value:
                    case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                        found.add(name)
        return frozenset(found)

    def add_note(self, rule: str, node: cst.CSTNode, data: tuple[object, ...]) -> None:
        """Keep plain data about a node for the linker."""
        self.notes.append(Note(rule, self.tree.place(node), self.qualname(node), data))


class LocalCall(Call):
    """A call in the tree at hand; its circumstances are found when they are asked for."""

    node: cst.Call

    def __init__(self, file: File, node: cst.Call, function: str) -> None:
        super().__init__(
            world=file.world,
            module=file.module_name,
            path=file.path,
            symbol=file.symbols.of(node),
            function=function,
            node=node,
        )
        self._file = file

    @cached_property
    def at(self) -> At:
        return self._file.at(self.node)

    @property
    def place(self) -> int:
        return self._file.tree.place(self.node)
