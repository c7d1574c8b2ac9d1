"""A tree -> the summary of its module."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.semantics.attributes import attributes
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
from surefoot.syntax.tree import Tree, simple_name

_TYPE_OF = re.compile(r"(?:typing\.)?[tT]ype\[(?P<name>\w+)\]")
_OVERLOADS = (("n", "typing.overload"), ("n", "typing_extensions.overload"))
WANTED = (
    *(cst.Attribute, cst.Call, cst.FunctionDef, cst.ClassDef, cst.Return, cst.Yield),
    *(cst.For, cst.Match, cst.Raise, cst.Try, cst.TryStar, cst.With),
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
        if _is_checkers(tree, symbols, node):
            continue
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
        if _is_checkers(tree, symbols, node):
            continue
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


def _is_checkers(tree: Tree, symbols: Symbols, node: cst.CSTNode) -> bool:
    """Whether a definition is only read by type checkers, and something else by its name runs."""
    if not symbols.is_for_checkers(node):
        return False
    scope = tree.scopes[node]
    name = scope.qualname.partition(".")[0]
    return any(
        not symbols.is_for_checkers(item.node) and not _says_nothing(item.value)
        for item in tree.top.bindings.get(name, ())
    )


def _says_nothing(value: object) -> bool:
    return isinstance(value, cst.Name) and value.value in ("object", "Any")


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
    own: Symbol = None
    if outer.kind == "class":
        own = symbols.instance(symbols.receiver(symbols.definition(outer)))
    if node.returns is not None:
        if own is not None and _returns_own_type(node, outer.qualname.rpartition(".")[2]):
            declared = own
        else:
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
        elif returned is not None and (returned[0] == "c" or returned == own):
            given = ("A", declared, returned)
    yielded = None
    if yields:
        yielded = union([_yielded(symbols, item) for item in yields if item.value], True)[0]
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


def _yielded(symbols: Symbols, node: cst.Yield) -> tuple[Symbol, int]:
    """What a `yield`, or each turn of a `yield from`, hands out."""
    if not isinstance(node.value, cst.From):
        return symbols.of(node.value), 1
    items = symbols.of(node.value.item)
    return (("x", items, None), 2) if items is not None else (None, 0)


def _returns_own_type(node: cst.FunctionDef, cls: str) -> bool:
    """Whether a method of a class is annotated to give what it is called on:
    `(cls: type[T]) -> T`."""
    first = [*node.params.posonly_params, *node.params.params][:1]
    if not first or first[0].annotation is None or node.returns is None:
        return False
    if any(simple_name(item.decorator) == "staticmethod" for item in node.decorators):
        return False
    kind = first[0].annotation.annotation
    match kind:
        case cst.Subscript(
            value=base, slice=[cst.SubscriptElement(slice=cst.Index(value=inner))]
        ) if simple_name(base) in ("type", "Type"):
            name = _named(inner)
        case _:
            name = _named(kind)
            quoted = _TYPE_OF.fullmatch(name)
            name = quoted["name"] if quoted is not None else name
    return name not in ("", cls) and name == _named(node.returns.annotation)


def _named(annotation: cst.BaseExpression) -> str:
    """The plain name, quoted or not, that an annotation is."""
    match annotation:
        case cst.Name(value=name):
            return name
        case cst.SimpleString():
            return annotation.raw_value
    return ""


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
    return ClassSummary(
        qualname=scope.qualname,
        place=tree.place(node),
        bases=tuple(symbols.of(base.value) for base in node.bases if not base.star),
        decorators=tuple(symbols.of(item.decorator) for item in node.decorators),
        members=attributes(tree, symbols, scope),
        keywords=tuple(
            (item.keyword.value, symbols.of(item.value))
            for item in node.keywords
            if item.keyword is not None
        ),
    )
