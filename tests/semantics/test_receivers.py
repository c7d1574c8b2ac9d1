"""What methods give depends on the class they are called on."""

from __future__ import annotations

import pytest

from surefoot.semantics.receivers import Receivers
from tests.semantics.test_values import revealed

_CLASSES = """
    import httpx
    import requests
    from typing import Self, TypeVar

    T = TypeVar("T")

    class Base:
        session: requests.Session
        made_of = httpx.Client

        @classmethod
        def create(cls): return cls()
        @classmethod
        def typed(cls: "type[T]") -> "T": return cls()
        @classmethod
        def other(cls) -> Self: ...
        @staticmethod
        def same(one: T) -> T: return one
        def me(self: T) -> T: ...
        def copied(self: "Base") -> "Base": return Base()
        def again(self): return self.create()
        def made(self): return self.made_of()
        def __enter__(self): return self

    class Derived(Base):
        made_of = requests.Session
        def __init__(self, session):
            self.session = session
        @classmethod
        def create(cls): return super().create()

    class Last(Derived):
        pass
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Last.create()", "a app.service.Last"),
        ("Derived.create()", "a app.service.Derived"),
        ("Last.typed()", "a app.service.Last"),
        ("Last.other()", "a app.service.Last"),
        ("Last(1).me()", "a app.service.Last"),
        ("Last(1).again()", "a app.service.Last"),
        ("Last(1).copied()", "a app.service.Base"),
        ("Last(1).same(1)", "unknown"),
        ("Last(1).made()", "a requests.Session"),
        ("Base().made()", "a httpx.Client"),
        ("Last(1).session", "a requests.Session"),
        ("Base.create()", "a app.service.Base"),
    ],
)
def test_what_a_method_gives(expression: str, expected: str) -> None:
    """`cls()`, `self` and `Self` are of the class a method is called on, not of its own."""
    assert revealed(f"{_CLASSES}\n    reveal({expression})\n") == [expected]


def test_with_enters_the_object_itself() -> None:
    code = f"{_CLASSES}\n    with Last(1) as entered:\n        reveal(entered.session)\n"
    assert revealed(code) == ["a requests.Session"]


def test_symbols_that_depend_on_no_class_stay_the_same() -> None:
    """They are looked up by identity, so they are not made anew; nor are they for their owner."""
    receivers = Receivers()
    plain = ("c", ("n", "requests.Session"), (("C", ("n", "app.C")),))
    own = ("c", ("C", "app.Base"), ())
    assert receivers.seen_from(plain, "app.Base", "app.Derived") is plain
    assert receivers.seen_from(own, "app.Base", "app.Base") is own
    seen = receivers.seen_from(own, "app.Base", "app.Derived")
    assert seen == ("c", ("n", "app.Derived"), ())
    assert receivers.seen_from(own, "app.Base", "app.Derived") is seen
    assert receivers.seen_from(own, "app.Other", "app.Derived") == own
