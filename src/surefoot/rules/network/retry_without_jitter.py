"""`retry-without-jitter`: all who failed at once come back at once."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import import_name, remove_argument, replace
from surefoot.facts.kinds import Retry, RetryPart
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside
from surefoot.semantics.retries import Policy
from surefoot.semantics.retry_loops import retry_loop

_RANDOM = re.compile(r"(?i)random|jitter|secrets|uniform|randint|shuffle")


class RetryWithoutJitter(Rule):
    """All who failed at once come back at once.

    When a peer goes down, every client starts to wait at the same moment, and with equal delays
    all of them call again at the same moment: the peer is knocked over each time it gets up. Add
    a random part to each delay.
    """

    code = "SF126"
    severity = Severity.INFO
    default = False
    facts = (Retry,)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_exponential(max=8)
            )
            def load(client):
                return client.fetch()
            """,
            fixed="""
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random_exponential(max=8)
            )
            def load(client):
                return client.fetch()
            """,
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                wait=tenacity.wait_chain(tenacity.wait_fixed(1), tenacity.wait_fixed(5)),
            )
            def load(client):
                return client.fetch()
            """
        ),
        Bad(
            """
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=3, jitter=None)
            def load(client):
                return client.fetch()
            """,
            fixed="""
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=3)
            def load(client):
                return client.fetch()
            """,
        ),
        Bad(
            """
            from celery import shared_task

            @shared_task(autoretry_for=(OSError,), retry_backoff=True, retry_jitter=False)
            def load():
                fetch()
            """
        ),
        Bad(
            """
            from urllib3.util import Retry

            policy = Retry(total=3, backoff_factor=1)
            """
        ),
        Bad(
            """
            import time

            import requests

            def load(url):
                for attempt in range(3):
                    try:
                        return requests.get(url, timeout=3)
                    except requests.ConnectionError:
                        time.sleep(2 ** attempt)
                raise RuntimeError(url)
            """
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_random_exponential(max=8)
            )
            def load(client):
                return client.fetch()

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                wait=tenacity.wait_fixed(3) + tenacity.wait_random(0, 2),
            )
            def save(client):
                return client.save()

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                wait=tenacity.wait_combine(tenacity.wait_fixed(3), tenacity.wait_random(0, 2)),
            )
            def send(client):
                return client.send()
            """,
            because="there is a random part",
        ),
        Good(
            """
            import backoff
            import stamina

            @backoff.on_exception(backoff.expo, OSError, max_tries=3)
            def load(client):
                return client.fetch()

            @stamina.retry(on=OSError)
            def save(client):
                return client.save()
            """,
            because="these libraries add a random part by default",
        ),
        Good(
            """
            from urllib3.util import Retry

            policy = Retry(total=3, backoff_factor=1, backoff_jitter=0.5)
            at_once = Retry(total=3)
            """,
            because="there is a random part, or no wait at all",
        ),
        Good(
            """
            import random
            import time

            import requests

            def load(url):
                for attempt in range(3):
                    try:
                        return requests.get(url, timeout=3)
                    except requests.ConnectionError:
                        time.sleep(2 ** attempt + random.random())
                raise RuntimeError(url)
            """,
            because="there is a random part",
        ),
        Good(
            """
            import time

            import requests

            def load(url, delays):
                for attempt in range(3):
                    try:
                        return requests.get(url, timeout=3)
                    except requests.ConnectionError:
                        time.sleep(next(delays))
                raise RuntimeError(url)
            """,
            because="nobody knows what the delays are",
        ),
    )

    def check_call(self, call: Call, fact: Retry) -> None:
        policy = Policy(call.shown, fact, call.arguments)
        if policy.enabled and policy.attempts != 1 and policy.waits and policy.is_random is False:
            self.report(
                call,
                f"`{policy.name}` makes all who failed together wait equally long",
                fix_data=(fact.jitter if fact.random else (), fact.wait),
            )

    def fix_at(self, node: Any, jitter: tuple[str, ...], waits: tuple[str, ...]) -> Fix | None:
        """Take away what switches the library's own jitter off, or wait by the random twin."""
        for argument in node.args:
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if keyword in jitter and self.file.constant(argument.value) == (None,):
                edits = remove_argument(self.file, node, argument)
                return Fix(f"Leave `{keyword}` to the library", edits, Safety.UNSAFE)
            if keyword not in waits or not isinstance(argument.value, cst.Call):
                continue
            part = self.file.fact(RetryPart, argument.value)
            if part is not None and part.with_jitter is not None:
                module, _, name = part.with_jitter.rpartition(".")
                written = import_name(self.file, node, module, name)
                edits = replace(self.file, argument.value.func, written.text)
                title = f"Wait for a random time, by `{name}`"
                return Fix(title, (*edits, *written.edits), Safety.UNSAFE)
        return None

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        function = self.file.function(node)
        if loop is None or not loop.is_about_failures or function is None:
            return
        for item in inside([node.body]):
            if isinstance(item, cst.Call) and item.args and loop.is_wait(item):
                if self._is_known(item.args[0].value) and not self._is_random(function):
                    code = self.file.code(item)
                    self.report(item, f"`{code}` makes all who failed together wait equally long")
                return

    def _is_known(self, delay: cst.BaseExpression) -> bool:
        """Whether a delay is a number, or a power."""
        if self.file.constant(delay) is not None:
            return True
        return any(
            isinstance(item, cst.BinaryOperation)
            and isinstance(item.operator, (cst.Power, cst.LeftShift))
            for item in inside([delay])
        )

    def _is_random(self, function: cst.FunctionDef) -> bool:
        first, last = self.file.extent(function)
        return any(_RANDOM.search(self.file.line(number)) for number in range(first, last + 1))
