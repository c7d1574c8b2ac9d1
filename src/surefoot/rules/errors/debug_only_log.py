"""`debug-only-log`: any failure is written where nobody reads, and nowhere else."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import is_standard, rename_attribute, set_keyword
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.guarded import guarded_by
from surefoot.semantics.handlers import caught_by, inside
from surefoot.semantics.literals import is_blank
from surefoot.semantics.records import DEBUG, records


class DebugOnlyLog(Rule):
    """Every failure is caught, and logged at a level that is off in production.

    Where the log is read it is not written: for those who run the service the exception is
    swallowed. Catch what is expected at this level, and let the rest be a warning.
    """

    code = "SF210"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            import logging

            log = logging.getLogger(__name__)

            def refund(client, order):
                try:
                    client.refund(order)
                except Exception as error:
                    log.debug("no refund: %s", error)
            """,
            fixed="""
            import logging

            log = logging.getLogger(__name__)

            def refund(client, order):
                try:
                    client.refund(order)
                except Exception as error:
                    log.warning("no refund: %s", error, exc_info=True)
            """,
        ),
        Bad(
            """
            from app.log import logger

            def balance(client):
                try:
                    return client.balance()
                except Exception:
                    logger.debug("no balance", exc_info=True)
                    return 0
            """
        ),
        Bad(
            """
            import logging

            log = logging.getLogger(__name__)

            def sync(client):
                try:
                    client.sync()
                except Exception as error:
                    log.log(logging.DEBUG, "not in step: %s", error)
            """
        ),
        Good(
            """
            import logging

            log = logging.getLogger(__name__)

            def refund(client, order):
                try:
                    client.refund(order)
                except Exception as error:
                    log.debug("no refund: %s", error)
                    log.warning("no refund")
                try:
                    client.refund(order)
                except Exception as error:
                    log.debug("no refund")
                    raise RefundError(order) from error
                try:
                    client.refund(order)
                except KeyError:
                    log.debug("nothing to refund")
            """,
            because="there is a warning; it is raised; it was expected",
        ),
        Good(
            """
            import logging

            log = logging.getLogger(__name__)

            def load(client, cache):
                try:
                    return client.load()
                except Exception:
                    log.debug("not loaded, taking the last")
                    return cache.last()
            """,
            because="there is another way",
        ),
        Good(
            """
            import logging

            log = logging.getLogger(__name__)

            def close(client):
                try:
                    client.close()
                except Exception:
                    log.debug("not closed", exc_info=True)

            def warm_up(client):
                try:
                    client.prefetch()
                except Exception:  # it is loaded on the first request then
                    log.debug("not ready", exc_info=True)
            """,
            because="letting go may fail; the author says why it does no harm",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if not caught_by(self.file, node).everything:
            return
        found = records(self.file, node)
        if found is None or found.level > DEBUG or found.acts:
            return
        guarded = guarded_by(self.file, node)
        if guarded.is_excused or guarded.severity(Severity.WARNING) is not Severity.WARNING:
            return
        if self._takes_another_way(node):
            return
        self.report(
            node,
            f"`{self.file.code(found.calls[0].func)}` is all that tells of any failure of "
            f"{guarded.described}, and is not written in production",
            fix_data=(),
        )

    def fix_at(self, node: Any) -> Fix | None:
        """Raise the level of the record, and have it hold the traceback."""
        found = records(self.file, node)
        if found is None or len(found.calls) > 1 or not is_standard(self.file, found.calls[0]):
            return None
        (call,) = found.calls
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "debug":
            return None
        edits = rename_attribute(self.file, call.func, "warning")
        if not found.has_traceback:
            edits += set_keyword(self.file, call, "exc_info", "True")
        return Fix("Make it a warning, with the traceback", edits, Safety.SUGGESTION)

    def _takes_another_way(self, node: cst.ExceptHandler) -> bool:
        """Whether the handler names or computes something to go on with."""
        return any(
            (isinstance(item, (cst.Return, cst.Assign, cst.AnnAssign)) and not is_blank(item.value))
            or isinstance(item, (cst.Import, cst.ImportFrom))
            for item in inside([node.body])
            if not (isinstance(item, cst.Return) and item.value is None)
        )
