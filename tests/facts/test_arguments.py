"""Arguments that facts name, in the packages that are installed: each is one of the callable."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator

import pytest

from surefoot.facts.kinds import (
    BuiltInRetries,
    CallsAgain,
    Decodes,
    Fact,
    Idempotency,
    Mock,
    PoolSize,
    ReadsConfiguration,
    RefusesNone,
    RemovesPath,
    RepeatedMethods,
    Retry,
    RetryPart,
    RunsTogether,
    TemporaryPath,
    Verdict,
)
from tests.facts.installed import FactsFile, Installed
from tests.facts.stated import argument, facts, present

Place = tuple[str | None, int | None]


def _of_configuration(fact: ReadsConfiguration) -> Iterator[Place]:
    yield fact.default, fact.default_position


def _of_retries(fact: BuiltInRetries) -> Iterator[Place]:
    yield from _heads(fact.read)


def _of_retry(fact: Retry) -> Iterator[Place]:
    yield from _heads((*fact.attempts, *fact.stop))
    for keyword in (fact.delay, fact.callback):
        if keyword is not None:
            yield keyword, None
    for keyword in (*fact.bounded_by, *fact.enabled_by, *fact.filters, *fact.told_by):
        yield keyword, None
    for keyword, _ in (*fact.swallow, *fact.raised_if, *fact.raised_unless):
        yield keyword, None
    for index, keyword in enumerate(fact.wait):
        yield keyword, fact.wait_position if index == 0 else None
    if fact.on is not None:
        yield fact.on, fact.on_position


def _heads(paths: tuple[str, ...]) -> Iterator[Place]:
    """Yield the keywords at which such paths begin, and their indexes (`config.retries@2 + 1`)."""
    for path in paths:
        begun = re.match(r"(\w+)(?:@(\d+))?(?![\w(])", path)
        if begun is not None:
            yield begun[1], int(begun[2]) if begun[2] else None


def _of_part(fact: RetryPart) -> Iterator[Place]:
    if fact.parameter is not None:
        yield fact.parameter, fact.attempts
    for index in (fact.zero, fact.judge):
        if index is not None:
            yield None, index


def _of_methods(fact: RepeatedMethods) -> Iterator[Place]:
    for index, keyword in enumerate(fact.parameter):
        yield keyword, fact.position if index == 0 else None
    for keyword in fact.reading:
        yield keyword, None


def _of_effect(fact: Idempotency) -> Iterator[Place]:
    for keyword in fact.keys:
        yield keyword, None
    if fact.method is not None:
        yield None, fact.method


def _of_mock(fact: Mock) -> Iterator[Place]:
    yield None, 0
    for keyword in (*fact.spec, *fact.configuration):
        yield keyword, None


_PLACES: dict[type[Fact], Callable[..., Iterator[Place]]] = {
    BuiltInRetries: _of_retries,
    CallsAgain: lambda fact: iter([(None, fact.position), (None, fact.on)]),
    Decodes: lambda fact: iter([(None, fact.position), *((each, None) for each in fact.typed_by)]),
    Idempotency: _of_effect,
    Mock: _of_mock,
    PoolSize: lambda fact: iter([(fact.parameter, fact.position)]),
    ReadsConfiguration: _of_configuration,
    RefusesNone: lambda fact: iter([(fact.parameter, None), (None, fact.position)]),
    RemovesPath: lambda fact: iter([(None, fact.position)]),
    RepeatedMethods: _of_methods,
    Retry: _of_retry,
    RetryPart: _of_part,
    TemporaryPath: lambda fact: iter((keyword, None) for keyword, _ in fact.only_if),
    Verdict: lambda fact: iter([(fact.raises_if, None)]),
}


@pytest.mark.parametrize("kind", _PLACES, ids=lambda kind: kind.key)
def test_arguments_stand_where_the_facts_say(
    kind: type[Fact], file: FactsFile, installed: Installed
) -> None:
    """Each keyword a fact of the kind names is one the callable takes, at the index stated."""
    wrong = []
    for stated in present(file, installed, kind.key):
        fact = facts().get(kind, stated.name)
        for keyword, index in _PLACES[kind](fact) if fact is not None else ():
            problem = argument(installed, stated, keyword, index)
            if problem and not stated.speaks_of_python:
                wrong.append(f"{stated.name}: {problem}")
    assert wrong == []


def test_what_runs_together_is_passed_where_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """What runs several awaitables takes any number of them, or an iterable of them first."""
    wrong = []
    for stated in present(file, installed, "runs-together"):
        fact = facts().get(RunsTogether, stated.name)
        first = installed.parameters(stated.name)[0]
        variadic = first.kind is inspect.Parameter.VAR_POSITIONAL
        if fact is not None and variadic is not (fact.by == "arguments"):
            wrong.append(f"{stated.name}: {first}")
    assert wrong == []
