"""`unthrottled-api-loop`: one request for each item, as fast as they go."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Blocking, Mutates
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.deeds import calls_like, verb_of
from surefoot.semantics.handlers import inside, last_name

_PACES = re.compile(
    r"(?i)sleep|limit|throttl|semaphore|acquire|backoff|wait|rate|batch|chunk|bulk|paginat|retry|pause"
)
_SENDS = re.compile(r"(send|put|create|delete|update|start|stop|terminate|publish|tag)_[a-z_]+")


class UnthrottledApiLoop(Rule):
    """A loop sends one request for each item without a pause or a limit.

    With ten items that is fine; with fifty thousand it is a flood, answered with `429` for this
    job and for everybody who shares the quota. Use the call for many items where there is one,
    or keep a pace.
    """

    code = "SF1112"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    examples = (
        Bad(
            """
            def sync(api, users):
                for user in users:
                    api.session.patch(f"/u/{user.id}", json={}, timeout=3)
            """
        ),
        Bad(
            """
            def send(sqs, url, messages):
                for message in messages:
                    sqs.send_message(QueueUrl=url, MessageBody=message)
            """
        ),
        Bad(
            """
            import requests

            def sync(rows):
                for row in rows:
                    requests.put("https://api.example.com/rows", json=row, timeout=3)
            """
        ),
        Good(
            """
            import time

            def sync(api, users):
                for user in users:
                    api.session.patch(f"/u/{user.id}", json={}, timeout=3)
                    time.sleep(0.2)
            """,
            because="it keeps a pace",
        ),
        Good(
            """
            def sync(api, limiter):
                for name in ("a", "b"):
                    api.session.patch(f"/u/{name}", json={}, timeout=3)
                for attempt in range(3):
                    api.session.patch("/u/1", json={}, timeout=3)
                for user in api.users():
                    with limiter.acquire():
                        api.session.patch(f"/u/{user}", json={}, timeout=3)
            """,
            because="there are few, or something limits them",
        ),
        Good(
            """
            def collect(found, users):
                for user in users:
                    found.get(user.name)
                    user.send_message("hello")
            """,
            because="these are not known to be requests",
        ),
    )

    def visit_For(self, node: cst.For) -> None:
        if node.asynchronous is not None or self._is_short(node.iter):
            return
        sends = [
            item for item in inside([node.body]) if type(item) is cst.Call and self._sends(item)
        ]
        if not sends:
            return
        function = self.file.function(node)
        around = function.body if function is not None else node
        if calls_like(around, _PACES):
            return
        if any(
            isinstance(parent, cst.For) and parent is not node
            for parent in self.file.ancestors(node)
        ):
            return
        self.report(
            sends[0],
            f"`{self.file.code(sends[0].func)}` is called once for each item of "
            f"`{self.file.code(node.iter)}`, as fast as they go",
        )

    def _is_short(self, items: cst.BaseExpression) -> bool:
        if isinstance(items, (cst.List, cst.Tuple, cst.Set, cst.Dict)):
            return True
        value = self.file.value(items)
        if value is not None and value[0] in ("t", "d"):
            return True
        return isinstance(items, cst.Call) and self.file.name(items.func) == "builtins.range"

    def _sends(self, node: cst.Call) -> bool:
        call = self.file.call(node)
        if call.name is not None:
            blocking = call.fact(Blocking)
            return call.fact(Mutates) is not None and (
                blocking is not None and blocking.what == "network"
            )
        if verb_of(node) is not None:
            return True
        keywords = [item.keyword.value for item in node.args if item.keyword is not None]
        return (
            _SENDS.fullmatch(last_name(node.func)) is not None
            and bool(keywords)
            and all(word[:1].isupper() for word in keywords)
        )
