"""Find what facts speak of in the packages installed beside the tests."""

from __future__ import annotations

import builtins
import importlib
import importlib.metadata
import inspect
import re
import sys
import typing
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from surefoot.facts.kinds import Fact, Returns
from surefoot.facts.table import FactTable

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NEWER = re.compile(r"Python (3\.\d+) and newer")
_OLDER = re.compile(r"Python below (3\.\d+)")
_ELSEWHERE = re.compile(
    r"(POSIX|Linux|macOS|Windows) only|each instance|separate package|not there|\bgone\b"
    r"|\b(below|before|since|until) \d"
)
_OF_PROGRAMS = frozenset({"destroys", "machine-output", "may-fail"})


class NotThere(Exception):
    """The installed package has no such name."""


class Unknowable(Exception):
    """The name cannot be looked up without making an instance or configuring the package."""


@dataclass(frozen=True)
class Stated:
    """One name of an entry of a facts file, and the remarks beside it."""

    name: str
    kinds: frozenset[str]
    remarks: str

    @property
    def is_pattern(self) -> bool:
        return self.name.endswith("*")

    def may_be_missing(self) -> bool:
        """Return whether the remarks say that some releases or systems lack the name, or it is
        that of a program, not of anything in Python."""
        if self.kinds <= _OF_PROGRAMS:
            return True
        newer, older = _NEWER.search(self.remarks), _OLDER.search(self.remarks)
        if newer:
            return sys.version_info[:2] < _release(newer[1])
        if older:
            return sys.version_info[:2] >= _release(older[1])
        return bool(_ELSEWHERE.search(self.remarks))

    @property
    def is_set_on_instances(self) -> bool:
        return "each instance" in self.remarks

    @property
    def speaks_of_python(self) -> bool:
        return "Python" in self.remarks


@dataclass(frozen=True)
class FactsFile:
    """A shipped facts file as plain data."""

    path: Path
    distribution: str | None
    read_against: str
    stated: tuple[Stated, ...]

    def is_judged_here(self) -> bool:
        """Return whether the library is installed, and not older than what was read."""
        if self.distribution is None:
            return True
        for name in (self.distribution, f"{self.distribution}-binary"):  # psycopg2's wheels
            try:
                installed = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                continue
            return _release(installed)[:2] >= _release(self.read_against)[:2]
        return False


def read(path: Path) -> FactsFile:
    """Read a facts file without the loader's help."""
    content = yaml.load(path.read_bytes(), Loader=_LOADER)
    stated = []
    for entry in content.get("apis") or ():
        names = entry["name"] if isinstance(entry["name"], list) else [entry["name"]]
        kinds = frozenset(key for key in entry if key in Fact.kinds)
        if kinds == {"secret-format"}:
            continue  # these names are no APIs
        remarks = f"{entry.get('because', '')} {entry.get('see', '')}"
        stated += [Stated(name, kinds, remarks) for name in names]
    return FactsFile(path, content.get("distribution"), str(content["read-against"]), tuple(stated))


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


class Installed:
    """Looks names up as the facts spell them: methods below classes, classes below modules."""

    def __init__(self, facts: FactTable) -> None:
        self._facts = facts

    def find(self, name: str) -> object:
        """Return what `name` stands for; raises `NotThere` or `Unknowable`."""
        return self.find_with_owner(name)[0]

    def find_with_owner(self, name: str) -> tuple[object, object]:
        """Return what `name` stands for, and what it was looked up on."""
        try:
            return self._look_up(name)
        except NotThere:
            for other in self._spellings(name):
                try:
                    return self._look_up(other)
                except (NotThere, Unknowable):
                    continue
            raise

    def _spellings(self, name: str) -> Iterator[str]:
        """Yield how else `name` is spelt: some packages have a class under its private name only,
        or hand on what another one does."""
        for spelling, target in self._facts.aliases.items():
            if name == target or name.startswith(f"{target}."):
                yield spelling + name[len(target) :]

    def _look_up(self, name: str) -> tuple[object, object]:
        parts = name.split(".")
        found, done = _module(parts)
        owner: object = None
        for index in range(done, len(parts)):
            owner = self._as_owner(found, ".".join(parts[:index]))
            found = _attribute(owner, parts[index], name)
        return found, owner

    def _as_owner(self, found: object, name: str) -> object:
        """Return the class where a function or a property stands for instances of one."""
        if isinstance(found, (property, cached_property)):
            return _given_by(found, name)
        fact = self._facts.get(Returns, name)
        if inspect.isroutine(found) and fact is not None:
            return type(typing.cast("Callable[[], object]", found)())
        return found

    def positional(self, name: str) -> list[inspect.Parameter]:
        """Return the positional parameters of a callable, without `self`."""
        return [
            parameter
            for parameter in self.parameters(name)
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]

    def parameters(self, name: str) -> list[inspect.Parameter]:
        """Return the parameters of a callable, without `self`."""
        found, owner = self.find_with_owner(name)
        try:
            parameters = list(inspect.signature(found).parameters.values())  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise Unknowable(str(error)) from None
        if isinstance(owner, type) and not isinstance(found, type):
            stored = inspect.getattr_static(owner, name.rpartition(".")[2], found)
            if not isinstance(stored, (staticmethod, classmethod)) and not _is_bound(found):
                return parameters[1:]
        return parameters

    def accepts(self, name: str, keyword: str) -> bool:
        """Return whether the callable takes an argument by this keyword."""
        parameters = self.parameters(name)
        return any(
            parameter.kind is parameter.VAR_KEYWORD
            or (
                parameter.name == keyword
                and parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD)
            )
            for parameter in parameters
        )

    def is_importable(self, name: str) -> bool:
        """Return whether the package of `name` is installed; one that several distributions share
        (`azure`, `google.cloud`) is not yet the package."""
        parts = name.split(".")
        try:
            for end in range(1, len(parts)):
                found, done = _module(parts[:end])
                if done < end:
                    return False
                if not _is_namespace(found):
                    return True
        except (NotThere, Unknowable):
            return False
        return not _is_namespace(found)


def _is_namespace(found: object) -> bool:
    """Return whether a package holds nothing but packages of other distributions."""
    return hasattr(found, "__path__") and getattr(found, "__file__", None) is None


def _is_bound(found: object) -> bool:
    return getattr(found, "__self__", None) is not None


def _module(parts: list[str]) -> tuple[object, int]:
    if parts[0] == "builtins":
        return builtins, 1
    for end in range(len(parts), 0, -1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return importlib.import_module(".".join(parts[:end])), end
        except ModuleNotFoundError as error:
            if error.name is not None and ".".join(parts).startswith(error.name):
                continue
            raise Unknowable(f"it needs {error.name}") from None
        except Exception as error:
            raise Unknowable(str(error)) from None
    raise NotThere(".".join(parts))


def _attribute(owner: object, name: str, whole: str) -> object:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(owner, name)
    except AttributeError:
        if name in _annotated(owner) or _sets(owner, name):
            raise Unknowable(f"{whole} is set on instances") from None
        raise NotThere(whole) from None
    except Exception as error:
        raise Unknowable(str(error)) from None


def _sets(owner: object, name: str) -> bool:
    """Return whether a class gives each of its instances this attribute."""
    for base in getattr(owner, "__mro__", ()):
        try:
            source = inspect.getsource(base)
        except (OSError, TypeError):
            continue
        if re.search(rf"^\s+self\.{name}(: [^=]+)? = ", source, re.MULTILINE):
            return True
    return False


def _annotated(owner: object) -> Iterator[str]:
    for base in getattr(owner, "__mro__", ()):
        yield from getattr(base, "__annotations__", ())


def _given_by(found: property | cached_property[object], name: str) -> object:
    function = found.fget if isinstance(found, property) else found.func
    try:
        given = typing.get_type_hints(function)["return"]
    except NameError:
        given = _imported_in(function, name)
    except Exception as error:
        raise Unknowable(f"{name} does not say what it gives: {error}") from None
    if not isinstance(given, type):
        raise Unknowable(f"{name} gives {given}")
    return given


def _imported_in(function: Callable[..., object] | None, name: str) -> object:
    """Return the class of the annotation of a property that imports it in its body."""
    if function is None:
        raise Unknowable(f"{name} cannot be read")
    given = str(function.__annotations__.get("return"))
    said = re.search(rf"from (\S+) import .*\b{re.escape(given)}\b", inspect.getsource(function))
    if said is None:
        raise Unknowable(f"{name} does not say where {given} is from")
    package = function.__module__
    if not hasattr(sys.modules[package], "__path__"):
        package = package.rpartition(".")[0]
    return getattr(importlib.import_module(said[1], package), given)
