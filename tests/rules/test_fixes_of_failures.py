"""What fixes do beyond the examples of their rules, and where there is none."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.catalog import all_rules
from surefoot.model import Defaults, Safety
from surefoot.rule import Bad, files_of, fixed_files
from tests.checking import mend

DEFAULTS = Defaults(timeout=10, retries=5, backoff=2)


def fixed(rule: str, code: str) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """The files before and after the fixes of a rule, and the fixes it proposed."""
    chosen = [each for each in all_rules() if each.name == rule]
    files = files_of(Bad(code))
    after, outcome = mend(files, chosen, DEFAULTS, least=Safety.SUGGESTION)
    assert outcome.first, "nothing is found"
    assert outcome.notices == ()
    titles = [each.finding.fix.title for each in outcome.first if each.finding.fix is not None]
    return files, {path: text.decode() for path, text in after.items()}, titles


FIXED = [
    pytest.param(
        "swallowed-exception",
        """
        # file: errors.py
        class Refused(Exception):
            pass
        # file: client.py
        from errors import Refused

        def send(order):
            if order is None:
                raise Refused("no order")
        # file: service.py
        from client import send

        def run(order):
            try:
                send(order)
            except Exception:
                pass
        """,
        """
        # file: errors.py
        class Refused(Exception):
            pass
        # file: client.py
        from errors import Refused

        def send(order):
            if order is None:
                raise Refused("no order")
        # file: service.py
        from client import send
        from errors import Refused

        def run(order):
            try:
                send(order)
            except Refused:
                pass
        """,
        id="narrowed to what the call raises",
    ),
    pytest.param(
        "swallowed-exception",
        """
        import logging

        log = logging.getLogger(__name__)

        def run(jobs):
            for job in jobs:
                try: job.start()
                except Exception: pass  # next one
        """,
        """
        import logging

        log = logging.getLogger(__name__)

        def run(jobs):
            for job in jobs:
                try: job.start()
                except Exception: log.exception("job.start failed")  # next one
        """,
        id="a handler on one line",
    ),
    pytest.param(
        "lost-traceback",
        """
        import logging

        def run(job):
            try:
                job.run()
            except Exception:
                logging.warning(
                    "failed for %s",
                    job.name,
                )
        """,
        """
        import logging

        def run(job):
            try:
                job.run()
            except Exception:
                logging.warning(
                    "failed for %s",
                    job.name,
                    exc_info=True,
                )
        """,
        id="a call over several lines",
    ),
    pytest.param(
        "unchecked-http-status",
        """
        import requests

        def load(url):
            with requests.get(url, timeout=3) as found:
                # the body is small
                return found.json()

        def send(url):
            requests.post(
                url,  # to the shop
                timeout=3,
            )
        """,
        """
        import requests

        def load(url):
            with requests.get(url, timeout=3) as found:
                found.raise_for_status()
                # the body is small
                return found.json()

        def send(url):
            requests.post(
                url,  # to the shop
                timeout=3,
            ).raise_for_status()
        """,
        id="an answer in a block, and one that is dropped",
    ),
    pytest.param(
        "unchecked-http-status",
        """
        import httpx

        async def load(client: httpx.AsyncClient, url):
            response = None
            return (await client.get(url)).json(), response

        async def size(client: httpx.AsyncClient, url):
            return (await client.get(url)).json()["size"]

        async def remove(client: httpx.AsyncClient, url):
            await client.delete(url)
        """,
        """
        import httpx

        async def load(client: httpx.AsyncClient, url):
            response = None
            return (await client.get(url)).json(), response

        async def size(client: httpx.AsyncClient, url):
            response = await client.get(url)
            response.raise_for_status()
            return response.json()["size"]

        async def remove(client: httpx.AsyncClient, url):
            (await client.delete(url)).raise_for_status()
        """,
        id="answers that are awaited, and one in a tuple that stays",
    ),
    pytest.param(
        "infinite-timeout",
        """
        import aiohttp

        async def load(session: aiohttp.ClientSession, url):
            async with session.get(url, timeout=None) as answer:
                return await answer.json()
        """,
        """
        import aiohttp

        async def load(session: aiohttp.ClientSession, url):
            async with session.get(url, timeout=aiohttp.ClientTimeout(total=10)) as answer:
                return await answer.json()
        """,
        id="a library that wants an object of its own",
    ),
    pytest.param(
        "retry-without-backoff",
        """
        import retrying

        @retrying.retry(stop_max_attempt_number=4)
        def load(client):
            return client.fetch()
        """,
        """
        import retrying

        @retrying.retry(stop_max_attempt_number=4, wait_fixed=2000)
        def load(client):
            return client.fetch()
        """,
        id="milliseconds",
    ),
    pytest.param(
        "unbounded-retry",
        """
        from tenacity import retry

        @retry
        def load(client):
            return client.fetch()
        """,
        """
        from tenacity import retry
        from tenacity import stop_after_attempt

        @retry(stop=stop_after_attempt(5))
        def load(client):
            return client.fetch()
        """,
        id="a bare decorator",
    ),
    pytest.param(
        "idempotency-key-regenerated",
        """
        import time
        import uuid

        import stripe

        def pay(order):
            for attempt in range(3):
                try:
                    return stripe.Charge.create(
                        amount=order.total,
                        idempotency_key=str(uuid.uuid4()),
                    )
                except stripe.APIConnectionError:
                    time.sleep(2**attempt)
            raise RuntimeError(order)
        """,
        """
        import time
        import uuid

        import stripe

        def pay(order):
            idempotency_key = str(uuid.uuid4())
            for attempt in range(3):
                try:
                    return stripe.Charge.create(
                        amount=order.total,
                        idempotency_key=idempotency_key,
                    )
                except stripe.APIConnectionError:
                    time.sleep(2**attempt)
            raise RuntimeError(order)
        """,
        id="a key made in the call",
    ),
    pytest.param(
        "dead-assert-in-raises",
        """
        # file: test_client.py
        import pytest

        def test_refused(client):
            with pytest.raises(ValueError) as caught:
                client.send("")
                # what it says
                assert caught.value.args == (
                    "empty",
                )
                assert client.sent == 0
            client.close()
        """,
        """
        # file: test_client.py
        import pytest

        def test_refused(client):
            with pytest.raises(ValueError) as caught:
                client.send("")
            # what it says
            assert caught.value.args == (
                "empty",
            )
            assert client.sent == 0
            client.close()
        """,
        id="several assertions, over several lines",
    ),
    pytest.param(
        "unchecked-env-value",
        """
        from os import getenv

        url = "https://" + getenv("API_HOST")
        """,
        """
        from os import getenv
        from os import environ

        url = "https://" + environ["API_HOST"]
        """,
        id="a function by its own name",
    ),
]

UNFIXED = [
    pytest.param(
        "lost-traceback",
        """
        def run(job, log):
            try:
                job.run()
            except Exception:
                log.error("failed")
        """,
        id="nobody knows what the logger can do",
    ),
    pytest.param(
        "swallowed-exception",
        """
        def run(job):
            try:
                job.run()
            except Exception:
                pass
        """,
        id="the module has no logger, and nothing is known of the call",
    ),
    pytest.param(
        "swallowed-cancellation",
        """
        import asyncio

        async def run(jobs, store):
            while True:
                value = await jobs.get()
                try:
                    await store.put(value)
                except asyncio.CancelledError:
                    value = None
                await store.drop(value)
        """,
        id="the handler prepares what comes next",
    ),
    pytest.param(
        "return-in-finally",
        """
        def load(source):
            try:
                return source.read()
            except OSError:
                pass
            finally:
                source.close()
                return None
        """,
        id="another `return` would then win",
    ),
    pytest.param(
        "idempotency-key-regenerated",
        """
        import time
        import uuid

        import stripe

        def pay(order):
            for attempt in range(3):
                key = f"{attempt}-{uuid.uuid4()}"
                try:
                    return stripe.Charge.create(amount=order.total, idempotency_key=key)
                except stripe.APIConnectionError:
                    time.sleep(2**attempt)
            raise RuntimeError(order)
        """,
        id="the key depends on the attempt",
    ),
    pytest.param(
        "dead-assert-in-raises",
        """
        # file: test_client.py
        import pytest

        def test_refused(client):
            with pytest.raises(ConnectionError):
                answer = client.send("")
                assert answer is None
        """,
        id="the assertion asks for what the call did not give",
    ),
    pytest.param(
        "retry-without-backoff",
        """
        from retry.api import retry_call

        def load(fetch, url):
            return retry_call(fetch, [url], None, OSError, 5)
        """,
        id="what is given by position may be the pause",
    ),
    pytest.param(
        "unchecked-http-status",
        """
        import requests

        def load(url, log):
            return log.size(url) + len(requests.get(url, timeout=3).content)
        """,
        id="something else is done first",
    ),
    pytest.param(
        "unchecked-http-status",
        """
        import requests

        def version(url):
            try:
                return requests.get(url, timeout=3).json()["version"]
            except (KeyError, ValueError):
                return None
        """,
        id="bad content is caught, and what would be raised is not",
    ),
    pytest.param(
        "infinite-timeout",
        """
        import httpx

        WAIT = None

        def load(url):
            return httpx.get(url, timeout=WAIT)
        """,
        id="the project has a name for it",
    ),
]


@pytest.mark.parametrize(("rule", "code", "wanted"), FIXED)
def test_fix(rule: str, code: str, wanted: str) -> None:
    """The fix gives this code."""
    _, after, _ = fixed(rule, code)
    assert after == fixed_files(Bad(code, fixed=wanted))


@pytest.mark.parametrize(("rule", "code"), UNFIXED)
def test_no_fix(rule: str, code: str) -> None:
    """Where the fix would be doubtful there is none."""
    before, after, titles = fixed(rule, textwrap.dedent(code))
    assert titles == []
    assert after == before
