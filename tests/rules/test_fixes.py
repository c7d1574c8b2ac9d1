"""Fixes in the spellings people use, and near misses that must stay without one."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.rule import Rule
from surefoot.rules.resources.unclosed_resource import UnclosedResource
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
)

_LEFT: tuple[tuple[type[Rule], str], ...] = (
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
