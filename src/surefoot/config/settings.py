"""The settings of a project: one frozen value that every stage may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from surefoot.model import Confidence, Defaults, Severity

DEFAULT_EXCLUDES = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".surefoot_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""Directories that hold no source of the project. One that is a package is kept."""

PROFILES = ("default", "strict")
"""`strict` runs every rule and shows findings of low confidence."""

COMMAND_LINE = "command line"
"""The origin of what was given there."""


class ConfigError(Exception):
    """A mistake in the configuration; the text says where, what, and what would be right."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Rules asked for in one place: `select` is `None` where the default set stands."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """What a project wants, with defaults filled in.

    `root` is the absolute, symlink-free path of the project; `file` the configuration
    file that was read. Globs are relative to `root`; `facts`, `baseline` and `cache_dir`
    are absolute. A severity of `None` switches the rule off. The defaults are what fixes
    insert: a number or the name of a constant. `command_line` holds the
    rules asked for there, which outrank those of the file. `origins` tells for every key
    where its value came from: `pyproject.toml:12`, `default` or `command line`.
    """

    root: str
    file: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity | None] = field(default_factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    profile: str = "default"
    min_confidence: Confidence = Confidence.MEDIUM
    fail_on: Severity = Severity.WARNING
    never_suppress: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDES
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    roots: tuple[str, ...] | None = None
    facts: tuple[str, ...] = ()
    exception_reporters: tuple[str, ...] = ()
    baseline: str | None = None
    never_baseline: tuple[str, ...] = ()
    default_timeout: float | str | None = None
    default_retries: int | str | None = None
    default_backoff: float | str | None = None
    cache_dir: str | None = None
    jobs: int | None = None
    command_line: Selection = Selection()
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def defaults(self) -> Defaults:
        """The values that fixes may insert."""
        return Defaults(self.default_timeout, self.default_retries, self.default_backoff)

    def origin(self, key: str) -> str:
        """Return where the value of `key` (spelt as in the file) came from."""
        return self.origins.get(key, "default")
