"""A tree -> the summary of its module."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.semantics.depths import union
from surefoot.semantics.summary import (
    ClassSummary,
    FunctionSummary,
    ModuleSummary,
    Overload,
    Parameter,
    Symbol,
)
from surefoot.semantics.symbols import Symbols
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import Tree

_OVERLOADS = (("n", "typing.overload"), ("n", "typing_extensions.overload"))
WANTED = (
    *(cst.Attribute, cst.Call, cst.FunctionDef, cst.ClassDef, cst.Return, cst.Yield),
    *(cst.For, cst.Raise, cst.Try, cst.TryStar, cst.With),
)


def summarise(tree: Tree, symbols: Symbols, path: str) -> ModuleSummary:
    """Return what a module offers; its calls are added when they have been looked at."""
    returns = _by_function(tree, cst.Return)
    yields = _by_function(tree, cst.Yield)
    functions: dict[str, FunctionSummary] = {}
    classes: dict[str, ClassSummary] = {}
    overloads: dict[str, list[Overload]] = {}
    for node in tree.of(cst.FunctionDef):
        scope = tree.scopes[node]
        if scope.qualname in functions and _is_accessor(node):
            continue  # reading the attribute runs the first of them
        function = _function(
            tree, symbols, node, scope, returns.get(node, []), yields.get(node, [])
        )
        if any(decorator in _OVERLOADS for decorator in function.decorators):
            signature = Overload(function.parameters, function.returns)
            overloads.setdefault(scope.qualname, []).append(signature)
        functions[scope.qualname] = function
    for name, signatures in overloads.items():
        functions[name] = functions[name]._replace(overloads=tuple(signatures))
    for node in tree.of(cst.ClassDef):
        scope = tree.scopes[node]
        classes[scope.qualname] = _class(tree, symbols, node, scope)
    names = {
        name: symbols.lookup(name, tree.top)[0]
        for name, bindings in tree.top.bindings.items()
        if any(binding.kind not in ("function", "class") for binding in bindings)
    }
    return ModuleSummary(
        module=tree.module_name,
        path=path,
        is_package=tree.is_package,
        names=names,
        functions=functions,
        classes=classes,
        star_imports=tuple(tree.star_imports),
        imports=_imports(tree),
    )


def _is_accessor(node: cst.FunctionDef) -> bool:
    """Whether a function sets or deletes a property: `@name.setter`."""
    return any(
        isinstance(item.decorator, cst.Attribute)
        and item.decorator.attr.value in ("setter", "deleter")
        for item in node.decorators
    )


def _by_function(tree: Tree, kind: type) -> dict[cst.CSTNode, list[Any]]:
    found: dict[cst.CSTNode, list[Any]] = {}
    for node in tree.of(kind):
        scope = tree.block(node).scope.function
        if scope is not None:
            found.setdefault(scope.node, []).append(node)
    return found


def _imports(tree: Tree) -> tuple[str, ...]:
    names: set[str] = set(tree.star_imports)
    for scope in (tree.top, *tree.scopes.values()):
        for bindings in scope.bindings.values():
            names.update(str(item.value) for item in bindings if item.kind == "import")
    return tuple(sorted(names))


def _function(
    tree: Tree,
    symbols: Symbols,
    node: cst.FunctionDef,
    scope: Scope,
    returns: list[cst.Return],
    yields: list[cst.Yield],
) -> FunctionSummary:
    outer = scope.parent or tree.top
    declared: Symbol = None
    if node.returns is not None:
        declared = symbols.annotation(node.returns.annotation, scope.signature or outer)[0]
    given: Symbol = declared
    if declared is None or (declared[0] in ("I", "l") and not yields):
        parts = [
            (symbols.of(item.value), 1) if item.value is not None else (("k", None), 1)
            for item in returns
        ]
        nothing: Symbol = ("k", None) if node.returns is None else None
        returned = union(parts, True)[0] if parts else nothing
        if declared is None:
            given = returned
        elif returned is not None and returned[0] == "c":
            given = ("A", declared, returned)
    yielded = None
    if yields:
        values = [
            (symbols.of(item.value), 1)
            for item in yields
            if isinstance(item.value, cst.BaseExpression)
        ]
        yielded = union(values, True)[0] if values else None
    return FunctionSummary(
        qualname=scope.qualname,
        place=tree.place(node),
        owner=outer.qualname if outer.kind == "class" else "",
        is_async=node.asynchronous is not None,
        is_generator=bool(yields),
        decorators=tuple(symbols.of(item.decorator) for item in node.decorators),
        parameters=tuple(_parameters(symbols, node.params, scope.signature or outer)),
        returns=given,
        yields=yielded,
    )


def _parameters(symbols: Symbols, params: cst.Parameters, outer: Scope) -> list[Parameter]:
    found = []
    groups: list[tuple[str, Any]] = [
        ("positional", [*params.posonly_params, *params.params]),
        ("star", [params.star_arg] if isinstance(params.star_arg, cst.Param) else []),
        ("keyword", params.kwonly_params),
        ("double-star", [params.star_kwarg] if params.star_kwarg is not None else []),
    ]
    for kind, items in groups:
        for item in items:
            annotation = item.annotation
            found.append(
                Parameter(
                    name=item.name.value,
                    kind=kind,
                    annotation=symbols.annotation(annotation.annotation, outer)[0]
                    if annotation is not None
                    else None,
                    default=symbols.of(item.default),
                    has_default=item.default is not None,
                )
            )
    return found


def _class(tree: Tree, symbols: Symbols, node: cst.ClassDef, scope: Scope) -> ClassSummary:
    members: dict[str, Symbol] = {name: symbols.lookup(name, scope)[0] for name in scope.bindings}
    assigned: dict[str, list[tuple[Symbol, int]]] = {}
    declared = {
        name: binding.node
        for name, bindings in scope.bindings.items()
        for binding in bindings
        if binding.kind == "annotated"
    }
    for method in _methods(tree, node, scope):
        for item in method.attributes:
            if item.owner != method.first:
                continue
            symbol, depth = symbols.bound(item.binding, method, f".{item.attr}")
            assigned.setdefault(item.attr, []).append((symbol, depth))
            if item.binding.kind == "annotated":
                declared.setdefault(item.attr, item.binding.node)
    for attr, parts in assigned.items():
        kind = _annotation(symbols, declared.get(attr), scope)
        if kind is not None:
            value = union(parts, True)[0]
            known = value is not None and value[0] != "A" and value not in (kind, ("k", None))
            members[attr] = ("A", kind, value) if known else kind
            continue
        if attr in members and members[attr] != ("k", None):
            if members[attr] is None:
                continue
            parts = [*parts, (members[attr], 1)]
        members[attr] = union(parts, True)[0]
    return ClassSummary(
        qualname=scope.qualname,
        place=tree.place(node),
        bases=tuple(symbols.of(base.value) for base in node.bases if not base.star),
        decorators=tuple(symbols.of(item.decorator) for item in node.decorators),
        members=members,
        keywords=tuple(
            (item.keyword.value, symbols.of(item.value))
            for item in node.keywords
            if item.keyword is not None
        ),
    )


def _annotation(symbols: Symbols, node: cst.CSTNode | None, scope: Scope) -> Symbol:
    if not isinstance(node, cst.AnnAssign):
        return None
    return symbols.annotation(node.annotation.annotation, scope)[0]


def _methods(tree: Tree, node: cst.ClassDef, scope: Scope) -> list[Scope]:
    """The scopes of the methods, with the functions nested in them that see their `self`."""
    methods = []
    for bindings in scope.bindings.values():
        for binding in bindings:
            if binding.kind == "function":
                methods.append(tree.scopes[binding.node])
    return methods
