"""Hooks that look at answers: of which session, and wherever that is used."""

from __future__ import annotations

import pytest

from surefoot.rules.network.unchecked_http_status import UncheckedHttpStatus
from tests.checking import check

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
