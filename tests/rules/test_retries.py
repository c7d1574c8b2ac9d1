"""Retries around retries, in the cases that are easy to get wrong."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from surefoot.model import Confidence, Finding, Severity
from surefoot.rules.network.double_retry import DoubleRetry
from surefoot.rules.network.retry_on_everything import RetryOnEverything
from surefoot.rules.network.silent_retry_exhaustion import SilentRetryExhaustion
from tests.checking import check

POLICY = "tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)"


def found(files: Mapping[str, str]) -> list[Finding]:
    """What `double-retry` finds in a project."""
    return check({path: textwrap.dedent(code) for path, code in files.items()}, [DoubleRetry])


def test_message_and_chain_name_both_layers() -> None:
    """The finding stands at the outer layer, multiplies, and leads to the inner one."""
    files = {
        "clients.py": "import openai\n\nclient = openai.OpenAI(max_retries=4)\n",
        "ask.py": f"""\
            import tenacity
            from clients import client

            @{POLICY}
            def ask(text):
                return write(text)

            def write(text):
                return client.responses.create(model="m", input=text)
            """,
    }
    (finding,) = found(files)
    assert (finding.path, finding.span.line, finding.severity) == ("ask.py", 4, Severity.ERROR)
    assert finding.message == (
        "`ask` tries 3 times around `openai.OpenAI.responses.create`, which tries 5 times by "
        "itself: 3 x 5 = 15 attempts"
    )
    assert [(step.path, step.line) for step in finding.chain] == [
        ("ask.py", 6),
        ("ask.py", 9),
        ("clients.py", 3),
    ]


def test_few_attempts_are_a_warning() -> None:
    """Below nine attempts in all it is a warning."""
    code = f"""\
        import openai, tenacity

        client = openai.OpenAI(max_retries=1)

        @{POLICY}
        def ask(text):
            return client.responses.create(model="m", input=text)
        """
    (finding,) = found({"ask.py": code})
    assert finding.severity is Severity.WARNING


def test_a_job_that_is_repeated_minutes_later_is_for_information() -> None:
    """Celery waits three minutes by default: another time scale than the client's."""
    code = """\
        import openai
        from celery import shared_task

        client = openai.OpenAI()

        @shared_task(autoretry_for=(openai.APIConnectionError,))
        def ask(text):
            return client.responses.create(model="m", input=text)
        """
    (finding,) = found({"jobs.py": code})
    assert finding.severity is Severity.INFO


def test_a_decorator_of_the_project_is_a_layer() -> None:
    """A decorator with a retry loop of its own counts, with the number it is given."""
    files = {
        "again.py": """\
            import functools
            import time

            def again(attempts=2):
                def decorate(function):
                    @functools.wraps(function)
                    def run(*args, **kwargs):
                        for attempt in range(attempts):
                            try:
                                return function(*args, **kwargs)
                            except Exception:
                                if attempt == attempts - 1:
                                    raise
                                time.sleep(1)
                    return run
                return decorate
            """,
        "ask.py": """\
            import openai
            from again import again

            client = openai.OpenAI()

            @again(attempts=4)
            def ask(text):
                return client.responses.create(model="m", input=text)
            """,
    }
    (finding,) = found(files)
    assert "4 x 3 = 12 attempts" in finding.message


def test_a_predicate_lowers_the_confidence() -> None:
    """Where a function decides what is retried, the layers multiply only perhaps."""
    code = """\
        import openai, tenacity

        client = openai.OpenAI()

        @tenacity.retry(
            stop=tenacity.stop_after_attempt(3), retry=tenacity.retry_if_exception(is_transient)
        )
        def ask(text):
            return client.responses.create(model="m", input=text)
        """
    (finding,) = found({"ask.py": code})
    assert finding.confidence is Confidence.MEDIUM


def test_tenacity_without_reraise_hides_the_exception_from_the_outer_layer() -> None:
    """What comes out is a `RetryError`, which an outer layer for `OSError` does not retry."""
    code = """\
        import tenacity

        INNER = tenacity.retry_if_exception_type(OSError)

        @tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=INNER)
        def load():
            return fetch()

        @tenacity.retry(stop=tenacity.stop_after_attempt(3), retry=INNER, reraise=True)
        def sync():
            return load()
        """
    assert found({"load.py": code}) == []
    assert len(found({"load.py": code.replace("retry=INNER)", "retry=INNER, reraise=True)")})) == 1


def test_a_task_of_its_own_is_not_inside_the_layer() -> None:
    """The failure of a coroutine that is started as a task does not reach its starter."""
    code = f"""\
        import asyncio
        import tenacity

        @{POLICY}
        async def load():
            return await fetch()

        @{POLICY}
        async def start():
            asyncio.create_task(other())

        async def other():
            load()
        """
    assert found({"load.py": code}) == []


def test_four_calls_away_is_too_far() -> None:
    """Three calls are followed from one layer to the other, not more."""
    code = f"""\
        import openai, tenacity

        client = openai.OpenAI()

        @{POLICY}
        def one():
            return two()

        def two():
            return three()

        def three():
            return four()

        def four():
            return client.models.list()
        """
    assert found({"ask.py": code}) == []
    assert len(found({"ask.py": code.replace("return four()", "return client.models.list()")})) == 1


def test_what_the_library_does_by_default_is_not_sure() -> None:
    """Retrying everything by default is reported with low confidence, off unless asked for."""
    code = "import tenacity\n\n@tenacity.retry(stop=tenacity.stop_after_attempt(3))\ndef f(): ...\n"
    (finding,) = check({"f.py": code}, [RetryOnEverything])
    assert finding.confidence is Confidence.LOW


def test_a_callback_that_only_logs_is_for_information() -> None:
    """A log record is something, though the caller still gets None."""
    code = """\
        import logging
        import tenacity

        @tenacity.retry(retry_error_callback=lambda state: logging.error("no answer"))
        def fetch():
            return ask()
        """
    (finding,) = check({"f.py": textwrap.dedent(code)}, [SilentRetryExhaustion])
    assert finding.severity is Severity.INFO


HANDED = """
import openai
import retry.api
import retrying
import stamina
import tenacity

client = openai.OpenAI()
aclient = openai.AsyncOpenAI()

class Shop:
    def __init__(self):
        self.again = tenacity.Retrying(stop=tenacity.stop_after_attempt(3))

    def _ask(self, text):
        return client.responses.create(model="m", input=text)

    def ask(self, text, handed):
        try:
            return {call}
        except ValueError:
            return None

async def ask(text):
    return {awaited}
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("self.again(self._ask, text)", 1),
        ("self.again(client.responses.create, input=text)", 1),
        ("retry.api.retry_call(self._ask, [text], tries=4)", 1),
        ("retrying.Retrying(stop_max_attempt_number=3).call(self._ask, text)", 1),
        ("stamina.RetryingCaller(attempts=3)(openai.APIError, self._ask, text)", 1),
        ("stamina.RetryingCaller(attempts=3)(KeyError, self._ask, text)", 0),
        ("tenacity.Retrying(stop=tenacity.stop_after_attempt(1))(self._ask, text)", 0),
        ("self.again(handed, text)", 0),
        ("self.again(str, text)", 0),
        ("map(self._ask, text)", 0),
    ],
)
def test_a_function_is_handed_to_what_calls_it_again(call: str, expected: int) -> None:
    """A policy that is called with a function is a layer around what the function does."""
    code = HANDED.format(call=call, awaited="text")
    assert len(found({"shop.py": code})) == expected


def test_a_coroutine_function_is_handed_to_what_calls_it_again() -> None:
    """The asynchronous policies run what they are given alike."""
    policy = "tenacity.AsyncRetrying(stop=tenacity.stop_after_attempt(3))"
    awaited = f"await {policy}(aclient.responses.create, input=text)"
    (finding,) = found({"shop.py": HANDED.format(call="None", awaited=awaited)})
    assert finding.message.startswith("`tenacity.AsyncRetrying` tries 3 times around `openai.")
