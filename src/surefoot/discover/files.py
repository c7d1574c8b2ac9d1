"""From paths to the Python files to examine."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from surefoot.config import DEFAULT_EXCLUDES, Config
from surefoot.config.globs import globs
from surefoot.discover.listing import PYTHON, Listing, list_directory
from surefoot.discover.modules import inside, source_roots
from surefoot.model import Skipped

_TEMPLATE = "a template that is filled in later: no Python yet"


class MissingPath(Exception):
    """A path that was named does not exist; `path` is spelt as it was given."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no such file or directory: {path}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Files:
    """Paths relative to the project root, with `/`, sorted; and what was left out, and why.

    `roots` maps each source root (a directory from which modules are imported, the
    project root being the empty string) to the package it lies in, mostly none.
    """

    files: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    roots: Mapping[str, str] = field(default_factory=dict)


def project_files(root: str, config: Config) -> Files:
    """Return all Python files of the project at `root`: what linking has to know."""
    excludes = _Excludes(config)
    listing = list_directory(root, excludes.cover, gitignore=config.respect_gitignore)
    wanted = sorted(path for path in listing.files if not excludes.cover(path))
    files = [path for path in wanted if not template_folder(path)]
    skipped = [each for each in listing.skipped if not excludes.cover(each.path)]
    skipped.extend(_templates(wanted))
    roots = source_roots(root, config, files, listing.markers)
    return Files(tuple(files), tuple(skipped), tuple(listing.notices), roots)


def asked_files(
    paths: Sequence[str], root: str, config: Config, project: Files, *, cwd: str | None = None
) -> Files:
    """Return the files that `paths` (relative to `cwd`) ask about: what is reported on.

    Directories stand for the files of `project` in them. A file that is named is
    examined even where it is excluded or ignored, unless `config.force_exclude`; so is
    a named directory of which `project` holds nothing. Raises `MissingPath`.
    """
    places = _Places(root, cwd if cwd is not None else os.getcwd())
    known = frozenset(project.files)
    excludes = _Excludes(config)
    found: set[str] = set()
    markers: list[str] = []
    skipped: dict[Skipped, None] = {}
    notices: list[str] = []
    listed = False
    for path in paths or (".",):
        absolute, relative = places.locate(path)
        if relative in known:
            found.add(relative)
        elif not os.path.lexists(absolute):
            raise MissingPath(path)
        elif os.path.isdir(absolute):
            absolute = os.path.realpath(absolute)
            relative = places.relative(absolute)
            listing = _in_directory(absolute, relative, config, excludes, project)
            found.update(listing.files)
            markers.extend(listing.markers)
            listed = True
            skipped.update(dict.fromkeys(listing.skipped))
            notices.extend(listing.notices)
        elif reason := _reason_against(absolute, relative, config, excludes):
            skipped[Skipped(relative, reason)] = None
        else:
            found.add(relative)
    files = tuple(sorted(found))
    roots = project.roots
    if listed and not project.files:
        roots = source_roots(root, config, files, markers)
    return Files(files, tuple(skipped), tuple(notices), roots)


def template_folder(path: str) -> str:
    """Return the folder, or the file, from which on a path is that of a template and not of
    Python code; empty if it is none: `{{ cookiecutter.name }}/main.py`."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if "{{" in part or "{%" in part:
            return "/".join(parts[: index + 1])
    return ""


def _templates(paths: Sequence[str]) -> list[Skipped]:
    """The templates that paths lie in, each once."""
    folders = dict.fromkeys(filter(None, map(template_folder, paths)))
    return [Skipped(folder, _TEMPLATE) for folder in folders]


def is_excluded(path: str, config: Config) -> bool:
    """Tell whether the configuration excludes the file `path`, relative to the root."""
    return _Excludes(config).cover(path)


class _Excludes:
    """The excludes of a configuration, as questions about paths relative to its root."""

    def __init__(self, config: Config) -> None:
        by_default = config.exclude == DEFAULT_EXCLUDES
        self._root = config.root
        self._usual = frozenset(DEFAULT_EXCLUDES if by_default else ())
        self._wanted = globs((() if by_default else config.exclude) + config.extend_exclude)
        self._packages: dict[str, bool] = {}

    def cover(self, path: str, top: str = "") -> bool:
        """Tell whether `path` is excluded by itself or by a directory below `top`."""
        return self._covered_as_usual(path, top) or self._wanted.cover(path, top)

    def _covered_as_usual(self, path: str, top: str) -> bool:
        parts = path.split("/")
        if self._usual.isdisjoint(parts):
            return False
        above = top.count("/") + 1 if top else 0
        return any(
            part in self._usual and not self._is_package("/".join(parts[: index + 1]))
            for index, part in enumerate(parts)
            if index >= above
        )

    def _is_package(self, directory: str) -> bool:
        known = self._packages.get(directory)
        if known is None:
            init = os.path.join(self._root, directory, "__init__.py")
            known = self._packages[directory] = os.path.exists(init)
        return known


class _Places:
    """Where paths as people type them lie, seen from the project root."""

    def __init__(self, root: str, cwd: str) -> None:
        self._root = root
        self._cwd = cwd
        self._directories: dict[str, str] = {}

    def locate(self, path: str) -> tuple[str, str]:
        """Return `path` absolute, its directory free of symlinks, and relative to the root."""
        directory, name = os.path.split(os.path.normpath(os.path.join(self._cwd, path)))
        real = self._directories.get(directory)
        if real is None:
            real = self._directories[directory] = os.path.realpath(directory)
        absolute = os.path.join(real, name)
        return absolute, self.relative(absolute)

    def relative(self, absolute: str) -> str:
        """Return a real path relative to the root, the root itself being empty."""
        prefix = self._root.rstrip(os.sep) + os.sep
        if absolute.startswith(prefix):
            relative = absolute[len(prefix) :]
        elif absolute == self._root:
            relative = ""
        else:
            try:
                relative = os.path.relpath(absolute, self._root)
            except ValueError:
                relative = absolute
        return relative.replace(os.sep, "/")


def _in_directory(
    absolute: str, relative: str, config: Config, excludes: _Excludes, project: Files
) -> Listing:
    """List a directory that was named: what `project` holds of it, or else what is there.

    In the latter case what excludes the directory as a whole does not count.
    """
    prefix = f"{relative}/" if relative else ""
    files = list(inside(project.files, relative))
    if files or config.force_exclude:
        skipped = [each for each in project.skipped if f"{each.path}/".startswith(prefix)]
        if not files and excludes.cover(relative):
            skipped.append(Skipped(relative, "excluded by the configuration"))
        return Listing(files, skipped=skipped)

    def excluded(path: str) -> bool:
        return excludes.cover(prefix + path, relative)

    listing = list_directory(absolute, excluded, gitignore=config.respect_gitignore)
    wanted = [prefix + path for path in listing.files if not excluded(path)]
    skipped = [
        Skipped((prefix + each.path).rstrip("/") or ".", each.reason) for each in listing.skipped
    ]
    return replace(
        listing,
        files=[path for path in wanted if not template_folder(path)],
        markers=[prefix + path for path in listing.markers],
        skipped=[*skipped, *_templates(wanted)],
    )


def _reason_against(
    absolute: str, relative: str, config: Config, excludes: _Excludes
) -> str | None:
    """Return why a file that was named is not examined; `None` if it is."""
    if not os.path.isfile(absolute):
        return "a broken link" if os.path.islink(absolute) else "not a regular file"
    if template_folder(relative):
        return _TEMPLATE
    if config.force_exclude:
        if excludes.cover(relative):
            return "excluded by the configuration"
        if relative.endswith(PYTHON) and config.respect_gitignore:
            return "ignored by git"
    if relative.endswith(PYTHON):
        return None
    return None if has_python_shebang(absolute) else "not a Python file"


def has_python_shebang(path: str) -> bool:
    """Tell whether the file at `path` has no extension and starts by calling Python."""
    if os.path.splitext(path)[1]:
        return False
    try:
        with open(path, "rb") as stream:
            first = stream.read(128).partition(b"\n")[0]
    except OSError:
        return False
    return first.startswith(b"#!") and b"python" in first
