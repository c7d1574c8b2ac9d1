"""`retry-swallows-cancellation`: a coroutine that starts again when it is cancelled."""

from __future__ import annotations

from surefoot.facts.kinds import Retry
from surefoot.linking.project import Project
from surefoot.linking.retried_functions import retried_functions
from surefoot.model import Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.retried import retries_cancellation
from surefoot.semantics.retries import Policy


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
