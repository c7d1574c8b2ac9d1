"""Attributes that an exception has for some failures only, and code that takes them for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import FailsOnStatus, MayLack
from surefoot.semantics.file import File
from surefoot.semantics.handlers import caught_by, inside, last_name
from surefoot.semantics.world import World

_SHOWS = re.compile(
    r"str|repr|print|format|debug|info|warn|warning|error|exception|critical|log|append|echo"
)
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
    for item in inside([body], into=(cst.Lambda,)):
        match item:
            case cst.Call(func=func, args=args) if any(
                isinstance(arg.value, cst.Name) and arg.value.value == name for arg in args
            ):
                if _SHOWS.fullmatch(last_name(func)) is None:
                    return None
            case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=attribute)) if (
                owner == name and attribute in may_lack
            ):
                lack = may_lack[attribute]
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
