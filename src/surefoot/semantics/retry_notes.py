"""What one file tells the linker about retries: plain data of its loops and settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import libcst as cst

from surefoot.model import Note
from surefoot.semantics.circumstances import keeps_failures
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.retried import Errors, condition, either
from surefoot.semantics.retries import policy_of
from surefoot.semantics.retry_loops import retry_loop
from surefoot.semantics.summary import At, Symbol


@dataclass(frozen=True)
class Loop:
    """A retry loop as its file tells of it; `calls` are the places of the calls it repeats."""

    path: str
    place: int
    function: str
    attempts: float | None
    limit: Symbol
    first: int
    errors: Errors
    policy: Symbol
    raises: bool
    caught: bool
    wraps: bool
    calls: frozenset[int]


def loop_note(
    file: File, node: cst.For | cst.While, *, judging: bool = False, keys: Collection[str] = ()
) -> tuple[object, ...] | None:
    """Return the plain data about a loop that tries again, None for any other loop.

    `judging`: also for loops that look at some failures before they try again; what they try
    again is what they do not look at. `keys` are the variables that may be new each time, as
    for `retry_loop`.
    """
    caught = At.CAUGHT in file.at(node.body)
    if isinstance(node, cst.For):
        policy = file.symbol(node.iter)
        known = policy_of(file.world, file.value(node.iter))
        if known is not None and known.fact.form in ("context", "decorator", "policy"):
            calls = _exposed(file, node, [node.body])
            return ("loop", None, None, 0, (), False, True, policy, True, caught, False, calls)
    loop = retry_loop(file, node, keys)
    if loop is None or not loop.is_about_failures or (loop.tells_apart and not judging):
        return None
    if isinstance(node, cst.While) and loop.attempts is None and not judging:
        return None
    errors = loop.undecided if judging else loop.errors
    return (
        "loop",
        loop.attempts,
        file.symbol(loop.limit),
        loop.first,
        tuple(sorted(errors.names)),
        errors.everything,
        errors.unknown,
        None,
        loop.raises_at_last,
        caught,
        any(_is_outer_parameter(file, call) for call in loop.work),
        _exposed(file, loop.attempt, [loop.attempt.body]),
    )


def task_note(file: File, node: cst.Try) -> tuple[object, ...] | None:
    """Return the plain data about a `try` after whose failure a job asks to be run again
    (`raise self.retry()`), None for any other."""
    function = file.function(node)
    if function is None or not any(map(_is_task, function.decorators)):
        return None
    params = [*function.params.posonly_params, *function.params.params]
    again = [item for item in node.handlers if params and _asks_again(item, params[0].name.value)]
    if not again:
        return None
    errors = either(
        [
            condition(file.world, file.symbol(handler.type))
            if handler.type is not None
            else Errors(everything=True, stated=True)
            for handler in again
        ]
    )
    return (
        "task",
        None,
        None,
        0,
        tuple(sorted(errors.names)),
        errors.everything,
        errors.unknown,
        None,
        True,
        False,
        False,
        _exposed(file, node, [node.body]),
    )


def _is_task(decorator: cst.Decorator) -> bool:
    return last_name(decorator.decorator) in ("task", "shared_task", "periodic_task")


def _asks_again(handler: cst.ExceptHandler, job: str) -> bool:
    for item in inside([handler.body]):
        match item:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="retry"))
            ):
                return name == job
    return False


def setting_note(file: File, node: cst.Assign) -> tuple[object, ...] | None:
    """Return the name and the number a library's global for retries is set to."""
    for item in node.targets:
        if isinstance(item.target, cst.Attribute) and "retries" in item.target.attr.value:
            symbol = file.symbol(item.target)
            number = file.constant(node.value)
            if symbol is not None and symbol[0] == "n" and number is not None:
                return ("setting", symbol[1], number[0])
    return None


def _exposed(file: File, top: cst.CSTNode, nodes: Iterable[cst.CSTNode]) -> tuple[int, ...]:
    """The places of the calls in nodes whose failures reach `top`."""
    return tuple(
        file.tree.place(item)
        for item in inside(nodes)
        if isinstance(item, cst.Call) and not _is_kept(file, item, top)
    )


def _is_kept(file: File, node: cst.CSTNode, top: cst.CSTNode) -> bool:
    current = node
    for parent in file.ancestors(node):
        if parent is top:
            return False
        if isinstance(parent, cst.ExceptHandler):
            return True
        if isinstance(parent, cst.Try) and current is parent.body and keeps_failures(parent):
            return True
        current = parent
    return False


def _is_outer_parameter(file: File, call: cst.Call) -> bool:
    """Whether what is called is a parameter of a function around the one it is called in."""
    if not isinstance(call.func, cst.Name):
        return False
    scope = file.scope(call)
    owner = scope.find(call.func.value)
    own = scope.function
    return (
        owner is not None
        and owner is not own
        and any(binding.kind == "param" for binding in owner.bindings[call.func.value])
    )


def loop_of(note: Note, path: str, module: str) -> Loop:
    """Return the loop that a note of `loop_note` in a file describes."""
    _, attempts, limit, first, names, everything, unknown, policy, *rest = note.data
    raises, caught, wraps, calls = rest
    errors = Errors(frozenset(names), bool(everything), True, False, bool(unknown))  # type: ignore[call-overload]
    return Loop(
        path=path,
        place=note.place,
        function=f"{module}.{note.scope}" if module and note.scope else module or note.scope,
        attempts=attempts,  # type: ignore[arg-type]
        limit=limit,  # type: ignore[arg-type]
        first=first,  # type: ignore[arg-type]
        errors=errors,
        policy=policy,  # type: ignore[arg-type]
        raises=bool(raises),
        caught=bool(caught),
        wraps=bool(wraps),
        calls=frozenset(calls),  # type: ignore[call-overload]
    )
