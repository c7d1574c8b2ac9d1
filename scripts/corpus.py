"""Download real packages from the package index and lay out their Python files to measure on.

    python scripts/corpus.py [DIRECTORY] [--small] [--list FILE]

The packages and their exact versions stand in `corpus.toml` beside this script. Wheels are
taken, or source distributions for the sake of their tests; nothing of a package is ever run. Of
each the `.py` and `.pyi` files are written to `DIRECTORY/<package>/` (default `.corpus`), one
folder per package; of sources also what tells where a project begins. When all is there, an empty
file `READY` appears. What is already there is not downloaded again.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urljoin

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INDEX = "https://pypi.org/simple/"
SIMPLE_API = "application/vnd.pypi.simple.v1+json"
MAX_FILE_SIZE = 20_000_000
SUFFIXES = frozenset({".py", ".pyi"})
MARKERS = frozenset({"pyproject.toml", "setup.cfg"})


@dataclass(frozen=True)
class Package:
    """A distribution on the index; `small` ones make up the small corpus. Of `source` ones the
    source distribution is taken, not a wheel."""

    name: str
    version: str
    small: bool = False
    source: bool = False


@dataclass(frozen=True)
class Size:
    """What was laid out: files and lines."""

    files: int
    lines: int


def read_list(path: Path) -> list[Package]:
    """Return the packages listed in the TOML file; `TypeError` if a field is lacking or unknown."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Package(**entry) for entry in table["package"]]


def download(package: Package, folder: Path) -> Path:
    """Download the wheel of exactly this version and return its path.

    Raises `CalledProcessError` when the index does not have it.
    """
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
    command += ["--no-deps", "--only-binary=:all:", "--ignore-requires-python"]
    command += ["--dest", str(folder), f"{package.name}=={package.version}"]
    subprocess.run(command, check=True, timeout=600)
    (wheel,) = folder.glob("*.whl")
    return wheel


def source_of(package: Package) -> bytes:
    """Download the source distribution of exactly this version, as the index hashes it.

    Raises `OSError` when the index cannot be reached or does not have it.
    """
    page = urljoin(INDEX, f"{package.name}/")
    request = urllib.request.Request(page, headers={"Accept": SIMPLE_API})
    with urllib.request.urlopen(request, timeout=60) as answer:
        listed = json.load(answer)["files"]
    ending = f"-{package.version}.tar.gz"
    entry = next((each for each in listed if each["filename"].endswith(ending)), None)
    if entry is None:
        raise FileNotFoundError(f"there is no source of {package.name} {package.version}")
    with urllib.request.urlopen(urljoin(page, entry["url"]), timeout=60) as answer:
        content: bytes = answer.read()
    if hashlib.sha256(content).hexdigest() != entry["hashes"]["sha256"]:
        raise OSError(f"{entry['filename']} is not what the index says it is")
    return content


def is_wanted(name: str, size: int, others: frozenset[str] = frozenset()) -> bool:
    """Whether a file of an archive is Python, or one of `others`, and may be written: a name that
    would leave the folder and a file of unreasonable size are passed over."""
    path = PurePosixPath(name)
    if path.suffix not in SUFFIXES and path.name not in others:
        return False
    return (
        not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and (size <= MAX_FILE_SIZE)
    )


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file of an archive below `folder`."""
    target = folder.joinpath(*PurePosixPath(name).parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def unpack(wheel: Path, folder: Path) -> None:
    """Write the wanted files of the wheel below `folder`; links are passed over."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if member.is_dir() or is_link or not is_wanted(member.filename, member.file_size):
                continue
            write(folder, member.filename, archive.read(member))


def unpack_source(content: bytes, folder: Path) -> None:
    """Write the wanted files of the source distribution below `folder`; links are passed over."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and is_wanted(member.name, member.size, MARKERS):
                write(folder, member.name, file.read())


def lay_out(package: Package, directory: Path) -> Size:
    """Bring the package into `directory`, unless this version is there, and return its size."""
    target = directory / package.name
    stamp = target / ".version"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != package.version:
        shutil.rmtree(target, ignore_errors=True)
        if package.source:
            unpack_source(source_of(package), target)
        else:
            with tempfile.TemporaryDirectory() as folder:
                unpack(download(package, Path(folder)), target)
        target.mkdir(exist_ok=True)
        stamp.write_text(package.version, encoding="utf-8")
    return measure(target)


def measure(folder: Path) -> Size:
    """Count the Python files below `folder` and their lines."""
    contents = [path.read_bytes() for suffix in ("*.py", "*.pyi") for path in folder.rglob(suffix)]
    return Size(len(contents), sum(content.count(b"\n") for content in contents))


def main() -> int:
    """Lay out the corpus, print a table of it, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", type=Path, default=Path(".corpus"))
    parser.add_argument("--small", action="store_true", help="only the small selection")
    parser.add_argument("--list", type=Path, default=Path(__file__).with_name("corpus.toml"))
    options = parser.parse_args()

    directory: Path = options.directory
    directory.mkdir(parents=True, exist_ok=True)
    sizes: list[Size] = []
    missing: list[str] = []
    for package in read_list(options.list):
        if options.small and not package.small:
            continue
        try:
            size = lay_out(package, directory)
        except (subprocess.SubprocessError, OSError) as error:
            print(f"{package.name} {package.version}: {error}", file=sys.stderr)
            missing.append(package.name)
            continue
        sizes.append(size)
        label = f"{package.name} {package.version}"
        print(f"{label:45}{size.files:>8,} files{size.lines:>12,} lines", flush=True)
    files, lines = sum(size.files for size in sizes), sum(size.lines for size in sizes)
    print(f"{len(sizes)} packages{files:>43,} files{lines:>12,} lines")
    if missing:
        print(f"not to be had: {', '.join(missing)}", file=sys.stderr)
        return 1
    (directory / "READY").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
