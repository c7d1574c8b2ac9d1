"""Attributes of classes, the order of bases, and what elements of containers are."""

from __future__ import annotations

import pytest

from tests.semantics.test_values import revealed

_CLASSES = """
    import abc
    from typing import Generic, Protocol, TypeVar
    from kombu.utils.objects import cached_property
    from pydantic import Field

    T = TypeVar("T")
    B = TypeVar("B", bound="Base")

    class Base:
        def run(self): ...
        def stop(self): ...

    class Left(Base):
        pass

    class Right(Base):
        def run(self): ...

    class Both(Left, Right):
        pass

    class Box(Generic[T], Base):
        pass

    class Strict(abc.ABC):
        pass

    class User:
        late: Base | None = None
        field: Base = Field(default=None)
        items: list[Base]

        def __init__(self, given):
            self.own: Base = given
            self.items = []

        def start(self):
            self.late = make()
            self.own = make()

        @cached_property
        def lazy(self):
            return Base()

        def clone(self):
            return self.__class__()

        def __getitem__(self, key):
            return Base()

        def __iter__(self):
            for item in self.items:
                yield item
"""

IN_DICT = "def f(d: dict[str, Base]):\n    "
IN_ASYNC = "async def make():\n    return Base()\nasync def f():\n    import asyncio\n    "


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("Both().run", "app.service.Right.run", id="a shared base comes last"),
        pytest.param("Both().stop", "app.service.Base.stop", id="inherited twice"),
        pytest.param("Box[int]().run", "app.service.Base.run", id="generic"),
        pytest.param("Strict().run", "unknown", id="an empty base has no members"),
        pytest.param("User(1).late", "a app.service.Base", id="annotated in the class"),
        pytest.param("User(1).own", "a app.service.Base", id="annotated in a method"),
        pytest.param("User(1).field", "a app.service.Base", id="the annotation of a field"),
        pytest.param("User(1).items[0]", "a app.service.Base", id="element of an annotated list"),
        pytest.param("User(1).items[i]", "a app.service.Base", id="element at any index"),
        pytest.param("User(1).items[1:].pop()", "a app.service.Base", id="slice"),
        pytest.param("User(1).lazy", "a app.service.Base", id="a library's cached property"),
        pytest.param("User(1).clone()", "a app.service.User", id="class of an instance"),
        pytest.param("type(User(1))()", "a app.service.User", id="type of an instance"),
        pytest.param("type('User', (), {})", "a builtins.type", id="a class made at run time"),
        pytest.param("getattr(User(1), 'lazy')", "a app.service.Base", id="getattr"),
        pytest.param("getattr(User(1), name)", "unknown", id="getattr of any name"),
        pytest.param("User(1)['key']", "a app.service.Base", id="index of an own class"),
        pytest.param("next(iter(User(1)))", "a app.service.Base", id="iterating an own class"),
    ],
)
def test_member(expression: str, expected: str) -> None:
    """Attributes are looked up as Python does, and annotations tell what they are."""
    assert revealed(f"{_CLASSES}\n    reveal({expression})") == [expected]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (IN_DICT + "reveal(d['a'])", "a app.service.Base"),
        (IN_DICT + "reveal(d.get(key))", "a app.service.Base"),
        (IN_DICT + "for x in d.values():\n        reveal(x)", "a app.service.Base"),
        (IN_DICT + "for k, x in d.items():\n        reveal(x)", "a app.service.Base"),
        (IN_DICT + "for k, x in d.items():\n        reveal(k)", "unknown"),
        (IN_DICT + "for x in d:\n        reveal(x)", "unknown"),
        ("d = {n: Base() for n in names}\nreveal(d[key])", "a app.service.Base"),
        (
            "from collections import defaultdict\nd = defaultdict(Base)\nreveal(d[key])",
            "a app.service.Base",
        ),
        (IN_DICT + "reveal(d.unknown)", "builtins.dict.unknown"),
        (
            "def f(x: list[Base]):\n    for i, y in enumerate(x):\n        reveal(y)",
            "a app.service.Base",
        ),
        (
            "def f(x: list[Base]):\n    for i, y in zip(names, x):\n        reveal(y)",
            "a app.service.Base",
        ),
        (
            "def f(x: list[Base]):\n    for y in reversed(sorted(x)):\n        reveal(y)",
            "a app.service.Base",
        ),
        (
            "def f(x: list[Base] | None):\n    for y in x or []:\n        reveal(y)",
            "a app.service.Base",
        ),
        ("def f(x: B):\n    reveal(x)", "a app.service.Base"),
        ("def f(x: T):\n    reveal(x)", "unknown"),
        ("from typing import cast\nreveal(cast('Base | None', x))", "a app.service.Base"),
        ("def same(x, *, y=1):\n    return x\nreveal(same(Base()))", "a app.service.Base"),
        ("def same(*x, y=1):\n    return y\nreveal(same(1, y=Base()))", "a app.service.Base"),
        ("def same(x):\n    return x\nreveal(same(*them))", "p 'app.service.same'"),
        ("def f(x: dict | None):\n    reveal((x or {}).get)", "builtins.dict.get"),
        ("def f(x: Base):\n    reveal(x or 'none')", "unknown"),
        ("o = {}\nif x:\n    o = {'timeout': 3}\nreveal(o)", "unknown"),
        (IN_ASYNC + "reveal(await asyncio.wait_for(make(), 3))", "a app.service.Base"),
        (
            IN_ASYNC + "a, b = await asyncio.gather(other(), make())\n    reveal(b)",
            "a app.service.Base",
        ),
        (IN_ASYNC + "reveal(await asyncio.to_thread(Base))", "a app.service.Base"),
        (
            (
                "from contextlib import ExitStack\nimport requests\nwith ExitStack() as stack:\n"
                "    reveal(stack.enter_context(requests.Session()))"
            ),
            "a requests.Session",
        ),
    ],
)
def test_element(code: str, expected: str) -> None:
    """What is in a container, or comes through a function that hands it on, keeps its type."""
    lines = code.replace("\n", "\n    ")
    assert revealed(f"{_CLASSES}\n    {lines}") == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("if isinstance(x, A):\n    reveal(x)", "a app.service.A", id="if"),
        pytest.param("if isinstance(x, A) and x.ok:\n    reveal(x)", "a app.service.A", id="and"),
        pytest.param("isinstance(x, A) and reveal(x)", "a app.service.A", id="right of and"),
        pytest.param("isinstance(x, A) or reveal(x)", "p 'app.service.f'", id="right of or"),
        pytest.param("not isinstance(x, A) or reveal(x)", "a app.service.A", id="not or"),
        pytest.param(
            "if isinstance(x, A) or x.ok:\n    reveal(x)", "p 'app.service.f'", id="if or"
        ),
        pytest.param(
            "if isinstance(x, A):\n    pass\nelse:\n    reveal(x)", "p 'app.service.f'", id="else"
        ),
        pytest.param(
            "if not isinstance(x, A):\n    pass\nelse:\n    reveal(x)", "a app.service.A", id="not"
        ),
        pytest.param(
            "if not isinstance(x, A):\n    return\nif x.y:\n    reveal(x)",
            "a app.service.A",
            id="left before",
        ),
        pytest.param(
            "if not isinstance(x, A):\n    log()\nreveal(x)", "p 'app.service.f'", id="not left"
        ),
        pytest.param("assert isinstance(x, A)\nreveal(x)", "a app.service.A", id="assert"),
        pytest.param(
            "if x:\n    assert isinstance(x, A)\nreveal(x)",
            "p 'app.service.f'",
            id="assert in a branch",
        ),
        pytest.param(
            "if isinstance(x, A):\n    x = other()\n    reveal(x)", "unknown", id="bound anew"
        ),
        pytest.param(
            "if isinstance(x, A):\n    def g():\n        reveal(x)",
            "p 'app.service.f'",
            id="runs later",
        ),
        pytest.param("if isinstance(x, (A, C)):\n    reveal(x)", "p 'app.service.f'", id="two"),
        pytest.param("reveal(x) if isinstance(x, A) else 1", "a app.service.A", id="conditional"),
        pytest.param(
            "for y in x:\n    [reveal(y) for y in x if isinstance(y, A)]",
            "a app.service.A",
            id="comprehension",
        ),
        pytest.param(
            "z = B()\nif isinstance(z, A):\n    reveal(z)", "a app.service.B", id="a subclass stays"
        ),
        pytest.param(
            "z = A()\nif isinstance(z, B):\n    reveal(z)", "a app.service.B", id="narrower"
        ),
    ],
)
def test_isinstance(body: str, expected: str) -> None:
    """Where a test of the type has been passed, a name has that type, and nowhere else."""
    classes = "class A: ...\nclass B(A): ...\nclass C: ...\n"
    lines = body.replace("\n", "\n    ")
    assert revealed(f"{classes}def f(x):\n    {lines}\n") == [expected]
