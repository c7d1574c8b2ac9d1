"""What a function does with the answer of a server: which parts it looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.loop_shape import assigned_names

_BAD_DATA = re.compile(
    r"Exception|BaseException|ValueError|KeyError|TypeError|LookupError|IndexError|RequestException"
    r"|SyntaxError|\w*(Decode|JSON|Parse|Validation|Unicode)\w*"
)


@dataclass(frozen=True)
class Looks:
    """The attributes of an answer that are asked for, or that it is `dropped` unseen.

    `guarded`: it is caught, or tested before something is raised, that they are not what they
    should be.
    """

    attributes: frozenset[str] = frozenset()
    dropped: bool = False
    guarded: bool = False


def looks_at_answer(file: File, node: cst.Call) -> Looks | None:
    """Return what is looked at of what a call, awaited or not, gives; None where that is
    returned, kept or handed on, so that others may look at the rest."""
    answer: cst.CSTNode = node
    parent = file.parent(answer)
    if isinstance(parent, cst.Await):
        answer, parent = parent, file.parent(parent)
    match parent:
        case cst.Attribute(attr=cst.Name(value=attribute)):
            return Looks(frozenset({attribute}), guarded=_is_examined(file, answer))
        case cst.Expr():
            return Looks(dropped=True)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as target)]):
            return _of_variable(file, target)
        case cst.AnnAssign(target=cst.Name() as target):
            return _of_variable(file, target)
        case cst.WithItem(asname=cst.AsName(name=cst.Name() as target)):
            return _of_variable(file, target)
    return None


def _of_variable(file: File, target: cst.Name) -> Looks | None:
    scope = file.scope(target).find(target.value)
    if scope is None or scope.kind != "function":
        return None
    found: set[str] = set()
    guarded = False
    for use in file.uses(target.value, scope):
        parent = file.parent(use)
        match parent:
            case cst.Attribute(value=value, attr=cst.Name(value=attribute)) if value is use:
                found.add(attribute)
                guarded = guarded or _is_examined(file, use)
            case cst.AssignTarget() | cst.AnnAssign() | cst.AsName():
                continue
            case _:
                return None
    return Looks(frozenset(found), guarded=guarded)


def _is_examined(file: File, answer: cst.CSTNode) -> bool:
    """Whether bad content of an answer, where it is taken, is caught or told apart."""
    return _is_guarded(file, answer) or _is_tested(file, answer)


def _is_tested(file: File, answer: cst.CSTNode) -> bool:
    """Whether the function raises, or returns, by what the content of an answer says."""
    function = file.function(answer)
    taken = next((item for item in file.ancestors(answer) if isinstance(item, cst.Assign)), None)
    if function is None or taken is None:
        return False
    about = assigned_names([*taken.targets])
    for item in inside([function.body]):
        match item:
            case cst.Assign(targets=targets, value=value) if _mentions(value, about):
                about |= assigned_names(targets)
            case cst.Assert(test=test) if _mentions(test, about):
                return True
            case cst.If(test=test, body=body) if _mentions(test, about):
                parts = [body] if item.orelse is None else [body, item.orelse]
                if any(isinstance(part, (cst.Raise, cst.Return)) for part in inside(parts)):
                    return True
    return False


def _mentions(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(item, cst.Name) and item.value in names for item in inside([node]))


def _is_guarded(file: File, node: cst.CSTNode) -> bool:
    """Whether a `try` around a node, in its function, catches what bad data raises."""
    child = node
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return False
        if isinstance(ancestor, cst.Try) and child is ancestor.body:
            for handler in ancestor.handlers:
                kinds = inside([handler.type]) if handler.type is not None else ()
                names = [last_name(kind) for kind in kinds]
                if not names or any(map(_BAD_DATA.fullmatch, names)):
                    return True
        child = ancestor
    return False
