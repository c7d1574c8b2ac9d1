"""Tests: which functions are tests, what they check, and what they put in the place of what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from surefoot.facts.kinds import Asserts, ExpectsException, Fixture, Mock, Patches
from surefoot.facts.table import FactTable
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.semantics.summary import Symbol

_TEST_CLASS = re.compile(r"_?Test.*|.*Tests?(Case|Base|Mixin)?|.*TestSuite")
_TEST_BASE = re.compile(r"\w*TestCase")
_CHECKS = re.compile(
    r"(?i)_*(.*_)?(assert\w*|expect\w*|verif\w*|check\w*|should\w*|ensure\w*|must\w*|fail\w*|raises|"
    r"warns|validat\w*|compare\w*|snapshot|benchmark|regression|matches|approx|diff|deprecated\w*|"
    r"run_test|no_warnings|testmod|lint|mypy|typecheck|reveal_type)|assert[A-Z]\w*|"
    r"(check|verify|expect|ensure|should|must|compare|validate|fail|do_?test|run_?test)[A-Z_]\w*"
)
_SET_UP = frozenset({"setUp", "asyncSetUp", "setup_method", "setup"})
_RAISES = re.compile(r"raises|assert_?[Rr]aises\w*")


def tests_in(file: File) -> tuple[cst.FunctionDef, ...]:
    """Return the test functions and methods of a file, by the conventions of pytest."""
    return file.once(_tests, file.tree.module)


def _tests(file: File, _module: cst.Module) -> tuple[cst.FunctionDef, ...]:
    if not file.is_test:
        return ()
    return tuple(node for node in file.tree.of(cst.FunctionDef) if _is_test(file, node))


def _is_test(file: File, node: cst.FunctionDef) -> bool:
    if not node.name.value.startswith("test") or any(map(_makes_no_test, node.decorators)):
        return False
    scope = file.scope_of(node).parent
    if scope is None or scope.kind == "module":
        return scope is not None
    if scope.kind != "class" or "<locals>" in scope.qualname:
        return False
    if _TEST_CLASS.fullmatch(scope.qualname.rpartition(".")[2]) is not None:
        return True
    bases = scope.node.bases if isinstance(scope.node, cst.ClassDef) else ()
    return any(_TEST_BASE.fullmatch(last_name(base.value)) for base in bases)


def _makes_no_test(decorator: cst.Decorator) -> bool:
    node = decorator.decorator
    name = last_name(node.func if isinstance(node, cst.Call) else node)
    return name in (
        "fixture",
        "property",
        "staticmethod",
        "command",
        "task",
        "route",
        "get",
        "post",
    )


def calls_in(file: File, function: cst.FunctionDef) -> list[cst.Call]:
    """Return the calls that stand in a function, those in functions within it included."""
    return file.once(_calls, file.tree.module).get(function, [])


def _calls(file: File, _module: cst.Module) -> dict[cst.CSTNode, list[cst.Call]]:
    found: dict[cst.CSTNode, list[cst.Call]] = {}
    for node in file.tree.of(cst.Call):
        scope = file.scope(node)
        while scope is not None:
            if scope.kind == "function":
                found.setdefault(scope.node, []).append(node)
            scope = scope.parent  # type: ignore[assignment]
    return found


def is_check(file: File, node: cst.Call) -> bool:
    """Whether a call fails the test where something is not as expected: by what is known of it,
    or else by its name."""
    return _CHECKS.fullmatch(last_name(node.func)) is not None or (
        file.fact(Asserts, node) is not None
    )


def is_check_name(name: str) -> bool:
    """Whether a function of this name checks something."""
    return _CHECKS.fullmatch(name) is not None


def expected(file: File, node: cst.CSTNode) -> cst.BaseExpression | None:
    """Return the class of the exception that a call says must be raised; None for others."""
    if not isinstance(node, cst.Call) or not node.args:
        return None
    fact = file.fact(ExpectsException, node)
    if fact is None and _RAISES.fullmatch(last_name(node.func)) is None:
        return None
    keyword = fact.parameter if fact is not None else "expected_exception"
    for index, argument in enumerate(node.args):
        if argument.keyword is None and index == (fact.position if fact is not None else 0):
            return argument.value
        if argument.keyword is not None and argument.keyword.value == keyword:
            return argument.value
    return None


def preparing(file: File, test: cst.FunctionDef) -> Iterator[cst.FunctionDef]:
    """Yield the functions of the file that run before a test: fixtures, and `setUp`."""
    names = {item.name.value for item in test.params.params}
    cls = file.cls(test)
    for function in file.tree.of(cst.FunctionDef):
        name = function.name.value
        if function is test or not (name in _SET_UP or name in names):
            continue
        owner = file.cls(function)
        prepares = name in _SET_UP and owner is cls
        given = name in names and owner in (None, cls)
        if prepares or (given and any(map(_makes_fixture, function.decorators))):
            yield function


def _makes_fixture(decorator: cst.Decorator) -> bool:
    node = decorator.decorator
    return last_name(node.func if isinstance(node, cst.Call) else node).endswith("fixture")


def class_patches(test: cst.FunctionDef, cls: cst.ClassDef | None) -> Iterator[cst.Call]:
    """Yield the calls that decorate the class of a test, and so the test."""
    if cls is not None and test.name.value.startswith("test"):
        decorated = (item.decorator for item in cls.decorators)
        yield from (node for node in decorated if isinstance(node, cst.Call))


@dataclass(frozen=True)
class Patch:
    """Something put in the place of a name while a test runs.

    `path` is the dotted path of the name; empty where it is `name` of what `owner` means.
    """

    node: cst.Call
    path: str
    owner: Symbol
    name: str


def mocked(
    file: File, test: cst.FunctionDef, *, before: bool = False, made: bool = False
) -> Iterator[Patch]:
    """Yield what is a mock while a test runs, and nothing else: no stand-in that works.

    With `before` also what its fixtures and its class put in place, with `made` also mocks
    that the test makes itself and puts there.
    """
    decorated = [item.decorator for item in test.decorators]
    calls = [node for node in decorated if isinstance(node, cst.Call)]
    where = [(node, test) for node in (*calls, *calls_in(file, test))]
    if before:
        where += [(node, test) for node in class_patches(test, file.cls(test))]
        for function in preparing(file, test):
            where += [(node, function) for node in calls_in(file, function)]
    for node, function in where:
        call = file.call(node)
        fact = call.fact(Patches) or _through_fixture(file, call, node, function)
        patch = _patch(file, node, call, fact, made=made) if fact is not None else None
        if patch is not None:
            yield patch


def _patch(file: File, node: cst.Call, call: Call, fact: Patches, *, made: bool) -> Patch | None:
    arguments = call.arguments
    if any(map(arguments.has, fact.unless)):
        return None
    if arguments.has(fact.parameter, fact.position) and not (made and _puts_mock(file, node, fact)):
        return None
    if fact.by == "path":
        path = arguments.constant("target", 0)
        text = str(path[0]) if path is not None else ""
        return Patch(node, text, None, text.rpartition(".")[2]) if "." in text else None
    name = arguments.constant("attribute", 1)
    if name is None or not node.args or node.args[0].keyword is not None:
        return None
    return Patch(node, "", file.symbol(node.args[0].value), str(name[0]))


def _puts_mock(file: File, node: cst.Call, fact: Patches) -> bool:
    """Whether what a patch puts in place is a mock made there, that hands on to nothing."""
    for index, argument in enumerate(node.args):
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if keyword == fact.parameter or (not keyword and index == fact.position):
            value = argument.value
            told = value.args if isinstance(value, cst.Call) else ()
            names = {item.keyword.value for item in told if item.keyword is not None}
            return is_mock(file, value) and names.isdisjoint({"side_effect", "wraps"})
    return False


def _through_fixture(
    file: File, call: Call, node: cst.Call, test: cst.FunctionDef
) -> Patches | None:
    """Return the fact about a method of a fixture that the test takes without annotation."""
    path = _path(node.func)
    if call.name is not None or not path:
        return None
    cls = file.facts.once(_fixtures).get(path[0])
    if cls is None or path[0] not in file.scope_of(test).bindings:
        return None
    return file.facts.get(Patches, ".".join((cls, *path[1:])))


def _fixtures(table: FactTable) -> dict[str, str]:
    return {
        parameter: name
        for name in table.names(Fixture)
        for parameter in getattr(table.get(Fixture, name), "parameter", ())
    }


def _path(node: cst.CSTNode) -> tuple[str, ...]:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    return (node.value, *reversed(parts)) if isinstance(node, cst.Name) else ()


def root(node: cst.CSTNode) -> str:
    """Return the name a chain of attributes, calls and elements starts from."""
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript, cst.Await)):
        if isinstance(node, cst.Call):
            node = node.func
        else:
            node = node.expression if isinstance(node, cst.Await) else node.value
    return node.value if isinstance(node, cst.Name) else ""


def is_mock(file: File, node: cst.CSTNode) -> bool:
    """Whether an expression makes a mock."""
    return isinstance(node, cst.Call) and file.fact(Mock, node) is not None
