"""Coroutines: which calls make them, and what becomes of them where they are not awaited."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import libcst as cst

from surefoot.facts.kinds import RunsEventLoop
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.file import File
from surefoot.semantics.world import World
from surefoot.syntax.scopes import Binding

_OF_COROUTINES = frozenset(
    {"add_done_callback", "cancel", "close", "send", "throw", "__await__", "__name__"}
    | {"__qualname__", "__class__"}
)
"""Attributes that are asked of a coroutine, or a future, itself."""
_HARMLESS_CLASS_DECORATORS = frozenset(
    {"attr.attrs", "attr.define", "attr.frozen", "attr.s", "attrs.define", "attrs.frozen"}
    | {"dataclasses.dataclass", "enum.unique", "functools.total_ordering", "typing.final"}
    | {"typing.runtime_checkable", "typing_extensions.final", "typing_extensions.runtime_checkable"}
)


class Use(enum.Enum):
    """What is done with something instead of awaiting it."""

    DROPPED = "dropped"
    TRUTH = "truth"
    COMPARED = "compared"
    RESULT = "result"
    """It is used as only its result could be: indexed, formatted, computed with."""


def is_coroutine_function(world: World, name: str) -> bool:
    """Whether calling the project function of this full name gives, for certain, a coroutine."""
    function = world.function(name)
    if function is None or not function.is_async or function.is_generator:
        return False
    if not all(is_neutral(world, decorator) for decorator in function.decorators):
        return False
    owner = world.cls(name.rpartition(".")[0]) if function.owner else None
    return owner is None or all(
        world.target(decorator) in _HARMLESS_CLASS_DECORATORS for decorator in owner.decorators
    )


def use_of(file: File, node: cst.Call) -> Use | None:
    """Return what is done with what a call gives, where that cannot await or keep it; None
    where it may."""
    parent = file.parent(node)
    if isinstance(parent, (cst.Assign, cst.AnnAssign)):
        return _use_of_variable(file, node, parent)
    return _use_at(file, node)


def _use_at(file: File, node: cst.CSTNode) -> Use | None:
    parent = file.parent(node)
    match parent:
        case cst.BooleanOperation(right=part) | cst.IfExp(body=part) if part is node:
            return _use_at(file, parent)
        case cst.IfExp(orelse=part) if part is node:
            return _use_at(file, parent)
    judge = _USES.get(parent.__class__)
    return judge(parent, node) if judge is not None else None


def _use_of_variable(
    file: File, node: cst.Call, statement: cst.Assign | cst.AnnAssign
) -> Use | None:
    """The use of a local variable that holds nothing else."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name) as target)]):
            pass
        case cst.AnnAssign(target=cst.Name(value=name) as target):
            pass
        case _:
            return None
    scope = file.scope(node)
    owned: list[Binding] = scope.bindings.get(name, [])
    if scope.kind != "function" or len(owned) != 1 or name in scope.outer:
        return None
    uses = [_use_at(file, use) for use in file.uses(name, scope) if use is not target]
    if None in uses:
        return None
    return uses[0] if uses else Use.DROPPED


def _in_test(parent: Any, node: cst.CSTNode) -> Use | None:
    return Use.TRUTH if parent.test is node else None


def _in_boolean(parent: Any, node: cst.CSTNode) -> Use | None:
    return Use.TRUTH if parent.left is node else None


def _negated(parent: Any, node: cst.CSTNode) -> Use | None:
    return Use.TRUTH if isinstance(parent.operator, cst.Not) else Use.RESULT


def _in_comparison(parent: Any, node: cst.CSTNode) -> Use | None:
    return Use.COMPARED


def _with_attribute(parent: Any, node: cst.CSTNode) -> Use | None:
    name = parent.attr.value
    return None if name in _OF_COROUTINES or name.startswith("cr_") else Use.RESULT


def _indexed(parent: Any, node: cst.CSTNode) -> Use | None:
    return Use.RESULT if parent.value is node else None


_USES: dict[type, Callable[[Any, cst.CSTNode], Use | None]] = {
    cst.Expr: lambda parent, node: Use.DROPPED,
    cst.If: _in_test,
    cst.While: _in_test,
    cst.IfExp: _in_test,
    cst.Assert: _in_test,
    cst.CompIf: _in_test,
    cst.UnaryOperation: _negated,
    cst.BooleanOperation: _in_boolean,
    cst.Comparison: _in_comparison,
    cst.ComparisonTarget: _in_comparison,
    cst.Attribute: _with_attribute,
    cst.Subscript: _indexed,
    cst.FormattedStringExpression: lambda parent, node: Use.RESULT,
    cst.BinaryOperation: lambda parent, node: Use.RESULT,
}


def waits_after(file: File, node: cst.CSTNode) -> bool:
    """Whether the function a node stands in waits after it, and so goes on living."""
    function = file.function(node)
    here = file.tree.place(node)
    waits = (
        item
        for kind in (cst.Await, cst.Call)
        for item in file.tree.of(kind)
        if kind is cst.Await or file.call(item).fact(RunsEventLoop) is not None
    )
    return any(file.tree.place(item) > here and file.function(item) is function for item in waits)
