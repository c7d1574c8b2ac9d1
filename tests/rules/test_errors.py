"""How bad a lost failure is, and cases too long for the examples."""

from __future__ import annotations

import pytest

from surefoot.model import Confidence, Severity
from tests.checking import found, severities


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


def test_cancellation_with_a_reason() -> None:
    """Who gives a reason for swallowing cancellation gets a remark too."""
    code = """
    async def run(job, log):
        while True:
            try:
                await job()
            except BaseException:  # the supervisor wants it to live on
                log.exception("failed")
    """
    assert severities("swallowed-cancellation", code) == [Severity.INFO]


@pytest.mark.parametrize(
    ("answer", "severity"),
    [("log.exception('failed')", Severity.INFO), ("pass", Severity.WARNING)],
)
def test_outermost_guard_of_a_task(answer: str, severity: Severity) -> None:
    """A record at the very end of a coroutine is how servers guard the tasks they start."""
    code = f"""
    async def serve(app, scope, log):
        try:
            await app(scope)
        except BaseException:
            {answer}
    """
    assert severities("swallowed-cancellation", code) == [severity]


def test_documented_default() -> None:
    """A docstring that says what is returned on failure lets callers know."""
    code = '''
    def hint(schema):
        """Return a hint for the reader, or an empty string if extraction fails."""
        try:
            return schema.extract()
        except Exception:
            return ""
    '''
    assert severities("silent-default", code) == [Severity.INFO]


def test_no_code_is_named_that_the_exception_may_lack() -> None:
    code = """
    import requests

    def fetch(session, url):
        try:
            return session.get(url)
        except requests.{cls} as error:
            if "read timed out" in str(error):
                return None
            raise
    """
    [timeout] = found("exception-text-matching", code.format(cls="Timeout"))
    [refused] = found("exception-text-matching", code.format(cls="HTTPError"))
    assert "status_code" not in timeout.message
    assert refused.message.endswith(
        "though `HTTPError` tells them apart by `.response.status_code`"
    )


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("pulp/pytest_plugin.py", 0),
        ("pulp/core_pytest_plugin.py", 0),
        ("pulp/testsuite/schema.py", 0),
        ("pulp/testutils/schema.py", 0),
        ("pulp/plugin.py", 1),
    ],
)
def test_what_pytest_loads_is_a_test(path: str, count: int) -> None:
    code = """
    import requests

    def schema(url):
        return requests.get(url, timeout=3).json()
    """
    assert len(found("unchecked-http-status", code, path)) == count


def test_the_version_of_a_package_that_may_not_be_installed() -> None:
    code = """
    from importlib.metadata import version

    try:
        __version__ = version("orders")
    except Exception:
        __version__ = None
    """
    assert severities("silent-default", code) == [Severity.INFO]


@pytest.mark.parametrize(
    "code",
    [
        """
        def published(post, parse_date):
            try:
                post.date = parse_date(post.text)
            except Exception:
                post.date = None
        """,
        """
        def count(user, old):
            try:
                user.count = user.data.pop(old)["count"]
            except Exception:
                user.count = 0
            return user.name
        """,
        """
        def price(book, usable, limit):
            try:
                mid = book.mid_price()
            except Exception:
                mid = None
            return mid if usable(mid) else limit
        """,
    ],
)
def test_default_worth_a_remark(code: str) -> None:
    """A value made of another, or one that is examined before it is used."""
    assert severities("silent-default", code) in ([], [Severity.INFO])


@pytest.mark.parametrize(
    ("work", "count"),
    [
        ("client.get(url)", 1),
        ("self.session.get(f'/users/{url}')", 1),
        ("self.session.get('user')", 0),
        ("options.get(url)", 0),
    ],
)
def test_asking_a_client_is_no_look(work: str, count: int) -> None:
    """`get` of a client asks others; of anything else it looks up a key."""
    code = f"""
    def user(self, client, options, url):
        try:
            return {work}
        except Exception:
            return None
    """
    assert len(found("silent-default", code)) == count


def test_words_beside_a_code() -> None:
    """Words that are asked for along with a number are worth a remark."""
    code = """
    def delete(store, key):
        try:
            store.delete(key)
        except StoreError as error:
            if {} and "already deleted" in str(error):
                return
            raise
    """
    for beside, severity in (
        ("error.code == 22", Severity.INFO),
        ("getattr(error.__cause__, 'sqlstate', None) == '23514'", Severity.INFO),
        ("store.open", Severity.WARNING),
    ):
        assert severities("exception-text-matching", code.format(beside)) == [severity]


@pytest.mark.parametrize("rule", ["swallowed-exception", "silent-default"])
@pytest.mark.parametrize(
    ("work", "confidence"),
    [
        ("requests.get(url, timeout=5).json()", Confidence.HIGH),
        ("subprocess.run(url, check=True)", Confidence.HIGH),
        ("pathlib.Path(url).unlink()", Confidence.HIGH),
        ("decode(url, stored)", Confidence.MEDIUM),
        ("self.language(url)", Confidence.MEDIUM),
    ],
)
def test_work_that_reaches_out(rule: str, work: str, confidence: Confidence) -> None:
    """What fails for reasons nobody foresaw is surer than what may be meant to fail."""
    done, answer = ("stored.put(result)", "pass")
    if rule == "silent-default":
        done, answer = ("return result", "return None")
    code = f"""
    import pathlib, requests, subprocess

    def load(self, url, stored):
        try:
            result = {work}
            {done}
        except Exception:
            {answer}
        stored.forget(url)
    """
    assert [finding.confidence for finding in found(rule, code)] == [confidence]
