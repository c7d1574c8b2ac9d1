"""Rules about configuration where one example does not show enough."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence
from surefoot.rules.configuration.env_bool_truthiness import EnvBoolTruthiness
from surefoot.rules.configuration.env_default_conflict import EnvDefaultConflict
from surefoot.rules.configuration.lazy_config_read import LazyConfigRead
from surefoot.rules.configuration.secret_in_log import SecretInLog
from surefoot.rules.configuration.unchecked_env_value import UncheckedEnvValue
from tests.checking import check

_VIEW = """
from fastapi import APIRouter
from app.ledger import connect

router = APIRouter()

@router.get("/ledger")
def ledger():
    return connect()
"""


def _code(text: str) -> str:
    return textwrap.dedent(text).lstrip()


def test_the_way_to_a_lazy_read_is_shown() -> None:
    """A read that only a handler's call gets to is less sure, and the call is shown."""
    ledger = 'import os\n\n\ndef connect():\n    return os.environ["LEDGER_URL"]\n'
    (found,) = check({"app/ledger.py": ledger, "app/views.py": _VIEW}, [LazyConfigRead])
    assert (found.path, found.span.line) == ("app/ledger.py", 5)
    assert found.confidence is Confidence.MEDIUM
    assert [(step.path, step.line) for step in found.chain] == [("app/views.py", 9)]
    assert "`ledger` handles a request" in found.message


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("app/main.py", "from app.ledger import connect\n\nLEDGER = connect()\n"),
        ("app/main.py", 'import os\n\nURL = os.environ["LEDGER_URL"]\n'),
        ("app/main.py", 'import os\n\nos.environ["LEDGER_URL"] = "sqlite://"\n'),
        (
            "app/main.py",
            (
                'import os\n\nREQUIRED = ["LEDGER_URL", "STAGE"]\n'
                "missing = [name for name in REQUIRED if not os.getenv(name)]\n"
            ),
        ),
        ("app/worker.py", "from app.ledger import connect\n\ndef work():\n    connect()\n"),
    ],
)
def test_a_variable_known_at_the_start_is_no_lazy_read(path: str, code: str) -> None:
    """What another module requires, tests or sets at import, or calls itself, is not late."""
    ledger = 'import os\n\n\ndef connect():\n    return os.environ["LEDGER_URL"]\n'
    files = {"app/ledger.py": ledger, "app/views.py": _VIEW, path: code}
    assert check(files, [LazyConfigRead]) == []


def test_a_call_from_a_test_does_not_make_a_read_early() -> None:
    """Tests that call a function at import say nothing about the service."""
    ledger = 'import os\n\n\ndef connect():\n    return os.environ["LEDGER_URL"]\n'
    test = "from app.ledger import connect\n\nLEDGER = connect()\n"
    files = {"app/ledger.py": ledger, "app/views.py": _VIEW, "tests/test_ledger.py": test}
    assert len(check(files, [LazyConfigRead])) == 1


@pytest.mark.parametrize(
    "wrapper",
    [
        "def env(name: str):\n    return os.getenv(name)\n",
        "def env(name, default=None):\n    return os.environ.get(name, default)\n",
        (
            "class Values:\n    def get(self, name):\n        return os.getenv(name)\n\n"
            "env = Values().get\n"
        ),
    ],
)
def test_a_wrapper_gives_what_it_reads(wrapper: str) -> None:
    """A value read through a function of the file is as unchecked as the one it wraps."""
    code = f'import os\n\n{wrapper}\nsize = int(env("SIZE"))\n'
    (found,) = check({"app.py": code}, [UncheckedEnvValue])
    assert found.anchor == 'size = int(env("SIZE"))'


def test_a_wrapper_with_a_default_of_its_own_gives_text() -> None:
    """A wrapper that never gives None, or is given a default, needs no check."""
    code = """
        import os

        def env(name, default="1"):
            return os.environ.get(name, default)

        def plain(name, default=None):
            return os.environ.get(name, default)

        sizes = int(env("SIZE")), int(plain("SIZE", "2"))
        """
    assert check({"app.py": _code(code)}, [UncheckedEnvValue]) == []


def test_a_default_says_that_a_flag_is_meant() -> None:
    """A default that is a word for no makes the finding sure; a name alone does not."""
    code = """
        import os

        if os.getenv("METRICS", "off"):
            print("metrics")
        if os.getenv("DEBUG"):
            print("debug")
        """
    found = check({"app.py": _code(code)}, [EnvBoolTruthiness])
    assert [item.confidence for item in found] == [Confidence.HIGH, Confidence.MEDIUM]


def test_the_minority_is_reported() -> None:
    """The place whose default differs from the others is reported, with the others."""
    usual = 'import os\n\nSIZE = os.getenv("SIZE", "10")\n'
    odd = 'import os\n\nSIZE = os.getenv("SIZE", "20")\n'
    found = check({"a.py": odd, "b.py": usual, "c.py": usual}, [EnvDefaultConflict])
    assert [(item.path, [step.path for step in item.chain]) for item in found] == [
        ("a.py", ["b.py", "c.py"])
    ]


def test_a_secret_shown_in_a_dialogue_is_less_sure() -> None:
    """A program that asks and answers at the terminal prints for one person, not for the log."""
    code = "def show(password):\n    print('password', password)\n"
    (logged,) = check({"app.py": code}, [SecretInLog])
    (said,) = check({"app.py": code + "    return input('again? ')\n"}, [SecretInLog])
    assert (logged.confidence, said.confidence) == (Confidence.MEDIUM, Confidence.LOW)
