"""Which functions of a project are workers."""

from __future__ import annotations

import pytest

from surefoot.examine import examine
from surefoot.linking.project import Project
from surefoot.ruleset import RuleSet
from tests.checking import shipped_facts, sources

HEAD = """
import asyncio, multiprocessing, queue, threading
import redis, redis.asyncio
from aiokafka import AIOKafkaConsumer
from confluent_kafka import Consumer
from app.box import INBOX
"""


def is_worker(code: str, name: str = "work") -> bool:
    files = {
        "app/__init__.py": "",
        "app/box.py": "import queue\nINBOX = queue.Queue()\n",
        "app/main.py": f"{HEAD}\n{code}\n",
    }
    examinations = [examine(source, RuleSet(()), shipped_facts()) for source in sources(files)]
    project = Project(examinations, shipped_facts())
    return "worker" in project.roles.get(f"app.main.{name}", set())


START = "threading.Thread(target=work).start()\n"


@pytest.mark.parametrize(
    "loop",
    [
        "    while True:\n        INBOX.get()\n",
        "    while 1:\n        INBOX.get(timeout=3)\n",
        "    for item in iter(INBOX.get, None):\n        print(item)\n",
        "    events = redis.Redis().pubsub()\n    for event in events.listen():\n        event()\n",
        "    client = redis.Redis()\n    while True:\n        client.blpop('jobs')\n",
        "    consumer = Consumer({})\n    while True:\n        consumer.poll(1.0)\n",
        "    jobs = multiprocessing.Queue()\n    while True:\n        jobs.get()\n",
    ],
)
def test_workers(loop: str) -> None:
    """An endless loop over what a queue, a topic or a list gives, run by a thread."""
    if "iter(INBOX" in loop:
        loop = loop.replace("INBOX", "inbox")
        loop = f"    inbox = queue.Queue()\n{loop}"
    assert is_worker(f"def work():\n{loop}\n{START}")


@pytest.mark.parametrize(
    "loop",
    [
        "    for _ in range(3):\n        INBOX.get()\n",
        "    while not INBOX.empty():\n        INBOX.get()\n",
        "    while True:\n        INBOX.get(False)\n",
        "    while True:\n        return INBOX.get()\n",
        "    while True:\n        print(INBOX)\n",
        "    while True:\n        item = INBOX.get()\n        break\n",
        "    INBOX.get()\n",
        "    count = 3\n    while count:\n        INBOX.get()\n        count -= 1\n",
    ],
)
def test_others(loop: str) -> None:
    """A loop that ends by itself, or does not wait for work, makes no worker."""
    assert not is_worker(f"def work():\n{loop}\n{START}")


LOOP = "    while True:\n        INBOX.get()\n"


def test_what_runs_it() -> None:
    """A thread, a process, an event loop or the program itself has to come to it."""
    assert not is_worker(f"def work():\n{LOOP}")
    assert is_worker(f"def work():\n{LOOP}\ndef main():\n    work()\n\nmain()\n")
    assert is_worker(f"def work():\n{LOOP}\nmultiprocessing.Process(target=work).start()\n")
    method = "    def run(self):\n        while True:\n            INBOX.get()\n"
    assert is_worker(f"class Work(threading.Thread):\n{method}", "Work.run")


def test_coroutines() -> None:
    """A task of an event loop is a worker, too."""
    code = (
        "async def work(inbox: asyncio.Queue):\n    while True:\n        await inbox.get()\n\n"
        "async def main():\n    asyncio.create_task(work(asyncio.Queue()))\n\n"
        "asyncio.run(main())\n"
    )
    assert is_worker(code)
    code = code.replace("    while True:\n        await inbox.get()\n", "{}").format(
        "    async for message in AIOKafkaConsumer('orders'):\n        print(message)\n"
    )
    assert is_worker(code)
