"""Under which names a file keeps what it opens, and which of them it closes.

A *place of keeping* is the last word of an attribute (`app.state.pool`), of a key (`app["pool"]`),
of a global or of a parameter; of a variable of a function it is the variable with its function.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.semantics.vocabulary import RELEASERS, may_keep

_DEEPEST = 4
_MAYBE = (cst.BooleanOperation, cst.IfExp, cst.NamedExpr, cst.Await)
_LISTS = (cst.Tuple, cst.List, cst.Set)


class Keeping:
    """Follows the names of one file."""

    def __init__(self, file: File) -> None:
        self.file = file

    def kept_as(self, call: cst.Call) -> set[str]:
        """Return where what a call makes is kept beyond its function; empty for nowhere."""
        parent = self.file.parent(call)
        while isinstance(parent, _MAYBE):
            parent = self.file.parent(parent)
        match parent:
            case cst.Assign(targets=targets):
                return self._of_targets([item.target for item in targets])
            case cst.AnnAssign(target=target):
                return self._of_targets([target])
        return set()

    def _of_targets(self, targets: list[cst.BaseAssignTargetExpression]) -> set[str]:
        found: set[str] = set()
        local: set[str] = set()
        for target in targets:
            if isinstance(target, cst.Name) and self._is_local(target):
                local.add(self._local(target))
                found |= self._passed_on(target)
            else:
                found |= set(self.names(target))
        return found | local if found else found

    def _passed_on(self, variable: cst.Name) -> set[str]:
        """Where the value of a variable is stored, or under which key it is yielded."""
        owner = self.file.scope(variable).find(variable.value)
        found: set[str] = set()
        for use in self.file.uses(variable.value, owner) if owner is not None else ():
            match self.file.parent(use):
                case cst.Assign(targets=targets, value=value) if value is use:
                    for item in targets:
                        if not isinstance(item.target, cst.Name) or not self._is_local(item.target):
                            found |= set(self.names(item.target))
                case cst.DictElement(key=cst.SimpleString() as key, value=value) as element:
                    display = self.file.parent(element)
                    around = self.file.parent(display) if display is not None else None
                    if value is use and isinstance(around, cst.Yield):
                        found.add(str(key.evaluated_value))
        return found

    def names(self, node: cst.CSTNode, depth: int = 0) -> Iterator[str]:
        """Yield the places of keeping an expression may speak of; those that a function gives
        as the function's name with `()`."""
        match node:
            case cst.Attribute(attr=cst.Name(value=name)):
                yield name
            case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                if isinstance(key, cst.SimpleString):
                    yield str(key.evaluated_value)
            case cst.Call(func=cst.Name(value="getattr"), args=[_, cst.Arg(value=key), *_]):
                if isinstance(key, cst.SimpleString):
                    yield str(key.evaluated_value)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="get" | "pop")), args=[first, *_]):
                if isinstance(first.value, cst.SimpleString):
                    yield str(first.value.evaluated_value)
            case cst.Call():
                yield f"{last_name(node.func)}()"
            case cst.Name():
                yield from self._of_name(node, depth)
            case _ if isinstance(node, (*_MAYBE, *_LISTS)):
                for child in node.children:
                    inner = child.value if isinstance(child, cst.Element) else child
                    yield from self.names(inner, depth + 1)

    def _of_name(self, node: cst.Name, depth: int) -> Iterator[str]:
        if not self._is_local(node):
            yield node.value
            return
        yield self._local(node)
        owner = self.file.scope(node).find(node.value)
        for binding in owner.bindings[node.value] if owner is not None else ():
            if binding.kind == "param":
                yield node.value
            elif isinstance(binding.value, cst.CSTNode) and depth < _DEEPEST:
                yield from self.names(binding.value, depth + 1)

    def _is_local(self, node: cst.Name) -> bool:
        owner = self.file.scope(node).find(node.value)
        return owner is not None and owner.kind not in ("module", "class")

    def _local(self, node: cst.Name) -> str:
        owner = self.file.scope(node).find(node.value)
        return f"{owner.qualname if owner is not None else ''}:{node.value}"

    def closed(self) -> set[str]:
        """Return the places whose values the file closes, enters or hands over to be closed."""
        found: set[str] = set()
        for node in self.file.tree.of(cst.Attribute):
            if node.attr.value in RELEASERS:
                found.update(self.names(node.value))
        for item in self.file.tree.of(cst.WithItem):
            found.update(self.names(item.item))
        for call in self.file.tree.of(cst.Call):
            if may_keep(last_name(call.func)):
                for argument in call.args:
                    found.update(self.names(argument.value))
        return found

    def given(self) -> set[tuple[str, str]]:
        """Return the functions that give what is kept: pairs of function and place."""
        found: set[tuple[str, str]] = set()
        for node in self.file.tree.of(cst.Return):
            function = self.file.function(node)
            if function is not None and node.value is not None:
                for name in self.names(node.value):
                    found.add((f"{function.name.value}()", name))
        return found
