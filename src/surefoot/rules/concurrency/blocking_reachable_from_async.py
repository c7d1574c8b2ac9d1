"""`blocking-reachable-from-async`: a coroutine calls a function that ends in a blocking call."""

from __future__ import annotations

import re

from surefoot.facts.kinds import Blocking
from surefoot.linking.effects import Effects, Way, said_callee
from surefoot.linking.endpoints import Endpoints
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.loops import blocking, has_loop_to_itself, how_long, is_apart, is_script
from surefoot.semantics.summary import At

_KINDS = ("network", "sleep", "subprocess", "database", "input")
_DEEPEST = 6
_NEAR = 4
"""Longer ways, counted in calls, pass through more conditions than anybody oversees."""

_MAIN = re.compile(r"(^|\.)a?main$")
_REHEARSED = re.compile(r"debug|(?<![a-z])(mock|fake|dummy)", re.IGNORECASE)


class BlockingReachableFromAsync(Rule):
    """A coroutine calls a function that, somewhere below, holds the thread.

    The call looks harmless where it stands, but the wait at its end stops every task of
    the event loop: no other request is answered until it is over.

    Hand the outermost synchronous function, uncalled, to a thread
    (`await asyncio.to_thread(function, argument)`), or make the functions on the way
    coroutines.
    """

    code = "SF402"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    facts = (Blocking,)
    examples = (
        Bad(
            """
            import requests

            class Prices:
                def __init__(self):
                    self.http = requests.Session()

                def _load(self, url):
                    return self.http.get(url, timeout=1)

                async def of(self, url):
                    return self._load(url).json()
            """
        ),
        Bad(
            """
            # file: clients.py
            import time
            import requests

            class Client:
                def __init__(self, url):
                    self.url = url
                    self.wait_until_up()

                def wait_until_up(self):
                    while not requests.get(self.url).ok:
                        time.sleep(1)
            # file: views.py
            from clients import Client

            async def view(url):
                return Client(url)
            """
        ),
        Bad(
            """
            import time

            def wait(times):
                time.sleep(1)
                if times:
                    again(times - 1)

            def again(times):
                wait(times)

            async def serve():
                again(3)
            """
        ),
        Bad(
            """
            import asyncio
            import subprocess

            def version(tool):
                return subprocess.check_output([tool, "--version"])

            async def both(tool):
                return await asyncio.to_thread(print, version(tool))

            async def all_of(tools):
                return [version(tool) async for tool in tools]
            """,
            count=2,
        ),
        Bad(
            """
            import contextlib
            import functools
            import time

            def logged(function):
                @functools.wraps(function)
                def inner(*arguments):
                    print(function)
                    return function(*arguments)

                return inner

            @logged
            def settle():
                time.sleep(1)

            @contextlib.contextmanager
            def settled():
                settle()
                yield

            async def serve():
                with settled():
                    pass
            """
        ),
        Good(
            """
            import asyncio
            import requests

            def load(url):
                return requests.get(url, timeout=1)

            async def show(url):
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, load, url)
                return await asyncio.to_thread(load, url)
            """,
            because="a thread runs `load`",
        ),
        Good(
            """
            import requests

            def load(url):
                return requests.get(url, timeout=1)

            async def show(url, registry, queue):
                registry.on_change(load)
                queue.later(lambda: load(url))
            """,
            because="`load` is only stored here",
        ),
        Good(
            """
            import asyncio
            import functools
            import requests

            def in_thread(function):
                @functools.wraps(function)
                async def inner(*arguments):
                    return await asyncio.to_thread(function, *arguments)

                return inner

            @in_thread
            def load(url):
                return requests.get(url, timeout=1)

            async def show(url):
                return load(url)
            """,
            because="the decorator hands `load` to a thread",
        ),
        Good(
            """
            from rpc import remote
            import requests

            @remote
            def load(url):
                return requests.get(url, timeout=1)

            async def show(url):
                return load(url)
            """,
            because="nobody knows what the decorator makes of `load`",
        ),
        Good(
            """
            import asyncio
            import time

            def on_loop():
                try:
                    asyncio.get_running_loop()
                except RuntimeError:
                    return False
                return True

            def pause(later):
                if on_loop():
                    return later()
                time.sleep(1)

            async def step(later):
                pause(later)
            """,
            because="`pause` finds out whether it runs on an event loop",
        ),
        Good(
            """
            import requests

            def pages(urls):
                for url in urls:
                    yield requests.get(url, timeout=1)

            async def stream(urls, response):
                return response(pages(urls))
            """,
            because="a generator runs where it is iterated, which may be in a thread",
        ),
        Good(
            """
            import httpx

            def fetch(url, use_async=False):
                if use_async:
                    return httpx.AsyncClient().get(url)
                return httpx.get(url)

            async def show(url):
                return fetch(url, use_async=True)
            """,
            because="`fetch` is told that it is called from a coroutine",
        ),
        Good(
            """
            import asyncio
            import serial
            import socket
            from urllib.request import urlopen

            class Port:
                def __init__(self, name):
                    self.port = serial.Serial(name)
                    self.port.timeout = 0

                def _take(self):
                    return self.port.read(1024)

                async def poll(self, addresses):
                    while self.port.in_waiting == 0:
                        await asyncio.sleep(0.1)
                    return self._take(), plain(addresses)

                async def icon(self, uri):
                    return decoded(uri)

            def decoded(uri):
                if not uri.startswith("data:"):
                    raise ValueError(uri)
                with urlopen(uri) as answer:
                    return answer.read()

            def plain(addresses):
                return [socket.getnameinfo(each, socket.NI_NUMERICHOST) for each in addresses]
            """,
            because="the port was told not to wait, and no server is asked for numbers or `data:`",
        ),
        Good(
            """
            import hashlib

            def digest(path, salt):
                with open(path, "rb") as file:
                    return hashlib.pbkdf2_hmac("sha256", file.read(), salt, 1)

            async def show(path, salt):
                return digest(path, salt)
            """,
            because="files and computing are judged where they stand, not through other functions",
        ),
        Good(
            """
            import requests

            async def load(url):
                return requests.get(url, timeout=1)

            async def show(url):
                return await load(url)
            """,
            because="the blocking call stands in a coroutine itself, which has its own rule",
        ),
    )

    def link(self, project: Project) -> None:
        effects = Effects(project)

        def passes(call: LinkedCall, callee: str) -> bool:
            return At.ASYNC not in call.at and self._is_followed(effects, call, callee)

        ends = [call for call in project.calls if self._is_end(effects, call)]
        ways = effects.ways(ends, passes, _DEEPEST - 1)
        endpoints = Endpoints(project)
        leaving: dict[str, list[Way]] = {}
        for callee, way in ways.items():
            for call in project.callers.get(callee, ()):
                if endpoints.session(call) is not None and _asks_database(way):
                    continue  # given a session that blocks: a mistake of its own
                if call.in_async and self._is_followed(effects, call, callee):
                    coroutine = full_name(call.module, call.function)
                    leaving.setdefault(coroutine, []).append(Way(call, way))
        for coroutine, found in leaving.items():
            self._report(coroutine, found)

    def _is_end(self, effects: Effects, call: LinkedCall) -> bool:
        """Whether a call blocks, and so does whoever calls the function it stands in."""
        fact = blocking(call)
        if fact is None or fact.what not in _KINDS:
            return False
        if (At.ASYNC | At.LAMBDA | At.MAIN_GUARD) & call.at:
            return False
        return not effects.minds_loop(full_name(call.module, call.function))

    def _is_followed(self, effects: Effects, call: LinkedCall, callee: str) -> bool:
        _, qualname = effects.project.world.split(callee)
        if qualname.endswith("_sync") or _REHEARSED.search(qualname):
            return False
        return effects.happens_here(call, callee)

    def _report(self, coroutine: str, found: list[Way]) -> None:
        """Report each blocking call once, where the shortest way to it leaves the coroutine."""
        seen: set[tuple[str, int]] = set()
        project = self.project
        callers = project.callers.get(coroutine, ())
        named_so = is_apart(coroutine) or _MAIN.search(coroutine) is not None
        alone = named_so or has_loop_to_itself(callers, project.calls_in[coroutine])
        for way in sorted(found, key=lambda way: (len(way), way.call.place)):
            end = way.end
            fact = blocking(end)
            if fact is None or (end.path, end.place) in seen:
                continue
            seen.add((end.path, end.place))
            doubtful = alone or is_script(way.call.path) or len(way) > _NEAR
            doubtful = doubtful or fact.what == "input"
            self.report(
                way.call,
                f"`{said_callee(way.call)}` ends in `{end.shown}`, which stops every task "
                f"of the event loop {how_long(fact)}",
                confidence=Confidence.LOW if doubtful else Confidence.MEDIUM,
                chain=way.links(),
            )


def _asks_database(way: Way) -> bool:
    fact = blocking(way.end)
    return fact is not None and fact.what == "database"
