"""Tests of the rules on retries that do something twice, sessions of endpoints, and start-up."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence, Severity
from surefoot.rules.concurrency.blocking_call_in_async import BlockingCallInAsync
from surefoot.rules.concurrency.blocking_reachable_from_async import BlockingReachableFromAsync
from surefoot.rules.concurrency.sync_session_in_async_endpoint import SyncSessionInAsyncEndpoint
from surefoot.rules.lifecycle.startup_resource_not_closed import StartupResourceNotClosed
from surefoot.rules.network.idempotency_key_regenerated import IdempotencyKeyRegenerated
from surefoot.rules.network.retry_nonidempotent_call import RetryNonidempotentCall
from surefoot.rules.resources.unreleased_attribute import UnreleasedAttribute
from tests.checking import check

RETRIED = """
import requests
import tenacity

{setup}

@tenacity.retry(stop=tenacity.stop_after_attempt(3), retry={condition})
def order(parcel):
    return requests.post("https://shop.example.com/orders", json=parcel, timeout=5)
"""


@pytest.mark.parametrize(
    ("setup", "condition", "confidences"),
    [
        ("", "tenacity.retry_if_exception_type(requests.RequestException)", [Confidence.HIGH]),
        ("", "tenacity.retry_if_exception_type((TimeoutError, OSError))", [Confidence.HIGH]),
        ("", "tenacity.retry_if_exception_type(ConnectionRefusedError)", []),
        ("", "tenacity.retry_if_exception_type(requests.ConnectTimeout)", []),
        ("", "tenacity.retry_if_exception_type(KeyError)", []),
        ("", "tenacity.retry_if_exception(lambda error: error.code == 429)", []),
        (
            "class TransientError(Exception): ...",
            "tenacity.retry_if_exception_type(TransientError)",
            [Confidence.MEDIUM],
        ),
        (
            "class LockedError(Exception): ...",
            "tenacity.retry_if_exception_type(LockedError)",
            [],
        ),
    ],
)
def test_failures_that_leave_it_open(
    setup: str, condition: str, confidences: list[Confidence]
) -> None:
    """Only failures after which the request may have arrived make a retry do things twice."""
    code = RETRIED.format(setup=setup, condition=condition)
    found = check({"shop.py": code}, [RetryNonidempotentCall])
    assert [finding.confidence for finding in found] == confidences


@pytest.mark.parametrize(
    ("arguments", "confidences"),
    [
        ("json=parcel", [Confidence.HIGH]),
        ("json=parcel, headers=headers", [Confidence.MEDIUM]),
        ("json=parcel, headers={'Accept': 'x'}", [Confidence.HIGH]),
        ("json=parcel, headers={'Accept': 'x', 'X-Idempotency-Key': parcel.key}", []),
        ("json={'idempotency_key': parcel.key, 'parcel': parcel}", []),
        ("json={'query': parcel}", []),
        ("data={'grant_type': 'password'}", []),
    ],
)
def test_what_a_request_carries(arguments: str, confidences: list[Confidence]) -> None:
    """Keys in headers and bodies make a repetition harmless; headers that are not known may
    hold one; queries and logins change nothing."""
    code = f"""
import requests
import tenacity

@tenacity.retry(stop=tenacity.stop_after_attempt(3))
def order(parcel, headers):
    return requests.post("https://shop.example.com/orders", timeout=5, {arguments})
"""
    found = check({"shop.py": code}, [RetryNonidempotentCall])
    assert [finding.confidence for finding in found] == confidences


def test_the_innermost_retry_is_blamed() -> None:
    """Of two retries around one call the inner one is reported."""
    code = """
    import time

    import requests
    import tenacity

    def order(parcel):
        for attempt in range(3):
            try:
                return requests.post("https://shop.example.com/orders", json=parcel, timeout=5)
            except requests.RequestException:
                time.sleep(2**attempt)
        raise RuntimeError("not placed")

    @tenacity.retry(stop=tenacity.stop_after_attempt(3))
    def check_out(parcel):
        return order(parcel)
    """
    found = check({"shop.py": textwrap.dedent(code)}, [RetryNonidempotentCall])
    assert [finding.span.line for finding in found] == [10]


def test_a_connection_that_is_renewed_is_no_other_work() -> None:
    """Connecting anew before the next attempt does not make it another mail."""
    code = """
    import smtplib

    def send(mail):
        connection = smtplib.SMTP("mx", timeout=5)
        for attempt in range(3):
            try:
                connection.sendmail("a@example.com", ["b@example.com"], mail)
                break
            except smtplib.SMTPServerDisconnected:
                if attempt == 2:
                    raise
                connection = smtplib.SMTP("mx", timeout=5)
    """
    found = check({"mail.py": textwrap.dedent(code)}, [RetryNonidempotentCall])
    assert [finding.span.line for finding in found] == [8]


def test_a_policy_is_judged_by_its_users() -> None:
    """A policy that repeats POST is fine for a client that only asks for tokens; where nothing
    is known of its use, it is reported with less certainty."""
    policy = """
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry

    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(3, allowed_methods=["POST"])))
    """
    use = """
    def renew(secret):
        return session.post("https://id.example.com/oauth/token", data=secret, timeout=5)
    """
    alone = check({"clients.py": textwrap.dedent(policy)}, [RetryNonidempotentCall])
    used = check({"clients.py": textwrap.dedent(policy + use)}, [RetryNonidempotentCall])
    assert [finding.confidence for finding in alone] == [Confidence.LOW]
    assert used == []


def test_published_messages_weigh_less() -> None:
    """Whoever reads a broker's messages has to expect some twice: that is a warning."""
    code = """
    import pika
    import tenacity

    @tenacity.retry(stop=tenacity.stop_after_attempt(3))
    def announce(channel: pika.adapters.blocking_connection.BlockingChannel, body):
        channel.basic_publish(exchange="", routing_key="orders", body=body)
    """
    found = check({"shop.py": textwrap.dedent(code)}, [RetryNonidempotentCall])
    assert [(finding.severity, finding.confidence) for finding in found] == [
        (Severity.WARNING, Confidence.MEDIUM)
    ]


def test_each_line_has_one_finding() -> None:
    """What an endpoint does with a synchronous session is reported once, by one rule."""
    code = """
    from fastapi import Depends, FastAPI
    from sqlmodel import Session, select
    from models import Hero, get_session

    app = FastAPI()

    @app.get("/heroes")
    async def heroes(session: Session = Depends(get_session)):
        first = session.exec(select(Hero)).first()
        session.commit()
        return first
    """
    rules = [SyncSessionInAsyncEndpoint, BlockingCallInAsync, BlockingReachableFromAsync]
    found = check({"views.py": textwrap.dedent(code)}, rules)
    assert [(finding.rule, finding.span.line) for finding in found] == [
        ("sync-session-in-async-endpoint", 10)
    ]


def test_attributes_of_objects_are_left_to_their_classes() -> None:
    """What an object of the project opens at the start and keeps is said once."""
    code = """
    import aiohttp
    from fastapi import FastAPI

    class Gateway:
        async def start(self):
            self.session = aiohttp.ClientSession()

    gateway = Gateway()
    app = FastAPI(on_startup=[gateway.start])
    """
    found = check(
        {"service.py": textwrap.dedent(code)}, [StartupResourceNotClosed, UnreleasedAttribute]
    )
    assert [finding.rule for finding in found] == ["unreleased-attribute"]


def test_local_names_release_nothing_elsewhere() -> None:
    """A variable of the same name that is closed in another function is another thing."""
    code = """
    import httpx
    from fastapi import FastAPI

    app = FastAPI()

    @app.on_event("startup")
    async def start():
        app.state.client = httpx.AsyncClient(timeout=5)

    async def probe():
        client = httpx.AsyncClient(timeout=5)
        await client.get("https://example.com")
        await client.aclose()
    """
    found = check({"service.py": textwrap.dedent(code)}, [StartupResourceNotClosed])
    assert [finding.span.line for finding in found] == [9]


def test_a_key_that_a_job_makes_in_a_helper_of_its_class() -> None:
    """Keys are followed through methods and variables."""
    code = """
    import uuid

    import stripe
    import tenacity

    class Cashier:
        def _new_key(self):
            return uuid.uuid4().hex

        @tenacity.retry(stop=tenacity.stop_after_attempt(3))
        def charge(self, cents):
            key = self._new_key()
            return stripe.Charge.create(amount=cents, currency="eur", idempotency_key=key)
    """
    found = check({"cashier.py": textwrap.dedent(code)}, [IdempotencyKeyRegenerated])
    assert [finding.span.line for finding in found] == [13]
