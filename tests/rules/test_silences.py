"""Handlers that lose an exception without a word: what it costs, and where nothing is lost."""

from __future__ import annotations

import pytest

from surefoot.model import Severity
from tests.checking import found, severities

SILENT = """
def refund(session, url):
    try:
        session.delete(url)
    except Exception:{comment}
        pass
"""


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("", Severity.ERROR),
        ("  # the provider refunds by itself at night", Severity.INFO),
        ("  # noqa: BLE001", Severity.ERROR),
        ("  # noqa: BLE001 - the provider refunds by itself", Severity.INFO),
        ("  # pylint: disable=broad-except", Severity.ERROR),
        ("  # pragma: no cover", Severity.ERROR),
        ("  # TODO: find out what it raises", Severity.ERROR),
        ("  # return", Severity.ERROR),
        ("  # log.exception('no refund')", Severity.ERROR),
        ("  # not important", Severity.ERROR),
        ("  # best effort", Severity.INFO),
        ("  # Non-blocking", Severity.INFO),
    ],
)
def test_reason_in_comment(comment: str, severity: Severity) -> None:
    """Who gives a reason has decided, which is worth a remark; directives, plans and dead code
    are no reason."""
    assert severities("swallowed-exception", SILENT.format(comment=comment)) == [severity]


def test_reason_in_docstring() -> None:
    """A docstring that says failing does no harm is a reason as well."""
    code = '''
    def warm_up(cache, url):
        """Fill the cache, best effort."""
        try:
            cache.fill(url)
        except Exception:
            pass
    '''
    assert severities("swallowed-exception", code) == [Severity.INFO]


def test_secondary_failure() -> None:
    """While another failure is handled aloud, a silent one is worth a remark only."""
    code = """
    def run(job, store):
        try:
            job()
        except Exception:
            try:
                store.mark_failed(job)
            except Exception:
                pass
            raise
    """
    assert severities("swallowed-exception", code) == [Severity.INFO]


def test_where_it_is_marked() -> None:
    """What is caught is marked; of a bare handler the keyword."""
    code = """
    def refund(session, url):
        try:
            session.delete(url)
        except (ValueError, Exception):
            pass
        try:
            session.delete(url)
        except:
            pass
    """
    spans = [finding.span for finding in found("swallowed-exception", code)]
    assert [(span.line, span.column, span.end_column) for span in spans] == [
        (5, 13, 34),
        (9, 5, 11),
    ]


def test_two_silences_at_once() -> None:
    """A bare handler in a coroutine loses failures and cancellation: both are told."""
    code = """
    async def run(job):
        while True:
            try:
                await job()
            except:
                pass
    """
    assert severities("swallowed-exception", code) == [Severity.ERROR]
    assert severities("swallowed-cancellation", code) == [Severity.ERROR]


def test_group_handlers_are_let_be() -> None:
    """`except*` is not looked at: what it does not catch goes on."""
    code = """
    def run(job):
        try:
            job()
        except* Exception:
            pass
    """
    assert not found("swallowed-exception", code)


@pytest.mark.parametrize(
    "code",
    [
        """
        def parse(text, load):
            version = "unknown"
            try:
                version = load(text)
            except Exception:
                pass
            return version
        """,
        """
        def find(paths, read):
            for path in paths:
                try:
                    return read(path)
                except Exception:
                    continue
            raise LookupError("none of them can be read")
        """,
        """
        import sys

        def say(text, clean):
            try:
                line: str = str(text)
                print(clean(line), file=sys.stderr)
            except Exception:
                pass
        """,
        """
        import contextlib

        def forget(loop, descriptor):
            with contextlib.suppress(Exception):
                loop.remove_reader(descriptor)
        """,
        """
        def set_property(text, parse, store):
            key, value = text.split("=")
            try:
                value = parse(value)
            except Exception:
                pass
            store[key] = value
        """,
        """
        def one_of(classes, data):
            found = []
            for cls in classes:
                try:
                    instance = cls(data)
                    found.append(instance)
                except Exception:
                    pass
            if len(found) == 0:
                raise ValueError("none of them fits")
            return found[0]
        """,
        """
        class Protocol:
            def _close_transport(self):
                try:
                    if self.transport.can_write_eof():
                        self.transport.write_eof()
                    self.transport.close()
                except Exception:
                    pass

            def connection_lost(self, error):
                try:
                    self.inner.connection_lost(error)
                except Exception:
                    pass
        """,
        """
        import logging
        from contextlib import suppress

        LOG = logging.getLogger(__name__)

        class Channel:
            def close(self):
                for name in self.names:
                    with suppress(Exception):
                        LOG.debug("delete %s", name)
                        self.client.delete_subscription(name)
        """,
        """
        import os

        def may_enter(path, back):
            can = 0
            try:
                os.chdir(path)
                can = 1
                path.entered()
            except Exception:
                pass
            return can
        """,
        """
        import webbrowser

        def show(url):
            try:
                webbrowser.open(url)
            except Exception:
                pass
            print("Open", url)
        """,
        """
        def kind(run, path, output):
            output["kind"] = "unknown"
            try:
                code, text = run(path)
                if code == 0:
                    output["kind"] = text.strip()
            except Exception:
                pass
        """,
        """
        def version(listed):
            version = "1.0"
            try:
                commit = listed()[0]
            except Exception:
                pass
            else:
                version += commit
            return version
        """,
        """
        import asyncio

        async def finish(job):
            task = asyncio.create_task(job())
            while not task.done():
                try:
                    await asyncio.shield(task)
                except Exception:
                    break
            return task.result()
        """,
        """
        class Version:
            def __init__(self):
                self.release = "unknown release"

            def read(self, package):
                try:
                    self.release = package.release_string()
                except Exception:
                    pass
        """,
        """
        import os
        import sys

        def on_signal(number, frame):
            try:
                os.write(sys.stderr.fileno(), b"interrupted\\n")
            except Exception:
                pass
            os._exit(130)
        """,
        """
        import logging

        log = logging.getLogger(__name__)

        def resolver(servers, ask):
            found = None
            for server in servers:
                try:
                    if not ask(server):
                        continue
                    found = server
                    break
                except Exception:
                    pass
            if found:
                log.debug("resolver: %s", found)
            else:
                log.warning("no resolver answers")
            return found
        """,
        """
        from oslo_utils import excutils

        def cast(client, payload, log):
            try:
                client.cast(payload)
            except Exception:
                with excutils.save_and_reraise_exception():
                    client.forget(payload)
        """,
    ],
)
def test_silence_that_loses_nothing(code: str) -> None:
    """A prepared answer, another way, a record and letting go: nothing is lost there."""
    assert not found("swallowed-exception", code)
    assert not found("silent-default", code)


@pytest.mark.parametrize(
    "code",
    [
        """
        def authenticate(request, parse, validate):
            user = password = None
            valid = False
            try:
                user, password = parse(request)
                valid = validate(user, password)
            except Exception:
                pass
            return 200 if valid and user else 401
        """,
        """
        def describe(command, load, show):
            name = None
            try:
                if command.is_extension:
                    name = load(command).name
            except Exception:
                pass
            if name:
                show(name)
        """,
        """
        def distribution(read, parse):
            try:
                return parse(read()), None
            except Exception:
                return False, None
        """,
    ],
)
def test_prepared_default(code: str) -> None:
    """A default prepared before the work is a default, whichever way the work assigns it."""
    assert not found("swallowed-exception", code)
    assert found("silent-default", code)


def test_named_handler_after_silent_work() -> None:
    """A later handler that names its exception does not stop the rule."""
    code = """
        async def start(client):
            try:
                await client.connect()
            except Exception:
                pass
            try:
                await client.load()
            except ValueError as error:
                print(error)
    """
    assert severities("swallowed-exception", code) == [Severity.ERROR]
