"""Functions that are handed to a retry policy to decide: predicates of exceptions and results."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside

_PLACES = 4


class Judge(NamedTuple):
    """A function of this file: the name of its first parameter, and what it does."""

    parameter: str
    body: cst.CSTNode


def judge(file: File, expression: cst.BaseExpression | None) -> Judge | None:
    """Return the function an expression is, where it is a lambda or stands in the file."""
    if isinstance(expression, cst.Lambda):
        return _judge(expression.params, expression.body)
    if not isinstance(expression, (cst.Name, cst.Attribute)):
        return None
    value = file.value(expression)
    if value is None or value[0] not in ("n", "m"):
        return None
    summary = file.world.function(value[1])
    node = file.tree.nodes[summary.place] if summary is not None else None
    if isinstance(node, cst.FunctionDef) and node.name.value == value[1].rpartition(".")[2]:
        return _judge(node.params, node.body, bound=value[0] == "m")
    return None


def _judge(params: cst.Parameters, body: cst.CSTNode, bound: bool = False) -> Judge | None:
    names = [item.name.value for item in (*params.posonly_params, *params.params)]
    if bound:
        names = names[1:]
    return Judge(names[0], body) if names else None


def answers(found: Judge) -> list[cst.BaseExpression]:
    """Return the expressions that a function gives back, where it is so short that nothing
    else decides: a lambda, or a function that only returns."""
    body = found.body
    if isinstance(body, cst.BaseExpression):
        return [body]
    nodes = list(inside([body]))
    if any(isinstance(node, (cst.If, cst.For, cst.While, cst.Try, cst.Match)) for node in nodes):
        return []
    returned = [node.value for node in nodes if isinstance(node, cst.Return) and node.value]
    return returned if len(returned) <= _PLACES else []
