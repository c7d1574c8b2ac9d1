"""Positions of the few nodes that are reported.

LibCST learns positions by printing the whole module. Printing only the top-level
statement that holds the node is enough when its first line is known, and the standard
parser tells that for a fraction of the cost.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

import libcst as cst
from libcst.metadata.position_provider import PositionProvidingCodegenState

from surefoot.model import Span
from surefoot.syntax.tree import Tree


class _Positions:
    """What LibCST's position state wants of a provider."""

    def __init__(self) -> None:
        self._computed: dict[cst.CSTNode, Any] = {}


class Places:
    """The spans of nodes of one tree."""

    def __init__(self, tree: Tree, text: str) -> None:
        self._tree = tree
        self._text = text
        self._starts: dict[cst.CSTNode, int] | None = None
        self._spans: dict[cst.CSTNode, dict[cst.CSTNode, Any]] = {}

    def span(self, node: cst.CSTNode) -> Span:
        """Return where a node stands, as LibCST's PositionProvider has it, columns from 1."""
        positions = self._positions(self._top(node))
        position = positions.get(node)
        if position is None:
            parent = self._tree.parents.get(node)
            return self.span(parent) if parent is not None else Span(1, 1, 1, 1)
        start, end = position.start, position.end
        return Span(start.line, start.column + 1, end.line, end.column + 1)

    def _top(self, node: cst.CSTNode) -> cst.CSTNode:
        parents, module = self._tree.parents, self._tree.module
        while (parent := parents.get(node)) is not None and parent is not module:
            node = parent
        return node

    def _positions(self, top: cst.CSTNode) -> dict[cst.CSTNode, Any]:
        known = self._spans.get(top)
        if known is None:
            start = self._first_lines().get(top)
            known = self._print(self._tree.module) if start is None else self._print(top, start)
            self._spans[top] = known
        return known

    def _first_lines(self) -> dict[cst.CSTNode, int]:
        """The first line of each top-level statement; empty where only LibCST can tell."""
        if self._starts is None:
            self._starts = _first_lines(self._tree.module, self._text)
        return self._starts

    def _print(self, node: Any, line: int | None = None) -> dict[cst.CSTNode, Any]:
        module = self._tree.module
        provider = _Positions()
        state = PositionProvidingCodegenState(
            default_indent=module.default_indent,
            default_newline=module.default_newline,
            provider=provider,  # type: ignore[arg-type]
        )
        if line is not None:
            bare = node.with_changes(leading_lines=())
            state.line = line
            if isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.decorators:
                state.line = line
            bare._codegen(state)
            found = provider._computed
            if bare in found:
                found[node] = found[bare]
            return found
        node._codegen(state)
        return provider._computed


def _first_lines(module: cst.Module, text: str) -> dict[cst.CSTNode, int]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[cst.CSTNode, int] = {}
    index = 0
    for node in module.body:
        if index >= len(statements):
            return {}
        statement = statements[index]
        decorators = getattr(statement, "decorator_list", None)
        found[node] = min([item.lineno for item in decorators] if decorators else [statement.lineno])
        index += len(node.body) if isinstance(node, cst.SimpleStatementLine) else 1
    return found if index == len(statements) else {}
