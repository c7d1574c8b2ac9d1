"""Names that may be None, and tests that find out."""

from __future__ import annotations

import libcst as cst


def bound_name(parent: cst.CSTNode | None) -> str | None:
    """The plain name a statement or expression around a value binds it to."""
    match parent:
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
        case cst.AnnAssign(target=cst.Name(value=name)):
            return name
        case cst.NamedExpr(target=cst.Name(value=name)):
            return name
    return None


def asks_for_absence(test: cst.BaseExpression, name: str) -> bool:
    """Whether a test is true where the name is None, whatever else it asks."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _asks_for_presence(inner, name)
        case cst.BooleanOperation(left=left, operator=cst.Or(), right=right):
            return asks_for_absence(left, name) or asks_for_absence(right, name)
        case cst.Comparison(
            left=left,
            comparisons=[
                cst.ComparisonTarget(operator=cst.Is() | cst.Equal(), comparator=cst.Name("None"))
            ],
        ):
            return _is_name(left, name)
    return False


def _asks_for_presence(test: cst.BaseExpression, name: str) -> bool:
    match test:
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            return _asks_for_presence(left, name) or _asks_for_presence(right, name)
        case cst.Call(
            func=cst.Name("all"), args=[cst.Arg(value=cst.List() | cst.Tuple() as items)]
        ):
            return any(_is_name(item.value, name) for item in items.elements)
    return _is_name(test, name)


def _is_name(node: cst.BaseExpression, name: str) -> bool:
    match node:
        case cst.Name(value=value):
            return value == name
        case cst.NamedExpr(target=cst.Name(value=value)):
            return value == name
    return False
