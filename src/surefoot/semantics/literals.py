"""Expressions judged by their form alone."""

from __future__ import annotations

import libcst as cst

_MAY_BE_BLANK: frozenset[type[cst.CSTNode]] = frozenset(
    {
        cst.Name,
        cst.Integer,
        cst.Float,
        cst.SimpleString,
        cst.UnaryOperation,
        cst.List,
        cst.Dict,
        cst.Tuple,
        cst.Call,
    }
)


def is_blank(node: cst.CSTNode | None) -> bool:
    """Whether an expression is a literal that says nothing: None, a bool, a number, an empty
    text or container, or a tuple of such."""
    if type(node) not in _MAY_BE_BLANK:
        return False
    match node:
        case cst.Name(value="None" | "True" | "False") | cst.Integer() | cst.Float():
            return True
        case cst.SimpleString():
            return not node.evaluated_value
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return is_blank(inner)
        case cst.List(elements=elements) | cst.Dict(elements=elements):
            return not elements
        case cst.Tuple(elements=elements):
            return all(is_blank(element.value) for element in elements)
        case cst.Call(
            func=cst.Name(value="dict" | "list" | "set" | "tuple" | "frozenset"), args=[]
        ):
            return True
    return False


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is missing, the literal None, or a tuple of nothing else."""
    if isinstance(node, cst.Tuple) and node.elements:
        return all(is_none(element.value) for element in node.elements)
    return node is None or (isinstance(node, cst.Name) and node.value == "None")


def is_false(node: cst.CSTNode | None) -> bool:
    """Whether an expression is the literal False."""
    return isinstance(node, cst.Name) and node.value == "False"


def is_verdict(node: cst.CSTNode | None) -> bool:
    """Whether an expression, by its form, is True or False."""
    match node:
        case cst.Name(value="True" | "False") | cst.Comparison():
            return True
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.BooleanOperation(left=left, right=right):
            return is_verdict(left) and is_verdict(right)
        case cst.Call(func=cst.Name(value="bool" | "isinstance" | "any" | "all" | "callable")):
            return True
    return False
