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
