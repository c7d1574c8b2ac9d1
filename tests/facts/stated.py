"""What the shipped facts state, as far as the packages beside the tests can tell."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.facts.table import FactTable
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable, read


@cache
def facts() -> FactTable:
    return load(facts_files())


INSTALLED = [each for each in map(read, facts_files()) if each.is_judged_here()]


def present(file: FactsFile, installed: Installed, kind: str) -> Iterator[Stated]:
    """Yield the names with a fact of this kind that can be looked up here."""
    for stated in file.stated:
        if kind in stated.kinds and not stated.is_pattern:
            try:
                installed.parameters(stated.name)
            except (NotThere, Unknowable):
                continue
            yield stated


def problem(installed: Installed, stated: Stated, parameter: str, index: int | None) -> str:
    """Return what is wrong with an argument of a callable, or nothing."""
    positional = installed.positional(stated.name)
    if index is None:
        return "" if installed.accepts(stated.name, parameter) else f"no keyword {parameter!r}"
    if index >= len(positional):
        if any(each.kind is each.VAR_POSITIONAL for each in installed.parameters(stated.name)):
            return ""  # it hands its arguments on
        if stated.speaks_of_python and installed.accepts(stated.name, parameter):
            return ""
        return f"no positional argument {index}"
    at = positional[index]
    if at.name != parameter and at.kind is not at.POSITIONAL_ONLY:
        return f"argument {index} is {at.name!r}, not {parameter!r}"
    return ""


def problems(pairs: Iterator[tuple[Stated, str]]) -> list[str]:
    return [f"{stated.name}: {problem}" for stated, problem in pairs if problem]


def argument(installed: Installed, stated: Stated, parameter: str | None, index: int | None) -> str:
    if parameter is not None:
        return problem(installed, stated, parameter, index)
    parameters = installed.parameters(stated.name)
    variadic = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    if index is not None and index >= len(installed.positional(stated.name)) and not variadic:
        return f"no positional argument {index}"
    return ""
