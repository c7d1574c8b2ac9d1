"""`scattered-timeouts`: the same timeout and the same answer to it, written again and again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Timeout
from surefoot.linking.project import Project
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name

_TEXT = re.compile(r"[fFrRbB]*(\"[^\"\n]*\"|'[^'\n]*')")
_MODULES = 3


class _Use(NamedTuple):
    """A call with a number for its timeout, in a function, and the handler of the timeout."""

    path: str
    note: Note
    api: str
    seconds: str
    function: str
    handler: str


class ScatteredTimeouts(Rule):
    """Several functions repeat the same number for a timeout and the same handler for it.

    When the other side gets slower, each of them must be found and changed, and the one that is
    forgotten fails alone. Say it once, in a client or a function that all of them use.
    """

    code = "SF106"
    severity = Severity.INFO
    facts = (Timeout,)
    examples = (
        Bad(
            """
            import requests

            def user(number):
                try:
                    return requests.get(f"https://x/users/{number}", timeout=10)
                except requests.Timeout:
                    print("no users")
                    return None

            def order(number):
                try:
                    return requests.get(f"https://x/orders/{number}", timeout=10)
                except requests.Timeout:
                    print("no orders")
                    return None
            """
        ),
        Good(
            """
            import requests

            TIMEOUT = 10

            def user(number):
                try:
                    return requests.get(f"https://x/users/{number}", timeout=TIMEOUT)
                except requests.Timeout:
                    return None

            def order(number):
                try:
                    return requests.get(f"https://x/orders/{number}", timeout=TIMEOUT)
                except requests.Timeout:
                    return None
            """,
            because="the number has a name",
        ),
        Good(
            """
            import requests

            def user(number):
                try:
                    return requests.get(f"https://x/users/{number}", timeout=10)
                except requests.Timeout:
                    return None

            def order(number):
                try:
                    return requests.get(f"https://x/orders/{number}", timeout=10)
                except requests.Timeout as error:
                    raise LookupError(number) from error

            def price(number):
                return requests.get(f"https://x/prices/{number}", timeout=10)
            """,
            because="each answers a timeout in its own way",
        ),
        Good(
            """
            import requests

            def both(number):
                try:
                    first = requests.get(f"https://x/users/{number}", timeout=10)
                    return first, requests.get(f"https://x/orders/{number}", timeout=10)
                except requests.Timeout:
                    return None
            """,
            because="one function says it in one place",
        ),
    )

    def check_call(self, call: Call, fact: Timeout) -> None:
        if fact.wait != "network" or call.node is None or not fact.parameter:
            return
        for argument in call.node.args:
            if argument.keyword is None or argument.keyword.value not in fact.parameter:
                continue
            if isinstance(argument.value, (cst.Integer, cst.Float)):
                handler = _handler_of_timeouts(self.file, call.node)
                self.note(call.node, call.shown, argument.value.value, call.function, handler)

    def link(self, project: Project) -> None:
        uses = [
            _Use(examination.path, note, *map(str, note.data))
            for examination, note in project.notes(self.name)
        ]
        repeated: dict[tuple[str, str, str], list[_Use]] = {}
        everywhere: dict[str, list[_Use]] = {}
        for use in uses:
            everywhere.setdefault(use.api, []).append(use)
            if use.handler and use.function:
                repeated.setdefault((use.path, use.seconds, use.handler), []).append(use)
        told = set()
        for same in repeated.values():
            functions = list(dict.fromkeys(use.function for use in same))
            if len(functions) > 1:
                told.add(same[0].api)
                self._tell(
                    same,
                    f"{len(functions)} functions repeat the timeout {same[0].seconds} of "
                    f"`{same[0].api}` and what to do when it is over",
                )
        for api, same in everywhere.items():
            modules = list(dict.fromkeys(use.path for use in same))
            if len(modules) >= _MODULES and api not in told:
                self._tell(
                    same,
                    f"{len(modules)} modules give `{api}` a number for its timeout",
                    Confidence.LOW,
                )

    def _tell(
        self, same: Sequence[_Use], message: str, confidence: Confidence | None = None
    ) -> None:
        chain = [Link(use.path, use.note.place, f"{use.seconds} again here") for use in same[1:5]]
        self.report(same[0].note, message, path=same[0].path, confidence=confidence, chain=chain)


def _handler_of_timeouts(file: File, node: cst.Call) -> str:
    """What is done in the function of a call when the timeout is over; empty for nothing. Texts
    do not count."""
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, cst.FunctionDef):
            return ""
        if isinstance(ancestor, cst.Try) and node in set(inside([ancestor.body])):
            for handler in ancestor.handlers:
                if handler.type is None:
                    continue
                names = [last_name(part) for part in inside([handler.type])]
                if any("Timeout" in name for name in names):
                    text = f"{file.code(handler.type)}: {file.code(handler.body)}"
                    return " ".join(_TEXT.sub('""', text).split())
    return ""
