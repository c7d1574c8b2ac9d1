"""`io-in-pure-function`: a function that seems to compute only waits for another process."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.linking.effects import Effects, Way, said_callee
from surefoot.linking.project import Project
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.effects import asks_in_sql, reaches_out
from surefoot.semantics.summary import At, FunctionSummary

_COMPUTES = re.compile(r"_*(calc|calculate|compute|diff|format|merge|normali[sz]e|score)(_\w+)?")
_SPECIAL = frozenset({"__eq__", "__format__", "__hash__", "__lt__", "__repr__", "__str__"})
_SAYS_SO = re.compile(
    r"(?i)(^|_)(and|api|async|branch(es)?|cache|commit|container|db|disk|download|drive|engine|"
    r"fetch|file|files|get|git|http|image|instance|job|load|lookup|node|partition|pr|pull|query|remote|"
    r"repo|request|requests|save|send|server|sql|store|table|tables|update|upload|upstream|url|"
    r"vm|volume|write)(_|$)"
)
_TAKEN = re.compile(
    r"(?i)\w*(session|conn|connection|cursor|cur|client|engine|http|api|db|database|redis|pool|"
    r"driver|adapter|hook|repo(sitory)?|store|storage|backend|transport|transaction|tx)"
)
_PURE = ("deal.pure", "deal.has")
_CACHED = ("functools.cache", "functools.lru_cache")
_DEEPEST = 2
_SEEMS = "seems to compute only"
_RUN_APART = frozenset({"handler", "job", "cli"})
_TASKS = re.compile(r"(^|/)(\w*_)?(tasks?|jobs?|signals?)(\.py$|/)|/management/commands/")
_KINDS = ("asks the database", "talks to another service")


class IoInPureFunction(Rule):
    """A function whose name says that it computes asks a database or another service.

    Callers put it into loops and comprehensions, into `sorted(key=...)` and into tests, and
    each of these now waits for the network, once per item. It cannot be tested without the
    other side, and fails for reasons that have nothing to do with what it computes.

    Fetch first, and hand the values over.
    """

    code = "SF704"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            from database import db

            def calculate_discount(uid):
                orders = db.query("SELECT id FROM orders WHERE user_id = ?", uid)
                return 0.15 if len(orders) > 10 else 0
            """
        ),
        Bad(
            """
            # file: rates.py
            import requests

            def rate(currency):
                return requests.get(f"https://rates/{currency}", timeout=3).json()
            # file: prices.py
            from rates import rate

            def compute_price(amount, currency):
                return amount * rate(currency)
            """
        ),
        Bad(
            """
            import functools
            import requests

            @functools.lru_cache
            def rate(currency):
                return requests.get(f"https://rates/{currency}", timeout=2).json()

            class Rate:
                def __eq__(self, other):
                    return requests.get(self.url, timeout=2).text == other

                def __repr__(self):
                    return requests.get(self.url, timeout=2).text
            """,
            count=3,
        ),
        Bad(
            """
            from sqlalchemy.orm import sessionmaker
            from models import Order

            Session = sessionmaker()

            def _normalize_order(order):
                with Session() as session:
                    return session.query(Order).filter(Order.id == order.id).first()
            """
        ),
        Good(
            """
            import logging

            log = logging.getLogger(__name__)

            def calculate_discount(user, orders):
                return 0.15 if len(orders) > 10 else 0

            def diff(a, b):
                log.debug("x")
                return sorted(set(a) - set(b))

            def format_query(table):
                return "SELECT 1 FROM " + table
            """,
            because="nothing is asked; a log line is no effect that anybody waits for",
        ),
        Good(
            """
            import requests
            from database import db
            from models import User

            def fetch_user(i):
                return db.query("SELECT name FROM users WHERE id = ?", i)

            def calculate_and_save(order):
                db.execute("INSERT INTO totals VALUES (?)", order.total)

            def merge_pull_request(number):
                return requests.put(f"https://api.github.com/{number}/merge", timeout=5)
            """,
            because="the name says what is done",
        ),
        Good(
            """
            from sqlalchemy.orm import Session
            from models import Order

            def compute_total(session: Session, user):
                return session.query(Order).count()

            def compute_more(conn, user):
                return conn.execute("SELECT 1")
            """,
            because="whoever calls it hands over the session, and knows",
        ),
        Good(
            """
            import functools
            import requests

            @functools.lru_cache
            def schema():
                return requests.get("https://schema.example.com", timeout=2).json()

            async def compute_price(client, amount):
                return amount * await client.rate()

            def compute_later(amount):
                return lambda: requests.get("https://rates", timeout=2).json() * amount
            """,
            because="fetched once for the process, awaited before all eyes, done later",
        ),
        Good(
            """
            import requests

            class Report:
                def compute(self):
                    return requests.get(self.url, timeout=2).json()

                def show(self):
                    def calc_total():
                        return requests.get(self.url, timeout=2).json()
                    return calc_total()
            """,
            because="a method of an object that holds an address may well go there",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        if not isinstance(node.func, cst.Attribute) or not node.args:
            return
        if not isinstance(node.args[0].value, (cst.SimpleString, cst.ConcatenatedString)):
            return
        function = self.file.function(node)
        if function is None or function.asynchronous is not None:
            return
        if _COMPUTES.fullmatch(function.name.value) is None:
            return
        call = self.file.call(node)
        if call.pending or (call.name is not None and call.facts):
            return
        if asks_in_sql(node, self.file.constant(node.args[0].value)):
            names = [item.name.value for item in function.params.params]
            if not _SAYS_SO.search(function.name.value) and not any(map(_TAKEN.fullmatch, names)):
                name = function.name.value
                self.report(node, f"`{name}` {_SEEMS}, and asks the database")

    def link(self, project: Project) -> None:
        effects = Effects(project)
        ends = [
            call
            for call in project.calls
            if call.function
            and not call.at & (At.LAMBDA | At.ASYNC)
            and reaches_out(call) in _KINDS
        ]
        ways = effects.ways(ends, effects.happens_here, _DEEPEST)
        for name, way in ways.items():
            summary = project.function(name)
            if _TASKS.search(way.call.path):
                continue  # named after what they do, and run by themselves
            if summary is not None and (reason := _promise(project, name, summary)):
                cached = project.world.decorated(summary, _CACHED)
                unsure = cached or (way.rest is not None and reason.endswith(_SEEMS))
                self._report(way, reason, Confidence.LOW if unsure else Confidence.MEDIUM)

    def _report(self, way: Way, reason: str, confidence: Confidence) -> None:
        does = f"`{way.call.shown}` {reaches_out(way.call)}"
        if way.rest is not None:
            does = (
                f"`{said_callee(way.call)}` ends in `{way.end.shown}`, which {reaches_out(way.end)}"
            )
        self.report(
            way.call,
            f"{reason}, and {does}",
            confidence=confidence,
            chain=way.links() if way.rest is not None else (),
        )


def _promise(project: Project, full: str, function: FunctionSummary) -> str | None:
    """Say why nobody expects that a function waits; None where nothing says so."""
    name = function.qualname.rpartition(".")[2]
    if function.is_async or function.is_generator:
        return None
    names = [item.name for item in function.parameters if item.name not in ("self", "cls")]
    if name in _SPECIAL and function.owner:
        return f"`{name}` is called without anybody seeing it"
    world = project.world
    if world.decorated(function, _PURE):
        return f"`{name}` is declared pure"
    if world.decorated(function, _CACHED) and names and not function.owner:
        return f"`{name}` keeps its first answer until the process ends"
    if _COMPUTES.fullmatch(name) is None or _SAYS_SO.search(name) or function.owner:
        return None
    if "." in function.qualname or not project.roles.get(full, set()).isdisjoint(_RUN_APART):
        return None  # what is defined in a function, or run as a job, promises nothing
    if any(map(_TAKEN.fullmatch, names)):
        return None
    return f"`{name}` {_SEEMS}"
