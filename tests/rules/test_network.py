"""Cases of the rules about network calls that are too long for examples."""

from __future__ import annotations

import pytest

from surefoot.model import Confidence
from surefoot.rules.network.missing_timeout import MissingTimeout
from surefoot.rules.network.retry_on_everything import RetryOnEverything
from surefoot.rules.network.unbounded_poll_loop import UnboundedPollLoop
from surefoot.rules.network.unchecked_http_status import UncheckedHttpStatus
from tests.checking import check


def test_a_constructor_without_a_host_connects_later() -> None:
    """Without a host the timeout is asked of the method that connects."""
    code = """
import ftplib

def bounded(host, context):
    ftp = ftplib.FTP_TLS(context=context)
    ftp.connect(host, timeout=5)
    return ftp

def bounded_from_the_start(host):
    ftp = ftplib.FTP(timeout=5)
    ftp.connect(host)
    return ftp

def unbounded(host):
    ftp = ftplib.FTP()
    ftp.connect(host)
    return ftp

def unbounded_at_once(host):
    return ftplib.FTP(host=host)
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [16, 20]


def test_a_helper_around_a_call_bounds_it_by_its_name() -> None:
    """A block whose name speaks of a timeout is taken for a bound."""
    code = """
import asyncio
from .deadlines import ceil_timeout

async def connect(host):
    async with ceil_timeout(3):
        return await asyncio.open_connection(host, 80)

async def connect_unbounded(host):
    return await asyncio.open_connection(host, 80)
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [10]


def test_a_constructor_of_its_own_may_set_the_timeout() -> None:
    """A subclass that makes its objects itself is not asked for the timeout of its base."""
    code = """
import http.client

class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=3)
        self.path = path

class PlainConnection(http.client.HTTPConnection):
    pass

def connect(path):
    return UnixConnection(path), PlainConnection("localhost")
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [13]


def test_a_client_that_needs_no_host_is_judged_where_it_is_made() -> None:
    """A client for any host takes its timeout when it is made, with or without arguments."""
    code = """
import httplib2

plain = httplib2.Http()
bounded = httplib2.Http(timeout=3)
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [4]


def test_a_method_of_the_project_is_called_by_its_short_name() -> None:
    """A function of the project that only passes a timeout on is named as people say it."""
    code = """
import requests

class Sheets:
    @staticmethod
    def post(url, **options):
        return requests.post(url, **options)

    def clear(self, url):
        return self.post(url)
"""
    found = check({"app/sheets.py": code}, [MissingTimeout])
    assert [item.message for item in found] == [
        "`Sheets.post` waits for ever unless given `timeout`, which it only passes on"
    ]


@pytest.mark.parametrize(
    ("answer", "confidence"),
    [
        ("time.sleep(attempt)", Confidence.MEDIUM),
        ("log.exception('attempt %s of %s', attempt, 5); time.sleep(attempt)", Confidence.LOW),
    ],
)
def test_a_loop_that_tells_of_each_failure_hides_no_mistake(
    answer: str, confidence: Confidence
) -> None:
    """Where each failure is recorded, a mistake in the code costs time and is seen."""
    code = f"""
import logging
import time

log = logging.getLogger(__name__)

def load(client):
    for attempt in range(5):
        try:
            return client.fetch()
        except Exception:
            {answer}
    raise SystemExit(1)
"""
    (finding,) = check({"service.py": code}, [RetryOnEverything])
    assert finding.confidence is confidence


def test_content_that_is_looked_at_instead_of_the_status_is_hidden() -> None:
    """Where bad content is told apart, or caught, the status may not be missed."""
    code = """
import requests

def quote(url):
    data = requests.get(url, timeout=3).json()
    state = data.get("status")
    if state != "OK":
        raise ValueError(data)
    return data["quote"]

def version(url):
    try:
        return requests.get(url, timeout=3).json()["version"]
    except (ValueError, KeyError):
        return None

def rates(url):
    data = requests.get(url, timeout=3).json()
    return data["rates"]
"""
    found = check({"service.py": code}, [UncheckedHttpStatus])
    assert [(item.span.line, item.confidence) for item in found] == [
        (5, Confidence.LOW),
        (13, Confidence.LOW),
        (18, Confidence.HIGH),
    ]


def test_a_loop_that_looks_at_its_own_process_is_a_guess() -> None:
    """A limiter waits for what other tasks of the same process give back."""
    code = """
import asyncio
import time

class Limiter:
    def has_room(self):
        return len(self.running) < 3

    async def acquire(self):
        while True:
            async with self.lock:
                if self.has_room():
                    return
            await asyncio.sleep(1)

    def acquire_now(self):
        while not self.has_room():
            time.sleep(1)

class Job:
    def is_done(self):
        return self.client.state(self.name) == "done"

    def settle(self):
        while not self.is_done():
            time.sleep(1)
"""
    found = check({"service.py": code}, [UnboundedPollLoop])
    assert [(item.span.line, item.confidence) for item in found] == [
        (10, Confidence.LOW),
        (17, Confidence.LOW),
        (25, Confidence.MEDIUM),
    ]


def test_a_peer_that_says_when_to_ask_again_may_know_what_it_does() -> None:
    """The pause that is part of the answer makes the loop a guess."""
    code = """
import time

def settle(client):
    answer = client.state()
    while answer.status == "WAIT":
        time.sleep(answer.delay)
        answer = client.state()
"""
    found = check({"service.py": code}, [UnboundedPollLoop])
    assert [item.confidence for item in found] == [Confidence.LOW]


def test_a_session_made_elsewhere_may_have_its_timeout_from_there() -> None:
    """An adapter of the project, or another method, stands between the session and its peer."""
    http = """
import functools
import requests
from requests.adapters import HTTPAdapter

class Impatient(HTTPAdapter):
    def send(self, request, **options):
        options.setdefault("timeout", 5)
        return super().send(request, **options)

adapted = requests.Session()
adapted.mount("https://", Impatient())

def for_all_hosts(adapter=Impatient()):
    session = requests.Session()
    for prefix in ("http://", "https://"):
        session.mount(prefix, adapter)
    return session

def replaced():
    session = requests.Session()
    session.request = functools.partial(session.request, timeout=5)
    return session

def plain():
    session = requests.Session()
    for prefix in ("http://", "https://"):
        session.mount(prefix, HTTPAdapter(pool_maxsize=10))
    return session
"""
    client = """
from app.http import adapted, for_all_hosts, plain, replaced

class Client:
    def __init__(self):
        self.first = for_all_hosts()
        self.second = replaced()
        self.third = plain()

    def load(self, url):
        adapted.get(url)
        self.first.get(url)
        self.second.get(url)
        self.third.get(url)
"""
    found = check({"app/http.py": http, "app/client.py": client}, [MissingTimeout])
    assert [(item.path, item.span.line) for item in found] == [("app/client.py", 14)]


def test_a_channel_made_elsewhere() -> None:
    """A stub of a channel that another module makes is judged when that is known."""
    files = {
        "channels.py": """
import grpc

def make():
    return grpc.insecure_channel("shop:50051")
""",
        "orders.py": """
import channels
from shop_pb2_grpc import ShopStub

def order(item):
    stub = ShopStub(channels.make())
    return stub.Order(item)
""",
    }
    found = check(files, [MissingTimeout])
    assert [(item.path, item.span.line) for item in found] == [("orders.py", 7)]


def test_a_coroutine_may_be_bounded_where_it_is_awaited() -> None:
    """What a variable holds until `wait_for` takes it has a bound."""
    code = """
import asyncio

async def connect(loop, make, host, seconds):
    pending = asyncio.open_connection(host, 80)
    reader, writer = await asyncio.wait_for(pending, seconds)
    return reader

async def connect_without(host):
    pending = asyncio.open_connection(host, 80)
    return await pending
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [10]


def test_making_a_client_is_no_call_of_its_methods() -> None:
    """What is known of all methods of a class says nothing of its constructor."""
    code = """
from kubernetes.client import VersionApi

class Versions(VersionApi):
    def __init__(self, client):
        super().__init__(api_client=client)

    def read(self):
        return self.get_code()
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == [9]
