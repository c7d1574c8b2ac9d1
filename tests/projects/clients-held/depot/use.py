import httpx
import requests

from depot.made import BY_KIND, BY_REGION, Kept, Only, Pair, both, every, lent, of_thread

URL = "https://depot.example.com"


def stock(region, kind, pair: Pair):
    BY_REGION[region].get(URL)  # expect: missing-timeout
    BY_REGION.get("eu").get(URL)  # expect: missing-timeout
    BY_KIND["plain"].get(URL)  # expect: missing-timeout
    of_thread().get(URL)  # expect: missing-timeout
    fast, slow = both()
    fast.get(URL)
    slow.get(URL)  # expect: missing-timeout
    name, session = pair
    session.get(URL)  # expect: missing-timeout
    pair[1].get(URL)  # expect: missing-timeout
    with lent() as borrowed:
        borrowed.get(URL)  # expect: missing-timeout
    for each in every():
        each.get(URL)  # expect: missing-timeout
    Only().session.get(URL)  # expect: missing-timeout
    Kept().session.get(URL)  # expect: missing-timeout
    Kept().named("a").get(URL)  # expect: missing-timeout
    return BY_KIND[kind].get(URL)


def filled_in(session=None):
    if session is None:
        session = requests.Session()
    return session.get(URL)  # expect: missing-timeout


def matched(client):
    match client:
        case requests.Session():
            return client.get(URL)  # expect: missing-timeout
        case httpx.Client() as fast:
            return fast.get(URL)
        case {"session": requests.Session() as inner}:
            return inner.get(URL)  # expect: missing-timeout
    return client.get(URL)


def replaced(session=None, other=False):
    if other:
        session = requests.Session()
    return session.get(URL)
