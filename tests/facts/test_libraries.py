"""The shipped facts against the packages that are installed beside the tests.

A library that is not installed, or is older than the release its facts were read from,
is left out. A name that some releases or systems lack says so in `because` or `see`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from surefoot.facts.kinds import (
    Blocking,
    Credential,
    Deadline,
    Enters,
    ExpectsException,
    Offload,
    Patches,
    Resource,
    Returns,
    Role,
    TakesOwnership,
    Timeout,
    TimeoutValue,
)
from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.facts.table import FactTable
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable, read


@cache
def _facts() -> FactTable:
    return load(facts_files())


_INSTALLED = [each for each in map(read, facts_files()) if each.is_judged_here()]


@pytest.fixture(params=_INSTALLED, ids=lambda each: f"{each.path.parent.name}/{each.path.stem}")
def file(request: pytest.FixtureRequest) -> FactsFile:
    """Each shipped file whose library is installed."""
    return typing.cast("FactsFile", request.param)


@pytest.fixture
def installed() -> Installed:
    """The packages beside the tests, looked up as the facts spell names."""
    return Installed(_facts())


def _present(file: FactsFile, installed: Installed, kind: str) -> Iterator[Stated]:
    """Yield the names with a fact of this kind that can be looked up here."""
    for stated in file.stated:
        if kind in stated.kinds and not stated.is_pattern:
            try:
                installed.parameters(stated.name)
            except (NotThere, Unknowable):
                continue
            yield stated


def _problem(installed: Installed, stated: Stated, parameter: str, index: int | None) -> str:
    """Return what is wrong with an argument of a callable, or nothing."""
    positional = installed.positional(stated.name)
    if index is None:
        return "" if installed.accepts(stated.name, parameter) else f"no keyword {parameter!r}"
    if index >= len(positional):
        if stated.speaks_of_python and installed.accepts(stated.name, parameter):
            return ""
        return f"no positional argument {index}"
    at = positional[index]
    if at.name != parameter and at.kind is not at.POSITIONAL_ONLY:
        return f"argument {index} is {at.name!r}, not {parameter!r}"
    return ""


def _problems(pairs: Iterator[tuple[Stated, str]]) -> list[str]:
    return [f"{stated.name}: {problem}" for stated, problem in pairs if problem]


def test_every_name_exists(file: FactsFile, installed: Installed) -> None:
    """What a fact speaks of is in the package, or the entry says which release lacks it."""
    missing = []
    for stated in file.stated:
        if stated.is_pattern or stated.may_be_missing():
            continue
        if not installed.is_importable(stated.name) and file.distribution is not None:
            continue
        try:
            installed.find(stated.name)
        except NotThere:
            missing.append(stated.name)
        except Unknowable:
            continue
    assert missing == []


def test_timeouts_are_accepted(file: FactsFile, installed: Installed) -> None:
    """Each keyword that bounds a call is one the callable takes, at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "timeout"):
            fact = _facts().get(Timeout, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, _problem(installed, stated, parameter, position)

    assert _problems(check()) == []


def test_timeout_values_have_their_legs(file: FactsFile, installed: Installed) -> None:
    """A class of timeouts takes its total and each of its legs."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "timeout-value"):
            fact = _facts().get(TimeoutValue, stated.name)
            if fact is not None:
                yield stated, _problem(installed, stated, fact.total, fact.position)
                for leg in fact.legs:
                    yield stated, _problem(installed, stated, leg, None)

    assert _problems(check()) == []


def test_what_makes_a_call_return_at_once_is_accepted(
    file: FactsFile, installed: Installed
) -> None:
    """Each keyword under which a call does not block is one the callable takes."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "blocking"):
            fact = _facts().get(Blocking, stated.name)
            if fact is not None:
                for parameter, _ in fact.unless:
                    index = dict(fact.position).get(parameter)
                    yield stated, _problem(installed, stated, parameter, index)

    assert _problems(check()) == []


def test_no_coroutine_function_blocks(file: FactsFile, installed: Installed) -> None:
    """A fact never says that an asynchronous function holds its thread."""
    assert [
        stated.name
        for stated in _present(file, installed, "blocking")
        if _facts().get(Blocking, stated.name) is not None
        and inspect.iscoroutinefunction(installed.find(stated.name))
    ] == []


def test_secrets_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Each keyword of a secret is one the callable takes, the first at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "credential"):
            fact = _facts().get(Credential, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, _problem(installed, stated, parameter, position)

    assert _problems(check()) == []


def test_what_tests_replace_and_expect_is_passed_where_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """Replacements and expected exceptions stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "patches"):
            patch = _facts().get(Patches, stated.name)
            if patch is not None:
                yield stated, _problem(installed, stated, patch.parameter, patch.position)
        for stated in _present(file, installed, "expects-exception"):
            fact = _facts().get(ExpectsException, stated.name)
            if fact is not None:
                yield stated, _problem(installed, stated, fact.parameter, fact.position)

    assert _problems(check()) == []


def test_functions_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Arguments that carry a function, a bound or a resource stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "role"):
            role = table.get(Role, stated.name)
            if role is not None and role.by == "argument":
                yield stated, _argument(installed, stated, role.parameter, role.position)
        for stated in _present(file, installed, "offload"):
            offload = table.get(Offload, stated.name)
            if offload is not None:
                yield stated, _argument(installed, stated, None, offload.position)
        for stated in _present(file, installed, "deadline"):
            deadline = table.get(Deadline, stated.name)
            if deadline is not None:
                yield stated, _argument(installed, stated, deadline.parameter, deadline.position)
        for stated in _present(file, installed, "takes-ownership"):
            owner = table.get(TakesOwnership, stated.name)
            if owner is not None:
                yield stated, _argument(installed, stated, owner.parameter, owner.position)

    assert _problems(check()) == []


def _argument(
    installed: Installed, stated: Stated, parameter: str | None, index: int | None
) -> str:
    if parameter is not None:
        return _problem(installed, stated, parameter, index)
    parameters = installed.parameters(stated.name)
    variadic = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    if index is not None and index >= len(installed.positional(stated.name)) and not variadic:
        return f"no positional argument {index}"
    return ""


def test_what_must_be_closed_can_be(file: FactsFile, installed: Installed) -> None:
    """The methods that close a resource, and its way into `with`, are those of its class."""
    enter = {"with": ["__enter__"], "async with": ["__aenter__"], "none": []}
    problems = []
    for stated in file.stated:
        fact = _facts().get(Resource, stated.name)
        if "resource" not in stated.kinds or stated.is_pattern or fact is None:
            continue
        if stated.is_set_on_instances:
            continue
        made = _class_made(installed, stated.name)
        if made is None:
            continue
        wanted = [*fact.close]
        if _facts().get(Enters, stated.name) is None:
            wanted += enter.get(fact.context, ["__enter__", "__aenter__"])
        problems += [f"{stated.name}: {made} has no {method}" for method in wanted
                     if not hasattr(made, method)]  # fmt: skip
    assert problems == []


def _class_made(installed: Installed, name: str) -> type | None:
    fact = _facts().get(Returns, name)
    try:
        made = installed.find(fact.type if fact is not None else name)
    except (NotThere, Unknowable):
        return None
    if isinstance(made, type) and not made.__module__.startswith("typing"):
        return made
    return None


def test_classes_named_by_facts_exist(file: FactsFile, installed: Installed) -> None:
    """What a call gives or enters, and what should be called instead, is installed or foreign."""
    missing = set()
    for stated in file.stated:
        if stated.may_be_missing():
            continue
        for name in _classes(stated):
            if not installed.is_importable(name):
                continue
            try:
                installed.find(name)
            except NotThere:
                missing.add(f"{stated.name}: {name}")
            except Unknowable:
                continue
    assert sorted(missing) == []


def _classes(stated: Stated) -> Iterator[str]:
    of = _facts().entries.get(stated.name, {})
    getters: tuple[tuple[type, Callable[..., str | None]], ...] = (
        (Returns, lambda fact: fact.type),
        (Enters, lambda fact: fact.type),
        (Blocking, lambda fact: fact.instead),
    )
    for kind, getter in getters:
        fact = of.get(kind)
        name = getter(fact) if fact is not None else None
        if name is not None:
            yield name


def test_bases_are_bases(installed: Installed) -> None:
    """A class that inherits facts has every method its stated base has facts about."""
    problems = []
    table = _facts()
    for name, bases in table.parents.items():
        try:
            derived = installed.find(name)
            below = [(base, installed.find(base)) for base in bases]
        except (NotThere, Unknowable):
            continue
        for base, found in below:
            if not (isinstance(derived, type) and isinstance(found, type)):
                continue
            if issubclass(derived, found):
                continue
            prefix = f"{base}."
            methods = {entry.removeprefix(prefix).partition(".")[0] for entry in table.entries
                       if entry.startswith(prefix)} - {"*", "**"}  # fmt: skip
            missing = sorted(method for method in methods if not hasattr(derived, method))
            problems += [f"{name} has no {method}, which {base} has" for method in missing]
    assert problems == []
