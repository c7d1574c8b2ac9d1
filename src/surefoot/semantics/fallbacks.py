"""Values that are used only where another one is missing, and names bound in alternatives."""

from __future__ import annotations

import libcst as cst

from surefoot.semantics.summary import Symbol
from surefoot.syntax.scopes import Binding
from surefoot.syntax.tree import Tree, dotted

_LITERALS = ("d", "k", "l", "t", "V")
_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING")


def fills_in(tree: Tree, binding: Binding, target: str) -> bool:
    """Whether a binding is made where a test has found the target, a name or `self.name`, to
    be missing: `if session is None: session = Session()`."""
    child: cst.CSTNode = binding.node
    for ancestor in tree.ancestors(binding.node):
        if isinstance(ancestor, cst.If) and child is not ancestor.test:
            missing = asks_for_absence(ancestor.test, target)
            if missing is not None and missing is (child is ancestor.body):
                return True
        elif isinstance(ancestor, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            return False
        child = ancestor
    return False


def asks_for_absence(test: cst.BaseExpression, target: str) -> bool | None:
    """Whether a test holds where the target is missing (True) or given (False); None for a
    test that asks something else."""
    match test:
        case cst.Comparison(
            left=left,
            comparisons=[
                cst.ComparisonTarget(operator=operator, comparator=cst.Name(value="None"))
            ],
        ) if dotted(left) == target:
            if isinstance(operator, (cst.Is, cst.Equal)):
                return True
            return False if isinstance(operator, (cst.IsNot, cst.NotEqual)) else None
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            answer = asks_for_absence(inner, target)
            return None if answer is None else not answer
        case cst.Name() | cst.Attribute() if dotted(test) == target:
            return False
    return None


def is_parameter(symbol: Symbol) -> bool:
    """Whether a symbol is a parameter nothing is known of."""
    return symbol is not None and symbol[0] == "p"


def is_made(symbol: Symbol) -> bool:
    """Whether a symbol is None, or something other than a literal: an object, not a value that
    stands for any other of its kind."""
    return symbol == ("k", None) or (symbol is not None and symbol[0] not in _LITERALS)


def checkers_only(tree: Tree) -> frozenset[cst.CSTNode]:
    """Return the branches at the top of a module that only type checkers read."""
    found: list[cst.CSTNode] = []
    for statement in tree.module.body:
        if isinstance(statement, cst.If):
            match statement.test:
                case cst.Name() | cst.Attribute() if dotted(statement.test) in _CHECKING:
                    found.append(statement.body)
                case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                    if dotted(inner) in _CHECKING and statement.orelse is not None:
                        found.append(statement.orelse)
    return frozenset(found)
