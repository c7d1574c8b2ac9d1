"""Which exceptions come out of the functions of a project."""

from __future__ import annotations

import pytest

from surefoot.examine import examine
from surefoot.linking.exceptions import Exceptions
from surefoot.linking.project import Project
from surefoot.ruleset import RuleSet
from tests.checking import shipped_facts, sources

ERRORS = """
class ShopError(Exception): ...
class Declined(ShopError): ...
class Down(ShopError, ConnectionError): ...
"""
PAY = """
from contextlib import contextmanager
from functools import lru_cache
import requests
from tenacity import retry
from shop.errors import Declined, Down, ShopError
from elsewhere import Strange, guarded

def declined(card):
    if card.old:
        raise Declined(card)
    raise Down

def fetch(url):
    response = requests.get(url, timeout=1)
    response.raise_for_status()
    return response

def unwritten():
    raise NotImplementedError

def again():
    try:
        work()
    except ValueError as error:
        raise
    except KeyError as error:
        raise error

def given(error):
    raise error

def numbers():
    yield 1
    raise Declined()

@contextmanager
def session():
    raise Down()
    yield

async def later():
    raise Declined()

@lru_cache
def cached():
    raise Declined()

@guarded
def decorated():
    raise Declined()

@retry
def retried():
    raise Declined()

class Gateway:
    def __init__(self):
        raise Down()
"""


def linked(code: str) -> Exceptions:
    files = {
        "shop/__init__.py": "",
        "shop/errors.py": ERRORS,
        "shop/pay.py": PAY,
        "shop/view.py": "from shop.pay import *\nfrom shop import pay\n" + code,
    }
    examinations = [examine(source, RuleSet(()), shipped_facts()) for source in sources(files)]
    return Exceptions(Project(examinations, shipped_facts()))


def raised(code: str, function: str = "view") -> set[str]:
    """What gets out of a function, by the last names of the classes."""
    found = linked(code).may_raise(f"shop.view.{function}")
    return {name.rpartition(".")[2] for name in found}


def body(*lines: str) -> str:
    return "def view(card):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def view():\n    raise ValueError('no')\n", {"ValueError"}),
        ("def view():\n    raise ValueError\n", {"ValueError"}),
        ("def view():\n    error = ValueError('no')\n    raise error\n", {"ValueError"}),
        (body("pay.declined(card)"), {"Declined", "Down"}),
        (body("return pay.fetch(card)"), {"HTTPError"}),
        (body("pay.unwritten()"), set()),
        (body("pay.again()"), set()),
        (body("pay.given(card)"), set()),
        (body("pay.numbers()"), set()),
        (body("with pay.session():", "    pass"), {"Down"}),
        (body("return lambda: pay.declined(card)"), set()),
        (body("pay.later()"), set()),
        ("async def view():\n    await pay.later()\n", {"Declined"}),
        (body("pay.cached()"), {"Declined"}),
        (body("pay.decorated()"), set()),
        (body("pay.retried()"), set()),
        (body("pay.Gateway()"), {"Down"}),
    ],
)
def test_what_comes_out(code: str, expected: set[str]) -> None:
    """Own raises, and those of callees where the call runs them; nothing that is not sure."""
    assert raised(code) == expected


@pytest.mark.parametrize(
    ("handlers", "expected"),
    [
        ("except pay.Declined: pass", {"Down"}),
        ("except pay.ShopError: pass", set()),
        ("except (pay.Declined, pay.Down): pass", set()),
        ("except OSError: pass", {"Declined"}),
        ("except LookupError: pass", {"Declined", "Down"}),
        ("except Exception: pass", set()),
        ("except: pass", set()),
        ("except pay.Strange: pass", set()),
        ("except unknown: pass", set()),
        ("except pay.Declined: raise", {"Declined", "Down"}),
        ("except pay.ShopError as error: raise error", {"Declined", "Down"}),
        ("except pay.ShopError as error: raise LookupError() from error", {"LookupError"}),
        ("except pay.Declined:\n        raise\n    except Exception: pass", {"Declined"}),
        ("finally: pass", {"Declined", "Down"}),
    ],
)
def test_handlers_around_a_call(handlers: str, expected: set[str]) -> None:
    """The first handler that fits, or may fit, ends an exception unless it raises it again."""
    code = body("try:", "    pay.declined(card)") + f"    {handlers}\n"
    assert raised(code) == expected


def test_other_places_of_a_try() -> None:
    """What handlers, `else` and `finally` raise is not caught by their own `try`."""
    handler = body("try:", "    pass", "except Exception:", "    pay.declined(card)")
    other = body(
        "try:", "    pass", "except Exception:", "    pass", "else:", "    pay.declined(card)"
    )
    assert raised(handler) == raised(other) == {"Declined", "Down"}


def test_suppressed() -> None:
    """`with suppress(...)` is a handler."""
    code = body("with suppress(pay.Down):", "    pay.declined(card)")
    assert raised(f"from contextlib import suppress\n{code}") == {"Declined"}


def test_recursion_ends() -> None:
    """Functions that call each other raise what each of them does."""
    code = "def view(n):\n    other(n)\n    raise KeyError\n\n"
    code += "def other(n):\n    view(n)\n    raise IndexError\n"
    assert raised(code) == raised(code, "other") == {"KeyError", "IndexError"}


def test_the_way_to_the_raise() -> None:
    """The chain leads from the function, call by call, to the `raise`."""
    exceptions = linked(body("between(card)") + "\ndef between(card):\n    pay.declined(card)\n")
    (first, _) = exceptions.escapes("shop.view.view")
    assert [link.text for link in exceptions.links(first)] == [
        "`view` calls `between`",
        "`between` calls `declined`",
        "`declined` raises `Declined`",
    ]


def test_many_exceptions_are_bounded() -> None:
    """Of a function that raises everything no more than a few count."""
    names = [f"E{number}" for number in range(40)]
    code = "".join(f"class {name}(Exception): ...\n" for name in names)
    code += body(*(f"if card == {name!r}: raise {name}" for name in names))
    assert 0 < len(raised(code)) < len(names)
