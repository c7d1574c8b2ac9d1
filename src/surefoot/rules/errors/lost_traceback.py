"""`lost-traceback`: any failure is logged, without where it came from."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import is_standard, with_traceback
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.guarded import guarded_by
from surefoot.semantics.handlers import caught_by
from surefoot.semantics.records import WARNING, level_of, records


class LostTraceback(Rule):
    """Every failure is logged, but neither what it was nor where it happened.

    A handler for `Exception` catches the unforeseen, and of the unforeseen the traceback is
    all there is to go by. "sync failed" in the log at night can only be answered by waiting for
    the next time. Log with `exception`, or with `exc_info=True`. Where at least the exception's
    text is recorded, the finding is of low confidence.
    """

    code = "SF209"
    severity = Severity.INFO
    silenced_as = ("TRY400",)
    examples = (
        Bad(
            """
            import logging

            log = logging.getLogger(__name__)

            def sync(client):
                try:
                    client.sync()
                except Exception:
                    log.error("failed")
            """,
            fixed="""
            import logging

            log = logging.getLogger(__name__)

            def sync(client):
                try:
                    client.sync()
                except Exception:
                    log.exception("failed")
            """,
        ),
        Bad(
            """
            from app.log import LOGGER

            def sync(client):
                try:
                    client.sync()
                except Exception as error:
                    LOGGER.warning("sync of %s failed", client)
                    return None
            """
        ),
        Bad(
            """
            import logging

            def sync(client):
                try:
                    client.sync()
                except Exception as error:
                    logging.error("sync failed: %s", error)
            """,
            fixed="""
            import logging

            def sync(client):
                try:
                    client.sync()
                except Exception as error:
                    logging.exception("sync failed: %s", error)
            """,
        ),
        Good(
            """
            from app.log import LOGGER

            def sync(client):
                try:
                    client.sync()
                except Exception:
                    LOGGER.exception("sync failed")
                try:
                    client.sync()
                except Exception:
                    LOGGER.error("sync failed", exc_info=True)
            """,
            because="the traceback is recorded",
        ),
        Good(
            """
            import logging
            import traceback

            def sync(client, failed):
                try:
                    client.sync()
                except Exception as error:
                    logging.error("sync failed")
                    failed.append(error)
                try:
                    client.sync()
                except Exception:
                    logging.error("sync failed: %s", traceback.format_exc())
                try:
                    client.sync()
                except Exception:
                    logging.error("sync failed")
                    raise
            """,
            because="the exception is kept, written out or raised",
        ),
        Good(
            """
            import subprocess
            import traceback

            def run(args):
                try:
                    subprocess.call(args)
                except Exception:
                    traceback.print_exc()
            """,
            because="the traceback is printed",
        ),
        Good(
            """
            import logging

            def sync(client):
                try:
                    client.sync()
                except ConnectionError:
                    logging.warning("no connection")
            """,
            because="what happened is known",
        ),
        Good(
            """
            import logging

            def stop(client):
                try:
                    client.close()
                except Exception:
                    logging.warning("not closed")
            """,
            because="letting go may fail",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if not caught_by(self.file, node).everything:
            return
        found = records(self.file, node)
        if found is None or found.level < WARNING or found.has_traceback:
            return
        guarded = guarded_by(self.file, node)
        if guarded.is_excused or guarded.severity(Severity.WARNING) is not Severity.WARNING:
            return
        called = self.file.code(found.calls[0].func)
        if found.mentions:
            self.report(
                node,
                f"`{called}` records the text of any failure of {guarded.described}, and not "
                "where it happened",
                confidence=Confidence.LOW,
                fix_data=(),
            )
        else:
            self.report(
                node,
                f"`{called}` records that {guarded.described} failed, and neither what "
                "happened nor where",
                fix_data=(),
            )

    def fix_at(self, node: Any) -> Fix | None:
        """Have the loudest record of the handler hold the traceback."""
        found = records(self.file, node)
        if found is None:
            return None
        call = next(item for item in found.calls if level_of(self.file, item) == found.level)
        inner = next(
            item for item in self.file.ancestors(call) if isinstance(item, cst.ExceptHandler)
        )
        if inner is not node:
            return None
        edits = with_traceback(self.file, call)
        safety = Safety.SAFE if is_standard(self.file, call) else Safety.UNSAFE
        return Fix("Log with the traceback", edits, safety)
