"""The raw body of a request in one file: where a variable holds it, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.file import File

_PLAIN = frozenset(
    {"Any", "Dict", "JSON", "Mapping", "MutableMapping", "dict"}
)
_JUDGES = re.compile(
    r"(?i)\w*(valid|schema|check|clean|sanitiz|allow|permit|filter|verify|require|expect|ensure|"
    r"parse|convert|decode|assert|structure|load|whitelist|strip|from_dict|guard)\w*"
)
_CUTS = frozenset({"pop", "popitem", "clear"})
_BODY_DECORATOR = re.compile(
    r"(?i)\w*(valid|schema|expect|body|param|args|json|input|require|arguments|parse)\w*"
)


def dictionary_parameter(file: File, node: cst.CSTNode) -> cst.FunctionDef | None:
    """Return the function of which a name is a parameter that takes any dictionary."""
    if not isinstance(node, cst.Name):
        return None
    owner = file.scope(node).find(node.value)
    if owner is None or not isinstance(owner.node, cst.FunctionDef):
        return None
    match owner.bindings[node.value]:
        case [binding] if isinstance(binding.node, cst.Param):
            annotation = binding.node.annotation
            if binding.node.star in ("*", "**"):
                return None
            if annotation is not None and _takes_anything(annotation.annotation):
                return owner.node
    return None


def _takes_anything(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in _PLAIN
        case cst.Subscript(value=cst.Name(value="Annotated"), slice=[first, *_]):
            inner = first.slice
            return isinstance(inner, cst.Index) and _takes_anything(inner.value)
        case cst.Subscript(value=base):
            return _takes_anything(base)
    return False


def is_looked_at(file: File, node: cst.BaseExpression, at: cst.CSTNode) -> bool:
    """Whether the variable that a body is in is judged or cut down somewhere before `at`: tested,
    handed to a function that by its name judges data, or some keys taken out of it."""
    if not isinstance(node, cst.Name):
        return False
    return any(True for _ in _judgements(file, node, at))


def _judgements(file: File, node: cst.Name, at: cst.CSTNode) -> Iterator[cst.CSTNode]:
    owner = file.scope(node).find(node.value)
    for use in file.uses(node.value, owner) if owner is not None else ():
        parent = file.parent(use)
        match parent:
            case cst.Attribute(attr=cst.Name(value=name)):
                if name in _CUTS or _JUDGES.fullmatch(name):
                    yield use
            case cst.ComparisonTarget():
                yield use
            case cst.Comparison():
                yield use
            case cst.Subscript() if isinstance(file.parent(parent), cst.Del):
                yield use
            case cst.Arg(star=""):
                call = file.parent(parent)
                if isinstance(call, cst.Call) and call is not at and judges(call.func):
                    yield use


def judges(callee: cst.BaseExpression) -> bool:
    """Whether a function, by its name, judges or narrows data."""
    match callee:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in ("isinstance", "set") or _JUDGES.fullmatch(name) is not None
    return False


def is_checked_before(function: cst.FunctionDef) -> bool:
    """Whether a decorator of a function, by its name, judges what the function is sent."""
    for item in function.decorators:
        current = item.decorator
        if isinstance(current, cst.Call):
            current = current.func
        match current:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                if _BODY_DECORATOR.fullmatch(name):
                    return True
    return False
