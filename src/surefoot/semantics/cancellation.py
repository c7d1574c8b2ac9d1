"""Cancellation of coroutines: where it is caught, and where that is right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import libcst as cst

from surefoot.facts.kinds import Reports
from surefoot.semantics.besteffort import is_call, is_leaving, only_lets_go
from surefoot.semantics.circumstances import is_teardown_name
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name

CANCELLATION = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "asyncio.tasks.CancelledError",
        "asyncio.futures.CancelledError",
        "trio.Cancelled",
    }
)
_STOPS = re.compile(r"_*(cancel|stop|abort|kill|terminate|shut_?down)(_.*|_*)")
_LOOKS = frozenset({"str", "repr", "type", "isinstance", "print", "format"})
_LOOPS = (cst.For, cst.While)


def awaits(nodes: Iterable[cst.CSTNode], *, but_clean_up: bool = False) -> bool:
    """Whether something is awaited in the code, in functions nested there apart; with
    `but_clean_up`, something other than calls that by their names end something."""
    for item in inside(nodes):
        match item:
            case cst.Await(expression=expression):
                if not (but_clean_up and is_teardown_name(last_name(expression))):
                    return True
            case cst.For(asynchronous=cst.Asynchronous()):
                return True
            case cst.With(asynchronous=cst.Asynchronous()):
                return True
            case cst.CompFor(asynchronous=cst.Asynchronous()):
                return True
    return False


def is_kept(file: File, handler: cst.ExceptHandler, exception: str) -> bool:
    """Whether the exception is stored, returned, or passed to something that is no record:
    then somebody else raises it."""
    for item in inside([handler.body]):
        if not (isinstance(item, cst.Name) and item.value == exception):
            continue
        for parent in file.ancestors(item):
            if isinstance(parent, (cst.Assign, cst.Return, cst.AnnAssign, cst.Yield)):
                return True
            if isinstance(parent, cst.Call):
                call = file.call(parent)
                name = call.name or ""
                if name.startswith("traceback.") or name.removeprefix("builtins.") in _LOOKS:
                    continue
                if call.fact(Reports) is None and not _is_log(parent):
                    return True
                break
            if isinstance(parent, (cst.BaseCompoundStatement, cst.Expr)):
                break
    return False


def _is_log(node: cst.Call) -> bool:
    func = node.func
    return isinstance(func, cst.Attribute) and "log" in last_name(func.value).lower()


def is_asked_for(file: File, statement: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether the cancellation caught is one that the code around asked for itself: it waits
    for tasks that it has stopped, or winds things down."""
    if is_leaving(file, statement) or only_lets_go(file, statement, work):
        return True
    if any(is_call(item) and _asks(file, item) for item in inside(work)):
        return True
    function = file.function(statement)
    if function is None:
        return False
    here = file.tree.place(statement)
    return any(
        is_call(item) and _STOPS.fullmatch(last_name(item.func)) and file.tree.place(item) < here
        for item in inside([function.body])
    )


def _asks(file: File, node: cst.Call) -> bool:
    if file.call(node).name in ("asyncio.shield", "asyncio.Task.uncancel"):
        return True
    return isinstance(node.func, cst.Attribute) and node.func.attr.value in (
        "cancel",
        "uncancel",
        "cancelling",
        "wait_closed",
    )


def ends_the_coroutine(file: File, statement: cst.CSTNode, answer: Sequence[cst.CSTNode]) -> bool:
    """Whether, after the answer to the cancellation, only clean-up is awaited, so that the task
    comes to its end as it was told to; or whether the answer decides when to end."""
    if any(isinstance(item, (cst.Return, cst.Break)) for item in inside(answer)):
        return True
    following = _following(file, statement, answer[-1] if answer else None)
    return following is not None and not awaits(following, but_clean_up=True)


def is_passed_on(file: File, statement: cst.CSTNode, answer: Sequence[cst.CSTNode]) -> bool:
    """Whether what comes after the answer to the cancellation raises, or cancels others."""
    parts: list[cst.CSTNode] = list(answer)
    current = statement
    for parent in file.ancestors(statement):
        if isinstance(parent, cst.FunctionDef):
            break
        if isinstance(parent, cst.IndentedBlock):
            items: list[cst.CSTNode] = list(parent.body)
            parts.extend(items[items.index(current) + 1 :])
        current = parent
    return any(
        isinstance(item, cst.Raise) or (is_call(item) and last_name(item.func) == "cancel")
        for item in inside(parts)
    )


def _following(
    file: File, statement: cst.CSTNode, last: cst.CSTNode | None
) -> list[cst.CSTNode] | None:
    """The statements that run after `statement`, whose handler ends with `last`, up to the end
    of the function; None where a loop goes round instead."""
    if isinstance(last, cst.Continue):
        return None
    found: list[cst.CSTNode] = []
    out_of_loop = isinstance(last, cst.Break)
    current = statement
    for parent in file.ancestors(statement):
        if isinstance(parent, cst.FunctionDef):
            break
        if isinstance(parent, cst.IndentedBlock) and not out_of_loop:
            items: list[cst.CSTNode] = list(parent.body)
            found.extend(items[items.index(current) + 1 :])
        if isinstance(parent, _LOOPS) and current is parent.body:
            if not out_of_loop:
                return None
            out_of_loop = False
        current = parent
    return found
