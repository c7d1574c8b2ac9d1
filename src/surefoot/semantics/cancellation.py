"""Cancellation of coroutines: where it is caught, and where that is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst

from surefoot.facts.kinds import Reports
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.summary import At

CANCELLATION = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "asyncio.tasks.CancelledError",
        "asyncio.futures.CancelledError",
        "trio.Cancelled",
    }
)
_LOOKS = frozenset({"str", "repr", "type", "isinstance", "print", "format"})
_LOOPS = (cst.For, cst.While)


def awaits(nodes: Iterable[cst.CSTNode]) -> bool:
    """Whether something is awaited in the code, in functions nested there apart."""
    return any(
        isinstance(item, cst.Await)
        or (isinstance(item, (cst.For, cst.With, cst.CompFor)) and item.asynchronous is not None)
        for item in inside(nodes)
    )


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
    for tasks that it has cancelled, or winds things down."""
    if At.TEARDOWN in file.at(statement) or "shutdown" in file.role(statement):
        return True
    if any(isinstance(item, cst.Call) and _asks(file, item) for item in inside(work)):
        return True
    function = file.function(statement)
    if function is None:
        return False
    before = file.tree.place(statement)
    return any(
        isinstance(item, cst.Call)
        and isinstance(item.func, cst.Attribute)
        and item.func.attr.value == "cancel"
        and file.tree.place(item) < before
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
    """Whether nothing more is awaited after the answer to the cancellation, so that the task
    comes to its end as it was told to."""
    last = answer[-1] if answer else None
    if isinstance(last, cst.Return):
        return True
    following = _following(file, statement, last)
    return following is not None and not awaits(following)


def raises_afterwards(file: File, statement: cst.CSTNode, answer: Sequence[cst.CSTNode]) -> bool:
    """Whether something is raised in what comes after the answer to the cancellation."""
    following = _following(file, statement, answer[-1] if answer else None)
    return following is not None and any(isinstance(item, cst.Raise) for item in inside(following))


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
