"""Silences that are worth a remark only: what is lost is little, or shows elsewhere."""

from __future__ import annotations

import pytest

from surefoot.model import Severity
from tests.checking import severities


@pytest.mark.parametrize(
    "code",
    [
        """
        def ports(lines):
            found = set()
            for line in lines:
                try:
                    found.add(int(line.split()[1]))
                except Exception:
                    pass
            return found
        """,
        """
        def run(job, client, log):
            try:
                job()
            except Exception:
                log.exception("failed")
                try:
                    client.answer(500)
                except Exception:
                    pass
        """,
        """
        def describe(host, show):
            # some of these might not be available everywhere
            try:
                show(host())
            except Exception:
                pass
        """,
        """
        def warm_up(cache, url):
            try:
                cache.fill(url)  # not supported by all caches
            except Exception:
                pass
        """,
        """
        def leave(session, history):
            try:
                session.run()
            finally:
                try:
                    history.write()
                except Exception:
                    pass
        """,
        """
        def categories(rows, loads):
            import json

            found: set[str] = set()
            for row in rows:
                try:
                    found.update(json.loads(row))
                except Exception:
                    pass
            return found
        """,
        """
        import platform
        import socket

        def machine():
            parts = []
            try:
                parts.append(platform.machine())
                parts.append(socket.gethostname())
            except Exception:
                pass
            return parts
        """,
        """
        def rotate(name, opened):
            try:
                opened(name).seek(0)
            except Exception:  # the_day is unique
                pass
        """,
        """
        def finish(work, emit_span):
            work()
            try:
                emit_span(work)
            except Exception:
                pass
        """,
        """
        def decode(records, to_str):
            for record in records:
                try:
                    record["data"] = to_str(record["data"])
                except Exception:
                    pass
        """,
        """
        def login(account, code):
            try:
                account.authenticate()
            except Exception:
                pass
            else:
                raise RuntimeError("signed in already")
            account.login(code)
        """,
        """
        def raise_remote(result, deserialize, append):
            error = deserialize(result.error)
            if result.frames:
                try:
                    append(error, result.frames)
                except Exception:
                    pass
            raise error
        """,
        """
        def reap(process):
            # Reap the child if it is a zombie (best effort).
            child = process.child
            if child is not None:
                try:
                    child.poll_once(timeout=0.001)
                except Exception:
                    pass
            return process.read()
        """,
        """
        def save(self, mirror):
            # Errors during mirroring are swallowed: the row is written already, and a
            # hiccup of the file must not become a 500.
            if self.fields is not None:
                return
            try:
                mirror(self.config)
            except Exception:
                pass
        """,
        """
        def measure(value, transaction):
            try:
                transaction.set_measurement(value)
            except Exception:
                pass
        """,
        """
        class Link:
            def _do_close_in_loop(self, peers):
                for peer in peers:
                    try:
                        self.send(peer, "gone")
                    except Exception:
                        pass
        """,
    ],
)
def test_silence_worth_a_remark(code: str) -> None:
    """Reading values at hand, a second failure, a reason given and leaving: no more than that."""
    assert severities("swallowed-exception", code) == [Severity.INFO]
