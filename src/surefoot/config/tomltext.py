"""TOML as text: what parsers do not tell, the lines on which keys and values stand."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from surefoot.config.settings import ConfigError

PYPROJECT = "pyproject.toml"

_HEADER = re.compile(r"\s*\[\[?([^\]#]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"\n]*"|'[^'\n]*'""")
_POSITION = re.compile(r"\s*\(at line (\d+), column (\d+)\)")


def parse(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; `ValueError` where it is not TOML."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A configuration file: its name as shown to people, its text, and our table in it."""

    path: str
    shown: str
    text: str
    table: tuple[str, ...]
    values: dict[str, Any]

    @property
    def directory(self) -> str:
        return os.path.dirname(self.path)

    def where(self, keys: Iterable[str] = (), value: object = None) -> str:
        """Return `name:line` of a key of our table, or of a value below it."""
        line = line_of(self.text, (*self.table, *keys), value)
        return f"{self.shown}:{line}" if line else self.shown

    def error(self, keys: Iterable[str], problem: str, value: object = None) -> ConfigError:
        """Return the error that points at a key of our table."""
        return ConfigError(f"{self.where(keys, value)}: {problem}")


def read(path: str, shown: str, table: tuple[str, ...]) -> TomlFile | None:
    """Return the file at `path`, or `None` where it has no such `table`.

    Raises `ConfigError` where it cannot be read or is not TOML. A file that does not
    even mention the last name of `table` is not parsed.
    """
    try:
        with open(path, "rb") as stream:
            content = stream.read()
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}") from error
    if table and table[-1].encode() not in content:
        return None
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown}:{line}: not UTF-8: {error.reason}") from error
    try:
        values: Any = parse(text)
    except ValueError as error:
        problem = str(error)
        at = _POSITION.search(problem)
        line_text = f":{at[1]}" if at else ""
        plain = _POSITION.sub("", problem)
        raise ConfigError(f"{shown}{line_text}: not valid TOML: {plain}") from error
    for depth, name in enumerate(table, 1):
        if not isinstance(values, dict) or name not in values:
            return None
        values = values[name]
        if not isinstance(values, dict):
            found = line_of(text, table[:depth], None)
            at_line = f":{found}" if found else ""
            raise ConfigError(f"{shown}{at_line}: `{'.'.join(table[:depth])}` must be a table")
    return TomlFile(path, shown, text, table, values)


def read_own(path: str, shown: str) -> TomlFile | None:
    """Read a configuration of ours: our table of a `pyproject.toml`, any other file whole."""
    is_pyproject = os.path.basename(path) == PYPROJECT
    return read(path, shown, ("tool", "surefoot") if is_pyproject else ())


def line_of(text: str, keys: tuple[str, ...], value: object) -> int | None:
    """Return the line of the longest leading part of `keys`, or of `value` after it.

    `value` is looked for as a quoted string from the line of the key onwards, up to the
    next key of a table. `None` where nothing is found.
    """
    table: tuple[str, ...] = ()
    best = (0, 0)
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _parts(header[1])
            path = table
        elif key := _KEY.match(line):
            path = (*table, *_parts(key[1]))
        else:
            continue
        shared = len(path) if path == keys[: len(path)] else 0
        if shared > best[0]:
            best = (shared, number)
    if not best[1]:
        return None
    wanted = [value] if isinstance(value, str) else []
    if best[0] < len(keys):
        wanted.append(keys[-1])
    for word in wanted:
        if found := _line_of_word(lines, best[1], word):
            return found
    return best[1]


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _line_of_word(lines: list[str], start: int, word: str) -> int | None:
    """Return the first line from `start` on, within one entry, that spells `word`."""
    pattern = re.compile(rf"""(?<![\w-]){re.escape(word)}(?![\w-])""")
    for number in range(start, len(lines) + 1):
        line = lines[number - 1]
        if number > start and (_HEADER.match(line) or _KEY.match(line)):
            return None
        if pattern.search(line):
            return number
    return None
