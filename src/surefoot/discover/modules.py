"""From a file to the name by which Python imports it."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence

from surefoot.config import Config
from surefoot.discover.listing import PYTHON


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
    return next(inside(files, directory), None) is not None


def inside(files: Sequence[str], directory: str) -> Iterator[str]:
    """Yield those of the sorted `files` that lie in `directory` (empty: all)."""
    prefix = f"{directory}/" if directory else ""
    for index in range(bisect_left(files, prefix), len(files)):
        if not files[index].startswith(prefix):
            return
        yield files[index]
