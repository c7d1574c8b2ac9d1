"""Which rules run: by name, without importing them."""

from __future__ import annotations

import functools
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surefoot.model import NO_DEFAULTS, Defaults

if TYPE_CHECKING:
    from surefoot.rule import Rule


@dataclass(frozen=True, slots=True, order=True)
class RuleEntry:
    """A rule that can be imported: its name, its module and the name of its class."""

    name: str
    module: str
    qualname: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a run; picklable, cheap, and free of syntax trees.

    `defaults` are the values their fixes may insert.
    """

    entries: tuple[RuleEntry, ...]
    defaults: Defaults = NO_DEFAULTS

    def classes(self) -> tuple[type[Rule], ...]:
        """Import the rules and return their classes in the order of the entries."""
        return _load(self.entries)


@functools.lru_cache(maxsize=8)
def _load(entries: tuple[RuleEntry, ...]) -> tuple[type[Rule], ...]:
    return tuple(
        getattr(importlib.import_module(entry.module), entry.qualname) for entry in entries
    )
