"""The keys of the configuration: what each may hold, and how it becomes a setting."""

from __future__ import annotations

import keyword
import math
import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from surefoot.config.globs import GlobError, Globs
from surefoot.config.settings import PROFILES, ConfigError
from surefoot.config.tomltext import TomlFile
from surefoot.model import Confidence, Severity

SEVERITIES = tuple(level.label for level in reversed(Severity))
CONFIDENCES = tuple(level.label for level in reversed(Confidence))

_DOTTED_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CONSTANT = re.compile(rf"{_DOTTED_NAME.pattern}(?::{_DOTTED_NAME.pattern})?")

Reader = Callable[[TomlFile, str, Any], Any]


def suggestion(word: str, valid: Iterable[str]) -> str:
    """Return `; did you mean ...?` for the nearest of `valid`, or the whole list if short."""
    import difflib

    choices = sorted(valid)
    by_lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{by_lower[near[0]]}`?"
    if 0 < len(choices) <= 8:
        return f"; it must be one of {', '.join(f'`{choice}`' for choice in choices)}"
    return ""


def read_table(file: TomlFile) -> dict[str, Any]:
    """Return the settings of our table by the names of `Config`'s fields.

    Raises `ConfigError` for an unknown key and for every value that cannot be.
    """
    settings = {}
    for key, value in file.values.items():
        reader = OPTIONS.get(key)
        if reader is None:
            hint = suggestion(key, OPTIONS)
            raise file.error([key], f"unknown key `{key}`{hint}")
        settings[field_name(key)] = reader(file, key, value)
    return settings


def field_name(key: str) -> str:
    """Return the field of `Config` that holds the setting `key`."""
    return key.replace("-", "_")


def show(value: object) -> str:
    """Return a value as TOML spells it, near enough for a message."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(show, value))}]"
    if isinstance(value, dict):
        return "a table"
    return str(value)


def _strings(file: TomlFile, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise file.error([key], f"`{key}` must be a list of strings, not {show(value)}")
    for item in value:
        if not isinstance(item, str):
            raise file.error([key], f"`{key}` must hold strings only, not {show(item)}")
        if not item.strip():
            raise file.error([key], f"`{key}` holds an empty string")
    return tuple(value)


def _dotted_names(file: TomlFile, key: str, value: Any) -> tuple[str, ...]:
    names = _strings(file, key, value)
    for name in names:
        if not _DOTTED_NAME.fullmatch(name):
            raise file.error([key], f'`{key}`: "{name}" is not a dotted name', name)
    return names


def _globs(file: TomlFile, key: str, value: Any) -> tuple[str, ...]:
    patterns = _strings(file, key, value)
    for pattern in patterns:
        _check_glob(file, [key], pattern)
    return patterns


def _check_glob(file: TomlFile, keys: list[str], pattern: str) -> None:
    try:
        Globs([pattern])
    except GlobError as error:
        problem = f'`{keys[0]}`: bad glob "{pattern}": {error}'
        raise file.error(keys, problem, pattern) from error


def _table(file: TomlFile, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise file.error([key], f"`{key}` must be a table, not {show(value)}")
    return value


def _severity_of(file: TomlFile, keys: list[str], value: Any, also: tuple[str, ...]) -> str:
    valid = (*SEVERITIES, *also)
    if not isinstance(value, str) or value not in valid:
        hint = suggestion(value, valid) if isinstance(value, str) else suggestion("", valid)
        dotted = ".".join(keys)
        raise file.error(keys, f"`{dotted}`: unknown severity {show(value)}{hint}", value)
    return value


def _severities(file: TomlFile, key: str, value: Any) -> dict[str, Severity | None]:
    levels: dict[str, Severity | None] = {}
    for rule, level in _table(file, key, value).items():
        label = _severity_of(file, [key, rule], level, ("off",))
        levels[rule] = None if label == "off" else Severity.from_label(label)
    return levels


def _fail_on(file: TomlFile, key: str, value: Any) -> Severity:
    return Severity.from_label(_severity_of(file, [key], value, ()))


def _min_confidence(file: TomlFile, key: str, value: Any) -> Confidence:
    return Confidence.from_label(_one_of(file, key, value, CONFIDENCES))


def _profile(file: TomlFile, key: str, value: Any) -> str:
    return _one_of(file, key, value, PROFILES)


def _one_of(file: TomlFile, key: str, value: Any, valid: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in valid:
        hint = suggestion(value if isinstance(value, str) else "", valid)
        raise file.error([key], f"`{key}` cannot be {show(value)}{hint}", value)
    return value


def _per_file(file: TomlFile, key: str, value: Any) -> dict[str, tuple[str, ...]]:
    ignores = {}
    for pattern, rules in _table(file, key, value).items():
        _check_glob(file, [key, pattern], pattern)
        if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
            problem = f'`{key}`: "{pattern}" must have a list of rules, not {show(rules)}'
            raise file.error([key, pattern], problem)
        ignores[pattern] = tuple(rules)
    return ignores


def _boolean(file: TomlFile, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise file.error([key], f"`{key}` must be true or false, not {show(value)}")
    return value


def _jobs(file: TomlFile, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise file.error([key], f"`{key}` must be a whole number from 1, not {show(value)}")
    return value


def _seconds(file: TomlFile, key: str, value: Any) -> float | str:
    if isinstance(value, str):
        return _constant(file, key, value, "seconds above 0")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise _no_default(file, key, value, "seconds above 0")
    return value


def _attempts(file: TomlFile, key: str, value: Any) -> int | str:
    if isinstance(value, str):
        return _constant(file, key, value, "a whole number from 1")
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _no_default(file, key, value, "a whole number from 1")
    return value


def _constant(file: TomlFile, key: str, value: str, number: str) -> str:
    parts = value.split(".")
    if not _CONSTANT.fullmatch(value) or any(map(keyword.iskeyword, re.split("[.:]", value))):
        raise _no_default(file, key, value, number)
    if len(parts) < 2 and ":" not in value:
        problem = f'`{key}`: "{value}" needs its module, as in `app.settings.{value}`'
        raise file.error([key], problem, value)
    return value


def _no_default(file: TomlFile, key: str, value: Any, number: str) -> ConfigError:
    problem = (
        f"`{key}` must be {number} or the name of a constant such as "
        f'"app.settings.TIMEOUT", not {show(value)}'
    )
    return file.error([key], problem, value if isinstance(value, str) else None)


def _path(file: TomlFile, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise file.error([key], f"`{key}` must be a path, not {show(value)}")
    return _absolute(file, value)


def _facts(file: TomlFile, key: str, value: Any) -> tuple[str, ...]:
    paths = []
    for name in _strings(file, key, value):
        path = _absolute(file, name)
        if not os.path.isfile(path):
            hint = _similar_file(path)
            raise file.error([key], f'`{key}`: there is no file "{name}"{hint}', name)
        paths.append(path)
    return tuple(paths)


def _similar_file(path: str) -> str:
    directory, name = os.path.split(path)
    try:
        present = os.listdir(directory)
    except OSError:
        return ""
    return suggestion(name, [entry for entry in present if entry.endswith((".yaml", ".yml"))])


def _roots(file: TomlFile, key: str, value: Any) -> tuple[str, ...]:
    roots = []
    for name in _strings(file, key, value):
        path = _absolute(file, name)
        if not os.path.isdir(path):
            raise file.error([key], f'`{key}`: there is no directory "{name}"', name)
        relative = os.path.relpath(path, os.path.realpath(file.directory)).replace(os.sep, "/")
        if relative == ".." or relative.startswith("../"):
            raise file.error([key], f'`{key}`: "{name}" lies outside the project', name)
        roots.append(relative)
    return tuple(roots)


def _absolute(file: TomlFile, name: str) -> str:
    directory = os.path.realpath(file.directory)
    return os.path.normpath(os.path.join(directory, os.path.expanduser(name)))


OPTIONS: dict[str, Reader] = {
    "select": _strings,
    "extend-select": _strings,
    "ignore": _strings,
    "severity": _severities,
    "per-file-ignores": _per_file,
    "profile": _profile,
    "min-confidence": _min_confidence,
    "fail-on": _fail_on,
    "never-suppress": _strings,
    "exclude": _globs,
    "extend-exclude": _globs,
    "respect-gitignore": _boolean,
    "force-exclude": _boolean,
    "roots": _roots,
    "facts": _facts,
    "exception-reporters": _dotted_names,
    "default-timeout": _seconds,
    "default-retries": _attempts,
    "default-backoff": _seconds,
    "baseline": _path,
    "never-baseline": _strings,
    "cache-dir": _path,
    "jobs": _jobs,
}
"""Every key of the table and what reads it."""
