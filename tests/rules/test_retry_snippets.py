"""What the rules about retries find in longer pieces of code: these lines, and no others."""

from __future__ import annotations

import re
import textwrap

import pytest

from surefoot.rules.network.giveup_predicate_assumes_response import (
    GiveupPredicateAssumesResponse,
)
from surefoot.rules.network.ineffective_retry import IneffectiveRetry
from surefoot.rules.network.retry_after_ignored import RetryAfterIgnored
from surefoot.rules.network.retry_error_not_caught import RetryErrorNotCaught
from surefoot.rules.network.retry_permanent_error import RetryPermanentError
from surefoot.rules.network.retry_swallows_cancellation import RetrySwallowsCancellation
from surefoot.rules.network.retry_unless_retries_success import RetryUnlessRetriesSuccess
from surefoot.rules.network.retry_without_jitter import RetryWithoutJitter
from surefoot.rules.network.status_classes_merged import StatusClassesMerged
from surefoot.rules.network.unbounded_retry_after import UnboundedRetryAfter
from tests.checking import check

RULES = [
    GiveupPredicateAssumesResponse,
    IneffectiveRetry,
    RetryAfterIgnored,
    RetryErrorNotCaught,
    RetryPermanentError,
    RetrySwallowsCancellation,
    RetryUnlessRetriesSuccess,
    StatusClassesMerged,
    UnboundedRetryAfter,
]
SNIPPETS = {
    "defaults": """
        from tenacity import retry, stop_after_attempt, wait_random_exponential
        from tenacity import retry_if_exception_type, retry_unless_exception_type
        @retry
        def a(): ...
        @retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=30),
               retry=retry_if_exception_type(ConnectionError), reraise=True)
        def b(): ...
        @retry(stop=stop_after_attempt(4), wait=wait_random_exponential(max=30), reraise=True,
               retry=retry_unless_exception_type(ValueError))  # !! retry-unless-retries-success
        def c(): ...
        """,
    "wrapped error": """
        from tenacity import retry, stop_after_attempt, wait_random_exponential
        from tenacity import retry_if_exception_type
        @retry(stop=stop_after_attempt(3), wait=wait_random_exponential(),
               retry=retry_if_exception_type(OSError))
        def pull(): ...
        def run():
            try:
                return pull()
            except OSError:  # !! retry-error-not-caught
                return None
        def run2():
            try:
                return pull()
            except Exception:
                return None
        """,
    "statuses and answers": """
        import requests, backoff
        from urllib3.util import Retry
        r = Retry(total=3, backoff_factor=1, status_forcelist=[401])  # !! retry-permanent-error
        ok = Retry(total=3, backoff_factor=1, status_forcelist=[429, 502, 503, 504])
        @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4,
              giveup=lambda e: e.response.status_code < 500)  # !! giveup-predicate-assumes-response
        def get(u):
            x = requests.get(u, timeout=5); x.raise_for_status(); return x
        @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4,
              giveup=lambda e: e.response is not None and e.response.status_code < 500)
        def get_ok(u):
            x = requests.get(u, timeout=5); x.raise_for_status(); return x
        """,
    "merged classes": """
        import time
        def send(s, ev):
            for attempt in range(4):
                r = s.post("/e", json=ev, timeout=3)
                if r.status_code >= 400:  # !! status-classes-merged
                    time.sleep(attempt)
                    continue
                return r
            raise RuntimeError("gave up")
        """,
    "classes told apart": """
        import random, time
        def send(s, ev):
            for attempt in range(4):
                r = s.post("/e", json=ev, timeout=3)
                if r.status_code == 429 or r.status_code >= 500:
                    asked = float(r.headers.get("Retry-After", 0))
                    time.sleep(min(asked or random.uniform(0, 2), 60))
                    continue
                r.raise_for_status()
                return r
            raise RuntimeError("gave up")
        """,
    "only transport errors": """
        import requests
        from tenacity import retry, stop_after_attempt, wait_random_exponential
        from tenacity import retry_if_exception_type
        @retry(stop=stop_after_attempt(5), wait=wait_random_exponential(max=20), reraise=True,
               retry=retry_if_exception_type((requests.ConnectionError, requests.Timeout)))
        def pull():
            r = requests.get("https://x", timeout=3)
            r.raise_for_status()
        """,
    "a time of its own": """
        import time
        def get(s, u):
            for i in range(3):
                r = s.get(u, timeout=3)
                if r.status_code == 429:
                    time.sleep(5)  # !! retry-after-ignored
                    continue
                return r
            raise RuntimeError
        """,
    "as long as the peer says": """
        import time
        def get(s, u):
            for i in range(3):
                r = s.get(u, timeout=3)
                if r.status_code == 429:
                    time.sleep(int(r.headers["Retry-After"]))  # !! unbounded-retry-after
                    continue
                return r
            raise RuntimeError
        """,
    "header switched off": """
        from urllib3.util import Retry
        r = Retry(total=3, backoff_factor=1, status_forcelist=[429],  # !! retry-after-ignored
                  respect_retry_after_header=False)
        """,
    "mistakes retried": """
        from tenacity import retry, stop_after_attempt, wait_random, retry_if_exception_type
        @retry(stop=stop_after_attempt(3), wait=wait_random(0, 1),  # !! retry-permanent-error
               reraise=True, retry=retry_if_exception_type((KeyError, TypeError)))
        def parse(x): ...
        """,
    "never fires": """
        from celery import shared_task
        from tenacity import retry, stop_after_attempt, wait_exponential
        import logging
        log = logging.getLogger()
        @shared_task(bind=True, max_retries=5)  # !! ineffective-retry
        def h(self): work()
        @retry(stop=stop_after_attempt(3), wait=wait_exponential())  # !! ineffective-retry
        def i():
            try: work()
            except Exception: log.exception("x")
        """,
    "sound retries": """
        import random, time, uuid
        from tenacity import retry, stop_after_attempt, wait_exponential, wait_fixed
        import requests, openai
        @retry(stop=stop_after_attempt(3), wait=wait_exponential(max=8))
        def d(u, key): return requests.post(u, headers={"Idempotency-Key": key}, timeout=3)
        c0 = openai.OpenAI(max_retries=0)
        @retry(stop=stop_after_attempt(4), wait=wait_exponential())
        def f(): return c0.responses.create(model="m", input="x")
        def k(u):
            for n in range(3):
                try: return requests.get(u, timeout=3)
                except requests.RequestException:
                    if n == 2: raise
                    time.sleep(2 ** n + random.random())
        def l():
            while True:
                try: return int(input("n? "))
                except ValueError: print("again")
        """,
}


@pytest.mark.parametrize("name", SNIPPETS)
def test_marked_lines_are_found(name: str) -> None:
    """Each rule speaks on the lines marked with its name, and on no other."""
    code = textwrap.dedent(SNIPPETS[name])
    expected = {
        (number, rule)
        for number, line in enumerate(code.splitlines(), 1)
        for rule in re.findall(r"# !! ([\w-]+)", line)
    }
    assert {(item.span.line, item.rule) for item in check({"s.py": code}, RULES)} == expected


def test_jitter_is_asked_for_where_waits_are_equal() -> None:
    """Powers, fixed waits and a switched-off random part are found, random waits are not."""
    code = textwrap.dedent(
        """
        import random, time, requests, backoff
        from tenacity import retry, stop_after_attempt, wait_fixed, wait_random_exponential
        @retry(stop=stop_after_attempt(4), wait=wait_fixed(2))
        def e(): return ask()
        @retry(stop=stop_after_attempt(4), wait=wait_random_exponential())
        def f(): return ask()
        def j(u):
            for n in range(3):
                try: return requests.get(u, timeout=3)
                except requests.RequestException: time.sleep(2 ** n)
        def k(u):
            for n in range(3):
                try: return requests.get(u, timeout=3)
                except requests.RequestException:
                    if n == 2: raise
                    time.sleep(2 ** n + random.random())
        """
    )
    lines = [item.span.line for item in check({"s.py": code}, [RetryWithoutJitter])]
    assert lines == [4, 11]
