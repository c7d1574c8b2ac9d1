"""Connections of raw sockets: what bounds them, here or in another module."""

from __future__ import annotations

import pytest

from surefoot.model import Confidence, Severity
from surefoot.rules.network.infinite_timeout import InfiniteTimeout
from surefoot.rules.network.missing_timeout import MissingTimeout
from tests.checking import check

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
