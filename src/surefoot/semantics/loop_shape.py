"""The shape of a loop that tries again: its work, its bound, its ways out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from surefoot.semantics.circumstances import always_raises
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside, last_name

_RECORDS = re.compile(
    r"str|repr|type|print|format|append|add|exc_info|debug|info|warn|warning|error|exception|"
    r"critical|log|echo|secho|print_exc|format_exception|[A-Z]\w*"
)
_LEAVING = (cst.Return, cst.Break, cst.Raise)
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def is_unconditional(node: cst.For | cst.While) -> bool:
    """Whether nothing but its body ends a loop: `while True`, or `for` over `itertools.count`."""
    if isinstance(node, cst.For):
        return isinstance(node.iter, cst.Call) and last_name(node.iter.func) == "count"
    match node.test:
        case cst.Name(value="True") | cst.Integer(value="1"):
            return True
    return False


def bound_of(
    file: File, node: cst.For | cst.While
) -> tuple[str | None, cst.BaseExpression | None, int]:
    """Return the counter, the limit and the first number of a loop over `range`."""
    if not isinstance(node, cst.For):
        return None, None, 0
    counter = node.target.value if isinstance(node.target, cst.Name) else None
    match node.iter:
        case cst.Call(args=[cst.Arg(value=limit)]) if file.name(node.iter) == "builtins.range":
            return counter, limit, 0
        case cst.Call(args=[cst.Arg(value=start), cst.Arg(value=limit)]) if (
            file.name(node.iter) == "builtins.range"
        ):
            constant = file.constant(start)
            first = constant[0] if constant is not None else None
            if isinstance(first, int):
                return counter, limit, first
    return counter, None, 0


def attempt_of(node: cst.For | cst.While) -> cst.Try | None:
    """Return the one `try` of a loop's body, also inside `with`."""
    statements = body_of(node.body)
    while len(statements) == 1 and isinstance(statements[0], cst.With):
        statements = body_of(statements[0].body)
    tries = [item for item in statements if isinstance(item, cst.Try) and item.handlers]
    return tries[0] if len(tries) == 1 else None


def flag_of(node: cst.For | cst.While) -> str | None:
    """Return the name of the variable that ends a loop: `while not connected`."""
    match node:
        case cst.While(
            test=cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=name))
        ):
            return name
    return None


def leaving(
    node: cst.For | cst.While, attempt: cst.Try
) -> cst.Return | cst.Break | cst.Assign | None:
    """Return the `return` or `break` that follows success in any case, or the assignment that ends
    the loop then: in the work, its `else`, or after the `try`. One under a condition makes a loop
    that waits for something."""
    flag = flag_of(node)
    stack = [*body_of(attempt.body)]
    if attempt.orelse is not None:
        stack.extend(body_of(attempt.orelse.body))
    while stack:
        item = stack.pop(0)
        match item:
            case cst.Return() | cst.Break():
                return item
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))],
                value=cst.Name(value="True"),
            ) if name == flag:
                return item
            case cst.With(body=body):
                stack[:0] = body_of(body)
    return _after(node, attempt)


def _after(node: cst.For | cst.While, attempt: cst.Try) -> cst.Return | cst.Break | None:
    statements = list(body_of(node.body))
    if attempt in statements:
        for item in statements[statements.index(attempt) + 1 :]:
            if isinstance(item, (cst.Return, cst.Break)):
                return item
    return None


def goes_round(node: cst.For | cst.While, attempt: cst.Try, handler: cst.ExceptHandler) -> bool:
    """Whether the work may be tried again after a handler."""
    if any(isinstance(item, cst.Continue) for item in inside([handler.body])):
        return True
    return not always_leaves(handler.body) and _after(node, attempt) is None


def always_leaves(body: cst.BaseSuite) -> bool:
    """Whether whatever comes after these statements is not reached."""
    if always_raises(body):
        return True
    statements = body_of(body)
    match statements[-1] if statements else None:
        case cst.Return() | cst.Break() | cst.Raise():
            return True
        case cst.If(body=then, orelse=cst.Else(body=other)):
            return always_leaves(then) and always_leaves(other)
        case cst.With(body=inner):
            return always_leaves(inner)
    return False


def assigned_names(nodes: Iterable[cst.CSTNode]) -> set[str]:
    """Return the names that nodes assign to, those of objects whose attributes they set too."""
    found: set[str] = set()
    for item in nodes:
        match item:
            case (
                cst.AssignTarget(target=target)
                | cst.AugAssign(target=target)
                | cst.AnnAssign(target=target)
            ):
                found |= {part.value for part in inside([target]) if isinstance(part, cst.Name)} - {
                    "self",
                    "cls",
                }
    return found


def outside_records(body: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Yield what is in some work, calls that only write to a log aside."""
    skipped: set[cst.CSTNode] = set()
    for item in inside([body]):
        match item:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))) if name in _LEVELS:
                skipped.update(inside([item]))
        if item not in skipped:
            yield item


def looks_at(handler: cst.ExceptHandler) -> bool:
    """Whether a handler decides by its exception, or by something computed from it."""
    if handler.name is None or not isinstance(handler.name.name, cst.Name):
        return False
    about = {handler.name.name.value}
    for item in inside([handler.body]):
        match item:
            case cst.Assign(targets=targets, value=value) if _mentions(value, about):
                about |= assigned_names(targets)
            case cst.If(test=test) | cst.IfExp(test=test) | cst.While(test=test) if _mentions(
                test, about
            ):
                return True
            case cst.Call(func=func, args=args) if _RECORDS.fullmatch(last_name(func)) is None:
                if any(
                    isinstance(arg.value, cst.Name) and arg.value.value in about for arg in args
                ):
                    return True
    return False


def _mentions(node: cst.CSTNode, names: set[str]) -> bool:
    return any(isinstance(item, cst.Name) and item.value in names for item in inside([node]))


def answer_goes_round(file: File, node: cst.CSTNode, body: cst.BaseSuite) -> bool:
    """Whether the work is done again after the branch `body` of a statement that looks at its
    outcome: a loop goes round, or the function calls itself."""
    function = file.function(node)
    for item in inside([body]):
        if isinstance(item, cst.Continue):
            return True
        if isinstance(item, cst.Return) and function is not None:
            return any(
                isinstance(part, cst.Call) and last_name(part.func) == function.name.value
                for part in inside([item])
            )
    if always_leaves(body):
        return False
    current: cst.CSTNode = node
    for parent in file.ancestors(node):
        if isinstance(parent, cst.FunctionDef):
            return False
        if isinstance(parent, (cst.For, cst.While)):
            return current is parent.body
        if isinstance(parent, cst.IndentedBlock):
            items: list[cst.CSTNode] = list(parent.body)
            rest = items[items.index(current) + 1 :]
            if any(isinstance(part, _LEAVING) for part in inside(rest)):
                return False
        if isinstance(parent, cst.Try) and current is parent.body:
            others = [part for part in (parent.orelse, parent.finalbody) if part is not None]
            if any(isinstance(part, _LEAVING) for part in inside(others)):
                return False
        current = parent
    return False
