"""Guarded work: statements whose failure is caught, and whether that may pass unnoticed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import ChangesDisk, Fact, Mutates, Resource, RunsCommand, Timeout
from surefoot.model import Confidence, Severity
from surefoot.semantics.besteffort import (
    is_call,
    is_leaving,
    is_lenient,
    is_retried,
    is_telemetry,
    marks_success,
    only_converts,
    only_imports,
    only_lets_go,
    only_looks,
    only_records,
)
from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    ANYTHING,
    Reaction,
    Response,
    assigned,
    body_of,
    caught_by,
    inside,
    last_name,
    reaction,
    spelling,
)
from surefoot.semantics.literals import is_blank, is_false, is_none, is_verdict
from surefoot.semantics.prepared import is_asked_later, is_missed, prepared
from surefoot.semantics.remarks import gives_reason, is_lenient_text

_LOOPS = (cst.For, cst.While)
_OUTSIDE: frozenset[type[Fact]] = frozenset({ChangesDisk, Mutates, Resource, RunsCommand, Timeout})
_ABOVE = 8
_BUILDS = re.compile(r"(^|/)(setup|build_ext)\.py$")
"""Scripts that build a package: no service runs them."""


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
    def confidence(self) -> Confidence:
        """High where the work is known to reach out of the process; what only computes may be
        meant to fail now and then."""
        calls = (item for item in inside(self.work) if type(item) is cst.Call)
        if any(not _OUTSIDE.isdisjoint(self.file.call(item).facts) for item in calls):
            return Confidence.HIGH
        return Confidence.MEDIUM

    @property
    def statement(self) -> cst.CSTNode:
        """The whole `try` or `with` statement."""
        parent = self.file.parent(self.node)
        return parent if isinstance(self.node, cst.ExceptHandler) and parent else self.node

    @cached_property
    def reaction(self) -> Reaction:
        """What is done when the work fails, where the code goes on to only then included."""
        first = reaction(
            self.file,
            self.answer,
            exception=self.exception,
            computed=lambda: assigned(self.file, self._whole),
            enough=ANYTHING,
        )
        if first.response or any(target is None for target, _ in first.defaults):
            return first
        if not self.answer or all(isinstance(item, (cst.Pass, cst.Expr)) for item in self.answer):
            ready = prepared(self.file, self.statement, self.work, self.success)
            if ready is not None:
                return ready
        rest = self.after_failure
        if not rest:
            return first
        then = reaction(self.file, rest, enough=ANYTHING)
        return Reaction(then.response, (*first.defaults, *then.defaults))

    @cached_property
    def success_leaves(self) -> type[cst.CSTNode] | None:
        """`Return` or `Break` if work that does not fail ends with that statement."""
        return _leaves(self._whole)

    @cached_property
    def after_failure(self) -> list[cst.CSTNode]:
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
    def _tells_success(self) -> bool:
        """Whether success is returned as a literal: the caller learns which of the two it was."""
        given = [item.value for item in inside(self._whole) if isinstance(item, cst.Return)]
        return bool(given) and all(is_blank(value) and not is_none(value) for value in given)

    @cached_property
    def tells_failure(self) -> bool:
        """Whether the default can be told from a result, and code or signature says so."""
        if self.default is None:
            return False
        target, value = self.default
        if target is None:
            return (
                self._tells_success
                or (is_none(value) and self._may_be_none)
                or (is_false(value) and self._gives_verdict)
            )
        return any(
            self._is_tested(spelling(self.file, target))
            for target, value in self.reaction.defaults
            if target is not None
            and (is_none(value) or is_false(value) or isinstance(value, cst.SimpleString))
        )

    @cached_property
    def _gives_verdict(self) -> bool:
        """Whether the function answers a question: where in doubt, with no."""
        function = self.file.function(self.node)
        if function is None:
            return False
        if function.returns is not None:
            return last_name(function.returns.annotation) == "bool"
        return all(
            is_verdict(item.value)
            for item in inside([function.body])
            if isinstance(item, cst.Return)
        )

    def _is_tested(self, name: str) -> bool:
        function = self.file.function(self.node)
        scope = function.body if function is not None else self.file.tree.module
        for item in inside([scope]):
            match item:
                case cst.If(test=test) | cst.IfExp(test=test) | cst.While(test=test):
                    operands = [test]
                case cst.BooleanOperation(left=left, right=right):
                    operands = [left, right]
                case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                    operands = [inner]
                case cst.Comparison(left=left, comparisons=[only]) if is_none(only.comparator):
                    operands = [left]
                case cst.Call(func=cst.Name(value="isinstance"), args=[first, *_]):
                    operands = [first.value]
                case _:
                    continue
            if any(_asks(self.file, operand, name) for operand in operands):
                return True
        return False

    @cached_property
    def _may_be_none(self) -> bool:
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
        file, node, whole = self.file, self.node, self._whole
        return (
            marks_success(whole)
            or only_looks(file, self.work)
            or is_lenient(file, node, self.work)
            or only_lets_go(file, node, whole)
            or only_records(file, whole)
            or (self.success_leaves is not None and is_retried(file, self.statement, self.work))
            or is_missed(file, self.statement, whole)
            or is_asked_later(file, self.statement, self.work)
        )

    @property
    def _whole(self) -> list[cst.CSTNode]:
        return [*self.work, *self.success]

    # -- how bad, and what to call it ----------------------------------------------------

    def severity(self, base: Severity) -> Severity | None:
        """Return the severity: a remark when one circumstance speaks for the author, one level
        less for each further one; None where nothing is left to say."""
        if only_imports(self.work):
            return None if self._has_reason else Severity.INFO
        speaks_for = sum(
            (
                self._has_reason,
                only_converts(self.file, self.work),
                self._is_secondary,
                self._is_hoped_for,
                _BUILDS.search(self.file.path) is not None and "setuptools" in self.file.text,
                is_leaving(self.file, self.node),
                is_telemetry(self.file, self.node, self.work),
            )
        )
        if not speaks_for:
            return base
        level = min(int(base) - speaks_for, int(Severity.INFO))
        return Severity(level) if level > 0 else None

    @property
    def _is_hoped_for(self) -> bool:
        """Whether success is what is raised for: the work asks whether it would fail."""
        return any(isinstance(part, cst.Raise) for part in self.success)

    @property
    def _next(self) -> Sequence[cst.CSTNode]:
        """The statements that come after this one in its block, and the one behind each `if`
        around it."""
        found: list[cst.CSTNode] = []
        current: cst.CSTNode = self.statement
        for parent in self.file.ancestors(current):
            if isinstance(parent, (cst.IndentedBlock, cst.Module)):
                items: list[cst.CSTNode] = list(parent.body)
                after = items[items.index(current) + 1 :]
                found.extend(after if current is self.statement else after[:1])
            elif not isinstance(parent, (cst.If, cst.Else)):
                break
            current = parent
        return found

    @cached_property
    def _is_secondary(self) -> bool:
        """Whether another failure, which is not silent, is being handled here or told next."""
        if any(
            isinstance(part, cst.Raise)
            for item in self._next
            if isinstance(item, cst.SimpleStatementLine)
            for part in item.body
        ):
            return True
        for parent in self.file.ancestors(self.statement):
            if isinstance(parent, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                return False
            if isinstance(parent, cst.ExceptHandler):
                told = Response.RAISES | Response.REPORTS | Response.KEEPS | Response.SUBSTITUTES
                name = parent.name.name if parent.name is not None else None
                exception = name.value if isinstance(name, cst.Name) else None
                found = reaction(self.file, [parent.body], exception=exception, enough=told)
                return bool(found.response & told)
        return False

    @cached_property
    def _has_reason(self) -> bool:
        """Whether the author says why failure does not matter: in the handler in any words,
        around it or in the docstring in words of failure."""
        function = self.file.function(self.node)
        if function is not None:
            if is_lenient_text(function.get_docstring() or ""):
                return True
            if gives_reason(_first_lines(function.body), of_failure=True):
                return True
        if is_lenient_text(self._said_above) or self._is_excused_around:
            return True
        if isinstance(self.node, cst.ExceptHandler):
            statement = self.statement
            assert isinstance(statement, cst.Try)
            around = [*statement.leading_lines, statement.body]
            return gives_reason([self.node]) or gives_reason(around, of_failure=True)
        body = self.node.body
        head = body.header if isinstance(body, cst.IndentedBlock) else body
        return gives_reason([*self.node.leading_lines, head]) or gives_reason(
            [body], of_failure=True
        )

    @property
    def _said_above(self) -> str:
        """The comments in the few lines before the statement, as far as its function goes."""
        function = self.file.function(self.statement)
        first = self.file.extent(function)[0] if function is not None else 0
        line = self.file.extent(self.statement)[0]
        lines = [self.file.line(at).strip() for at in range(max(first + 1, line - _ABOVE), line)]
        return " ".join(text.lstrip("# ") for text in lines if text.startswith("#"))

    @property
    def _is_excused_around(self) -> bool:
        """Whether a handler around the statement, which is silent about anything too, gives a
        reason."""
        current = self.statement
        for parent in self.file.ancestors(current):
            if isinstance(parent, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                return False
            if isinstance(parent, cst.Try) and current is parent.body:
                return any(
                    caught_by(self.file, handler).everything
                    and gives_reason([handler], of_failure=True)
                    and guarded_by(self.file, handler).reaction.response is Response.NOTHING
                    for handler in parent.handlers
                )
            current = parent
        return False

    @cached_property
    def described(self) -> str:
        """What the work is, in the words of its author: "`client.send` and 2 other calls"."""
        calls = [item for item in inside(self.work) if is_call(item)]
        inner = {item for call in calls for item in inside(list(call.args)) if is_call(item)}
        names = list(dict.fromkeys(self._called(call) for call in calls if call not in inner))
        if not names:
            return "the import" if only_imports(self.work) else "this block"
        others = len(names) - 1
        if others == 0:
            return f"`{names[0]}`"
        return f"`{names[0]}` and {others} other call{'s' if others > 1 else ''}"

    def _called(self, call: cst.Call) -> str:
        code = " ".join(self.file.code(call.func).split())
        return code if len(code) <= 60 and "(" not in code else last_name(call.func)


def _asks(file: File, operand: cst.CSTNode, name: str) -> bool:
    """Whether a test asks what a name holds, itself or a function for it."""
    if isinstance(operand, cst.Call) and operand.args:
        return any(spelling(file, argument.value) == name for argument in operand.args)
    return spelling(file, operand) == name


def guarded_by(file: File, handler: cst.ExceptHandler) -> Guarded:
    """Return the work a handler guards."""
    return file.once(_guarded_by, handler)


def _guarded_by(file: File, handler: cst.ExceptHandler) -> Guarded:
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


def _first_lines(body: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """The lines above the first statement of a block."""
    first = body.body[0] if isinstance(body, cst.IndentedBlock) and body.body else None
    return getattr(first, "leading_lines", ())
