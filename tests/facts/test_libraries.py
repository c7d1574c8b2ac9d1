"""The names in the shipped facts, in the packages that are installed beside the tests.

A library that is not installed, or is older than the release its facts were read from,
is left out. A name that some releases or systems lack says so in `because` or `see`.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator

import pytest

from surefoot.facts.kinds import (
    Blocking,
    Enters,
    Finds,
    Mutates,
    OneByOne,
    Owned,
    Receives,
    Returns,
    TemporaryPath,
)
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable
from tests.facts.stated import facts


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


def test_methods_made_of_descriptions_exist() -> None:
    """Each name of a method of AWS clients that changes something is that of some service."""
    botocore = pytest.importorskip("botocore.session")
    session = botocore.get_session()
    loader = session.get_component("data_loader")
    from botocore import xform_name

    methods = set()
    for service in session.get_available_services():
        model = loader.load_service_model(service, "service-2")
        methods |= {xform_name(operation) for operation in model["operations"]}
    table = facts()
    pattern = "botocore.client.BaseClient.*"
    change, owned = table.stated(Mutates, pattern), table.stated(Owned, pattern)
    assert change is not None
    assert owned is not None
    names = (*change.names, *change.destroying, *change.harmless, *owned.names)
    singles = {name: table.stated(OneByOne, name) for name in table.names(OneByOne)}
    assert singles
    names += (*(name.rpartition(".")[2] for name in singles),)
    names += (*(fact.many for fact in singles.values() if fact is not None),)
    assert [
        name for name in names if not fnmatch.filter(methods, name) and name != "upload_*"
    ] == []


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
    of = facts().entries.get(stated.name, {})
    getters: tuple[tuple[type, Callable[..., str | None]], ...] = (
        (Returns, lambda fact: fact.type),
        (Enters, lambda fact: fact.type),
        (Finds, lambda fact: fact.gives if "." in fact.gives else None),
        (Receives, lambda fact: fact.type),
        (Blocking, lambda fact: fact.instead),
        (TemporaryPath, lambda fact: fact.context),
        (TemporaryPath, lambda fact: fact.closer),
    )
    for kind, getter in getters:
        fact = of.get(kind)
        name = getter(fact) if fact is not None else None
        if name is not None:
            yield name


def test_bases_are_bases(installed: Installed) -> None:
    """A class that inherits facts has every method its stated base has facts about."""
    problems = []
    table = facts()
    for name, bases in table.parents.items():
        try:
            derived = installed.find(name)
            below = [(base, installed.find(base)) for base in bases]
        except (NotThere, Unknowable):
            continue
        for base, found in below:
            if not (isinstance(derived, type) and isinstance(found, type)):
                continue
            if found in derived.__mro__ or hasattr(derived, "__getattr__"):
                continue
            prefix = f"{base}."
            methods = {entry.removeprefix(prefix).partition(".")[0] for entry in table.entries
                       if entry.startswith(prefix)} - {"*", "**"}  # fmt: skip
            missing = sorted(
                method
                for method in methods
                if not hasattr(derived, method) and table.of(f"{name}.{method}")
            )
            problems += [f"{name} has no {method}, which {base} has" for method in missing]
    assert problems == []


def test_what_takes_the_same_arguments_does(installed: Installed) -> None:
    """What a fix writes in place of a callable, with its arguments, takes them in this order."""
    problems = []
    compared = 0
    for name, kinds in facts().entries.items():
        blocking, path = kinds.get(Blocking), kinds.get(TemporaryPath)
        instead = blocking.instead if isinstance(blocking, Blocking) and blocking.drop_in else None
        if isinstance(path, TemporaryPath) and path.context is not None:
            instead = path.context
        if instead is None:
            continue
        try:
            given, taken = installed.positional(name), installed.positional(instead)
        except (NotThere, Unknowable):
            continue
        compared += 1
        for index, parameter in enumerate(given):
            same = index < len(taken) and (
                parameter.kind is parameter.POSITIONAL_ONLY or taken[index].name == parameter.name
            )
            problems += [] if same else [f"{instead} takes no {parameter.name} like {name}"]
    assert problems == []
    assert compared
