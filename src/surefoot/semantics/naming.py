"""The name a value goes by where it is written down."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.semantics.file import File

_NAME = re.compile(r"[A-Za-z_][\w-]*")
_WRAPS = frozenset({"SecretStr", "SecretBytes", "str", "bytes"})


def called(file: File, node: cst.CSTNode) -> str:
    """Return the last name of the variable, attribute, parameter, keyword or constant key that
    an expression is the value of; empty where it has none."""
    parent = file.parent(node)
    if isinstance(parent, cst.Arg) and parent.keyword is None:
        call = file.parent(parent)
        if isinstance(call, cst.Call) and _last(call.func) in _WRAPS:
            return called(file, call)
    match parent:
        case (
            cst.Assign(targets=[*_, cst.AssignTarget(target=target)]) | cst.AnnAssign(target=target)
        ):
            return _last(target)
        case cst.NamedExpr(target=cst.Name(value=name)):
            return name
        case cst.Arg(keyword=cst.Name(value=name)):
            return name
        case cst.Param(default=default, name=cst.Name(value=name)) if default is node:
            return name
        case cst.DictElement(value=value, key=cst.SimpleString() as key) if value is node:
            return _plain(key)
    return ""


def _last(node: cst.CSTNode) -> str:
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
        case cst.Subscript(
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]
        ):
            return _plain(key)
    return ""


def _plain(key: cst.SimpleString) -> str:
    value = key.evaluated_value
    return value if isinstance(value, str) and _NAME.fullmatch(value) else ""


def is_in_enumeration(file: File, node: cst.CSTNode) -> bool:
    """Whether an expression gives a member of an enumeration."""
    cls = file.cls(node)
    return (
        cls is not None
        and file.function(node) is None
        and any(
            _last(base.value).endswith(("Enum", "Flag", "Choices", "Status", "Type"))
            for base in cls.bases
        )
    )
