"""The shipped facts as files: they load, and what they name is well formed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from surefoot.facts.kinds import (
    Attributes,
    Blocking,
    Enters,
    Fact,
    Generic,
    Resource,
    Returns,
    RunsEventLoop,
)
from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.facts.table import FactTable

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")
_FILES = facts_files()
_WHAT_BLOCKS = frozenset(
    {"cpu", "database", "file", "input", "lock", "network", "sleep", "subprocess"}
)
_CONTEXTS = frozenset({"async with", "both", "none", "with"})


def _ids(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@cache
def _alone(path: Path) -> FactTable:
    return load([path])


@cache
def _together() -> FactTable:
    return load(_FILES)


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_every_file_loads_by_itself(path: Path) -> None:
    """Each shipped file of facts is read without a mistake and says something."""
    table = _alone(path)
    assert table.entries or table.parents or table.aliases


def test_all_files_load_together() -> None:
    """All shipped files make one table, in which each library is named."""
    table = _together()
    assert len(table.libraries) == len(_FILES)
    assert all(library.docs for library in table.libraries)


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_a_library_outside_the_standard_library_names_its_distribution(path: Path) -> None:
    """Only the facts on Python itself, on programs, and on the secrets of issuers go without a
    name on the package index."""
    content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    of_library = any("secret-format" not in entry for entry in content.get("apis") or [{}])
    outside = path.parent.name not in ("python", "command-line")
    assert ("distribution" in content) is (of_library and outside)


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_a_file_says_what_was_read(path: Path) -> None:
    """Each file names its library, the release that was read, and where it is documented."""
    content = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    release = (
        r"\d{4}-\d\d-\d\d" if "distribution" not in content else r"\d+(\.\d+)+((a|b|rc|\.post)\d+)?"
    )
    if path.parent.name == "python":
        release = r"\d+(\.\d+)+((a|b|rc|\.post)\d+)?"
    if path.parent.name == "python":
        release = r"3\.\d+(\.\d+)?"
    elif "distribution" not in content:
        release = r"20\d\d[-.]\d\d"
    assert re.fullmatch(r"[\w.@/, -]+", content["library"])
    assert re.fullmatch(release, str(content["read-against"])), content["read-against"]
    assert content["docs"].startswith("https://")


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_classes_are_named_in_full(path: Path) -> None:
    """What a call gives, enters, or should be replaced by is a dotted name."""
    table = _alone(path)
    bad = [
        f"{name}: {said!r}"
        for name, facts in table.entries.items()
        for fact in facts.values()
        for said in _names_in(fact)
        if not _DOTTED.fullmatch(said)
    ]
    bad += [
        f"{name}: {base!r}"
        for name, bases in table.parents.items()
        for base in bases
        if not _DOTTED.fullmatch(base)
    ]
    assert bad == []


def _names_in(fact: Fact | None) -> list[str]:
    match fact:
        case Returns(type=said) | Enters(type=said):
            return [said]
        case Attributes(types=pairs):
            return [said for _, said in pairs]
        case Blocking(instead=str(said)):
            return [said]
    return []


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_words_are_those_the_rules_know(path: Path) -> None:
    """What blocks, how a resource is entered and a generic's example are spelt as agreed."""
    bad = []
    for name, facts in _alone(path).entries.items():
        for fact in facts.values():
            match fact:
                case Blocking(what=what) if what not in _WHAT_BLOCKS:
                    bad.append(f"{name}: blocking {what!r}")
                case RunsEventLoop(runs=runs) if runs not in (None, "coroutine", "function"):
                    bad.append(f"{name}: runs {runs!r}")
                case Resource(context=context) if context not in _CONTEXTS:
                    bad.append(f"{name}: context {context!r}")
                case Generic(example=example) if "[" not in example:
                    bad.append(f"{name}: generic {example!r}")
    assert bad == []


@pytest.mark.parametrize("path", _FILES, ids=_ids)
def test_aliases_do_not_hide_facts(path: Path) -> None:
    """No fact is stated under a spelling that stands for another name."""
    table = _together()
    stated = [name for name in _alone(path).entries if not name.endswith("*")]
    assert [name for name in stated if table.canonical(name) != name] == []
