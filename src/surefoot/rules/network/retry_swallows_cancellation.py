"""`retry-swallows-cancellation`: a coroutine that starts again when it is cancelled."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits.cancellation import pass_on
from surefoot.facts.kinds import Retry
from surefoot.linking.project import Project
from surefoot.linking.retried_functions import retried_functions
from surefoot.model import Fix, Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.cancellation import awaits, is_asked_for, is_passed_on
from surefoot.semantics.handlers import body_of, caught_by
from surefoot.semantics.loop_shape import looks_at
from surefoot.semantics.retried import CANCELLING, retries_cancellation
from surefoot.semantics.retries import Policy
from surefoot.semantics.retry_loops import RetryLoop, retry_loop


class RetrySwallowsCancellation(Rule):
    """A coroutine that starts again when it is cancelled.

    `CancelledError` is no `Exception`, but a policy that retries "everything except" is given
    every `BaseException`: at shutdown, or when a timeout passes, the work is begun anew, and who
    cancelled it waits until all attempts are used up. Name what is retried, or add
    `asyncio.CancelledError` to what is not.
    """

    code = "SF119"
    severity = Severity.WARNING
    facts = (Retry,)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type(ValueError),
            )
            async def load(client):
                return await client.fetch()
            """
        ),
        Bad(
            """
            import tenacity

            async def load(client):
                async for attempt in tenacity.AsyncRetrying(
                    retry=tenacity.retry_if_not_exception_type((KeyError, ValueError)),
                    stop=tenacity.stop_after_attempt(3),
                ):
                    with attempt:
                        return await client.fetch()
            """
        ),
        Bad(
            """
            import backoff

            @backoff.on_exception(backoff.expo, BaseException, max_tries=3)
            async def load(client):
                return await client.fetch()
            """
        ),
        Bad(
            """
            # file: policies.py
            import tenacity

            patient = tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type(ValueError),
            )
            # file: service.py
            from policies import patient

            @patient
            async def load(client):
                return await client.fetch()
            """
        ),
        Bad(
            """
            import asyncio

            async def load(client):
                for attempt in range(3):
                    try:
                        return await client.fetch()
                    except BaseException:
                        await asyncio.sleep(2 ** attempt)
                raise RuntimeError("gave up")
            """,
            fixed="""
            import asyncio

            async def load(client):
                for attempt in range(3):
                    try:
                        return await client.fetch()
                    except asyncio.CancelledError:
                        raise
                    except BaseException:
                        await asyncio.sleep(2 ** attempt)
                raise RuntimeError("gave up")
            """,
        ),
        Bad(
            """
            import asyncio

            async def load(client):
                for attempt in range(3):
                    try:
                        return await client.fetch()
                    except:
                        if attempt == 2:
                            raise
                        await asyncio.sleep(1)
            """,
            fixed="""
            import asyncio

            async def load(client):
                for attempt in range(3):
                    try:
                        return await client.fetch()
                    except asyncio.CancelledError:
                        raise
                    except:
                        if attempt == 2:
                            raise
                        await asyncio.sleep(1)
            """,
        ),
        Good(
            """
            import asyncio

            async def load(client):
                for attempt in range(3):
                    try:
                        return await client.fetch()
                    except asyncio.CancelledError:
                        raise
                    except BaseException:
                        await asyncio.sleep(2 ** attempt)
                raise RuntimeError("gave up")

            async def save(client):
                for attempt in range(3):
                    try:
                        return await client.save()
                    except Exception:
                        await asyncio.sleep(2 ** attempt)
                raise RuntimeError("gave up")

            async def send(client):
                for attempt in range(3):
                    try:
                        return await client.send()
                    except BaseException as error:
                        if not isinstance(error, Exception):
                            raise
                        await asyncio.sleep(2 ** attempt)
                raise RuntimeError("gave up")
            """,
            because="cancellation gets out",
        ),
        Good(
            """
            import asyncio

            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type((ValueError, asyncio.CancelledError)),
            )
            async def load(client):
                return await client.fetch()
            """,
            because="cancellation is left out",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type(ValueError),
            )
            def load(client):
                return client.fetch()
            """,
            because="a plain function is not cancelled",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(),
            )
            async def load(client):
                return await client.fetch()

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            async def save(client):
                return await client.save()
            """,
            because="every `Exception` is retried, and `CancelledError` is none",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError)
                & tenacity.retry_if_not_exception_type(PermissionError),
            )
            async def load(client):
                return await client.fetch()
            """,
            because="the other condition leaves it out",
        ),
        Good(
            """
            import tenacity

            def build(spared):
                @tenacity.retry(retry=tenacity.retry_if_not_exception_type(spared))
                async def load(client):
                    return await client.fetch()
                return load
            """,
            because="what is left out is not known",
        ),
    )

    def check_call(self, call: Call, fact: Retry) -> None:
        if fact.form == "context" and call.in_async and call.node is not None:
            policy = Policy(call.shown, fact, call.arguments)
            if _is_deaf(policy):
                function = call.function.rpartition(".")[2]
                self.report(call, _message(function, policy))

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        """Report a loop that goes on after cancellation, and raises something in the end."""
        if not self.file.in_async(node):
            return
        loop = retry_loop(self.file, node)
        if loop is None or loop.subject is None or not awaits([loop.attempt.body]):
            return
        for handler in loop.attempt.handlers:
            if not caught_by(self.file, handler).names & CANCELLING:
                continue
            if handler in loop.again and not looks_at(handler) and self._raises(loop, handler):
                name = self.file.code(loop.subject.func)
                self.report(handler, f"`{name}` is tried again when it is cancelled", fix_data=())
            return

    def fix_at(self, node: Any) -> Fix | None:
        return pass_on(self.file, node)

    def _raises(self, loop: RetryLoop, handler: cst.ExceptHandler) -> bool:
        """Whether the loop was not meant to outlive cancellation: something is raised at last."""
        work, answer = body_of(loop.attempt.body), body_of(handler.body)
        if is_asked_for(self.file, loop.attempt, work):
            return False
        return is_passed_on(self.file, loop.attempt, answer)

    def link(self, project: Project) -> None:
        for retried in retried_functions(project):
            policy = retried.policy
            if not retried.function.is_async or not policy.fact.works_on_async:
                continue
            if not retried.function.is_generator and _is_deaf(policy):
                note = Note(self.name, retried.place, retried.name)
                self.report(note, _message(retried.shown, policy), path=retried.path)


def _is_deaf(policy: Policy) -> bool:
    fact = policy.fact
    if fact.on is None or not policy.enabled or policy.attempts == 1:
        return False
    symbol = policy.arguments.symbol(fact.on, fact.on_position)
    return retries_cancellation(policy.arguments.world, symbol)


def _message(function: str, policy: Policy) -> str:
    return f"`{policy.name}` starts `{function}` again when it is cancelled"
