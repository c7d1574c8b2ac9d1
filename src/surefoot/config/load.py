"""From files and the command line to a `Config`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from surefoot.config.options import OPTIONS, field_name, read_table
from surefoot.config.settings import COMMAND_LINE, Config, ConfigError, Selection
from surefoot.config.tomltext import PYPROJECT, TomlFile, read_own
from surefoot.model import Confidence

SUREFOOT_TOML = "surefoot.toml"

_REPOSITORIES = (".git", ".hg")
_STRICT = "profile strict"
_SELECTION = ("select", "extend_select", "ignore")


def load_config(
    paths: Sequence[str] = (), *, config_file: str | None = None, cwd: str | None = None
) -> Config:
    """Return the configuration that holds for `paths` (empty: the current directory).

    The nearest `surefoot.toml`, or `pyproject.toml` with a table `[tool.surefoot]`, from
    the paths' common directory upwards counts, and it alone. `config_file` names another.
    Raises `ConfigError` for every mistake in the file that counts.
    """
    here = os.path.realpath(cwd if cwd is not None else os.getcwd())
    start = common_directory(paths, here)
    if config_file is not None:
        file: TomlFile | None = _named(config_file, here)
    else:
        file = next(_candidates(start, here), None)
    if file is None:
        return Config(root=_marked_directory(start) or start)
    settings = read_table(file)
    origins = {key: file.where([key]) for key in file.values}
    root = os.path.realpath(file.directory)
    return _profiled(Config(root=root, file=file.path, origins=origins, **settings))


def common_directory(paths: Sequence[str], cwd: str) -> str:
    """Return the deepest directory that holds all `paths`; `cwd` where there are none."""
    named = set()
    for path in paths:
        absolute = os.path.join(cwd, path)
        is_file = path.endswith((".py", ".pyi")) or not os.path.isdir(absolute)
        named.add(os.path.dirname(absolute) if is_file else absolute)
    directories = {os.path.realpath(directory) for directory in named}
    if not directories:
        return cwd
    try:
        return os.path.commonpath(directories)
    except ValueError:
        return cwd


def with_command_line(config: Config, **values: Any) -> Config:
    """Return `config` with `values`, by field name, put over it; `None` is not given.

    `select`, `extend_select` and `ignore` become `config.command_line`, `severity` is
    merged key by key, all others replace what the file says.
    """
    known = {field.name for field in fields(Config)}
    given = {name: value for name, value in values.items() if value is not None}
    if unknown := given.keys() - known:
        raise TypeError(f"no such settings: {', '.join(sorted(unknown))}")
    origins = dict(config.origins)
    for name in given:
        origins[name.replace("_", "-")] = COMMAND_LINE
    asked = {name: tuple(given.pop(name)) for name in _SELECTION if name in given}
    if asked:
        given["command_line"] = Selection(**asked)
    if "severity" in given:
        given["severity"] = {**config.severity, **given["severity"]}
    return _profiled(replace(config, origins=origins, **given))


def _profiled(config: Config) -> Config:
    """Return `config` with what its profile means for values nobody gave."""
    origins = dict(config.origins)
    if origins.get("min-confidence") == _STRICT:
        del origins["min-confidence"]
        config = replace(config, min_confidence=Config(config.root).min_confidence, origins=origins)
    if config.profile != "strict" or "min-confidence" in origins:
        return config
    origins["min-confidence"] = _STRICT
    return replace(config, min_confidence=Confidence.LOW, origins=origins)


def settings_shown(config: Config) -> list[tuple[str, Any, str]]:
    """Return key, value and origin of every setting, as `surefoot config show` lists them."""
    rows: list[tuple[str, Any, str]] = []
    for key in OPTIONS:
        name = field_name(key)
        value = getattr(config, name)
        origin = config.origin(key)
        if origin == COMMAND_LINE and name in _SELECTION:
            value = getattr(config.command_line, name)
        rows.append((key, value, origin))
    return rows


def _candidates(start: str, here: str) -> Iterator[TomlFile]:
    """Yield the files that may count, nearest first."""
    for directory in upwards(start):
        for name in (SUREFOOT_TOML, PYPROJECT):
            path = os.path.join(directory, name)
            if os.path.isfile(path) and (file := read_own(path, _shown(path, here))):
                yield file


def _named(config_file: str, here: str) -> TomlFile:
    """Return the file that the user named."""
    path = os.path.join(here, config_file)
    shown = _shown(path, here)
    file = read_own(path, shown)
    if file is None:
        raise ConfigError(f"{shown}: there is no table `[tool.surefoot]` in it")
    return file


def upwards(directory: str) -> Iterator[str]:
    """Yield `directory` and all that it lies in, nearest first."""
    while True:
        yield directory
        parent = os.path.dirname(directory)
        if parent == directory:
            return
        directory = parent


def _marked_directory(start: str) -> str | None:
    """Return the top of the repository that a directory lies in; where it lies in none, or in
    one that keeps a whole home directory, the nearest directory with a `pyproject.toml`."""
    home = os.path.realpath(os.path.expanduser("~"))
    for directory in upwards(start):
        is_top = any(os.path.exists(os.path.join(directory, name)) for name in _REPOSITORIES)
        if is_top and (directory != home or directory == start):
            return directory
    for directory in upwards(start):
        if os.path.exists(os.path.join(directory, PYPROJECT)):
            return directory
    return None


def _shown(path: str, here: str) -> str:
    """Return `path` as people in the directory `here` would type it."""
    try:
        return os.path.relpath(path, here)
    except ValueError:
        return path
