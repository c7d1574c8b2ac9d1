"""From paths to the Python files to examine, and from a file to its module name."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from surefoot.config import DEFAULT_EXCLUDES, Config
from surefoot.config.globs import globs
from surefoot.listing import PYTHON, Listing, list_directory
from surefoot.model import Skipped


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
    files = sorted(path for path in listing.files if not excludes.cover(path))
    skipped = [each for each in listing.skipped if not excludes.cover(each.path)]
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
    skipped: list[Skipped] = []
    notices: list[str] = []
    for path in paths or (".",):
        absolute, relative = places.locate(path)
        if relative in known:
            found.add(relative)
        elif not os.path.lexists(absolute):
            raise MissingPath(path)
        elif os.path.isdir(absolute):
            absolute = os.path.realpath(absolute)
            relative = places.relative(absolute)
            inside = list(_inside(project.files, relative))
            if not inside and config.force_exclude:
                if excludes.cover(relative):
                    skipped.append(Skipped(relative, "excluded by the configuration"))
            elif not inside:
                listing = _list_named(absolute, relative, config, excludes)
                inside = listing.files
                skipped.extend(listing.skipped)
                notices.extend(listing.notices)
            found.update(inside)
        elif reason := _reason_against(absolute, relative, config, excludes):
            skipped.append(Skipped(relative, reason))
        else:
            found.add(relative)
    return Files(tuple(sorted(found)), tuple(skipped), tuple(notices), project.roots)


def is_excluded(path: str, config: Config) -> bool:
    """Tell whether the configuration excludes the file `path`, relative to the root."""
    return _Excludes(config).cover(path)


def is_package(path: str) -> bool:
    """Tell whether the file `path` is a package's own (`__init__.py`)."""
    return path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")


def module_name(path: str, roots: Mapping[str, str]) -> str:
    """Return the dotted name by which Python imports the file `path`.

    The deepest of `roots` that holds the file counts. Directories without `__init__.py`
    are namespace packages. The name of a package's `__init__.py` is the package's own.
    """
    directory, _, name = path.rpartition("/")
    stem = name.rpartition(".")[0] if name.endswith(PYTHON) else name
    parts = [] if stem == "__init__" else [stem]
    while directory not in roots and directory:
        directory, _, last = directory.rpartition("/")
        parts.append(last)
    if package := roots.get(directory, ""):
        parts.append(package)
    return ".".join(reversed(parts))


def source_roots(
    root: str, config: Config, files: Sequence[str], markers: Iterable[str] = ()
) -> dict[str, str]:
    """Return the source roots: those configured, or those the layout shows.

    Shown by the layout are the project root, every directory with a project file such
    as `pyproject.toml`, `setup.py` or `manage.py`, and a `src` beside one; never one
    that is itself a package. `markers` are the paths of those project files.
    """
    if config.roots is not None:
        return {"" if name == "." else name: "" for name in config.roots} or {"": ""}
    packages = {path.rpartition("/")[0] for path in files if is_package(path)}
    holding = {"", *(marker.rpartition("/")[0] for marker in markers)}
    roots = {}
    for directory in holding:
        source = f"{directory}/src" if directory else "src"
        for candidate in (directory, source):
            if candidate not in packages and (not candidate or _holds(files, candidate)):
                roots[candidate] = ""
    roots[""] = _package_above(root) if "" in packages else ""
    return roots


def _package_above(root: str) -> str:
    """Return the dotted name of the package whose directory is `root`."""
    parts: list[str] = []
    while os.path.exists(os.path.join(root, "__init__.py")):
        root, name = os.path.split(root)
        if not name:
            break
        parts.append(name)
    return ".".join(reversed(parts))


def _holds(files: Sequence[str], directory: str) -> bool:
    return next(_inside(files, directory), None) is not None


def _inside(files: Sequence[str], directory: str) -> Iterator[str]:
    """Yield those of the sorted `files` that lie in `directory` (empty: all)."""
    prefix = f"{directory}/" if directory else ""
    for index in range(bisect_left(files, prefix), len(files)):
        if not files[index].startswith(prefix):
            return
        yield files[index]


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


def _list_named(absolute: str, relative: str, config: Config, excludes: _Excludes) -> Listing:
    """List a directory that was named; what excludes it as a whole does not count."""
    prefix = f"{relative}/" if relative else ""

    def excluded(path: str) -> bool:
        return excludes.cover(prefix + path, relative)

    listing = list_directory(absolute, excluded, gitignore=config.respect_gitignore)
    return replace(
        listing,
        files=[prefix + path for path in listing.files if not excluded(path)],
        skipped=[Skipped(prefix + each.path, each.reason) for each in listing.skipped],
    )


def _reason_against(
    absolute: str, relative: str, config: Config, excludes: _Excludes
) -> str | None:
    """Return why a file that was named is not examined; `None` if it is."""
    if not os.path.isfile(absolute):
        return "a broken link" if os.path.islink(absolute) else "not a regular file"
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
