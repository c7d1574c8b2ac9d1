import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import requests

_local = threading.local()
BY_REGION = {"eu": requests.Session(), "us": requests.Session()}
BY_KIND = {"plain": requests.Session(), "bounded": httpx.Client()}


class Pair(NamedTuple):
    name: str
    session: requests.Session

    def shown(self):
        return self.name


def of_thread():
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session


def both() -> tuple[httpx.Client, requests.Session]:
    return _registry["both"]


@contextmanager
def lent() -> Iterator[requests.Session]:
    with _registry["lock"]:
        yield _registry["session"]


def every():
    yield from BY_REGION.values()


class Only:
    def __new__(cls):
        made = super().__new__(cls)
        made.session = requests.Session()
        return made


class Kept:
    def __init__(self, session=None):
        self._session = session
        self._by_name = {}

    @property
    def session(self):
        if self._session is None:
            self._session = requests.Session()
        return self._session

    def named(self, name):
        if name not in self._by_name:
            self._by_name[name] = requests.Session()
        return self._by_name[name]


_registry = {}
