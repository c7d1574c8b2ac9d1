"""The cache remembers, and whatever happens to it is no reason to fail."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import resource
import sqlite3
import sys
from pathlib import Path

import pytest

from surefoot import cache as module
from surefoot.cache import Cache, clean, digest, program_digest
from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.model import Confidence, Examination, Finding, Severity, Span

KEY = digest("key")
FINDING = Finding(
    "a.py", Span(1, 2, 3, 4), "rule", "SF101", "message", Severity.ERROR, Confidence.HIGH
)
EXAMINATION = Examination("a.py", "a", 12, (FINDING,))


def database(directory: Path) -> Path:
    (path,) = directory.glob("entries-*.sqlite")
    return path


def forge(directory: Path, data: bytes) -> None:
    """Put a value with a proper checksum into a cache, as someone who shares it could."""
    Cache(directory).store({KEY: None})
    blob = hashlib.blake2b(data, digest_size=8).digest() + data
    with sqlite3.connect(database(directory)) as connection:
        connection.execute("update entries set value = ?", (blob,))
    connection.close()


def test_what_was_stored_is_known_to_the_next_process(tmp_path: Path) -> None:
    """Values come back as they were, those never stored do not."""
    Cache(tmp_path / "c").store({KEY: EXAMINATION, digest("other"): (1, "two", None)})
    found = Cache(tmp_path / "c").load([KEY, digest("unknown"), digest("other")])
    assert found == {KEY: EXAMINATION, digest("other"): (1, "two", None)}


def test_more_keys_than_one_query_takes(tmp_path: Path) -> None:
    """Thousands of keys may be asked for at once."""
    values: dict[bytes, object] = {digest(str(number)): number for number in range(2500)}
    Cache(tmp_path).store(values)
    assert Cache(tmp_path).load(values) == values


def test_facts_come_back_whole(tmp_path: Path) -> None:
    """A table of facts, whose keys are classes, can be cached."""
    table = load(facts_files())
    Cache(tmp_path).store({KEY: table})
    assert Cache(tmp_path).load([KEY])[KEY].entries == table.entries


def test_a_digest_knows_where_parts_end() -> None:
    """Moving a letter from one part to the next makes another digest."""
    assert digest("ab", "c") != digest("a", "bc") != digest("abc")


def test_git_and_backups_pass_the_directory_by(tmp_path: Path) -> None:
    """The directory ignores itself in git and is tagged as a cache."""
    Cache(tmp_path / "c").store({KEY: 1})
    assert (tmp_path / "c" / ".gitignore").read_text() == "*\n"
    assert (tmp_path / "c" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172")


def test_asking_makes_no_directory(tmp_path: Path) -> None:
    """Looking something up leaves no trace."""
    assert Cache(tmp_path / "c").load([KEY]) == {}
    assert not (tmp_path / "c").exists()


def test_without_a_directory_nothing_is_kept() -> None:
    """A cache that is switched off knows nothing and says nothing."""
    cache = Cache(None)
    cache.store({KEY: 1})
    assert cache.load([KEY]) == {}
    assert cache.notices == []


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 300, b"SQLite format 3\0" * 9])
def test_a_damaged_file_is_replaced(tmp_path: Path, damage: bytes) -> None:
    """A file that is no database is forgotten; the next run remembers again."""
    Cache(tmp_path).store({KEY: 1})
    database(tmp_path).write_bytes(damage)
    assert Cache(tmp_path).load([KEY]) == {}
    for _ in range(2):
        Cache(tmp_path).store({KEY: 2})
    assert Cache(tmp_path).load([KEY]) == {KEY: 2}


def test_damage_in_the_middle_gives_no_wrong_values(tmp_path: Path) -> None:
    """Pages overwritten by rubbish never come back as values."""
    values: dict[bytes, object] = {digest(str(n)): "x" * 3000 for n in range(100)}
    Cache(tmp_path).store(values)
    path = database(tmp_path)
    content = bytearray(path.read_bytes())
    content[20_000:60_000] = b"\xa5" * 40_000
    path.write_bytes(content)
    cache = Cache(tmp_path)
    assert set(cache.load(values).values()) <= {"x" * 3000}


def test_a_table_of_another_shape_is_left_alone(tmp_path: Path) -> None:
    """What another program made of the database costs a notice, not the run."""
    Cache(tmp_path).store({KEY: 1})
    path = database(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.executescript("drop table entries; create table entries (key blob, day int)")
    connection.close()
    cache = Cache(tmp_path)
    assert cache.load([KEY]) == {}
    cache.store({KEY: 2})
    assert len(cache.notices) == 1


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """Where no directory can be, one notice says that nothing is cached."""
    (tmp_path / "file").write_text("in the way")
    cache = Cache(tmp_path / "file" / "cache")
    for _ in range(2):
        cache.store({KEY: 1})
    assert cache.load([KEY]) == {}
    assert [notice.partition(":")[0] for notice in cache.notices] == [
        f"nothing is cached in {tmp_path}/file/cache"
    ]


def test_a_read_only_directory_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that may not be written still answers, and gains no files by it."""
    Cache(tmp_path).store({KEY: 1})
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(module.os, "access", lambda *_: False)
    tmp_path.chmod(0o500)
    try:
        assert Cache(tmp_path).load([KEY]) == {KEY: 1}
        assert sorted(tmp_path.iterdir()) == before
    finally:
        tmp_path.chmod(0o700)


def _fill_the_disk(directory: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    cache = Cache(directory)
    cache.store({digest(str(n)): os.urandom(10_000) for n in range(100)})
    known = cache.load([KEY]) == {KEY: "small"}
    sys.exit(0 if known and len(cache.notices) == 1 else 1)


def test_a_full_disk_costs_a_notice(tmp_path: Path) -> None:
    """What does not fit is not kept; what was known stays known."""
    Cache(tmp_path).store({KEY: "small"})
    process = multiprocessing.get_context("spawn").Process(target=_fill_the_disk, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    assert Cache(tmp_path).load([KEY]) == {KEY: "small"}


def _start_on_a_full_disk(directory: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    cache = Cache(directory)
    cache.store({KEY: 1})
    sys.exit(0 if cache.load([KEY]) == {} and len(cache.notices) == 1 else 1)


def test_a_disk_that_was_full_from_the_start(tmp_path: Path) -> None:
    """Where not even an empty database fits, that is a notice; later all is well."""
    (tmp_path / "entries-1.sqlite").touch()
    (tmp_path / ".gitignore").touch()
    (tmp_path / "CACHEDIR.TAG").write_text("Signature")
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_start_on_a_full_disk, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 0
    Cache(tmp_path).store({KEY: 2})
    assert Cache(tmp_path).load([KEY]) == {KEY: 2}
    assert (tmp_path / ".gitignore").read_text() == "*\n"


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    """What cannot be opened is not known, whatever stands in its place."""
    (tmp_path / "entries-1.sqlite").mkdir()
    cache = Cache(tmp_path)
    assert cache.load([KEY]) == {}
    cache.store({KEY: 1})
    assert len(cache.notices) == 1


@pytest.mark.parametrize(
    ("code", "seconds", "busy"),
    [
        (5, 0.0, True),
        (261, 0.0, True),
        (6, 0.0, True),
        (13, 9.0, False),
        (None, 0.1, False),
        (None, 5.0, True),
    ],
)
def test_busy(code: int | None, seconds: float, busy: bool) -> None:
    """That another process is at it is told by the code; where there is none, by the wait."""
    error = sqlite3.OperationalError("whatever it says")
    if code is not None:
        error.sqlite_errorcode = code  # type: ignore[attr-defined,unused-ignore]
    assert module._is_busy(error, seconds) is busy


def _write(directory: Path, writer: int) -> None:
    for number in range(25):
        cache = Cache(directory)
        cache.store({digest(str(writer), str(number)): (writer, number)})
        assert not cache.notices, cache.notices


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    """Parallel runs, as hooks start them, share a cache and lose nothing."""
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path / "c", n)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    keys = [digest(str(writer), str(number)) for writer in range(4) for number in range(25)]
    assert len(Cache(tmp_path / "c").load(keys)) == 100


def test_a_locked_database_is_waited_for_and_then_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process that never lets go does not fail the run."""
    Cache(tmp_path).store({KEY: 1})
    monkeypatch.setattr(module, "_BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(database(tmp_path), isolation_level=None)
    holder.execute("begin exclusive")
    cache = Cache(tmp_path)
    cache.store({KEY: 2})
    holder.execute("rollback")
    holder.close()
    assert cache.notices == []
    assert Cache(tmp_path).load([KEY]) == {KEY: 1}


class Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.system, (f"touch {self.mark}",))


def test_a_forged_entry_runs_no_code(tmp_path: Path) -> None:
    """A value that would run a command when read is not read."""
    mark = tmp_path / "mark"
    forge(tmp_path / "c", pickle.dumps(Malicious(mark)))
    assert Cache(tmp_path / "c").load([KEY]) == {}
    assert not mark.exists()


@pytest.mark.parametrize(
    "name",
    [
        b"builtins\neval",
        b"surefoot.cache\nclean",
        b"surefoot.model\nfingerprints",
        b"surefoot.model\nreplace",
        b"surefoot.model\nhashlib",
        b"surefoot.model\nhashlib.blake2b",
        b"surefoot.facts.load\n_File",
    ],
)
def test_only_plain_classes_are_looked_up(tmp_path: Path, name: bytes) -> None:
    """Functions and foreign classes are refused, also where our modules import them."""
    forge(tmp_path, b"c" + name + b"\n.")
    assert Cache(tmp_path).load([KEY]) == {}


def test_old_entries_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody asked for in a month goes; what is asked for stays."""
    today = module._today()
    Cache(tmp_path).store({KEY: 1, digest("idle"): 2})
    for day in (today + 20, today + 40):
        monkeypatch.setattr(module, "_today", lambda day=day: day)
        assert Cache(tmp_path).load([KEY]) == {KEY: 1}
        Cache(tmp_path).store({digest(str(day)): day})
    assert Cache(tmp_path).load([KEY, digest("idle")]) == {KEY: 1}


def test_the_cache_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above its limit, the older half is dropped; the latest entries stay."""
    monkeypatch.setattr(module, "_LARGEST_BYTES", 1_000_000)
    for number in range(20):
        Cache(tmp_path).store({digest(str(number), str(n)): "x" * 10_000 for n in range(20)})
    assert database(tmp_path).stat().st_size < 3_000_000
    assert Cache(tmp_path).load([digest("19", "19")])


def test_clean_removes_what_is_ours_only(tmp_path: Path) -> None:
    """Cleaning spares files that surefoot did not make."""
    Cache(tmp_path / "c").store({KEY: 1})
    assert clean(tmp_path / "c")
    assert not (tmp_path / "c").exists()
    assert not clean(tmp_path / "c")
    (tmp_path / "mine.txt").write_text("precious")
    Cache(tmp_path).store({KEY: 1})
    assert clean(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_program_is_told_apart_without_libcst(tmp_path: Path) -> None:
    """The digest of the program changes with LibCST's version, which is not imported."""
    (tmp_path / "libcst").mkdir()
    (tmp_path / "libcst" / "__init__.py").write_text("raise ImportError('must not be imported')")
    version = tmp_path / "libcst" / "_version.py"
    found = set()
    sys.path.insert(0, str(tmp_path))
    try:
        for text in ("__version__ = '1'", "__version__ = '2'"):
            version.write_text(text)
            found.add(program_digest())
    finally:
        sys.path.remove(str(tmp_path))
    assert len(found | {program_digest()}) == 3
