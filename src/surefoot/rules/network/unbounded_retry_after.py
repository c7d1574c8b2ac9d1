"""`unbounded-retry-after`: a wait as long as the peer likes."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import constant
from surefoot.edits.text import text_of
from surefoot.facts.kinds import Pauses
from surefoot.model import Defaults, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.rate_limits import asked_for
from surefoot.semantics.summary import At


class UnboundedRetryAfter(Rule):
    """A wait as long as the peer likes.

    `Retry-After` is input from outside: a number of seconds, of hours, or a date. A peer in
    trouble, or a proxy before it, that says 86400 puts the worker to sleep for a day, with its
    lock, its connection and its message. Bound the wait (`min(seconds, limit)`), or give up when
    it is longer than the work is worth.
    """

    code = "SF122"
    severity = Severity.WARNING
    facts = (Pauses,)
    examples = (
        Bad(
            """
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(int(answer.headers["Retry-After"]))
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            fixed="""
            import time

            def load(session, url):
                for attempt in range(3):
                    answer = session.get(url, timeout=3)
                    if answer.status_code == 429:
                        time.sleep(min(int(answer.headers["Retry-After"]), 10))
                        continue
                    return answer
                raise RuntimeError(url)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import asyncio

            async def load(session, url):
                async with session.get(url) as answer:
                    if answer.status == 429:
                        seconds = float(answer.headers.get("retry-after", 1))
                        await asyncio.sleep(seconds + 0.5)
            """
        ),
        Bad(
            """
            import time

            def pause(error, attempt):
                header = error.response.headers.get("Retry-After")
                delay = int(header) if header else 2 ** attempt
                time.sleep(delay)
            """,
            fixed="""
            import time

            def pause(error, attempt):
                header = error.response.headers.get("Retry-After")
                delay = int(header) if header else 2 ** attempt
                time.sleep(min(delay, 10))
            """,
            defaults=Defaults(timeout=10),
        ),
        Good(
            """
            import time

            def pause(answer):
                time.sleep(min(float(answer.headers.get("Retry-After", 1)), 60))
            """,
            because="the wait is bounded",
        ),
        Good(
            """
            import time

            LIMIT = 60

            def pause(answer):
                seconds = int(answer.headers["Retry-After"])
                if seconds > LIMIT:
                    raise RuntimeError("the peer is closed")
                time.sleep(seconds)
            """,
            because="it gives up on a long wait",
        ),
        Good(
            """
            import time

            def pause(answer):
                seconds = int(answer.headers["Retry-After"])
                seconds = min(seconds, 30)
                time.sleep(seconds)
            """,
            because="the wait is bounded",
        ),
        Good(
            """
            import asyncio

            async def pause(answer):
                async with asyncio.timeout(60):
                    await asyncio.sleep(int(answer.headers["Retry-After"]))
            """,
            because="a deadline ends the wait",
        ),
        Good(
            """
            import time

            def pause(answer):
                time.sleep(seconds_to_wait(answer.headers["Retry-After"]))
            """,
            because="the function that reads the header may bound it",
        ),
        Good(
            """
            import time

            def pause(settings):
                time.sleep(settings["Retry-After"])
            """,
            because="this comes from the configuration, not from a peer",
        ),
    )

    def check_call(self, call: Call, fact: Pauses) -> None:
        if call.node is None or At.DEADLINE in call.at:
            return
        for position, argument in enumerate(call.node.args):
            keyword = argument.keyword.value if argument.keyword is not None else None
            if keyword == fact.parameter if keyword is not None else position == fact.position:
                header = asked_for(self.file, argument.value)
                if header is not None:
                    code = self.file.code(header)
                    self.report(
                        call,
                        f"`{call.shown}` waits as long as the peer says in `{code}`",
                        fix_data=(position,),
                    )

    def fix_at(self, node: Any, position: int) -> Fix | None:
        """Wait no longer than the project waits for an answer."""
        if self.defaults.timeout is None:
            title = "Bound the wait; with `default-timeout` set, surefoot inserts it"
            return Fix(title, (), Safety.SUGGESTION)
        argument = node.args[position].value
        if argument.lpar or isinstance(argument, (cst.Await, cst.NamedExpr, cst.GeneratorExp)):
            return None
        limit, edits = constant(self.file, node, self.defaults.timeout)
        where = text_of(self.file)
        start, end = where.range(self.file.span(argument))
        around = (where.edit(start, start, "min("), where.edit(end, end, f", {limit})"))
        return Fix(f"Wait for at most `{limit}`", (*around, *edits), Safety.SUGGESTION)
