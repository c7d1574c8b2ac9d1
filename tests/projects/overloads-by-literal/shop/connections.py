from typing import Any, Literal, overload

import httpx
import requests


@overload
def client(kind: Literal["plain"]) -> requests.Session: ...
@overload
def client(kind: Literal["modern"]) -> httpx.Client: ...
@overload
def client(kind: str) -> Any: ...
def client(kind):
    return _KINDS[kind]()


_KINDS = {"plain": requests.Session, "modern": httpx.Client}
