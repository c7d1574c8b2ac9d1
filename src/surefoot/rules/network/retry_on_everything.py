"""`retry-on-everything`: a retry for mistakes that no repetition mends."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Retry
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import Response
from surefoot.semantics.loop_shape import is_unconditional
from surefoot.semantics.remarks import gives_reason
from surefoot.semantics.retried import Errors
from surefoot.semantics.retries import Policy, policy_of
from surefoot.semantics.retry_loops import names_parameter, retry_loop

_MISTAKES = frozenset(
    {
        "builtins.AssertionError",
        "builtins.AttributeError",
        "builtins.ImportError",
        "builtins.NameError",
        "builtins.NotImplementedError",
        "builtins.SyntaxError",
        "builtins.TypeError",
    }
)


class RetryOnEverything(Rule):
    """A retry for every exception, mistakes in the code among them.

    A wrong argument, a missing key or a refused password fails the same way each time: the
    caller waits through all attempts for an answer that was known after the first, and the log
    shows the same traceback several times. Name the exceptions that another attempt can mend.
    A library's default, and a loop that leaves a record of each failure, are reported with low
    confidence; what the code tells a library with high.
    """

    code = "SF113"
    severity = Severity.WARNING
    facts = (Retry,)
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(Exception),
            )
            def load():
                return fetch()
            """
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def load():
                return fetch()
            """
        ),
        Bad(
            """
            import backoff

            @backoff.on_exception(backoff.expo, Exception, max_tries=3)
            def load():
                return fetch()
            """
        ),
        Bad(
            """
            import stamina

            @stamina.retry(on=(OSError, TypeError))
            def load():
                return fetch()
            """
        ),
        Bad(
            """
            from celery import shared_task

            @shared_task(autoretry_for=(Exception,), retry_backoff=True)
            def sync():
                return fetch()
            """
        ),
        Bad(
            """
            import time

            def load(client):
                for attempt in range(3):
                    try:
                        return client.fetch()
                    except Exception:
                        if attempt == 2:
                            raise
                        time.sleep(2 ** attempt)
            """
        ),
        Bad(
            """
            def call(function):
                tries = 5
                while tries > 0:
                    try:
                        function()
                        break
                    except (OSError, TypeError):
                        tries -= 1
            """
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type((requests.ConnectionError, OSError)),
            )
            def load():
                return fetch()
            """,
            because="the exceptions are named",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type((TypeError, ValueError)),
            )
            def load():
                return fetch()
            """,
            because="what cannot be mended is left out",
        ),
        Good(
            """
            import backoff

            @backoff.on_exception(backoff.expo, Exception, max_tries=3, giveup=is_permanent)
            def load():
                return fetch()
            """,
            because="`giveup` decides",
        ),
        Good(
            """
            from celery import shared_task

            @shared_task(autoretry_for=(Exception,), dont_autoretry_for=(ValueError,))
            def sync():
                return fetch()
            """,
            because="mistakes are left out",
        ),
        Good(
            """
            import time

            def load(client):
                for attempt in range(3):
                    try:
                        return client.fetch()
                    except ValueError:
                        raise
                    except Exception:
                        time.sleep(2 ** attempt)
                raise RuntimeError("no answer")
            """,
            because="another handler lets mistakes out",
        ),
        Good(
            """
            import time

            def load(client):
                for attempt in range(3):
                    try:
                        return client.fetch()
                    except Exception as error:
                        if not is_transient(error):
                            raise
                        time.sleep(2 ** attempt)
                raise RuntimeError("no answer")
            """,
            because="the handler looks at the exception",
        ),
        Good(
            """
            import time

            def load(client):
                for attempt in range(3):
                    try:
                        return client.fetch()
                    except Exception as error:
                        retryable = is_transient(error)
                        if attempt == 2 or not retryable:
                            raise
                        time.sleep(2 ** attempt)
            """,
            because="the handler decides by something computed from the exception",
        ),
        Good(
            """
            def write(client, rows, limit):
                for attempt in range(limit):
                    try:
                        client.write(rows)
                        break
                    except Exception as error:
                        handle_failure(error, attempt, limit)
            """,
            because="the function that is given the exception may raise it",
        ),
        Good(
            """
            import time

            def migrate(client):
                for attempt in range(3):
                    try:
                        return client.migrate()
                    except Exception:  # start-up must survive whatever the database says
                        time.sleep(2 ** attempt)
            """,
            because="a comment gives the reason",
        ),
        Good(
            """
            import time

            def wait_until_ready(client):
                for attempt in range(30):
                    try:
                        if client.status() == "ready":
                            return
                    except Exception:
                        client.note_failure()
                    time.sleep(1)
            """,
            because="a loop that waits for something is not a retry",
        ),
        Good(
            """
            import time

            def call(function, expected: type[BaseException] = Exception):
                for attempt in range(3):
                    try:
                        return function()
                    except expected:
                        time.sleep(2 ** attempt)
            """,
            because="the caller says what is retried",
        ),
        Good(
            """
            import backoff

            def resilient(expected: type[Exception]):
                return backoff.on_exception(backoff.expo, expected, max_tries=3)
            """,
            because="the caller of the function says what is retried",
        ),
        Good(
            """
            import time
            import urllib.request

            def wait_until_up(url):
                for attempt in range(20):
                    try:
                        urllib.request.urlopen(url, timeout=1)
                        return
                    except Exception:
                        time.sleep(1)
                raise TimeoutError(url)
            """,
            because="it waits for a server to start",
        ),
        Good(
            """
            import time

            def keep_connected(self):
                while True:
                    try:
                        self.connect()
                        break
                    except Exception:
                        if self.closed:
                            return
                        time.sleep(5)
            """,
            because="a loop that reconnects for as long as it takes must survive everything",
        ),
        Good(
            """
            import tenacity

            def build(condition):
                return tenacity.Retrying(retry=condition, stop=tenacity.stop_after_attempt(3))
            """,
            because="the condition is not known",
        ),
        Good(
            """
            from celery import shared_task

            @shared_task(max_retries=3)
            def sync():
                return fetch()
            """,
            because="nothing is retried by itself",
        ),
    )

    def visit_Decorator(self, node: cst.Decorator) -> None:
        if isinstance(node.decorator, cst.Call):
            return
        policy = policy_of(self.file.world, self.file.value(node.decorator))
        if policy is not None and self.file.name(node.decorator) and policy.enabled:
            told = _told(policy.errors, policy.name)
            if told is not None:
                self.report(node.decorator, told[0], confidence=told[1])

    def check_call(self, call: Call, fact: Retry) -> None:
        policy = Policy(call.shown, fact, call.arguments)
        if not policy.enabled or policy.attempts == 1 or self._is_up_to_caller(call, fact):
            return
        told = _told(policy.errors, policy.name)
        if told is not None:
            self.report(call, told[0], confidence=told[1])

    def _is_up_to_caller(self, call: Call, fact: Retry) -> bool:
        """Whether a parameter of the function around a call says what is retried."""
        if call.node is None:
            return False
        positional = [arg for arg in call.node.args if arg.keyword is None]
        return any(
            names_parameter(self.file, arg.value)
            for position, arg in enumerate([*positional, *call.node.args])
            if (arg.keyword is not None and arg.keyword.value == fact.on)
            or (position < len(positional) and position == fact.on_position)
        )

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        if loop is None or not loop.is_about_failures or loop.tells_apart:
            return
        if is_unconditional(node) or loop.awaits_something or loop.subject is None:
            return
        name = self.file.code(loop.subject.func)
        for handler in loop.again:
            if gives_reason([handler]):
                continue
            caught = loop.errors_of(handler)
            if caught.everything:
                text = f"`{name}` is tried again after any exception, mistakes in the code too"
            elif caught.names & _MISTAKES:
                text = f"`{name}` is tried again after {_listed(caught.names)}, a slip in the code"
            else:
                continue
            told = Response.REPORTS in loop.response
            self.report(handler, text, confidence=Confidence.LOW if told else Confidence.MEDIUM)


def _told(errors: Errors, name: str) -> tuple[str, Confidence] | None:
    if errors.filtered:
        return None
    if errors.everything:
        all_of_them = "every exception" if errors.stated else "every exception by default"
        text = f"`{name}` retries {all_of_them}, mistakes in the code too"
        return text, Confidence.HIGH if errors.stated else Confidence.LOW
    if errors.names & _MISTAKES:
        return f"`{name}` retries {_listed(errors.names)}, a slip in the code", Confidence.HIGH
    return None


def _listed(names: frozenset[str]) -> str:
    shown = sorted(name.removeprefix("builtins.") for name in names & _MISTAKES)
    return " and ".join(f"`{name}`" for name in shown)
