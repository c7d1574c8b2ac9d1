"""Fixes of what waits: children, and the loops that try again."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Defaults
from surefoot.rules.network.retry_without_backoff import RetryWithoutBackoff
from surefoot.rules.network.subprocess_without_timeout import SubprocessWithoutTimeout
from tests.checking import check, mend

_DEFAULTS = Defaults(timeout=60, backoff=1)

_LOOPS = (
    (
        """
        import requests

        def load(url):
            for _ in range(5):
                try:
                    return requests.get(url, timeout=5)
                except requests.ConnectionError: pass
                except requests.Timeout as error:
                    print(error)
            raise RuntimeError(url)
        """,
        """
        import requests
        import random
        import time

        def load(url):
            for _ in range(5):
                try:
                    return requests.get(url, timeout=5)
                except requests.ConnectionError: time.sleep(random.uniform(0, 1))
                except requests.Timeout as error:
                    print(error)
                    time.sleep(random.uniform(0, 1))
            raise RuntimeError(url)
        """,
    ),
    (
        """
        import asyncio as aio
        import random

        async def load(client, url):
            for attempt in range(5):
                try:
                    return await client.fetch(url)
                except ConnectionError:
                    # the last one is for the caller
                    if attempt == 4:
                        raise
        """,
        """
        import asyncio as aio
        import random

        async def load(client, url):
            for attempt in range(5):
                try:
                    return await client.fetch(url)
                except ConnectionError:
                    # the last one is for the caller
                    if attempt == 4:
                        raise
                    await aio.sleep(random.uniform(0, 2**attempt))
        """,
    ),
)


@pytest.mark.parametrize(("code", "fixed"), _LOOPS)
def test_loops_wait(code: str, fixed: str) -> None:
    """Every handler after which it is tried again waits, as its function can."""
    after, outcome = mend({"a.py": textwrap.dedent(code)}, [RetryWithoutBackoff], _DEFAULTS)
    assert set(after["a.py"].decode().split("\n")) == set(textwrap.dedent(fixed).split("\n"))
    assert outcome.notices == ()


@pytest.mark.parametrize(
    "handler",
    [
        "except OSError: continue",
        "except OSError:\n    if attempt > 3:\n        continue\n    print('again')",
    ],
)
def test_loops_left(handler: str) -> None:
    """One line that goes on by itself, and several ways to the next attempt, are left."""
    code = (
        "import requests\n\ndef load(url):\n    for attempt in range(5):\n        try:\n"
        "            return requests.get(url, timeout=5)\n" + textwrap.indent(handler, " " * 8)
    )
    (found,) = check({"a.py": code + "\n"}, [RetryWithoutBackoff], defaults=_DEFAULTS)
    assert found.fix is None


@pytest.mark.parametrize(
    ("line", "is_fixed"),
    [
        ("child.wait()  # so long", True),
        ("status = child.wait()", True),
        ("return child.communicate(b'x')[0]", True),
        ("print(1); child.wait()", False),
        ("if child.wait(): print(1)", False),
        ("if child: child.wait()", False),
        ("return [child.wait() for child in children]", False),
        ("return subprocess.Popen(['x']).wait()", False),
        ("return child.communicate(\n        b'x')", False),
    ],
)
def test_children(line: str, is_fixed: bool) -> None:
    """A child that has a name, and is waited for on a line of its own, is ended in time."""
    code = (
        "import subprocess\n\ndef run():\n    child = subprocess.Popen(['x'])\n"
        f"    children = [child]\n    {line}\n"
    )
    after, outcome = mend({"a.py": code}, [SubprocessWithoutTimeout], _DEFAULTS)
    assert (b".kill()\n        " in after["a.py"]) is is_fixed
    assert (after["a.py"] != code.encode()) is is_fixed
    assert (len(outcome.applied), outcome.notices) == (int(is_fixed), ())
