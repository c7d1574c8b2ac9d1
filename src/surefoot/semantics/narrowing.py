"""Tests of `isinstance`, and where in the code they have been passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import Tree

_EXITS = (cst.Return, cst.Raise, cst.Continue, cst.Break)


class Guard(NamedTuple):
    """A test `isinstance(name, kind)` of the name bound in `owner`, or a `case kind():`."""

    call: cst.CSTNode
    owner: Scope
    kind: cst.BaseExpression


def guards(tree: Tree) -> dict[str, list[Guard]]:
    """Return the tests of plain names in a tree, by name, in the order of the text."""
    found: dict[str, list[Guard]] = {}
    for node in tree.by_type.get(cst.Call, ()):
        if node.func.__class__ is cst.Name and node.func.value == "isinstance":
            match node.args:
                case [cst.Arg(value=cst.Name(value=name)), cst.Arg(value=kind)]:
                    owner = tree.block(node).scope.find(name)
                    if owner is not None:
                        found.setdefault(name, []).append(Guard(node, owner, kind))
    for node in tree.by_type.get(cst.Match, ()):
        if isinstance(node.subject, cst.Name):
            name = node.subject.value
            owner = tree.block(node).scope.find(name)
            for case in node.cases if owner is not None else ():
                pattern = case.pattern
                if isinstance(pattern, cst.MatchAs) and pattern.pattern is not None:
                    pattern = pattern.pattern
                if isinstance(pattern, cst.MatchClass) and owner is not None:
                    found.setdefault(name, []).append(Guard(pattern, owner, pattern.cls))
    return found


def holds(tree: Tree, guard: Guard, name: str, use: cst.CSTNode) -> bool:
    """Whether whoever gets to `use` of a name has passed the test, and the name was not bound
    anew since."""
    if tree.block(use).scope.function is not guard.owner.function:
        return False
    start = tree.place(guard.call)
    around = {use, *tree.ancestors(use)}
    for region, after in _regions(tree, guard.call):
        if _comes_after(tree, region, around) if after else region in around:
            return not any(
                tree.place(binding.node) > start
                and (after or any(item is region for item in tree.ancestors(binding.node)))
                for binding in guard.owner.bindings[name]
            )
    return False


def _regions(tree: Tree, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, bool]]:
    """Yield the parts of the code where a test is known to be true; with True for all that
    comes after a statement, in the suite it stands in."""
    if_true, if_false = True, False
    parent = tree.parents.get(node)
    while parent is not None and (if_true or if_false):
        match parent:
            case cst.UnaryOperation(operator=cst.Not()):
                if_true, if_false = if_false, if_true
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                is_and = isinstance(operator, cst.And)
                if left is node and (if_true if is_and else if_false):
                    yield right, False
                if_true, if_false = if_true and is_and, if_false and not is_and
            case cst.If(test=test) | cst.IfExp(test=test) if test is node:
                if if_true:
                    yield parent.body, False
                elif parent.orelse is not None:
                    yield parent.orelse, False
                if if_false and isinstance(parent, cst.If) and _leaves(parent.body):
                    yield parent, True
                return
            case cst.While(test=test) if test is node:
                if if_true:
                    yield parent.body, False
                return
            case cst.Assert(test=test) if test is node:
                if if_true:
                    yield parent, True
                return
            case cst.MatchCase():
                yield parent.body, False
                return
            case cst.CompIf() | cst.MatchAs():
                pass
            case cst.CompFor():
                comprehension = tree.parents.get(parent)
                if if_true and comprehension is not None:
                    yield comprehension, False
                return
            case _:
                return
        node, parent = parent, tree.parents.get(parent)


def _leaves(body: cst.BaseSuite) -> bool:
    last: cst.CSTNode | None = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _EXITS)


def _comes_after(tree: Tree, statement: cst.CSTNode, around: set[cst.CSTNode]) -> bool:
    """Whether one of the nodes stands after a statement in the suite of the statement."""
    if isinstance(statement, cst.BaseSmallStatement):
        statement = tree.parents[statement]
    suite = tree.parents[statement]
    place = tree.place(statement)
    return any(
        node is not statement and tree.parents.get(node) is suite and tree.place(node) > place
        for node in around
    )
