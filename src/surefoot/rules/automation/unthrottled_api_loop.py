"""`unthrottled-api-loop`: one request for each item, as fast as they go."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Blocking, Mutates, OneByOne
from surefoot.facts.table import FactTable
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.deeds import calls_like, verb_of
from surefoot.semantics.handlers import body_of, inside

_PACES = re.compile(
    r"(?i)sleep|limit|throttl|semaphore|acquire|backoff|wait|rate|batch|chunk|bulk|paginat|retry|pause"
)


class UnthrottledApiLoop(Rule):
    """A loop sends one request for each item without a pause or a limit.

    With ten items that is fine; with fifty thousand it is a flood, answered with `429` for this
    job and for everybody who shares the quota. Use the call for many items where there is one,
    or keep a pace. Of clients that are told to slow down and obey, as those of AWS do, only
    calls for which there is one for many are reported.
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
        Good(
            """
            import boto3

            def process(client, resources):
                for resource in resources:
                    client.delete_workflow(Name=resource["Name"])
                glue = boto3.client("glue")
                for resource in resources:
                    glue.delete_trigger(Name=resource["Name"])
            """,
            because="there is no call for many, and the client slows down when it is told to",
        ),
        Good(
            """
            import boto3
            import requests

            def fan_out(topics, text):
                sns = boto3.client("sns")
                for topic in topics:
                    arn = topic["arn"]
                    sns.publish(TopicArn=arn, Message=text)

            def first(addresses):
                for address in addresses:
                    try:
                        return requests.post(address, timeout=3)
                    except requests.RequestException:
                        continue
            """,
            because="each goes to another place, or one answer is enough",
        ),
        Good(
            """
            import requests

            def sync(rows):
                for row in rows:
                    requests.put("https://api.example.com/rows", json=row, timeout=3)
                    break
            """,
            because="one is sent",
        ),
    )

    def visit_For(self, node: cst.For) -> None:
        if node.asynchronous is not None or self._is_short(node.iter):
            return
        if self._is_search(node):
            return
        sends = [
            item for item in inside([node.body]) if type(item) is cst.Call and self._sends(item)
        ]
        if not sends or isinstance(body_of(node.body)[-1], (cst.Break, cst.Return)):
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
        code = self.file.code(sends[0].func)
        many = self._many(sends[0])
        better = f"where `{many}` takes many" if many is not None else "as fast as they go"
        self.report(
            sends[0],
            f"`{code}` is called once for each item of `{self.file.code(node.iter)}`, {better}",
        )

    def _is_search(self, node: cst.For) -> bool:
        """Whether a loop tries one item after the other until one answers."""
        return any(isinstance(item, cst.ExceptHandler) for item in inside([node.body])) and any(
            isinstance(item, (cst.Return, cst.Break)) for item in inside([node.body])
        )

    def _is_short(self, items: cst.BaseExpression) -> bool:
        if isinstance(items, (cst.List, cst.Tuple, cst.Set, cst.Dict)):
            return True
        value = self.file.value(items)
        if value is not None and value[0] in ("t", "d"):
            return True
        return isinstance(items, cst.Call) and self.file.name(items.func) == "builtins.range"

    def _sends(self, node: cst.Call) -> bool:
        if self._many(node) is not None:
            return True
        call = self.file.call(node)
        if call.name is None:
            return verb_of(node) is not None
        blocking, change = call.fact(Blocking), call.fact(Mutates)
        return (
            change is not None
            and not change.names
            and (blocking is not None and blocking.what == "network")
        )

    def _many(self, node: cst.Call) -> str | None:
        """Return the method that does for many what a call does for one."""
        if not isinstance(node.func, cst.Attribute):
            return None
        fact = self.file.facts.once(_by_method).get(node.func.attr.value)
        name = self.file.call(node).name
        if fact is None or (name is not None and self.file.call(node).fact(OneByOne) is None):
            return None
        given = {item.keyword.value: item.value for item in node.args if item.keyword is not None}
        to = [given[name] for name in fact.given if name in given]
        return fact.many if to and not any(map(self._is_of_item, to)) else None

    def _is_of_item(self, node: cst.BaseExpression) -> bool:
        """Whether where something is sent to is another place for each item of the loop."""
        names = {item.value for item in inside([node]) if isinstance(item, cst.Name)}
        for loop in self.file.ancestors(node):
            if isinstance(loop, cst.FunctionDef):
                return False
            if isinstance(loop, cst.For):
                bound = _bound(loop)
                return not names.isdisjoint(bound)
        return False


def _bound(loop: cst.For) -> set[str]:
    """The names that have another value in each turn of a loop."""
    targets: list[cst.CSTNode] = [loop.target]
    for item in inside([loop.body]):
        match item:
            case cst.Assign(targets=assigned):
                targets += [target.target for target in assigned]
            case cst.AnnAssign(target=target) | cst.NamedExpr(target=target):
                targets.append(target)
    return {item.value for item in inside(targets) if isinstance(item, cst.Name)}


def _by_method(table: FactTable) -> dict[str, OneByOne]:
    facts = ((name, table.stated(OneByOne, name)) for name in table.names(OneByOne))
    return {name.rpartition(".")[2]: fact for name, fact in facts if fact is not None}
