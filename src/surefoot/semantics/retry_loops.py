"""Hand-written retries: loops that do the same work again when it fails."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import Blocking, Coroutine, Timeout
from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    Response,
    body_of,
    inside,
    is_logger,
    last_name,
    reaction,
)
from surefoot.semantics.loop_shape import (
    assigned_names,
    attempt_of,
    bound_of,
    flag_of,
    goes_round,
    is_unconditional,
    leaving,
    looks_at,
    outside_records,
)
from surefoot.semantics.retried import COLLISION, DATA_ERROR, Errors, condition, either
from surefoot.semantics.retries import FOREVER

_OUTSIDE = frozenset(
    {
        "builtins.BrokenPipeError",
        "builtins.ConnectionAbortedError",
        "builtins.ConnectionError",
        "builtins.ConnectionRefusedError",
        "builtins.ConnectionResetError",
        "builtins.EnvironmentError",
        "builtins.IOError",
        "builtins.OSError",
        "builtins.TimeoutError",
    }
)
_STILL_WAITING = frozenset(
    {
        "concurrent.futures.TimeoutError",
        "multiprocessing.TimeoutError",
        "queue.Empty",
        "queue.Full",
    }
)
"""What tells that something of the same process is not there yet."""
_PROMPT = re.compile(r"(?i)_*(raw_)?(input|prompt|confirm|ask|getpass|getch|question)(_.*)?")
_POLLS = re.compile(
    r"(get|put)_nowait|recv(from|_into|msg|_json|_multipart)?|read(line|into|1)?|[bx]?read|"
    r"poll|accept|receive|select|a?next|popleft|bl?pop|br?pop|wait(pid|_for)?|communicate|"
    r"acquire|join"
)
_AWAITING = re.compile(r"(?i)wait|poll|until|ready|alive")
_WAITS = re.compile(r"(?i).*(sleep|backoff|back_off|wait|delay|pause|throttle|jitter).*")
_COUNTS = re.compile(r"(?i).*(retr|attempt|tries|\btry\b).*")
_REMOTE = re.compile(
    r"(?i)_*(async_)?(re)?(connect|request|send|fetch|post|call|query|execute|invoke|publish|"
    r"download|upload|login|authenticate|urlopen|get|put|patch|delete|update|refresh|func|fn|"
    r"function|method|coro|target|create_connection|subscribe|produce|rpc|api|load|push|pull|"
    r"commit|open_connection)(_.*)?"
)


@dataclass(frozen=True)
class RetryLoop:
    """A loop that leaves when its work succeeds, and goes round again when it fails.

    `attempt` holds the work, `again` its handlers after which it is tried again. `counter`
    is the name that counts the attempts, `limit` the expression that bounds them.
    """

    file: File
    node: cst.For | cst.While
    attempt: cst.Try
    again: tuple[cst.ExceptHandler, ...]
    counter: str | None
    limit: cst.BaseExpression | None
    first: int

    @cached_property
    def attempts(self) -> float | None:
        """The number of attempts; `FOREVER` for `while True` without a way out, None unknown."""
        if self.limit is not None:
            constant = self.file.constant(self.limit)
            if constant is not None and isinstance(constant[0], int):
                return float(constant[0] - self.first)
            return None
        return FOREVER if self.endless else None

    @cached_property
    def endless(self) -> bool:
        """Whether nothing but success ends it."""
        if not is_unconditional(self.node) and not self._ends_by_flag:
            return False
        work = {self.attempt.body, self.attempt.orelse}
        for statement in body_of(self.node.body):
            if statement is self.attempt:
                parts: list[cst.CSTNode] = list(self.attempt.handlers)
                if self.attempt.finalbody is not None:
                    parts.append(self.attempt.finalbody)
            elif isinstance(statement, (cst.Return, cst.Break)):
                continue
            elif isinstance(statement, cst.With):
                parts = [
                    item for item in inside([statement]) if isinstance(item, cst.ExceptHandler)
                ]
            else:
                parts = [statement]
            for item in inside(part for part in parts if part not in work):
                if isinstance(item, (cst.Return, cst.Raise, cst.Break)):
                    return False
        stopping = Response.RAISES | Response.ACTS
        return not self.response & stopping and not self._asks_event()

    @cached_property
    def _ends_by_flag(self) -> bool:
        """Whether the variable that ends the loop is set by success and nothing else."""
        flag = flag_of(self.node)
        if flag is None or not isinstance(self.success_value, cst.Assign):
            return False
        others = [*self.attempt.handlers, *body_of(self.node.body)]
        return not any(
            flag in assigned_names(inside([item])) for item in others if item is not self.attempt
        )

    def _asks_event(self) -> bool:
        """Whether it waits on something that can be set from outside."""
        return any(
            isinstance(call.func, cst.Attribute)
            and call.func.attr.value in ("wait", "is_set", "wait_for")
            for call in self._calls([self.node])
        )

    @cached_property
    def response(self) -> Response:
        """What is done about a failure, sleeping aside."""
        found = Response.NOTHING
        for handler in self.again:
            exception = handler.name.name if handler.name is not None else None
            name = exception.value if isinstance(exception, cst.Name) else None
            statements = [
                item for item in body_of(handler.body) if not self._is_only_waiting(item, name)
            ]
            found |= reaction(self.file, statements, exception=name).response
        return found

    def _is_only_waiting(self, statement: cst.CSTNode, exception: str | None) -> bool:
        """Whether a statement is a wait, and not one that may raise the exception it is given."""
        calls = list(self._calls([statement]))
        if not isinstance(statement, cst.Expr) or not calls or not self.is_wait(calls[0]):
            return False
        return not any(
            isinstance(item, cst.Name) and item.value == exception for item in inside([statement])
        )

    @cached_property
    def waits(self) -> bool:
        """Whether something in the loop may wait between two attempts."""
        return any(self.is_wait(call) for call in self._calls([self.node]))

    @cached_property
    def wait_grows(self) -> bool:
        """Whether the wait is computed anew, so that it may grow."""
        for call in self._calls([self.node]):
            if self.is_wait(call) and call.args:
                return self.file.constant(call.args[0].value) is None
        return False

    def is_wait(self, call: cst.Call) -> bool:
        """Whether a call, by its facts or its name, waits."""
        fact = self.file.call(call).fact(Blocking)
        if fact is not None and fact.what == "sleep":
            return True
        return _WAITS.fullmatch(last_name(call.func)) is not None

    @cached_property
    def errors(self) -> Errors:
        """What is tried again."""
        return either([self.errors_of(handler) for handler in self.again])

    def errors_of(self, handler: cst.ExceptHandler) -> Errors:
        """What one of its handlers catches; unknown where a parameter says it."""
        if handler.type is None:
            return Errors(everything=True, stated=True)
        if names_parameter(self.file, handler.type):
            return Errors(unknown=True)
        return condition(self.file.world, self.file.symbol(handler.type))

    @cached_property
    def is_about_failures(self) -> bool:
        """Whether what is retried is a failure of something outside, as far as can be seen."""
        errors = self.errors
        words = [last_name(item) for item in _caught(self.again)]
        if any(COLLISION.search(word) for word in words):
            return False
        if errors.names and errors.names <= _STILL_WAITING and not errors.unknown:
            return False
        if words and all(DATA_ERROR.search(word) for word in words):
            return False
        if errors.everything or words == [] or set(errors.names) & _OUTSIDE:
            return self._counts_attempts or self._works_outside
        return not all(name.startswith("builtins.") for name in errors.names)

    @cached_property
    def _counts_attempts(self) -> bool:
        named = [self.counter or ""]
        if self.limit is not None:
            named.extend(
                last_name(item)
                for item in inside([self.limit])
                if isinstance(item, (cst.Name, cst.Attribute))
            )
        if isinstance(self.node, cst.While):
            named.extend(
                item.value for item in inside([self.node.test]) if isinstance(item, cst.Name)
            )
        return any(_COUNTS.fullmatch(name) for name in named)

    @cached_property
    def _works_outside(self) -> bool:
        for call in self._calls([self.attempt.body]):
            known = self.file.call(call)
            blocking = known.fact(Blocking)
            if blocking is not None and blocking.what in ("network", "database"):
                return True
            if known.fact(Timeout) is not None or known.fact(Coroutine) is not None:
                return True
            if _REMOTE.fullmatch(last_name(call.func)) and self.waits:
                return True
        return False

    @cached_property
    def subject(self) -> cst.Call | None:
        """The call that stands for the work: one that leaves the process where there is one."""
        calls = [
            call
            for call in self.work
            if not (self.file.name(call) or "").startswith("builtins.")
            and not (isinstance(call.func, cst.Attribute) and is_logger(call.func.value))
        ]
        return max(calls, key=self._weight, default=None)

    def _weight(self, call: cst.Call) -> int:
        known = self.file.call(call)
        blocking = known.fact(Blocking)
        if blocking is not None and blocking.what in ("network", "database"):
            return 3
        if known.fact(Timeout) is not None:
            return 3
        makes = last_name(call.func)[:1].isupper()
        if isinstance(self.file.parent(call), (cst.Await, cst.Return)) and not makes:
            return 2
        return 1 if _REMOTE.fullmatch(last_name(call.func)) else 0

    @property
    def awaits_something(self) -> bool:
        """Whether, by the name of its function, it waits until something is there."""
        function = self.file.function(self.node)
        return function is not None and _AWAITING.search(function.name.value) is not None

    @cached_property
    def tells_apart(self) -> bool:
        """Whether failures are looked at to decide: another handler leaves the loop, a test
        asks about the exception, or it is handed to a function that may raise."""
        if len(self.attempt.handlers) > len(self.again):
            return True
        return any(looks_at(handler) for handler in self.again)

    @property
    def undecided(self) -> Errors:
        """What is tried again by the handlers that do not look at the exception first."""
        return either([self.errors_of(item) for item in self.again if not looks_at(item)])

    @property
    def work(self) -> Iterator[cst.Call]:
        """The calls that are made again."""
        return self._calls([self.attempt.body])

    @cached_property
    def success_value(self) -> cst.Return | cst.Break | cst.Assign | None:
        """The statement that leaves the loop when the work has succeeded."""
        return leaving(self.node, self.attempt)

    @cached_property
    def afterwards(self) -> list[cst.CSTNode] | None:
        """The statements that run when all attempts have failed, up to the end of the
        function; None where that is not known."""
        found: list[cst.CSTNode] = []
        if self.node.orelse is not None:
            found.append(self.node.orelse)
        current: cst.CSTNode = self.node
        for parent in self.file.ancestors(current):
            match parent:
                case cst.IndentedBlock():
                    items: list[cst.CSTNode] = list(parent.body)
                    found.extend(items[items.index(current) + 1 :])
                case cst.FunctionDef():
                    return found
                case cst.Try():
                    found.extend(item for item in (parent.orelse, parent.finalbody) if item)
                case cst.If() | cst.Else() | cst.With() | cst.Finally() | cst.ExceptHandler():
                    pass
                case _:
                    return None
            current = parent
        return None

    @cached_property
    def raises_at_last(self) -> bool:
        """Whether an exception may come out when all attempts have failed."""
        after = [*self.again, *(self.afterwards or ())]
        return any(isinstance(item, cst.Raise) for item in inside(after))

    def _calls(self, nodes: Iterable[cst.CSTNode]) -> Iterator[cst.Call]:
        return (item for item in inside(nodes) if isinstance(item, cst.Call))


def names_parameter(file: File, expression: cst.CSTNode) -> bool:
    """Whether an expression mentions a parameter: the caller says what it is."""
    for item in inside([expression]):
        if isinstance(item, cst.Name):
            owner = file.scope(item).find(item.value)
            bindings = owner.bindings[item.value] if owner is not None else []
            if any(binding.kind == "param" for binding in bindings):
                return True
    return False


def retry_loop(
    file: File, node: cst.For | cst.While, keys: Collection[str] = ()
) -> RetryLoop | None:
    """Return what a loop is as a retry; None for loops over candidates, prompts, consumers.

    Work that is done with new `keys` each time, names of variables, is the same work.
    """
    if node.asynchronous is not None if isinstance(node, cst.For) else False:
        return None
    attempt = attempt_of(node)
    if attempt is None or leaving(node, attempt) is None:
        return None
    counter, limit, first = bound_of(file, node)
    if isinstance(node, cst.For) and limit is None and not is_unconditional(node):
        return None
    again = tuple(handler for handler in attempt.handlers if goes_round(node, attempt, handler))
    if not again:
        return None
    loop = RetryLoop(file, node, attempt, again, counter, limit, first)
    return None if _asks(loop) or _does_something_else_each_time(loop, keys) else loop


def _asks(loop: RetryLoop) -> bool:
    """Whether somebody is asked in the loop, something is looked at until it is there, or work
    that succeeds goes round as well."""
    if any(isinstance(item, cst.Continue) for item in inside([loop.attempt.body])):
        return True
    function = loop.file.function(loop.node)
    if function is not None and function.name.value in ("__next__", "__anext__"):
        return True
    for item in inside([loop.node]):
        if isinstance(item, cst.Call) and _PROMPT.fullmatch(last_name(item.func)):
            return True
    return any(_POLLS.fullmatch(last_name(call.func)) for call in loop.work)


def _does_something_else_each_time(loop: RetryLoop, keys: Collection[str]) -> bool:
    """Whether the work depends on the turn: on the counter, on what a handler assigns, or on
    what, `keys` aside, is fetched anew before the work."""
    changed: set[str] = {loop.counter} if loop.counter is not None else set()
    before: list[cst.CSTNode] = []
    for statement in body_of(loop.node.body):
        if statement is loop.attempt:
            break
        before.append(statement)
    for item in inside([*before, *(handler.body for handler in loop.again)]):
        match item:
            case cst.Assign(targets=targets, value=value):
                called = any(isinstance(part, cst.Call) for part in inside([value]))
                if called and any(isinstance(each.target, cst.Attribute) for each in targets):
                    return True
    for handler in loop.again:
        changed |= assigned_names(inside([handler.body]))
    for statement in before:
        if any(isinstance(item, cst.Call) for item in inside([statement])):
            changed |= assigned_names(inside([statement]))
    changed.difference_update(keys)
    return any(
        isinstance(item, cst.Name) and item.value in changed
        for item in outside_records(loop.attempt.body)
    )


def _caught(handlers: Iterable[cst.ExceptHandler]) -> list[cst.CSTNode]:
    """The expressions that name what handlers catch."""
    found: list[cst.CSTNode] = []
    for handler in handlers:
        match handler.type:
            case cst.Tuple(elements=elements):
                found.extend(element.value for element in elements)
            case cst.BaseExpression() as single:
                found.append(single)
    return found
