"""`retry-after-ignored`: a peer says how long to wait, and nobody listens."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import ObeysRetryAfter, RateLimited
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import caught_by, inside
from surefoot.semantics.loop_shape import always_leaves, answer_goes_round
from surefoot.semantics.rate_limits import is_pause, minds_the_peer
from surefoot.semantics.repeated_requests import makes_again
from surefoot.semantics.statuses import (
    TOO_MANY,
    answer_of,
    asks_for_status,
    holds,
    names_status,
)


class RetryAfterIgnored(Rule):
    """A peer says how long to wait, and nobody listens.

    With the status 429 comes `Retry-After`. A client that waits a time of its own instead comes
    back too early, is refused again, uses its attempts up before the window opens, and on many
    services makes the ban longer. Wait as long as the header says, within a bound, and fall back
    on a growing delay where there is none.
    """

    code = "SF123"
    severity = Severity.WARNING
    facts = (ObeysRetryAfter,)
    examples = (
        Bad(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(5)
                        continue
                    return answer
                raise RuntimeError(url)
            """
        ),
        Bad(
            """
            import asyncio
            from http import HTTPStatus

            async def load(session, url):
                attempt = 0
                while attempt < 5:
                    async with session.get(url) as answer:
                        if answer.status in (HTTPStatus.TOO_MANY_REQUESTS, 503):
                            attempt += 1
                            await asyncio.sleep(1)
                            continue
                        return await answer.json()
                raise RuntimeError(url)
            """
        ),
        Bad(
            """
            import time

            class Client:
                def load(self, url):
                    answer = self.session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(30)
                        return self.load(url)
                    return answer
            """
        ),
        Bad(
            """
            import asyncio

            async def load(session, url, attempt=0):
                async with session.get(url) as answer:
                    if answer.status == 429 and attempt < 3:
                        await asyncio.sleep(1)
                        async with session.get(url) as again:
                            return await again.json()
                    return await answer.json()
            """
        ),
        Bad(
            """
            from urllib3.util import Retry

            policy = Retry(
                total=3, backoff_factor=1, status_forcelist=[429], respect_retry_after_header=False
            )
            """
        ),
        Good(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(min(int(answer.headers.get("Retry-After", 5)), 60))
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            because="the header says how long",
        ),
        Good(
            """
            import time

            class Client:
                def pause(self, answer):
                    time.sleep(min(int(answer.headers.get("Retry-After", 5)), 60))

                def load(self, session, url):
                    for attempt in range(3):
                        answer = session.get(url, timeout=3)
                        if answer.status_code == 429:
                            self.pause(answer)
                            continue
                        return answer
                    raise RuntimeError(url)
            """,
            because="a method reads the header",
        ),
        Good(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(seconds_to_wait(answer))
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            because="the function that is given the answer may read it",
        ),
        Good(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(float(answer.headers["X-RL-Reset"]) - time.time())
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            because="a header of the peer's own says how long",
        ),
        Good(
            """
            import time

            def load(session, url):
                answer = session.get(url, timeout=3)
                if answer.status_code == 429:
                    raise RuntimeError("too many calls")
                time.sleep(1)
                return answer
            """,
            because="it is not tried again",
        ),
        Good(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code >= 500:
                        time.sleep(2 ** attempt)
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            because="a server in trouble seldom says how long",
        ),
        Good(
            """
            from urllib3.util import Retry

            policy = Retry(total=3, backoff_factor=1, status_forcelist=[429])
            """,
            because="the policy obeys the header by default",
        ),
    )

    def check_call(self, call: Call, fact: ObeysRetryAfter) -> None:
        if call.arguments.constant(fact.parameter) == (False,):
            text = f"`{call.shown}` does not wait as long as the peer asks for in `Retry-After`"
            self.report(call, text)

    def visit_If(self, node: cst.If) -> None:
        if not asks_for_status(self.file, node):
            return
        if not names_status(self.file, node.test, TOO_MANY):
            return
        if holds(self.file, node.test, TOO_MANY) is False and always_leaves(node.body):
            self._judge_rest(node)
        if holds(self.file, node.test, TOO_MANY) is False:
            return
        if holds(self.file, node.test, 200) is not False:
            return
        answer = answer_of(node.test)
        self._judge(node, node.body, {answer} if answer is not None else set(), "status 429")

    def _judge_rest(self, node: cst.If) -> None:
        """Judge what comes after a test that leaves for all other statuses."""
        block = self.file.parent(node)
        if node.orelse is not None or not isinstance(block, cst.IndentedBlock):
            return
        rest = cst.IndentedBlock(body=block.body[block.body.index(node) + 1 :])
        answer = answer_of(node.test)
        if rest.body and answer is not None:
            self._judge(node, rest, {answer}, "status 429")

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if node.type is None:
            return
        names = caught_by(self.file, node).names
        limited = [name for name in names if self.file.world.fact(RateLimited, name) is not None]
        if not limited or len(names) != len(limited):
            return
        name = node.name.name if node.name is not None else None
        given = {name.value} if isinstance(name, cst.Name) else set()
        self._judge(node, node.body, given, f"`{limited[0]}`")

    def _judge(self, node: cst.CSTNode, body: cst.BaseSuite, given: set[str], after: str) -> None:
        function = self.file.function(node)
        if function is None:
            return
        if not answer_goes_round(self.file, node, body) and not any(
            makes_again(self.file, function, answer, body) for answer in given
        ):
            return
        pauses = [
            item
            for item in inside([body])
            if isinstance(item, cst.Call) and is_pause(self.file, item)
        ]
        if not pauses or minds_the_peer(self.file, function, given, [body]):
            return
        constant = any(
            self.file.constant(arg.value) is not None for call in pauses for arg in call.args[:1]
        )
        code = self.file.code(pauses[0])
        self.report(
            pauses[0],
            f"`{code}` after {after}, whatever `Retry-After` says",
            confidence=Confidence.HIGH if constant else Confidence.MEDIUM,
        )
