"""Work that is started once for each item of something, all at the same time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Admits, Blocking, Coroutine, RunsTogether, StartsTask, Timeout
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.summary import Symbol
from surefoot.syntax.scopes import Binding

_LIMITS = re.compile(
    r"(?i).*(sem(aphore)?|limit|throttl|lock|slot|bucket|mutex|gate|guard|capacity|rate|acquire|permit"
    r"|ticket|token|pool|queue|concurren).*"
)
"""Names, entered or acquired, that let only so many through."""
_ACQUIRES = re.compile(
    r"(?i)acquire|_*throttle|batched|chunked|.*(rate_?limit|wait_for_(slot|token)).*"
)
_SAME_ITEMS = frozenset(
    {"builtins.enumerate", "builtins.list", "builtins.reversed", "builtins.set", "builtins.sorted"}
    | {"builtins.tuple", "builtins.zip", "builtins.filter"}
)
_VIEWS = frozenset({"items", "keys", "values"})
_COMPREHENSIONS = (cst.ListComp, cst.GeneratorExp, cst.SetComp)
_URL = re.compile(r"[fFrRbB]*[\"']+(https?://|/)")
_OUTSIDE = frozenset({"database", "file", "network"})
_LONGEST = 8
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request", "head"})


class FanOut(NamedTuple):
    """Something started for each item: `work` is the symbol of the coroutine's call, or of the
    function that is handed over and its arguments; `parameter` the one of the function around
    that the items come from, empty where they come from outside; `items` how they are written."""

    work: Symbol
    parameter: str
    items: str


def fan_out(file: File, call: Call, fact: RunsTogether | StartsTask) -> FanOut | None:
    """Return what a call starts for each item of input; None where the number of items is
    bounded, or nothing is known of it."""
    if call.node is None:
        return None
    if isinstance(fact, StartsTask):
        made = _work_of(file, call.node, fact)
        source = _loop_over(file, call.node)
        return _of_input(file, made, source) if source is not None else None
    for work, source in _pieces(file, call.node, fact):
        if isinstance(work, cst.Call) and file.call(work).fact(StartsTask) is not None:
            return None  # told where it is started
        found = _of_input(file, _called(file, work), source)
        if found is not None:
            return found
    return None


def _work_of(file: File, node: cst.Call, fact: StartsTask) -> Symbol:
    given = [each.value for each in node.args if each.keyword is None and not each.star]
    named = [
        each.value for each in node.args if each.keyword and each.keyword.value == fact.parameter
    ]
    work = next(iter([*named, *given[fact.position : fact.position + 1]]), None)
    if work is None:
        return None
    if fact.called:
        return _called(file, work)
    arguments = tuple(("", file.symbol(each)) for each in given[fact.position + 1 :])
    symbol = file.symbol(work)
    return ("c", symbol, arguments) if symbol is not None else None


def _called(file: File, work: cst.BaseExpression) -> Symbol:
    symbol = file.symbol(work)
    return symbol if symbol is not None and symbol[0] == "c" else None


def _loop_over(file: File, node: cst.Call) -> cst.BaseExpression | None:
    """What the loop or comprehension around a call goes through, in its own function."""
    for ancestor in file.ancestors(node):
        match ancestor:
            case cst.FunctionDef() | cst.Lambda() | cst.While() | cst.DictComp():
                return None
            case cst.For(iter=source):
                return source if ancestor.asynchronous is None else None
            case (
                cst.ListComp(for_in=each) | cst.GeneratorExp(for_in=each) | cst.SetComp(for_in=each)
            ):
                return each.iter if each.asynchronous is None else None
    return None


def _pieces(
    file: File, node: cst.Call, fact: RunsTogether
) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """Yield each expression that `gather` and the like run for all items of another."""
    for argument in node.args:
        if argument.keyword is not None or (argument.star == "*") != (fact.by == "arguments"):
            continue
        value = argument.value
        if isinstance(value, cst.Name):
            yield from _collected(file, value)
        elif isinstance(value, _COMPREHENSIONS):
            yield value.elt, value.for_in.iter


def _collected(
    file: File, name: cst.Name
) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """Yield what a local list is filled with in a comprehension or a loop."""
    scope = file.scope(name).find(name.value)
    bindings = scope.bindings.get(name.value, []) if scope is not None else []
    if scope is None or scope.kind != "function" or len(bindings) != 1:
        return
    value = bindings[0].value
    if isinstance(value, _COMPREHENSIONS):
        yield value.elt, value.for_in.iter
    elif isinstance(value, cst.List) and not value.elements:
        for use in file.uses(name.value, scope):
            parent = file.parent(use)
            call = file.parent(parent) if parent is not None else None
            match parent, call:
                case cst.Attribute(attr=cst.Name(value="append")), cst.Call(
                    args=[cst.Arg(value=work)]
                ):
                    source = _loop_over(file, call)
                    if source is not None:
                        yield work, source


def _of_input(file: File, work: Symbol, source: cst.BaseExpression) -> FanOut | None:
    parameter = _parameter(file, source) if work is not None else None
    return FanOut(work, parameter, file.code(source)) if parameter is not None else None


def _parameter(file: File, source: cst.BaseExpression) -> str | None:
    """The parameter whose items an expression gives, all of them."""
    match source:
        case cst.Call(args=[cst.Arg(value=inner), *_]) if file.name(source.func) in _SAME_ITEMS:
            return _parameter(file, inner)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=view)), args=[]) if (
            view in _VIEWS
        ):
            return _parameter(file, inner)
        case cst.Name(value=name):
            symbol = file.symbol(source)
            scope = file.scope(source).find(name)
            if scope is None or scope.kind != "function" or name in ("self", "cls"):
                return None
            if _comes_from_outside(file, scope.bindings[name]):
                return ""
            kinds = {binding.kind for binding in scope.bindings[name]}
            is_known = symbol is not None and file.value(source) is not None
            if kinds != {"param"} or (is_known and file.value(source)[0] in ("t", "d", "k")):  # type: ignore[index]
                return None
            return name
    return None


def _comes_from_outside(file: File, bindings: Sequence[Binding]) -> bool:
    """Whether a variable holds what a database, another service or a file has given."""
    value = bindings[0].value if len(bindings) == 1 and not bindings[0].path else None
    if bindings[0].kind != "assign" or not isinstance(value, cst.CSTNode):
        return False
    calls = (part for part in _receivers(file, value) if isinstance(part, cst.Call))
    return any(_asks_outside(file.call(call)) for call in calls)


def _asks_outside(call: Call) -> bool:
    blocking = call.fact(Blocking)
    if blocking is not None:
        return blocking.what in _OUTSIDE
    is_client = call.receiver is not None and call.fact(Coroutine) is not None
    return is_client or call.fact(Timeout) is not None


def _receivers(file: File, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """An expression, and what it is a method's result, part or outcome of."""
    current: cst.CSTNode | None = node
    for _ in range(_LONGEST):
        match current:
            case cst.Call(func=cst.Attribute(value=inner)) | cst.Attribute(value=inner):
                yield current
                current = inner
            case cst.Await(expression=inner) | cst.Subscript(value=inner):
                current = inner
            case cst.Name(value=name):
                scope = file.scope(current).find(name)
                bindings = scope.bindings[name] if scope is not None else []
                is_local = scope is not None and scope.kind == "function" and len(bindings) == 1
                value = bindings[0].value if is_local and bindings[0].kind == "assign" else None
                current = value if isinstance(value, cst.CSTNode) else None
            case _:
                return


def limiter_around(file: File, node: cst.CSTNode) -> str | None:
    """Return the semaphore that a call is made inside of, in its own function, as it is written."""
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return None
        if isinstance(ancestor, cst.With):
            found = enters_limiter(file, ancestor)
            if found is not None:
                return found
    return None


def enters_limiter(file: File, node: cst.With) -> str | None:
    """Return the limiter, by its type, that a block enters, as it is written."""
    for item in node.items:
        kind = file.type_of(item.item)
        fact = file.world.fact(Admits, kind) if kind is not None else None
        if fact is not None and fact.by == "entering":
            return file.code(item.item)
    return None


def is_limiter(node: cst.With | cst.Call) -> bool:
    """Whether a block, or a call, by its names, waits until fewer others are at work."""
    if isinstance(node, cst.Call):
        return _ACQUIRES.fullmatch(last_name(node.func)) is not None
    return any(
        _LIMITS.fullmatch(part.attr.value if isinstance(part, cst.Attribute) else part.value)
        for item in node.items
        for part in inside([item.item])
        if isinstance(part, (cst.Attribute, cst.Name))
    )


def own_limiter(file: File, node: cst.With) -> str | None:
    """Return the limiter, as it is written, that a block enters and that each call of its
    function makes anew: it lets everybody in."""
    for item in node.items:
        made = item.item
        if isinstance(made, cst.Name):
            scope = file.scope(made).find(made.value)
            bindings = scope.bindings[made.value] if scope is not None else []
            here = scope is not None and scope.node is file.function(node)
            value = bindings[0].value if here and len(bindings) == 1 else None
            made = value if isinstance(value, cst.Call) else made
        fact = file.call(made).fact(Admits) if isinstance(made, cst.Call) else None
        if fact is not None and fact.by == "entering":
            return file.code(made)
    return None


def asks_by_url(file: File, node: cst.Call) -> bool:
    """Whether a call has the form of a request, `client.get("/users")`, whatever the client."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _VERBS:
        return False
    values = [argument.value for argument in node.args[:2] if argument.keyword is None]
    return any(
        isinstance(value, (cst.SimpleString, cst.FormattedString))
        and _URL.match(file.code(value)) is not None
        for value in values
    )
