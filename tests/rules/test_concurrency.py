"""Rules of the event loop: what single examples cannot show."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence
from surefoot.rules.concurrency.blocking_call_in_async import BlockingCallInAsync
from surefoot.rules.concurrency.blocking_reachable_from_async import BlockingReachableFromAsync
from surefoot.rules.concurrency.nested_event_loop import NestedEventLoop
from surefoot.rules.concurrency.to_thread_called_not_passed import ToThreadCalledNotPassed
from tests.checking import check

SCRIPT = """
import asyncio
import subprocess

async def main():
    {body}
    subprocess.run(["make", "all"])

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("path", "body", "confidence"),
    [
        ("build.py", "pass", Confidence.LOW),
        ("build.py", "asyncio.create_task(watch())", Confidence.HIGH),
        ("app/cli/build.py", "await asyncio.gather(*watchers)", Confidence.LOW),
    ],
)
def test_a_loop_that_serves_nobody_else_may_be_held(
    path: str, body: str, confidence: Confidence
) -> None:
    """A blocking call is sure to hurt only where other tasks may wait for the loop."""
    (finding,) = check({path: SCRIPT.format(body=body)}, [BlockingCallInAsync])
    assert finding.confidence is confidence


@pytest.mark.parametrize(
    ("name", "body", "confidence"),
    [
        ("startup", "time.sleep(1)", Confidence.LOW),
        ("startup", "while True: time.sleep(1)", Confidence.HIGH),
        ("refresh", "time.sleep(1)", Confidence.HIGH),
        ("stop", "thread.join()", Confidence.LOW),
        ("refresh", "thread.join()", Confidence.MEDIUM),
    ],
)
def test_start_and_end_of_a_service_may_wait(name: str, body: str, confidence: Confidence) -> None:
    """Before the first and after the last request, waiting seldom hurts."""
    code = f"import threading, time\nthread = threading.Thread()\nasync def {name}():\n    {body}\n"
    (finding,) = check({"a.py": code}, [BlockingCallInAsync])
    assert finding.confidence is confidence


def test_the_twin_is_named() -> None:
    """The message names the callable that would not hold the loop."""
    code = "import time\nasync def poll():\n    time.sleep(1)\n"
    (finding,) = check({"a.py": code}, [BlockingCallInAsync])
    assert finding.message == (
        "`time.sleep` stops every task of the event loop while it sleeps, `asyncio.sleep` does not"
    )


CHAIN = {
    "app/disk.py": "import time\n\ndef flush():\n    time.sleep(1)\n",
    "app/store.py": """
from app import disk

class Store:
    def save(self):
        self.log()
        self.flush()

    def log(self):
        self.flush()

    def flush(self):
        disk.flush()
""",
    "app/views.py": """
from app.store import Store

async def view(store: Store):
    store.log()
    store.save()
    store.save()

async def other(store: Store):
    store.save()
""",
}


def test_the_shortest_chain_is_told_once_per_coroutine() -> None:
    """Each coroutine is told once of a blocking call, by the shortest way, step by step."""
    found = check(CHAIN, [BlockingReachableFromAsync])
    assert [(item.path, item.span.line, item.scope) for item in found] == [
        ("app/views.py", 5, "view"),
        ("app/views.py", 10, "other"),
    ]
    assert [(step.path, step.line, step.text) for step in found[1].chain] == [
        ("app/views.py", 10, "`other` calls `Store.save`"),
        ("app/store.py", 7, "`Store.save` calls `Store.flush`"),
        ("app/store.py", 13, "`Store.flush` calls `flush`"),
        ("app/disk.py", 4, "`flush` calls `time.sleep`"),
    ]


@pytest.mark.parametrize(
    ("between", "confidences"),
    [
        (0, [Confidence.MEDIUM]),
        (2, [Confidence.MEDIUM]),
        (3, [Confidence.LOW]),
        (5, [Confidence.LOW]),
        (6, []),
    ],
)
def test_long_chains_are_less_sure(between: int, confidences: list[Confidence]) -> None:
    """What hurts is found through six functions, not through seven, and from the fourth on
    only by those who ask for it."""
    functions = [f"def f{i}():\n    f{i + 1}()\n" for i in range(between)]
    for end, rule in (
        ("time.sleep(1)", BlockingReachableFromAsync),
        ("asyncio.run(serve())", NestedEventLoop),
    ):
        last = f"def f{between}():\n    {end}\n"
        head = "import asyncio, time\n"
        code = "\n".join([head, *functions, last, "async def serve():\n    f0()\n"])
        found = check({"a.py": code}, [rule])
        assert [finding.confidence for finding in found] == confidences


def test_a_start_of_a_loop_is_reported_once_with_the_nearest_coroutine() -> None:
    """However many coroutines lead to it, the place that starts the loop is what is wrong."""
    code = textwrap.dedent(
        """
        import asyncio

        def load(name):
            return asyncio.run(asyncio.sleep(1, name))

        def settings():
            return load("settings")

        async def far():
            settings()

        async def near():
            load("x")
        """
    )
    (finding,) = check({"a.py": code}, [NestedEventLoop])
    assert (finding.span.line, finding.confidence) == (5, Confidence.MEDIUM)
    assert [step.text for step in finding.chain] == [
        "`near` calls `load`",
        "`load` calls `asyncio.run`",
    ]


def test_a_called_function_is_handed_over_apart() -> None:
    """The fix takes the call apart, and leaves alone what has keywords or is no call here."""
    code = textwrap.dedent(
        """
        import asyncio, time
        async def a(loop: asyncio.AbstractEventLoop, delay):
            await asyncio.to_thread(time.sleep(delay * 2))
            await loop.run_in_executor(None, time.sleep(delay))
            await asyncio.to_thread(time.sleep(secs=delay))
        """
    )
    fixes = [finding.fix for finding in check({"a.py": code}, [ToThreadCalledNotPassed])]
    assert [fix and [edit.text for edit in fix.edits] for fix in fixes] == [
        ["time.sleep, delay * 2"],
        ["time.sleep, delay"],
        None,
    ]


def test_waiting_for_somebody_to_type_is_less_sure() -> None:
    """A program that asks at a terminal has, as a rule, nobody else on its event loop."""
    code = """
def ask():
    return input("Overwrite? ") == "y"

async def start():
    if ask():
        print("overwriting")
"""
    (finding,) = check({"app.py": code}, [BlockingReachableFromAsync])
    assert finding.confidence is Confidence.LOW
