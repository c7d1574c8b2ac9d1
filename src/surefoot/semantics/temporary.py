"""What becomes of the path of a temporary file or directory: removed, handed over, or left.

Functions do not remove the paths they are given unless their names or bodies say so;
objects may keep them.
"""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import RemovesPath, Resource, TemporaryPath
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.ownership import SETTLED, Fate, Ownership
from surefoot.semantics.values import PENDING
from surefoot.semantics.vocabulary import may_keep

_REMOVERS = frozenset(
    {"cleanup", "move", "remove", "rename", "replace", "rmdir", "rmtree", "unlink"}
)
_WORDS = """
chmod exists format glob is_dir is_file iterdir mkdir open read_bytes read_text rglob stat touch
write_bytes write_text
"""
_PLAIN = frozenset(_WORDS.split())
_SHOWN = re.compile(
    r"(^|\.)(warnings\.warn|print|echo|secho|run_path|open_new|open_new_tab|launch|startfile)$"
)
_REMOVING = re.compile(r"\b(rm|mv|del|rmdir|unlink|move)\b")


class PathOwnership(Ownership):
    """Follows the value of a path, and the paths made from it."""

    plain = _PLAIN

    def __init__(self, file: File) -> None:
        super().__init__(file, _REMOVERS)

    def _looked_at(self, parent: cst.CSTNode) -> Fate:
        match parent:
            case cst.BinaryOperation():
                return self.fate(parent)
            case cst.FormattedStringExpression():
                text = self.file.parent(parent)
                if text is None or _REMOVING.search(self.file.code(text)):
                    return Fate.CLOSED
                return self.fate(text)
        return Fate.USED

    def _part(self, node: cst.CSTNode) -> Fate:
        return Fate.USED if self.is_target(node) else self.fate(node) | Fate.USED

    def _entered(self, item: cst.WithItem) -> Fate:
        return Fate.KEPT

    def _element(self, element: cst.CSTNode) -> Fate:
        container = self.file.parent(element)
        if container is None or _REMOVING.search(self.file.code(container)):
            return Fate.CLOSED
        if isinstance(element, cst.DictElement) or isinstance(container, cst.Set):
            return Fate.KEPT
        parent = self.file.parent(container)
        if isinstance(parent, cst.Arg | cst.BinaryOperation):
            return self.fate(container)
        if isinstance(parent, cst.Assign) and not isinstance(
            parent.targets[0].target, cst.Tuple | cst.List
        ):
            return self.fate(container)
        return super()._element(element)

    def _argument(self, argument: cst.Arg, node: cst.CSTNode) -> Fate:
        call = self.file.parent(argument)
        if isinstance(call, cst.Call):
            known = self.file.call(call)
            if known.name == "builtins.str":
                return self.fate(call)
            removes = known.fact(RemovesPath)
            if removes is not None:
                return Fate.CLOSED if _is_at(call, argument, removes.position) else Fate.USED
            made = known.fact(Resource)
            if made is not None:
                fate = Ownership(self.file, {"close", *made.close}).fate(call)
                handed = fate & SETTLED & ~(Fate.ENTERED | Fate.CLOSED)
                return Fate.KEPT if handed else Fate.USED
        return super()._argument(argument, node)

    def _unknown(self, call: Call, node: cst.CSTNode) -> Fate:
        func = call.node.func if call.node is not None else None
        if isinstance(func, cst.Name):
            if call.callee is None and self.file.scope(func).find(func.value) is None:
                return Fate.KEPT if may_keep(func.value) else Fate.USED
        elif isinstance(func, cst.Attribute) and may_keep(func.attr.value):
            return Fate.KEPT
        if call.name is None or call.callee == PENDING or may_keep(call.name):
            return Fate.KEPT
        if _SHOWN.search(call.name):
            return Fate.KEPT  # told to whoever runs the program
        if call.world.function(call.name) is not None or call.world.cls(call.name) is not None:
            return Fate.KEPT
        assert call.node is not None
        return Fate.KEPT if self.fate(call.node) & SETTLED and call.node is not node else Fate.USED


def _is_at(call: cst.Call, argument: cst.Arg, position: int) -> bool:
    if argument.keyword is not None:
        return True
    return -1 < position < len(call.args) and call.args[position] is argument


class HolderOwnership(Ownership):
    """Follows a file object for the path it has in an attribute."""

    def __init__(self, file: File, attribute: str, paths: PathOwnership) -> None:
        super().__init__(file, ())
        self._path = attribute
        self._paths = paths
        self.plain = {*Ownership.plain, "close", "delete", "file"}

    def _attribute(self, parent: cst.Attribute) -> Fate:
        if parent.attr.value == self._path:
            return self._paths.fate(parent)
        return super()._attribute(parent)

    def _entered(self, item: cst.WithItem) -> Fate:
        if item.asname is None:
            return Fate.USED
        return self._assigned(item.asname.name, item)


def path_fate(node: cst.Call, fact: TemporaryPath, paths: PathOwnership) -> Fate:
    """Return what becomes of the path that a call leaves on disk, followed by `paths`."""
    if fact.path == "result":
        return paths.fate(node)
    if fact.path.startswith("item "):
        return _item_fate(node, int(fact.path.removeprefix("item ")), paths)
    return HolderOwnership(paths.file, fact.path, paths).fate(node)


def _item_fate(node: cst.CSTNode, index: int, paths: PathOwnership) -> Fate:
    file = paths.file
    parent = file.parent(node)
    if isinstance(parent, cst.Await):
        node, parent = parent, file.parent(parent)
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))]):
            if index < len(elements):
                return paths._assigned(elements[index].value, node)
        case cst.Subscript(
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value=number)))]
        ):
            if number == str(index):
                return paths.fate(parent)
    return Fate.KEPT
