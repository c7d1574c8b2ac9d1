"""Objects that never make their thread wait: told not to, or asked by code that knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.syntax.scopes import Block, Scope
from surefoot.syntax.tree import Tree

_WOULD_WAIT = frozenset(
    {"BlockingIOError", "SSLWantReadError", "SSLWantWriteError", "WouldBlock", "Again"}
)
_TOLD_IF_FALSE = frozenset({"setblocking", "blocking"})
_TOLD_IF_ZERO = frozenset({"settimeout", "timeout"})
Subject = tuple[str, Scope | None]
"""A variable with its scope, or an attribute of some object."""


def told_not_to_wait(tree: Tree) -> frozenset[Subject]:
    """Return those whose objects are switched to an operation that returns at once, and never
    back: `sock.setblocking(False)`; and those that are asked whether they are `data:` addresses,
    which hold what they lead to."""
    told: set[Subject] = set()
    untold: set[Subject] = set()
    for node in tree.of(cst.Attribute):
        switch = node.attr.value
        if switch == "startswith" and _switched_to(tree, node) in ("'data:'", '"data:"'):
            key = subject(tree, node.value)
            if key is not None:
                told.update((key, *_opened(tree, key)))
        if switch not in _TOLD_IF_FALSE and switch not in _TOLD_IF_ZERO:
            continue
        to = _switched_to(tree, node)
        key = subject(tree, node.value)
        if to is not None and key is not None:
            at_once = ("False", "0") if switch in _TOLD_IF_FALSE else ("0", "0.0")
            (told if to in at_once else untold).add(key)
    return frozenset(told - untold)


def _opened(tree: Tree, address: Subject) -> Iterator[Subject]:
    """What is bound to the answer of a call that is given an address."""
    for node in tree.of(cst.Call):
        if not node.args or subject(tree, node.args[0].value) != address:
            continue
        match tree.parents.get(node):
            case cst.WithItem(asname=cst.AsName(name=cst.Name() as name)):
                yield name.value, _scope(tree, node)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)]):
                yield name.value, _scope(tree, node)


def subject(tree: Tree, node: object) -> Subject | None:
    """Return the variable or the attribute that an expression is."""
    match node:
        case cst.Name(value=name):
            return name, _scope(tree, node).find(name)
        case cst.Attribute(attr=cst.Name(value=name)):
            return name, None
    return None


def expects_to_wait(block: Block) -> bool:
    """Whether a `try` catches what is raised in place of waiting."""
    node = block.node
    handlers = node.handlers if isinstance(node, (cst.Try, cst.TryStar)) else ()
    return any(_names_waiting(handler.type) for handler in handlers)


def _names_waiting(caught: cst.BaseExpression | None) -> bool:
    match caught:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in _WOULD_WAIT
        case cst.Tuple(elements=elements):
            return any(_names_waiting(element.value) for element in elements)
    return False


def _switched_to(tree: Tree, switch: cst.Attribute) -> str | None:
    """The value, as written, that an attribute is set to, or its method called with."""
    parent: Any = tree.parents.get(switch)
    if isinstance(parent, cst.Call) and parent.func is switch and len(parent.args) == 1:
        value: cst.BaseExpression | None = parent.args[0].value
    elif isinstance(parent, cst.AssignTarget):
        assign: Any = tree.parents[parent]
        value = assign.value
    else:
        return None
    return str(getattr(value, "value", None))


def _scope(tree: Tree, node: cst.CSTNode) -> Scope:
    return tree.block(node).scope
