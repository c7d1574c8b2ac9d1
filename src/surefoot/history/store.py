"""The file in which runs are kept: SQLite, one snapshot per run, nothing derived."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from surefoot.model import Run, Severity
from surefoot.pairing import Sign, sign

FILE = "history.sqlite"
_VERSION = 1
_BUSY_SECONDS = 10.0
_TABLES = """
create table if not exists runs (
    id integer primary key,
    session text not null unique,
    at integer not null,
    "commit" text not null,
    source text not null,
    lines integer not null,
    mode text not null,
    fixes integer not null,
    duration real not null,
    rules text not null,
    checked text not null,
    failed text not null,
    whole integer not null,
    renamed text not null
);
create index if not exists runs_by_time on runs (at, id);
create table if not exists seen (
    run integer not null references runs (id) on delete cascade,
    rule text not null,
    path text not null,
    scope text not null,
    text text not null,
    severity integer not null
);
create index if not exists seen_by_run on seen (run);
"""
_NEW = f"begin immediate; {_TABLES} pragma user_version = {_VERSION}; commit;"


class StoreError(Exception):
    """The file cannot be read or written; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one run found, and what it looked at.

    `at` is in seconds since 1970: when the run was made, or when the commit was. `source`
    is `run` or `backfill`. `seen` are the findings with their severities; `renamed` maps
    old paths to new ones since the snapshot before. `whole` tells that all of the project
    was checked.
    """

    session: str
    at: int
    commit: str
    source: str
    lines: int
    mode: str
    fixes: int
    duration: float
    rules: frozenset[str]
    checked: frozenset[str]
    failed: frozenset[str]
    whole: bool
    seen: tuple[tuple[Sign, Severity], ...]
    renamed: Mapping[str, str] = field(default_factory=dict)


def snapshot(
    run: Run,
    *,
    at: float | None = None,
    commit: str = "",
    source: str = "run",
    renamed: Mapping[str, str] | None = None,
) -> Snapshot:
    """Return what is to be kept of a run; `at` is by default now, in seconds since 1970."""
    carried = run.baseline.carried if run.baseline is not None else ()
    return Snapshot(
        session=run.metrics.session_id,
        at=int(time.time() if at is None else at),
        commit=commit,
        source=source,
        lines=run.lines,
        mode=run.metrics.mode,
        fixes=run.metrics.fixes_applied,
        duration=run.metrics.duration,
        rules=frozenset(run.rules),
        checked=frozenset(run.checked),
        failed=frozenset(failure.path for failure in run.failures),
        whole=len(run.checked) == run.examined,
        seen=tuple((sign(each), each.severity) for each in (*run.findings, *carried)),
        renamed=dict(renamed or {}),
    )


class Store:
    """Snapshots in a file, which is made where there is none.

    Several processes may write to it at a time. All methods raise `StoreError`.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the file ready to keep snapshots, before work is spent on one."""
        with self._writing():
            pass

    def holds(self, session: str) -> bool:
        """Return whether there is a snapshot of that name."""
        with self._reading() as connection:
            if connection is None:
                return False
            query = "select 1 from runs where session = ?"
            return connection.execute(query, (_bound(session),)).fetchone() is not None

    def add(self, item: Snapshot) -> bool:
        """Keep a snapshot, and return whether it was not there already, by its session."""
        with self._writing() as connection:
            cursor = connection.execute(
                "insert or ignore into runs values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _bound(item.session),
                    item.at,
                    item.commit,
                    item.source,
                    item.lines,
                    item.mode,
                    item.fixes,
                    item.duration,
                    _list(item.rules),
                    _list(item.checked),
                    _list(item.failed),
                    item.whole,
                    json.dumps(dict(item.renamed)),
                ),
            )
            if not cursor.rowcount:
                return False
            rows = [
                (cursor.lastrowid, *map(_bound, each), int(severity))
                for each, severity in item.seen
            ]
            connection.executemany("insert into seen values (?, ?, ?, ?, ?, ?)", rows)
            return True

    def last(self) -> Snapshot | None:
        """Return the newest snapshot."""
        return next(iter(self.snapshots("order by at desc, id desc limit 1")), None)

    def commits(self) -> set[str]:
        """Return the commits there are snapshots of."""
        with self._reading() as connection:
            if connection is None:
                return set()
            return {row[0] for row in connection.execute('select distinct "commit" from runs')}

    def snapshots(self, order: str = "order by at, id") -> list[Snapshot]:
        """Return the snapshots, the oldest first."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(f"select * from runs {order}").fetchall()
            try:
                return [_snapshot(row, self._seen(connection, row[0])) for row in rows]
            except (TypeError, ValueError) as error:
                raise StoreError(
                    f"{self.path}: holds what surefoot did not write: {error}"
                ) from error

    @staticmethod
    def _seen(connection: sqlite3.Connection, run: int) -> tuple[tuple[Sign, Severity], ...]:
        rows = connection.execute(
            "select rule, path, scope, text, severity from seen where run = ? order by rowid",
            (run,),
        )
        return tuple((Sign(*map(_text, row[:4])), Severity(row[4])) for row in rows)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Lend a connection that writes nothing, so that a read-only file will do.

        None where nothing is kept yet.
        """
        if not os.path.exists(self.path):
            yield None
            return
        with self._connected("ro") as connection:
            yield connection if self._version(connection) else None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in a transaction."""
        try:
            os.makedirs(os.path.dirname(os.path.abspath(self.path)), exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self.path}: cannot be opened: {error.strerror}") from error
        with self._connected("rwc") as connection:
            if not self._version(connection):
                connection.executescript(_NEW)
            connection.execute("pragma foreign_keys = on")
            with connection:
                yield connection

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        address = f"{Path(os.path.abspath(self.path)).as_uri()}?mode={mode}"
        try:
            lent = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)
            with closing(lent) as connection:
                yield connection
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: {error}") from error

    def _version(self, connection: sqlite3.Connection) -> int:
        """Return the version of what is kept; 0 where nothing is."""
        (version,) = connection.execute("pragma user_version").fetchone()
        if version not in (0, _VERSION):
            raise StoreError(f"{self.path}: was written by another version of surefoot ({version})")
        if not version and connection.execute("select 1 from sqlite_master").fetchone():
            raise StoreError(f"{self.path}: is a database of another program")
        return int(version)


def _bound(text: str) -> str | bytes:
    """Return text as SQLite takes it: a file's name need not be text in any encoding."""
    data = text.encode("utf-8", "surrogateescape")
    return text if data.decode("utf-8", "replace") == text else data


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def _snapshot(row: tuple[object, ...], seen: tuple[tuple[Sign, Severity], ...]) -> Snapshot:
    _, session, at, commit, source, lines, mode, fixes, duration, *rest = row
    rules, checked, failed, whole, renamed = rest
    return Snapshot(
        session=_text(session),
        at=int(str(at)),
        commit=str(commit),
        source=str(source),
        lines=int(str(lines)),
        mode=str(mode),
        fixes=int(str(fixes)),
        duration=float(str(duration)),
        rules=frozenset(json.loads(str(rules))),
        checked=frozenset(json.loads(str(checked))),
        failed=frozenset(json.loads(str(failed))),
        whole=bool(whole),
        seen=seen,
        renamed=json.loads(str(renamed)),
    )


def _list(words: Iterable[str]) -> str:
    return json.dumps(sorted(words))
