"""The versions of libraries that a project has pinned, from its lock files."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surefoot.config.tomltext import parse

_PIN = re.compile(
    r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]\n]*\])?\s*\(?\s*={2,3}\s*([\w.!+-]+)(?![\w.*!+-])",
    re.MULTILINE,
)
_PACKAGE = re.compile(r"^\[\[packages?\]\][ \t]*$", re.MULTILINE)
_NAME = re.compile(r"""^name\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_VERSION = re.compile(r"""^version\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE)
_EXACT = re.compile(r"(?:==)?\s*(\d[\w.!+-]*)")
_TOML_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


@dataclass(frozen=True, slots=True)
class Locked:
    """Versions by normalised distribution name, and notices of files that made no sense."""

    versions: Mapping[str, str]
    notices: tuple[str, ...] = ()


def normalized(distribution: str) -> str:
    """Return the name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def locked_versions(root: str) -> Locked:
    """Return what the lock files, requirements and `pyproject.toml` in `root` pin exactly.

    The first file that pins a distribution counts, in the order uv, Poetry, PDM, pylock,
    Pipenv, requirements, pyproject. A distribution that one file pins to several
    versions (for several Pythons) is left out. Files that cannot be understood are
    passed over with a notice.
    """
    versions: dict[str, str | None] = {}
    notices: list[str] = []
    for path, read in _sources(root):
        try:
            with open(path, encoding="utf-8-sig") as stream:
                pins = read(stream.read())
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError) as error:
            name = os.path.relpath(path, root)
            notices.append(f"{name}: not used for library versions: {error}")
            continue
        for name, version in _unambiguous(pins).items():
            versions.setdefault(name, version)
    known = {name: version for name, version in versions.items() if version is not None}
    return Locked(known, tuple(notices))


def _sources(root: str) -> Iterator[tuple[str, Any]]:
    """Yield the files that may pin versions, most trusted first, each with its reader."""
    for name in _TOML_LOCKS:
        yield os.path.join(root, name), _toml_lock
    yield os.path.join(root, "Pipfile.lock"), _pipfile_lock
    escaped = glob.escape(root)
    found = glob.glob(os.path.join(escaped, "requirements*.txt"))
    found += glob.glob(os.path.join(escaped, "requirements", "*.txt"))
    for path in sorted(found, key=lambda path: (len(path), path)):
        yield path, _PIN.findall
    yield os.path.join(root, "pyproject.toml"), _pyproject


def _unambiguous(pins: list[tuple[str, str]]) -> dict[str, str | None]:
    """Return one version per distribution; `None` where there are several."""
    versions: dict[str, str | None] = {}
    for name, version in pins:
        key = normalized(name)
        versions[key] = version if versions.get(key, version) == version else None
    return versions


def _toml_lock(text: str) -> list[tuple[str, str]]:
    """Read `[[package]]` entries line by line, a tenth of the cost of parsing the file."""
    pins = []
    entries = _PACKAGE.split(text)[1:]
    if text.strip() and not entries and "version" not in text:
        raise ValueError("it holds no packages")
    for entry in entries:
        body = entry.partition("\n[")[0]
        name, version = _NAME.search(body), _VERSION.search(body)
        if name and version:
            pins.append((name[1], version[1]))
    return pins


def _pipfile_lock(text: str) -> list[tuple[str, str]]:
    import json

    data = json.loads(text)
    pins = []
    for group in ("default", "develop"):
        packages = data.get(group) if isinstance(data, dict) else None
        for name, package in packages.items() if isinstance(packages, dict) else ():
            version = package.get("version") if isinstance(package, dict) else None
            if isinstance(version, str) and version.startswith("=="):
                pins.append((name, version.lstrip("=")))
    return pins


def _pyproject(text: str) -> list[tuple[str, str]]:
    if "==" not in text and "poetry" not in text:
        return []
    data = parse(text)
    pins: list[tuple[str, str]] = []
    project = _table(data, "project")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    lists.extend(_table(data, "dependency-groups").values())
    for requirements in lists:
        if isinstance(requirements, list):
            for requirement in requirements:
                if isinstance(requirement, str) and (pin := _PIN.match(requirement)):
                    pins.append((pin[1], pin[2]))
    poetry = _table(_table(data, "tool"), "poetry")
    for name, wanted in _table(poetry, "dependencies").items():
        version = wanted.get("version") if isinstance(wanted, dict) else wanted
        exact = _EXACT.fullmatch(version) if isinstance(version, str) else None
        if exact and name != "python":
            pins.append((name, exact[1]))
    return pins


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}
