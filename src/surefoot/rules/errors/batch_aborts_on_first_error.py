"""`batch-aborts-on-first-error`: one item that fails takes the rest of the batch with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Blocking, Idempotency, Timeout
from surefoot.linking.effects import Effects
from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.besteffort import only_records
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside, last_name

_BATCH = re.compile(
    r"_*((\w+_)?(batch|bulk)(es|_\w+)?|process_all|(process|handle)_(records|messages|events)|\w+_many)"
)
_RECORDS = frozenset({"Records", "records", "messages", "Messages"})
_OUTSIDE = frozenset({"network", "subprocess"})
_DEEPEST = 3
_GUARDS = (cst.Try, cst.TryStar, cst.With, cst.Raise, cst.Yield, cst.FunctionDef, cst.Assert)
_LOOPS_OVER = frozenset({"builtins.enumerate", "builtins.list", "builtins.sorted", "builtins.iter"})


class BatchAbortsOnFirstError(Rule):
    """One item that fails ends the batch, and what was done before is lost with it.

    The items after the bad one are never tried, the results of those before are thrown away
    with the exception, and who called cannot tell which were done. When the batch is sent again,
    they are done twice. Catch per item, keep what failed beside what did not, and return both.
    """

    code = "SF211"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            def process_batch(items):
                results = []
                for item in items:
                    results.append(process(item))
                return results
            """
        ),
        Bad(
            """
            # file: shop.py
            import requests

            def order(body):
                requests.post("https://shop/orders", json=body, timeout=3)
            # file: function.py
            from shop import order

            def lambda_handler(event, context):
                for record in event["Records"]:
                    order(record["body"])
            """
        ),
        Bad(
            """
            # file: mail.py
            import smtplib

            def send(message):
                with smtplib.SMTP("mail", timeout=5) as server:
                    server.send_message(message)
            # file: orders.py
            from mail import send

            def notify_many(orders):
                sent = 0
                for number, order in enumerate(orders):
                    send(order.message)
                    sent += 1
                return sent
            """
        ),
        Good(
            """
            def process_batch(items):
                results, failed = [], {}
                for index, item in enumerate(items):
                    try:
                        results.append(process(item))
                    except Exception as error:
                        failed[index] = error
                return results, failed
            """,
            because="failures are kept per item",
        ),
        Good(
            """
            def order_batch(items):
                batch = []
                for item in items:
                    batch.append(Order(item))
                return batch

            class Order:
                def __init__(self, item):
                    self.item = item

            def total_batch(items):
                total = 0
                for item in items:
                    total += len(item)
                return total
            """,
            because="nothing outside is asked for an item",
        ),
        Good(
            """
            import requests

            def save_batch(session, items):
                with session.begin():
                    for item in items:
                        session.add(requests.get(item, timeout=3))

            def check_batch(items):
                for item in items:
                    if requests.head(item, timeout=3).status_code != 200:
                        raise LookupError(item)
            """,
            because="all or nothing is meant",
        ),
        Good(
            """
            import requests

            def announce_batch(urls, post):
                names = []
                for url in urls:
                    names.append(requests.get(url, timeout=3).text)
                post("\\n".join(names))
            """,
            because="the loop collects what the work needs, and nothing is done before",
        ),
        Good(
            """
            import requests

            def load(urls):
                found = []
                for url in urls:
                    found.append(requests.get(url, timeout=3))
                return found
            """,
            because="it does not say it is made for batches",
        ),
    )

    def visit_For(self, node: cst.For) -> None:
        function = self.file.function(node)
        if function is None or self.file.is_test:
            return
        is_batch = _BATCH.fullmatch(function.name.value) is not None
        if not is_batch and not self._loops_over_records(node):
            return
        if not self._loops_over_parameter(node) or self._is_guarded(node, function):
            return
        if not is_batch and "handler" not in self.file.role(node):
            return
        works, unknown = [], False
        for call in self._per_item(node):
            known = self.file.call(call)
            if known.name is None and not known.pending:
                unknown = unknown or self._is_undefined(call)
            elif _is_outside(known):
                self._report(node, function, call)
                return
            else:
                works.append(self.file.tree.place(call))
        if unknown:
            self._report(node, function, next(self._per_item(node)))
        elif works:
            self.note(node, tuple(works), function.name.value)

    def _report(self, node: cst.For, function: cst.FunctionDef, call: cst.Call) -> None:
        self.report(node, _message(function.name.value, last_name(call.func)))

    def _loops_over_records(self, node: cst.For) -> bool:
        match node.iter:
            case cst.Subscript(
                slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]
            ):
                return key.evaluated_value in _RECORDS
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="get")), args=[first, *_]):
                return (
                    isinstance(first.value, cst.SimpleString)
                    and first.value.evaluated_value in _RECORDS
                )
            case cst.Attribute(attr=cst.Name(value=name)):
                return name in _RECORDS
        return False

    def _loops_over_parameter(self, node: cst.For) -> bool:
        source: cst.BaseExpression = node.iter
        if isinstance(source, cst.Call) and self.file.name(source) in _LOOPS_OVER and source.args:
            source = source.args[0].value
        if self._loops_over_records(node):
            while isinstance(source, (cst.Subscript, cst.Attribute, cst.Call)):
                source = source.func if isinstance(source, cst.Call) else source.value
        if not isinstance(source, cst.Name):
            return False
        scope = self.file.scope(node).find(source.value)
        return scope is not None and any(
            binding.kind == "param" for binding in scope.bindings[source.value]
        )

    def _is_guarded(self, node: cst.For, function: cst.FunctionDef) -> bool:
        """Whether failures are dealt with in the loop, or everything is meant to fail with one."""
        if any(isinstance(item, _GUARDS) for item in inside([node.body])):
            return True
        if any(not self._only_ends(item) for item in self._after(node)):
            return True  # the loop prepares something else
        return any(
            isinstance(item, (cst.With, cst.Try, cst.TryStar, cst.For, cst.While))
            for item in self.file.ancestors(node)
        ) or any(isinstance(item, cst.Yield) for item in inside([function.body]))

    def _after(self, node: cst.For) -> list[cst.CSTNode]:
        """The statements that follow the loop in its block."""
        parent = self.file.parent(node)
        items: list[cst.CSTNode] = list(getattr(parent, "body", ()))
        return items[items.index(node) + 1 :] if node in items else []

    def _only_ends(self, item: cst.CSTNode) -> bool:
        """Whether a statement returns or records, and starts no other work."""
        if not isinstance(item, cst.SimpleStatementLine):
            return False
        return only_records(self.file, item.body) or all(
            isinstance(part, cst.Return) for part in item.body
        )

    def _per_item(self, node: cst.For) -> Iterator[cst.Call]:
        """The calls in the loop that get something of the item."""
        turn = {item.value for item in inside([node.target]) if isinstance(item, cst.Name)}
        for call in inside([node.body]):
            if isinstance(call, cst.Call) and any(
                isinstance(part, cst.Name) and part.value in turn
                for part in inside([argument.value for argument in call.args])
            ):
                inner = [argument.value for argument in call.args]
                if not any(isinstance(value, cst.Call) for value in inner):
                    yield call

    def _is_undefined(self, call: cst.Call) -> bool:
        func = call.func
        return isinstance(func, cst.Name) and self.file.scope(call).find(func.value) is None

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        if not notes:
            return
        ends = [
            call
            for call in project.calls_about(Blocking, Idempotency, Timeout)
            if _is_outside(call)
        ]
        reaching = Effects(project).ways(ends, lambda call, callee: True, _DEEPEST)
        for examination, note in notes:
            works, function = note.data
            for place in works:  # type: ignore[attr-defined]
                call = project.calls_at.get((examination.path, place))
                if call is None:
                    continue
                way = reaching.get(project.target(call) or "")
                if way is not None or _is_outside(call):
                    called = (call.name or "").rpartition(".")[2]
                    self.report(
                        note,
                        _message(str(function), called),
                        path=examination.path,
                        chain=way.links() if way is not None else (),
                    )
                    break


def _is_outside(call: Call) -> bool:
    """Whether a call asks something outside the process, which may fail for one item only."""
    blocking, timeout = call.fact(Blocking), call.fact(Timeout)
    return (
        (blocking is not None and blocking.what in _OUTSIDE)
        or (timeout is not None and timeout.wait in _OUTSIDE)
        or call.fact(Idempotency) is not None
    )


def _message(function: str, called: str) -> str:
    return (
        f"the first item for which `{called}` fails ends `{function}`: the rest is not tried, "
        "and what was done is not told"
    )
