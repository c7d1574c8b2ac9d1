"""`silent-retry-exhaustion`: nobody learns that all attempts have failed."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Reports, RetriesExhausted, Retry
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import Response, caught_by, inside, reaction
from surefoot.semantics.literals import is_blank
from surefoot.semantics.retry_loops import RetryLoop, retry_loop

_TOLD = Response.REPORTS | Response.RAISES | Response.ACTS | Response.KEEPS


class SilentRetryExhaustion(Rule):
    """Nobody learns that all attempts have failed.

    The caller goes on with `None`, or as if the work were done, and fails later at a place that
    has nothing to do with it, or not at all while data is lost. After the last attempt let
    the exception out, or record the failure and return something that says so.
    """

    code = "SF114"
    severity = Severity.ERROR
    facts = (Retry,)
    needs_tree = True
    examples = (
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                reraise=True,
                retry_error_callback=lambda state: None,
            )
            def fetch():
                return ask()
            """
        ),
        Bad(
            """
            import tenacity

            def give_up(state):
                return []

            @tenacity.retry(stop=tenacity.stop_after_attempt(3), retry_error_callback=give_up)
            def fetch():
                return ask()
            """
        ),
        Bad(
            """
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=3, raise_on_giveup=False)
            def fetch():
                return ask()
            """
        ),
        Bad(
            """
            import tenacity

            def load():
                try:
                    return fetch()
                except tenacity.RetryError:
                    return None
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
                    except requests.RequestException:
                        time.sleep(2 ** attempt)
            """
        ),
        Bad(
            """
            import time

            def send(client, message):
                for attempt in range(3):
                    try:
                        client.send(message)
                        break
                    except ConnectionError:
                        time.sleep(1)
            """
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry_error_callback=lambda state: state.outcome.result(),
            )
            def fetch():
                return ask()
            """,
            because="the outcome raises the exception of the last attempt",
        ),
        Good(
            """
            import logging

            import tenacity

            def give_up(state):
                logging.error("no answer after %s attempts", state.attempt_number)
                return []

            @tenacity.retry(stop=tenacity.stop_after_attempt(3), retry_error_callback=give_up)
            def fetch():
                return ask()
            """,
            because="the failure is recorded",
        ),
        Good(
            """
            import backoff

            @backoff.on_exception(
                backoff.expo, OSError, max_tries=3, raise_on_giveup=False, on_giveup=alert
            )
            def fetch():
                return ask()
            """,
            because="`on_giveup` is told",
        ),
        Good(
            """
            import logging

            import tenacity

            def load():
                try:
                    return fetch()
                except tenacity.RetryError:
                    logging.exception("no answer")
                    return None
            """,
            because="the failure is recorded",
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
                    except requests.RequestException:
                        if attempt == 2:
                            raise
                        time.sleep(2 ** attempt + random.random())
            """,
            because="the last attempt raises",
        ),
        Good(
            """
            import time

            import requests

            def load(url):
                for attempt in range(3):
                    try:
                        return requests.get(url, timeout=3)
                    except requests.RequestException:
                        time.sleep(2 ** attempt)
                raise RuntimeError("no answer")
            """,
            because="it is raised after the loop",
        ),
        Good(
            """
            import time

            def send(client, message):
                for attempt in range(3):
                    try:
                        client.send(message)
                        return True
                    except ConnectionError:
                        time.sleep(1)
                return False
            """,
            because="the caller is told",
        ),
        Good(
            """
            import time

            def send(client, message):
                for attempt in range(3):
                    try:
                        client.send(message)
                        break
                    except ConnectionError:
                        time.sleep(1)
                else:
                    raise RuntimeError("not sent")
            """,
            because="the `else` of the loop runs when no attempt succeeded",
        ),
        Good(
            """
            import time

            def update(store, limit):
                for attempt in range(limit):
                    try:
                        return store.put()
                    except ConnectionError as error:
                        handle_failure(error, attempt, limit)
                        time.sleep(1)
            """,
            because="the handler hands the failure on",
        ),
        Good(
            """
            from shop.retries import wait_or_raise

            async def send(socket, data, limit):
                for attempt in range(1, limit + 1):
                    try:
                        return await socket.send(data)
                    except ConnectionError as error:
                        await wait_or_raise(attempt=attempt, error=error, limit=limit)
            """,
            because="who is given the failure may raise it",
        ),
    )

    def check_call(self, call: Call, fact: Retry) -> None:
        told = any(call.arguments.has(name) for name in fact.told_by)
        for keyword, value in fact.swallow:
            given = call.arguments.constant(keyword)
            if given is not None and given[0] is value and not told:
                self.report(
                    call, f"`{call.shown}` returns None after the last attempt: `{keyword}={value}`"
                )
        if fact.callback is not None and call.node is not None:
            for argument in call.node.args:
                if argument.keyword is not None and argument.keyword.value == fact.callback:
                    self._judge_callback(argument.value, fact.callback)

    def _judge_callback(self, node: cst.BaseExpression, keyword: str) -> None:
        """Report a function that makes a plain value of the last failure."""
        if isinstance(node, cst.Lambda):
            result = node.body
        else:
            name = self.file.name(node)
            summary = self.file.world.function(name) if name is not None else None
            body = self.file.tree.nodes[summary.place] if summary is not None else None
            if not isinstance(body, cst.FunctionDef):
                return
            if reaction(self.file, [body.body], in_helper=True).response & _TOLD:
                return
            results = [item.value for item in inside([body.body]) if isinstance(item, cst.Return)]
            if any(value is not None and not is_blank(value) for value in results):
                return
            result = cst.Name("None")
        if is_blank(result):
            self.report(node, f"`{keyword}` turns the last failure into a plain value")
        elif isinstance(result, cst.Call) and self.file.fact(Reports, result) is not None:
            text = f"`{keyword}` turns the last failure into None, with a log record"
            self.report(node, text, severity=Severity.INFO)

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if node.type is None:
            return
        names = caught_by(self.file, node).names
        if not names or not all(self.file.world.fact(RetriesExhausted, name) for name in names):
            return
        exception = node.name.name.value if node.name is not None else None  # type: ignore[union-attr]
        answer = reaction(self.file, [node.body], exception=exception)
        if answer.response or any(target is not None for target, _ in answer.defaults):
            return
        shown = " or ".join(f"`{name}`" for name in sorted(names))
        self.report(node, f"{shown}: all attempts have failed, and nobody is told")

    def visit_For(self, node: cst.For) -> None:
        self._judge_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._judge_loop(node)

    def _judge_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        if loop is None or not loop.is_about_failures or not self._falls_off(loop):
            return
        if loop.subject is None:
            return
        name = self.file.code(loop.subject.func)
        if isinstance(loop.success_value, cst.Return):
            self.report(node, f"None is returned when every attempt of `{name}` has failed")
        else:
            self.report(node, f"nobody learns that every attempt of `{name}` has failed")

    def _falls_off(self, loop: RetryLoop) -> bool:
        """Whether the function ends after the last attempt as if nothing had happened."""
        if loop.attempts is not None and loop.attempts == float("inf"):
            return False
        after = loop.afterwards
        function = self.file.function(loop.node)
        if after or after is None or function is None or loop.response & _TOLD:
            return False
        if isinstance(loop.node, cst.While) and not _counts(loop.node):
            return False
        leaves = (cst.Return, cst.Break, cst.Raise)
        return not any(isinstance(item, leaves) for item in inside(loop.attempt.handlers))


def _counts(node: cst.While) -> bool:
    """Whether a `while` compares a number of attempts."""
    return any(isinstance(item, cst.Comparison) for item in inside([node.test]))
