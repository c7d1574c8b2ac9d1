"""`unbounded-concurrency`: as many requests at once as there are items."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import RunsTogether, StartsTask
from surefoot.linking.project import Project, full_name
from surefoot.linking.sinks import Sinks
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.fanout import (
    asks_by_url,
    enters_limiter,
    fan_out,
    is_limiter,
    limiter_around,
    own_limiter,
)


class UnboundedConcurrency(Rule):
    """Work that asks others is started for every item at once, however many there are.

    A list of ten is fine; one of ten thousand opens ten thousand connections: file descriptors
    run out, the pool times out, the other side limits or blocks the service. Let a semaphore
    inside of the work admit a few at a time, or go through the list in batches. A semaphore
    around all of it admits all of it.
    """

    code = "SF408"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    facts = (RunsTogether, StartsTask)
    examples = (
        Bad(
            """
            import asyncio
            import httpx

            async def one(client, url):
                answer = await client.get(url, timeout=5)
                answer.raise_for_status()
                return answer.text

            async def load(urls):
                async with httpx.AsyncClient() as client:
                    return await asyncio.gather(*(one(client, url) for url in urls))

            async def load_bounded(urls):
                limit = asyncio.Semaphore(10)

                async def guarded(client, url):
                    async with limit:
                        return await one(client, url)

                async with httpx.AsyncClient() as client:
                    return await asyncio.gather(*(guarded(client, url) for url in urls))
            """
        ),
        Bad(
            """
            import asyncio
            import httpx

            limit = asyncio.Semaphore(10)

            async def load(client: httpx.AsyncClient, urls):
                async with limit:
                    return await asyncio.gather(*[client.get(url) for url in urls])
            """
        ),
        Bad(
            """
            import asyncio

            async def fan(session, rows):
                async with asyncio.TaskGroup() as group:
                    for row in rows:
                        group.create_task(store(session, row))

            async def store(session, row):
                await session.post("/rows", json=row)

            async def workers(queue, session):
                async with asyncio.TaskGroup() as group:
                    for _ in range(8):
                        group.create_task(pump(queue, session))

            async def pump(queue, session):
                while not queue.empty():
                    await session.post("/x", json=queue.get_nowait())
            """
        ),
        Bad(
            """
            # file: work.py
            import subprocess

            def convert(name):
                subprocess.run(["convert", name], check=True, timeout=60)
            # file: service.py
            import threading
            from work import convert

            def convert_all(names):
                threads = []
                for name in names:
                    threads.append(threading.Thread(target=convert, args=(name,)))
                for thread in threads:
                    thread.start()
            """
        ),
        Bad(
            """
            import asyncio

            import asyncpg
            import httpx

            async def tell(pool: asyncpg.Pool, client: httpx.AsyncClient):
                rows = await pool.fetch("select url from hooks")
                await asyncio.gather(*(client.post(row["url"]) for row in rows))

            async def refresh(client: httpx.AsyncClient):
                answer = await client.get("/items")
                items = answer.json()["items"]
                async with asyncio.TaskGroup() as group:
                    for item in items:
                        group.create_task(client.post(f"/items/{item}"))
            """,
            count=2,
        ),
        Good(
            """
            import asyncio
            import httpx

            async def both(client: httpx.AsyncClient):
                await asyncio.gather(client.get("/a"), client.get("/b"))
                return await asyncio.gather(*(client.get(path) for path in ("/a", "/b", "/c")))

            async def tick(number):
                return number + 1

            async def count(numbers):
                return await asyncio.gather(*(tick(number) for number in numbers))
            """,
            because="three are not many, and adding asks nobody",
        ),
        Good(
            """
            import asyncio
            import httpx
            from itertools import batched

            async def load(client: httpx.AsyncClient, urls):
                for some in batched(urls, 20):
                    await asyncio.gather(*(client.get(url) for url in some))
                return await asyncio.gather(*(client.get(url) for url in urls[:5]))
            """,
            because="only some run at once",
        ),
        Good(
            """
            import asyncio
            import aiohttp

            async def load(urls):
                async with aiohttp.ClientSession() as session:
                    return await asyncio.gather(*(session.get(url) for url in urls))
            """,
            because="the session opens a hundred connections, and lets the others wait",
        ),
        Bad(
            """
            import asyncio
            import aiohttp

            async def ask(prompt):
                async with aiohttp.ClientSession() as session:
                    async with session.post("https://x/ask", json=prompt) as answer:
                        answer.raise_for_status()
                        return await answer.json()

            async def ask_all(prompts):
                return await asyncio.gather(*[ask(prompt) for prompt in prompts])
            """
        ),
        Bad(
            """
            import asyncio
            import httpx

            async def load_all(client: httpx.AsyncClient, paths):
                async def load(path):
                    async with asyncio.Semaphore(10):
                        return await client.get(path)

                return await asyncio.gather(*(load(path) for path in paths))
            """
        ),
        Good(
            """
            import asyncio
            import httpx

            async def load_all(client: httpx.AsyncClient, paths):
                few = asyncio.Semaphore(10)

                async def load(path):
                    async with few:
                        return await client.get(path)

                return await asyncio.gather(*(load(path) for path in paths))
            """,
            because="the semaphore is one for all",
        ),
        Good(
            """
            import asyncio
            import httpx

            async def load(client: httpx.AsyncClient, path):
                return await client.get(path)

            async def load_all(client, paths):
                return await asyncio.gather(*[load(client, path) for path in paths])

            async def start(client):
                return await load_all(client, ["/a", "/b"])
            """,
            because="all that call it give it two",
        ),
        Good(
            """
            import asyncio

            async def tell(listeners, event):
                await asyncio.gather(*(listener(event) for listener in listeners))
            """,
            because="nothing is known of what the listeners do",
        ),
    )

    def visit_With(self, node: cst.With) -> None:
        if self.file.function(node) is None or not (
            is_limiter(node) or enters_limiter(self.file, node)
        ):
            return
        own = own_limiter(self.file, node)
        if own is None:
            self.note(node, "limits")
        else:
            self.note(node, "made anew", own)

    def visit_Await(self, node: cst.Await) -> None:
        call = node.expression
        if not isinstance(call, cst.Call):
            return
        if is_limiter(call):
            self.note(call, "limits")
        match self.file.call(call).symbol:
            case ("c", ("a", ("p", _, str() as parameter), str() as method), _):
                self.note(call, "asks", parameter, method)
        if self.file.call(call).name is None and asks_by_url(self.file, call):
            self.note(call, "asks", "", self.file.code(call.func))

    def check_call(self, call: Call, fact: RunsTogether | StartsTask) -> None:
        if call.node is None:
            return
        found = fan_out(self.file, call, fact)
        if found is not None:
            around = limiter_around(self.file, call.node) or ""
            self.note(call.node, "starts", *found, call.shown, around)

    def link(self, project: Project) -> None:
        limited: set[str] = set()
        anew: dict[str, str] = {}
        asked: dict[str, list[tuple[int, str, str]]] = {}
        starts = []
        for examination, note in project.notes(self.name):
            function = full_name(examination.module, note.scope)
            match note.data:
                case ("limits",):
                    limited.add(function)
                case ("made anew", str() as own):
                    anew[function] = own
                case ("asks", str() as parameter, str() as method):
                    asked.setdefault(function, []).append((note.place, parameter, method))
                case ("starts", *_):
                    starts.append((examination.path, function, note))
        sinks = Sinks(project, frozenset(limited), asked)
        for path, function, note in starts:
            _, work, source, items, starter, around = note.data
            found = sinks.way(work)  # type: ignore[arg-type]
            if found is None or (function in limited and not around):
                continue
            if self._always_few(project, function, str(source)):
                continue
            message = f"`{starter}` starts `{found[0]}` for all of `{items}` at once, however many"
            if around:
                message += f": `{around}` around it admits them together"
            renewed = anew.get(project.world.target(work) or "")  # type: ignore[arg-type]
            if renewed is not None and not around:
                message += f": `{renewed}` is made anew for each of them"
            self.report(note, message, path=path, chain=found[1])

    def _always_few(self, project: Project, function: str, parameter: str) -> bool:
        """Whether all that call a function give it a list of known length."""
        summary = project.function(function)
        callers = project.callers.get(function, ())
        if summary is None or not callers:
            return False
        names = [each.name for each in summary.parameters if each.kind == "positional"]
        names = names[1:] if summary.owner else names
        index = names.index(parameter) if parameter in names else None
        given = [call.arguments.symbol(parameter, index) for call in callers]
        return all(_is_known(project, symbol) for symbol in given)


def _is_known(project: Project, symbol: object) -> bool:
    value = project.world.value(symbol) if isinstance(symbol, tuple) else None
    return value is not None and value[0] in ("t", "d")
