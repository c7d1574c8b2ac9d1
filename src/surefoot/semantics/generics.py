"""Annotations that name a generic class and say nothing of its type parameters."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Generic
from surefoot.semantics.file import File
from surefoot.syntax.scopes import Scope

_TYPE_VARIABLES = frozenset({"typing.TypeVar", "typing.ParamSpec", "typing.TypeVarTuple"})


def bare_generics(file: File, annotation: cst.BaseExpression, scope: Scope) -> Iterator[str]:
    """Yield the names, as written, of the generic classes that stand bare in an annotation;
    `scope` is the one the annotation is evaluated in."""
    match annotation:
        case cst.Name() | cst.Attribute():
            if _is_generic(file, annotation, scope):
                yield _written(annotation)
        case cst.SimpleString() | cst.ConcatenatedString():
            unquoted = _unquoted(annotation)
            if unquoted is not None:
                yield from bare_generics(file, unquoted, scope)
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            yield from bare_generics(file, left, scope)
            yield from bare_generics(file, right, scope)
        case cst.Subscript(value=base, slice=elements):
            word = _written(base).rpartition(".")[2]
            inner = [item.slice.value for item in elements if isinstance(item.slice, cst.Index)]
            if word == "Annotated":
                inner = inner[:1]
            for item in inner if word != "Literal" else ():
                yield from bare_generics(file, item, scope)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            for element in elements:
                yield from bare_generics(file, element.value, scope)


def _is_generic(file: File, node: cst.BaseExpression, scope: Scope) -> bool:
    match file.symbols.annotation(node, scope)[0]:
        case ("I", ("n", name)):
            value = file.world.name(name)
            if value is None or value[0] != "n":
                return False
            if file.world.cls(value[1]) is not None:
                return _takes_parameters(file, value[1])
            return file.facts.stated(Generic, value[1]) is not None
    return False


def _takes_parameters(file: File, name: str) -> bool:
    """Whether a class of this file has type parameters without defaults."""
    for node in file.tree.of(cst.ClassDef):
        if file.symbols.definition(file.scope_of(node)) == name:
            if node.type_parameters is not None:
                return any(item.default is None for item in node.type_parameters.params)
            return any(
                isinstance(item.slice, cst.Index) and _is_open(file, item.slice.value)
                for base in node.bases
                if isinstance(base.value, cst.Subscript)
                for item in base.value.slice
            )
    return False


def _is_open(file: File, node: cst.BaseExpression) -> bool:
    """Whether an expression is a type variable of this file that has no default."""
    if not isinstance(node, cst.Name):
        return False
    owner = file.scope(node).find(node.value)
    bindings = owner.bindings[node.value] if owner is not None else []
    if len(bindings) != 1 or not isinstance(bindings[0].value, cst.Call):
        return False
    call = file.call(bindings[0].value)
    return call.name in _TYPE_VARIABLES and not call.arguments.has("default")


def _unquoted(node: cst.SimpleString | cst.ConcatenatedString) -> cst.BaseExpression | None:
    text = node.evaluated_value
    if not isinstance(text, str):
        return None
    try:
        return cst.parse_expression(text.strip())
    except Exception:  # a text that is no annotation
        return None


def _written(node: cst.BaseExpression) -> str:
    parts = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    parts.append(node.value if isinstance(node, cst.Name) else "")
    return ".".join(reversed(parts))
