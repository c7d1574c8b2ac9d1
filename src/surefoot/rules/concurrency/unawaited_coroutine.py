"""`unawaited-coroutine`: a coroutine is made, and nothing ever runs it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import insert_await
from surefoot.facts.kinds import Coroutine
from surefoot.linking.lineage import overrides_of
from surefoot.linking.project import Project
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.coroutines import Use, is_coroutine_function, use_of
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import At

_SAID = {
    Use.DROPPED: "nothing awaits the coroutine of `{}`: its code never runs",
    Use.TRUTH: "the coroutine of `{}` is always true: nothing awaits it, its code never runs",
    Use.COMPARED: "the coroutine of `{}` is compared in place of its result: its code never runs",
    Use.RESULT: "the coroutine of `{}` is used in place of its result: its code never runs",
}


class UnawaitedCoroutine(Rule):
    """A coroutine function is called and what it gives is not awaited.

    The call only makes a coroutine. Its code never runs: the message is not sent, the row not
    written, the check not made, and all that tells of it is a warning on stderr when the
    garbage collector comes by. A coroutine that is tested is true whatever the answer would
    have been. Await it, or hand it to a task that somebody keeps.
    """

    code = "SF406"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            import asyncio

            async def notify(user):
                print(user)

            async def register(user):
                notify(user)
                asyncio.sleep(1)

            def greet(user):
                notify(user)
                return [print("hello") for _ in user if notify(user)]
            """,
            fixed="""
            import asyncio

            async def notify(user):
                print(user)

            async def register(user):
                await notify(user)
                await asyncio.sleep(1)

            def greet(user):
                notify(user)
                return [print("hello") for _ in user if notify(user)]
            """,
            count=4,
        ),
        Bad(
            """
            class Guard:
                async def allowed(self, user):
                    return user == "root"

                async def enter(self, user):
                    if not self.allowed(user):
                        raise PermissionError(user)
                    if self.allowed(user) and user:
                        return "in"
                    if user and self.allowed(user):
                        return "in"
                    return "in" if self.allowed(user) else "out"
            """,
            fixed="""
            class Guard:
                async def allowed(self, user):
                    return user == "root"

                async def enter(self, user):
                    if not await self.allowed(user):
                        raise PermissionError(user)
                    if await self.allowed(user) and user:
                        return "in"
                    if user and await self.allowed(user):
                        return "in"
                    return "in" if await self.allowed(user) else "out"
            """,
            count=4,
        ),
        Bad(
            """
            async def state(job):
                return "done"

            async def wait(job):
                return state(job) == "done"

            async def wait_in_steps(job):
                found = state(job)
                if found is None:
                    raise LookupError(job)
            """,
            fixed="""
            async def state(job):
                return "done"

            async def wait(job):
                return await state(job) == "done"

            async def wait_in_steps(job):
                found = await state(job)
                if found is None:
                    raise LookupError(job)
            """,
            count=2,
        ),
        Bad(
            """
            # file: base.py
            class Store:
                async def save(self, row):
                    print(row)

            async def audit(text):
                print(text)
            # file: service.py
            from base import Store, audit

            class Orders(Store):
                async def add(self, row):
                    self.save(row)

            async def close(orders: Orders):
                orders.save(None)
                _ = audit("closed")
            """,
            fixed="""
            # file: base.py
            class Store:
                async def save(self, row):
                    print(row)

            async def audit(text):
                print(text)
            # file: service.py
            from base import Store, audit

            class Orders(Store):
                async def add(self, row):
                    await self.save(row)

            async def close(orders: Orders):
                await orders.save(None)
                _ = await audit("closed")
            """,
            count=3,
        ),
        Bad(
            """
            import httpx

            class Api:
                def __init__(self):
                    self.client = httpx.AsyncClient()

                async def stop(self):
                    self.client.aclose()
            """
        ),
        Bad(
            """
            async def fetch(url):
                return {"name": url}

            async def show(url):
                print(f"got {fetch(url)}")
                return fetch(url)["name"]
            """,
            fixed="""
            async def fetch(url):
                return {"name": url}

            async def show(url):
                print(f"got {await fetch(url)}")
                return (await fetch(url))["name"]
            """,
            count=2,
        ),
        Good(
            """
            import asyncio

            async def fetch(number):
                return number

            def later(number):
                return fetch(number)

            async def both(kept):
                await fetch(1)
                first = fetch(2)
                kept.append(fetch(3))
                second = asyncio.create_task(fetch(4))
                return await asyncio.gather(first, second, *[fetch(n) for n in range(3)])
            """,
            because="each of them is awaited, returned, kept or handed to somebody who awaits it",
        ),
        Good(
            """
            from framework import task

            @task
            async def clean(folder):
                print(folder)

            def run(folder):
                clean(folder)
            """,
            because="the decorator may start it",
        ),
        Good(
            """
            async def numbers():
                yield 1

            async def show():
                async for number in numbers():
                    print(number)
                numbers()
            """,
            because="an asynchronous generator is no coroutine",
        ),
        Good(
            """
            class Client:
                async def stop(self):
                    print("stopped")

            class SyncClient(Client):
                def stop(self):
                    print("stopped")

            def run(client: Client):
                client.stop()
            """,
            because="the client may be one whose `stop` is an ordinary method",
        ),
        Good(
            """
            async def fetch(url):
                return url

            async def show(url, cached):
                work = cached or fetch(url)
                if cached is None:
                    work = fetch(url)
                if work is not None:
                    print(await work)
                fetch(url).close()
            """,
            because="the coroutine is awaited where it is there, or closed unused",
        ),
        Good(
            """
            import asyncio

            async def show(client, queue):
                client.fetch()
                queue.sleep(1)
                asyncio.get_running_loop().call_soon(print)
            """,
            because="nothing says that these are coroutines",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(self.file.parent(node), cst.Expr):
            return  # the linker sees that from the call
        use = use_of(self.file, node)
        if use is None:
            return
        call = self.file.call(node)
        if call.pending or _gives_coroutine(call, use):
            self.note(node, use.value)

    def link(self, project: Project) -> None:
        uses = {
            (examination.path, note.place): Use(note.data[0])
            for examination, note in project.notes(self.name)
        }
        for call in project.calls:
            if At.STATEMENT in call.at and At.AWAITED not in call.at:
                use: Use | None = Use.DROPPED
            else:
                use = uses.get((call.path, call.place))
            if use is None or not _gives_coroutine(call, use):
                continue
            overrides = overrides_of(project, call.name or "")
            if all(function is not None and function.is_async for function in overrides):
                self._tell(call, use)

    def _tell(self, call: Call, use: Use) -> None:
        name = call.name or ""
        module, rest = call.world.split(name)
        defined = module.functions.get(rest) if module is not None else None
        chain: tuple[Link, ...] = ()
        if module is not None and defined is not None:
            chain = (
                Link(module.path, defined.place, f"`{spoken(call.world, name)}` is `async def`"),
            )
        self.report(
            call,
            _SAID[use].format(spoken(call.world, name)),
            confidence=Confidence.HIGH if use is not Use.RESULT else Confidence.MEDIUM,
            chain=chain,
            fix_data=(),
        )

    def fix_at(self, node: Any) -> Fix:
        """Await the coroutine where it is made."""
        return Fix("Await it: its code runs then", insert_await(self.file, node), Safety.UNSAFE)


def _gives_coroutine(call: Call, use: Use) -> bool:
    """Whether a call, so used, gives a coroutine for certain. What a library gives may be more
    than a coroutine, and have attributes."""
    name = call.name
    if name is None:
        return False
    if call.world.function(name) is not None:
        return is_coroutine_function(call.world, name)
    return use is not Use.RESULT and call.world.cls(name) is None and Coroutine in call.facts
