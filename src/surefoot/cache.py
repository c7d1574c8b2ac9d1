"""What is known from earlier runs: values under digests of all they depend on, in SQLite.

A cache is never a reason to fail. A directory that cannot be written, a damaged file, a
full disk or a busy database cost time, and at most a notice.
"""

from __future__ import annotations

import enum
import hashlib
import io
import os
import pickle
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

DIRECTORY = ".surefoot_cache"
ENVIRONMENT = "SUREFOOT_CACHE_DIR"
_SCHEMA = 1
_DATABASE = f"entries-{_SCHEMA}.sqlite"
_OWN_FILES = (".gitignore", "CACHEDIR.TAG", "catalog.json")
_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This directory can be removed at any time; surefoot makes it again.\n"
)
_TABLE = """
create table if not exists entries (
    key blob primary key, day integer not null, value blob not null
);
create index if not exists entries_by_day on entries (day);
"""
_BUSY_SECONDS = 5.0
_NEARLY = 0.99
_SQLITE_BUSY, _SQLITE_LOCKED = 5, 6
_PRIMARY = 0xFF
"""The bits of an error code of SQLite that say what it is; the others only say more of it."""
_KEYS_PER_QUERY = 900
_CHECKSUM = 8
_KEPT_DAYS = 30
_REFRESHED_AFTER_DAYS = 3
_LARGEST_BYTES = 512 * 1024 * 1024
_READABLE = (
    "surefoot.model",
    "surefoot.facts.table",
    "surefoot.semantics.summary",
)
_KINDS_OF_FACTS = "surefoot.facts.kinds"


def digest(*parts: str | bytes) -> bytes:
    """Return a digest of the parts that also depends on where one ends and the next begins."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.digest()


class Cache:
    """Values by key, kept in a directory; `None` keeps nothing.

    `notices` collects, once each, what a user may want to know: that nothing could be
    kept, and why.
    """

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self.notices: list[str] = []

    def load(self, keys: Iterable[bytes]) -> dict[bytes, Any]:
        """Return the values that are known, by key; a damaged value is not known."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, Any] = {}
        if self.directory is None or not wanted or not (self.directory / _DATABASE).exists():
            return found
        today, worn = _today(), []
        with (
            self._forgiving(self.directory, reading=True),
            self._connected(self.directory, reading=True) as database,
        ):
            for start in range(0, len(wanted), _KEYS_PER_QUERY):
                chunk = wanted[start : start + _KEYS_PER_QUERY]
                marks = ",".join("?" * len(chunk))
                query = f"select key, day, value from entries where key in ({marks})"
                for key, day, blob in database.execute(query, chunk):
                    with suppress(ValueError):
                        found[key] = _decode(blob)
                        if abs(today - day) > _REFRESHED_AFTER_DAYS:
                            worn.append((today, key))
        if worn:
            self._refresh(self.directory, worn)
        return found

    def store(self, values: Mapping[bytes, object]) -> None:
        """Keep the values, in one transaction, and forget what nobody asked for in a month."""
        if self.directory is None or not values:
            return
        today = _today()
        rows = [(key, today, _encode(value)) for key, value in values.items()]
        try:
            _make_directory(self.directory)
        except OSError as error:
            self._notice(f"nothing is cached in {self.directory}: {error.strerror or error}")
            return
        with (
            self._forgiving(self.directory, reading=False),
            self._connected(self.directory, reading=False) as database,
        ):
            database.execute("begin immediate")
            database.executemany("insert or replace into entries values (?, ?, ?)", rows)
            database.execute("delete from entries where day < ?", (today - _KEPT_DAYS,))
            _shrink(database)
            database.execute("commit")

    def _refresh(self, directory: Path, worn: list[tuple[int, bytes]]) -> None:
        """Note that old values are still in use; that it fails matters to nobody."""
        with suppress(sqlite3.Error, OSError), closing(_connect(directory, 0.2)) as database:
            database.execute("begin immediate")
            database.executemany("update entries set day = ? where key = ?", worn)
            database.execute("commit")

    @staticmethod
    @contextmanager
    def _connected(directory: Path, *, reading: bool) -> Iterator[sqlite3.Connection]:
        with closing(_open(directory, reading)) as lent:
            if not reading:
                lent.executescript(_TABLE)
            yield lent

    @contextmanager
    def _forgiving(self, directory: Path, *, reading: bool) -> Iterator[None]:
        """End the block without an error, whatever goes wrong with the database in it."""
        started = time.monotonic()
        try:
            yield
        except sqlite3.OperationalError as error:
            if not reading and not _is_busy(error, time.monotonic() - started):
                self._notice(f"nothing is cached in {directory}: {error}")
        except (sqlite3.DatabaseError, OSError) as error:
            if _remove_database(directory):
                self._notice(f"the damaged cache in {directory} was removed: {error}")
            else:
                self._notice(f"the damaged cache in {directory} is not used: {error}")

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)


def clean(directory: Path) -> bool:
    """Remove what was cached in `directory`, and nothing else; return whether there was any.

    Raises `OSError` where it cannot be removed.
    """
    own = [path for name in _OWN_FILES for path in directory.glob(f"{name}*")]
    own += directory.glob("entries-*.sqlite*")
    for path in own:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        directory.rmdir()
    return bool(own)


def program_digest() -> bytes:
    """Return what tells this program from other versions of itself.

    That is surefoot, LibCST and Python; for a source checkout also the state of its files,
    so that a rule under work is never answered for by its past. LibCST is not imported.
    """
    from importlib.machinery import PathFinder

    from surefoot import __version__

    package = Path(__file__).parent
    parts = [__version__, sys.version.partition(" ")[0], sys.implementation.name]
    specification = PathFinder.find_spec("libcst")
    if specification is not None and specification.origin is not None:
        with suppress(OSError):
            parts.append(Path(specification.origin).with_name("_version.py").read_text("utf-8"))
    if package.parent.name not in ("site-packages", "dist-packages"):
        with suppress(OSError):
            parts += sorted(_states(str(package)))
    return digest(*parts)


def _states(directory: str) -> Iterator[str]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _states(entry.path)
            elif entry.name.endswith(".py"):
                state = entry.stat()
                yield f"{entry.path}:{state.st_size}:{state.st_mtime_ns}"


def _today() -> int:
    return int(time.time() // 86400)


def _connect(directory: Path, busy_seconds: float) -> sqlite3.Connection:
    database = sqlite3.connect(
        directory / _DATABASE, timeout=busy_seconds, isolation_level=None, cached_statements=8
    )
    with suppress(sqlite3.OperationalError):  # some file systems and moments do not allow it
        database.execute("pragma journal_mode = wal")
        database.execute("pragma synchronous = normal")
    return database


def _open(directory: Path, reading: bool) -> sqlite3.Connection:
    return _open_for_reading(directory) if reading else _connect(directory, _BUSY_SECONDS)


def _open_for_reading(directory: Path) -> sqlite3.Connection:
    """Open the database so that nothing is written; in a read-only directory too."""
    address = (directory / _DATABASE).absolute().as_uri()
    if not os.access(directory, os.W_OK):
        return sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return sqlite3.connect(
        f"{address}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )


def _is_busy(error: sqlite3.OperationalError, seconds: float) -> bool:
    """Whether another process held the database for too long; the error took `seconds`.

    Before Python 3.11 an error has no code: there one that took all the time we are ready to
    wait is taken for that.
    """
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return seconds >= _BUSY_SECONDS * _NEARLY
    return code & _PRIMARY in (_SQLITE_BUSY, _SQLITE_LOCKED)


def _shrink(database: sqlite3.Connection) -> None:
    """Drop the older half of the entries when the file has grown too large."""
    (pages,) = database.execute("pragma page_count").fetchone()
    (free,) = database.execute("pragma freelist_count").fetchone()
    (size,) = database.execute("pragma page_size").fetchone()
    if (pages - free) * size > _LARGEST_BYTES:
        half = (
            "select rowid from entries order by day, rowid limit (select count(*)/2 from entries)"
        )
        database.execute(f"delete from entries where rowid in ({half})")


def _make_directory(directory: Path) -> None:
    """Make the directory and mark it, so that git and backups pass it by."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
        path = directory / name
        if not path.exists() or not path.stat().st_size:  # as a full disk leaves it
            path.write_text(text, encoding="utf-8")


def _remove_database(directory: Path) -> bool:
    try:
        for path in directory.glob(f"{_DATABASE}*"):
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _encode(value: object) -> bytes:
    data = pickle.dumps(value, protocol=5)
    return hashlib.blake2b(data, digest_size=_CHECKSUM).digest() + data


def _decode(blob: bytes) -> Any:
    """Return the value of a stored blob; `ValueError` for anything we did not write.

    A cache may be shared, so reading it must not run code: only our plain data classes
    are ever looked up, no function is.
    """
    data = memoryview(blob)[_CHECKSUM:]
    if hashlib.blake2b(data, digest_size=_CHECKSUM).digest() != blob[:_CHECKSUM]:
        raise ValueError("damaged")
    try:
        return _Reader(io.BytesIO(data)).load()
    except Exception as error:  # a hostile pickle can raise anything
        raise ValueError(f"unreadable: {error}") from error


class _Reader(pickle.Unpickler):
    """Reads pickles that are made of plain data and of our data classes."""

    def find_class(self, module: str, name: str) -> type:
        is_kind = module.rpartition(".")[0] == _KINDS_OF_FACTS
        if (module in _READABLE or is_kind) and name.isidentifier():
            __import__(module)
            found = vars(sys.modules[module]).get(name)
            if isinstance(found, type) and found.__module__ == module and _is_plain(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not read from a cache")


def _is_plain(cls: type) -> bool:
    """Whether instances are nothing but data, and making one does nothing else."""
    return (
        hasattr(cls, "__dataclass_fields__")
        or issubclass(cls, enum.Enum)
        or (issubclass(cls, tuple) and hasattr(cls, "_fields"))
    )
