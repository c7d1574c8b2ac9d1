from __future__ import annotations

from typing import TYPE_CHECKING

from app.compat import Session, http, json

if TYPE_CHECKING:
    from requests import Session as RequestsSession


def load(url):
    return json.loads(http.get(url).text)


def typed(session: RequestsSession, url: str) -> str:
    return session.get(url).text  # expect: missing-timeout


def made(url):
    return Session().get(url)  # expect: missing-timeout


def local(url):
    from app.slow import session
    import requests

    requests.head(url, timeout=1)
    return session.get(url)  # expect: missing-timeout


def either(url):
    """`app.fast` is built from C and may be anything."""
    from app.fallback import session

    return session.get(url)
