"""The facts of a run: known by a digest, loaded only when something has to be examined."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot.cache import Cache, digest
from surefoot.config import Config, locked_versions
from surefoot.config.locked import normalized
from surefoot.facts.shipped import facts_files

if TYPE_CHECKING:
    from surefoot.facts.table import FactTable

_DISTRIBUTION = re.compile(rb"^distribution:[ \t]*[\"']?([\w.-]+)", re.MULTILINE)


class Factbook:
    """The shipped facts and a project's own, for the library versions the project has locked.

    `digest` changes with anything the table is made of.
    """

    def __init__(self, config: Config, cache: Cache, program: bytes) -> None:
        self._cache = cache
        self._files = [*facts_files(), *map(Path, config.facts)]
        self._reporters = config.exception_reporters
        locked = locked_versions(config.root)
        self.notices = locked.notices
        self._versions: dict[str, str] = {}
        parts: list[str | bytes] = [program]
        for file in self._files:
            content = _bytes(file)
            parts += [file.name, content]
            for distribution in _DISTRIBUTION.findall(content):
                name = distribution.decode("ascii", "replace")
                version = locked.versions.get(normalized(name))
                if version is not None:
                    self._versions[name] = version
        parts += [repr(sorted(self._versions.items())), repr(self._reporters)]
        self.digest = digest("facts", *parts)

    @cached_property
    def table(self) -> FactTable:
        """All facts. Raises `FactError` for a mistake in a file of facts."""
        known: FactTable | None = self._cache.load([self.digest]).get(self.digest)
        if known is None:
            known = self._load()
            self._cache.store({self.digest: known})
        return known

    def _load(self) -> FactTable:
        from surefoot.facts.kinds import Reports
        from surefoot.facts.load import load

        table = load(self._files, self._versions)
        for name in self._reporters:
            table.entries.setdefault(name, {})[Reports] = Reports("exception")
        return table


def _bytes(file: Path) -> bytes:
    """Return what is in a file; nothing where it cannot be read, which loading will tell."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
