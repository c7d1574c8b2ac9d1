"""`import-time-side-effect`: importing a module talks to the world outside."""

from __future__ import annotations

import libcst as cst

from surefoot.linking.effects import Effects, Way, said_callee
from surefoot.linking.importing import Imports
from surefoot.linking.project import Project
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.effects import changes_disk, reaches_out
from surefoot.semantics.handlers import inside
from surefoot.semantics.summary import At

_DEEPEST = 3
_RUNS = "runs another program"
_LATER = At.LAMBDA | At.MAIN_GUARD


class ImportTimeSideEffect(Rule):
    """Importing a module sends a request, asks a database, runs a program or writes files.

    Whoever imports it waits, or fails: a test, a migration, a worker that needs one constant.
    While the other side is down the service cannot even start, and says so by a traceback
    from an import. Two processes that start at once do it twice.

    Do it in a function that the start of the process calls.
    """

    code = "SF703"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            # file: rates.py
            import requests

            session = requests.Session()
            RATES = session.get("https://rates.example.com", timeout=3).json()
            # file: prices.py
            from rates import RATES

            def price(currency):
                return RATES[currency]
            """
        ),
        Bad(
            """
            # file: database.py
            from sqlalchemy import create_engine
            from sqlalchemy.orm import DeclarativeBase

            class Base(DeclarativeBase):
                pass

            engine = create_engine("postgresql://db/orders")
            # file: main.py
            from fastapi import FastAPI
            from database import Base, engine

            Base.metadata.create_all(bind=engine)
            app = FastAPI()

            @app.get("/")
            def index():
                return {}
            """
        ),
        Bad(
            """
            # file: version.py
            import subprocess

            def revision():
                return subprocess.check_output(["git", "rev-parse", "HEAD"], timeout=5)

            class Build:
                commit = revision()
            # file: about.py
            import version

            def about():
                return version.Build.commit
            """
        ),
        Bad(
            """
            # file: store.py
            import os

            def open_store(path, folder=os.makedirs("/var/lib/orders", exist_ok=True)):
                return path, folder
            # file: service.py
            from store import open_store

            LOG = open("service.log", "a")
            # file: app.py
            import service
            """,
            count=2,
        ),
        Good(
            """
            # file: clients.py
            import boto3
            import requests
            from sqlalchemy import create_engine

            client = boto3.client("s3")
            session = requests.Session()
            engine = create_engine("postgresql://db/orders")
            # file: service.py
            from clients import client
            """,
            because="making a client sends nothing",
        ),
        Good(
            """
            # file: rates.py
            import requests

            def rates():
                return requests.get("https://rates.example.com", timeout=3).json()

            later = lambda: requests.get("https://rates.example.com", timeout=3)

            if __name__ == "__main__":
                print(rates())
                requests.get("https://rates.example.com", timeout=3)
            # file: service.py
            import rates
            """,
            because="nothing is sent before somebody calls",
        ),
        Good(
            """
            # file: options.py
            import requests

            FILE = {"rate": 1}

            def option(name):
                try:
                    return FILE[name]
                except KeyError:
                    return requests.get(f"https://options/{name}", timeout=1).json()
            # file: prices.py
            from options import option

            RATE = option("rate")
            # file: service.py
            import prices
            """,
            because="the request is made only where the file has no such option",
        ),
        Good(
            """
            # file: texts.py
            from pathlib import Path

            GREETING = Path(__file__).with_name("greeting.txt").read_text()
            with open("terms.txt") as file:
                TERMS = file.read()
            # file: service.py
            import texts
            """,
            because="reading a file that comes with the code is harmless",
        ),
        Good(
            """
            import requests

            print(requests.get("https://rates.example.com", timeout=3).json())
            """,
            because="nobody imports this script",
            path="report.py",
        ),
        Good(
            """
            # file: settings.py
            import requests

            REGION = requests.get("http://169.254.169.254/region", timeout=1).text
            # file: tests/test_settings.py
            import requests
            import settings

            requests.get("http://localhost", timeout=1)
            # file: service.py
            import settings
            """,
            because="settings are read when the process starts, and tests may do as they like",
        ),
    )

    def visit_If(self, node: cst.If) -> None:
        if self.file.function(node) is not None or self.file.is_test:
            return
        for part in inside([node.body]):
            if isinstance(part, cst.Call):
                self.note(part, "conditional")

    def link(self, project: Project) -> None:
        at_import = [call for call in project.calls if not call.function and not call.at & _LATER]
        if not at_import:
            return
        unsure = {(examination.path, note.place) for examination, note in project.notes(self.name)}
        imports = Imports(project)
        effects = Effects(project)
        ends = [
            call
            for call in project.calls
            if call.function
            and not call.at & (_LATER | At.ASYNC | At.HANDLER)
            and reaches_out(call)
        ]
        ways = effects.ways(
            ends,
            lambda call, callee: not call.at & At.HANDLER and effects.happens_here(call, callee),
            _DEEPEST,
        )
        said: set[tuple[str, object]] = set()
        for call in at_import:
            module = project.modules.get(call.module)
            if module is None or module.path != call.path or not imports.is_imported(module):
                continue
            way: Way | None = Way(call, None)
            does = _effect(call)
            if does is None:
                callee = project.target(call)
                inner = ways.get(callee) if callee is not None else None
                happens = callee is not None and effects.happens_here(call, callee)
                way = Way(call, inner) if inner is not None and happens else None
                does = reaches_out(way.end) if way is not None else None
            if way is None or does is None:
                continue
            end: tuple[str, object] = (call.path, does)
            if way.rest is not None:
                end = (way.end.path, way.end.place)
            if end not in said:
                said.add(end)
                self._report(way, does, conditional=(call.path, call.place) in unsure)

    def _report(self, way: Way, does: str, *, conditional: bool) -> None:
        call = way.call
        what = f"`{call.shown}` {does}"
        if way.rest is not None:
            what = f"`{said_callee(call)}` ends in `{way.end.shown}`, which {does}"
        confidence = Confidence.HIGH if way.rest is None else Confidence.MEDIUM
        if conditional and does == _RUNS:
            confidence = Confidence.LOW  # on one system only, mostly
        then = "whoever needs a name of it waits, or fails with it"
        if (call.at | way.end.at) & At.CAUGHT:
            then = "whoever needs a name of it waits"
            confidence = Confidence.LOW if does == _RUNS or way.rest is not None else confidence
        self.report(
            call,
            f"{what} whenever `{call.module}` is imported: {then}",
            confidence=confidence,
            chain=way.links() if way.rest is not None else (),
        )


def _effect(call: LinkedCall) -> str | None:
    """Say what a call at import does; writing that may fail harmlessly is nothing."""
    if changes_disk(call) and not call.at & (At.GUARDED | At.CAUGHT):
        return "writes to the disk"
    return reaches_out(call)
