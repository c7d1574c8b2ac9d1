"""Which rules a configuration asks for, how bad their findings are, and where they are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surefoot.catalog.entries import EVERYTHING, Catalog, UnknownRule
from surefoot.config.settings import Config, ConfigError, Selection
from surefoot.model import Severity


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rules of a run by name, sorted by code.

    `severities` holds the severities that differ from the rules' own; `per_file_ignores`
    the rules left out below each glob; `never_suppress` those no comment may silence.
    """

    rules: tuple[str, ...]
    severities: Mapping[str, Severity]
    per_file_ignores: tuple[tuple[str, frozenset[str]], ...]
    never_suppress: frozenset[str]


def choose(catalog: Catalog, config: Config) -> Chosen:
    """Return what `config` makes of the catalogue; the profile `strict` starts from all rules.

    A word of `severity` may be a name, a code or a family; the narrower one counts.
    Raises `ConfigError` for a word that stands for no rule.
    """
    _check(catalog, config)
    of_file = Selection(config.select, config.extend_select, config.ignore)
    if config.profile == "strict" and of_file.select is None:
        of_file = Selection((EVERYTHING,), of_file.extend_select, of_file.ignore)
    names = catalog.select([of_file, config.command_line])
    levels: dict[str, Severity | None] = {}
    by_breadth = sorted(config.severity, key=lambda word: len(catalog.matching(word)), reverse=True)
    for word in by_breadth:
        levels.update(dict.fromkeys(catalog.matching(word), config.severity[word]))
    off = {name for name, level in levels.items() if level is None}
    return Chosen(
        rules=tuple(name for name in names if name not in off),
        severities={name: level for name, level in levels.items() if level is not None},
        per_file_ignores=tuple(
            (glob, _all(catalog, words)) for glob, words in config.per_file_ignores.items()
        ),
        never_suppress=_all(catalog, config.never_suppress),
    )


def _all(catalog: Catalog, words: Sequence[str]) -> frozenset[str]:
    return frozenset(name for word in words for name in catalog.matching(word))


def _check(catalog: Catalog, config: Config) -> None:
    asked = config.command_line
    command_line = "command line"
    places: list[tuple[str, Sequence[str], str]] = [
        ("--select", asked.select or (), command_line),
        ("--extend-select", asked.extend_select, command_line),
        ("--ignore", asked.ignore, command_line),
        ("select", config.select or (), ""),
        ("extend-select", config.extend_select, ""),
        ("ignore", config.ignore, ""),
        ("severity", tuple(config.severity), ""),
        ("never-suppress", config.never_suppress, ""),
        *(("per-file-ignores", words, "") for words in config.per_file_ignores.values()),
    ]
    for key, words, origin in places:
        for word in words:
            try:
                catalog.matching(word)
            except UnknownRule as error:
                where = origin or _origin(config, key)
                raise ConfigError(f"{where}: `{key}`: {error}") from None


def _origin(config: Config, key: str) -> str:
    """Return where the file sets `key`, although the command line may outrank it."""
    origin = config.origin(key)
    return origin if origin != "command line" else config.file or origin
