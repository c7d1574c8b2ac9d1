"""Types that are evident from how code is written; None where they are not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import libcst as cst

from surefoot.semantics.file import File
from surefoot.syntax.scopes import Binding

_CALLS = {
    "bool": ("all", "any", "bool", "callable", "hasattr", "isinstance", "issubclass"),
    "int": ("hash", "id", "int", "len", "ord"),
    "float": ("float",),
    "str": ("ascii", "bin", "chr", "format", "hex", "oct", "repr", "str"),
    "bytes": ("bytes",),
}
_BY_CALL = {f"builtins.{name}": kind for kind, names in _CALLS.items() for name in names}
_OF_TEXT = {
    "bool": ("endswith", "isalnum", "isalpha", "isdigit", "isspace", "startswith"),
    "bytes": ("encode",),
    "int": ("count", "find", "index", "rfind"),
    "list[str]": ("rsplit", "split", "splitlines"),
    "str": (
        *("format", "join", "lower", "lstrip", "replace", "rstrip", "strip", "title", "upper"),
        *("removeprefix", "removesuffix"),
    ),
}
_TEXTS = {name: kind for kind, names in _OF_TEXT.items() for name in names}
_SCALARS = frozenset({"bool", "bytes", "float", "int", "str"})
_FAR = 3
_IDENTITY = (cst.In, cst.NotIn, cst.Is, cst.IsNot)
_WORD = re.compile(r"[A-Za-z]\w*")


def evident_type(file: File, node: Any, follow: int = _FAR) -> str | None:
    """Return the type of an expression, as an annotation of builtins. Local names are followed
    to what they were given, so many times."""

    def of(inner: Any) -> str | None:
        return evident_type(file, inner, follow)

    match node:
        case cst.Name(value="True" | "False"):
            return "bool"
        case cst.Name():
            return _of_name(file, node, follow - 1) if follow else None
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
            return of(number)
        case cst.Comparison(left=left, comparisons=targets):
            plain = all(isinstance(target.operator, _IDENTITY) for target in targets)
            sides = [left, *(target.comparator for target in targets)]
            return "bool" if plain or all(of(side) in _SCALARS for side in sides) else None
        case cst.BinaryOperation(left=left, operator=operator, right=right):
            return _of_operation(operator, of(left), of(right))
        case cst.BooleanOperation(left=left, right=right) | cst.IfExp(body=left, orelse=right):
            return _common(map(of, (left, right)))
        case cst.Call(func=cst.Attribute(value=text, attr=attribute)) if attribute.value in _TEXTS:
            return _TEXTS[attribute.value] if of(text) == "str" else None
        case cst.Call():
            return _BY_CALL.get(file.name(node) or "")
        case cst.List(elements=elements):
            return _filled("list", _common(map(of, _values(elements))))
        case cst.Set(elements=elements):
            return _filled("set", _common(map(of, _values(elements))))
        case cst.Tuple(elements=elements):
            return _filled("tuple", _listed(map(of, _values(elements))))
        case cst.Dict(elements=elements):
            items = [item for item in elements if isinstance(item, cst.DictElement)]
            if len(items) < len(elements):
                return None
            kinds = [_common(of(i.key) for i in items), _common(of(i.value) for i in items)]
            return _filled("dict", _listed(kinds))
        case cst.ListComp(elt=item):
            return _filled("list", of(item))
        case cst.SetComp(elt=item):
            return _filled("set", of(item))
        case cst.DictComp(key=key, value=value):
            return _filled("dict", _listed(map(of, (key, value))))
    return None


def evident_result(file: File, function: cst.FunctionDef) -> str | None:
    """Return the type of what a function gives: `None` where it gives nothing, else the type of
    all it returns, `| None` where it may end otherwise. Nothing is evident of a function that
    others fill, or that never ends."""
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
    given = [value for value in returned if value is not None and not _is_none(value)]
    if not given:
        return "None" if returned or not ends else None
    kind = _common(evident_type(file, value) for value in given)
    if kind is None or (ends and len(given) == len(returned)):
        return kind
    return f"{kind} | None"


def _of_name(file: File, node: cst.Name, follow: int) -> str | None:
    """The type of a local name: that of all it is given, or, of a parameter, what is said."""
    scope = file.scope(node).find(node.value)
    if scope is None or scope.kind != "function" or "nonlocal" in file.text:
        return None
    kinds: set[str | None] = set()
    for binding in scope.bindings[node.value]:
        match binding:
            case Binding("assign", _, value, ()):
                kinds.add(evident_type(file, value, follow))
            case Binding("augment", cst.AugAssign(operator=operator, value=value)):
                if not isinstance(operator, (cst.AddAssign, cst.SubtractAssign)):
                    return None
                kinds.add(evident_type(file, value, follow))
            case Binding("param", cst.Param(annotation=cst.Annotation() as said) as param):
                plain = not param.star and not _is_none(param.default)
                kinds.add(file.code(said.annotation) if plain else None)
            case _:
                return None
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if kind in _SCALARS else None


def _of_operation(operator: Any, left: str | None, right: str | None) -> str | None:
    match operator, left, right:
        case cst.Modulo(), "str", _:
            return "str"
        case ((cst.Add() | cst.Subtract() | cst.Multiply() | cst.FloorDivide()), "int", "int"):
            return "int"
        case cst.Add(), "str", "str":
            return "str"
        case cst.Divide(), ("int" | "float"), ("int" | "float"):
            return "float"
    return None


def is_builtin(file: File, annotation: str, function: cst.FunctionDef) -> bool:
    """Whether the words of an annotation mean builtins where a function is defined."""
    scope = file.scope_of(function).signature
    return scope is not None and all(scope.find(word) is None for word in _WORD.findall(annotation))


def _common(kinds: Iterable[str | None]) -> str | None:
    found = set(kinds)
    return found.pop() if len(found) == 1 else None


def _values(elements: Iterable[Any]) -> list[Any]:
    """The items of a display; of a starred one nothing is evident."""
    return [item.value if isinstance(item, cst.Element) else None for item in elements]


def _listed(kinds: Iterable[str | None]) -> str | None:
    found = list(kinds)
    return ", ".join(map(str, found)) if found and None not in found else None


def _filled(collection: str, inner: str | None) -> str | None:
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
