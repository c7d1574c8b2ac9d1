"""Classes that facts speak of, in the packages that are installed: they are what is said."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from surefoot.facts.kinds import (
    Attributes,
    Coroutine,
    IgnoredAttribute,
    Returns,
    RunsEventLoop,
    Synchronous,
    TakesWork,
)
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable
from tests.facts.stated import facts

_EXCEPTIONS = frozenset(
    {"failure-code", "io-failure", "may-lack", "permanent", "rate-limited", "retries-exhausted"}
)
_CLASSES = frozenset(
    {"attributes", "fixture", "generic", "internal", "mock", "response-text", "settings"}
)


def _found(file: FactsFile, installed: Installed) -> Iterator[tuple[Stated, object]]:
    for stated in file.stated:
        if stated.is_pattern:
            continue
        try:
            yield stated, installed.find(stated.name)
        except (NotThere, Unknowable):
            continue


def test_exceptions_are_exceptions(file: FactsFile, installed: Installed) -> None:
    """A fact about an exception is stated of a class of exceptions."""
    assert [
        stated.name
        for stated, found in _found(file, installed)
        if stated.kinds & _EXCEPTIONS
        and not (isinstance(found, type) and issubclass(found, BaseException))
    ] == []


def test_classes_are_classes(file: FactsFile, installed: Installed) -> None:
    """A fact about instances is stated of a class."""
    assert [
        stated.name
        for stated, found in _found(file, installed)
        if stated.kinds & _CLASSES and not isinstance(found, type)
    ] == []


def test_attributes_are_of_classes_that_exist(file: FactsFile, installed: Installed) -> None:
    """The class of an attribute, and the asynchronous twin of a client, is in its package."""
    wrong = []
    for stated, _ in _found(file, installed):
        said = facts().entries.get(stated.name, {})
        attributes, names = said.get(Attributes), []
        if isinstance(attributes, Attributes):
            names = [name for _, name in attributes.types]
        for kind in (Synchronous, RunsEventLoop):
            fact = said.get(kind)
            if isinstance(fact, (Synchronous, RunsEventLoop)) and fact.instead is not None:
                names.append(fact.instead)
        for name in names:
            try:
                if installed.is_importable(name):
                    installed.find(name)
            except NotThere:
                wrong.append(f"{stated.name}: {name}")
            except Unknowable:
                continue
    assert wrong == []


def test_what_is_awaited_is_no_generator(file: FactsFile, installed: Installed) -> None:
    """What must be awaited is neither an asynchronous generator nor a property."""
    assert [
        stated.name
        for stated, found in _found(file, installed)
        if "coroutine" in stated.kinds
        and facts().get(Coroutine, stated.name) is not None
        and (inspect.isasyncgenfunction(found) or inspect.isgeneratorfunction(found))
    ] == []


def test_what_gives_work_is_iterated_or_called(file: FactsFile, installed: Installed) -> None:
    """Where looping over an instance gives the next piece of work, it can be looped over."""
    wrong = []
    for stated, found in _found(file, installed):
        fact = facts().get(TakesWork, stated.name) if "takes-work" in stated.kinds else None
        if fact is None:
            continue
        if fact.by == "call":
            fits = callable(found)
        else:
            fits = not isinstance(found, type) or _has_any(found, "__iter__", "__aiter__")
        if not fits:
            wrong.append(stated.name)
    assert wrong == []


def test_what_with_ends_can_be_entered(file: FactsFile, installed: Installed) -> None:
    """What ends a transaction, or swallows exceptions, at the end of a block has such an end."""
    wrong = []
    for stated, found in _found(file, installed):
        if stated.kinds & {"suppresses", "with-ends-transaction"}:
            returns = facts().get(Returns, stated.name)
            made = installed.find(returns.type) if returns is not None else found
            if isinstance(made, type) and not _has_any(made, "__exit__", "__aexit__"):
                wrong.append(f"{stated.name}: {made}")
    assert wrong == []


def test_ignored_attributes_are_those_of_a_class(file: FactsFile, installed: Installed) -> None:
    """What has no effect when it is set is no attribute the class has itself."""
    assert [
        f"{stated.name}: {name}"
        for stated, found in _found(file, installed)
        if (fact := facts().get(IgnoredAttribute, stated.name)) is not None
        for name in fact.names
        if hasattr(found, name)
    ] == []


def _has_any(cls: type, *names: str) -> bool:
    return any(hasattr(cls, name) for name in names)
