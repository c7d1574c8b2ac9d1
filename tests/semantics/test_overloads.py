"""What calls of overloaded functions give."""

from __future__ import annotations

import pytest

from tests.semantics.test_values import revealed

STORE = """
from typing import IO, Any, Literal, overload
import socket, sqlite3
import requests, httpx

@overload
def connect(kind: Literal["web", "http"], *, pooled: bool = ...) -> requests.Session: ...
@overload
def connect(kind: Literal["file"], *, pooled: bool = ...) -> sqlite3.Connection: ...
@overload
def connect(kind: str, *, pooled: bool = ...) -> Any: ...
def connect(kind, *, pooled=False):
    return make(kind, pooled)

@overload
def fetch(url: str, stream: Literal[True]) -> socket.socket: ...
@overload
def fetch(url: str, stream: Literal[False] = ...) -> requests.Response: ...
def fetch(url, stream=False):
    return make(url)

@overload
def parse(text: str, strict: Literal[True]) -> httpx.Client: ...
@overload
def parse(text: bytes, strict: bool = ...) -> requests.Session: ...
def parse(text, strict=False):
    return make(text)

@overload
def retried(work: str) -> requests.Session: ...
@overload
def retried(work: str, times: int) -> httpx.Client: ...
def retried(work, times=None):
    return make(work)

class Store:
    @overload
    def open(self, name: str, binary: Literal[True]) -> socket.socket: ...
    @overload
    def open(self, name: str, binary: Literal[False] = ...) -> sqlite3.Connection: ...
    def open(self, name, binary=False):
        return make(name)

    @overload
    @staticmethod
    async def get(how: Literal[1]) -> requests.Session: ...
    @overload
    @staticmethod
    async def get(how: Literal[2]) -> httpx.Client: ...
    @staticmethod
    async def get(how):
        return make(how)
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("connect('web')", "a requests.Session"),
        ("connect('http', pooled=True)", "a requests.Session"),
        ("connect(kind='file')", "a sqlite3.Connection"),
        ("connect('other')", "unknown"),
        ("connect(kind)", "unknown"),
        ("connect(None)", "unknown"),
        ("connect(*kind)", "unknown"),
        ("connect(**kind)", "unknown"),
        ("fetch(url, True)", "a socket.socket"),
        ("fetch(url, stream=True)", "a socket.socket"),
        ("fetch(url, False)", "a requests.Response"),
        ("fetch(url)", "a requests.Response"),
        ("fetch(url, stream=kind)", "unknown"),
        ("fetch(url, 1)", "unknown"),
        ("parse(kind, True)", "unknown"),
        ("parse(kind)", "a requests.Session"),
        ("retried(kind)", "a requests.Session"),
        ("retried(kind, 3)", "a httpx.Client"),
        ("retried(kind, times=3)", "a httpx.Client"),
        ("Store().open('a', True)", "a socket.socket"),
        ("Store().open('a')", "a sqlite3.Connection"),
        ("Store().open('a', binary=kind)", "unknown"),
    ],
)
def test_the_overload_that_arguments_choose(call: str, expected: str) -> None:
    """Constants, missing and surplus arguments choose; what they leave open stays unknown."""
    assert revealed(f"{STORE}\ndef use(url, kind):\n    reveal({call})\n") == [expected]


def test_coroutines() -> None:
    """Awaiting an overloaded coroutine gives what its overload says."""
    code = f"{STORE}\nasync def use():\n    reveal(await Store.get(2))\n"
    assert revealed(code) == ["a httpx.Client"]


def test_stubs_without_an_implementation() -> None:
    """Where nothing chooses, the last overload holds, as it did before."""
    stub = STORE.partition("def connect(kind, *")[0]
    code = f"{stub}\nreveal(connect('web'))\nreveal(connect('file'))\n"
    assert revealed(code, "app/store.pyi") == ["a requests.Session", "a sqlite3.Connection"]


def test_parameters_that_are_literals() -> None:
    """A parameter that may be one literal only is that; one of several is none of them."""
    code = "from typing import Literal\ndef f(a: Literal['x', 'y'], b: Literal[3]):\n"
    assert revealed(f"{code}    reveal(a)\n    reveal(b)\n") == ["unknown", "k 3"]
