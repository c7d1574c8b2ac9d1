"""`swallowed-exception`: any failure is caught, and nothing is done about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import libcst as cst

from surefoot.edits import catch_only, record_failure
from surefoot.edits.text import Unfixable
from surefoot.facts.kinds import Suppresses
from surefoot.linking.exceptions import Escape, Exceptions
from surefoot.linking.project import Project
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.guarded import Guarded, guarded_by, guarded_in
from surefoot.semantics.handlers import Caught, caught, caught_by, inside
from surefoot.semantics.summary import Symbol

_FEW = 3


class SwallowedException(Rule):
    """Every failure is caught, and nobody learns of it.

    A handler for `Exception` that only passes hides the failure that was expected along with
    the typo, the missing permission and the full disk. The work is not done, nothing is in the
    log, and the first sign is somebody else's bug report. Catch the exceptions that are
    expected, or log with the traceback, count, store or raise. Where silence is meant, say why
    in a comment: the finding is then a remark only. Where the work is not known to reach out of
    the process, the confidence is medium.
    """

    code = "SF201"
    severity = Severity.ERROR
    silenced_as = ("S110", "BLE001")
    examples = (
        Bad(
            """
            import logging

            _LOG = logging.getLogger(__name__)

            def remove(client, key):
                try:
                    client.delete(key)
                except Exception:
                    pass
            """,
            fixed="""
            import logging

            _LOG = logging.getLogger(__name__)

            def remove(client, key):
                try:
                    client.delete(key)
                except Exception:
                    _LOG.exception("client.delete failed")
            """,
        ),
        Bad(
            """
            def refund(session, url):
                try:
                    session.delete(url)
                except Exception:
                    pass
            """
        ),
        Bad(
            """
            def refund(session, url):
                try:
                    session.delete(url)
                except:
                    ...
            """
        ),
        Bad(
            """
            import contextlib

            def refund(session, url):
                with contextlib.suppress(Exception):
                    session.delete(url)
            """
        ),
        Bad(
            """
            EXPECTED = (ValueError, Exception)

            def deliver(messages, send):
                for message in messages:
                    try:
                        send(message)
                    except EXPECTED as error:
                        continue
            """
        ),
        Bad(
            """
            # file: failures.py
            ANY = (OSError, Exception)
            # file: worker.py
            from failures import ANY

            def deliver(send, message):
                try:
                    send(message)
                except ANY:
                    return
            """
        ),
        Bad(
            """
            import builtins

            async def pull(source, store):
                while True:
                    try:
                        await store.put(await source.take())
                    except builtins.BaseException:
                        continue
            """
        ),
        Bad(
            """
            def save(db, order):
                try:
                    db.add(order)
                    db.commit()
                except Exception:
                    db.rollback()
            """
        ),
        Bad(
            """
            class Feed:
                def poll(self):
                    try:
                        self.handle(self.source.read())
                    except Exception:
                        self._forget()

                def _forget(self):
                    self.source.close()
            """
        ),
        Bad(
            """
            def publish(queue, event):
                try:
                    queue.publish(event)
                except Exception:  # noqa: BLE001
                    pass  # TODO: do something about it
            """
        ),
        Good(
            """
            from app.log import LOG

            def refund(session, url):
                try:
                    session.delete(url)
                except Exception:
                    LOG.exception("no refund")
            """,
            because="a logger of another module is a logger",
        ),
        Good(
            """
            def refund(session, url):
                try:
                    session.delete(url)
                except KeyError:
                    pass
                except Exception as error:
                    raise RefundError(url) from error
            """,
            because="one is expected, all others go on as another exception",
        ),
        Good(
            """
            def refund(session, urls, failed):
                for url in urls:
                    try:
                        session.delete(url)
                    except Exception as error:
                        failed[url] = error
            """,
            because="the exception is kept",
        ),
        Good(
            """
            import sys

            def main(run):
                try:
                    run()
                except Exception:
                    sys.exit(2)
            """,
            because="the process ends",
        ),
        Good(
            """
            import sys
            import traceback

            def refund(session, url, show):
                try:
                    session.delete(url)
                except Exception:
                    show(traceback.format_exc())
                try:
                    session.delete(url)
                except Exception:
                    show(sys.exc_info())
                try:
                    session.delete(url)
                except Exception:
                    show("no refund", exc_info=True)
            """,
            because="the traceback is shown",
        ),
        Good(
            """
            import logging

            def complain():
                logging.getLogger(__name__).warning("no refund")

            def refund(session, url):
                try:
                    session.delete(url)
                except Exception:
                    complain()
            """,
            because="the helper reports",
        ),
        Good(
            """
            def refund(session, urls):
                lost = 0
                for url in urls:
                    try:
                        session.delete(url)
                    except Exception:
                        lost += 1
                return lost
            """,
            because="failures are counted",
        ),
        Good(
            """
            from contextlib import suppress

            class Client:
                def drop(self):
                    with suppress(Exception):
                        self.socket.close()

                def close(self):
                    try:
                        self.locks.clear()
                        self.socket.shutdown(2)
                    except Exception:
                        pass
            """,
            because="letting go of things may fail",
        ),
        Good(
            """
            import asyncio
            import contextlib

            async def stop(tasks):
                for task in tasks:
                    task.cancel()
                for task in tasks:
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task
            """,
            because="what becomes of a cancelled task is of no interest",
        ),
        Good(
            """
            def drop_result(future):
                try:
                    future.result()
                except Exception:
                    pass

            def fire(pool, work):
                pool.submit(work).add_done_callback(drop_result)
            """,
            because="the callback only takes the exception off the future",
        ),
        Good(
            """
            import time

            def connect(open_connection):
                for attempt in range(3):
                    try:
                        return open_connection()
                    except Exception:
                        time.sleep(attempt)
                raise ConnectionError("no answer")
            """,
            because="the work is tried again",
        ),
        Good(
            """
            def parse(text, strict, lenient):
                try:
                    return strict(text)
                except Exception:
                    pass
                return lenient(text)
            """,
            because="another way is taken when the first fails",
        ),
        Good(
            """
            def check(run):
                done = False
                try:
                    run()
                    done = True
                except Exception:
                    pass
                if not done:
                    raise RuntimeError("not done")
            """,
            because="the missing mark tells of the failure",
        ),
        Good(
            """
            import logging

            LOGGER = logging.getLogger(__name__)

            def tell(text):
                try:
                    LOGGER.info("said %s", text)
                except Exception:
                    pass
            """,
            because="where would a failure to log be logged?",
        ),
        Good(
            """
            def enrich(context, data):
                try:
                    context["region"] = data["region"]
                except Exception:
                    pass
            """,
            because="looking at values at hand fails in expected ways only",
        ),
        Good(
            """
            class Handle:
                def __del__(self):
                    try:
                        self.pool.give_back(self)
                    except Exception:
                        pass

            def try_warm_up(cache):
                try:
                    cache.warm_up()
                except Exception:
                    pass
            """,
            because="a finaliser must not raise, and the other's name says that it only tries",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        known = caught_by(self.file, node)
        if known.everything or known.pending:
            symbol = self.file.symbol(node.type)
            self._judge(node, node.type, guarded_by(self.file, node), known, symbol)

    def visit_With(self, node: cst.With) -> None:
        for item in node.items:
            if type(item.item) is not cst.Call or not self.file.fact(Suppresses, item.item):
                continue
            for argument in item.item.args:
                symbol = self.file.symbol(argument.value)
                known = caught(self.file.world, symbol)
                if known.everything or known.pending:
                    guarded = guarded_in(self.file, node)
                    self._judge(item.item, item.item, guarded, known, symbol)

    def _judge(
        self,
        node: cst.ExceptHandler | cst.Call,
        shown: cst.BaseExpression | None,
        guarded: Guarded,
        known: Caught,
        symbol: Symbol,
    ) -> None:
        if not guarded.is_silent or guarded.default is not None:
            return
        severity = guarded.severity(self.severity)
        if severity is None:
            return
        subject = "a bare `except`"
        if shown is not None:
            keyword = "except " if isinstance(node, cst.ExceptHandler) else ""
            subject = f"`{keyword}{' '.join(self.file.code(shown).split())}`"
        message = f"{subject} hides every failure of {guarded.described}"
        calls = tuple(self._calls_of_project(guarded))
        if known.everything and not calls:
            self.report(
                node, message, severity=severity, confidence=guarded.confidence, fix_data=()
            )
            return
        if known.everything:
            symbol = ("n", "builtins.BaseException")
        place = self.file.tree.place(guarded.statement)
        self.note(node, symbol, message, severity, calls, place, guarded.confidence)

    def _calls_of_project(self, guarded: Guarded) -> Iterator[int]:
        """The places of the guarded calls that may run functions of the project."""
        for item in inside(guarded.work):
            if isinstance(item, cst.Call):
                call = self.file.call(item)
                name = call.name
                if call.pending or (name is not None and call.world.function(name) is not None):
                    yield call.place

    def link(self, project: Project) -> None:
        """Report the handlers whose classes and whose work other modules tell of."""
        notes = [
            (examination, note)
            for examination, note in project.notes(self.name)
            if caught(project.world, note.data[0]).everything  # type: ignore[arg-type]
        ]
        wanted = {
            (examination.path, place)
            for examination, note in notes
            for place in note.data[3]  # type: ignore[attr-defined]
        }
        calls = {at: call for call in project.calls if (at := (call.path, call.place)) in wanted}
        for examination, note in notes:
            _, message, severity, places, statement, confidence = note.data
            brought = self._brought(
                [calls[at] for place in places if (at := (examination.path, place)) in calls],  # type: ignore[attr-defined]
                int(statement),  # type: ignore[call-overload]
            )
            escape = brought[0] if brought else None
            hidden = f", `{escape.said}` among them" if escape is not None else ""
            self.report(
                note,
                f"{message}{hidden}",
                path=examination.path,
                severity=Severity(severity),  # type: ignore[arg-type]
                confidence=Confidence.HIGH if brought else Confidence(confidence),  # type: ignore[arg-type]
                chain=project.once(Exceptions).links(escape) if escape is not None else (),
                fix_data=tuple(dict.fromkeys(self._place_of(item) for item in brought)),
            )

    def _brought(self, calls: Iterable[LinkedCall], statement: int) -> list[Escape]:
        """The exceptions that the guarded calls bring: the project's own first, then near ones."""
        exceptions = self.project.once(Exceptions)
        world = self.project.world
        return sorted(
            (escape for call in calls for escape in exceptions.out_of(call, within=statement)),
            key=lambda escape: (world.cls(escape.exception) is None, escape.hops),
        )

    def _place_of(self, escape: Escape) -> tuple[str, str]:
        """The module and the name in it of an exception."""
        module, name = self.project.world.split(escape.exception)
        if module is None:
            owner, _, name = escape.exception.rpartition(".")
            return owner, name
        return module.module, name

    def fix_at(self, node: Any, *classes: tuple[str, str]) -> Fix | None:
        """Leave a record, where the module has a logger; else catch what is known to come."""
        if not isinstance(node, cst.ExceptHandler):
            return None
        try:
            edits = record_failure(self.file, node)
            return Fix("Log the failure with its traceback", edits, Safety.SUGGESTION)
        except Unfixable:
            if not classes or len(classes) > _FEW:
                return None
            caught_now, edits = catch_only(self.file, node, classes)
            title = f"Catch only `{caught_now}`, which is known to come"
            return Fix(title, edits, Safety.SUGGESTION)
