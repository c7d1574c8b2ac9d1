"""How far into its function something is needed: its uses, and those of what is got from it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Borrows
from surefoot.semantics.file import File
from surefoot.semantics.ownership import Ownership
from surefoot.semantics.vocabulary import CLOSERS, PLAIN, READING, may_keep
from surefoot.syntax.scopes import Scope

_VIEWS = frozenset(
    {"content", "delete", "execute", "executemany", "executescript", "fetch", "get", "head"}
    | {"options", "patch", "post", "put", "request", "set"}
)
_DATA = PLAIN - _VIEWS | CLOSERS
_PATH_DATA = frozenset(
    {"exists", "is_dir", "is_file", "mkdir", "read_bytes", "read_text", "stat", "touch", "unlink"}
    | {"write_bytes", "write_text"}
)
_LASTING = frozenset({"chdir", "chroot", "putenv"})
"""What makes the process go on using a path."""
_LOOKS = (cst.If, cst.While, cst.Assert, cst.Comparison, cst.ComparisonTarget, cst.Index)
_GOES_ON = (
    *(cst.Await, cst.BooleanOperation, cst.Element, cst.Tuple, cst.List, cst.IfExp),
    *(cst.DictElement, cst.Dict, cst.Set, cst.NamedExpr, cst.StarredElement),
)
_CLOSED_IN = (cst.GeneratorExp, cst.Lambda, cst.FunctionDef, cst.ClassDef)


class Reach:
    """Follows values of one function. `nodes` are the places where one is needed, as far as they
    are names; `escapes` tells that it, or something that reads from it, may be needed later.

    Of a file, a socket or a connection the data that is read needs nothing more; `is_path`: of
    a path every other path that is made of it does.
    """

    def __init__(self, file: File, *, is_path: bool = False) -> None:
        self.file = file
        self.is_path = is_path
        self.nodes: list[cst.CSTNode] = []
        self.escapes = False
        self._data: Collection[str] = _PATH_DATA if is_path else _DATA
        self._ownership = Ownership(file)
        self._seen: set[str] = set()

    def of_name(self, name: str, scope: Scope) -> None:
        """Follow what the only binding of a name of a function gives it."""
        if name in self._seen:
            return
        self._seen.add(name)
        if len(scope.bindings.get(name, ())) != 1 or name in scope.outer:
            self.escapes = True
            return
        for use in self.file.uses(name, scope):
            if self._ownership.is_target(use):
                continue
            self.nodes.append(use)
            if self._is_deferred(use, scope):
                self.escapes = True
            else:
                self.of(use)

    def of(self, node: Any) -> None:
        """Follow the value of an expression, upwards from where it stands."""
        while True:
            parent: Any = self.file.parent(node)
            match parent:
                case cst.Attribute():
                    user = self.file.parent(parent)
                    if parent.attr.value in self._data:
                        return
                    node = user if isinstance(user, cst.Call) and user.func is parent else parent
                case cst.Subscript() if parent.value is node:
                    node = parent
                case cst.Arg():
                    outer = self.file.parent(parent)
                    if not isinstance(outer, cst.Call) or self._is_read(outer):
                        return
                    if self._may_be_kept(outer):
                        self.escapes = True
                        return
                    node = outer
                case cst.IfExp() if parent.test is node:
                    return
                case cst.BinaryOperation() | cst.FormattedStringExpression():
                    if not self.is_path:
                        return
                    node = parent
                case cst.FormattedString():
                    node = parent
                case cst.Expr() | cst.For() | cst.CompFor() | cst.UnaryOperation():
                    return
                case _ if isinstance(parent, _LOOKS):
                    return
                case cst.Assign():
                    for target in parent.targets:
                        self._bound(target.target)
                    return
                case cst.AnnAssign():
                    self._bound(parent.target)
                    return
                case cst.WithItem():
                    if parent.asname is not None:
                        self._bound(parent.asname.name)
                    return
                case _ if isinstance(parent, _GOES_ON):
                    if isinstance(parent, cst.NamedExpr):
                        self._bound(parent.target)
                    node = parent
                case _:
                    self.escapes = True
                    return

    def _bound(self, target: Any) -> None:
        match target:
            case cst.Name(value=name):
                self.of_name(name, self.file.scope(target))
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._bound(element.value)
            case _:
                self.escapes = True

    def _is_read(self, call: cst.Call) -> bool:
        """Whether a call only reads from its argument, and gives data."""
        known = self.file.call(call)
        if known.name in READING:
            return not self.is_path or known.name != "builtins.str"
        borrows = known.fact(Borrows)
        return borrows is not None and borrows.gives == "data"

    def _may_be_kept(self, call: cst.Call) -> bool:
        """Whether a call whose result is dropped may, by its name, keep its argument."""
        match self.file.parent(call), call.func:
            case cst.Expr(), cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name):
                return may_keep(name) or name in _LASTING
        return False

    def _is_deferred(self, use: cst.CSTNode, scope: Scope) -> bool:
        """Whether a name may be read after the statement it stands in."""
        for ancestor in self.file.ancestors(use):
            if ancestor is scope.node:
                return False
            if isinstance(ancestor, _CLOSED_IN):
                return True
        return True
