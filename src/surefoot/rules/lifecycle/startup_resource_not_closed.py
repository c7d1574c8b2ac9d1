"""`startup-resource-not-closed`: what a service opens when it starts and never gives back."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.facts.kinds import Resource
from surefoot.linking.lineage import has_foreign_base
from surefoot.linking.project import Project, full_name
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call, LinkedCall
from surefoot.semantics.keeping import Keeping

_DEEPEST = 2
_WORKING = ("consumer", "executor", "producer", "scheduler")


class StartupResourceNotClosed(Rule):
    """What a service opens when it starts is closed nowhere, not even when it stops.

    Requests that are under way lose their connections, buffered messages are not sent, the
    server keeps sessions until they time out, and each reload or test that starts the service
    leaves another pool behind. Close it where the service stops: after the `yield` of the
    lifespan, in a shutdown hook, or with `async with` around the `yield`.
    """

    code = "SF801"
    severity = Severity.WARNING
    facts = (Resource,)
    needs_tree = True
    examples = (
        Bad(
            """
            from contextlib import asynccontextmanager

            import asyncpg
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                app.state.pool = await asyncpg.create_pool("postgres://db")
                yield

            app = FastAPI(lifespan=lifespan)
            """
        ),
        Bad(
            """
            import httpx
            from fastapi import FastAPI

            app = FastAPI()

            @app.on_event("startup")
            async def start():
                app.state.http = httpx.AsyncClient(timeout=5)

            @app.on_event("shutdown")
            async def stop():
                print("bye")
            """
        ),
        Bad(
            """
            # file: clients.py
            import aiohttp

            session = None

            async def connect():
                global session
                session = aiohttp.ClientSession()
            # file: main.py
            from contextlib import asynccontextmanager

            import clients
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                await clients.connect()
                yield

            app = FastAPI(lifespan=lifespan)
            """
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            from celery.signals import worker_process_init

            pool = None

            @worker_process_init.connect
            def start(**options):
                global pool
                pool = ThreadPoolExecutor(4)
            """
        ),
        Bad(
            """
            import contextlib

            import redis.asyncio
            from starlette.applications import Starlette

            @contextlib.asynccontextmanager
            async def lifespan(app):
                cache = redis.asyncio.Redis()
                yield {"cache": cache}

            app = Starlette(lifespan=lifespan)
            """
        ),
        Bad(
            """
            import httpx
            from django.apps import AppConfig

            class ShopConfig(AppConfig):
                name = "shop"

                def ready(self):
                    self.http = httpx.AsyncClient(timeout=5)
            """
        ),
        Good(
            """
            from contextlib import asynccontextmanager

            import asyncpg
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                app.state.pool = await asyncpg.create_pool("postgres://db")
                yield
                await app.state.pool.close()

            app = FastAPI(lifespan=lifespan)
            """,
            because="it is closed after the `yield`",
        ),
        Good(
            """
            from contextlib import AsyncExitStack, asynccontextmanager

            import asyncpg
            import httpx
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                async with AsyncExitStack() as stack:
                    app.state.http = await stack.enter_async_context(httpx.AsyncClient(timeout=5))
                    app.state.pool = await asyncpg.create_pool("postgres://db")
                    stack.push_async_callback(app.state.pool.close)
                    yield

            app = FastAPI(lifespan=lifespan)
            """,
            because="an exit stack closes both",
        ),
        Good(
            """
            # file: clients.py
            import aiohttp

            session = None

            async def connect():
                global session
                session = aiohttp.ClientSession()

            def current():
                return session
            # file: main.py
            import clients
            from fastapi import FastAPI

            app = FastAPI()

            @app.on_event("startup")
            async def start():
                await clients.connect()

            @app.on_event("shutdown")
            async def stop():
                await clients.current().close()
            """,
            because="the shutdown hook closes it, by way of a function that gives it",
        ),
        Good(
            """
            from contextlib import asynccontextmanager

            import asyncpg
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                pool = await asyncpg.create_pool("postgres://db")
                app.state.pool = pool
                try:
                    yield
                finally:
                    await pool.close()

            app = FastAPI(lifespan=lifespan)
            """,
            because="the pool is closed under its other name",
        ),
        Good(
            """
            import asyncpg
            from fastapi import FastAPI
            from resources import close_all

            app = FastAPI()

            @app.on_event("startup")
            async def start():
                app.state.pool = await asyncpg.create_pool("postgres://db")

            @app.on_event("shutdown")
            async def stop():
                await close_all(app.state.pool)
            """,
            because="it is handed to somebody who closes it",
        ),
        Good(
            """
            from aiohttp import web
            import aiohttp

            async def start(app):
                app["session"] = aiohttp.ClientSession()

            async def stop(app):
                session = app.get("session")
                if session is not None:
                    await session.close()

            app = web.Application()
            app.on_startup.append(start)
            app.on_cleanup.append(stop)
            """,
            because="the clean-up hook closes it",
        ),
        Good(
            """
            import httpx

            client = None

            def http():
                global client
                if client is None:
                    client = httpx.AsyncClient(timeout=5)
                return client
            """,
            because="nothing shows that this runs when a service starts",
        ),
        Good(
            """
            from contextlib import asynccontextmanager

            import aiohttp
            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app):
                async with aiohttp.ClientSession() as session:
                    app.state.session = session
                    yield

            app = FastAPI(lifespan=lifespan)
            """,
            because="`async with` closes it",
        ),
    )

    def check_call(self, call: Call, fact: Resource) -> None:
        """Leave a note of what is opened and kept under a name."""
        node = call.node
        if node is None or self.file.is_test or not call.function or fact.what == "process":
            return
        if call.shown.startswith("tempfile."):
            return  # removes itself
        names = Keeping(self.file).kept_as(node)
        if names:
            shown = min(name for name in names if ":" not in name)
            self.note(
                node,
                "opens",
                tuple(sorted(names)),
                shown,
                call.shown,
                fact.what,
                _is_light(call, fact),
                self._owner(node) or "",
            )

    def _owner(self, node: cst.Call) -> str | None:
        """The class of the object in whose own attribute something is kept."""
        match self.file.statement(node):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(value=value))]):
                if isinstance(value, cst.Name) and value.value == "self":
                    return self.file.type_of(value)
        return None

    def visit_Module(self, node: cst.Module) -> None:
        """Leave one note of all that the file closes, and of the functions that give it."""
        if not self.file.is_test:
            keeping = Keeping(self.file)
            self.note(
                node, "closes", tuple(sorted(keeping.closed())), tuple(sorted(keeping.given()))
            )

    def link(self, project: Project) -> None:
        closed: set[str] = set()
        given: set[tuple[str, str]] = set()
        for examination, note in project.notes(self.name):
            if note.data[0] == "closes":
                names: Any = note.data[1]
                pairs: Any = note.data[2]
                closed.update(_with_path(examination.path, name) for name in names)
                given.update((function, name) for function, name in pairs)
        closed |= {name for function, name in given if function in closed}
        for examination, note in project.notes(self.name):
            if note.data[0] != "opens":
                continue
            names = note.data[1]
            _, _, shown, opener, what, light, owner = note.data
            if {_with_path(examination.path, name) for name in names} & closed:
                continue
            function = full_name(examination.module, note.scope)
            way = self._starts(function, _DEEPEST)
            if way is None or (owner and not has_foreign_base(project, str(owner))):
                continue
            opened = f"`{shown}`, {_article(str(what))} from `{opener}`,"
            self.report(
                note,
                f"`{note.scope.rpartition('.')[2]}` opens {opened} when the service starts, and "
                "nothing in the project ever closes it",
                path=examination.path,
                severity=Severity.INFO if light else None,
                chain=[Link(call.path, call.place, f"calls `{call.shown}`") for call in way],
            )

    def _starts(self, function: str, depth: int) -> tuple[LinkedCall, ...] | None:
        """The calls from a start-up function to this one; none where it is one itself, None
        where it does not run at the start."""
        roles = self.project.roles.get(function, set())
        if "startup" in roles:
            return ()
        if depth == 0:
            return None
        for call in self.project.callers.get(function, ()):
            if call.function and full_name(call.module, call.function) != function:
                way = self._starts(full_name(call.module, call.function), depth - 1)
                if way is not None:
                    return (*way, call)
        return None


def _is_light(call: Call, fact: Resource) -> bool:
    """Whether little is lost if it is not closed: a client without a loop or work of its own."""
    if not fact.long_lived or "async" in fact.context or fact.what in _WORKING:
        return False
    return "async" not in call.shown.lower()


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


def _with_path(path: str, name: str) -> str:
    """A place of keeping, known all over the project; a variable only in its file."""
    return f"{path}:{name}" if ":" in name else name
