"""What lies in a directory: asked of git where there is git, walked where there is none."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from surefoot import git
from surefoot.model import Skipped

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

PYTHON = (".py", ".pyi")

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "manage.py", "requirements.txt", "Pipfile")
_SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)
_UNREADABLE = re.compile(r"could not open directory '(.*)/': (.*)")

Excluded = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Listing:
    """Python files and project files (`markers`) below a directory, relative to it, with `/`."""

    files: list[str] = field(default_factory=list)
    markers: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def add(self, path: str, name: str) -> None:
        """Take in the file `path`, called `name`, if it is of interest."""
        if name.endswith(PYTHON):
            self.files.append(path)
        if name in _MARKERS:
            self.markers.append(path)


def list_directory(top: str, excluded: Excluded, *, gitignore: bool) -> Listing:
    """List the directory `top` as deep as it goes; links to directories are not followed.

    `gitignore` leaves out what git ignores; files that git tracks are always there.
    Directories that are `excluded` need not be entered, but their files may be listed.
    A `top` that is ignored as a whole is listed as if it were not.
    """
    listing = Listing()
    repository = _repository_of(top) if gitignore else None
    entries = _ask_git(top, listing) if repository else None
    if repository and entries:
        _list_entries(top, repository, entries, excluded, listing)
    else:
        _walk(top, excluded, listing, gitignore=gitignore)
    return listing


def _repository_of(directory: str) -> str | None:
    """Return the top of the git work tree that `directory` lies in."""
    while not os.path.exists(os.path.join(directory, ".git")):
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent
    return directory


def _ask_git(top: str, listing: Listing) -> list[str] | None:
    """Return the files git tracks or does not ignore; `None` if git cannot tell."""
    try:
        found, told = git.ask(top, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    except git.GitTimeout:
        listing.notices.append(f"git did not list {top} within {git.TIMEOUT:g} s; walked it")
        return None
    except git.GitError:
        return None
    for path, reason in _UNREADABLE.findall(os.fsdecode(told)):
        listing.skipped.append(Skipped(path, f"cannot be read: {reason}"))
    return os.fsdecode(found).split("\0")[:-1]


def _list_entries(
    top: str, repository: str, entries: list[str], excluded: Excluded, listing: Listing
) -> None:
    """Keep those of git's entries that are there; enter repositories inside this one."""
    by_directory: dict[str, set[str]] = {}
    interesting = (*PYTHON, *_MARKERS)
    for entry in entries:
        if entry.endswith(interesting):
            directory, _, name = entry.rpartition("/")
            by_directory.setdefault(directory, set()).add(name)
    for directory, names in by_directory.items():
        if not excluded(directory):
            _add_present(top, directory, names, listing)
    nested = [entry[:-1] for entry in entries if entry.endswith("/")]
    for inner in (*nested, *_submodules(top, repository, entries)):
        if not excluded(inner) and os.path.isdir(os.path.join(top, inner)):
            _add_below(top, inner, excluded, listing)


def _add_present(top: str, directory: str, names: set[str], listing: Listing) -> None:
    """Add those of `names` that are files in `directory`: the index may know more."""
    prefix = f"{directory}/" if directory else ""
    try:
        with os.scandir(os.path.join(top, directory)) as scan:
            for entry in scan:
                if entry.name in names:
                    _add_file(entry, prefix + entry.name, listing)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        listing.skipped.append(Skipped(directory, f"cannot be read: {error.strerror}"))


def _submodules(top: str, repository: str, entries: Iterable[str]) -> list[str]:
    """Return the submodules below `top`: git lists them, but not their files."""
    try:
        with open(os.path.join(repository, ".gitmodules"), encoding="utf-8") as stream:
            paths = _SUBMODULE.findall(stream.read())
    except (OSError, ValueError):
        return []
    above = os.path.relpath(top, repository).replace(os.sep, "/")
    prefix = "" if above == "." else f"{above}/"
    inside = {path[len(prefix) :] for path in paths if path.startswith(prefix)}
    return sorted(inside.intersection(entries))


def _add_below(top: str, inner: str, excluded: Excluded, listing: Listing) -> None:
    """Add all of the repository `inner` below `top`."""
    found = list_directory(
        os.path.join(top, inner), lambda path: excluded(f"{inner}/{path}"), gitignore=True
    )
    listing.files.extend(f"{inner}/{path}" for path in found.files)
    listing.markers.extend(f"{inner}/{path}" for path in found.markers)
    listing.skipped.extend(Skipped(f"{inner}/{each.path}", each.reason) for each in found.skipped)
    listing.notices.extend(found.notices)


def _walk(top: str, excluded: Excluded, listing: Listing, *, gitignore: bool) -> None:
    """Add all of `top`, honouring the `.gitignore` files in it if so wished."""
    todo: list[tuple[str, _Ignores | None]] = [("", None)]
    while todo:
        directory, ignores = todo.pop()
        absolute = os.path.join(top, directory) if directory else top
        prefix = f"{directory}/" if directory else ""
        try:
            with os.scandir(absolute) as scan:
                entries = list(scan)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
            listing.skipped.append(Skipped(directory, reason))
            continue
        if gitignore and any(entry.name == ".gitignore" for entry in entries):
            ignores = _Ignores.read(absolute, prefix, ignores)
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                ignored = ignores is not None and ignores.cover(f"{path}/")
                if entry.name != ".git" and not ignored and not excluded(path):
                    todo.append((path, ignores))
            elif entry.name.endswith((*PYTHON, *_MARKERS)) and not (
                ignores and ignores.cover(path)
            ):
                _add_file(entry, path, listing)


def _add_file(entry: os.DirEntry[str], path: str, listing: Listing) -> None:
    """Add a directory entry if it is a file or leads to one."""
    if not entry.is_symlink():
        if entry.is_file(follow_symlinks=False):
            listing.add(path, entry.name)
    elif os.path.isfile(entry.path):
        listing.add(path, entry.name)
    elif not os.path.isdir(entry.path) and not entry.name.startswith(".#"):
        listing.skipped.append(Skipped(path, "a broken link"))


@dataclass(frozen=True, slots=True)
class _Ignores:
    """A `.gitignore` file, and those of the directories above it."""

    prefix: str
    spec: GitIgnoreSpec
    above: _Ignores | None

    @classmethod
    def read(cls, directory: str, prefix: str, above: _Ignores | None) -> _Ignores | None:
        """Read the file in `directory`, passing over lines that are no patterns, as git does."""
        from pathspec import GitIgnoreSpec

        try:
            path = os.path.join(directory, ".gitignore")
            with open(path, encoding="utf-8-sig", errors="surrogateescape") as stream:
                lines = stream.read().split("\n")
        except OSError:
            return above
        valid = []
        for line in lines:
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue
            valid.append(line)
        return cls(prefix, GitIgnoreSpec.from_lines(valid), above)

    def cover(self, path: str) -> bool:
        """Tell whether `path` is ignored; the nearest file with an opinion decides."""
        verdict = self.spec.check_file(path[len(self.prefix) :]).include
        if verdict is None:
            return self.above is not None and self.above.cover(path)
        return verdict
