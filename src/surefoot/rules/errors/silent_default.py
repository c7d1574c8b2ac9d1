"""`silent-default`: any failure becomes a blank value that looks like a result."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import record_failure
from surefoot.linking.project import Project
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.guarded import Guarded, guarded_by
from surefoot.semantics.handlers import caught, caught_by


class SilentDefault(Rule):
    """Every failure becomes a value that looks like a result.

    The caller of a function that answers 0, an empty list or `False` when it failed cannot
    tell failure from a small balance, from nothing found, from no. The mistake travels on as
    data. Catch only the exceptions for which the default is the true answer, or leave a record,
    or let the caller know. Where the work is not known to reach out of the process, the confidence
    is medium.
    """

    code = "SF202"
    severity = Severity.WARNING
    silenced_as = ("BLE001",)
    examples = (
        Bad(
            """
            import logging

            logger = logging.getLogger(__name__)

            def balance(account):
                try:
                    return account.fetch().total
                except Exception:
                    # the bank may be closed
                    return 0
            """,
            fixed="""
            import logging

            logger = logging.getLogger(__name__)

            def balance(account):
                try:
                    return account.fetch().total
                except Exception:
                    # the bank may be closed
                    logger.exception("account.fetch failed")
                    return 0
            """,
        ),
        Bad(
            """
            def balance(client):
                try:
                    return client.balance()
                except Exception:
                    return 0
            """
        ),
        Bad(
            """
            def orders(load):
                try:
                    found = load()
                except Exception:
                    found = []
                return found
            """
        ),
        Bad(
            """
            def orders(load):
                found = []
                try:
                    found = load()
                except Exception:
                    pass
                return found
            """
        ),
        Bad(
            """
            async def prices(client):
                try:
                    return await client.prices()
                except:
                    return {}
            """
        ),
        Bad(
            """
            def names(client):
                try:
                    return client.names()
                except Exception:
                    pass
                return ()
            """
        ),
        Bad(
            """
            class Stock:
                def refresh(self, client):
                    try:
                        self.count, self.price = client.stock()
                    except (OSError, Exception):
                        self.count, self.price = 0, 0.0
            """
        ),
        Bad(
            """
            def customer(client, key):
                try:
                    return client.customer(key)
                except Exception:
                    client.close()
                    return None
            """
        ),
        Bad(
            """
            # file: failures.py
            ANY = Exception
            # file: rates.py
            from failures import ANY

            def rate(client):
                try:
                    return client.rate()
                except ANY:
                    return 1.0
            """
        ),
        Bad(
            """
            def accepted(client, order):
                try:
                    return client.accepts(order)
                except Exception:
                    return True
            """
        ),
        Good(
            """
            def balance(client):
                try:
                    return client.balance()
                except ConnectionError:
                    return 0
            """,
            because="only what is expected becomes the default",
        ),
        Good(
            """
            from app.log import logger

            def balance(client):
                try:
                    return client.balance()
                except Exception:
                    logger.warning("balance unknown", exc_info=True)
                    return 0
            """,
            because="there is a record",
        ),
        Good(
            """
            def balance(client, fallback, cached):
                try:
                    return client.balance()
                except Exception:
                    return fallback

            def rate(client, cached):
                try:
                    return client.rate()
                except Exception:
                    return cached.rate
            """,
            because="what to answer instead was chosen on purpose",
        ),
        Good(
            """
            def version(read):
                try:
                    return read()
                except Exception:
                    return "unknown"
            """,
            because="the answer says that it is not known",
        ),
        Good(
            """
            def call(client):
                try:
                    return client.call(), None
                except Exception as error:
                    return None, error
            """,
            because="the exception is returned",
        ),
        Good(
            """
            class Link:
                def ping(self, client):
                    try:
                        client.ping()
                    except Exception:
                        self.connected = False
            """,
            because="the state of the link is what the work is about",
        ),
        Good(
            """
            def has_feature(client):
                try:
                    return client.probe()
                except Exception:
                    return False

            def customer_or_none(client, key):
                try:
                    return client.customer(key)
                except Exception:
                    return None
            """,
            because="the names say what failure means",
        ),
        Good(
            """
            async def admit(socket, check, token):
                try:
                    return await check(token)
                except Exception:
                    await socket.close(code=4001, reason="token not valid")
                    return None
            """,
            because="the peer is told",
        ),
        Good(
            """
            def size(path, measure):
                for _ in range(3):
                    try:
                        return measure(path)
                    except Exception:
                        pass
                raise TimeoutError(path)
            """,
            because="the work is tried again, and its failure raised",
        ),
        Good(
            """
            def text(frame):
                try:
                    name = frame.f_globals["__name__"]
                except Exception:
                    name = None
                return name
            """,
            because="looking at values at hand fails in expected ways only",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        known = caught_by(self.file, node)
        if not (known.everything or known.pending):
            return
        guarded = guarded_by(self.file, node)
        if not guarded.is_silent or guarded.default is None:
            return
        severity = guarded.severity(Severity.INFO if guarded.tells_failure else self.severity)
        if severity is None:
            return
        message = self._message(guarded)
        if known.everything:
            self.report(
                node, message, severity=severity, confidence=guarded.confidence, fix_data=()
            )
        else:
            symbol = self.file.symbol(node.type)
            self.note(node, symbol, message, severity, guarded.confidence)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            symbol, message, severity, confidence = note.data
            if caught(project.world, symbol).everything:  # type: ignore[arg-type]
                self.report(
                    note,
                    str(message),
                    path=examination.path,
                    severity=Severity(severity),  # type: ignore[arg-type]
                    confidence=Confidence(confidence),  # type: ignore[arg-type]
                    fix_data=(),
                )

    def fix_at(self, node: Any) -> Fix | None:
        """Leave a record, where the module has a logger."""
        edits = record_failure(self.file, node)
        return Fix("Log the failure with its traceback", edits, Safety.SUGGESTION)

    def _message(self, guarded: Guarded) -> str:
        assert guarded.default is not None
        target, value = guarded.default
        shown = self.file.code(value) if value is not None else "None"
        if target is None:
            return f"any failure of {guarded.described} is returned as `{shown}`"
        return f"any failure of {guarded.described} sets `{self.file.code(target)}` to `{shown}`"
