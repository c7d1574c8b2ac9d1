"""Compare what surefoot says of names, scopes and positions with LibCST's own providers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
from libcst.metadata import (
    BuiltinScope,
    MetadataWrapper,
    PositionProvider,
    QualifiedNameProvider,
    ScopeProvider,
)

from surefoot.semantics.symbols import Symbols
from surefoot.syntax.places import Places
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import Tree

ON_PURPOSE = {
    "follows the flow": "several bindings: surefoot takes those that reach the use",
    "star import": "a name that may come from a star import",
    "class body": "LibCST lets a comprehension in a class body see the names of the class "
    "in places where Python does not, or the other way round",
    "annotation": "LibCST looks into quoted annotations, surefoot when it asks for the type",
    "walrus": "PEP 572: `:=` in a comprehension binds in the function around it",
    "match": "LibCST does not bind what a `case` captures",
    "type parameter": "PEP 695: surefoot binds type parameters inside the function or class, "
    "so its own annotations and bases do not see them; they name no callable",
    "module dunder": "`__file__`, `__name__` and the like have no binding",
}


@dataclass
class Outcome:
    """How often both said the same, and what they differed in: `differences` holds texts,
    `deliberate` counts those with a reason in `ON_PURPOSE`."""

    lines: int = 0
    positions: int = 0
    names: int = 0
    scopes: int = 0
    differences: list[str] = field(default_factory=list)
    deliberate: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        self.lines += other.lines
        self.positions += other.positions
        self.names += other.names
        self.scopes += other.scopes
        self.differences += other.differences
        self.deliberate += other.deliberate


def compare(path: Path) -> Outcome:
    """Compare one file; nothing is counted for a file LibCST cannot read."""
    outcome = Outcome()
    try:
        text = path.read_text("utf-8")
        module = cst.parse_module(text)
    except (UnicodeDecodeError, cst.ParserSyntaxError):
        return outcome
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    tree = Tree(wrapper.module, "one.two.three.four", False, ())
    outcome.lines = text.count("\n")
    _positions(wrapper, tree, text, outcome, path)
    _names(wrapper, tree, outcome, path)
    return outcome


def _positions(
    wrapper: MetadataWrapper, tree: Tree, text: str, outcome: Outcome, path: Path
) -> None:
    theirs = wrapper.resolve(PositionProvider)
    places = Places(tree, text)
    for node in tree.nodes:
        if isinstance(node, cst.Module):
            continue
        span, position = places.span(node), theirs[node]
        ours = (span.line, span.column - 1, span.end_line, span.end_column - 1)
        start, end = position.start, position.end
        outcome.positions += 1
        if ours != (start.line, start.column, end.line, end.column):
            outcome.differences.append(f"{path}:{start.line} position of {type(node).__name__}")


def _names(wrapper: MetadataWrapper, tree: Tree, outcome: Outcome, path: Path) -> None:
    scopes = wrapper.resolve(ScopeProvider)
    qualified = wrapper.resolve(QualifiedNameProvider)
    positions = wrapper.resolve(PositionProvider)
    symbols = Symbols(tree)
    for node in list(tree.parents):
        if not isinstance(node, cst.Name) or node.value in ("None", "True", "False"):
            continue
        if isinstance(tree.parents[node], (cst.FunctionDef, cst.ClassDef)):
            continue
        scope = scopes.get(node)
        if scope is None:
            continue
        where = f"{path}:{positions[node].start.line} `{node.value}`"
        _scope(node, scope, tree, outcome, where)
        _qualified(node, _now(qualified.get(node)), tree, symbols, outcome, where)


def _scope(node: cst.Name, scope: object, tree: Tree, outcome: Outcome, where: str) -> None:
    assignments = list(scope[node.value]) if node.value in scope else []  # type: ignore[index,operator]
    owners = {id(getattr(item.scope, "node", None)) for item in assignments}
    builtin = bool(assignments) and all(
        isinstance(item.scope, BuiltinScope) for item in assignments
    )
    ours = tree.block(node).scope.find(node.value)
    outcome.scopes += 1
    if ours is None:
        if not assignments or builtin:
            return
    elif ours.kind == "module" and not builtin and assignments:
        if any(type(item.scope).__name__ == "GlobalScope" for item in assignments):
            return
    elif id(ours.node) in owners or (
        ours.kind == "comprehension" and _within(ours.node, owners, tree)
    ):
        return
    if tree.star_imports and not assignments:
        outcome.deliberate["star import"] += 1
    elif _in_class(tree, node):
        outcome.deliberate["class body"] += 1
    elif any(type(item.scope).__name__ == "AnnotationScope" for item in assignments):
        outcome.deliberate["type parameter"] += 1
    elif _bound_by(ours, node, cst.NamedExpr):
        outcome.deliberate["walrus"] += 1
    elif _bound_by(ours, node, (cst.MatchAs, cst.MatchStar, cst.MatchMapping)):
        outcome.deliberate["match"] += 1
    elif node.value.startswith("__") and node.value.endswith("__"):
        outcome.deliberate["module dunder"] += 1
    else:
        found = [type(item.scope).__name__ for item in assignments]
        kind = ours.kind if ours is not None else None
        outcome.differences.append(f"{where} scope: surefoot {kind}, LibCST {found}")


def _bound_by(scope: Scope | None, node: cst.Name, kinds: type | tuple[type, ...]) -> bool:
    bindings = scope.bindings[node.value] if scope is not None else ()
    return any(isinstance(item.node, kinds) for item in bindings)


def _within(node: cst.CSTNode, owners: set[int], tree: Tree) -> bool:
    """LibCST hangs a comprehension's scope on the innermost `for` of it."""
    inner = getattr(node, "for_in", None)
    while inner is not None:
        if id(inner) in owners:
            return True
        inner = inner.inner_for_in
    return False


def _in_class(tree: Tree, node: cst.CSTNode) -> bool:
    scope = tree.block(node).scope
    while scope.kind in ("comprehension", "lambda") and scope.parent is not None:
        scope = scope.parent
    return scope.kind == "class"


def _qualified(
    node: cst.Name,
    theirs: set[object],
    tree: Tree,
    symbols: Symbols,
    outcome: Outcome,
    where: str,
) -> None:
    owner = tree.block(node).scope.find(node.value)
    bindings = owner.bindings[node.value] if owner is not None else []
    if any(item.kind not in ("import", "function", "class") for item in bindings):
        return
    symbol = symbols.of(node)
    names = {
        item.name.removeprefix("builtins.")  # type: ignore[attr-defined]
        for item in theirs
    }
    if symbol is None or symbol[0] != "n" or not names:
        return
    ours = symbol[1].removeprefix("one.two.three.four.").removeprefix("builtins.")
    outcome.names += 1
    if ours in names or _absolute(names, ours):
        return
    if len(bindings) > 1:
        outcome.deliberate["follows the flow"] += 1
    elif _in_class(tree, node):
        outcome.deliberate["class body"] += 1
    else:
        outcome.differences.append(f"{where} name: surefoot {ours}, LibCST {sorted(names)}")


def _absolute(names: set[str], ours: str) -> bool:
    """LibCST keeps the dots of relative imports: here `.a.b` is `one.two.three.a.b`."""
    for name in names:
        stripped = name.lstrip(".")
        level = len(name) - len(stripped)
        base = {1: "one.two.three.", 2: "one.two.", 3: "one.", 4: ""}.get(level)
        if base is not None and ours == base + stripped:
            return True
        if level > 4:
            return True
    return False


def _now(value: object) -> set[object]:
    """LibCST computes names lazily."""
    if value is None:
        return set()
    return set(value() if callable(value) else value)  # type: ignore[call-overload]
