"""What functions do with the things they are given: which they merely use, and hand back so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import Resource
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.ownership import SETTLED, Fate, Ownership
from surefoot.semantics.summary import CallSummary, Onward
from surefoot.semantics.temporary import PathOwnership
from surefoot.semantics.vocabulary import CLOSERS, PLAIN, RELEASERS
from surefoot.syntax.scopes import Scope

_PLAIN_DATA = frozenset({"bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"})
_NO_PATHS = _PLAIN_DATA - {"bytes", "str"}
_PATH_METHODS = frozenset(
    {"glob", "iterdir", "mkdir", "read_bytes", "read_text", "rglob", "write_bytes", "write_text"}
)
_HARMLESS = ("builtins.staticmethod", "builtins.classmethod")


class Lending(Ownership):
    """Follows a value into functions that only the linker can judge: those of other modules,
    and methods, which other modules may override.

    `onward` tells where the value goes; the fate holds if it is merely used there.
    """

    @cached_property
    def onward(self) -> list[Onward]:
        return []

    def of_parameter(self, call: Call, index: int | None, keyword: str | None) -> Fate | None:
        function = call.world.function(call.name) if call.name is not None else None
        if function is not None and function.owner:
            return None
        return super().of_parameter(call, index, keyword)

    def _goes_on(self, call: Call, index: int | None, keyword: str | None) -> bool:
        if call.symbol is None or (index is None and keyword is None):
            return False
        if not call.pending and (call.name is None or call.world.function(call.name) is None):
            return False
        self.onward.append(Onward(call.place, index, keyword))
        return True


class LendingOwnership(Lending):
    """Follows resources."""

    def __init__(self, file: File, closers: Collection[str] = CLOSERS) -> None:
        super().__init__(file, closers)


class LendingPaths(Lending, PathOwnership):
    """Follows paths."""


_Lent = Mapping[str, Mapping[str, tuple[Onward, ...]]]


def lent(file: File, calls: Iterable[CallSummary]) -> _Lent:
    """Return the parameters that functions of a file merely use: see `ModuleSummary.lent`.

    `calls` are those that the linker will know.
    """
    if file.is_stub or file.is_test:
        return {}
    closers = RELEASERS | file.facts.closers
    return _lent(file, _candidates(file, calls), lambda: LendingOwnership(file, closers))


def lent_paths(file: File, calls: Iterable[CallSummary]) -> _Lent:
    """Return the parameters that are paths which functions of a file merely read or write."""
    if file.is_stub or file.is_test:
        return {}
    return _lent(file, _paths(file, calls), lambda: LendingPaths(file))


def _lent(
    file: File, candidates: Iterable[tuple[Scope, str]], follow: Callable[[], Lending]
) -> _Lent:
    found: dict[str, dict[str, tuple[Onward, ...]]] = {}
    judged: dict[Scope, bool] = {}
    for scope, name in candidates:
        if scope not in judged:
            judged[scope] = _runs_as_written(file, scope)
        if not judged[scope]:
            continue
        ownership = follow()
        if not ownership.of_name(name, scope) & SETTLED:
            onward = tuple(dict.fromkeys(ownership.onward))
            found.setdefault(scope.qualname, {})[name] = onward
    return found


def _candidates(file: File, calls: Iterable[CallSummary]) -> dict[tuple[Scope, str], None]:
    """The parameters that are used as resources are, or handed on, in the order of the text."""
    found: dict[tuple[Scope, str], None] = {}
    for node in file.tree.of(cst.Attribute):
        if node.attr.value in PLAIN and type(node.value) is cst.Name:
            _add_parameter(file, node.value, found)
    for call in calls:
        node = file.tree.nodes[call.place]
        for argument in node.args if type(node) is cst.Call else ():
            if type(argument.value) is cst.Name:
                _add_parameter(file, argument.value, found)
    return found


def _paths(file: File, calls: Iterable[CallSummary]) -> dict[tuple[Scope, str], None]:
    """The parameters that are opened, or used as only paths are."""
    found: dict[tuple[Scope, str], None] = {}
    for node in file.tree.of(cst.Attribute):
        if node.attr.value in _PATH_METHODS and type(node.value) is cst.Name:
            _add_parameter(file, node.value, found)
    for call in calls:
        node = file.tree.nodes[call.place]
        if type(node) is cst.Call and file.call(node).fact(Resource) is not None:
            for argument in node.args[:1]:
                if type(argument.value) is cst.Name:
                    _add_parameter(file, argument.value, found, _NO_PATHS)
    return found


def _add_parameter(
    file: File,
    name: cst.Name,
    found: dict[tuple[Scope, str], None],
    plain: frozenset[str] = _PLAIN_DATA,
) -> None:
    scope = file.scope(name).find(name.value)
    if scope is None or scope.kind != "function" or (scope, name.value) in found:
        return
    binding = scope.bindings[name.value][0]
    param = binding.node
    if binding.kind != "param" or not isinstance(param, cst.Param) or param.star in ("*", "**"):
        return
    declared = param.annotation.annotation if param.annotation is not None else None
    if isinstance(declared, cst.Name) and declared.value in plain:
        return
    if name.value != scope.first or not _is_bound(file, scope):
        found[scope, name.value] = None


def _is_bound(file: File, scope: Scope) -> bool:
    """Whether the first parameter of a function is its object or class."""
    if scope.parent is None or scope.parent.kind != "class":
        return False
    node = scope.node
    assert isinstance(node, cst.FunctionDef)
    return all(file.name(item.decorator) != _HARMLESS[0] for item in node.decorators)


def _runs_as_written(file: File, scope: Scope) -> bool:
    """Whether whoever calls the function runs its body, and nothing else, at once."""
    node = scope.node
    assert isinstance(node, cst.FunctionDef)
    summary = file.summary.functions.get(scope.qualname)
    if summary is None or summary.is_generator or _definitions(file)[scope.qualname] > 1:
        return False
    return all(file.name(item.decorator) in _HARMLESS for item in node.decorators)


def _definitions(file: File) -> Counter[str]:
    return file.once(_count_definitions, file.tree.module)


def _count_definitions(file: File, module: cst.Module) -> Counter[str]:
    return Counter(file.scope_of(node).qualname for node in file.tree.of(cst.FunctionDef))
