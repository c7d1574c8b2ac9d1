"""`retry-nonidempotent-call`: a retry that may do something twice."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Idempotency, RepeatedMethods
from surefoot.linking.changes import Changes
from surefoot.linking.effects import said_callee, said_caller
from surefoot.linking.project import Project, full_name
from surefoot.linking.repetitions import Repetition, Repetitions
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.arrival import Doubt, doubt
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.repeated import Keyed, carries_key
from surefoot.semantics.repeats import asks, is_guarded, reads_by_name, renewed
from surefoot.semantics.retry_notes import loop_note, setting_note, task_note

_PUBLISHES = "publishes a message"
_NEAR = 2


class RetryNonidempotentCall(Rule):
    """A call that has an effect each time it is made is made again when it seems to fail.

    A lost answer looks like a lost request: after a timeout nobody knows whether the order was
    placed, the card charged, the mail sent. Trying again then does it twice, and customers
    notice before you do. Send a key with which the other side recognises the repetition
    (`Idempotency-Key`), retry only failures to connect, or look first whether it was done.
    """

    code = "SF115"
    severity = Severity.ERROR
    facts = (Idempotency, RepeatedMethods)
    examples = (
        Bad(
            """
            import requests
            from tenacity import retry, retry_if_exception_type, stop_after_attempt

            @retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(requests.Timeout))
            def order(parcel):
                return requests.post("https://shop.example.com/orders", json=parcel, timeout=5)
            """
        ),
        Bad(
            """
            # file: mailer.py
            import smtplib

            def deliver(mail):
                with smtplib.SMTP("mx", timeout=5) as server:
                    server.sendmail("a@example.com", ["b@example.com"], mail)
            # file: flow.py
            import backoff
            from mailer import deliver

            @backoff.on_exception(backoff.expo, OSError, max_tries=4)
            def step(mail):
                deliver(mail)
            """
        ),
        Bad(
            """
            import time

            import httpx

            def place(order):
                for attempt in range(4):
                    try:
                        return httpx.post("https://shop.example.com/orders", json=order)
                    except httpx.HTTPError:
                        time.sleep(2 ** attempt)
                raise RuntimeError("not placed")
            """
        ),
        Bad(
            """
            import stripe
            from celery import shared_task

            @shared_task(autoretry_for=(Exception,), retry_backoff=True)
            def charge(cents):
                stripe.PaymentIntent.create(amount=cents, currency="eur")
            """
        ),
        Bad(
            """
            import requests
            from celery import shared_task

            @shared_task(bind=True, max_retries=3)
            def notify(self, order):
                try:
                    requests.post("https://hooks.example.com/orders", json=order, timeout=5)
                except requests.RequestException as error:
                    raise self.retry(exc=error, countdown=30)
            """
        ),
        Bad(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry

            session = requests.Session()
            policy = Retry(total=3, backoff_factor=1, allowed_methods=None)
            session.mount("https://", HTTPAdapter(max_retries=policy))

            def order(parcel):
                return session.post("https://shop.example.com/orders", json=parcel, timeout=3)
            """
        ),
        Bad(
            """
            # file: clients.py
            import aiohttp_retry

            client = aiohttp_retry.RetryClient(
                retry_options=aiohttp_retry.ExponentialRetry(attempts=3)
            )
            # file: orders.py
            from clients import client

            async def order(parcel):
                async with client.post("https://shop.example.com/orders", json=parcel) as answer:
                    return await answer.json()
            """
        ),
        Bad(
            """
            import aiohttp
            from tenacity import AsyncRetrying, stop_after_attempt

            async def order(session: aiohttp.ClientSession, parcel):
                async for attempt in AsyncRetrying(stop=stop_after_attempt(3)):
                    with attempt:
                        async with session.request("POST", "/orders", json=parcel) as answer:
                            return await answer.json()
            """
        ),
        Bad(
            """
            # file: transport.py
            import time

            import requests

            def call(method: str, url: str, body=None):
                for attempt in range(3):
                    try:
                        return requests.request(method, url, json=body, timeout=5)
                    except requests.ConnectionError as error:
                        if attempt == 2:
                            raise error
                        time.sleep(2 ** attempt)
                    except requests.HTTPError as error:
                        if error.response.status_code < 500:
                            raise
            # file: orders.py
            import transport

            def order(parcel):
                transport.call("POST", "https://shop.example.com/orders", parcel)
            """
        ),
        Good(
            """
            import requests
            from tenacity import retry, retry_if_exception_type, stop_after_attempt

            @retry(stop=stop_after_attempt(3), retry=retry_if_exception_type(requests.Timeout))
            def order(parcel, key):
                headers = {"Idempotency-Key": key}
                return requests.post("/orders", json=parcel, timeout=5, headers=headers)
            """,
            because="the key lets the shop recognise the second request",
        ),
        Good(
            """
            import requests
            from tenacity import retry, retry_if_exception_type, stop_after_attempt

            @retry(
                stop=stop_after_attempt(3),
                retry=retry_if_exception_type(requests.ConnectTimeout),
            )
            def order(parcel):
                return requests.post("https://shop.example.com/orders", json=parcel, timeout=5)
            """,
            because="what failed to connect has not arrived",
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
            because="Stripe charges once for a key",
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def find(words):
                return requests.post("https://shop.example.com/_search", json=words, timeout=5)

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def stock(number):
                text = "query { product { stock } }"
                return requests.post("https://shop.example.com/x", json={"query": text}, timeout=5)

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def access_token(secret):
                return requests.post("https://id.example.com/x", data=secret, timeout=5)
            """,
            because="a search, a query and a login change nothing",
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def store(number, parcel):
                requests.put(f"https://shop.example.com/orders/{number}", json=parcel, timeout=5)
                requests.delete(f"https://shop.example.com/drafts/{number}", timeout=5)
                requests.request("GET", "https://shop.example.com/", timeout=5)
            """,
            because="PUT and DELETE may be repeated",
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def refresh(url):
                data = requests.get(url, timeout=5).json()
                try:
                    requests.post("https://hooks.example.com/done", json=data, timeout=5)
                except requests.RequestException:
                    print("nobody was told")
                return data
            """,
            because="a failure to tell is not tried again",
        ),
        Good(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry

            session = requests.Session()
            session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=1)))

            def order(parcel):
                return session.post("https://shop.example.com/orders", json=parcel, timeout=3)
            """,
            because="urllib3 does not repeat POST unless it is told to",
        ),
        Good(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry

            session = requests.Session()
            session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=["POST"])))

            def find(words):
                return session.post("https://shop.example.com/search", json=words, timeout=3)
            """,
            because="this session only searches",
        ),
        Good(
            """
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.exceptions import ReadTimeoutError
            from urllib3.util import Retry

            class Careful(Retry):
                def increment(self, method=None, url=None, *args, error=None, **options):
                    if isinstance(error, ReadTimeoutError):
                        raise error
                    return super().increment(method, url, *args, error=error, **options)

            session = requests.Session()
            session.mount("https://", HTTPAdapter(max_retries=Careful(3, allowed_methods=None)))

            def order(parcel):
                return session.post("https://shop.example.com/orders", json=parcel, timeout=3)
            """,
            because="the policy's own method decides what is sent again",
        ),
        Good(
            """
            import httpx

            client = httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=5)

            def order(parcel):
                return client.post("https://shop.example.com/orders", json=parcel)
            """,
            because="this transport retries connecting only",
        ),
        Good(
            """
            from celery import shared_task
            from django.core.mail import send_mail
            from shop.models import Order

            @shared_task(autoretry_for=(Exception,), retry_backoff=True)
            def notify(number):
                order = Order.objects.get(pk=number)
                if order.notified_at:
                    return
                send_mail("Thanks", "body", "a@example.com", [order.mail])
            """,
            because="it looks first whether that has been done",
        ),
        Good(
            """
            import requests
            import tenacity

            class RateLimited(Exception):
                pass

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(RateLimited),
            )
            def order(parcel):
                answer = requests.post("https://shop.example.com/orders", json=parcel, timeout=5)
                if answer.status_code == 429:
                    raise RateLimited()
                return answer.json()
            """,
            because="what was turned away has not been done",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        if asks(self.file, node):
            self.note(node, "asks")

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if is_guarded(self.file, node):
            self.note(node, "guarded", self.file.scope_of(node).qualname)

    def visit_For(self, node: cst.For) -> None:
        self._keep(node, loop_note(self.file, node, judging=True, keys=renewed(node)))

    def visit_While(self, node: cst.While) -> None:
        self._keep(node, loop_note(self.file, node, judging=True, keys=renewed(node)))

    def visit_Try(self, node: cst.Try) -> None:
        self._keep(node, task_note(self.file, node))

    def visit_Assign(self, node: cst.Assign) -> None:
        self._keep(node, setting_note(self.file, node))

    def _keep(self, node: cst.CSTNode, data: tuple[object, ...] | None) -> None:
        if data is not None:
            self.note(node, *data)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        changes = Changes(project, notes)
        seen: set[tuple[str, int]] = set()
        for found in Repetitions(project, notes).of(changes.calls):
            names = {full_name(call.module, call.function) for call in found.way}
            start = (found.way.call.path, found.way.call.place)
            if start in seen or names & changes.guarded:
                continue
            if any(reads_by_name(call.function) for call in found.way):
                continue
            if self._report(found, changes.maker(found.way.end)):
                seen.add(start)
        for policy, users in changes.policies():
            self.report(
                policy,
                f"`{policy.shown}` repeats POST requests that seem to have failed: when an "
                "answer is lost, they are carried out twice",
                confidence=Confidence.HIGH if users else Confidence.LOW,
                chain=[Link(user.path, user.place, f"`{user.shown}`") for user in users[:1]],
            )

    def _report(self, found: Repetition, maker: LinkedCall) -> bool:
        end = found.way.end
        fact = end.facts[Idempotency]
        assert isinstance(fact, Idempotency)
        sure = doubt(end.world, found.layer.errors, str(end.name))
        if sure is Doubt.NONE:
            return False
        near = len(found.way) <= _NEAR and maker is end and carries_key(end, fact) is Keyed.NO
        certain = sure is Doubt.CERTAIN and near and fact.what != _PUBLISHES
        does = f"`{end.shown}` {fact.what}"
        if found.way.rest is not None:
            does = f"`{said_callee(found.way.call)}` ends in `{end.shown}`, which {fact.what}"
        chain = found.links()
        if maker is not end:
            chain.append(Link(maker.path, maker.place, f"`{said_caller(maker)}` says POST"))
        self.report(
            found.way.call,
            f"{does}, and {found.repeater} {found.times}: when an answer is lost, it happens twice",
            severity=Severity.WARNING if fact.what == _PUBLISHES else None,
            confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
            chain=chain,
        )
        return True
