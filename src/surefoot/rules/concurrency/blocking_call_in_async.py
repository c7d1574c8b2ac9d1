"""`blocking-call-in-async`: a call that holds its thread, in a coroutine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import libcst as cst

from surefoot.edits import await_twin, hand_to_thread
from surefoot.facts.kinds import Blocking
from surefoot.linking.endpoints import Endpoints
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.futures import may_be_done
from surefoot.semantics.loops import (
    FORKS,
    blocking,
    has_loop_to_itself,
    how_long,
    is_apart,
    is_script,
)
from surefoot.semantics.sessions import parameter_session
from surefoot.semantics.summary import At

_SURE = ("network", "sleep", "subprocess", "input")
_FUTURE = ("concurrent.futures.Future.result", "concurrent.futures.Future.exception")


class BlockingCallInAsync(Rule):
    """A coroutine makes a call that holds its thread.

    All tasks of an event loop share one thread. While the call waits, no other request
    is answered, no timeout fires and no health check passes: one slow peer makes the
    whole process look dead.

    Await an asynchronous twin of the call, or hand the function, uncalled, to a thread:
    `await asyncio.to_thread(function, argument)`. Files are left to another rule.
    """

    code = "SF401"
    severity = Severity.ERROR
    facts = (Blocking,)
    silenced_as = ("ASYNC210", "ASYNC221", "ASYNC251")
    examples = (
        Bad(
            """
            import time

            async def poll(job):
                while not job.finished:
                    time.sleep(1)
            """,
            fixed="""
            import asyncio
            import time

            async def poll(job):
                while not job.finished:
                    await asyncio.sleep(1)
            """,
        ),
        Bad(
            """
            import requests

            class Prices:
                def __init__(self):
                    self.http = requests.Session()

                async def of(self, url):
                    return self.http.get(url, timeout=1).json()
            """,
            fixed="""
            import asyncio

            import requests

            class Prices:
                def __init__(self):
                    self.http = requests.Session()

                async def of(self, url):
                    return (await asyncio.to_thread(self.http.get, url, timeout=1)).json()
            """,
        ),
        Bad(
            """
            import asyncio
            import requests

            async def load(url, options):
                answer = requests.post(  # slow
                    url,
                    json={"a": 1},
                    **options,
                )
                requests.put(
                    url,
                    b"",
                )
                return f"{answer} {requests.get(url)}"
            """,
            fixed="""
            import asyncio
            import requests

            async def load(url, options):
                answer = await asyncio.to_thread(requests.post,  # slow
                    url,
                    json={"a": 1},
                    **options,
                )
                await asyncio.to_thread(
                    requests.put,
                    url,
                    b"",
                )
                return f"{answer} {await asyncio.to_thread(requests.get, url)}"
            """,
            count=3,
        ),
        Bad(
            """
            import requests
            import threading
            import time
            from urllib.request import urlopen

            lock = threading.Lock()

            async def load(urls):
                with lock:
                    time.sleep(1)
                with urlopen(urls[0]) as answer:
                    print(answer)
                lock.acquire()
                return [requests.get(url) for url in urls]
            """,
            count=4,
        ),
        Bad(
            """
            import redis
            import redis.asyncio

            class Cache:
                def __init__(self):
                    self.sync = redis.Redis()
                    self.fast = redis.asyncio.Redis()

                async def read(self, key):
                    return await self.fast.get(key) or self.sync.get(key)
            """
        ),
        Bad(
            """
            # file: settings.py
            INTERVAL = 5
            # file: service.py
            import time
            from settings import INTERVAL

            async def poll():
                time.sleep(INTERVAL)
            """,
            fixed="""
            # file: settings.py
            INTERVAL = 5
            # file: service.py
            import asyncio
            import time
            from settings import INTERVAL

            async def poll():
                await asyncio.sleep(INTERVAL)
            """,
        ),
        Bad(
            """
            # file: clients.py
            import requests

            session = requests.Session()
            # file: views.py
            from clients import session

            async def view(url):
                return session.get(url)
            """,
            fixed="""
            # file: clients.py
            import requests

            session = requests.Session()
            # file: views.py
            import asyncio

            from clients import session

            async def view(url):
                return await asyncio.to_thread(session.get, url)
            """,
        ),
        Bad(
            """
            import asyncio
            import subprocess

            async def logs(names):
                for name in names:
                    yield subprocess.run(["journalctl", "-u", name])

            async def show(a):
                return await asyncio.to_thread(print, subprocess.run(a))
            """,
            fixed="""
            import asyncio
            import subprocess

            async def logs(names):
                for name in names:
                    yield await asyncio.to_thread(subprocess.run, ["journalctl", "-u", name])

            async def show(a):
                return await asyncio.to_thread(print, await asyncio.to_thread(subprocess.run, a))
            """,
            count=2,
        ),
        Bad(
            """
            import bcrypt

            async def register(password, salt):
                return bcrypt.hashpw(password, salt)
            """
        ),
        Bad(
            """
            import queue
            import threading

            jobs = queue.Queue()
            lock = threading.Lock()

            async def work():
                lock.acquire()
                return jobs.get()
            """,
            fixed="""
            import asyncio
            import queue
            import threading

            jobs = queue.Queue()
            lock = threading.Lock()

            async def work():
                lock.acquire()
                return await asyncio.to_thread(jobs.get)
            """,
            count=2,
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            pool = ThreadPoolExecutor()

            async def load(read, name):
                return pool.submit(read, name).result()
            """
        ),
        Bad(
            """
            from sqlalchemy.orm import Session
            from models import Hero

            async def count(session: Session):
                return session.query(Hero).count()
            """
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from sqlalchemy.orm import Session
            from models import Hero, get_session

            app = FastAPI()

            @app.get("/count")
            async def count(session: Session = Depends(get_session)):
                return session.query(Hero).count()
            """,
            because="that an endpoint is given such a session is said by a rule of its own",
        ),
        Good(
            """
            import asyncio
            import requests
            import time

            async def load(url):
                await asyncio.sleep(1)
                first = await asyncio.to_thread(requests.get, url, timeout=1)
                again = await asyncio.to_thread(lambda: requests.get(url, timeout=1))
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, time.sleep, 1)
                return first, again
            """,
            because="threads wait, not the event loop",
        ),
        Good(
            """
            import requests

            async def load(url, run):
                def work():
                    return requests.get(url, timeout=1)

                return await run(work)
            """,
            because="`work` is handed over uncalled",
        ),
        Good(
            """
            import time
            import requests

            def load(url):
                time.sleep(1)
                return requests.get(url, timeout=1)
            """,
            because="a synchronous function may wait",
        ),
        Good(
            """
            import queue
            import threading
            import time

            jobs = queue.Queue()
            lock = threading.Lock()
            stop = threading.Event()

            async def step():
                time.sleep(0)
                if not lock.acquire(blocking=False):
                    return None
                if stop.wait(0):
                    return None
                with lock:
                    return jobs.get(block=False), jobs.get(timeout=0), jobs.get_nowait()
            """,
            because="these calls return at once, and the lock is held for a moment",
        ),
        Good(
            """
            import asyncio, os, pty, socket, subprocess

            async def peek(conn: socket.socket):
                while True:
                    try:
                        return conn.recv(64, socket.MSG_PEEK)
                    except (BlockingIOError, InterruptedError):
                        await asyncio.sleep(0.1)

            async def terminal():
                child, descriptor = pty.fork()
                if child == 0:
                    subprocess.run([os.environ.get("SHELL", "sh")])
                return descriptor

            async def ask(host):
                sock = socket.create_server((host, 80))
                sock.setblocking(False)
                return sock.accept()
            """,
            because="these sockets do not wait, and the child process has no event loop",
        ),
        Good(
            """
            import redis.asyncio

            client = redis.asyncio.Redis()

            async def read(key):
                return await client.get(key)
            """,
            because="an asynchronous client is awaited",
        ),
        Good(
            """
            import asyncio
            from concurrent.futures import ThreadPoolExecutor, as_completed

            pool = ThreadPoolExecutor()

            async def load(read, names):
                first = pool.submit(read, names[0])
                await asyncio.wrap_future(first)
                second = pool.submit(read, names[1])
                while not second.done():
                    await asyncio.sleep(0.1)
                return first.result(), second.result()
            """,
            because="the results are there when they are asked for",
        ),
        Good(
            """
            import asyncio

            async def fetch(number):
                return number

            async def both():
                return await asyncio.gather(fetch(1), fetch(2))
            """,
            because="calls of coroutine functions only make coroutines",
        ),
        Good(
            """
            async def load(path, store):
                with open(path) as file:
                    store.get(file.read())
            """,
            because="files have a rule of their own, and not every `get` is a request",
        ),
    )

    def check_call(self, call: Call, fact: Blocking) -> None:
        if not call.in_async or fact.what == "file" or blocking(call) is None:
            return
        if call.name in _FUTURE and (call.node is None or may_be_done(self.file, call)):
            return
        if any(other.name in FORKS for other in self._beside(call)):
            return  # the child process has no event loop
        if parameter_session(call) is not None:
            if call.node is not None:
                self.note(call.node)
                return
            if Endpoints(self.project).session(call) is not None:
                return
        message = f"`{call.shown}` stops every task of the event loop {how_long(fact)}"
        if fact.instead is not None:
            message += f", `{fact.instead}` does not"
        self.report(
            call,
            message,
            confidence=self._confidence(call, fact),
            fix_data=(fact.instead if fact.drop_in else None, fact.can_move),
        )

    def fix_at(self, node: Any, twin: str | None, can_move: bool) -> Fix | None:
        """Await the twin that takes the same arguments, or let a thread make the call."""
        if twin is not None:
            title = f"Await `{twin}`: other tasks run meanwhile, and this one can be cancelled"
            return Fix(title, await_twin(self.file, node, twin), Safety.UNSAFE)
        if not can_move:
            return None
        title = "Let a thread make the call (Python 3.9 and newer): other tasks run meanwhile"
        return Fix(title, hand_to_thread(self.file, node), Safety.UNSAFE)

    def link(self, project: Project) -> None:
        """Judge the calls of sessions that are parameters: those of endpoints are left out,
        that an endpoint is given such a session is a mistake of its own."""
        left = {(examination.path, note.place) for examination, note in project.notes(self.name)}
        for call in project.calls if left else ():
            fact = call.fact(Blocking)
            if fact is not None and (call.path, call.place) in left:
                self.check_call(call, fact)

    def _confidence(self, call: Call, fact: Blocking) -> Confidence:
        if is_script(call.path) or self._has_loop_to_itself(call):
            return Confidence.LOW
        if is_apart(call.function) and At.LOOP not in call.at:
            return Confidence.LOW
        if fact.what == "lock" and At.TEARDOWN in call.at:
            return Confidence.LOW
        return Confidence.HIGH if fact.what in _SURE else Confidence.MEDIUM

    def _has_loop_to_itself(self, call: Call) -> bool:
        name = full_name(call.module, call.function)
        callers: Iterable[Call]
        if call.node is None:
            callers = self.project.callers.get(name, ())
        else:
            calls = (self.file.call(node) for node in self.file.tree.of(cst.Call))
            callers = [other for other in calls if other.name == name]
        return has_loop_to_itself(callers, self._beside(call))

    def _beside(self, call: Call) -> Iterable[Call]:
        """The calls in the function of a call."""
        if call.node is None:
            return self.project.calls_in[full_name(call.module, call.function)]
        calls = map(self.file.call, self.file.tree.of(cst.Call))
        return [other for other in calls if other.function == call.function]
