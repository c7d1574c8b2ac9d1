"""What the facts say of failures, in the packages that are installed."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from typing import Any

from surefoot.facts.kinds import (
    FailsOnStatus,
    FailureCode,
    KeepsFailure,
    MayLack,
    PartialFailure,
    Raises,
    RateLimited,
    Retry,
)
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable
from tests.facts.stated import argument, facts, present, problem, problems


def test_what_is_raised_is_an_exception(file: FactsFile, installed: Installed) -> None:
    """The classes that a callable is said to raise are exceptions of the package."""
    wrong = []
    for stated in present(file, installed, "raises"):
        fact = facts().get(Raises, stated.name)
        for name in fact.classes if fact is not None else ():
            found = installed.find(name)
            if not (isinstance(found, type) and issubclass(found, BaseException)):
                wrong.append(f"{stated.name}: {name}")
    assert wrong == []


def test_what_speaks_to_people_is_an_exception(file: FactsFile, installed: Installed) -> None:
    """What is turned into an answer or a message can be raised."""
    wrong = []
    for stated in present(file, installed, "for-people"):
        found = installed.find(stated.name)
        if not (isinstance(found, type) and issubclass(found, BaseException)):
            wrong.append(stated.name)
    assert wrong == []


def test_what_raises_again_ends_a_block(file: FactsFile, installed: Installed) -> None:
    """What raises at its end what was caught can be entered by `with`."""
    wrong = [
        stated.name
        for stated in present(file, installed, "reraises")
        if not hasattr(installed.find(stated.name), "__exit__")
    ]
    assert wrong == []


def test_exceptions_are_as_stated(file: FactsFile, installed: Installed) -> None:
    """What comes out of a retry or of a bad status exists; what an exception may lack is None
    for some, or is no attribute of the class."""
    problems = []
    table = facts()
    for stated in file.stated:
        said = table.entries.get(stated.name, {})
        retry, fails, lack = said.get(Retry), said.get(FailsOnStatus), said.get(MayLack)
        raised = [
            *([retry.raised] if isinstance(retry, Retry) else []),
            *([fails.error] if isinstance(fails, FailsOnStatus) else []),
        ]
        for name in raised:
            if name is not None and installed.is_importable(name):
                found = installed.find(name)
                if not (isinstance(found, type) and issubclass(found, BaseException)):
                    problems.append(f"{stated.name}: {name} is no exception")
        if isinstance(lack, MayLack) and lack.absent and installed.is_importable(stated.name):
            cls = installed.find(stated.name)
            problems += [
                f"{stated.name} has {attribute}"
                for attribute in lack.attributes
                if hasattr(cls, attribute)
            ]
    assert problems == []


def test_what_tells_of_failures_is_accepted(file: FactsFile, installed: Installed) -> None:
    """Keywords on which a partial failure depends, and where kept failures come from, exist."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "partial-failure"):
            fact = facts().get(PartialFailure, stated.name)
            for keyword, _ in fact.only_if if fact is not None else ():
                yield stated, "" if installed.accepts(stated.name, keyword) else f"no {keyword}"
        for stated in present(file, installed, "keeps-failure"):
            kept = facts().get(KeepsFailure, stated.name)
            if kept is not None:
                index = kept.position
                yield stated, argument(installed, stated, None, index)
                if kept.parameter is not None and len(installed.positional(stated.name)) > 1:
                    yield stated, problem(installed, stated, kept.parameter, index)
                for keyword in kept.told_by:
                    yield stated, problem(installed, stated, keyword, None)

    assert problems(check()) == []


def test_answers_tell_what_failed(file: FactsFile, installed: Installed) -> None:
    """The keys that tell what failed of a batch of AWS are in the answer of some service."""
    wanted: dict[str, tuple[str, ...]] = {}
    for stated in file.stated:
        fact = facts().get(PartialFailure, stated.name)
        if stated.name.startswith("botocore.client.BaseClient.") and fact is not None:
            wanted[stated.name.rpartition(".")[2]] = fact.told_in
    told = _answers_of_aws(installed, frozenset(wanted)) if wanted else {}
    assert [name for name, keys in wanted.items() if not set(keys) <= told[name]] == []


def _answers_of_aws(installed: Installed, methods: frozenset[str]) -> dict[str, set[str]]:
    """Return the keys of what these methods answer, of all services that have them."""
    loader = typing.cast("Any", installed.find("botocore.loaders.Loader"))()
    spelt = typing.cast("Callable[[str], str]", installed.find("botocore.xform_name"))
    told: dict[str, set[str]] = {method: set() for method in methods}
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        for operation, described in model["operations"].items():
            shape = described.get("output", {}).get("shape")
            if shape is not None and spelt(operation) in methods:
                told[spelt(operation)].update(model["shapes"][shape]["members"])
    return told


def test_exceptions_have_their_codes(file: FactsFile, installed: Installed) -> None:
    """What tells failures apart is an attribute of the class, or is set in its source."""
    missing = []
    for stated in file.stated:
        code, limit = facts().get(FailureCode, stated.name), facts().get(RateLimited, stated.name)
        told = [
            *([code.attribute] if code is not None and "failure-code" in stated.kinds else []),
            *([limit.tells] if limit is not None and "rate-limited" in stated.kinds else []),
        ]
        if not told or stated.may_be_missing():
            continue
        try:
            found = installed.find(stated.name)
        except (NotThere, Unknowable):
            continue
        for attribute in (re.split(r"[.\[(]", each)[0] for each in told):
            if not hasattr(found, attribute) and not _is_set_in(found, attribute):
                missing.append(f"{stated.name}: {attribute}")
    assert missing == []


def _is_set_in(cls: object, attribute: str) -> bool:
    """Return whether the source of a class or its bases speaks of an attribute, if there is one."""
    for base in getattr(cls, "__mro__", ()):
        try:
            source = inspect.getsource(base)
        except (OSError, TypeError):
            return True
        if re.search(rf"\b{attribute}\b", source):
            return True
    return False
