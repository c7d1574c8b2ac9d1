"""What becomes of an open file descriptor: closed, handed over, or left open."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Resource, TemporaryPath
from surefoot.semantics.file import File
from surefoot.semantics.ownership import Fate, Ownership


class DescriptorOwnership(Ownership):
    """Follows a number that stands for an open file: only calls it is given to can close it."""

    def _argument(self, argument: cst.Arg, node: cst.CSTNode) -> Fate:
        outer = self.file.parent(argument)
        if isinstance(outer, cst.Call):
            call = self.file.call(outer)
            if call.fact(Resource) is not None and outer.args[0] is argument:
                return Fate.HANDED
        return super()._argument(argument, node)


def descriptor_fate(file: File, node: cst.Call, fact: TemporaryPath) -> Fate:
    """Return what becomes of the descriptor that a call leaves open, an item of what it gives."""
    index = int((fact.descriptor or "").removeprefix("item "))
    own = DescriptorOwnership(file)
    parent = file.parent(node)
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))]):
            if index < len(elements) and isinstance(elements[index].value, cst.Name):
                return own._assigned(elements[index].value, node)
        case cst.Subscript(
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=number)))]
        ):
            return own.fate(parent) if number == str(index) else Fate.USED
        case cst.Expr():
            return Fate.USED
    return Fate.KEPT
