"""`lazy-config-read`: a required setting is read when a request or a job needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.linking.phases import Phases
from surefoot.linking.project import Project, full_name
from surefoot.linking.wrapped import wrapped_readings
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.environment import Reading, Wrapper
from surefoot.semantics.summary import Symbol
from surefoot.semantics.variables import is_platform_variable, names_settings

_CACHES = ("functools.lru_cache", "functools.cache", "async_lru.alru_cache")


class _Required(NamedTuple):
    """A place where a variable must be set; `where` is what to report."""

    variable: str
    function: str
    path: str
    where: Note | Call


class LazyConfigRead(Rule):
    """A required setting is read only when a request or a job needs it.

    The service starts, passes its health check and takes traffic; the missing variable shows
    when the first request, or the first rare job, gets there. Read what is required where the
    process starts, so that a faulty deployment never becomes a running one.
    """

    code = "SF601"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            import os
            from fastapi import FastAPI

            app = FastAPI()

            @app.post("/pay")
            def pay(amount: int):
                key = os.environ["PAYMENTS_KEY"]
                return {"k": len(key), "amount": amount}
            """
        ),
        Bad(
            """
            import os
            from celery import Celery

            app = Celery("orders")

            @app.task
            def send(order):
                sender = os.getenv("MAIL_SENDER")
                if not sender:
                    raise RuntimeError("MAIL_SENDER is not set")
                return sender, order
            """
        ),
        Bad(
            """
            # file: clients.py
            import os

            def connect():
                return os.environ["LEDGER_URL"]
            # file: views.py
            from fastapi import APIRouter
            from clients import connect

            router = APIRouter()

            @router.get("/ledger")
            def ledger():
                return connect()
            """
        ),
        Bad(
            """
            # file: secrets_store.py
            import os

            def required(name: str) -> str:
                value = os.environ.get(name)
                if value is None:
                    raise LookupError(name)
                return value
            # file: views.py
            from flask import Flask
            from secrets_store import required

            app = Flask(__name__)

            @app.route("/pay")
            def pay():
                return required("PAYMENTS_KEY")
            """
        ),
        Bad(
            """
            import threading
            from decouple import config

            def consume():
                queue = config("QUEUE_URL")
                return queue

            threading.Thread(target=consume).start()
            """
        ),
        Good(
            """
            import os
            from fastapi import FastAPI

            PAYMENTS_KEY = os.environ["PAYMENTS_KEY"]
            app = FastAPI()

            @app.post("/pay")
            def pay(amount: int):
                return {"k": len(os.environ["PAYMENTS_KEY"]), "amount": amount}
            """,
            because="it is required at import too",
        ),
        Good(
            """
            import os
            from fastapi import FastAPI

            app = FastAPI()

            for name in ("PAYMENTS_KEY", "LEDGER_URL"):
                if name not in os.environ:
                    raise SystemExit(f"{name} is not set")

            @app.post("/pay")
            def pay():
                return os.environ["PAYMENTS_KEY"]
            """,
            because="the names are tested when the module is imported",
        ),
        Good(
            """
            # file: app.py
            import os
            from fastapi import FastAPI

            async def lifespan(app):
                os.environ["PAYMENTS_KEY"]
                yield

            app = FastAPI(lifespan=lifespan)
            # file: views.py
            import os
            from app import app

            @app.post("/pay")
            def pay():
                return os.environ["PAYMENTS_KEY"]
            """,
            because="it is required while the service starts",
        ),
        Good(
            """
            import os
            from fastapi import FastAPI

            app = FastAPI()

            @app.get("/region")
            def region():
                home = os.environ["HOME"]
                zone = os.environ.get("ZONE", "a")
                return zone, os.getenv("RACK"), home
            """,
            because="a default, an optional variable, one that the system sets",
        ),
        Good(
            """
            import os
            from fastapi import FastAPI

            app = FastAPI()

            def get_settings():
                return os.environ["PAYMENTS_KEY"]

            @app.get("/pay")
            def pay():
                return get_settings()
            """,
            because="a function for settings may be called at start-up as well",
        ),
        Good(
            """
            import os
            import click

            @click.command()
            def migrate():
                return os.environ["DATABASE_URL"]
            """,
            because="a command starts when it is called",
        ),
        Good(
            """
            import os
            from flask import Flask

            app = Flask(__name__)

            @app.route("/")
            def index():
                try:
                    return os.environ["BANNER"]
                except KeyError:
                    return ""

            @app.route("/tracker")
            def tracker():
                if "TRACKER" in os.environ:
                    return os.environ["TRACKER"]
                return ""
            """,
            because="they do not have to be set",
        ),
        Good(
            """
            import os
            from fastapi import FastAPI

            app = FastAPI()

            def connect():
                return os.environ["LEDGER_URL"]

            LEDGER = connect()

            @app.get("/ledger")
            def ledger():
                return connect()
            """,
            because="the function runs at import as well",
        ),
        Good(
            """
            import os
            from celery import Celery

            app = Celery("orders")

            @app.task
            def train():
                os.environ["THREADS"] = "4"
                return os.environ["THREADS"]
            """,
            because="the program sets it itself",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        file = self.file
        if file.is_test:
            return
        environment = file.environment
        for wrapper in environment.wrappers:
            self.note(node, "wrapper", tuple(wrapper))
        for variable in sorted(environment.written):
            self.note(node, "written", variable)
        for reading in environment.direct:
            function = file.function(reading.node)
            qualname = file.scope_of(function).qualname if function is not None else ""
            for variable in reading.variables:
                if is_platform_variable(variable):
                    continue
                if environment.raises_if_missing(reading) and not self._is_optional(reading):
                    self.note(reading.node, "required", variable, qualname)
        for check, variables in environment.checks:
            function = file.function(check)
            qualname = file.scope_of(function).qualname if function is not None else ""
            for variable in sorted(variables):
                self.note(check, "checked", variable, qualname)
            if qualname and not variables:
                self.note(check, "checker", qualname)

    def _is_optional(self, reading: Reading) -> bool:
        """Whether a missing variable is caught, or asked for before."""
        block = self.file.block(reading.node)
        while block.parent is not None and block.kind not in ("function", "lambda", "class"):
            if block.kind == "try" and isinstance(block.node, cst.Try) and block.node.handlers:
                return True
            block = block.parent
        return self.file.environment.is_checked(reading)

    def link(self, project: Project) -> None:
        phases = Phases(project)
        required = list(self._required(project))
        safe = self._safe(project, phases, required)
        for item in required:
            if item.variable in safe or _is_for_settings(item.function, item.path):
                continue
            late = phases.late(item.function) if item.function else None
            if late is not None and not self._is_cached_early(project, phases, item.function):
                self._report(item, phases, late[0], late[1])

    def _report(self, item: _Required, phases: Phases, first: str, way: tuple[Call, ...]) -> None:
        name = _last(first)
        self.report(
            item.where,
            f"nobody notices that `{item.variable}` is missing until `{name}` {phases.when(first)}",
            path=item.path,
            confidence=Confidence.MEDIUM if way else Confidence.HIGH,
            chain=[
                Link(call.path, call.place, f"`{call.function}` calls `{_last(call.shown)}`")
                for call in way
            ],
        )

    def _required(self, project: Project) -> Iterator[_Required]:
        wrappers = []
        for examination, note in project.notes(self.name):
            kind, *data = note.data
            if kind == "wrapper":
                wrappers.append(Wrapper(*data[0]))  # type: ignore[misc]
            elif kind == "required":
                variable, qualname = map(str, data)
                function = full_name(examination.module, qualname) if qualname else ""
                yield _Required(variable, function, examination.path, note)
        for reading in wrapped_readings(project, wrappers):
            call = reading.call
            function = full_name(call.module, call.function) if call.function else ""
            for variable in reading.variables:
                if reading.required and not is_platform_variable(variable):
                    yield _Required(variable, function, call.path, call)

    def _safe(self, project: Project, phases: Phases, required: list[_Required]) -> set[str]:
        """The variables that are tested while the process starts, or that the program sets."""
        safe = set()
        for item in required:
            if _is_early(item.function, item.path, phases):
                safe.add(item.variable)
        for examination, note in project.notes(self.name):
            if note.data[0] == "written":
                safe.add(str(note.data[1]))
            elif note.data[0] == "checked":
                variable, qualname = map(str, note.data[1:])
                function = full_name(examination.module, qualname) if qualname else ""
                if _is_early(function, examination.path, phases):
                    safe.add(variable)
            elif note.data[0] == "checker":
                checker = full_name(examination.module, str(note.data[1]))
                for call in project.callers.get(checker, ()):
                    caller = full_name(call.module, call.function) if call.function else ""
                    if _is_early(caller, call.path, phases):
                        given = [*call.arguments.positional, *call.arguments.keywords.values()]
                        safe.update(name for item in given for name in _texts(project, item))
        return safe

    def _is_cached_early(self, project: Project, phases: Phases, function: str) -> bool:
        summary = project.function(function)
        if summary is None or not project.world.decorated(summary, _CACHES):
            return False
        return phases.starts(function)


def _texts(project: Project, symbol: Symbol) -> Iterator[str]:
    """The texts that a symbol is or holds."""
    match project.world.value(symbol):
        case ("k", str() as text):
            yield text
        case ("t", items):
            for item in items:
                yield from _texts(project, item)


def _is_early(function: str, path: str, phases: Phases) -> bool:
    return not function or _is_for_settings(function, path) or phases.starts(function)


def _is_for_settings(function: str, path: str) -> bool:
    return names_settings(function) or names_settings(path)


def _last(name: str) -> str:
    return name.rpartition(".")[2]
