"""Comments that silenced other linters, once what they silenced is mended."""

from __future__ import annotations

import pytest

from surefoot.edits.remarks import silence_no_more
from surefoot.model import Safety
from surefoot.rules.concurrency.dangling_task import DanglingTask
from surefoot.rules.errors.swallowed_exception import SwallowedException
from tests.checking import mend
from tests.fixing.test_edits import call, edited


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()  # noqa: A1\n", "f()\n"),
        ("f()  # noqa:A1,B2\n", "f()  # noqa:B2\n"),
        ("f()  # noqa: B2, A1\n", "f()  # noqa: B2\n"),
        ("f()  # noqa: B2\n", "f()  # noqa: B2\n"),
        ("f()  # noqa\n", "f()  # noqa\n"),
        ("f()  # noqa: A1 - we need not know\n", "f()  # we need not know\n"),
        ("f()  # noqa: A1 # type: ignore\n", "f()  # type: ignore\n"),
        ("f()  # why  # noqa: A1\n", "f()  # why\n"),
        ("f()  # why  # noqa: A1  # more\n", "f()  # why  # more\n"),
        ("f()  # pylint: disable=a-b\n", "f()\n"),
        ("f()  # pylint: disable=c,a-b\n", "f()  # pylint: disable=c\n"),
        ("x = 'noqa: A1'; f()\n", "x = 'noqa: A1'; f()\n"),
        ("if x: f()  # noqa: A1\r\n", "if x: f()\r\n"),
        ("f(\n    1,  # noqa: A1\n)\n", "f(\n    1,  # noqa: A1\n)\n"),
        ("\tf()\t# noqa: A1", "\tf()"),
    ],
)
def test_comments(before: str, after: str) -> None:
    """A code that has no use any more goes, and a comment that held nothing else."""
    indented = before.startswith("\t")
    head = "if x:\n" if indented else ""
    given = edited(head + before, lambda file: silence_no_more(file, call(file), ("A1", "a-b")))
    assert given == head + after


def test_task_kept() -> None:
    """Where the task is kept, nobody needs be told that it is not."""
    code = (
        "import asyncio\n\nasync def main():\n"
        "    asyncio.create_task(work())  # noqa: RUF006, E501\n"
        "    asyncio.create_task(work())  # noqa: RUF006\n"
    )
    files, _ = mend({"a.py": code}, [DanglingTask])
    assert files["a.py"].count(b"noqa: E501") == 1
    assert b"RUF006" not in files["a.py"]


def test_handler() -> None:
    """The comments of a handler are those behind its head and behind its only statement."""
    code = (
        "import logging\nlogger = logging.getLogger(__name__)\n\ndef remove(client, key):\n"
        "    try:\n        client.delete(key)\n"
        "    except Exception:  # noqa: BLE001\n        pass  # noqa: S110\n"
    )
    files, outcome = mend({"a.py": code}, [SwallowedException], least=Safety.SUGGESTION)
    assert len(outcome.applied) == 1
    assert b"noqa" not in files["a.py"]
