"""Which of its bindings a name may have where it is used."""

from __future__ import annotations

import libcst as cst

from surefoot.syntax.scopes import Binding, Scope
from surefoot.syntax.tree import Tree

_LOOPS = (cst.For, cst.While)


def reaching(
    tree: Tree, bindings: list[Binding], owner: Scope, scope: Scope, use: cst.CSTNode | None
) -> list[Binding]:
    """Return the bindings without those that a later one, on every way to `use`, has replaced."""
    if use is None or use not in tree.parents or _own(scope) is not _own(owner):
        return bindings
    around = {use: use}
    child = use
    for ancestor in tree.ancestors(use):
        around[ancestor] = child
        child = ancestor
    here = tree.place(use)
    before: list[tuple[int, Binding]] = []
    again: list[Binding] = []
    for binding in bindings:
        place = tree.place(binding.node)
        if binding.node in around and not _covers(binding.node, around[binding.node]):
            if _loops_back(tree, binding.node, around):
                again.append(binding)
        elif place <= here:
            before.append((place, binding))
        elif _loops_back(tree, binding.node, around):
            again.append(binding)
    before.sort(key=lambda item: item[0])
    start = 0
    for index, (_, binding) in enumerate(before):
        if binding.kind == "param" or _dominates(tree, binding.node, around):
            start = index
    return [binding for _, binding in before[start:]] + again or bindings


def _dominates(tree: Tree, node: cst.CSTNode, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    """Whether whoever gets to the use has been through the statement of `node`."""
    current: cst.CSTNode | None = node
    while current is not None and not isinstance(
        current, (cst.IndentedBlock, cst.Module, cst.SimpleStatementSuite)
    ):
        current = tree.parents.get(current)
        if isinstance(current, (cst.ExceptHandler, cst.If, cst.IfExp, cst.MatchCase)):
            return current in around
        if isinstance(current, cst.BooleanOperation):
            return current in around
    return current in around


def _loops_back(tree: Tree, node: cst.CSTNode, around: dict[cst.CSTNode, cst.CSTNode]) -> bool:
    return any(
        ancestor in around for ancestor in tree.ancestors(node) if isinstance(ancestor, _LOOPS)
    )


def _own(scope: Scope) -> Scope:
    """The scope whose statements run in one go: comprehensions belong to what is around them."""
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _covers(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    """Whether a binding statement around a use has bound its target by then."""
    if isinstance(node, cst.For):
        return child is node.body or child is node.orelse
    return isinstance(node, (cst.ExceptHandler, cst.CompFor, cst.FunctionDef, cst.ClassDef))
