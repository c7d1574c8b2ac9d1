"""The settings a file reads from its environment: where, which, and what if they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import libcst as cst

from surefoot.facts.kinds import NoReturn, ReadsConfiguration
from surefoot.semantics.absence import asks_for_absence, bound_name
from surefoot.semantics.call import Arguments, Given
from surefoot.semantics.summary import FunctionSummary, Symbol
from surefoot.semantics.variables import variables_of
from surefoot.syntax.scopes import Scope

if TYPE_CHECKING:
    from surefoot.semantics.file import File

ENVIRON = ("n", "os.environ")
_TESTS = (cst.If, cst.IfExp, cst.While, cst.Assert, cst.CompIf)

Expression: TypeAlias = "cst.Call | cst.Subscript"


class Wrapper(NamedTuple):
    """A function of the project that reads the variable it is given the name of.

    `function` is its full name; `name` the parameter for the variable and `position` its
    index, `default` and `default_position` likewise, None where it takes no default.
    `required`: it fails where the variable is missing and no default is given. `given` is
    the literal default it uses itself, in a tuple of one. `is_text`: it gives the text
    it read, or None.
    """

    function: str
    name: str
    position: int | None
    default: str | None
    default_position: int | None
    required: bool
    given: tuple[object] | None
    is_text: bool

    def variables(self, arguments: Arguments) -> tuple[str, ...]:
        """Return the names of the variables a call reads."""
        return variables_of(arguments.world, arguments.symbol(self.name, self.position))

    def default_in(self, arguments: Arguments) -> tuple[object] | Given | None:
        """Return the literal default a call gives in a tuple of one, None for another value."""
        if self.default is not None:
            given = arguments.symbol(self.default, self.default_position)
            if given is Given.MAYBE:
                return None
            if given is not Given.ABSENT:
                return arguments.constant(self.default, self.default_position)
        return self.given if self.given is not None else Given.ABSENT


@dataclass(frozen=True, eq=False)
class Reading:
    """An expression that reads a setting.

    `variables` are the names it may read, empty where they are not known. `required`: it
    raises where the variable is missing. `default` is the literal default in a tuple of one,
    None for one that is not known, `Given.ABSENT` where there is none. `is_text`: it gives
    the text of the variable, not a value made of it.
    """

    node: Expression
    variables: tuple[str, ...]
    required: bool
    default: tuple[object] | Given | None
    is_text: bool

    @property
    def variable(self) -> str:
        """The name of the variable; empty where it is not one known name."""
        return self.variables[0] if len(self.variables) == 1 else ""

    @property
    def may_be_none(self) -> bool:
        """Whether it gives None where the variable is missing."""
        return not self.required and self.default in (Given.ABSENT, (None,))


class Environment:
    """What a file does with environment variables."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._mentioned = "environ" in file.text or "getenv" in file.text

    @cached_property
    def direct(self) -> tuple[Reading, ...]:
        """The readings by the standard library's means or those of a settings library."""
        return tuple(self._direct())

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """All readings, those through a wrapper of this file included."""
        return (*self.direct, *self._wrapped())

    @cached_property
    def wrappers(self) -> tuple[Wrapper, ...]:
        """The functions of this file that read the variable they are given the name of."""
        found = (self._wrapper(reading) for reading in self.direct if not reading.variables)
        return tuple(wrapper for wrapper in found if wrapper is not None)

    @cached_property
    def written(self) -> frozenset[str]:
        """The variables the file sets itself."""
        return frozenset(self._written())

    def raises_if_missing(self, reading: Reading) -> bool:
        """Whether the code goes no further without the variable: by itself, or because the
        block around tests the result next and raises."""
        if reading.required:
            return True
        if not reading.may_be_none:
            return False
        parent = self._file.parent(reading.node)
        bound = bound_name(parent)
        if bound is None or parent is None:
            return False
        statement = self._file.statement(reading.node)
        if isinstance(parent, cst.NamedExpr):
            return self._refuses(statement, bound)
        line = self._file.parent(statement)
        block = self._file.parent(line) if line is not None else None
        body = getattr(block, "body", ())
        if line not in body:
            return False
        return any(self._refuses(item, bound) for item in body[body.index(line) + 1 :])

    def is_checked(self, reading: Reading) -> bool:
        """Whether the variable is known to be set where it is read: tested, required or set
        earlier in the function or in those around it, or in the same expression."""
        if not reading.variables or not self.written.isdisjoint(reading.variables):
            return bool(reading.variables)
        here = self._file.tree.place(reading.node)
        statement = self._file.statement(reading.node)
        for node, variables in self.checks:
            if node is reading.node or variables.isdisjoint(reading.variables):
                continue
            earlier = self._file.tree.place(node) < here
            if not earlier and self._file.statement(node) is not statement:
                continue
            if self._sees(reading.node, node):
                return True
        return False

    # -- readings ------------------------------------------------------------------------

    def _direct(self) -> Iterator[Reading]:
        file = self._file
        for node in file.tree.of(cst.Call):
            fact = file.call(node).fact(ReadsConfiguration)
            if fact is not None and not file.call(node).shown.endswith((".pop", ".setdefault")):
                yield self._of_call(node, fact)
        if self._mentioned:
            for node in file.tree.of(cst.Subscript):
                if file.value(node.value) == ENVIRON:
                    parent = file.parent(node)
                    if not isinstance(parent, (cst.AssignTarget, cst.AugAssign, cst.Del)):
                        variables = variables_of(file.world, _key(file, node))
                        yield Reading(node, variables, True, Given.ABSENT, True)

    def _of_call(self, node: cst.Call, fact: ReadsConfiguration) -> Reading:
        arguments = self._file.call(node).arguments
        default: tuple[object] | Given | None = Given.ABSENT
        if fact.default is not None or fact.default_position is not None:
            given = arguments.symbol(fact.default or (), fact.default_position)
            if given is Given.MAYBE:
                default = None
            elif given is not Given.ABSENT:
                default = arguments.constant(fact.default or (), fact.default_position)
        variables = variables_of(self._file.world, arguments.symbol((), 0))
        required = fact.required and default is Given.ABSENT
        return Reading(node, variables, required, default, fact.gives == "str")

    def _wrapped(self) -> Iterator[Reading]:
        known = {wrapper.function: wrapper for wrapper in self.wrappers}
        if not known:
            return
        for node in self._file.tree.of(cst.Call):
            call = self._file.call(node)
            wrapper = known.get(call.name or "")
            if wrapper is not None:
                default = wrapper.default_in(call.arguments)
                required = wrapper.required and default is Given.ABSENT
                variables = wrapper.variables(call.arguments)
                yield Reading(node, variables, required, default, wrapper.is_text)

    def _wrapper(self, reading: Reading) -> Wrapper | None:
        file = self._file
        function = file.function(reading.node)
        if function is None:
            return None
        scope = file.scope_of(function)
        summary = file.summary.functions.get(scope.qualname)
        if summary is None:  # only type checkers read it
            return None
        name_given, default_given = self._given(reading.node)
        name, position = _parameter(summary, scope, name_given)
        if name is None:
            return None
        default, default_position = _parameter(summary, scope, default_given)
        own = next((item for item in summary.parameters if item.name == default), None)
        given = reading.default
        if own is not None:
            value = file.world.value(own.default) if own.has_default else None
            given = (value[1],) if value is not None and value[0] == "k" else None
        parent = file.parent(reading.node)
        return Wrapper(
            function=file.symbols.definition(scope),
            name=name,
            position=position,
            default=default,
            default_position=default_position,
            required=reading.required or self._refuses_default(reading, own is not None),
            given=given if isinstance(given, tuple) and given != (None,) else None,
            is_text=reading.is_text and isinstance(parent, cst.Return),
        )

    def _given(self, node: Expression) -> tuple[cst.CSTNode | None, cst.CSTNode | None]:
        """The expressions of the name and of the default that a reading is given."""
        if isinstance(node, cst.Subscript):
            return _index(node), None
        fact = self._file.call(node).fact(ReadsConfiguration)
        position = fact.default_position if fact is not None else None
        keyword = fact.default if fact is not None else None
        plain = [argument for argument in node.args if not argument.star]
        positional = [argument.value for argument in plain if argument.keyword is None]
        keywords = {item.keyword.value: item.value for item in plain if item.keyword is not None}
        default = keywords.get(keyword or "")
        if default is None and position is not None and position < len(positional):
            default = positional[position]
        return positional[0] if positional else None, default

    def _refuses_default(self, reading: Reading, passed_on: bool) -> bool:
        """Whether a wrapper raises where it has nothing to give."""
        if passed_on:
            plain = Reading(reading.node, (), False, Given.ABSENT, True)
            return self.raises_if_missing(plain)
        return self.raises_if_missing(reading)

    # -- checks --------------------------------------------------------------------------

    @cached_property
    def checks(self) -> list[tuple[cst.CSTNode, frozenset[str]]]:
        """The expressions that tell whether variables are set, with these variables."""
        file = self._file
        found: list[tuple[cst.CSTNode, frozenset[str]]] = []
        for reading in self.direct:
            if reading.required or self._is_tested(reading.node):
                found.append((reading.node, frozenset(reading.variables)))
        if self._mentioned:
            for node in file.tree.of(cst.Comparison):
                match node:
                    case cst.Comparison(
                        left=left,
                        comparisons=[
                            cst.ComparisonTarget(
                                operator=cst.In() | cst.NotIn(), comparator=comparator
                            )
                        ],
                    ) if file.value(comparator) == ENVIRON:
                        names = variables_of(file.world, file.symbol(left))
                        found.append((node, frozenset(names)))
        return found

    def _is_tested(self, node: cst.CSTNode) -> bool:
        """Whether an expression decides what is done next, itself or under its name."""
        if self.is_asked(node):
            return True
        bound = bound_name(self._file.parent(node))
        if bound is None:
            return False
        owner = self._file.scope(node).find(bound)
        return owner is not None and any(map(self.is_asked, self._file.uses(bound, owner)))

    def is_asked(self, node: cst.CSTNode) -> bool:
        """Whether an expression is part of what an `if`, `and` or the like asks."""
        child = node
        for parent in self._file.ancestors(node):
            if isinstance(parent, _TESTS) and parent.test is child:
                return True
            if isinstance(parent, cst.BooleanOperation) and parent.left is child:
                return True
            if isinstance(parent, (cst.BaseSmallStatement, cst.BaseCompoundStatement)):
                return False
            child = parent
        return False

    def is_only_asked(self, node: cst.CSTNode) -> bool:
        """Whether nothing is done with an expression, or with the local variable it is
        bound to, but to ask whether it is set or is this or that."""
        if self.is_asked(node) or self._is_compared(node):
            return True
        bound = bound_name(self._file.parent(node))
        if bound is None or self._file.function(node) is None:
            return False
        owner = self._file.scope(node).find(bound)
        uses = self._file.uses(bound, owner) if owner is not None else []
        reads = [use for use in uses if not self._is_target(use)]
        return bool(reads) and all(self.is_asked(use) or self._is_compared(use) for use in reads)

    def _is_target(self, name: cst.Name) -> bool:
        parent = self._file.parent(name)
        return getattr(parent, "target", None) is name

    def _is_compared(self, node: cst.CSTNode) -> bool:
        """Whether an expression, or what its methods give, is compared with something."""
        child = node
        for parent in self._file.ancestors(node):
            match parent:
                case cst.Comparison() | cst.ComparisonTarget():
                    return True
                case cst.Attribute(value=of) | cst.Call(func=of) if of is child:
                    child = parent
                case _:
                    return False
        return False

    def _refuses(self, statement: cst.CSTNode, name: str) -> bool:
        """Whether a statement raises, or ends the process, where a name is None or empty."""
        if not isinstance(statement, cst.If) or not asks_for_absence(statement.test, name):
            return False
        last = statement.body.body[-1] if statement.body.body else None
        if isinstance(last, cst.SimpleStatementLine):
            last = last.body[-1]
        if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
            return self._file.fact(NoReturn, last.value) is not None
        return isinstance(last, cst.Raise)

    def _sees(self, later: cst.CSTNode, earlier: cst.CSTNode) -> bool:
        """Whether whatever runs `later` runs in the function of `earlier`, or in one inside."""
        function = self._file.function(earlier)
        if function is None:
            return True
        outer: Scope | None = self._file.scope(later)
        while outer is not None:
            if outer.node is function:
                return True
            outer = outer.parent
        return False

    # -- writing -------------------------------------------------------------------------

    def _written(self) -> Iterator[str]:
        if not self._mentioned and "putenv" not in self._file.text:
            return
        file = self._file
        for node in (*file.tree.of(cst.AssignTarget), *file.tree.of(cst.Call)):
            match node:
                case cst.AssignTarget(target=cst.Subscript(value=base) as target):
                    if file.value(base) == ENVIRON:
                        yield from variables_of(file.world, _key(file, target))
                case cst.Call():
                    call = file.call(node)
                    if call.name in ("os.environ.setdefault", "os.putenv"):
                        yield from variables_of(file.world, call.arguments.symbol((), 0))
                    elif call.name == "os.environ.update":
                        yield from call.arguments.keywords
                        match call.arguments.get((), 0):
                            case ("d", items, _):
                                yield from (str(key) for key, _ in items)


def _index(node: cst.Subscript) -> cst.BaseExpression | None:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=value))]:
            return value
    return None


def _key(file: File, node: cst.Subscript) -> Symbol:
    return file.symbol(_index(node))


def _parameter(
    summary: FunctionSummary, scope: Scope, node: cst.CSTNode | None
) -> tuple[str | None, int | None]:
    """Return the parameter an expression is, and its index among the arguments of a call."""
    if not isinstance(node, cst.Name):
        return None, None
    name = node.value
    if [binding.kind for binding in scope.bindings.get(name, ())] != ["param"]:
        return None, None
    kinds = {item.name: item.kind for item in summary.parameters}
    if kinds[name] == "keyword":
        return name, None
    if kinds[name] != "positional":
        return None, None
    positional = [item for item, kind in kinds.items() if kind == "positional"]
    return name, positional.index(name) - bool(summary.owner)
