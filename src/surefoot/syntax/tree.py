"""One walk over a module: parents, blocks, scopes, bindings, and the nodes rules ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst

from surefoot.syntax.scopes import Attribute, Binding, Block, Entry, Scope, qualified
from surefoot.syntax.shape import CHILDREN

Pending = tuple[cst.CSTNode, Block]
_COMPREHENSIONS = tuple(
    getattr(cst, name)
    for name in ("ListComp", "SetComp", "GeneratorExp", "DictComp", "StarredDictComp")
    if hasattr(cst, name)
)


class Tree:
    """A module after the walk.

    `nodes` holds every inner node in the order of the walk: an index into it is a
    *place*, the same in every walk of the same text. `by_type` holds the nodes of the
    classes that were asked for.
    """

    def __init__(
        self, module: cst.Module, module_name: str, is_package: bool, wanted: Iterable[type]
    ) -> None:
        self.module = module
        self.module_name = module_name
        self.is_package = is_package
        self.parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.blocks: dict[cst.CSTNode, Block] = {}
        self.scopes: dict[cst.CSTNode, Scope] = {}
        self.nodes: list[cst.CSTNode] = []
        self.by_type: dict[type, list[Any]] = {node: [] for node in wanted}
        self.star_imports: list[str] = []
        self._by_type: dict[type, list[Any]] | None = None
        self._places: dict[cst.CSTNode, int] | None = None
        self._stack: list[Pending] = []
        scope = Scope("module", module, None, "")
        self.scopes[module] = scope
        self.top = scope
        self._walk(module, Block("module", module, None, scope))
        for inner in self.scopes.values():
            if inner.outer:
                inner.settle()

    def of(self, node_type: type) -> list[Any]:
        """Return the nodes of a class, in the order of the walk."""
        known = self.by_type.get(node_type)
        if known is not None:
            return known
        if self._by_type is None:
            self._by_type = {}
            for node in self.nodes:
                self._by_type.setdefault(node.__class__, []).append(node)
        return self._by_type.get(node_type, [])

    def place(self, node: cst.CSTNode) -> int:
        """Return the index of a node in `nodes`; that of its parent for a leaf."""
        if self._places is None:
            self._places = {known: index for index, known in enumerate(self.nodes)}
        place = self._places.get(node)
        return self.place(self.parents[node]) if place is None else place

    def block(self, node: cst.CSTNode) -> Block:
        """Return the block a node stands in."""
        block = self.blocks.get(node)
        while block is None:
            node = self.parents[node]
            block = self.blocks.get(node)
        return block

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """Yield the nodes around a node, innermost first."""
        current = self.parents.get(node)
        while current is not None:
            yield current
            current = self.parents.get(current)

    def _walk(self, module: cst.Module, block: Block) -> None:
        parents, blocks, by_type = self.parents, self.blocks, self.by_type
        nodes, stack = self.nodes, self._stack
        special: dict[type, Callable[[Tree, Any, Block], None]] = _SPECIAL
        placed = CHILDREN.keys() | special.keys()
        interior = placed | by_type.keys()
        children_of = CHILDREN
        stack.append((module, block))
        while stack:
            node, block = stack.pop()
            kind = node.__class__
            if kind in placed:
                nodes.append(node)
            blocks[node] = block
            bucket = by_type.get(kind)
            if bucket is not None:
                bucket.append(node)
            handle = special.get(kind)
            if handle is not None:
                handle(self, node, block)
                continue
            list_children = children_of.get(kind)
            if list_children is not None:
                for child in reversed(list_children(node)):
                    parents[child] = node
                    if child.__class__ in interior:
                        stack.append((child, block))

    def _push(self, node: cst.CSTNode, parent: cst.CSTNode, block: Block) -> None:
        self.parents[node] = parent
        self._stack.append((node, block))

    def _push_all(self, nodes: Iterable[cst.CSTNode], parent: cst.CSTNode, block: Block) -> None:
        for node in reversed(tuple(nodes)):
            self.parents[node] = parent
            self._stack.append((node, block))


def _function(tree: Tree, node: cst.FunctionDef, block: Block) -> None:
    outer, scope = block, block.scope
    name = node.name.value
    scope.bind(name, Binding("function", node, node))
    inner = Scope("function", node, scope, qualified(scope, name))
    tree.scopes[node] = inner
    tree.parents[node.name] = node
    _parameters(node.params, inner, node)
    tree._push(node.body, node, Block("function", node, block, inner))
    if node.type_parameters is not None:
        signature = Scope("types", node, scope, scope.qualname)
        _type_parameters(node, inner)
        _type_parameters(node, signature)
        inner.signature = signature
        block = Block("types", node, block, signature)
    if node.returns is not None:
        tree._push(node.returns, node, block)
    tree._push(node.params, node, block)
    tree._push_all(node.decorators, node, outer)


def _lambda(tree: Tree, node: cst.Lambda, block: Block) -> None:
    inner = Scope("lambda", node, block.scope, block.scope.qualname)
    tree.scopes[node] = inner
    _parameters(node.params, inner, node)
    tree._push(node.body, node, Block("lambda", node, block, inner))
    tree._push(node.params, node, block)


def _parameters(params: cst.Parameters, scope: Scope, owner: cst.CSTNode) -> None:
    plain = [*params.posonly_params, *params.params]
    if plain:
        scope.first = plain[0].name.value
    stars = [star for star in (params.star_arg, params.star_kwarg) if isinstance(star, cst.Param)]
    for param in (*plain, *params.kwonly_params, *stars):
        scope.bind(param.name.value, Binding("param", param, owner))


def _type_parameters(node: cst.FunctionDef | cst.ClassDef, scope: Scope) -> None:
    if node.type_parameters is not None:
        for item in node.type_parameters.params:
            scope.bind(
                item.param.name.value, Binding("type", item, getattr(item.param, "bound", None))
            )


def _class(tree: Tree, node: cst.ClassDef, block: Block) -> None:
    scope = block.scope
    name = node.name.value
    scope.bind(name, Binding("class", node, node))
    inner = Scope("class", node, scope, qualified(scope, name))
    tree.scopes[node] = inner
    tree.parents[node.name] = node
    _type_parameters(node, inner)
    tree._push(node.body, node, Block("class", node, block, inner))
    tree._push_all((*node.decorators, *node.bases, *node.keywords), node, block)


def _comprehension(tree: Tree, node: Any, block: Block) -> None:
    inner = Scope("comprehension", node, block.scope, block.scope.qualname)
    tree.scopes[node] = inner
    inside = Block("comprehension", node, block, inner)
    elements = [node.key, node.value] if isinstance(node, cst.DictComp) else []
    if not elements:
        elements = [node.value if hasattr(node, "value") else node.elt]
    loop: cst.CompFor | None = node.for_in
    parent: cst.CSTNode = node
    outer = block
    pending: list[tuple[cst.CSTNode, cst.CSTNode, Block]] = []
    while loop is not None:
        tree.parents[loop] = parent
        tree.nodes.append(loop)
        tree.blocks[loop] = inside
        _targets(
            tree, loop.target, inner, "iterate", loop, loop.iter, loop.asynchronous is not None
        )
        pending.append((loop.iter, loop, outer))
        pending.append((loop.target, loop, inside))
        pending.extend((condition, loop, inside) for condition in loop.ifs)
        parent, loop, outer = loop, loop.inner_for_in, inside
    tree._push_all(elements, node, inside)
    for child, owner, where in reversed(pending):
        tree._push(child, owner, where)


def _with(tree: Tree, node: cst.With, block: Block) -> None:
    is_async = node.asynchronous is not None
    for item in node.items:
        if item.asname is not None:
            _targets(tree, item.asname.name, block.scope, "enter", item, item.item, is_async)
    tree._push(node.body, node, Block("with", node, block, block.scope))
    tree._push_all(node.items, node, block)


def _for(tree: Tree, node: cst.For, block: Block) -> None:
    is_async = node.asynchronous is not None
    _targets(tree, node.target, block.scope, "iterate", node, node.iter, is_async)
    if node.orelse is not None:
        tree._push(node.orelse, node, block)
    inside = Block("loop", node, block, block.scope)
    tree._push(node.body, node, inside)
    tree._push(node.target, node, inside)
    tree._push(node.iter, node, block)


def _while(tree: Tree, node: cst.While, block: Block) -> None:
    if node.orelse is not None:
        tree._push(node.orelse, node, block)
    inside = Block("loop", node, block, block.scope)
    tree._push(node.body, node, inside)
    tree._push(node.test, node, inside)


def _try(tree: Tree, node: cst.Try | cst.TryStar, block: Block) -> None:
    scope = block.scope
    if node.finalbody is not None:
        tree._push(node.finalbody, node, Block("finally", node.finalbody, block, scope))
    if node.orelse is not None:
        tree._push(node.orelse, node, Block("else", node.orelse, block, scope))
    tree._push_all(node.handlers, node, block)
    tree._push(node.body, node, Block("try", node, block, scope))


def _handler(tree: Tree, node: Any, block: Block) -> None:
    if node.name is not None and isinstance(node.name.name, cst.Name):
        tree.parents[node.name] = node
        tree.parents[node.name.name] = node.name
        block.scope.bind(node.name.name.value, Binding("except", node, node.type))
    tree._push(node.body, node, Block("handler", node, block, block.scope))
    if node.type is not None:
        tree._push(node.type, node, block)


def _assign(tree: Tree, node: cst.Assign, block: Block) -> None:
    for target in node.targets:
        _targets(tree, target.target, block.scope, "assign", node, node.value)
    tree._push(node.value, node, block)
    tree._push_all(node.targets, node, block)


def _annotated(tree: Tree, node: cst.AnnAssign, block: Block) -> None:
    _targets(tree, node.target, block.scope, "annotated", node, node.value)
    if node.value is not None:
        tree._push(node.value, node, block)
    tree._push(node.annotation, node, block)
    tree._push(node.target, node, block)


def _augmented(tree: Tree, node: cst.AugAssign, block: Block) -> None:
    _targets(tree, node.target, block.scope, "augment", node, node.value)
    tree._push(node.value, node, block)
    tree._push(node.target, node, block)


def _named(tree: Tree, node: cst.NamedExpr, block: Block) -> None:
    scope = block.scope
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    _targets(tree, node.target, scope, "assign", node, node.value)
    tree._push(node.value, node, block)
    tree._push(node.target, node, block)


def _targets(
    tree: Tree,
    target: cst.CSTNode,
    scope: Scope,
    kind: str,
    node: cst.CSTNode,
    value: object,
    is_async: bool = False,
) -> None:
    pending: list[tuple[cst.CSTNode, tuple[int, ...]]] = [(target, ())]
    while pending:
        current, path = pending.pop()
        match current:
            case cst.Name(value=name):
                scope.bind(name, Binding(kind, node, value, path, is_async))
            case cst.Attribute(value=owner, attr=cst.Name(value=attr)):
                binding = Binding(kind, node, value, path, is_async)
                scope.attributes.append(Attribute(dotted(owner), attr, binding))
            case cst.Subscript(value=cst.Attribute(value=cst.Name(value=owner), attr=attribute)):
                binding = Binding(kind, node, value, path, is_async)
                scope.entries.append(Entry(owner, attribute.value, current, binding))
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for index, element in enumerate(elements):
                    starred = isinstance(element, cst.StarredElement)
                    pending.append((element.value, (*path, -1 if starred else index)))
            case cst.StarredElement(value=inner):
                pending.append((inner, (*path, -1)))


def _import(tree: Tree, node: Any, block: Block) -> None:
    for alias in node.names:
        name = dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            block.scope.bind(alias.asname.name.value, Binding("import", node, name))
        else:
            first = name.partition(".")[0]
            block.scope.bind(first, Binding("import", node, first))


def _import_from(tree: Tree, node: Any, block: Block) -> None:
    source = absolute(tree.module_name, tree.is_package, len(node.relative), dotted(node.module))
    if isinstance(node.names, cst.ImportStar):
        if block.scope.kind == "module" and source is not None:
            tree.star_imports.append(source)
        return
    for alias in node.names:
        name = dotted(alias.name)
        bound = alias.asname.name if alias.asname is not None else alias.name
        if not isinstance(bound, cst.Name):
            continue
        if source is None:
            block.scope.bind(bound.value, Binding("other", node, None))
        else:
            target = f"{source}.{name}" if source else name
            block.scope.bind(bound.value, Binding("import", node, target))


def _outer(kind: str) -> Callable[[Tree, Any, Block], None]:
    def declare(tree: Tree, node: Any, block: Block) -> None:
        for item in node.names:
            block.scope.outer[item.name.value] = kind

    return declare


def _capture(tree: Tree, node: Any, block: Block) -> None:
    name = node.rest if isinstance(node, cst.MatchMapping) else node.name
    if isinstance(name, cst.Name):
        binding = Binding("match", node, None)
        if isinstance(node, cst.MatchAs):
            case = tree.parents[node]
            if isinstance(node.pattern, cst.MatchClass):
                binding = Binding("match", node, node.pattern.cls)
            elif node.pattern is None and isinstance(case, cst.MatchCase):
                subject = tree.parents[case]
                assert isinstance(subject, cst.Match)
                binding = Binding("assign", node, subject.subject)
        block.scope.bind(name.value, binding)
    if node.__class__ in CHILDREN:
        tree._push_all(CHILDREN[node.__class__](node), node, block)


def _type_alias(tree: Tree, node: Any, block: Block) -> None:
    block.scope.bind(node.name.value, Binding("assign", node, node.value))
    tree._push(node.value, node, block)


_SPECIAL: dict[type, Callable[[Tree, Any, Block], None]] = {
    cst.FunctionDef: _function,
    cst.Lambda: _lambda,
    cst.ClassDef: _class,
    cst.With: _with,
    cst.For: _for,
    cst.While: _while,
    cst.Try: _try,
    cst.TryStar: _try,
    cst.ExceptHandler: _handler,
    cst.ExceptStarHandler: _handler,
    cst.Assign: _assign,
    cst.AnnAssign: _annotated,
    cst.AugAssign: _augmented,
    cst.NamedExpr: _named,
    cst.Import: _import,
    cst.ImportFrom: _import_from,
    cst.Global: _outer("global"),
    cst.Nonlocal: _outer("nonlocal"),
    cst.MatchAs: _capture,
    cst.MatchStar: _capture,
    cst.MatchMapping: _capture,
    **dict.fromkeys(_COMPREHENSIONS, _comprehension),
}
for _name, _handle in (
    ("TypeAlias", _type_alias),
    ("LazyImport", _import),
    ("LazyImportFrom", _import_from),
):
    if hasattr(cst, _name):
        _SPECIAL[getattr(cst, _name)] = _handle


def dotted(node: cst.CSTNode | None) -> str:
    """Return `a.b.c` for a chain of names and attributes, `` for nothing or anything else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    parts.append(node.value)
    return ".".join(reversed(parts))


def simple_name(node: cst.CSTNode) -> str:
    """Return the last name of a dotted expression or of what is called, `` for anything else."""
    while isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def absolute(module: str, is_package: bool, level: int, name: str) -> str | None:
    """Return the absolute name of a `from` import; `None` where it leaves the top package."""
    if level == 0:
        return name
    parts = module.split(".") if module else []
    drop = level - 1 if is_package else level
    if drop > len(parts):
        return None
    base = ".".join(parts[: len(parts) - drop])
    return f"{base}.{name}".strip(".")
