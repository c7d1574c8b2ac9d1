"""Files replaced whole or not at all.

The new content is written beside the file and takes its place in one step. On Linux it has
no name until it is complete; elsewhere it has one that tells what it is, and is locked while
somebody is at it, so that `sweep` can remove what a killed process left.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

_PREFIX, _SUFFIX = ".surefoot-", ".tmp"
_STALE_SECONDS = 3600


class Unwritable(Exception):
    """A file that could not be replaced; the text says why."""


class Changed(Exception):
    """A file that is no longer what was read."""


def replace(path: str, content: bytes, *, expected: bytes) -> None:
    """Put `content` in the place of `expected` in the file that `path` leads to.

    Mode, owner and extended attributes stay; a symbolic link stays one. Raises `Changed`
    if the file holds anything else by now, and `Unwritable`.
    """
    target = os.path.realpath(path)
    try:
        with open(target, "rb") as old:
            before = os.fstat(old.fileno())
            if old.read() != expected:
                raise Changed
        _refuse(before, target)
        with _written(target, content, before) as temporary:
            now = os.stat(target)
            if (now.st_ino, now.st_size, now.st_mtime_ns) != (
                before.st_ino,
                before.st_size,
                before.st_mtime_ns,
            ):
                raise Changed
            os.replace(temporary, target)
        _settle(os.path.dirname(target))
    except OSError as error:
        raise Unwritable(f"cannot be written: {error.strerror or error}") from None


def sweep(directories: Iterable[str]) -> None:
    """Remove what processes that were killed while writing have left in these directories."""
    for directory in directories:
        with suppress(OSError), os.scandir(directory) as entries:
            for entry in entries:
                if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                    _remove_stale(entry.path)


def _refuse(status: os.stat_result, target: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Unwritable("cannot be written: it is no regular file")
    if not status.st_mode & 0o222 or not os.access(target, os.W_OK):
        raise Unwritable("cannot be written: it is read-only")


@contextmanager
def _written(target: str, content: bytes, like: os.stat_result) -> Iterator[str]:
    """Lend the name of a new file, complete and on disk, that is gone when the block ends."""
    directory = os.path.dirname(target)
    temporary = os.path.join(directory, f"{_PREFIX}{os.getpid()}-{os.urandom(6).hex()}{_SUFFIX}")
    descriptor = -1
    try:
        with suppress(OSError):  # then it has a name from the start
            descriptor = _nameless(directory, temporary, content, target, like)
        if descriptor < 0:
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0)
            descriptor = os.open(temporary, flags, 0o600)
            _fill(descriptor, content, target, like)
        if os.name == "nt":  # an open file cannot be renamed there
            os.close(descriptor)
            descriptor = -1
        yield temporary
    finally:
        with suppress(OSError):
            os.unlink(temporary)
        if descriptor >= 0:
            os.close(descriptor)


def _nameless(
    directory: str, temporary: str, content: bytes, target: str, like: os.stat_result
) -> int:
    """Write a file that gets its name when it is complete; return -1 where that is unknown."""
    if not hasattr(os, "O_TMPFILE"):
        return -1
    descriptor = os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o600)
    try:
        _fill(descriptor, content, target, like)
        # Without a directory's descriptor `os.link` would link the symbolic link itself.
        os.link(f"/proc/self/fd/{descriptor}", temporary, src_dir_fd=descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _fill(descriptor: int, content: bytes, target: str, like: os.stat_result) -> None:
    _lock(descriptor)
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    _liken(descriptor, target, like)
    os.fsync(descriptor)


def _liken(descriptor: int, target: str, like: os.stat_result) -> None:
    """Give a new file the owner, mode and extended attributes of the old one."""
    mode = stat.S_IMODE(like.st_mode)
    if hasattr(os, "fchown"):
        with suppress(OSError):
            os.fchown(descriptor, like.st_uid, like.st_gid)
        os.fchmod(descriptor, mode)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                with suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(target, name))


def _settle(directory: str) -> None:
    """Have the new name survive a crash of the system, where that can be asked for."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock a file until it is closed; false if somebody else has."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_stale(path: str) -> None:
    with suppress(OSError):
        if os.name != "posix":
            if time.time() - os.stat(path).st_mtime > _STALE_SECONDS:
                os.unlink(path)
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            if _lock(descriptor):
                os.unlink(path)
        finally:
            os.close(descriptor)
