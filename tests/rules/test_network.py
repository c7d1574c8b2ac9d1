"""Cases of the rules about network calls that are too long for examples."""

from __future__ import annotations

import pytest

from surefoot.model import Confidence, Severity
from surefoot.rules.network.infinite_timeout import InfiniteTimeout
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


SOCKETS = {
    "on the object": """
import socket

class Printer:
    def __init__(self, host):
        self.host = host
        self.peer = None

    def open(self):
        self.peer = socket.socket()
        self.peer.connect((self.host, 9100))  # here
""",
    "kept when it is connected": """
import socket

class Printer:
    def open(self, host):
        peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        peer.connect((host, 9100))  # here
        self._peer = peer

    def ask(self, line):
        self._peer.sendall(line)
        return self._peer.recv(80)
""",
    "closed by a block, and under another name": """
import contextlib
from socket import AF_INET6, socket as make

def send(host, line):
    with contextlib.closing(make(family=AF_INET6)) as peer:
        peer.connect_ex((host, 9100))  # here
        peer.sendall(line)
""",
    "None until it is made": """
import socket

def send(host, line):
    peer = None
    try:
        peer = socket.socket()
        peer.connect((host, 9100))  # here
        return peer.makefile().read()
    finally:
        if peer is not None:
            peer.close()
""",
    "declared beforehand": """
import socket

class Meter:
    def __init__(self, host: str) -> None:
        self.host = host
        self._peer: socket.socket | None = None

    def _connect(self) -> None:
        self._peer = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._peer.connect((self.host, 4028))  # here

    def close(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None
""",
    "an address that is given": """
import socket

def banner(address) -> bytes:
    peer = socket.socket()
    try:
        peer.connect(address)  # here
        return peer.recv(1024)
    except OSError as error:
        print(f"no banner from {address}: {error}")
        return b""
    finally:
        peer.close()
""",
    "its own address": """
import socket

def wake(server):
    address = ("127.0.0.1", 80)
    with socket.socket() as one, socket.socket() as other:
        one.connect(address)
        other.connect(server.getsockname())
""",
    "on this machine": """
import socket

LOCAL = "127.0.0.1"

def is_open(port, host="localhost"):
    with socket.socket() as one, socket.socket() as other, socket.socket(socket.AF_UNIX) as third:
        third.connect("/run/agent")
        return one.connect_ex((LOCAL, port)) == 0 or other.connect_ex((host, port)) == 0
""",
    "datagrams": """
import socket

def own_address():
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("198.51.100.1", 80))
    return probe.getsockname()[0]
""",
    "of a kind nobody knows": """
import socket

def connect(host):
    for family, kind, protocol, _, address in socket.getaddrinfo(host, 80):
        peer = socket.socket(family, kind, protocol)
        peer.connect(address)
""",
    "not blocking, or handed on": """
import select
import socket

def poll(host, tune):
    first, second, third = socket.socket(), socket.socket(), socket.socket()
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex((host, 80))
    select.select([], [one], [], 3)
    two = socket.socket()
    tune(two)
    two.connect((host, 80))
    return first, second, third
""",
    "given out": """
import socket

def connected(host):
    peer = socket.socket()
    peer.connect((host, 80))
    return peer
""",
    "bounded in another method": """
import socket

class Printer:
    def __init__(self, timeout):
        self.peer = socket.socket()
        self.peer.settimeout(timeout)

    def open(self, host):
        self.peer.connect((host, 9100))
""",
    "bounded by an option": """
import socket
import struct

def send(host):
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 3, 0))
    peer.connect((host, 9100))
""",
    "bounded by a signal": """
import signal
import socket

def send(host):
    signal.alarm(3)
    peer = socket.socket()
    peer.connect((host, 9100))
""",
}


@pytest.mark.parametrize("case", SOCKETS)
def test_a_socket_is_bounded_by_what_it_is_told(case: str) -> None:
    """A socket made here, for another machine, waits for ever unless something may bound it."""
    code = SOCKETS[case]
    expected = [n for n, line in enumerate(code.splitlines(), 1) if line.endswith("# here")]
    found = check({"service.py": code}, [MissingTimeout])
    assert [item.span.line for item in found] == expected


@pytest.mark.parametrize(
    ("use", "severity", "confidence"),
    [
        ("return peer.recv(80)", Severity.ERROR, Confidence.HIGH),
        ("return peer.makefile().readline()", Severity.ERROR, Confidence.HIGH),
        ("peer.sendall(b'')", Severity.WARNING, Confidence.MEDIUM),
        ("peer.close()", Severity.WARNING, Confidence.LOW),
    ],
)
def test_connecting_ends_and_reading_does_not(
    use: str, severity: Severity, confidence: Confidence
) -> None:
    """The system gives up connecting by itself, and who only looks whether it connects may
    well ask the same machine."""
    code = f"""
import socket

def send(host):
    peer = socket.socket()
    peer.connect((host, 9100))
    {use}
"""
    found = check({"service.py": code}, [MissingTimeout])
    assert [(item.severity, item.confidence) for item in found] == [(severity, confidence)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "from printer import Printer\n\ndef use(p):\n    p.peer.settimeout(3)\n",
        "import socket\nsocket.setdefaulttimeout(3)\n",
    ],
)
def test_a_socket_may_be_bounded_in_another_module(elsewhere: str) -> None:
    """A timeout that another module sets on the attribute, or on all sockets, counts."""
    code = SOCKETS["on the object"]
    assert len(check({"printer.py": code, "use.py": "import printer\n"}, [MissingTimeout])) == 1
    assert check({"printer.py": code, "use.py": elsewhere}, [MissingTimeout]) == []


def test_a_socket_of_another_module_may_be_bounded_there() -> None:
    """What is made in one module and connected in another is left alone."""
    files = {
        "made.py": "import socket\n\npeer = socket.socket()\n",
        "use.py": "from made import peer\n\ndef use(host):\n    peer.connect((host, 1))\n",
    }
    assert check(files, [MissingTimeout, InfiniteTimeout]) == []


@pytest.mark.parametrize(
    ("between", "after", "expected"),
    [
        ("peer.setblocking(True)", "", 1),
        ("peer.settimeout(None)", "peer.settimeout(None)", 1),
        ("peer.settimeout(None)", "peer.settimeout(3)", 0),
        ("peer.settimeout(limit)", "", 0),
        ("peer.setblocking(False)", "peer.setblocking(True)", 0),
    ],
)
def test_a_socket_told_to_wait_for_ever(between: str, after: str, expected: int) -> None:
    """What is told nothing else before it connects has no bound, and lacks none either."""
    code = f"""
import socket

def ask(host, limit):
    peer = socket.socket()
    {between}
    peer.connect((host, 43))
    {after}
    return peer.recv(80)
"""
    found = check({"service.py": code}, [MissingTimeout, InfiniteTimeout])
    assert [item.rule for item in found] == ["infinite-timeout"] * expected


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


HOOKED = {
    "another session of the file": """
import requests

checked = requests.Session()
checked.hooks["response"].append(print)
plain = requests.Session()

def load(url):
    plain.get(url, timeout=3).json()  # here
    requests.get(url, timeout=3).json()  # here
    return checked.get(url, timeout=3).json()
""",
    "a client, and one made by a block": """
import httpx

client = httpx.Client()
client.event_hooks["response"] = [print]

def load(url):
    with httpx.Client() as own:
        own.get(url).json()  # here
    return client.get(url).json()
""",
    "a session of which nobody knows the origin": """
import requests

checked = requests.Session()
checked.hooks["response"].append(print)

def load(session: requests.Session, url):
    return session.get(url, timeout=3).json()
""",
    "whoever is handed on": """
import requests

def watch(session):
    session.hooks["response"].append(print)

def load(url):
    session = requests.Session()
    watch(session)
    return session.get(url, timeout=3).json()

def load_plain(url):
    session = requests.Session()
    return session.get(url, timeout=3).json()  # here
""",
    "what a function makes": """
import requests

def make():
    session = requests.Session()
    session.hooks["response"].append(print)
    return session

class Api:
    def __init__(self):
        self.session = make()

    def load(self, url):
        make().get(url, timeout=3).json()
        return self.session.get(url, timeout=3).json()
""",
    "another name of the session": """
import requests

class Api:
    def __init__(self):
        self.session = requests.Session()
        short = self.session
        short.hooks["response"].append(print)

    def load(self, url):
        return self.session.get(url, timeout=3).json()
""",
    "the session itself": """
import requests

class Session(requests.Session):
    def __init__(self):
        super().__init__()
        self.hooks["response"].append(print)

def load(url):
    return Session().get(url, timeout=3).json()
""",
}


@pytest.mark.parametrize("case", HOOKED)
def test_a_hook_looks_at_the_answers_of_its_session(case: str) -> None:
    """Sessions that have no hook, and cannot have got one, are looked at as ever."""
    code = HOOKED[case]
    expected = [n for n, line in enumerate(code.splitlines(), 1) if line.endswith("# here")]
    found = check({"service.py": code}, [UncheckedHttpStatus])
    assert [item.span.line for item in found] == expected


def test_a_hook_is_known_in_other_modules() -> None:
    """The session keeps its hook wherever it is used, by whatever name it is reached."""
    made = """
import requests

session = requests.Session()
session.hooks["response"].append(print)
plain = requests.Session()

def make():
    own = requests.Session()
    own.hooks["response"] = [print]
    return own

class Api:
    def __init__(self):
        self.session = requests.Session()
        self.session.hooks["response"].append(print)

api = Api()
"""
    used = """
import made
from made import Api, api, make, plain, session

bound = make()

def load(url, given: Api):
    session.get(url, timeout=3).json()
    made.session.get(url, timeout=3).json()
    make().get(url, timeout=3).json()
    bound.get(url, timeout=3).json()
    api.session.get(url, timeout=3).json()
    given.session.get(url, timeout=3).json()
    return plain.get(url, timeout=3).json()  # here

class Shop:
    def __init__(self):
        self.http = make()
        self.api = Api()

    def load(self, url):
        self.http.get(url, timeout=3).json()
        return self.api.session.get(url, timeout=3).json()
"""
    found = check({"made.py": made, "used.py": used}, [UncheckedHttpStatus])
    assert [(item.path, item.span.line) for item in found] == [("used.py", 14)]


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        ("def watch(session):\n    session.hooks['response'].append(print)\n", 0),
        ("def add(run):\n    def added(self):\n        return run(self) if self.hooks else 0\n", 1),
        ("class Manager:\n    def run(self):\n        self.hooks.append(print)\n", 1),
    ],
)
def test_a_session_that_is_handed_on_may_get_a_hook(elsewhere: str, expected: int) -> None:
    """Where some function hooks the session that it is given, one that is handed on has a hook."""
    code = """
import requests
from elsewhere import watch

session = requests.Session()
watch(session)

def load(url):
    return session.get(url, timeout=3).json()
"""
    files = {"service.py": code, "elsewhere.py": elsewhere}
    assert len(check(files, [UncheckedHttpStatus])) == expected
    tested = {"service.py": code, "tests/test_elsewhere.py": elsewhere}
    assert len(check(tested, [UncheckedHttpStatus])) == 1
