"""Values that may be None under a name: where they are used, if nobody asks whether they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from surefoot.facts.kinds import RefusesNone
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.syntax.tree import dotted

_TESTS = (cst.If, cst.IfExp, cst.While, cst.Assert, cst.CompIf)
_CONSUMED = (cst.FormattedStringExpression, cst.BinaryOperation, cst.Attribute, cst.Subscript)
_GATHERED = (cst.Element, cst.DictElement)
_STATEMENTS = (cst.BaseSmallStatement, cst.BaseCompoundStatement)


def carried(file: File, node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """Return where the one name, or attribute of `self`, is used that an expression is bound to.

    There is none where it gets another value as well, and where something may ask whether it is
    None: a test, a comparison, a function it is handed to.
    """
    parent = file.parent(node)
    match parent:
        case (
            cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])
            | cst.AnnAssign(target=cst.Name(value=name))
        ):
            uses = _of_name(file, node, name)
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute(value=cst.Name(value="self")) as target)]
        ):
            uses = _of_attribute(file, target)
        case _:
            return ()
    return () if any(_may_be_asked(file, use) for use in uses) else uses


def _of_name(file: File, node: cst.CSTNode, name: str) -> Sequence[cst.CSTNode]:
    owner = file.scope(node).find(name)
    if owner is None or owner.kind == "class" or len(owner.bindings.get(name, ())) != 1:
        return ()
    reads = _without_targets(file, file.uses(name, owner))
    block = _conditional_block(file, node)
    if block is not None and not all(block in file.ancestors(read) for read in reads):
        return ()
    return reads


def _of_attribute(file: File, target: cst.Attribute) -> Sequence[cst.CSTNode]:
    owner, function = file.cls(target), file.function(target)
    if owner is None or function is None or function.name.value != "__init__":
        return ()
    name = dotted(target)
    found = [
        item
        for item in inside([owner.body], into=(cst.FunctionDef, cst.Lambda))
        if type(item) is cst.Attribute and dotted(item) == name
    ]
    reads = _without_targets(file, found)
    return reads if len(reads) == len(found) - 1 else ()


def _without_targets(file: File, uses: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
    return [use for use in uses if getattr(file.parent(use), "target", None) is not use]


def _conditional_block(file: File, node: cst.CSTNode) -> cst.CSTNode | None:
    """The statement around a node, in its function, that may not run all there is in it."""
    for parent in file.ancestors(node):
        if isinstance(parent, (cst.FunctionDef, cst.ClassDef)):
            return None
        if isinstance(parent, (cst.If, cst.Try, cst.For, cst.While)):
            return parent
    return None


def _may_be_asked(file: File, use: cst.CSTNode) -> bool:
    child = use
    for parent in file.ancestors(use):
        if isinstance(parent, _TESTS) and parent.test is child:
            return True
        match parent:
            case cst.Tuple() if isinstance(file.parent(parent), cst.BinaryOperation):
                return False
            case cst.Element() if isinstance(file.parent(file.parent(parent)), cst.BinaryOperation):  # type: ignore[arg-type]
                return False
            case cst.BooleanOperation() | cst.UnaryOperation() | cst.Match():
                return True
            case cst.Comparison(left=left) if left is child:
                return True
            case cst.ComparisonTarget(operator=operator):
                return not isinstance(operator, (cst.In, cst.NotIn))
            case cst.Arg():
                call = file.parent(parent)
                return not (
                    isinstance(call, cst.Call)
                    and (
                        file.fact(RefusesNone, call) is not None
                        or file.name(call) == "builtins.str.format"
                    )
                )
        if isinstance(parent, _CONSUMED):
            return False
        if isinstance(parent, _GATHERED):
            return True
        if isinstance(parent, _STATEMENTS):
            return isinstance(parent, cst.AugAssign)
        child = parent
    return False
