"""The fix of every example that shows one, in every spelling."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from surefoot.catalog import all_rules
from surefoot.model import Safety
from surefoot.rule import Bad, Rule, files_of, fixed_files
from tests.checking import check, mend
from tests.spellings import spellings

_LOCAL = ("concurrency", "errors", "network", "resources")


def _cases() -> Iterator[object]:
    for rule in all_rules():
        for number, example in enumerate(rule.examples, start=1):
            if not isinstance(example, Bad) or example.fixed is None:
                continue
            files = files_of(example)
            if len(files) > 1:
                yield pytest.param(rule, example, files, "", id=f"{rule.name}-{number}")
                continue
            ((path, code),) = files.items()
            for spelling, text in spellings(code, local=rule.family in _LOCAL):
                name = f"{rule.name}-{number}-{spelling}"
                yield pytest.param(rule, example, {path: text}, spelling, id=name)


@pytest.mark.parametrize(("rule", "example", "files", "spelling"), list(_cases()))
def test_fixed(rule: type[Rule], example: Bad, files: dict[str, str], spelling: str) -> None:
    """A fix gives the code the example shows; however it is spelt, it settles the findings,
    brings none, and a second run changes nothing."""
    after, outcome = mend(files, [rule], example.defaults, least=Safety.SUGGESTION)
    if spelling in ("", "as written", "with CRLF"):
        wanted = fixed_files(example)
        if spelling == "with CRLF":
            wanted = {path: text.replace("\n", "\r\n") for path, text in wanted.items()}
        assert {path: text.decode() for path, text in after.items()} == wanted
    assert outcome.notices == ()
    assert {each.number for each in outcome.last} <= {each.number for each in outcome.first}
    fixed = {each.number for each in outcome.applied}
    assert fixed
    assert fixed.isdisjoint(each.number for each in outcome.last)
    assert mend(after, [rule], example.defaults, least=Safety.SUGGESTION)[0] == after
    assert len(check(after, [rule], defaults=example.defaults)) == len(outcome.last)
