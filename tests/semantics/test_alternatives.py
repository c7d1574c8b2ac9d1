"""Values that are one of several, filled in where missing, or held by something else."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.rules.configuration.lazy_config_read import LazyConfigRead
from tests.checking import check
from tests.semantics.test_values import revealed

_SESSION = "a requests.Session"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            """
            def f(s=None):
                if s is None:
                    s = requests.Session()
                reveal(s)
            """,
            _SESSION,
            id="filled in",
        ),
        pytest.param(
            """
            def f(s=None):
                if s:
                    s.headers.clear()
                else:
                    s = requests.Session()
                reveal(s)
            """,
            _SESSION,
            id="filled in by else",
        ),
        pytest.param(
            """
            def f(s=None, fresh=False):
                if fresh:
                    s = requests.Session()
                reveal(s)
            """,
            "unknown",
            id="replaced for another reason",
        ),
        pytest.param(
            """
            def f(s: Any = None):
                if s is None:
                    s = requests.Session()
                reveal(s)
            """,
            _SESSION,
            id="annotated with Any",
        ),
        pytest.param(
            """
            def f(s=None):
                if s is None:
                    s = []
                reveal(s)
            """,
            "unknown",
            id="a literal stands for any other",
        ),
        pytest.param(
            """
            class C:
                def __init__(self, s=None):
                    self.s = s
                def go(self):
                    if not self.s:
                        self.s = requests.Session()
                    reveal(self.s)
            """,
            _SESSION,
            id="attribute filled in",
        ),
        pytest.param(
            """
            if TYPE_CHECKING:
                from httpx import Client as S
            else:
                S = requests.Session
            reveal(S())
            """,
            _SESSION,
            id="what runs",
        ),
        pytest.param(
            """
            if TYPE_CHECKING:
                S = requests.Session
            else:
                S = object
            def f(s: S):
                reveal(s)
            """,
            _SESSION,
            id="what checkers are told, where nothing else is known",
        ),
        pytest.param(
            "SAME = {'a': requests.Session(), 'b': requests.Session()}\nreveal(SAME[key])",
            _SESSION,
            id="any entry",
        ),
        pytest.param(
            "SOME = {'a': requests.Session()}\nfill(SOME)\nreveal(SOME[key])",
            "unknown",
            id="any entry, others unknown",
        ),
        pytest.param(
            "KINDS = {'a': requests.Session(), 'b': open('b')}\nreveal(KINDS.get('a'))",
            _SESSION,
            id="get",
        ),
        pytest.param(
            "known = {}\nreveal(known.setdefault(key, requests.Session()))",
            _SESSION,
            id="setdefault",
        ),
        pytest.param(
            "D = {'a': requests.Session()}\nD['a'] = open('a')\nreveal(D['a'])",
            "unknown",
            id="entry replaced",
        ),
        pytest.param(
            "def f(pair: tuple[int, requests.Session]):\n    one, two = pair\n    reveal(two)",
            _SESSION,
            id="tuple annotated",
        ),
        pytest.param(
            "def f(all: tuple[requests.Session, ...]):\n    reveal(all[3])",
            _SESSION,
            id="tuple of any length",
        ),
        pytest.param(
            "with contextlib.closing(requests.Session()) as s:\n    reveal(s)",
            _SESSION,
            id="closing",
        ),
        pytest.param(
            """
            def inner():
                yield requests.Session()
            def outer():
                yield from inner()
            for s in outer():
                reveal(s)
            """,
            _SESSION,
            id="yield from",
        ),
        pytest.param(
            """
            async def make():
                return requests.Session()
            async def main():
                task = asyncio.create_task(make())
                reveal(await task)
            """,
            _SESSION,
            id="awaited task",
        ),
        pytest.param(
            """
            local = threading.local()
            def session():
                if not hasattr(local, "session"):
                    local.session = requests.Session()
                reveal(local.session)
            """,
            _SESSION,
            id="thread local",
        ),
        pytest.param(
            """
            class C:
                def __init__(self):
                    self.local = threading.local()
                def one(self):
                    self.local.s = requests.Session()
                def two(self):
                    self.local.s = open("s")
                    reveal(self.local.s)
            """,
            "unknown",
            id="thread local set to different things",
        ),
        pytest.param(
            """
            class C:
                def __new__(cls):
                    if cls.only is None:
                        cls.only = super().__new__(cls)
                        cls.only.session = requests.Session()
                    return cls.only
                def go(self):
                    reveal(self.session)
            """,
            _SESSION,
            id="set in __new__",
        ),
        pytest.param(
            """
            def f(x):
                match x:
                    case requests.Session():
                        reveal(x)
            """,
            _SESSION,
            id="matched",
        ),
        pytest.param(
            """
            def f(x):
                match x:
                    case [requests.Session() as s]:
                        pass
                    case _:
                        s = open("s")
                reveal(s)
            """,
            "unknown",
            id="matched or not",
        ),
        pytest.param(
            "def f(s: Annotated[object, Depends(make)]):\n    reveal(s)\n"
            "def make():\n    yield requests.Session()",
            _SESSION,
            id="provided",
        ),
    ],
)
def test_meaning(code: str, expected: str) -> None:
    """A value is known where all that it may be agrees, and unknown otherwise."""
    imports = (
        "import asyncio, contextlib, requests, threading\n"
        "from typing import TYPE_CHECKING, Annotated, Any\n"
        "from fastapi import Depends\n"
    )
    assert revealed(imports + textwrap.dedent(code)) == [expected]


def test_a_definition_that_only_type_checkers_read_may_read_a_variable() -> None:
    """What runs under its name is something else; nothing is told of either."""
    code = """
        import os
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            class Settings:
                def port(self, name): return os.environ[name]
            def setting(name): return os.environ[name]
        else:
            setting = Settings = dict

        reveal(setting)
        reveal(Settings)
    """
    assert check({"app/service.py": textwrap.dedent(code)}, [LazyConfigRead]) == []
    assert revealed(code) == ["builtins.dict", "builtins.dict"]


def test_a_base_that_only_type_checkers_know_tells_of_attributes() -> None:
    """`object` in its place says nothing else."""
    code = """
        import requests
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            class Base:
                session: requests.Session
        else:
            Base = object

        class Mixin(Base):
            def go(self):
                reveal(self.session)
    """
    assert revealed(code) == [_SESSION]
