from functools import lru_cache

import httpx
import requests


def make_session():
    session = requests.Session()
    session.headers["User-Agent"] = "shop/1.0"
    return session


def declared() -> requests.Session:
    return _registry["session"]


@lru_cache(maxsize=None)
def shared_session():
    return make_session()


def fast_client():
    return httpx.Client(timeout=2.0)


def either(kind):
    if kind == "requests":
        return requests.Session()
    return httpx.Client()


_registry = {}
