"""Hooks of sessions and clients, which may look at each answer: who has one, in one file."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import HttpAnswer
from surefoot.facts.table import FactTable
from surefoot.semantics.file import File
from surefoot.syntax.scopes import Scope

Owner = tuple[Scope | None, str]
"""A name and the scope it is bound in; an attribute of any object, and no scope."""


class Hook(NamedTuple):
    """A place where a session's hooks are spoken of; `owner` is None where nobody knows whose."""

    node: cst.Attribute
    owner: Owner | None

    @property
    def is_given(self) -> bool:
        """Whether the session is a parameter, and not the object whose method this is."""
        if self.owner is None or not _is_parameter(self.owner):
            return False
        scope, name = self.owner
        owner = scope.parent if scope is not None and scope.first == name else None
        return owner is None or owner.kind != "class"


def hook_names(table: FactTable) -> frozenset[str]:
    """Return the attributes of sessions and clients that hold their hooks."""
    facts = (entry.get(HttpAnswer) for entry in table.entries.values())
    return frozenset(name for fact in facts if isinstance(fact, HttpAnswer) for name in fact.hooks)


def hooks_in(file: File) -> tuple[Hook, ...]:
    """Return the hooks that are spoken of in a file."""
    return file.once(_hooks, file.tree.module)


def _hooks(file: File, _: cst.Module) -> tuple[Hook, ...]:
    names = file.facts.once(hook_names)
    if not any(name in file.text for name in names):
        return ()
    return tuple(
        Hook(node, _owner(file, node.value))
        for node in file.tree.of(cst.Attribute)
        if node.attr.value in names and _is_dictionary(file, node)
    )


def _is_dictionary(file: File, node: cst.Attribute) -> bool:
    """Whether an attribute is used as the dictionary of hooks of a session is: not iterated,
    tested or appended to."""
    match file.parent(node):
        case cst.Attribute(attr=cst.Name(value=method)):
            return method in ("update", "setdefault")
        case cst.Subscript() | cst.AssignTarget() | cst.AnnAssign() | cst.Assign() | cst.Arg():
            return True
        case cst.DictElement() | cst.StarredDictElement() | cst.AugAssign():
            return True
    return False


def _owner(file: File, node: cst.BaseExpression) -> Owner | None:
    match node:
        case cst.Name(value=name):
            scope = file.scope(node).find(name)
            return (scope, name) if scope is not None else None
        case cst.Attribute(attr=cst.Name(value=name)):
            return (None, name)
    return None


def may_be_hooked(file: File, node: cst.Call) -> bool:
    """Whether the session or client that a call goes through may have a hook, by what its file
    says: true, too, where there is a hook and it is not known whose."""
    hooks = hooks_in(file)
    if not hooks:
        return False
    call = file.call(node)
    if not isinstance(node.func, cst.Attribute) or (call.receiver is None and not call.pending):
        return False
    receiver = node.func.value
    if isinstance(receiver, cst.Call):
        return not _is_plain(file, receiver)
    owner = _owner(file, receiver)
    if owner is None or any(hook.owner in (None, owner) for hook in hooks):
        return True
    owners = [hook.owner for hook in hooks if hook.owner is not None]
    if not all(_is_parameter(each) or _is_fresh(file, each) for each in owners):
        return True
    return not _is_fresh(file, owner) or is_handed_on(file, node)


def is_handed_on(file: File, node: cst.Call) -> bool:
    """Whether the session that a call goes through is given to a function or another name."""
    if not isinstance(node.func, cst.Attribute):
        return False
    owner = _owner(file, node.func.value)
    if owner is None:
        return False
    return any(
        isinstance(file.parent(use), (cst.Arg, cst.Assign, cst.NamedExpr, cst.Element))
        for use in _uses(file, owner)
    )


def _uses(file: File, owner: Owner) -> list[cst.CSTNode]:
    scope, name = owner
    if scope is not None:
        return [*file.uses(name, scope)]
    return [each for each in file.tree.of(cst.Attribute) if each.attr.value == name]


def _is_parameter(owner: Owner) -> bool:
    """Whether a name is a parameter, so that it is a session only that was handed on."""
    scope, name = owner
    return scope is not None and all(each.kind == "param" for each in scope.bindings[name])


def _is_fresh(file: File, owner: Owner) -> bool:
    """Whether all that is bound to a name, or assigned to an attribute, is imported or made
    there by a library."""
    scope, name = owner
    if scope is not None:
        return all(
            binding.kind == "import"
            or (
                binding.kind in ("assign", "enter")
                and not binding.path
                and isinstance(binding.value, cst.Call)
                and _is_plain(file, binding.value)
            )
            for binding in scope.bindings[name]
        )
    values = [
        item.binding.value
        for each in file.tree.scopes.values()
        for item in each.attributes
        if item.attr == name
    ]
    return bool(values) and all(
        isinstance(value, cst.Call) and _is_plain(file, value) for value in values
    )


def _is_plain(file: File, made: cst.Call) -> bool:
    """Whether a call makes an object of a library, or of another module, which is asked there."""
    call = file.call(made)
    if call.pending:
        return True
    name = call.name
    return name is not None and file.world.cls(name) is None and file.world.function(name) is None
