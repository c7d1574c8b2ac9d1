"""New exceptions in the place of the one that was caught, and what is told after a silence."""

from __future__ import annotations

import pytest

from surefoot.model import Severity
from tests.checking import found, severities


@pytest.mark.parametrize(
    "code",
    [
        """
        def function_of(paths, read):
            number = None
            try:
                for path in paths:
                    if path.is_link():
                        number = read(path)
                        break
            except Exception:
                pass
            if number is None:
                raise LookupError("no such function")
            return number
        """,
        """
        def tidy(pubsub):
            try:
                pubsub.reset()
            except Exception:
                pass
        """,
    ],
)
def test_what_is_refused_later_or_let_go(code: str) -> None:
    """Where the function raises for want of a value, its caller learns of the failure."""
    assert not found("swallowed-exception", code)
    assert not found("silent-default", code)


def test_an_exception_put_aside_is_not_kept() -> None:
    """`_ = error` and `del error` do nothing about a failure."""
    for answer in ("_ = error", "del error"):
        code = f"""
        def refund(session, url):
            try:
                session.delete(url)
            except Exception as error:
                {answer}
        """
        assert severities("swallowed-exception", code) == [Severity.ERROR]


@pytest.mark.parametrize(
    "code",
    [
        """
        def load(store, key):
            try:
                return store.read(key)
            except Exception:
                # The key is part of the exception, and must not get into any log.
                raise RuntimeError("not read") from None
        """,
        """
        def fetch(sources, key, report):
            for source in sources:
                try:
                    return source.fetch(key)
                except Exception:
                    report(source)
            raise RuntimeError("nothing fetched")
        """,
        """
        import time

        def fetch(source, key):
            last = None
            for _ in range(3):
                try:
                    return source.fetch(key)
                except Exception as error:
                    last = error
                    time.sleep(1)
            raise RuntimeError("nothing fetched") from last
        """,
    ],
)
def test_a_new_exception_that_hides_nothing(code: str) -> None:
    """A reason is given, somebody may have told, or the last exception goes along."""
    assert not found("lost-traceback", code)


def test_a_reason_of_a_silent_handler_around() -> None:
    """It holds for what fails in silence within."""
    code = """
    def give_back(quota, sessions):
        try:
            session = sessions.open()
            try:
                quota.take(session)
                session.commit()
            except Exception:
                session.rollback()
        except Exception:
            # Don't fail the revert flow
            pass
    """
    assert severities("swallowed-exception", code) == [Severity.INFO, Severity.INFO]


def test_a_reason_of_a_handler_around_that_tells_is_no_reason() -> None:
    code = """
    def call(models, user, admit, log):
        try:
            user.load()
            try:
                admit(user)
            except Exception:
                pass
        except Exception:
            log.exception("failed")  # tell of any failure that comes
    """
    assert severities("swallowed-exception", code) == [Severity.ERROR]


def test_another_exception_raised_later_is_none_for_this_failure() -> None:
    """A `raise` far behind the `if` that a silent failure stands in tells nothing of it."""
    code = """
    def call(models, user, admit, log):
        if not user.is_admin:
            try:
                admit(user)
            except Exception:
                raise ValueError("access denied") from None
        log(user)
        raise NotImplementedError("no calls yet")
    """
    assert len(found("lost-traceback", code)) == 1


def test_the_cause_of_what_is_raised_after_all_attempts() -> None:
    code = """
    import time

    def fetch(source, key):
        attempt = 0
        while attempt < 3:
            try:
                return source.load(key)
            except Exception:
                attempt += 1
                time.sleep(attempt)
        raise RuntimeError("nothing fetched")
    """
    [finding] = found("lost-traceback", code)
    assert finding.message == "`RuntimeError` knows nothing of what made `source.load` fail"
    assert finding.fix is None


def test_values_made_of_others_and_scripts_that_build() -> None:
    """What only makes a value fails in expected ways, and a build script is no service."""
    dates = """
    from app import dt

    def date_of(pin, parts):
        try:
            pin["date"] = dt.datetime(int(parts[0]), int(parts[1]), int(parts[2]))
        except Exception:
            pass
    """
    build = """
    from setuptools.command.build_ext import build_ext

    class Optional(build_ext):
        def build_extensions(self):
            try:
                super().build_extensions()
            except Exception:
                pass
    """
    assert severities("swallowed-exception", dates) == [Severity.INFO]
    assert severities("swallowed-exception", build, "setup.py") == [Severity.INFO]
    assert severities("swallowed-exception", build, "service.py") == [Severity.ERROR]
