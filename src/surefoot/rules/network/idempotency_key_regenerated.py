"""`idempotency-key-regenerated`: a key that is another one for each attempt."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits.loops import move_before_loop
from surefoot.facts.kinds import UniqueValue
from surefoot.linking.project import Project
from surefoot.linking.repetitions import Repetition, Repetitions
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.fresh import gives_unique, makes_unique, origin
from surefoot.semantics.handlers import inside
from surefoot.semantics.loop_shape import assigned_names
from surefoot.semantics.repeats import KEY
from surefoot.semantics.retry_notes import loop_note, task_note

_ENDS = (cst.For, cst.While, cst.FunctionDef, cst.Lambda, cst.CompFor)
_PARTS = (cst.Arg, cst.Call, cst.Attribute, cst.FormattedStringExpression, cst.FormattedString)


class IdempotencyKeyRegenerated(Rule):
    """An idempotency key is made inside what is tried again, so each attempt has a new one.

    The key is there to tell a repetition from a second order. With a new key the other side
    takes every attempt for another order: the card is charged once per attempt, and the code
    looks as if that could not happen. Make the key before the first attempt, or from what
    identifies the work: the number of the order, the identifier of the job.
    """

    code = "SF116"
    severity = Severity.CRITICAL
    facts = (UniqueValue,)
    examples = (
        Bad(
            """
            import uuid

            import stripe
            from tenacity import retry, stop_after_attempt

            @retry(stop=stop_after_attempt(3), reraise=True)
            def charge(cents, source):
                return stripe.Charge.create(
                    amount=cents,
                    currency="eur",
                    source=source,
                    idempotency_key=str(uuid.uuid4()),
                )
            """
        ),
        Bad(
            """
            import uuid

            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def order(parcel):
                headers = {"Idempotency-Key": f"order-{uuid.uuid4()}"}
                return requests.post("/orders", json=parcel, timeout=3, headers=headers)
            """
        ),
        Bad(
            """
            import secrets
            import time

            import httpx

            def order(parcel):
                for attempt in range(3):
                    key = secrets.token_hex(16)
                    try:
                        return httpx.post("/orders", json=parcel, headers={"Idempotency-Key": key})
                    except httpx.TransportError:
                        time.sleep(2 ** attempt)
                raise RuntimeError("not placed")
            """,
            fixed="""
            import secrets
            import time

            import httpx

            def order(parcel):
                key = secrets.token_hex(16)
                for attempt in range(3):
                    try:
                        return httpx.post("/orders", json=parcel, headers={"Idempotency-Key": key})
                    except httpx.TransportError:
                        time.sleep(2 ** attempt)
                raise RuntimeError("not placed")
            """,
        ),
        Bad(
            """
            # file: keys.py
            import uuid

            def new_key():
                return uuid.uuid4().hex
            # file: shop.py
            import requests
            from keys import new_key

            def place(parcel):
                headers = {}
                headers["Idempotency-Key"] = new_key()
                return requests.post("/orders", json=parcel, timeout=3, headers=headers)
            # file: jobs.py
            import backoff
            import requests
            from shop import place

            @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4)
            def order(parcel):
                return place(parcel)
            """
        ),
        Bad(
            """
            import time

            import boto3
            from celery import shared_task

            queue = boto3.client("sqs")

            @shared_task(autoretry_for=(Exception,), retry_backoff=True)
            def announce(body):
                queue.send_message(
                    QueueUrl="orders.fifo",
                    MessageBody=body,
                    MessageGroupId="orders",
                    MessageDeduplicationId=f"{body}-{time.time()}",
                )
            """
        ),
        Good(
            """
            import stripe
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def charge(number, cents):
                return stripe.Charge.create(
                    amount=cents, currency="eur", idempotency_key=f"order-{number}"
                )
            """,
            because="the key follows from the order",
        ),
        Good(
            """
            import time
            import uuid

            import httpx

            def order(parcel):
                key = str(uuid.uuid4())
                for attempt in range(3):
                    try:
                        return httpx.post("/orders", json=parcel, headers={"Idempotency-Key": key})
                    except httpx.TransportError:
                        time.sleep(2 ** attempt)
                raise RuntimeError("not placed")
            """,
            because="it is made once, before the first attempt",
        ),
        Good(
            """
            import uuid

            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def send(parcel, key):
                headers = {"Idempotency-Key": key}
                return requests.post("/orders", json=parcel, timeout=3, headers=headers)

            def order(parcel):
                return send(parcel, str(uuid.uuid4()))
            """,
            because="the caller makes the key, and is not tried again",
        ),
        Good(
            """
            import uuid

            import requests
            import tenacity

            def order(parcel):
                key = str(uuid.uuid4())

                @tenacity.retry(stop=tenacity.stop_after_attempt(3))
                def send():
                    headers = {"Idempotency-Key": key}
                    return requests.post("/orders", json=parcel, timeout=3, headers=headers)

                return send()
            """,
            because="only the inner function is tried again",
        ),
        Good(
            """
            import uuid

            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def order(parcel, key=None):
                key = key or str(uuid.uuid4())
                headers = {"Idempotency-Key": key}
                return requests.post("/orders", json=parcel, timeout=3, headers=headers)
            """,
            because="callers may give a key",
        ),
        Good(
            """
            import uuid

            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def order(parcel, key):
                headers = {"Idempotency-Key": key, "X-Request-Id": str(uuid.uuid4())}
                return requests.post("/orders", json=parcel, timeout=3, headers=headers)
            """,
            because="what is new each time only serves to find the request in the logs",
        ),
        Good(
            """
            import datetime

            import stripe
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def charge(customer, cents):
                day = datetime.datetime.now().date()
                key = f"{customer}-{day}"
                return stripe.Charge.create(amount=cents, currency="eur", idempotency_key=key)
            """,
            because="the day is the same at the next attempt",
        ),
        Good(
            """
            import uuid

            import stripe

            def charge(cents):
                return stripe.Charge.create(
                    amount=cents, currency="eur", idempotency_key=str(uuid.uuid4())
                )
            """,
            because="Stripe's client keeps the key when it tries again by itself",
        ),
        Good(
            """
            from celery import shared_task
            import stripe

            @shared_task(bind=True, autoretry_for=(Exception,), retry_backoff=True)
            def charge(self, cents):
                stripe.Charge.create(amount=cents, currency="eur", idempotency_key=self.request.id)
            """,
            because="a job keeps its identifier when it is run again",
        ),
    )

    def visit_Arg(self, node: cst.Arg) -> None:
        if node.keyword is not None and KEY.fullmatch(node.keyword.value):
            self._note_origin(node.value)

    def visit_DictElement(self, node: cst.DictElement) -> None:
        if _is_key(node.key):
            self._note_origin(node.value)

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            match target.target:
                case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
                    if _is_key(key):
                        self._note_origin(node.value)

    def _note_origin(self, value: cst.BaseExpression) -> None:
        call = origin(self.file, value)
        if call is not None:
            self.note(call, "made" if makes_unique(self.file, call) else "asked")

    def visit_Return(self, node: cst.Return) -> None:
        if gives_unique(self.file, node):
            self.note(node, "gives")

    def visit_For(self, node: cst.For) -> None:
        self._note_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._note_loop(node)

    def _note_loop(self, node: cst.For | cst.While) -> None:
        data = self._repeats(node)
        if data is not None:
            calls = [item for item in inside([node.body]) if isinstance(item, cst.Call)]
            self.note(node, *data[:-1], tuple(map(self.file.tree.place, calls)))

    def _repeats(self, node: cst.For | cst.While) -> tuple[Any, ...] | None:
        """Return what is to be known of a loop that tries again."""
        keys = assigned_names(
            target
            for item in inside([node.body])
            if type(item) is cst.Assign and origin(self.file, item.value) is not None
            for target in item.targets
        )
        return loop_note(self.file, node, judging=True, keys=keys)

    def visit_Try(self, node: cst.Try) -> None:
        data = task_note(self.file, node)
        if data is not None:
            self.note(node, *data)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        marked = {(item.path, note.place): note.data[0] for item, note in notes}
        givers = {
            f"{item.module}.{note.scope}" if item.module else note.scope
            for item, note in notes
            if note.data[0] == "gives"
        }
        ends: list[LinkedCall] = []
        for call in project.calls:
            mark = marked.get((call.path, call.place))
            if mark == "made" or (mark == "asked" and project.target(call) in givers):
                ends.append(call)
        for found in Repetitions(project, notes).of(ends):
            self._report(found)

    def _report(self, found: Repetition) -> None:
        end = found.way.end
        self.report(
            end,
            f"`{end.shown}` makes a new key for each attempt, and {found.repeater} "
            f"{found.times}: every attempt is taken for another request",
            chain=found.links(),
            fix_data=(),
        )

    def fix_at(self, node: Any) -> Fix | None:
        """Make the key before the loop that tries again, where it stands in one."""
        loop = next((item for item in self.file.ancestors(node) if isinstance(item, _ENDS)), None)
        if not isinstance(loop, (cst.For, cst.While)) or self._repeats(loop) is None:
            return None
        value, parent = node, self.file.parent(node)
        while isinstance(parent, _PARTS):
            if isinstance(parent, cst.Arg) and parent.keyword is not None:
                if not KEY.fullmatch(parent.keyword.value):
                    return None
                break
            value = parent if isinstance(parent, cst.BaseExpression) else value
            parent = self.file.parent(parent)
        if not isinstance(parent, (cst.Arg, cst.Assign, cst.DictElement)):
            return None
        edits = move_before_loop(self.file, loop, value, "idempotency_key")
        return Fix("Make the key before the first attempt", edits, Safety.UNSAFE)


def _is_key(node: cst.BaseExpression) -> bool:
    text = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return isinstance(text, str) and KEY.fullmatch(text) is not None
