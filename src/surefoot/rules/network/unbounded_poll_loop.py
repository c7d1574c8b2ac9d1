"""`unbounded-poll-loop`: a loop waits for a state that may never come."""

from __future__ import annotations

import libcst as cst

from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import last_name
from surefoot.semantics.loops import is_script
from surefoot.semantics.poll_loops import PollLoop
from surefoot.semantics.summary import At
from surefoot.syntax.tree import dotted


class UnboundedPollLoop(Rule):
    """A loop asks again and again until the answer is right, and never gives up.

    A job that is stuck, deleted, or failed under a name nobody thought of keeps the loop, and
    whoever waits for it, busy for ever. Give the loop a deadline or a number of tries, and end it
    on the states of failure too.
    """

    code = "SF105"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    examples = (
        Bad(
            """
            import time

            def wait(api, job):
                while api.status(job) != "SUCCEEDED":
                    time.sleep(5)
            """
        ),
        Bad(
            """
            import asyncio

            async def wait(client, name):
                state = await client.describe(name)
                while state["Status"] in ("CREATING", "PENDING"):
                    await asyncio.sleep(2)
                    state = await client.describe(name)
                return state
            """
        ),
        Bad(
            """
            import time

            class Cluster:
                def until_ready(self, client, interval):
                    while True:
                        answer = client.describe_cluster(self.name)
                        status = answer["cluster"]["status"]
                        if status == "ACTIVE":
                            return answer
                        if status == "FAILED":
                            raise RuntimeError(status)
                        time.sleep(interval)
            """
        ),
        Bad(
            """
            import time

            def wait(instance):
                while instance.status == "starting":
                    time.sleep(5)
                    instance.reload()
            """
        ),
        Bad(
            """
            import asyncio
            import time

            import boto3
            import requests
            from pacing import pause

            athena = boto3.client("athena")

            def run(query):
                while True:
                    answer = athena.get_query_execution(QueryExecutionId=query)
                    if answer["QueryExecution"]["Status"]["State"] == "SUCCEEDED":
                        return answer
                    time.sleep(2)

            def wait_for(client, job):
                state = client.get_job(job)
                while state["status"] not in ("done", "failed"):
                    pause()
                    state = client.get_job(job)
                return state

            async def until_ready(client, name):
                while True:
                    state = await asyncio.to_thread(client.describe, name)
                    if state == "READY":
                        return
                    await asyncio.sleep(3)

            def exported(address):
                done = False
                while not done:
                    answer = requests.get(address, timeout=5)
                    answer.raise_for_status()
                    done = answer.json()["state"] == "complete"
                    if not done:
                        time.sleep(10)
            """,
            count=4,
        ),
        Good(
            """
            import time

            def report(read, send):
                while True:
                    lines = read()
                    if lines > 70:
                        break
                    send(lines)
                    time.sleep(5)
            """,
            because="each round does something, it does not only wait",
        ),
        Good(
            """
            import time

            class Pool:
                def start_all(self):
                    while True:
                        if self.status == self.Status.STOPPED:
                            break
                        self.check_workers()
                        time.sleep(1)

                def ship(self, read):
                    while True:
                        lines = read()
                        if len(lines) > 70:
                            break
                        self.send_logs(lines)
                        time.sleep(5)
            """,
            because="the first keeps an eye on its workers until it is stopped, and each round of "
            "the second sends something",
        ),
        Good(
            """
            import asyncio
            import time

            def settle(connection, query):
                counter = 0
                while True:
                    status = connection.query_status(query)
                    delay, counter = step(connection, status, counter)
                    if delay is None:
                        return
                    time.sleep(delay)

            class Bus:
                async def reach(self):
                    while True:
                        if await self.client.connect():
                            break
                        await asyncio.sleep(30)
            """,
            because="a counter is handed to what decides, and connecting is trying, not asking",
        ),
        Good(
            """
            import asyncio

            class Buffer:
                async def drain(self):
                    while self.has_unwritten():
                        if not await self.push():
                            await asyncio.sleep(1)
            """,
            because="the loop itself brings about what it asks for",
        ),
        Good(
            """
            import time

            def wait(api, job, deadline):
                while time.monotonic() < deadline:
                    state = api.status(job)
                    if state == "SUCCEEDED":
                        return
                    if state in {"FAILED", "CANCELLED"}:
                        raise RuntimeError(state)
                    time.sleep(5)
                raise TimeoutError(job)
            """,
            because="the loop gives up at the deadline",
        ),
        Good(
            """
            import time

            class Driver:
                def wait(self, share, seconds):
                    finish = time.time() + seconds
                    state = self.client.state(share)
                    while not (self.is_fine(state) or time.time() > finish):
                        time.sleep(5)
                        state = self.client.state(share)
            """,
            because="the loop looks at the clock",
        ),
        Good(
            """
            import time

            def wait(api, job):
                tries = 0
                while api.status(job) != "SUCCEEDED":
                    tries += 1
                    if tries == 20:
                        raise TimeoutError(job)
                    time.sleep(5)
            """,
            because="the loop counts",
        ),
        Good(
            """
            import threading
            import time

            def loop(stop: threading.Event, step):
                while not stop.is_set():
                    step()
                    stop.wait(1)

            def pump(queue, send):
                while True:
                    send(queue.get())
                    time.sleep(1)
            """,
            because="these are to go on until they are told to stop",
        ),
        Good(
            """
            import asyncio

            async def wait(client, name, seconds):
                async with asyncio.timeout(seconds):
                    while await client.state(name) != "ready":
                        await asyncio.sleep(1)
            """,
            because="the block around it bounds the time",
        ),
        Good(
            """
            # file: polling.py
            import asyncio

            async def until_ready(client, name):
                while await client.state(name) != "ready":
                    await asyncio.sleep(1)
            # file: service.py
            import asyncio
            from polling import until_ready

            async def start(client):
                await asyncio.wait_for(until_ready(client, "db"), 30)
            """,
            because="who calls it bounds the time",
        ),
        Good(
            """
            import time

            def fetch(client, url):
                while True:
                    try:
                        answer = client.get(url)
                    except OSError:
                        time.sleep(1)
                        continue
                    if answer:
                        return answer
            """,
            because="it tries again after failures, which is for the rules about retries",
        ),
        Good(
            """
            import subprocess
            import threading
            import time

            def drain(thread: threading.Thread, process: subprocess.Popen, queue):
                while thread.is_alive():
                    time.sleep(0.1)
                while process.poll() is None:
                    time.sleep(0.1)
                while not queue.empty():
                    time.sleep(0.1)
            """,
            because="nobody outside is asked",
        ),
        Good(
            """
            import asyncio

            async def settle(scheduler, job):
                while not scheduler.knows(job):
                    await asyncio.sleep(0.05)
            """,
            because="at this pace only something of the same process is asked",
        ),
    )

    def visit_While(self, node: cst.While) -> None:
        loop = PollLoop(self.file, node)
        if loop.sleep is None or loop.is_bounded or loop.works or loop.asked is None:
            return
        function = self.file.function(node)
        callee = dotted(loop.asked.func) or last_name(loop.asked.func)
        owner = self.file.scope_of(function).qualname if function else ""
        self.note(node, owner, callee, loop.asks_itself or loop.is_paced)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            match note.data:
                case (str() as function, str() as callee, bool() as unsure):
                    name = full_name(examination.module, function)
                    if any(At.DEADLINE in call.at for call in project.callers.get(name, ())):
                        continue
                    unsure = unsure or is_script(examination.path)
                    self.report(
                        note,
                        f"the loop asks `{callee}` until the answer is right, and never gives up",
                        path=examination.path,
                        confidence=Confidence.LOW if unsure else None,
                    )
