"""`lost-traceback`: any failure is logged or raised anew, without where it came from."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import is_standard, raise_from, with_traceback
from surefoot.facts.kinds import ForPeople
from surefoot.linking.project import Project
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.causes import cut_off, forgotten
from surefoot.semantics.guarded import guarded_by
from surefoot.semantics.handlers import caught_by
from surefoot.semantics.records import WARNING, level_of, records


class LostTraceback(Rule):
    """Every failure is told of, but neither what it was nor where it happened.

    A handler for `Exception` catches the unforeseen, and of the unforeseen the traceback is
    all there is to go by. "sync failed" in the log at night can only be answered by waiting for
    the next time. Log with `exception`, or with `exc_info=True`. A new exception raised in a
    handler holds the one that was caught; `from None` hides that, and a `raise` behind the handler
    knows nothing of it: raise `from` the one that was caught. Where at least the exception's
    text is told, the finding is of low confidence.
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
        Bad(
            """
            class StoreError(Exception):
                pass

            def save(store, order):
                try:
                    store.write(order)
                except Exception:
                    raise StoreError("order not saved") from None
            """,
            fixed="""
            class StoreError(Exception):
                pass

            def save(store, order):
                try:
                    store.write(order)
                except Exception as error:
                    raise StoreError("order not saved") from error
            """,
        ),
        Bad(
            """
            class StoreError(Exception):
                pass

            def save(store, order, error):
                try:
                    store.write(order)
                except:
                    store.close()
                    raise StoreError("not saved", error) from None
            """,
            fixed="""
            class StoreError(Exception):
                pass

            def save(store, order, error):
                try:
                    store.write(order)
                except BaseException as exc:
                    store.close()
                    raise StoreError("not saved", error) from exc
            """,
        ),
        Bad(
            """
            def save(store, order):
                try:
                    store.write(order)
                except (OSError, Exception) as failure:
                    raise RuntimeError(f"order not saved: {failure}") from None
            """,
            fixed="""
            def save(store, order):
                try:
                    store.write(order)
                except (OSError, Exception) as failure:
                    raise RuntimeError(f"order not saved: {failure}") from failure
            """,
        ),
        Bad(
            """
            # file: failures.py
            class StoreError(Exception):
                pass
            # file: store.py
            from failures import StoreError

            def save(store, order):
                try:
                    store.write(order)
                except Exception:
                    raise StoreError("order not saved") from None
            """,
            fixed="""
            # file: failures.py
            class StoreError(Exception):
                pass
            # file: store.py
            from failures import StoreError

            def save(store, order):
                try:
                    store.write(order)
                except Exception as error:
                    raise StoreError("order not saved") from error
            """,
        ),
        Bad(
            """
            import time

            def fetch(source, key):
                for _ in range(3):
                    try:
                        return source.fetch(key)
                    except Exception:
                        time.sleep(1)
                raise RuntimeError("nothing fetched")
            """
        ),
        Bad(
            """
            import logging

            def connect(hosts, dial):
                for host in hosts:
                    try:
                        link = dial(host)
                        break
                    except Exception:
                        logging.info("%s is not there", host)
                else:
                    raise ConnectionError("no host is there")
                return link
            """
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
        Good(
            """
            class StoreError(Exception):
                pass

            def save(store, order):
                try:
                    store.write(order)
                except Exception:
                    raise StoreError("order not saved")
            """,
            because="what is raised in a handler keeps what was caught as its context",
        ),
        Good(
            """
            import logging

            class StoreError(Exception):
                pass

            def save(store, order, failed):
                try:
                    store.write(order)
                except Exception:
                    logging.exception("not saved")
                    raise StoreError("order not saved") from None
                try:
                    store.flush()
                except Exception as error:
                    logging.error("not flushed: %s", error)
                    raise StoreError("not flushed") from None
                try:
                    store.sync()
                except Exception as error:
                    failed.append(error)
                    raise StoreError("not in step") from None
            """,
            because="there is a record, or somebody has the exception",
        ),
        Good(
            """
            class StoreError(Exception):
                pass

            def save(store, order):
                try:
                    store.write(order)
                except ConnectionError:
                    raise StoreError("no connection") from None
            """,
            because="what happened is known",
        ),
        Good(
            """
            class Lazy:
                def __getattr__(self, name):
                    try:
                        return self.load(name)
                    except Exception:
                        raise AttributeError(name) from None

                def __next__(self):
                    try:
                        return self.source.take()
                    except Exception:
                        raise StopIteration from None
            """,
            because="the language asks for these exceptions, as answers",
        ),
        Good(
            """
            import sys

            import click
            from fastapi import HTTPException

            class NotSignedIn(HTTPException):
                pass

            def order(store, key):
                try:
                    return store.read(key)
                except Exception:
                    raise HTTPException(404, "no such order") from None

            def person(store, key):
                try:
                    return store.read(key)
                except Exception:
                    raise NotSignedIn(401) from None

            def export(store):
                try:
                    store.export()
                except Exception:
                    raise click.ClickException("nothing exported") from None

            def main(store):
                try:
                    store.export()
                except Exception:
                    raise SystemExit(1) from None
            """,
            because="they speak to people, who are to see no traceback",
        ),
        Good(
            """
            import json

            def settings(text):
                try:
                    return int(json.loads(text)["limit"])
                except Exception:
                    raise ValueError("the limit is no number") from None

            def parse_order(reader, text):
                try:
                    return reader.read(text)
                except Exception:
                    raise ValueError(f"{text!r} is no order") from None
            """,
            because="what is wrong with a value that is read, the new exception says",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if not caught_by(self.file, node).everything:
            return
        self._check_raised(node)
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

    def _check_raised(self, node: cst.ExceptHandler) -> None:
        """Judge the new exception that a failure leads to, in the handler or after it."""
        guarded = guarded_by(self.file, node)
        cut = cut_off(self.file, node)
        raised = cut.raised if cut is not None else forgotten(self.file, guarded)
        if raised is None or guarded.severity(Severity.WARNING) is not Severity.WARNING:
            return
        assert isinstance(raised.exc, cst.Call)
        said = self.file.code(raised.exc.func)
        fix: tuple[object, ...] | None = None
        confidence = Confidence.HIGH
        if cut is None:
            message = f"`{said}` knows nothing of what made {guarded.described} fail"
        elif cut.mentions:
            message = f"`raise {said}(...) from None` hides where {guarded.described} failed"
            fix, confidence = (), Confidence.LOW
        else:
            message = f"`raise {said}(...) from None` hides what made {guarded.described} fail"
            fix = ()
        if self.file.is_pending(raised.exc.func):
            symbol = self.file.symbol(raised.exc.func)
            self.note(raised, symbol, message, confidence, fix)
        elif self.file.fact(ForPeople, raised.exc.func) is None:
            self.report(raised, message, confidence=confidence, fix_data=fix)

    def link(self, project: Project) -> None:
        """Report the new exceptions whose classes other modules tell of."""
        for examination, note in project.notes(self.name):
            symbol, message, confidence, fix = note.data
            name = project.world.target(symbol)  # type: ignore[arg-type]
            if name is None or project.world.fact(ForPeople, name) is None:
                self.report(
                    note,
                    str(message),
                    path=examination.path,
                    confidence=Confidence(confidence),  # type: ignore[arg-type]
                    fix_data=fix,  # type: ignore[arg-type]
                )

    def fix_at(self, node: Any) -> Fix | None:
        """Have the new exception hold the one that was caught, or the loudest record of the
        handler the traceback."""
        if isinstance(node, cst.Raise):
            name, edits = raise_from(self.file, node)
            title = f"Raise from `{name}`, which tracebacks and `__cause__` then show"
            return Fix(title, edits, Safety.UNSAFE)
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
