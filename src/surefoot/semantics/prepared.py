"""What stands ready when guarded work fails: values prepared before it, and tests made after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from surefoot.semantics.absence import asks_for_absence
from surefoot.semantics.file import File
from surefoot.semantics.handlers import Reaction, Response, body_of, inside, spelling
from surefoot.semantics.literals import is_blank
from surefoot.semantics.records import level_of

_ADDS = frozenset({"append", "add", "appendleft", "extend", "update"})
_TARGETS = (cst.Name, cst.Attribute, cst.Subscript)
_Pair = tuple[cst.CSTNode, cst.CSTNode]


def prepared(
    file: File,
    statement: cst.CSTNode,
    work: Sequence[cst.CSTNode],
    success: Sequence[cst.CSTNode] = (),
) -> Reaction | None:
    """Return what stands in for the values that `work`, and `success` after it, would have
    assigned, where assigning is all the work does and they had values before: a blank default,
    or a value of its own."""
    targets = [*_computed(work), *_computed(success, changed=True)]
    if not targets or not _only_assigns(work):
        return None
    before = _before(file, statement)
    for name, first in _of_instance(file, statement).items():
        before.setdefault(name, first)
    defaults: list[tuple[cst.BaseExpression | None, cst.BaseExpression | None]] = []
    for target in targets:
        value = before.get(spelling(file, target))
        if value is None:
            continue  # a name of the work's own
        if not is_blank(value):
            return Reaction(Response.SUBSTITUTES)
        assert isinstance(value, cst.BaseExpression)
        defaults.append((target, value))
    return Reaction(Response.NOTHING, tuple(defaults)) if defaults else None


def is_missed(file: File, statement: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether failure shows by what is not there: the work ends by adding to something, or by
    finding something, and the function tells further down when that is lacking."""
    if _is_refused_later(file, statement, work):
        return True
    found = False
    match [item for item in work if not isinstance(item, cst.Break)][-1:]:
        case [
            cst.Expr(value=cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=method))))
        ] if method in _ADDS:
            name = spelling(file, owner)
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=owner))])]:
            name = spelling(file, owner)
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as target)])]:
            name, found = spelling(file, target), isinstance(work[-1], cst.Break)
            if not found:
                return False
        case _:
            return False
    function = file.function(statement)
    here = file.tree.place(statement)
    return function is not None and any(
        type(item) is cst.If
        and file.tree.place(item) > here
        and any(spelling(file, part) == name for part in _references(item.test))
        and _tells(file, item, found)
        for item in inside([function.body])
    )


def _is_refused_later(file: File, statement: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether the function raises further down where a variable the work sets is still None."""
    names = {item.value for item in _computed(work) if isinstance(item, cst.Name)}
    function = file.function(statement)
    here = file.tree.place(statement)
    return bool(names and function is not None) and any(
        type(item) is cst.If
        and file.tree.place(item) > here
        and any(asks_for_absence(item.test, name) for name in names)
        and any(type(part) is cst.Raise for part in inside([item.body]))
        for item in inside([function.body])  # type: ignore[union-attr]
    )


def _tells(file: File, node: cst.If, records_count: bool) -> bool:
    """Whether a test raises, or leaves a record where that counts."""
    return any(
        type(part) is cst.Raise
        or (records_count and type(part) is cst.Call and level_of(file, part) is not None)
        for part in inside([node])
    )


def is_asked_later(file: File, statement: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether the work waits for a task that is asked for its result further down."""
    awaited = {
        spelling(file, part)
        for item in inside(work)
        if type(item) is cst.Await
        for part in _references(item)
    }
    function = file.function(statement)
    if not awaited or function is None:
        return False
    here = file.tree.place(statement)
    later = (item for item in inside([function.body]) if file.tree.place(item) > here)
    for item in later:
        match item:
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value="result"))):
                if spelling(file, owner) in awaited:
                    return True
            case cst.Return(value=cst.Await(expression=task)) if spelling(file, task) in awaited:
                return True
    return False


def _references(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    return (part for part in inside([node]) if type(part) in (cst.Name, cst.Attribute))


def _only_assigns(work: Iterable[cst.CSTNode]) -> bool:
    for item in work:
        match item:
            case cst.Assign() | cst.AnnAssign() | cst.Pass() | cst.Import() | cst.ImportFrom():
                continue
            case cst.With(body=body) | cst.If(body=body, orelse=None):
                if not _only_assigns(body_of(body)):
                    return False
            case cst.If(body=body, orelse=cst.CSTNode() as rest):
                other = [rest] if isinstance(rest, cst.If) else body_of(rest.body)
                if not _only_assigns((*body_of(body), *other)):
                    return False
            case _:
                return False
    return True


def _computed(
    work: Iterable[cst.CSTNode], *, changed: bool = False
) -> Iterator[cst.BaseExpression]:
    """Yield the names, attributes and items that get more than a blank value in work, also by
    being `changed` in place."""
    for item in inside(work):
        if changed and type(item) is cst.AugAssign:
            yield item.target
        for target, value in _assignments(item):
            if isinstance(target, _TARGETS) and not is_blank(value):
                yield target


def _before(file: File, statement: cst.CSTNode) -> dict[str, cst.CSTNode]:
    """The last value each name got in the statements before, by the spelling of the name."""
    found: dict[str, cst.CSTNode] = {}
    current = statement
    for parent in file.ancestors(statement):
        pairs: list[_Pair] = []
        if isinstance(parent, (cst.IndentedBlock, cst.Module)):
            items: list[cst.CSTNode] = list(parent.body)
            earlier = items[: items.index(current)][::-1]
            pairs = [pair for item in inside(earlier) for pair in _assignments(item)]
        elif isinstance(parent, cst.For):
            pairs = list(_taken_apart(parent.target, parent.iter))
        elif isinstance(parent, cst.With):
            pairs = [
                pair
                for item in parent.items
                if item.asname is not None
                for pair in _taken_apart(item.asname.name, item.item)
            ]
        elif isinstance(parent, cst.FunctionDef):
            params = [item for item in inside([parent.params]) if isinstance(item, cst.Param)]
            pairs = [(param.name, param) for param in params]
        for target, value in pairs:
            found.setdefault(spelling(file, target), value)
        if isinstance(parent, (cst.FunctionDef, cst.ClassDef)):
            break
        current = parent
    return found


def _of_instance(file: File, statement: cst.CSTNode) -> dict[str, cst.CSTNode]:
    """What `__init__` gives the attributes of `self` that is more than a blank value: where
    the work of another method fails, they stay as they are."""
    owner, function = file.cls(statement), file.function(statement)
    if owner is None or function is None or function.name.value == "__init__":
        return {}
    for item in body_of(owner.body):
        if isinstance(item, cst.FunctionDef) and item.name.value == "__init__":
            pairs = (pair for part in inside([item.body]) for pair in _assignments(part))
            return {
                spelling(file, target): value
                for target, value in pairs
                if isinstance(target, cst.Attribute)
                and isinstance(value, cst.SimpleString)
                and not is_blank(value)
            }
    return {}


def _assignments(item: cst.CSTNode) -> Iterator[_Pair]:
    match item:
        case cst.Assign(targets=targets, value=value):
            for target in targets:
                yield from _taken_apart(target.target, value)
        case cst.AnnAssign(target=target, value=cst.BaseExpression() as value):
            yield target, value


def _taken_apart(target: cst.CSTNode, value: cst.CSTNode) -> Iterator[_Pair]:
    """Yield the parts of a target, each with its part of the value or with all of it."""
    if not isinstance(target, (cst.Tuple, cst.List)):
        yield target, value
        return
    parts: Sequence[cst.CSTNode] = [value] * len(target.elements)
    if isinstance(value, (cst.Tuple, cst.List)) and len(value.elements) == len(parts):
        parts = [element.value for element in value.elements]
    for element, part in zip(target.elements, parts, strict=True):
        yield from _taken_apart(element.value, part)
