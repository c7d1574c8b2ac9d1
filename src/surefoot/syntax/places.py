"""Positions of the few nodes that are reported.

LibCST learns positions by printing the whole module. Printing the one statement that holds
the node, of a compound statement only its header, is enough when it is known where that
statement starts; the standard parser tells that for a fraction of the cost. The two trees
have the same statements in the same order.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

import libcst as cst
from libcst.metadata.position_provider import PositionProvidingCodegenState

from surefoot.model import Span
from surefoot.syntax.tree import Tree

_NEWLINE = re.compile(r"\r\n?|\n")
_DEFINITION = re.compile(r"[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)")
_PART = (cst.ExceptHandler, cst.ExceptStarHandler, cst.Else, cst.Finally, cst.MatchCase)
_EMPTY = cst.SimpleStatementSuite(body=[cst.Pass()])


class _Positions:
    """What LibCST's position state wants of a provider."""

    def __init__(self) -> None:
        self._computed: dict[cst.CSTNode, Any] = {}


def all_positions(module: cst.Module) -> dict[cst.CSTNode, Any]:
    """Return where every node of a module stands, as LibCST's PositionProvider has it."""
    provider = _Positions()
    state = PositionProvidingCodegenState(
        default_indent=module.default_indent,
        default_newline=module.default_newline,
        provider=provider,  # type: ignore[arg-type]
    )
    module._codegen(state)
    return provider._computed


class Places:
    """The spans of nodes of one tree."""

    def __init__(self, tree: Tree, text: str) -> None:
        self._tree = tree
        self._text = text
        self._lines: list[str] | None = None
        self._twins: dict[cst.CSTNode, Any] | None = None
        self._printed: dict[cst.CSTNode, dict[cst.CSTNode, Any]] = {}

    def span(self, node: cst.CSTNode) -> Span:
        """Return where a node stands, as LibCST's PositionProvider has it, columns from 1."""
        quick = self._defined_name(node)
        if quick is not None:
            return quick
        position = self._positions(node).get(node)
        if position is None:
            parent = self._tree.parents.get(node)
            return self.span(parent) if parent is not None else Span(1, 1, 1, 1)
        start, end = position.start, position.end
        return Span(start.line, start.column + 1, end.line, end.column + 1)

    def lines(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the first and the last line of a statement."""
        twin = self._twin(node)
        if twin is not None and getattr(twin, "end_lineno", None) is not None:
            return twin.lineno, twin.end_lineno
        span = self.span(node)
        return span.line, span.end_line

    def _defined_name(self, node: cst.CSTNode) -> Span | None:
        """The span of the name a `def` or `class` gives, read off its line."""
        owner = self._tree.parents.get(node)
        if not isinstance(owner, (cst.FunctionDef, cst.ClassDef)) or owner.name is not node:
            return None
        twin = self._twin(owner)
        if twin is None:
            return None
        line = self._line(twin.lineno)
        found = _DEFINITION.match(line)
        if found is None or found[1] != owner.name.value:
            return None
        start, end = found.span(1)
        return Span(twin.lineno, start + 1, twin.lineno, end + 1)

    def _line(self, number: int) -> str:
        if self._lines is None:
            self._lines = _NEWLINE.split(self._text)
        return self._lines[number - 1]

    def _positions(self, node: cst.CSTNode) -> dict[cst.CSTNode, Any]:
        statement = self._statement(node)
        whole = statement is node or isinstance(node, (cst.IndentedBlock, cst.Module))
        key = self._tree.module if whole else statement
        known = self._printed.get(key)
        if known is None:
            known = None if whole else self._header(statement)
            if known is None:
                known = self._print(self._tree.module)
            self._printed[key] = known
        return known

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost statement, or clause of one, that a node belongs to."""
        parents = self._tree.parents
        current = node
        while True:
            parent = parents.get(current)
            if parent is None or isinstance(parent, (cst.IndentedBlock, cst.Module)):
                return current
            if isinstance(current, _PART):
                return current
            if isinstance(current, cst.If) and isinstance(parent, cst.If):
                return current
            current = parent

    # -- printing ------------------------------------------------------------------------

    def _header(self, statement: Any) -> dict[cst.CSTNode, Any] | None:
        """The positions in a statement without its body; None where only LibCST can tell."""
        start = self._start(statement)
        if start is None:
            return None
        line, indent = start
        changes: dict[str, Any] = {}
        if isinstance(getattr(statement, "body", None), cst.IndentedBlock):
            changes["body"] = _EMPTY
        if hasattr(statement, "leading_lines"):
            changes["leading_lines"] = ()
        if isinstance(statement, (cst.Try, cst.TryStar)):
            return None
        if getattr(statement, "orelse", None) is not None:
            changes["orelse"] = None
        if isinstance(statement, cst.Match):
            changes["cases"] = statement.cases[:1]
        is_elif = isinstance(statement, cst.If) and isinstance(
            self._tree.parents.get(statement), cst.If
        )
        return self._print(statement.with_changes(**changes), line, indent, is_elif)

    def _print(
        self, node: Any, line: int | None = None, indent: str = "", is_elif: bool = False
    ) -> dict[cst.CSTNode, Any]:
        module = self._tree.module
        provider = _Positions()
        state = PositionProvidingCodegenState(
            default_indent=module.default_indent,
            default_newline=module.default_newline,
            provider=provider,  # type: ignore[arg-type]
        )
        if line is not None:
            state.line = line
            if indent:
                state.increase_indent(indent)
        if is_elif:
            node._codegen(state, is_elif=True)
        else:
            node._codegen(state)
        return provider._computed

    # -- the standard parser -------------------------------------------------------------

    def _start(self, statement: cst.CSTNode) -> tuple[int, str] | None:
        """The first line of a statement and its indentation."""
        twin = self._twin(statement)
        if twin is None:
            return None
        decorators = getattr(twin, "decorator_list", None)
        first = min(decorators, key=lambda item: item.lineno) if decorators else twin
        line = getattr(getattr(first, "pattern", first), "lineno", None)
        if line is None:
            return None
        text = self._line(line)
        indent = text[: len(text) - len(text.lstrip(" \t\f"))]
        if "\f" in indent:
            return None
        return line, indent

    def _twin(self, node: cst.CSTNode) -> Any:
        """The statement of the standard parser's tree that is this one."""
        if self._twins is None:
            self._twins = {}
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._pair(self._tree.module.body, ast.parse(self._text).body)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self._twins = {}
        if node not in self._twins:
            self._twins[node] = None
            owner = self._owner(node)
            if owner is not None:
                twin = self._twin(owner)
                if twin is not None:
                    self._pair_parts(owner, twin)
        return self._twins[node]

    def _owner(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The statement or clause whose body, or clause, a statement is."""
        for ancestor in self._tree.ancestors(node):
            if isinstance(ancestor, (cst.BaseCompoundStatement, *_PART)):
                return ancestor
        return None

    def _pair_parts(self, owner: Any, twin: Any) -> None:
        """Pair the parts of a compound statement, or of a clause, with their twins."""
        assert self._twins is not None
        match owner:
            case cst.Else() | cst.Finally():
                self._pair(_statements(owner.body), twin)
                return
            case cst.Match():
                for case, other in zip(owner.cases, twin.cases, strict=False):
                    self._twins[case] = other
                return
        self._pair(_statements(owner.body), twin.body)
        for clause, other in zip(
            getattr(owner, "handlers", ()), getattr(twin, "handlers", ()), strict=False
        ):
            self._twins[clause] = other
        orelse = getattr(owner, "orelse", None)
        if isinstance(orelse, cst.If) and twin.orelse:
            self._twins[orelse] = twin.orelse[0]
        elif isinstance(orelse, cst.Else):
            self._twins[orelse] = twin.orelse
        final = getattr(owner, "finalbody", None)
        if final is not None:
            self._twins[final] = twin.finalbody

    def _pair(self, statements: Any, twins: list[ast.stmt]) -> None:
        """Pair the statements of a body; a line of several small ones is one here."""
        assert self._twins is not None
        index = 0
        for statement in statements:
            if index >= len(twins):
                return
            self._twins[statement] = twins[index]
            index += len(statement.body) if isinstance(statement, cst.SimpleStatementLine) else 1


def _statements(body: cst.CSTNode) -> Any:
    return body.body if isinstance(body, cst.IndentedBlock) else ()
