"""What would have been found in the past: commits checked without touching the work tree."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from surefoot import git
from surefoot.catalog import Catalog
from surefoot.config import Config
from surefoot.history import Snapshot, Store, snapshot
from surefoot.run import cache_directory, check

DAY = 86_400
_UNITS = {"day": DAY, "week": 7 * DAY, "month": 30.4375 * DAY, "year": 365.25 * DAY}
_SPAN = re.compile(r"(?P<count>\d*)\s*(?P<unit>day|week|month|year)s?")
_WANTED = (".py", ".pyi", ".toml", ".cfg", ".lock", ".txt", "/Pipfile")
_LARGEST = 20_000_000


class BackfillError(Exception):
    """The past cannot be looked at; the text says why."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and its time, in seconds since 1970."""

    name: str
    at: int


def seconds(text: str) -> float:
    """Return the seconds of a stretch of time such as `6months`, `week` or `90 days`.

    Raises `BackfillError` for what is none.
    """
    span = _SPAN.fullmatch(text.strip().lower())
    count = int(span["count"] or 1) if span is not None else 0
    if span is None or count == 0:
        raise BackfillError(f"`{text}` is no stretch of time; `6months`, `week` and `90days` are")
    return count * _UNITS[span["unit"]]


def commits(root: str, since: float, every: float) -> list[Commit]:
    """Return the commits of the main line that were the newest at even intervals.

    `since` and `every` are in seconds, counted back from now; the oldest comes first, and none
    comes twice. Raises `BackfillError` where git cannot tell.
    """
    try:
        answer, _ = git.ask(root, "log", "--first-parent", "--format=%H %ct", "HEAD")
    except git.GitError as error:
        raise BackfillError(f"git cannot tell the history of {root}: {error}") from error
    lines = [line.split() for line in answer.decode("ascii").splitlines()]
    line = iter([Commit(name, int(at)) for name, at in lines])
    now = time.time()
    found: list[Commit] = []
    newest = next(line, None)
    for number in range(int(since // every) + 1):
        while newest is not None and newest.at > now - number * every:
            newest = next(line, None)
        if newest is not None and newest not in found[-1:]:
            found.append(newest)
    return found[::-1]


def backfill(
    config: Config,
    catalog: Catalog,
    store: Store,
    wanted: list[Commit],
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Check the commits with today's rules and configuration, and keep what is found.

    Commits that are kept already are passed over. `progress` is told how many of how many are
    done. Returns how many were checked. Raises `BackfillError` where git fails, and what
    `check` raises.
    """
    known = store.commits()
    checked = 0
    with tempfile.TemporaryDirectory(prefix="surefoot-") as folder:
        past = _Past(config.root, Path(os.path.realpath(folder)))
        before: Commit | None = None
        for number, commit in enumerate(wanted):
            if commit.name not in known:
                past.move_to(commit)
                store.add(_checked(config, catalog, past, commit, before))
                checked += 1
            before = commit
            if progress is not None:
                progress(number + 1, len(wanted))
    return checked


def _checked(
    config: Config, catalog: Catalog, past: _Past, commit: Commit, before: Commit | None
) -> Snapshot:
    there = replace(config, root=str(past.folder), cache_dir=str(cache_directory(config)))
    run = check(there, catalog, (str(past.folder),), session_id=f"commit-{commit.name}")
    shown = tuple(each for each in run.findings if each.confidence >= config.min_confidence)
    renamed = past.renames(before, commit) if before is not None else {}
    return snapshot(
        replace(run, findings=shown),
        at=commit.at,
        commit=commit.name,
        source="backfill",
        renamed=renamed,
    )


class _Past:
    """A folder that holds the files of one commit after another."""

    def __init__(self, root: str, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self._blobs: dict[str, str] = {}

    def move_to(self, commit: Commit) -> None:
        """Make the folder hold what the project held at a commit, as far as checks read it."""
        blobs = dict(self._listed(commit))
        for path in self._blobs.keys() - blobs.keys():
            self.folder.joinpath(path).unlink()
        changed = {path: blob for path, blob in blobs.items() if self._blobs.get(path) != blob}
        contents = self._contents(changed.values())
        for path, blob in changed.items():
            if blob not in contents:
                raise BackfillError(
                    f"{path} of commit {commit.name[:8]} is not in this clone; "
                    "`git fetch --refetch --no-filter` brings what a partial clone left out"
                )
            target = self.folder.joinpath(path)
            if target.is_dir():
                _remove_empty(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(contents[blob])
        self._blobs = blobs

    def renames(self, before: Commit, after: Commit) -> dict[str, str]:
        """Return the old and new paths of what was renamed between two commits."""
        try:
            return git.renames(self.root, before.name, after.name)
        except git.GitError:
            return {}

    def _listed(self, commit: Commit) -> Iterator[tuple[str, str]]:
        answer = self._ask("ls-tree", "-r", "-z", "-l", commit.name)
        for line in os.fsdecode(answer).split("\0")[:-1]:
            description, _, path = line.partition("\t")
            mode, kind, blob, size = description.split()
            is_file = kind == "blob" and mode.startswith("100")
            is_inside = not path.startswith("/") and ".." not in path.split("/")
            if not is_file or not is_inside or int(size) > _LARGEST:
                continue
            if f"/{path}".endswith(_WANTED):
                yield path, blob

    def _contents(self, names: Iterable[str]) -> dict[str, bytes]:
        try:
            return git.blobs(self.root, names)
        except git.GitError as error:
            raise BackfillError(f"git cannot tell the history of {self.root}: {error}") from error

    def _ask(self, *arguments: str) -> bytes:
        try:
            answer, _ = git.ask(self.root, *arguments)
        except git.GitError as error:
            raise BackfillError(f"git cannot tell the history of {self.root}: {error}") from error
        return answer


def _remove_empty(directory: Path) -> None:
    """Remove a directory in which there are no files any more."""
    for path in sorted(directory.rglob("*"), reverse=True):
        path.rmdir()
    directory.rmdir()
