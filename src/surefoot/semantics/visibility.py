"""Which functions are for others to call."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.semantics.file import File

_MIGRATIONS = re.compile(r"(^|/)(migrations|alembic|versions)/")
_OVERLOADS = frozenset({"typing.overload", "typing_extensions.overload"})
_OVERRIDES = frozenset({"typing.override", "typing_extensions.override"})
_ACCESSORS = frozenset({"setter", "deleter"})
_DUNDER = re.compile(r"__\w+__")


def is_migration(file: File) -> bool:
    """Whether a file changes a database's schema once."""
    return _MIGRATIONS.search(file.path) is not None


def has_public_interface(file: File) -> bool:
    """Whether a file is one that other code of the project calls: no test, stub, migration."""
    return not (file.is_test or file.is_stub or is_migration(file))


def is_public(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function can be reached by names without an underscore, all of them listed in
    `__all__` where there is one; of the special methods only `__init__` and `__call__`."""
    qualname = file.scope_of(node).qualname
    first, *rest = qualname.split(".")
    if "<locals>" in rest:
        return False
    *owners, name = qualname.split(".")
    if any(owner.startswith("_") for owner in owners):
        return False
    if _DUNDER.fullmatch(name):
        return bool(owners) and name in ("__init__", "__call__")
    if name.startswith("_"):
        return False
    return file.exported is None or first in file.exported


def is_overloaded(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function is an `@overload`, or the one body behind several."""
    scope = file.scope_of(node).parent
    bindings = scope.bindings.get(node.name.value, ()) if scope is not None else ()
    return any(
        isinstance(binding.node, cst.FunctionDef) and _decorated(file, binding.node, _OVERLOADS)
        for binding in bindings
    )


def is_implementation(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function is the one body behind several `@overload`s."""
    return is_overloaded(file, node) and not _decorated(file, node, _OVERLOADS)


def is_override(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function says that a base class decides its signature."""
    return _decorated(file, node, _OVERRIDES)


def is_accessor(node: cst.FunctionDef) -> bool:
    """Whether a function sets or deletes a property."""
    return any(
        isinstance(item.decorator, cst.Attribute) and item.decorator.attr.value in _ACCESSORS
        for item in node.decorators
    )


def _decorated(file: File, node: cst.FunctionDef, names: frozenset[str]) -> bool:
    return any(
        isinstance(item.decorator, (cst.Name, cst.Attribute)) and file.name(item.decorator) in names
        for item in node.decorators
    )
