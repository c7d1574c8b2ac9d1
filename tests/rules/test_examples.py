"""Every example of every rule, in every spelling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from surefoot.catalog import all_rules
from surefoot.rule import Bad, Good, Rule, files_of
from tests.checking import check
from tests.spellings import spellings

_LOCAL = ("concurrency", "errors", "network", "resources")


def _cases() -> Iterator[object]:
    for rule in all_rules():
        for number, example in enumerate(rule.examples, start=1):
            files = files_of(example)
            if len(files) > 1:
                yield pytest.param(rule, example, files, id=f"{rule.name}-{number}")
                continue
            ((path, code),) = files.items()
            for spelling, text in spellings(code, local=rule.family in _LOCAL):
                name = f"{rule.name}-{number}-{spelling}"
                yield pytest.param(rule, example, {path: text}, id=name)


@pytest.mark.parametrize(("rule", "example", "files"), list(_cases()))
def test_example(rule: type[Rule], example: Bad | Good, files: dict[str, str]) -> None:
    """A bad example is found as often as it says, a good one not at all, however it is spelt."""
    found = check(files, [rule])
    expected = example.count if isinstance(example, Bad) else 0
    assert len(found) == expected, [(item.path, item.span.line, item.message) for item in found]
    for finding in found:
        assert finding.rule == rule.name
        assert finding.message == finding.message.strip()
