"""Attributes that an exception has for some failures only, and code that takes them for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import FailsOnStatus, MayLack
from surefoot.facts.table import FactTable
from surefoot.semantics.file import File
from surefoot.semantics.handlers import caught, caught_by, inside, last_name
from surefoot.semantics.loop_shape import always_leaves
from surefoot.semantics.world import World

_SHOWS = re.compile(
    r"str|repr|print|format|debug|info|warn|warning|error|exception|critical|log|append|echo"
)
_TWO = 2
_OWN = frozenset({"self", "cls"})
_STATUS = re.compile(r"raise_for_status|json|format|str|int|len|print|append|debug|info|items")


class Lacking(NamedTuple):
    """An attribute that the failures of a class may lack; `absent`: it is not None but missing."""

    cls: str
    attribute: str
    absent: bool


def lacking(world: World, names: Iterable[str]) -> dict[str, Lacking]:
    """Return what exceptions of these classes of libraries may lack, by the attribute; a class of
    the project may define what its base lacks."""
    found: dict[str, Lacking] = {}
    for name in sorted(names):
        fact: MayLack | None = world.fact(MayLack, name)
        if fact is not None and world.cls(name) is None:
            for attribute in fact.attributes:
                found.setdefault(attribute, Lacking(name, attribute, fact.absent))
    return found


def taken_for_granted(
    file: File, body: cst.CSTNode, name: str, may_lack: dict[str, Lacking]
) -> tuple[cst.CSTNode, Lacking] | None:
    """Return the first place in `body` that needs an attribute of the exception `name` which it
    may lack; None where the code asks for it, or for the class of the exception, before."""
    aliases: dict[str, Lacking] = {}
    tests: list[cst.Call] = []
    for item in inside([body], into=(cst.Lambda,)):
        match item:
            case cst.Call(func=func, args=args) if any(
                isinstance(arg.value, cst.Name) and arg.value.value == name for arg in args
            ):
                if file.name(func) == "builtins.isinstance" and len(args) == _TWO:
                    tests.append(item)
                elif _SHOWS.fullmatch(last_name(func)) is None:
                    return None
            case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=attribute)) if (
                owner == name and attribute in may_lack
            ):
                lack = may_lack[attribute]
                if tests:
                    known = _after_tests(file, tests, item, attribute)
                    if known is None:
                        return None
                    lack = known
                parent = file.parent(item)
                if lack.absent or _is_taken_apart(item, parent):
                    return None if _is_tried(file, item, body) else (item, lack)
                match parent:
                    case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=alias))]):
                        aliases[alias] = lack
                    case _:
                        return None
            case cst.Name(value=alias) if alias in aliases:
                parent = file.parent(item)
                if isinstance(parent, cst.AssignTarget):
                    continue
                if not _is_taken_apart(item, parent) or _is_tried(file, item, body):
                    return None
                return item, aliases[alias]
    return None


def needed(file: File, function: cst.FunctionDef) -> list[tuple[str, str]]:
    """Return the first parameter of a function, `self` aside, with each attribute it is asked for
    that some exceptions lack."""
    return file.once(_needed, file.tree.module).get(function, [])


def _needed(file: File, module: cst.CSTNode) -> dict[cst.FunctionDef, list[tuple[str, str]]]:
    may_lack = file.facts.once(_attributes)
    found: dict[cst.FunctionDef, list[tuple[str, str]]] = {}
    for node in file.tree.of(cst.Attribute):
        if node.attr.value in may_lack and isinstance(node.value, cst.Name):
            function = file.function(node)
            pair = (node.value.value, node.attr.value)
            params = [] if function is None else function.params.params
            names = [param.name.value for param in params if param.name.value not in _OWN]
            if function is not None and names[:1] == [pair[0]]:
                known = found.setdefault(function, [])
                known.extend([] if pair in known else [pair])
    return found


def _attributes(facts: FactTable) -> frozenset[str]:
    """The attributes that, by the facts, some exceptions lack."""
    known = [facts.get(MayLack, name) for name in facts.names(MayLack)]
    return frozenset(item for fact in known if fact is not None for item in fact.attributes)


def _after_tests(
    file: File, tests: list[cst.Call], node: cst.Attribute, attribute: str
) -> Lacking | None:
    """What the exception may lack where `isinstance` has made sure of its class; None where that
    class has it, or where a test leaves open what it is."""
    if not all(_makes_sure(file, test, node) for test in tests):
        return None
    names = [caught(file.world, file.symbol(test.args[1].value)) for test in tests]
    if any(each.pending or not each.names for each in names):
        return None
    found = [lacking(file.world, each.names).get(attribute) for each in names]
    return found[-1] if None not in found else None


def _makes_sure(file: File, test: cst.Call, node: cst.CSTNode) -> bool:
    """Whether a node is reached only if a test holds: behind `and`, in the body of its `if`, or
    after an `if not` that leaves."""
    around = {node, *file.ancestors(node)}
    holds = True
    current: cst.CSTNode = test
    for parent in file.ancestors(test):
        match parent:
            case cst.UnaryOperation(operator=cst.Not()):
                holds = not holds
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                if holds is not isinstance(operator, cst.And):
                    return False
                if left is current and right in around:
                    return True
            case cst.IfExp(test=asked, body=body, orelse=orelse) if asked is current:
                return (body if holds else orelse) in around
            case cst.If(test=asked, body=body, orelse=orelse) if asked is current:
                if (body if holds else orelse) in around:
                    return True
                return not holds and orelse is None and _comes_after(file, parent, around)
            case _:
                return False
        current = parent
    return False


def _comes_after(file: File, statement: cst.If, around: set[cst.CSTNode]) -> bool:
    """Whether one of the nodes comes after a statement that leaves, in the same block."""
    block = file.parent(statement)
    if not isinstance(block, cst.IndentedBlock) or not always_leaves(statement.body):
        return False
    return any(item in around for item in block.body[block.body.index(statement) + 1 :])


def _is_taken_apart(node: cst.CSTNode, parent: cst.CSTNode | None) -> bool:
    match parent:
        case cst.Attribute(value=value) | cst.Subscript(value=value):
            return value is node
    return False


def _is_tried(file: File, node: cst.CSTNode, top: cst.CSTNode) -> bool:
    """Whether a failure of the node is caught before it gets out of `top`."""
    current = node
    for parent in file.ancestors(node):
        if isinstance(parent, cst.Try) and current is parent.body:
            return True
        if isinstance(parent, cst.With):
            return True
        if parent is top:
            return False
        current = parent
    return False


def may_fail_without_answer(file: File, attempt: cst.Try | cst.TryStar) -> bool:
    """Whether the work of a `try` does more than look at an answer it has got already."""
    return any(
        isinstance(item, cst.Call)
        and file.call(item).fact(FailsOnStatus) is None
        and _STATUS.fullmatch(last_name(item.func)) is None
        for item in inside([attempt.body])
    )


def others_come_first(
    file: File, attempt: cst.Try | cst.TryStar, handler: cst.ExceptHandler
) -> bool:
    """Whether an earlier handler takes some of the failures that lack something."""
    for other in attempt.handlers:
        if other is handler:
            return False
        if isinstance(other, cst.ExceptHandler) and lacking(
            file.world, caught_by(file, other).names
        ):
            return True
    return False
