"""`client-per-call`: a client is made for each request, though one could serve all."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Resource
from surefoot.linking.project import Project, full_name
from surefoot.linking.traffic import busy
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside
from surefoot.semantics.ownership import Fate, Ownership
from surefoot.semantics.summary import At
from surefoot.semantics.vocabulary import CLOSERS

_CLIENTS = frozenset({"client", "connection", "session", "pool", "producer", "engine"})
_PER_REQUEST = frozenset({"headers", "params", "timeout"})
_RESTARTS = At.ENDLESS | At.GUARDED
"""A client made anew after a failure serves all calls until the next one."""
_LIVES_ON = Fate.HANDED | Fate.KEPT | Fate.RETURNED | Fate.YIELDED


class ClientPerCall(Rule):
    """A client that is meant to live as long as the process is made for each call.

    Each one connects, shakes hands and logs in anew, and none of its connections is used a
    second time. Under load that costs more than the work, and the peer sees a storm of
    connections. Make one when the service starts, share it, and close it at shutdown.
    """

    code = "SF308"
    severity = Severity.INFO
    default = False
    facts = (Resource,)
    needs_tree = True
    examples = (
        Bad(
            """
            import httpx
            from fastapi import FastAPI

            app = FastAPI()

            @app.get("/price")
            async def price():
                async with httpx.AsyncClient(timeout=5) as client:
                    return (await client.get("https://rates/price")).json()
            """
        ),
        Bad(
            """
            import requests

            def load(urls):
                for url in urls:
                    with requests.Session() as session:
                        session.get(url, timeout=3)
            """
        ),
        Bad(
            """
            import redis
            from celery import shared_task

            @shared_task
            def remember(order):
                client = redis.Redis(host="cache", socket_timeout=3)
                client.set("last", order)
                client.close()
            """
        ),
        Bad(
            """
            # file: rates.py
            import requests

            def rate(currency):
                session = requests.Session()
                try:
                    return session.get(f"https://rates/{currency}", timeout=3).json()
                finally:
                    session.close()
            # file: api.py
            from flask import Flask
            from rates import rate

            app = Flask(__name__)

            @app.route("/rate")
            def show():
                return rate("EUR")
            """
        ),
        Good(
            """
            import requests
            from flask import Flask

            app = Flask(__name__)
            session = requests.Session()

            @app.route("/rate")
            def show():
                return session.get("https://rates/EUR", timeout=3).json()
            """,
            because="one session serves all requests",
        ),
        Good(
            """
            import requests
            from flask import Flask, g

            app = Flask(__name__)
            CLIENTS = {}

            @app.route("/rate/<tenant>")
            def show(tenant):
                if tenant not in CLIENTS:
                    CLIENTS[tenant] = requests.Session()
                return CLIENTS[tenant].get("https://rates/EUR", timeout=3).json()
            """,
            because="it is kept for the next call",
        ),
        Good(
            """
            import requests

            def main():
                with requests.Session() as session:
                    for url in ("https://a", "https://b"):
                        session.get(url, timeout=3)
            """,
            because="it is made once for the run",
        ),
        Good(
            """
            import asyncio, aiohttp, requests
            from flask import Flask

            app = Flask(__name__)

            @app.route("/send/<hook>")
            def send(hook):
                with requests.Session() as session:
                    session.verify = certificate_of(hook)
                    session.post("https://hooks", timeout=3)
                with requests.Session() as session:
                    session.auth = (hook, "x")
                    session.post("https://hooks", timeout=3)

            async def ship(queue):
                while True:
                    try:
                        async with aiohttp.ClientSession() as session:
                            await ship_all(session, queue)
                    except aiohttp.ClientError:
                        await asyncio.sleep(5)
            """,
            because="its certificate and credentials are those of one call; the loop starts again "
            "only after a failure",
        ),
        Good(
            """
            from flask import Flask

            app = Flask(__name__)

            @app.route("/log")
            def show():
                with open("log") as source:
                    return source.read()
            """,
            because="a file is opened where it is needed",
        ),
    )

    def check_call(self, call: Call, fact: Resource) -> None:
        node = call.node
        if node is None or not fact.long_lived or fact.what not in _CLIENTS or self.file.is_test:
            return
        if (
            not call.function
            or Ownership(self.file, CLOSERS | {*fact.close}).fate(node) & _LIVES_ON
        ):
            return
        if self._is_told_apart(node) or (call.at & _RESTARTS) == _RESTARTS:
            return
        message = f"a {fact.what} is made with `{call.shown}`"
        if self.file.in_loop(node):
            self.report(call, f"{message} in each turn of a loop, and its connections with it")
        else:
            self.note(node, full_name(call.module, call.function), message)

    def _is_told_apart(self, node: cst.Call) -> bool:
        """Whether the client is made, or set up, with what each call brings along, so that no
        other call could use it: an address, credentials, certificates."""
        given = [item.value for item in node.args if _word(item.keyword) not in _PER_REQUEST]
        parent = self.file.parent(node)
        match parent:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)])
                | cst.WithItem(asname=cst.AsName(name=cst.Name() as name))
            ):
                for use in self.file.uses(name.value, self.file.scope(node)):
                    part = self.file.parent(use)
                    target = self.file.parent(part) if isinstance(part, cst.Attribute) else None
                    assign = self.file.parent(target) if target is not None else None
                    if isinstance(target, cst.AssignTarget) and isinstance(assign, cst.Assign):
                        given.append(assign.value)
        return any(self._is_brought(part) for value in given for part in inside([value]))

    def _is_brought(self, node: cst.CSTNode) -> bool:
        """Whether a name is a parameter or variable of its function, its object left out."""
        if not isinstance(node, cst.Name):
            return False
        scope = self.file.scope(node).find(node.value)
        if scope is None or scope.kind != "function":
            return False
        in_class = scope.parent is not None and scope.parent.kind == "class"
        return not (in_class and node.value == scope.first)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        served = busy(project) if notes else set()
        for examination, note in notes:
            function, message = map(str, note.data)
            if function in served:
                said = function.rpartition(".")[2]
                self.report(
                    note,
                    f"{message} for every call of `{said}`, and its connections with it",
                    path=examination.path,
                )


def _word(keyword: cst.Name | None) -> str:
    return keyword.value if keyword is not None else ""
