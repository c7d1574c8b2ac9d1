"""Guarded work: statements whose failure is caught, and whether that may pass unnoticed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import RemovesPath
from surefoot.model import Severity
from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    Reaction,
    Response,
    assigned,
    body_of,
    inside,
    is_blank,
    last_name,
    reaction,
)
from surefoot.semantics.remarks import gives_reason
from surefoot.semantics.summary import At

_CLEANUP = re.compile(
    r"_*(force_|safe_)?(a?close|a?stop|shut_?down|disconnect|terminate|kill|killpg|quit|unlink|"
    r"rmtree|rollback|join|dispose|clean_?up|tear_?down|detach|wait_closed|__a?exit__|"
    r"unlock|logout|release|cancel|uninstall|close_all|remove_handler|removeHandler)"
    r"(_(connections?|client|session|socket|pool|all|transport|file|sync|async|nowait|safely))?_*"
)
_REMOVAL = re.compile(
    r"_*(delete|remove|discard|clear|reset|purge|unsubscribe|unregister|deregister|drain|wait|exit|"
    r"send_signal|pop|drop|destroy|untrack|revoke|release|cancel|stop|close|end|finish)(_.*|_*)"
)
_LENIENT_NAME = re.compile(
    r"_*(is|has|can|supports?|try|maybe|safe|safely)_.*|.*(_safe|_safely|_or_none|_or_default|"
    r"_or_empty|_best_effort)"
)
_LENIENT_METHODS = frozenset({"__del__", "__repr__", "__str__"})
_LOOPS = (cst.For, cst.While)


@dataclass(frozen=True)
class Guarded:
    """Work, and what happens when it fails.

    `node` is the handler or the `with` statement; `work` the statements it guards,
    `success` those that run only if they do not fail; `answer` those that run if they do.
    """

    file: File
    node: cst.ExceptHandler | cst.With
    work: Sequence[cst.CSTNode]
    success: Sequence[cst.CSTNode]
    answer: Sequence[cst.CSTNode]
    exception: str | None = None

    @property
    def statement(self) -> cst.CSTNode:
        """The whole `try` or `with` statement."""
        parent = self.file.parent(self.node)
        return parent if isinstance(self.node, cst.ExceptHandler) and parent else self.node

    @cached_property
    def reaction(self) -> Reaction:
        """What is done when the work fails, where the code goes on to only then included."""
        computed = assigned(self.file, [*self.work, *self.success])
        first = reaction(self.file, self.answer, exception=self.exception, computed=computed)
        if first.response or any(target is None for target, _ in first.defaults):
            return first
        rest = self._only_after_failure()
        if not rest:
            return first
        then = reaction(self.file, rest)
        return Reaction(then.response, (*first.defaults, *then.defaults))

    @cached_property
    def success_leaves(self) -> type[cst.CSTNode] | None:
        """`Return` or `Break` if work that does not fail ends with that statement."""
        return _leaves([*self.work, *self.success])

    def _only_after_failure(self) -> list[cst.CSTNode]:
        """The statements that run next when the work failed, and only then."""
        if self.success_leaves is None:
            return []
        last = self.answer[-1] if self.answer else None
        if isinstance(last, cst.Return):
            return []
        found: list[cst.CSTNode] = []
        skip_to_loop = isinstance(last, (cst.Continue, cst.Break))
        current = self.statement
        for parent in self.file.ancestors(current):
            if isinstance(parent, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                break
            if isinstance(parent, (cst.IndentedBlock, cst.Module)) and not skip_to_loop:
                following = parent.body[list(parent.body).index(current) + 1 :]  # type: ignore[arg-type]
                found.extend(following)
            if isinstance(parent, _LOOPS) and current is parent.body:
                if not isinstance(last, cst.Break) and parent.orelse is not None:
                    found.append(parent.orelse)
                if self.success_leaves is cst.Break:
                    break
                skip_to_loop = False
            current = parent
        return found

    @cached_property
    def is_silent(self) -> bool:
        """Whether nothing tells that the work failed, and nothing excuses that."""
        return self.reaction.response is Response.NOTHING and not self.is_excused

    @cached_property
    def default(self) -> tuple[cst.BaseExpression | None, cst.BaseExpression | None] | None:
        """The blank value that stands in for the result, with the target it is given to
        (None: it is returned); None where there is no result to stand in for."""
        for target, value in self.reaction.defaults:
            if target is not None or self._gives_values or not is_none(value):
                return target, value
        return None

    @cached_property
    def tells_success(self) -> bool:
        """Whether success is returned as a literal: the caller learns which of the two it was."""
        given = [
            item.value
            for item in inside([*self.work, *self.success])
            if isinstance(item, cst.Return)
        ]
        return bool(given) and all(is_blank(value) and not is_none(value) for value in given)

    @cached_property
    def may_be_none(self) -> bool:
        """Whether the function is declared to return None at times."""
        function = self.file.function(self.node)
        if function is None or function.returns is None:
            return False
        names = [
            item.value
            for item in inside([function.returns.annotation])
            if isinstance(item, cst.Name)
        ]
        return "None" in names or "Optional" in names

    @cached_property
    def _gives_values(self) -> bool:
        """Whether the function returns something other than None somewhere."""
        function = self.file.function(self.node)
        return function is not None and any(
            isinstance(item, cst.Return) and not is_none(item.value)
            for item in inside([function.body])
        )

    # -- why it may pass unnoticed -------------------------------------------------------

    @cached_property
    def is_excused(self) -> bool:
        """Whether failing in silence is the purpose here, as far as the code shows."""
        return (
            self.is_cleanup
            or self._is_record
            or self.is_retried
            or self._marks_success
            or self._is_lenient
        )

    @cached_property
    def is_import(self) -> bool:
        """Whether the work is nothing but imports and what is made known of them."""
        kinds = (cst.Import, cst.ImportFrom, cst.Assign, cst.Pass)
        return any(isinstance(item, kinds[:2]) for item in self.work) and all(
            isinstance(item, kinds) for item in self.work
        )

    @cached_property
    def is_cleanup(self) -> bool:
        """Whether the work only lets go of things."""
        at = self.file.at(self.node)
        leaving = bool(at & (At.TEARDOWN | At.HANDLER)) or "shutdown" in self.file.role(self.node)
        items = [*self.work, *self.success]
        return self._all_cleanup(items, leaving) and any(
            isinstance(item, cst.Call) for item in inside(items)
        )

    def _all_cleanup(self, items: Iterable[cst.CSTNode], leaving: bool) -> bool:
        return all(self._cleans(item, leaving) for item in items)

    def _cleans(self, item: cst.CSTNode, leaving: bool) -> bool:
        match item:
            case cst.Pass() | cst.Del() | cst.Expr(value=cst.BaseString()):
                return True
            case cst.Assign(value=value):
                return is_blank(value)
            case cst.Expr(value=value) | cst.Return(value=cst.BaseExpression() as value):
                return self._is_cleanup_call(value, leaving)
            case cst.If(body=body, orelse=orelse):
                rest = [orelse.body] if isinstance(orelse, cst.Else) else [orelse] if orelse else []
                return self._all_cleanup([*body_of(body)], leaving) and all(
                    self._all_cleanup(body_of(part), leaving)
                    if isinstance(part, cst.BaseSuite)
                    else self._cleans(part, leaving)
                    for part in rest
                )
            case cst.For(body=body) | cst.With(body=body):
                return self._all_cleanup(body_of(body), leaving)
        return False

    def _is_cleanup_call(self, node: cst.CSTNode, leaving: bool) -> bool:
        while isinstance(node, cst.Await):
            node = node.expression
        if not isinstance(node, cst.Call):
            return False
        call = self.file.call(node)
        if call.name is not None and call.fact(RemovesPath) is not None:
            return True
        if self.file.name(node.func) in ("asyncio.wait_for", "asyncio.shield") and node.args:
            return self._is_cleanup_call(node.args[0].value, leaving)
        name = last_name(node.func)
        if _CLEANUP.fullmatch(name):
            named = {"release", "cancel", "stop"}
            return leaving or not node.args or name not in named
        return leaving and _REMOVAL.fullmatch(name) is not None

    @cached_property
    def _is_record(self) -> bool:
        """Whether the work only leaves records for people: their failure has no other place."""
        return bool(self.work) and all(
            isinstance(item, cst.Expr)
            and isinstance(item.value, cst.Call)
            and reaction(self.file, [item]).response is Response.REPORTS
            for item in self.work
        )

    @cached_property
    def is_retried(self) -> bool:
        """Whether a loop runs the same work again until it does not fail."""
        if self.success_leaves is None and not self._marks_success:
            return False
        for parent in self.file.ancestors(self.statement):
            if isinstance(parent, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                return False
            if isinstance(parent, cst.While):
                return True
            if isinstance(parent, cst.For):
                wanted = {
                    item.value for item in inside([parent.target]) if isinstance(item, cst.Name)
                }
                return not any(
                    isinstance(item, cst.Name) and item.value in wanted
                    for item in inside(self.work)
                )
        return False

    @cached_property
    def _marks_success(self) -> bool:
        """Whether success is marked, so that failure shows by the missing mark."""
        items = [*self.work, *self.success]
        match items[-1] if items else None:
            case cst.Assign(value=cst.Name(value="True" | "False")):
                return True
        return False

    @cached_property
    def _is_lenient(self) -> bool:
        """Whether the function says by its name that it does not fail."""
        function = self.file.function(self.node)
        if function is None:
            return False
        name = function.name.value
        return name in _LENIENT_METHODS or _LENIENT_NAME.fullmatch(name) is not None

    # -- how bad, and what to call it ----------------------------------------------------

    def severity(self, base: Severity) -> Severity | None:
        """Return the severity: one level less for each circumstance that speaks for the
        author; None where nothing is left to say."""
        if self.is_import:
            return None if self._has_reason else Severity.INFO
        level = int(base) - self._has_reason - self.file.is_test
        return Severity(level) if level > 0 else None

    @cached_property
    def _has_reason(self) -> bool:
        if isinstance(self.node, cst.ExceptHandler):
            return gives_reason([self.node])
        body = self.node.body
        head = body.header if isinstance(body, cst.IndentedBlock) else body
        return gives_reason([*self.node.leading_lines, head])

    @cached_property
    def described(self) -> str:
        """What the work is, in the words of its author: "`client.send` and 2 other calls"."""
        calls = [item for item in inside(self.work) if isinstance(item, cst.Call)]
        inner = {
            item for call in calls for item in inside(list(call.args)) if isinstance(item, cst.Call)
        }
        names = dict.fromkeys(
            " ".join(self.file.code(call.func).split()) for call in calls if call not in inner
        )
        short = [name for name in names if len(name) <= 60 and "(" not in name]
        if not short:
            return "this block"
        others = len(names) - 1
        if others == 0:
            return f"`{short[0]}`"
        return f"`{short[0]}` and {others} other call{'s' if others > 1 else ''}"


def guarded_by(file: File, handler: cst.ExceptHandler) -> Guarded:
    """Return the work a handler guards."""
    statement = file.parent(handler)
    assert isinstance(statement, cst.Try)
    name = handler.name.name if handler.name is not None else None
    return Guarded(
        file=file,
        node=handler,
        work=body_of(statement.body),
        success=body_of(statement.orelse.body) if statement.orelse is not None else (),
        answer=body_of(handler.body),
        exception=name.value if isinstance(name, cst.Name) else None,
    )


def guarded_in(file: File, node: cst.With) -> Guarded:
    """Return the work in a `with` block whose failure the context manager swallows."""
    return Guarded(file=file, node=node, work=body_of(node.body), success=(), answer=())


def _leaves(items: Sequence[cst.CSTNode]) -> type[cst.CSTNode] | None:
    """Return how the last of statements leaves: `Return` or `Break`, on one way at least."""
    match items[-1] if items else None:
        case cst.Return():
            return cst.Return
        case cst.Break():
            return cst.Break
        case cst.With(body=body) | cst.Else(body=body) | cst.Try(body=body):
            return _leaves(body_of(body))
        case cst.If(body=body, orelse=orelse):
            return _leaves(body_of(body)) or (_leaves([orelse]) if orelse is not None else None)
        case cst.For(body=body) | cst.While(body=body):
            return cst.Return if _leaves(body_of(body)) is cst.Return else None
    return None


def is_none(node: cst.CSTNode | None) -> bool:
    """Whether an expression is missing or the literal None."""
    return node is None or (isinstance(node, cst.Name) and node.value == "None")
