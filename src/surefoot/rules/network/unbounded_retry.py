"""`unbounded-retry`: a retry that never gives up."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import libcst as cst

from surefoot.edits.retries import limited
from surefoot.facts.kinds import Retry, RetrySettings
from surefoot.model import Defaults, Fix, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside
from surefoot.semantics.retries import Policy, policy_of
from surefoot.semantics.retry_loops import retry_loop
from surefoot.semantics.summary import At


class UnboundedRetry(Rule):
    """A retry that never gives up.

    While the other side is down, every caller stays in the loop: threads, connections and
    memory pile up, nobody is told, and no fallback is ever tried. Set the number of attempts,
    or a deadline, after which the error comes out.
    """

    code = "SF111"
    severity = Severity.ERROR
    facts = (Retry,)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry
            def load():
                return fetch()
            """,
            fixed="""
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(5))
            def load():
                return fetch()
            """,
            defaults=Defaults(retries=5),
        ),
        Bad(
            """
            import requests
            import tenacity

            @tenacity.retry(
                wait=tenacity.wait_random_exponential(max=10),
                retry=tenacity.retry_if_exception_type(requests.ConnectionError),
            )
            def depots():
                return requests.get("https://example.com/depots", timeout=5)
            """,
            fixed="""
            import requests
            import tenacity

            @tenacity.retry(
                wait=tenacity.wait_random_exponential(max=10),
                retry=tenacity.retry_if_exception_type(requests.ConnectionError),
                stop=tenacity.stop_after_attempt(5),
            )
            def depots():
                return requests.get("https://example.com/depots", timeout=5)
            """,
            defaults=Defaults(retries=5),
        ),
        Bad(
            """
            import tenacity

            def load():
                for attempt in tenacity.Retrying(stop=tenacity.stop_never):
                    with attempt:
                        return fetch()
            """,
            fixed="""
            import tenacity

            def load():
                for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(5)):
                    with attempt:
                        return fetch()
            """,
            defaults=Defaults(retries=5),
        ),
        Bad(
            """
            import backoff
            import requests

            @backoff.on_exception(backoff.expo, requests.RequestException)
            def load(url):
                return requests.get(url, timeout=5)
            """
        ),
        Bad(
            """
            import stamina

            @stamina.retry(on=OSError, attempts=None, timeout=None)
            def load():
                return fetch()
            """
        ),
        Bad(
            """
            from celery import shared_task

            @shared_task(autoretry_for=(ConnectionError,), max_retries=None)
            def sync():
                return fetch()
            """
        ),
        Bad(
            """
            import time

            def hang(db):
                while True:
                    try:
                        return db.connect()
                    except ConnectionError:
                        time.sleep(1)
            """
        ),
        Bad(
            """
            import logging
            import time

            import requests

            def load(url):
                done = False
                while True:
                    try:
                        response = requests.get(url, timeout=5)
                        break
                    except requests.RequestException as error:
                        logging.warning("no answer: %s", error)
                        time.sleep(5)
                return response
            """
        ),
        Bad(
            """
            from celery import shared_task

            @shared_task(bind=True, max_retries=None)
            def push(self, item):
                try:
                    send(item)
                except ConnectionError as error:
                    raise self.retry(exc=error, countdown=10)
            """
        ),
        Bad(
            """
            import time

            def connect(client):
                connected = False
                while not connected:
                    try:
                        client.connect()
                        connected = True
                    except ConnectionError:
                        time.sleep(1)
            """
        ),
        Good(
            """
            import tenacity

            LIMIT = tenacity.stop_after_attempt(5) | tenacity.stop_after_delay(30)

            @tenacity.retry(stop=LIMIT)
            def load():
                return fetch()
            """,
            because="it stops after five attempts or thirty seconds",
        ),
        Good(
            """
            import tenacity

            def build(**options):
                return tenacity.Retrying(**options)
            """,
            because="`options` may hold the bound",
        ),
        Good(
            """
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_time=60)
            def load():
                return fetch()
            """,
            because="a minute is a bound",
        ),
        Good(
            """
            import stamina

            @stamina.retry(on=OSError, attempts=None)
            def load():
                return fetch()
            """,
            because="stamina still stops after 45 seconds",
        ),
        Good(
            """
            from celery import shared_task

            @shared_task(max_retries=None)
            def sync():
                return fetch()
            """,
            because="without `autoretry_for` nothing is retried by the decorator",
        ),
        Good(
            """
            from celery import shared_task

            @shared_task(bind=True, max_retries=8)
            def push(self, item):
                try:
                    send(item)
                except ConnectionError as error:
                    raise self.retry(exc=error)
            """,
            because="the task runs at most nine times",
        ),
        Good(
            """
            import time

            def worker(queue, sink):
                while True:
                    item = queue.get()
                    try:
                        sink(item)
                    except ConnectionError:
                        time.sleep(1)
            """,
            because="a worker takes a new item each turn",
        ),
        Good(
            """
            def ask():
                while True:
                    try:
                        return int(input("how many? "))
                    except ValueError:
                        print("a number, please")
            """,
            because="somebody is asked until the answer makes sense",
        ),
        Good(
            """
            import time

            def connect(db, limit):
                tries = 0
                while True:
                    try:
                        return db.connect()
                    except ConnectionError:
                        tries += 1
                        if tries > limit:
                            raise
                        time.sleep(1)
            """,
            because="the handler gives up",
        ),
        Good(
            """
            def connect(db, stopped):
                while not stopped.is_set():
                    try:
                        return db.connect()
                    except ConnectionError:
                        stopped.wait(1)
            """,
            because="it can be stopped from outside",
        ),
        Good(
            """
            import asyncio

            async def keep_connected(client):
                delay = 1
                while True:
                    try:
                        await client.connect()
                        return
                    except ConnectionError:
                        await asyncio.sleep(delay)
                        delay = min(delay * 2, 60)
            """,
            because="a task that reconnects with growing waits ends when it is cancelled",
        ),
        Good(
            """
            import queue
            import time

            def take(jobs):
                while True:
                    try:
                        return jobs.get_nowait()
                    except queue.Empty:
                        time.sleep(0.1)
            """,
            because="waiting for work is not trying again",
        ),
    )

    def visit_Decorator(self, node: cst.Decorator) -> None:
        if isinstance(node.decorator, cst.Call):
            return
        policy = policy_of(self.file.world, self.file.value(node.decorator))
        if policy is not None and self.file.name(node.decorator) and _is_endless(policy):
            fact = self.file.fact(RetrySettings, node.decorator)
            self.report(node.decorator, _message(policy), fix_data=_settings(fact))

    def check_call(self, call: Call, fact: Retry) -> None:
        if At.DEADLINE in call.at:
            return
        policy = Policy(call.shown, fact, call.arguments)
        if _is_endless(policy) or (policy.bounded is False and self._asks_again(call, fact)):
            settings = _settings(call.fact(RetrySettings))
            self.report(call, _message(policy), fix_data=settings)

    def _asks_again(self, call: Call, fact: Retry) -> bool:
        """Whether the decorated function itself asks for another run: `self.retry()`."""
        decorator = self.file.parent(call.node) if call.node is not None else None
        function = self.file.parent(decorator) if decorator is not None else None
        if fact.runs_again is None or not isinstance(function, cst.FunctionDef):
            return False
        first = next(iter(function.params.params), None)
        return first is not None and any(
            isinstance(item.value, cst.Name) and item.value.value == first.name.value
            for item in inside([function.body])
            if isinstance(item, cst.Attribute) and item.attr.value == fact.runs_again
        )

    def fix_at(self, node: Any, *settings: Any) -> Fix:
        return limited(self.file, node, RetrySettings(*settings), self.defaults)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        if loop is None or not loop.endless or not loop.is_about_failures:
            return
        if At.DEADLINE in self.file.at(loop.attempt):
            return
        if self.file.in_async(node) and loop.wait_grows:
            return
        if loop.subject is not None:
            name = self.file.code(loop.subject.func)
            self.report(loop.again[0], f"`{name}` is tried again for ever while it fails")


def _settings(fact: RetrySettings | None) -> tuple[object, ...] | None:
    return astuple(fact) if fact is not None else None


def _is_endless(policy: Policy) -> bool:
    return policy.bounded is False and policy.enabled


def _message(policy: Policy) -> str:
    return f"`{policy.name}` retries for ever: nothing bounds the attempts or the time"
