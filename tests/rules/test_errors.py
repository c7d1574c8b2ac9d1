"""How bad a lost failure is, and cases too long for the examples."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.catalog import all_rules
from surefoot.model import Finding, Severity
from tests.checking import check

RULES = {rule.name: rule for rule in all_rules()}


def found(rule: str, code: str, path: str = "service.py") -> list[Finding]:
    return check({path: textwrap.dedent(code)}, [RULES[rule]])


def severities(rule: str, code: str, path: str = "service.py") -> list[Severity]:
    return [finding.severity for finding in found(rule, code, path)]


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
        ("  # the provider refunds by itself at night", Severity.WARNING),
        ("  # noqa: BLE001", Severity.ERROR),
        ("  # noqa: BLE001 - the provider refunds by itself", Severity.WARNING),
        ("  # pylint: disable=broad-except", Severity.ERROR),
        ("  # pragma: no cover", Severity.ERROR),
        ("  # TODO: find out what it raises", Severity.ERROR),
        ("  # log.exception('no refund')", Severity.ERROR),
        ("  # not important", Severity.ERROR),
    ],
)
def test_reason_in_comment(comment: str, severity: Severity) -> None:
    """A reason of three words costs a level; directives, plans and dead code are no reason."""
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
    assert severities("swallowed-exception", code) == [Severity.WARNING]


def test_import_fallback() -> None:
    """A fallback for an import is worth a remark only: it catches more than a missing module."""
    code = """
    try:
        import orjson
    except Exception:
        orjson = None
    """
    assert severities("silent-default", code) == [Severity.INFO]
    code = """
    try:
        import orjson
    except Exception:
        pass
    """
    assert severities("swallowed-exception", code) == [Severity.INFO]


def test_secondary_failure() -> None:
    """While another failure is handled aloud, a silent one weighs one level less."""
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
    assert severities("swallowed-exception", code) == [Severity.WARNING]


@pytest.mark.parametrize(
    ("returns", "default", "severity"),
    [
        ("", "None", Severity.WARNING),
        (" -> Customer | None", "None", Severity.INFO),
        (" -> Optional[Customer]", "None", Severity.INFO),
        (" -> list[Customer]", "[]", Severity.WARNING),
        (" -> bool", "False", Severity.INFO),
        (" -> bool", "True", Severity.WARNING),
    ],
)
def test_default_that_tells(returns: str, default: str, severity: Severity) -> None:
    """A default that the signature tells from a result is worth a remark only."""
    code = f"""
    def customer(client, key){returns}:
        try:
            return client.customer(key)
        except Exception:
            return {default}
    """
    assert severities("silent-default", code) == [severity]


def test_status_returned() -> None:
    """Where success is returned as a literal the caller learns that the work failed."""
    code = """
    def refund(client, key):
        try:
            client.refund(key)
            return True
        except Exception:
            return False
    """
    assert severities("silent-default", code) == [Severity.INFO]


def test_conversion_weighs_less() -> None:
    """Parsing a value at hand fails in few ways: a default for that weighs one level less."""
    code = """
    def port(text):
        try:
            return int(text)
        except Exception:
            return 8080
    """
    assert severities("silent-default", code) == [Severity.INFO]


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


def test_cancellation_with_a_reason() -> None:
    """A reason given costs swallowed cancellation a level too."""
    code = """
    async def run(job, log):
        while True:
            try:
                await job()
            except BaseException:  # the supervisor wants it to live on
                log.exception("failed")
    """
    assert severities("swallowed-cancellation", code) == [Severity.WARNING]


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
    ],
)
def test_silence_that_loses_nothing(code: str) -> None:
    """A prepared answer, another way, a record and letting go: nothing is lost there."""
    assert not found("swallowed-exception", code)
    assert not found("silent-default", code)
