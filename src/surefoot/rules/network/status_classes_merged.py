"""`status-classes-merged`: what the client did wrong is tried again like what the server did."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Retry, RetryPart
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside
from surefoot.semantics.judges import answers, judge
from surefoot.semantics.loop_shape import answer_goes_round, is_unconditional
from surefoot.semantics.repeated_requests import RepeatedRequest, repeated_request
from surefoot.semantics.statuses import answer_of, asks_for_status, holds

_WRONG = (400, 401, 404, 422)
_PASSING = (500, 503)
_AWAITING = re.compile(r"(?i)wait|poll|until|ready|alive|health|watch")


class StatusClassesMerged(Rule):
    """What the client did wrong is tried again like what the server did.

    A request that is refused with 400, 401 or 404 is refused again each time: the caller waits
    through all attempts for an answer that was known after the first, and a wrong password is
    sent until the account is locked. Try 429 and 5xx again, and raise for the other 4xx at once.
    """

    code = "SF124"
    severity = Severity.WARNING
    facts = (Retry, RetryPart)
    examples = (
        Bad(
            """
            import time

            def send(session, event):
                for attempt in range(4):
                    answer = session.post("/e", json=event, timeout=3)
                    if answer.status_code >= 400:
                        time.sleep(attempt)
                        continue
                    return answer
                raise RuntimeError("gave up")
            """
        ),
        Bad(
            """
            import time

            def send(session, event):
                tries = 0
                while tries < 3:
                    answer = session.post("/e", json=event, timeout=3)
                    if not answer.ok:
                        tries += 1
                        time.sleep(2 ** tries)
                        continue
                    return answer.json()
                raise RuntimeError("gave up")
            """
        ),
        Bad(
            """
            import asyncio

            async def send(session, event):
                for attempt in range(3):
                    async with session.post("/e", json=event) as answer:
                        if answer.status != 200:
                            await asyncio.sleep(1)
                            continue
                        return await answer.json()
                raise RuntimeError("gave up")
            """
        ),
        Bad(
            """
            import requests
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_result(lambda answer: answer.status_code != 200),
            )
            def load(url):
                return requests.get(url, timeout=3)
            """
        ),
        Bad(
            """
            import backoff
            import requests

            def failed(answer):
                return not answer.ok

            @backoff.on_predicate(backoff.expo, failed, max_tries=3)
            def load(url):
                return requests.get(url, timeout=3)
            """
        ),
        Good(
            """
            import random
            import time

            def send(session, event):
                for attempt in range(4):
                    answer = session.post("/e", json=event, timeout=3)
                    if answer.status_code == 429 or answer.status_code >= 500:
                        time.sleep(random.uniform(0, 2 ** attempt))
                        continue
                    answer.raise_for_status()
                    return answer
                raise RuntimeError("gave up")
            """,
            because="only what may pass is tried again",
        ),
        Good(
            """
            import time

            def send(session, event):
                for attempt in range(4):
                    answer = session.post("/e", json=event, timeout=3)
                    if 400 <= answer.status_code < 500 and answer.status_code != 429:
                        raise ValueError(answer.text)
                    if answer.status_code >= 400:
                        time.sleep(attempt)
                        continue
                    return answer
                raise RuntimeError("gave up")
            """,
            because="what is permanent was raised before",
        ),
        Good(
            """
            import time

            def send(session, event):
                for attempt in range(4):
                    answer = session.post("/e", json=event, timeout=3)
                    if answer.status_code != 200:
                        if answer.status_code in (400, 401, 404):
                            raise ValueError(answer.text)
                        time.sleep(attempt)
                        continue
                    return answer
                raise RuntimeError("gave up")
            """,
            because="the branch tells them apart",
        ),
        Good(
            """
            import time

            def wait_until_created(session, name):
                for attempt in range(30):
                    answer = session.get(f"/things/{name}", timeout=3)
                    if answer.status_code != 200:
                        time.sleep(1)
                        continue
                    return answer
                raise TimeoutError(name)
            """,
            because="it waits for a resource to be made",
        ),
        Good(
            """
            def names(session, pages):
                found = []
                for page in range(pages):
                    answer = session.get("/names", params={"page": page}, timeout=3)
                    if answer.status_code != 200:
                        continue
                    found += answer.json()
                return found
            """,
            because="each turn asks for something else",
        ),
        Good(
            """
            def names(session, urls):
                found = []
                for url in urls:
                    answer = session.get(url, timeout=3)
                    if not answer.ok:
                        continue
                    found += answer.json()
                return found
            """,
            because="each turn asks for something else",
        ),
        Good(
            """
            import time

            def send(session, event):
                for attempt in range(4):
                    answer = session.post("/e", json=event, timeout=3)
                    if answer.status_code == 404:
                        time.sleep(1)
                        continue
                    return answer
                raise RuntimeError("gave up")
            """,
            because="one status is waited for on purpose",
        ),
        Good(
            """
            import tenacity

            def is_passing(answer):
                return answer.status_code in (429, 502, 503, 504)

            policy = tenacity.retry(retry=tenacity.retry_if_result(is_passing))
            """,
            because="only what may pass is tried again",
        ),
        Good(
            """
            import time

            import requests

            def token(url, refresh):
                for attempt in range(20):
                    answer = requests.post(url, data={"refresh_token": refresh}, timeout=5)
                    if answer.status_code != 200:
                        if answer.status_code == 509:
                            time.sleep(2**attempt)
                        else:
                            raise PermissionError(answer.text)
                    else:
                        return answer.json()
            """,
            because="one status is tried again, the others are not",
        ),
    )

    def check_call(self, call: Call, fact: Retry | RetryPart) -> None:
        if call.node is None or not call.node.args:
            return
        if isinstance(fact, RetryPart):
            if fact.result:
                self._judge_predicate(call, call.node.args[0].value, not fact.negated)
            return
        for keyword in fact.by_result:
            for position, argument in enumerate(call.node.args):
                named = argument.keyword.value if argument.keyword is not None else None
                if named == keyword or (named is None and position == fact.by_result_position):
                    self._judge_predicate(call, argument.value, True)

    def _judge_predicate(self, call: Call, predicate: cst.BaseExpression, wanted: bool) -> None:
        found = judge(self.file, predicate)
        tests = answers(found) if found is not None else []
        if len(tests) == 1 and _merges(self.file, tests[0], wanted):
            code = self.file.code(tests[0])
            text = f"`{call.shown}` tries 400 and 404 again as if they were 503: `{code}`"
            self.report(tests[0], text)

    def visit_If(self, node: cst.If) -> None:
        if not asks_for_status(self.file, node) or not _merges(self.file, node.test, True):
            return
        answer = answer_of(node.test)
        request = repeated_request(self.file, node, answer) if answer is not None else None
        if request is None or not answer_goes_round(self.file, node, node.body):
            return
        if _is_awaited(self.file, request) or _tells_apart(self.file, request, node):
            return
        code = self.file.code(node.test)
        shown = self.file.code(request.call.func)
        self.report(node.test, f"`{shown}` tries 400 and 404 again as if they were 503: `{code}`")


def _merges(file: File, test: cst.BaseExpression, wanted: bool) -> bool:
    """Whether a test takes all failures alike, and no success."""
    if holds(file, test, 200) is not (not wanted):
        return False
    return all(holds(file, test, status) is wanted for status in (*_WRONG, *_PASSING))


def _is_awaited(file: File, request: RepeatedRequest) -> bool:
    """Whether, by the names, the loop waits until something is there."""
    function = file.function(request.loop)
    name = function.name.value if function is not None else ""
    return _AWAITING.search(name) is not None or is_unconditional(request.loop)


def _tells_apart(file: File, request: RepeatedRequest, node: cst.If) -> bool:
    """Whether another test in the loop treats some failures of the client in their own way."""
    for item in inside([request.loop.body]):
        if isinstance(item, (cst.If, cst.IfExp)) and item is not node:
            named = [
                int(part.value)
                for part in inside([item.test])
                if isinstance(part, cst.Integer) and part.value.isdecimal()
            ]
            statuses = [*_WRONG, *_PASSING, *(status for status in named if status >= 400)]
            if len({holds(file, item.test, status) for status in statuses}) > 1:
                return True
    return False
