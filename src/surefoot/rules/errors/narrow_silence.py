"""`narrow-silence`: what was to be written or sent is lost, and nobody learns of it."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Blocking, Idempotency, InputOutputFailure, Timeout
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.guarded import Guarded, guarded_by
from surefoot.semantics.handlers import caught_by, inside, last_name

_OUTSIDE = frozenset({"network", "database", "file"})
_HANDS_OUT = re.compile(
    r"(write|send|put|post|patch|publish|upload|save|store|insert|commit|emit|push|copy|move|copyfile"
    r"|execute|executemany|produce|dump|request)(_.*|text|bytes|all|many|tree|file|\d)?|.*_(send|write)"
)
_MARKS_READING = re.compile(r"(?i)get|head|options|select")


class NarrowSilence(Rule):
    """A failure to write or to send is caught by name, and leaves no trace.

    The handler names what may fail, which is right, and then does nothing: the event was not
    sent, the file is not there, and what is missed later cannot be explained. Count it, log it,
    or say in a comment why it does no harm.
    """

    code = "SF212"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            import requests

            def announce(order, url):
                try:
                    requests.post(url, json=order, timeout=3)
                except requests.RequestException:
                    pass
            """
        ),
        Bad(
            """
            from pathlib import Path

            def keep(orders):
                for order in orders:
                    try:
                        Path(order.name).write_text(order.text)
                    except OSError:
                        continue
            """
        ),
        Bad(
            """
            import socket

            class Feed:
                def __init__(self, host):
                    self.socket = socket.create_connection((host, 80), timeout=1)

                def push(self, event):
                    try:
                        self.socket.sendall(event)
                    except (ConnectionError, TimeoutError):
                        return
            """
        ),
        Good(
            """
            import logging
            import requests

            def announce(order, url):
                try:
                    requests.post(url, json=order, timeout=3)
                except requests.RequestException as error:
                    logging.warning("not announced: %s", error)
            """,
            because="there is a record",
        ),
        Good(
            """
            import requests

            def load(url):
                try:
                    return requests.get(url, timeout=3)
                except requests.RequestException:
                    return None
            """,
            because="nothing is written, and the caller learns that there is nothing",
        ),
        Good(
            """
            from pathlib import Path

            def cache(path: Path, text):
                try:
                    path.write_text(text)
                except OSError:
                    pass  # it is computed again next time
            """,
            because="the author says why it does no harm",
        ),
        Good(
            """
            from pathlib import Path

            def put(path: Path, text):
                try:
                    path.write_text(text)
                except FileNotFoundError:
                    pass
                path.unlink(missing_ok=True)
                try:
                    path.rmdir()
                except OSError:
                    pass
            """,
            because="one cause is expected; removing things may fail",
        ),
        Good(
            """
            import socket

            class Feed:
                def __init__(self, host):
                    self.socket = socket.create_connection((host, 80), timeout=1)

                def close(self):
                    try:
                        self.socket.sendall(b"quit")
                    except OSError:
                        pass
            """,
            because="it is on the way out",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if node.type is None or self.file.is_test:
            return
        known = caught_by(self.file, node)
        if known.pending or known.everything:
            return
        fact = self.file.world.fact
        if not known.names or any(fact(InputOutputFailure, name) is None for name in known.names):
            return
        guarded = guarded_by(self.file, node)
        if not self._hands_out(guarded) or not guarded.is_silent or guarded.default is not None:
            return
        if guarded.severity(Severity.WARNING) is not Severity.WARNING:
            return
        shown = " ".join(self.file.code(node.type).split())
        self.report(node, f"`except {shown}` hides that {guarded.described} failed")

    def _hands_out(self, guarded: Guarded) -> bool:
        """Whether something is written or sent, by a call that does so by its facts."""
        for node in inside(guarded.work):
            if not isinstance(node, cst.Call) or not _HANDS_OUT.fullmatch(last_name(node.func)):
                continue
            call = self.file.call(node)
            blocking, timeout = call.fact(Blocking), call.fact(Timeout)
            outside = (
                (blocking is not None and blocking.what in _OUTSIDE)
                or (timeout is not None and timeout.wait == "network")
                or call.fact(Idempotency) is not None
            )
            first = call.arguments.constant((), 0)
            if outside and not (first and _MARKS_READING.match(str(first[0]))):
                return True
        return False
