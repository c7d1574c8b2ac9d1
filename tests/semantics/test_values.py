"""What expressions mean: names and types followed through everything people write."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from surefoot.semantics.file import File
from surefoot.semantics.module import WANTED
from surefoot.semantics.values import PENDING
from surefoot.syntax.parse import parse
from surefoot.syntax.tree import Tree
from tests.checking import shipped_facts, sources


def revealed(code: str, path: str = "app/service.py") -> list[str]:
    """The meanings of the arguments of `reveal(...)` calls, in order."""
    content = textwrap.dedent(code)
    (source,) = sources({path: content})
    parsed = parse(source.content)
    tree = Tree(parsed.module, source.module, source.is_package, WANTED)
    file = File(source, parsed, tree, shipped_facts())
    return [
        _shown(file, node.args[0].value)
        for node in tree.of(cst.Call)
        if isinstance(node.func, cst.Name) and node.func.value == "reveal"
    ]


def _shown(file: File, node: cst.BaseExpression) -> str:
    value = file.value(node)
    if value is None:
        return "unknown"
    if value == PENDING:
        return "pending"
    kind = {"n": "", "m": "", "i": "a ", "P": "partial "}.get(value[0])
    if kind is None:
        return f"{value[0]} {value[1]!r}"
    return kind + str(value[1] if value[0] != "P" else value[1][1])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("import requests as r\nreveal(r.get)", "requests.get", id="alias"),
        pytest.param("import os.path as p\nreveal(p.join)", "os.path.join", id="dotted alias"),
        pytest.param("import os.path\nreveal(os.getenv)", "os.getenv", id="dotted import"),
        pytest.param("from time import sleep as s\nreveal(s)", "time.sleep", id="from alias"),
        pytest.param("reveal(open)", "builtins.open", id="builtin"),
        pytest.param("open = make()\nreveal(open)", "unknown", id="shadowed builtin"),
        pytest.param("from .clients import http\nreveal(http.get)", "pending", id="relative"),
        pytest.param("from app.x import y\nreveal(y)", "pending", id="own package"),
        pytest.param(
            "from requests import Session as S\nreveal(S())", "a requests.Session", id="instance"
        ),
        pytest.param(
            "import requests\nfrom typing import Final\ns: Final = requests.Session()\nreveal(s)",
            "a requests.Session",
            id="Final without type",
        ),
        pytest.param(
            "import requests\nif (s := requests.Session()):\n    reveal(s)",
            "a requests.Session",
            id="walrus",
        ),
        pytest.param(
            "import requests\ndef f(given=None):\n    s = given or requests.Session()\n"
            "    reveal(s)",
            "a requests.Session",
            id="or",
        ),
        pytest.param(
            "import requests\ns = requests.Session() if x else None\nreveal(s)",
            "a requests.Session",
            id="conditional",
        ),
        pytest.param(
            "import requests, socket\na, b = requests.Session(), socket.socket()\nreveal(b)",
            "a socket.socket",
            id="unpacked tuple",
        ),
        pytest.param(
            "import requests\nwith requests.Session() as s:\n    reveal(s)",
            "a requests.Session",
            id="with",
        ),
        pytest.param(
            "import requests\ndef f(s: 'requests.Session | None'):\n    reveal(s)",
            "a requests.Session",
            id="quoted union",
        ),
        pytest.param(
            "import requests\nfrom typing import Optional\ndef f(s: Optional[requests.Session]):\n"
            "    reveal(s)",
            "a requests.Session",
            id="Optional",
        ),
        pytest.param(
            "import requests\nfrom typing import Annotated\n"
            "def f(s: Annotated[requests.Session, 1]):\n    reveal(s)",
            "a requests.Session",
            id="Annotated",
        ),
        pytest.param(
            "import requests\nfrom typing import Annotated\nHttp = Annotated[requests.Session, 1]\n"
            "def f(s: Http):\n    reveal(s)",
            "a requests.Session",
            id="alias of Annotated",
        ),
        pytest.param(
            "import requests\ndef make():\n    return requests.Session()\nreveal(make())",
            "a requests.Session",
            id="factory",
        ),
        pytest.param(
            "import requests\nfrom contextlib import contextmanager\n@contextmanager\n"
            "def make():\n    s = requests.Session()\n    yield s\n"
            "with make() as s:\n    reveal(s)",
            "a requests.Session",
            id="context manager",
        ),
        pytest.param(
            "import requests\nfrom collections.abc import Iterator\n"
            "from contextlib import contextmanager\n@contextmanager\n"
            "def make() -> Iterator[requests.Session]:\n    yield x\n"
            "with make() as s:\n    reveal(s)",
            "a requests.Session",
            id="annotated context manager",
        ),
        pytest.param(
            "import functools, requests\nget = functools.partial(requests.get, timeout=3)\n"
            "reveal(get)",
            "partial requests.get",
            id="partial",
        ),
        pytest.param(
            "import requests\nasync def make():\n    return requests.Session()\n"
            "async def f():\n    reveal(await make())",
            "a requests.Session",
            id="awaited",
        ),
        pytest.param(
            "import requests\nfor s in [requests.Session(), requests.Session()]:\n    reveal(s)",
            "a requests.Session",
            id="iterated",
        ),
        pytest.param(
            "import requests\ns = requests.Session()\ns = 3\ns = requests.Session()\nreveal(s.get)",
            "requests.Session.get",
            id="the last assignment counts",
        ),
        pytest.param(
            "import requests\ns = requests.Session()\nif x:\n    s = other()\nreveal(s)",
            "unknown",
            id="rebound in a branch",
        ),
        pytest.param(
            "import requests\ns = None\nif x:\n    s = requests.Session()\nreveal(s)",
            "a requests.Session",
            id="None first",
        ),
        pytest.param(
            "import requests\nr = requests.get(u)\nr = r.json()\nreveal(r)",
            "unknown",
            id="assigned from itself",
        ),
        pytest.param(
            "try:\n    import ujson as json\nexcept ImportError:\n    import json\nreveal(json)",
            "unknown",
            id="conditional import",
        ),
        pytest.param("def f(x):\n    reveal(x.get)", "unknown", id="bare parameter"),
        pytest.param("while x:\n    x = y\n    y = x\nreveal(x)", "unknown", id="cycle"),
    ],
)
def test_expression(code: str, expected: str) -> None:
    """An expression means what Python would make of it, or is unknown."""
    assert revealed(code) == [expected]


_CLASS = """
    import functools
    import requests
    import socket

    class Base:
        shared = requests.Session()

        def connect(self):
            self.sock = socket.socket()

    class Client(Base):
        declared: requests.Session

        def __init__(self, given: requests.Session, unknown):
            self.own = requests.Session()
            self.given = given
            self.unknown = unknown
            self.late = None
            self.mixed = requests.Session()

        def start(self):
            self.late = requests.Session()
            self.mixed = 3

        @property
        def lazy(self):
            return self.own

        @functools.cached_property
        def cached(self) -> requests.Session:
            return build()

        @classmethod
        def create(cls):
            return cls(None, None)

        def __enter__(self):
            return self

        def use(self):
            reveal(self.{attr})
"""


@pytest.mark.parametrize(
    ("attr", "expected"),
    [
        ("own.get", "requests.Session.get"),
        ("given", "a requests.Session"),
        ("unknown", "p 'app.service.Client.__init__'"),
        ("late", "a requests.Session"),
        ("mixed", "unknown"),
        ("lazy", "a requests.Session"),
        ("cached", "a requests.Session"),
        ("declared", "a requests.Session"),
        ("shared", "a requests.Session"),
        ("sock.recv", "socket.socket.recv"),
        ("connect", "app.service.Base.connect"),
        ("missing", "unknown"),
        ("create().own", "a requests.Session"),
    ],
)
def test_attribute(attr: str, expected: str) -> None:
    """An attribute of `self` has the type it gets in any method, in a base, or by annotation."""
    assert revealed(_CLASS.format(attr=attr)) == [expected]


def test_subclass_of_a_library_class() -> None:
    """What a project class does not define comes from the library class it extends."""
    code = """
    import requests

    class Session(requests.Session):
        def own(self): ...

    s = Session()
    reveal(s)
    reveal(s.own)
    reveal(s.get)
    """
    assert revealed(code) == [
        "a app.service.Session",
        "app.service.Session.own",
        "requests.Session.get",
    ]


def test_property_that_can_be_set() -> None:
    """A property keeps what its getter gives, whatever setter and deleter stand behind it."""
    code = """
    import requests

    class Client:
        @property
        def session(self):
            return requests.Session()

        @session.setter
        def session(self, value):
            self._session = value

        @session.deleter
        def session(self):
            del self._session

    reveal(Client().session)
    """
    assert revealed(code) == ["a requests.Session"]


def test_super_means_the_base() -> None:
    """`super().get` is the method of the base class."""
    code = """
    import requests

    class Session(requests.Session):
        def get(self, url):
            reveal(super().get)
    """
    assert revealed(code) == ["requests.Session.get"]


def test_nested_functions_see_the_names_around_them() -> None:
    """Closures see enclosing functions, not the class they stand in."""
    code = """
    import requests

    class A:
        session = 3

        def f(self):
            session = requests.Session()

            def g():
                reveal(session)
    """
    assert revealed(code) == ["a requests.Session"]


def test_depends_gives_what_the_provider_returns() -> None:
    """A FastAPI dependency has the type its provider returns or yields."""
    code = """
    import requests
    from fastapi import Depends

    def session():
        yield requests.Session()

    def view(s=Depends(session)):
        reveal(s)
    """
    assert revealed(code) == ["a requests.Session"]


def test_very_long_chains_are_unknown_not_fatal() -> None:
    """Chains longer than anybody writes end as unknown."""
    assert revealed("x = a" + ".b()" * 400 + "\nreveal(x)") == ["unknown"]
    lines = ["x0 = f()"] + [f"x{i} = f(x{i - 1})" for i in range(1, 400)]
    assert revealed("\n".join([*lines, "reveal(x399)"])) == ["unknown"]


def test_type_parameters() -> None:
    """The type parameters of a function or class hide other names in its annotations; one with a
    bound is an instance of that."""
    code = """
        import requests
        from collections.abc import Callable

        T = requests.Session

        def plain(x: T):
            reveal(x)

        def generic[T](x: T) -> T:
            reveal(x)

        def bounded[S: requests.Session](x: S, y: list[S]) -> S:
            reveal(x)
            reveal(y[0])

        def text[S: "requests.Session"](x: S):
            reveal(x)

        def either[S: (int, str)](x: S, *args: S):
            reveal(x)

        def spec[**P, *Ts](x: Callable[P, T], *args: *Ts):
            reveal(x)

        class Pool[S: requests.Session]:
            def add(self, item: S) -> S:
                reveal(item)

            def swap[T: requests.Response](self, item: S, other: T):
                reveal(item)
                reveal(other)

        reveal(generic(1))
        reveal(bounded(1, 2))
        reveal(Pool().add(1))
    """
    session, response = "a requests.Session", "a requests.Response"
    found = revealed(code)
    assert found[:6] == [session, "unknown", session, session, session, "unknown"]
    assert found[7:10] == [session, session, response]
    assert found[10:] == ["unknown", session, session]


def test_paths_are_joined_with_a_slash() -> None:
    """A path divided by a text is a path; a number divided by a number is no instance."""
    code = """
        from pathlib import Path

        def f(folder: Path, number):
            reveal(folder / "a" / "b")
            reveal((Path("x") / number).read_text)
            reveal(6 / 2)
            reveal(number / "a")
    """
    assert revealed(code) == [
        "a pathlib.Path",
        "pathlib.Path.read_text",
        "unknown",
        "unknown",
    ]


def test_stub_on_a_channel_of_another_module() -> None:
    """What a channel is may be known only when the modules are linked."""
    code = """
        from app.channels import make_channel
        from app.orders_pb2_grpc import OrdersStub

        async def place(order):
            stub = OrdersStub(make_channel())
            reveal(stub.Place)
        """
    assert revealed(code) == ["pending"]
