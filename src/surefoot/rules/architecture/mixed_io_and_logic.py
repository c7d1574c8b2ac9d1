"""`mixed-io-and-logic`: one function decides much, and talks to several others on the way."""

from __future__ import annotations

import libcst as cst

from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.effects import changes_disk, reaches_out
from surefoot.semantics.handlers import inside
from surefoot.semantics.loops import is_script

_DECISIONS = (
    cst.BooleanOperation,
    cst.CompIf,
    cst.ExceptHandler,
    cst.For,
    cst.If,
    cst.IfExp,
    cst.While,
)
_MANY = 6
_KINDS = 2


class MixedIoAndLogic(Rule):
    """A function with many decisions uses several kinds of input and output itself.

    No decision of it can be tested without a database, a server and a disk beside the test,
    so that most of them are tested by nobody, and each can fail half-way through the others.

    Fetch first, decide in a function that only computes, and then write.
    """

    code = "SF710"
    severity = Severity.INFO
    default = False
    confidence = Confidence.MEDIUM
    examples = (
        Bad(
            """
            import requests
            import sqlite3

            def settle(orders, rates):
                connection = sqlite3.connect("orders.db")
                for order in orders:
                    if order.paid and not order.sent:
                        if order.currency != "EUR":
                            rate = requests.get("https://rates", timeout=2).json()
                            order.total *= rate if rate > 0 else 1
                        elif order.total > 100 or order.vip:
                            order.total *= 0.9
                        connection.execute("UPDATE orders SET total = ?", (order.total,))
            """
        ),
        Good(
            """
            import requests
            import sqlite3

            def total(order, rate):
                if order.paid and not order.sent:
                    if order.currency != "EUR":
                        return order.total * (rate if rate > 0 else 1)
                    elif order.total > 100 or order.vip:
                        return order.total * 0.9
                return order.total

            def settle(orders):
                connection = sqlite3.connect("orders.db")
                rate = requests.get("https://rates", timeout=2).json()
                for order in orders:
                    connection.execute("UPDATE orders SET total = ?", (total(order, rate),))
            """,
            because="decisions here, input and output there",
        ),
        Good(
            """
            import requests

            def load(urls):
                found = []
                for url in urls:
                    if url and url not in found:
                        answer = requests.get(url, timeout=2)
                        if answer.ok or answer.status_code == 404:
                            found.append(answer.text if answer.ok else "")
                        elif answer.status_code == 500:
                            break
                return found
            """,
            because="one kind of input only",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if is_script(self.file.path) or node.name.value == "main":
            return
        nodes = list(inside([node.body]))
        if sum(isinstance(part, _DECISIONS) for part in nodes) < _MANY:
            return
        kinds: dict[str, str] = {}
        for part in nodes:
            if isinstance(part, cst.Call):
                call = self.file.call(part)
                if call.pending or call.name is None:
                    continue
                kind = reaches_out(call) or ("writes to the disk" if changes_disk(call) else None)
                if kind is not None:
                    kinds.setdefault(kind, call.shown)
        if len(kinds) >= _KINDS:
            done = " and ".join(f"{kind} (`{shown}`)" for kind, shown in sorted(kinds.items()))
            self.report(
                node, f"`{node.name.value}` decides much, and {done}: no decision is testable alone"
            )
