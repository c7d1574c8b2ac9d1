"""`retry-without-backoff`: attempts that follow each other at once."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import libcst as cst

from surefoot.edits.retries import paused, slowed
from surefoot.facts.kinds import BuiltInRetries, Fact, Retry, RetrySettings
from surefoot.model import Defaults, Fix, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import Response, inside, last_name
from surefoot.semantics.retried import COLLISION
from surefoot.semantics.retries import FOREVER, Policy, called, policy_of
from surefoot.semantics.retry_loops import retry_loop

_STALE_CONNECTION = 2
_LOOPS = (cst.For, cst.While)


class RetryWithoutBackoff(Rule):
    """Attempts that follow each other at once.

    A peer that is overloaded or restarting fails all of them within the same instant, and
    gets several times the load when it can bear it least. Wait between attempts, longer each
    time and with some randomness. One immediate second attempt is left alone.
    """

    code = "SF112"
    severity = Severity.WARNING
    facts = (Retry, BuiltInRetries)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(5))
            def carriers():
                return fetch()
            """,
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry
            def carriers():
                return fetch()
            """,
            fixed="""
            import tenacity

            @tenacity.retry(wait=tenacity.wait_random_exponential(multiplier=2))
            def carriers():
                return fetch()
            """,
            defaults=Defaults(backoff=2),
        ),
        Bad(
            """
            from tenacity import Retrying, stop_after_attempt, wait_fixed

            def load():
                for attempt in Retrying(stop=stop_after_attempt(3), wait=wait_fixed(0)):
                    with attempt:
                        return fetch()
            """,
        ),
        Bad(
            """
            from retry import retry

            @retry(ConnectionError, tries=4)
            def load():
                return fetch()
            """,
            fixed="""
            from retry import retry

            @retry(ConnectionError, tries=4, delay=2)
            def load():
                return fetch()
            """,
            defaults=Defaults(backoff=2),
        ),
        Bad(
            """
            import urllib3

            policy = urllib3.Retry(total=5, status_forcelist=[502, 503])
            """,
            fixed="""
            import urllib3

            policy = urllib3.Retry(total=5, status_forcelist=[502, 503], backoff_factor=2)
            """,
            defaults=Defaults(backoff=2),
        ),
        Bad(
            """
            import requests
            from requests.adapters import HTTPAdapter

            session = requests.Session()
            session.mount("https://", HTTPAdapter(max_retries=5))
            """
        ),
        Bad(
            """
            import requests

            def load(url):
                for attempt in range(5):
                    try:
                        return requests.get(url, timeout=5)
                    except requests.ConnectionError:
                        continue
                raise RuntimeError("no answer")
            """,
            fixed="""
            import random
            import time

            import requests

            def load(url):
                for attempt in range(5):
                    try:
                        return requests.get(url, timeout=5)
                    except requests.ConnectionError:
                        time.sleep(random.uniform(0, 2 * 2**attempt))
                        continue
                raise RuntimeError("no answer")
            """,
            defaults=Defaults(backoff=2),
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_random_exponential(max=8)
            )
            def carriers():
                return fetch()
            """,
            because="the waits grow",
        ),
        Good(
            """
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=5)
            def load():
                return fetch()
            """,
            because="backoff always waits",
        ),
        Good(
            """
            import urllib3

            one = urllib3.Retry(total=1)
            none = urllib3.Retry(total=0)
            spread = urllib3.Retry(total=5, backoff_factor=0.5)
            """,
            because="one more attempt, none, and five that wait",
        ),
        Good(
            """
            import json

            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(json.JSONDecodeError),
            )
            def ask(model):
                return json.loads(model.ask())
            """,
            because="another answer may be well-formed, and nobody is overloaded",
        ),
        Good(
            """
            import urllib3

            parser = urllib3.Retry()
            wait = parser.parse_retry_after("120")
            """,
            because="nothing says that it is there to retry",
        ),
        Good(
            """
            import tenacity

            def build(**options):
                return tenacity.Retrying(stop=tenacity.stop_after_attempt(5), **options)
            """,
            because="`options` may hold the wait",
        ),
        Good(
            """
            import requests

            def load(hosts):
                for host in hosts:
                    try:
                        return requests.get(host, timeout=5)
                    except requests.ConnectionError:
                        continue
                raise RuntimeError("no answer")
            """,
            because="each turn asks another host",
        ),
        Good(
            """
            def next_id(db):
                for attempt in range(5):
                    try:
                        return db.insert_random_id()
                    except db.IntegrityError:
                        continue
                raise RuntimeError("no id")
            """,
            because="after a collision the next id is tried at once",
        ),
        Good(
            """
            import retrying
            import tenacity
            from shop.errors import UpdateConflict
            from sqlalchemy.orm.exc import StaleDataError

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(StaleDataError),
            )
            def book(order):
                return order.book()

            @retrying.retry(
                stop_max_attempt_number=4,
                retry_on_exception=lambda error: isinstance(error, UpdateConflict),
            )
            def move(order):
                return order.move()
            """,
            because="somebody else was quicker, and nobody is overloaded",
        ),
        Good(
            """
            import httpx

            client = httpx.Client(transport=httpx.HTTPTransport(retries=3))
            """,
            because="this transport waits longer and longer between two attempts to connect",
        ),
        Good(
            """
            from concurrent.futures import TimeoutError

            class Writer:
                def result(self, future):
                    while not self.closed:
                        try:
                            return self.done(future)
                        except TimeoutError:
                            continue
            """,
            because="the wait for a thread is only taken up again",
        ),
        Good(
            """
            import requests

            def load(url):
                for attempt in range(5):
                    try:
                        return requests.get(url, timeout=5)
                    except requests.ConnectionError as error:
                        back_off(attempt, error)
                raise RuntimeError("no answer")
            """,
            because="a function of unknown content may wait",
        ),
        Good(
            """
            import requests

            def load(base):
                for page in range(5):
                    try:
                        return requests.get(f"{base}/{page}", timeout=5)
                    except requests.ConnectionError:
                        continue
                raise RuntimeError("no answer")
            """,
            because="each turn asks for another page",
        ),
    )

    def visit_Decorator(self, node: cst.Decorator) -> None:
        if isinstance(node.decorator, cst.Call):
            return
        policy = policy_of(self.file.world, self.file.value(node.decorator))
        if policy is not None and self.file.name(node.decorator) and _hurries(policy):
            fact = self.file.fact(RetrySettings, node.decorator)
            self.report(node.decorator, _message(policy), fix_data=_settings(fact))

    def check_call(self, call: Call, fact: Fact) -> None:
        if isinstance(fact, Retry):
            policy = Policy(call.shown, fact, call.arguments)
            if fact.form == "policy" and not policy.is_configured:
                return
            if _hurries(policy) and not self._meets_collisions(call):
                settings = _settings(call.fact(RetrySettings))
                self.report(call, _message(policy), fix_data=settings)
        elif isinstance(fact, BuiltInRetries) and fact.connect_only and fact.attempts == 1:
            if fact.waits:
                return
            client = called(call.shown, fact, call.arguments, {})
            if client.connect_only and (client.attempts or 0) > _STALE_CONNECTION:
                times = _times(client.attempts)
                self.report(call, f"`{call.shown}` tries to connect {times} without any wait")

    def _meets_collisions(self, call: Call) -> bool:
        """Whether a lambda among the arguments asks for exceptions of a collision."""
        if call.node is None:
            return False
        lambdas = [arg.value for arg in call.node.args if isinstance(arg.value, cst.Lambda)]
        asked = [
            last_name(item.args[1].value)
            for item in inside([one.body for one in lambdas])
            if isinstance(item, cst.Call) and last_name(item.func) == "isinstance" and item.args[1:]
        ]
        return bool(asked) and all(map(COLLISION.search, asked))

    def fix_at(self, node: Any, *settings: Any) -> Fix | None:
        """Have the policy, or the handler after which it is tried again, wait."""
        if not isinstance(node, cst.ExceptHandler):
            return paused(self.file, node, RetrySettings(*settings), self.defaults)
        around = (each for each in self.file.ancestors(node) if isinstance(each, _LOOPS))
        loop = retry_loop(self.file, next(around))
        return slowed(self.file, loop, self.defaults) if loop is not None else None

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        if loop is None or loop.waits or not loop.is_about_failures:
            return
        if loop.attempts is not None and loop.attempts <= _STALE_CONNECTION:
            return
        if Response.ACTS in loop.response:
            return
        if loop.subject is not None:
            name = self.file.code(loop.subject.func)
            times = _times(loop.attempts)
            message = f"`{name}` is tried {times} without any wait"
            self.report(loop.again[0], message, fix_data=())


def _settings(fact: RetrySettings | None) -> tuple[object, ...] | None:
    return astuple(fact) if fact is not None else None


def _hurries(policy: Policy) -> bool:
    attempts = policy.attempts
    return (
        policy.waits is False
        and policy.enabled
        and not policy.errors.are_of_data
        and not policy.errors.are_collisions
        and (attempts is None or attempts > _STALE_CONNECTION)
    )


def _message(policy: Policy) -> str:
    return f"`{policy.name}` tries {_times(policy.attempts)} without any wait"


def _times(attempts: float | None) -> str:
    if attempts is None:
        return "again and again"
    return "for ever" if attempts == FOREVER else f"{attempts:.0f} times"
