"""The texts written in a file: literals and format strings, with what is filled in if known."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.file import File

FILLED = "\0"
"""Stands in a text for what is not known before the program runs."""
LITERALS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
_LITERALS: frozenset[type[cst.CSTNode]] = frozenset(LITERALS)
_NO_USE = _LITERALS | {cst.Expr}


def literals(file: File) -> Iterator[cst.BaseString]:
    """Yield the literal texts of a file, those that are put together of several once; no
    docstrings and other texts that nothing is done with."""
    for node, parent in file.tree.parents.items():
        if node.__class__ in _LITERALS and parent.__class__ not in _NO_USE:
            yield node  # type: ignore[misc]


def written(node: cst.CSTNode | None) -> str | None:
    """Return the text of a literal as it stands, `FILLED` for what a format string fills in."""
    match node:
        case cst.SimpleString():
            value = node.evaluated_value
            return value.decode("latin-1") if isinstance(value, bytes) else value
        case cst.FormattedString(parts=parts):
            return "".join(
                part.value if isinstance(part, cst.FormattedStringText) else FILLED
                for part in parts
            )
        case cst.ConcatenatedString(left=left, right=right):
            return f"{written(left) or ''}{written(right) or ''}"
    return None


def text_of(file: File, node: cst.CSTNode | None) -> str | None:
    """Return the text an expression gives, names in it looked up, `FILLED` for what cannot be
    known; None where it is no text that is written down."""
    match node:
        case cst.FormattedString(parts=parts):
            return "".join(
                part.value
                if isinstance(part, cst.FormattedStringText)
                else _filled(file, part.expression)  # type: ignore[attr-defined]
                for part in parts
            )
        case cst.ConcatenatedString(left=left, right=right):
            return f"{text_of(file, left) or ''}{text_of(file, right) or ''}"
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            first, second = text_of(file, left), text_of(file, right)
            if first is None and second is None:
                return None
            return f"{FILLED if first is None else first}{FILLED if second is None else second}"
        case cst.SimpleString():
            return written(node)
        case cst.Name() | cst.Attribute():
            constant = file.constant(node)
            if constant is not None and isinstance(constant[0], str):
                return constant[0]
            bound = assigned(file, node)
            return text_of(file, bound) if isinstance(bound, LITERALS) else None
    return None


def _filled(file: File, node: cst.CSTNode) -> str:
    constant = file.constant(node)
    return str(constant[0]) if constant is not None else FILLED


def assigned(file: File, node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """Return what the one assignment to a name, wherever it is seen from, gives it."""
    if not isinstance(node, cst.Name):
        return None
    owner = file.scope(node).find(node.value)
    bindings = owner.bindings[node.value] if owner is not None else []
    if len(bindings) == 1 and bindings[0].kind in ("assign", "annotated") and not bindings[0].path:
        value = bindings[0].value
        return value if isinstance(value, cst.BaseExpression) else None
    return None
