"""`retry-unless-retries-success`: a call that succeeded is made again."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import import_name, replace
from surefoot.facts.kinds import RetryPart
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call

_ENDS = re.compile(r"(?i)stop|done|finish|complet|exit|interrupt|cancel|empty|end(of|ed|$)|eof")


class RetryUnlessRetriesSuccess(Rule):
    """A condition that reads "all exceptions but these" calls again after success too.

    `retry_unless_exception_type` goes on until the named exception is raised: a call that
    succeeds is made again as if it had failed, up to the last attempt, and then `RetryError` is
    raised in place of the result. Use `retry_if_not_exception_type`.
    """

    code = "SF118"
    severity = Severity.ERROR
    facts = (RetryPart,)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(4),
                wait=tenacity.wait_random_exponential(max=30),
                retry=tenacity.retry_unless_exception_type(ValueError),
                reraise=True,
            )
            def charge(order):
                return pay(order)
            """,
            fixed="""
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(4),
                wait=tenacity.wait_random_exponential(max=30),
                retry=tenacity.retry_if_not_exception_type(ValueError),
                reraise=True,
            )
            def charge(order):
                return pay(order)
            """,
        ),
        Bad(
            """
            from tenacity.retry import retry_unless_exception_type

            PERMANENT = (KeyError, PermissionError)
            condition = retry_unless_exception_type(PERMANENT)
            """,
            fixed="""
            from tenacity import retry_if_not_exception_type
            from tenacity.retry import retry_unless_exception_type

            PERMANENT = (KeyError, PermissionError)
            condition = retry_if_not_exception_type(PERMANENT)
            """,
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(4),
                retry=tenacity.retry_if_not_exception_type(ValueError),
            )
            def charge(order):
                return pay(order)
            """,
            because="success ends it",
        ),
        Good(
            """
            import tenacity

            condition = tenacity.retry_if_exception_type(OSError) & (
                tenacity.retry_unless_exception_type(PermissionError)
            )
            """,
            because="the other condition holds for failures only",
        ),
        Good(
            """
            import tenacity

            condition = tenacity.retry_all(
                tenacity.retry_if_exception_type(OSError),
                tenacity.retry_unless_exception_type(PermissionError),
            )
            """,
            because="the other condition holds for failures only",
        ),
        Good(
            """
            import tenacity

            class NothingLeft(Exception):
                pass

            class QueueDone(Exception):
                pass

            @tenacity.retry(retry=tenacity.retry_unless_exception_type(QueueDone))
            def work(queue):
                queue.step()
            """,
            because="the function is meant to run until it says that there is no more to do",
        ),
    )

    def check_call(self, call: Call, fact: RetryPart) -> None:
        if not fact.succeeded or self._is_joined(call.node):
            return
        given = call.arguments.positional or list(call.arguments.keywords.values())
        shown = [str(symbol) for symbol in given]
        if any(_ENDS.search(text) for text in shown):
            return
        name = call.shown.rpartition(".")[2]
        self.report(
            call,
            f"`{name}` calls again after success too, until that exception is raised",
            fix_data=(fact.instead,) if fact.instead is not None else None,
        )

    def fix_at(self, node: Any, instead: str) -> Fix:
        """Name the condition that asks only about failures."""
        module, _, name = instead.rpartition(".")
        written = import_name(self.file, node, module, name)
        edits = replace(self.file, node.func, written.text)
        title = f"Retry by `{name}`, failures only"
        return Fix(title, (*edits, *written.edits), Safety.UNSAFE)

    def _is_joined(self, node: cst.CSTNode | None) -> bool:
        """Whether another condition must hold as well."""
        if node is None:
            return False
        parent = self.file.parent(node)
        match parent:
            case cst.BinaryOperation(operator=cst.BitAnd()):
                return True
            case cst.Arg():
                around = self.file.parent(parent)
                return self.file.fact(RetryPart, around) is not None
        return False
