"""Fixes in the spellings people use, and near misses that must stay without one."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.rule import Rule
from surefoot.rules.concurrency.blocking_call_in_async import BlockingCallInAsync
from surefoot.rules.concurrency.dangling_task import DanglingTask
from surefoot.rules.concurrency.to_thread_called_not_passed import ToThreadCalledNotPassed
from surefoot.rules.concurrency.unawaited_coroutine import UnawaitedCoroutine
from surefoot.rules.errors.gather_hides_partial_failure import GatherHidesPartialFailure
from surefoot.rules.errors.return_in_finally import ReturnInFinally
from surefoot.rules.errors.swallowed_cancellation import SwallowedCancellation
from surefoot.rules.resources.connection_with_does_not_close import ConnectionWithDoesNotClose
from surefoot.rules.resources.leaked_file_descriptor import LeakedFileDescriptor
from surefoot.rules.resources.leaked_temp_path import LeakedTempPath
from surefoot.rules.resources.unclosed_resource import UnclosedResource
from surefoot.rules.testing.unspecced_mock import UnspeccedMock
from tests.checking import check, mend

_FIXED: tuple[tuple[type[Rule], str, str], ...] = (
    (
        UnclosedResource,
        """
        import csv

        def load(path, wanted):
            source = open(  # big
                path, newline=""
            )  # closed by nobody
            reader = csv.reader(source)

            # the first line
            next(reader)
            rows = []
            for row in reader:
                if row in wanted:
                    rows.append(row + ['''a
            b'''])
            print(len(rows))
            return rows
        """,
        """
        import csv

        def load(path, wanted):
            with open(  # big
                path, newline=""
            ) as source:  # closed by nobody
                reader = csv.reader(source)

                # the first line
                next(reader)
                rows = []
                for row in reader:
                    if row in wanted:
                        rows.append(row + ['''a
            b'''])
            print(len(rows))
            return rows
        """,
    ),
    (
        UnclosedResource,
        """
        class Log:
            def tail(self, path):
                if path:
                    log = open(path)

                    log.seek(10)
                    text = log.read()
                    if not text:
                        return None
                    return text  # all of it
                return ""
        """,
        """
        class Log:
            def tail(self, path):
                if path:
                    with open(path) as log:
                        log.seek(10)
                        text = log.read()
                    if not text:
                        return None
                    return text  # all of it
                return ""
        """,
    ),
    (
        UnclosedResource,
        """
        def touch(path, found):
            open(path, "a")
            open(path).read()
            assert open(path).read() == "1"
            found += open(path).read()
            return found

        TEXT = open("text").read()
        """,
        """
        def touch(path, found):
            with open(path, "a"):
                pass
            with open(path) as file:
                file.read()
            with open(path) as file:
                assert file.read() == "1"
            with open(path) as file:
                found += file.read()
            return found

        with open("text") as _file:
            TEXT = _file.read()
        """,
    ),
    (
        LeakedTempPath,
        """
        import shutil
        from tempfile import mkdtemp

        def pack(names):
            folder = mkdtemp(
                dir="/x",
            )

            # one by one
            for name in names:
                shutil.copy(name, folder)
        """,
        """
        import shutil
        from tempfile import mkdtemp
        from tempfile import TemporaryDirectory

        def pack(names):
            with TemporaryDirectory(
                dir="/x",
            ) as folder:
                # one by one
                for name in names:
                    shutil.copy(name, folder)
        """,
    ),
    (
        ReturnInFinally,
        """
        def first(names):
            try:
                names()
            finally:
                print("done")
                return names  # always
        """,
        """
        def first(names):
            try:
                names()
            finally:
                print("done")
            return names  # always
        """,
    ),
    (
        SwallowedCancellation,
        """
        import asyncio

        def unit():
            return 4

        async def serve(read):
        \ttry:
        \t\tawait read()
        \texcept OSError:
        \t\tpass
        \t# whatever else
        \texcept BaseException:
        \t\tprint("failed")
        """,
        """
        import asyncio

        def unit():
            return 4

        async def serve(read):
        \ttry:
        \t\tawait read()
        \texcept OSError:
        \t\tpass
        \texcept asyncio.CancelledError:
        \t\traise
        \t# whatever else
        \texcept BaseException:
        \t\tprint("failed")
        """,
    ),
    (
        ToThreadCalledNotPassed,
        """
        import asyncio

        def load(names) -> str:
            return open("a").read()

        async def all_of(names):
            return await asyncio.to_thread(load([name for name in names]))
        """,
        """
        import asyncio

        def load(names) -> str:
            return open("a").read()

        async def all_of(names):
            return await asyncio.to_thread(load, [name for name in names])
        """,
    ),
)

_LEFT: tuple[tuple[type[Rule], str], ...] = (
    (
        ToThreadCalledNotPassed,
        """
        import asyncio

        def load(names) -> str:
            return open("a").read()

        async def all_of(names):
            await asyncio.to_thread(load(name for name in names))
            await asyncio.to_thread(
                load(
                    names,  # all of them
                )
            )
        """,
    ),
    (
        UnclosedResource,
        """
        def explained(path):
            assert path, open(path).read()

        class Texts:
            first = open("text").read()

        SIZES = dict(
            text=len(open("text").read()),
        )
        """,
    ),
    (
        UnclosedResource,
        """
        import csv

        def rows(path):
            source = open(path)
            return list(row for row in csv.reader(source))

        def lines(path, wanted):
            source = open(path)
            return sum(line in wanted for line in source)

        def size(path):
            return len(path and open(path).read())

        def half(path):
            if path:
                source = open(path)
            return source.read()

        def twice(path):
            source = open(path); first = source.read()
            return first
        """,
    ),
    (
        BlockingCallInAsync,
        """
        import threading
        import time
        import requests
        from urllib.request import urlopen

        class Pool:
            async def fill(self, urls, lock):
                with self.lock:
                    time.sleep(1)
                with lock, urlopen(urls[0]) as answer:
                    print(answer)
                texts = [requests.get(url, timeout=1) for url in urls]
                return any(requests.get(url, timeout=1).ok for url in urls), texts
        """,
    ),
    (
        BlockingCallInAsync,
        """
        import time
        import trio

        async def wait():
            time.sleep(1)
        """,
    ),
    (
        BlockingCallInAsync,
        """
        from sqlalchemy.orm import Session

        async def count(maker):
            session = Session()
            return session.query(maker).count()
        """,
    ),
    (
        UnawaitedCoroutine,
        """
        async def tell(name):
            print(name)

        def tell_all(names):
            for name in names:
                tell(name)

        class Hub:
            async def stop(self):
                with self._lock:
                    tell("stop")
        """,
    ),
    (
        DanglingTask,
        """
        import asyncio

        async def tell(name):
            print(name)

        def later(names, task, background_task):
            asyncio.create_task(tell(names))

        def never(names):
            if names: asyncio.create_task(tell(names))
        """,
    ),
    (
        DanglingTask,
        """
        import asyncio

        _background_tasks = []

        async def tell(name):
            print(name)

        def later(names):
            asyncio.create_task(tell(names))
        """,
    ),
    (
        GatherHidesPartialFailure,
        """
        import asyncio

        async def send(jobs, result, outcome):
            await asyncio.gather(*jobs, return_exceptions=True)
        """,
    ),
    (
        ConnectionWithDoesNotClose,
        """
        import sqlite3

        def count(path):
            with sqlite3.connect(path) as connection:
                cursor = connection.execute("select count(*) from orders")
            return cursor.fetchone()

        def clear(path):
            with sqlite3.connect(path):
                print(path)

        def names(path):
            with sqlite3.connect(path) as connection:
                connection.execute("select 1")
            connection.execute("select 2")
        """,
    ),
    (
        LeakedFileDescriptor,
        """
        import os
        import tempfile

        def write(text):
            descriptor, path = tempfile.mkstemp()
            os.write(descriptor, text)
            return path
        """,
    ),
    (
        LeakedTempPath,
        """
        import os
        import tempfile

        def render(text, deep):
            folder = tempfile.mkdtemp()
            if deep:
                folder = os.path.join(folder, "deep")
            print_page(folder, text)

        def size(text):
            folder = tempfile.mkdtemp()
            return os.path.getsize(os.path.join(folder, text))

        def move(text):
            folder = tempfile.mkdtemp()
            os.chdir(folder)

        def print_page(folder, text):
            with open(os.path.join(folder, text)) as page:
                page.read()
        """,
    ),
)


@pytest.mark.parametrize(("rule", "code", "fixed"), _FIXED)
def test_fixed(rule: type[Rule], code: str, fixed: str) -> None:
    """The fix changes what it must and nothing else, and a second run changes nothing."""
    after, outcome = mend({"service.py": textwrap.dedent(code)}, [rule])
    assert after["service.py"].decode() == textwrap.dedent(fixed)
    assert outcome.notices == ()
    assert mend(after, [rule])[0] == after


@pytest.mark.parametrize(("rule", "code"), _LEFT)
def test_left(rule: type[Rule], code: str) -> None:
    """What cannot be mended without doubt is found, and left as it is."""
    files = {"service.py": textwrap.dedent(code)}
    found = check(files, [rule])
    assert found
    assert all(finding.fix is None or not finding.fix.edits for finding in found)


def test_methods_stay_as_they_are_patched() -> None:
    """A mock with the signature of a method is called with its object: no fix makes it so."""
    files = {
        "shop.py": """
class Shop:
    def buy(self, x):
        return x

def pay(x):
    return x
""",
        "tests/test_shop.py": """
from unittest.mock import patch

from shop import Shop, pay

@patch("shop.Shop.buy")
def test_buy(buy):
    assert Shop().buy(1)
    buy.assert_called_once_with(1)

@patch("shop.pay")
def test_pay(pay):
    assert pay(1)
""",
    }
    found = check(files, [UnspeccedMock])
    assert [(each.span.line, each.fix is not None) for each in found] == [(6, False), (11, True)]
