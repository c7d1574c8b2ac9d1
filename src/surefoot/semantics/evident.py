"""Types that are evident from how code is written; None where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import libcst as cst

from surefoot.semantics.file import File

_CALLS = {
    "bool": ("all", "any", "bool", "callable", "hasattr", "isinstance", "issubclass"),
    "int": ("hash", "id", "int", "len", "ord"),
    "float": ("float",),
    "str": ("ascii", "bin", "chr", "format", "hex", "oct", "repr", "str"),
    "bytes": ("bytes",),
}
_BY_CALL = {f"builtins.{name}": kind for kind, names in _CALLS.items() for name in names}
_OF_TEXT = frozenset({"format", "join", "lower", "lstrip", "replace", "rstrip", "strip", "upper"})
_IDENTITY = (cst.In, cst.NotIn, cst.Is, cst.IsNot)
_WORD = re.compile(r"[A-Za-z]\w*")


def evident_type(file: File, node: Any) -> str | None:
    """Return the type of an expression, as an annotation of builtins."""
    match node:
        case cst.Name(value="True" | "False"):
            return "bool"
        case cst.Integer():
            return "int"
        case cst.Float():
            return "float"
        case cst.FormattedString():
            return "str"
        case cst.SimpleString() | cst.ConcatenatedString():
            return "bytes" if isinstance(node.evaluated_value, bytes) else "str"
        case cst.UnaryOperation(operator=cst.Not()):
            return "bool"
        case cst.UnaryOperation(operator=cst.Minus(), expression=cst.BaseNumber() as number):
            return evident_type(file, number)
        case cst.Comparison(comparisons=targets):
            plain = all(isinstance(target.operator, _IDENTITY) for target in targets)
            return "bool" if plain else None
        case cst.BooleanOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            return _common(file, (left, right))
        case cst.Call(func=cst.Attribute(value=cst.SimpleString() as text, attr=attribute)):
            if attribute.value in _OF_TEXT and isinstance(text.evaluated_value, str):
                return "str"
        case cst.Call():
            return _BY_CALL.get(file.name(node) or "")
        case cst.List(elements=elements):
            return _of("list", _common(file, _values(elements)))
        case cst.Set(elements=elements):
            return _of("set", _common(file, _values(elements)))
        case cst.Tuple(elements=elements):
            kinds = [evident_type(file, value) for value in _values(elements)]
            return _of("tuple", ", ".join(map(str, kinds)) if kinds and None not in kinds else None)
        case cst.Dict(elements=elements):
            return _of_dict(file, elements)
        case cst.ListComp(elt=item):
            return _of("list", evident_type(file, item))
        case cst.SetComp(elt=item):
            return _of("set", evident_type(file, item))
        case cst.DictComp(key=key, value=value):
            kinds = [evident_type(file, key), evident_type(file, value)]
            return _of("dict", ", ".join(map(str, kinds)) if None not in kinds else None)
    return None


def evident_result(file: File, function: cst.FunctionDef) -> str | None:
    """Return the type of what a function gives: `None` where it gives nothing, else the type of
    all it returns. Nothing is evident of a function that others fill, or that never ends."""
    scope = file.scope_of(function)
    if any(file.scope(item).function is scope for item in file.tree.of(cst.Yield)):
        return None
    body: Any = function.body
    if _is_empty(body):
        return None
    returned = [
        item.value for item in file.tree.of(cst.Return) if file.scope(item).function is scope
    ]
    ends = _ends(body)
    if all(value is None or _is_none(value) for value in returned):
        return "None" if returned or not ends else None
    return _common(file, returned) if ends else None


def is_builtin(file: File, annotation: str, function: cst.FunctionDef) -> bool:
    """Whether the words of an annotation mean builtins where a function is defined."""
    scope = file.scope_of(function).signature
    return scope is not None and all(scope.find(word) is None for word in _WORD.findall(annotation))


def _common(file: File, nodes: Iterable[Any]) -> str | None:
    kinds = {evident_type(file, node) for node in nodes}
    return kinds.pop() if len(kinds) == 1 else None


def _values(elements: Iterable[Any]) -> list[Any]:
    """The items of a display; of a starred one nothing is evident."""
    return [item.value if isinstance(item, cst.Element) else None for item in elements]


def _of_dict(file: File, elements: Iterable[Any]) -> str | None:
    items = list(elements)
    if not all(isinstance(item, cst.DictElement) for item in items):
        return None
    kinds = [_common(file, (i.key for i in items)), _common(file, (i.value for i in items))]
    return _of("dict", ", ".join(map(str, kinds)) if None not in kinds else None)


def _of(collection: str, inner: str | None) -> str | None:
    return f"{collection}[{inner}]" if inner is not None else None


def _is_none(node: Any) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _is_empty(body: Any) -> bool:
    """Whether a body does nothing but to say what it is for, or that others must do it."""
    for statement in body.body:
        for small in getattr(statement, "body", ()) if _is_line(statement) else (statement,):
            match small:
                case cst.Pass() | cst.Raise():
                    pass
                case cst.Expr(value=cst.BaseString() | cst.Ellipsis()):
                    pass
                case _:
                    return False
    return True


def _is_line(statement: Any) -> bool:
    return isinstance(statement, cst.SimpleStatementLine)


def _ends(body: Any) -> bool:
    """Whether the end of a block is never reached, as far as that is plain."""
    last: Any = body.body[-1] if body.body else None
    if _is_line(last):
        last = last.body[-1]
    match last:
        case cst.Return() | cst.Raise():
            return True
        case cst.If(body=first, orelse=cst.If() as other):
            return _ends(first) and _ends(_Block(other))
        case cst.If(body=first, orelse=cst.Else(body=other)):
            return _ends(first) and _ends(other)
        case cst.Try(body=first, handlers=handlers, orelse=other, finalbody=final):
            if final is not None and _ends(final.body):
                return True
            whole = _ends(first) or (other is not None and _ends(other.body))
            return whole and all(_ends(handler.body) for handler in handlers)
        case cst.While(test=cst.Name(value="True") | cst.Integer(value="1")):
            return not any(isinstance(item, cst.Break) for item in _inside(last))
    return False


class _Block:
    """A block of one statement."""

    def __init__(self, statement: cst.CSTNode) -> None:
        self.body = [statement]


def _inside(node: cst.CSTNode) -> Iterable[cst.CSTNode]:
    pending = list(node.children)
    while pending:
        item = pending.pop()
        yield item
        if not isinstance(item, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            pending.extend(item.children)
