"""Files that are replaced whole or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot import writing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")

OLD, NEW = b"old\n", b"new\n"
_CROWDED = """
import resource, signal, sys
from surefoot import writing
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    writing.replace(sys.argv[1], b"x" * 100_000, expected=b"old\\n")
except writing.Unwritable as error:
    print(error)
"""


def names(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


@pytest.fixture(params=["nameless", "named"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to replace, on a system that knows files without a name, and on one that does not."""
    if request.param == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "a.py"
    path.write_bytes(OLD)
    return path


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664, 0o4755])
def test_mode(file: Path, mode: int) -> None:
    """The new content has the old one's mode, and nothing stays beside it."""
    file.chmod(mode)
    writing.replace(str(file), NEW, expected=OLD)
    assert file.read_bytes() == NEW
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert names(file.parent) == ["a.py"]


def test_attributes(file: Path) -> None:
    """Extended attributes stay, where the file system has them."""
    try:
        os.setxattr(file, "user.note", b"keep")
    except OSError:
        assert not hasattr(os, "setxattr") or os.listxattr(file) == []
        return
    writing.replace(str(file), NEW, expected=OLD)
    assert os.getxattr(file, "user.note") == b"keep"


def test_symbolic_link(file: Path) -> None:
    """What a link leads to is replaced, in its own directory; the link stays."""
    elsewhere = file.parent / "links"
    elsewhere.mkdir()
    link = elsewhere / "b.py"
    link.symlink_to("../a.py")
    writing.replace(str(link), NEW, expected=OLD)
    assert link.is_symlink()
    assert file.read_bytes() == NEW
    assert names(elsewhere) == ["b.py"]


def test_changed_since(file: Path) -> None:
    """A file that holds something else by now is left alone."""
    file.write_bytes(b"someone else's\n")
    with pytest.raises(writing.Changed):
        writing.replace(str(file), NEW, expected=OLD)
    assert file.read_bytes() == b"someone else's\n"
    assert names(file.parent) == ["a.py"]


def test_changed_meanwhile(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes while the new content is written is left alone, too."""
    fsync = os.fsync

    def meddle(descriptor: int) -> None:
        file.write_bytes(b"a later edit\n")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", meddle)
    with pytest.raises(writing.Changed):
        writing.replace(str(file), NEW, expected=OLD)
    assert file.read_bytes() == b"a later edit\n"
    assert names(file.parent) == ["a.py"]


def test_read_only(file: Path) -> None:
    """A file that is read-only stays as it is, whoever runs surefoot."""
    file.chmod(0o444)
    with pytest.raises(writing.Unwritable, match="read-only"):
        writing.replace(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD


def test_gone(file: Path) -> None:
    """A file that is gone is not made again."""
    file.unlink()
    with pytest.raises(writing.Unwritable, match="cannot be written"):
        writing.replace(str(file), NEW, expected=OLD)
    assert names(file.parent) == []


def test_full_disk(tmp_path: Path) -> None:
    """Where there is no room for the new content the old one stays, and nothing else."""
    file = tmp_path / "a.py"
    file.write_bytes(OLD)
    environment = os.environ | {"PYTHONPATH": str(Path(writing.__file__).parents[1])}
    result = subprocess.run(
        [sys.executable, "-c", _CROWDED, str(file)],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    assert result.stdout.startswith("cannot be written: ")
    assert file.read_bytes() == OLD
    assert names(tmp_path) == ["a.py"]


def test_interrupted(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt leaves the old file and nothing beside it."""

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writing.replace(str(file), NEW, expected=OLD)
    assert file.read_bytes() == OLD
    assert names(file.parent) == ["a.py"]


def test_sweeping(tmp_path: Path) -> None:
    """What a killed process left is removed, what another is writing is not."""
    stale, busy = tmp_path / ".surefoot-1-ab.tmp", tmp_path / ".surefoot-2-cd.tmp"
    others = [tmp_path / name for name in (".surefoot.tmp", "a.surefoot-1.tmp", ".surefoot-x")]
    for path in (stale, busy, *others):
        path.write_bytes(b"")
    with busy.open("rb") as lent:
        fcntl.flock(lent, fcntl.LOCK_EX)
        writing.sweep([str(tmp_path), str(tmp_path / "nowhere")])
    assert names(tmp_path) == sorted(path.name for path in (busy, *others))
    writing.sweep([str(tmp_path)])
    assert names(tmp_path) == sorted(path.name for path in others)
