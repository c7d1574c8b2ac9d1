"""Download real packages from the package index and lay out their Python files to measure on.

    python scripts/corpus.py [DIRECTORY] [--small] [--list FILE]

The packages and their exact versions stand in `corpus.toml` beside this script. Only wheels
are taken, so nothing of a package is ever run. Of each wheel the `.py` and `.pyi` files are
written to `DIRECTORY/<package>/` (default `.corpus`), one folder per package. When all is
there, an empty file `READY` appears. What is already there is not downloaded again.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MAX_FILE_SIZE = 20_000_000


@dataclass(frozen=True)
class Package:
    """A distribution on the index; `small` ones make up the small corpus."""

    name: str
    version: str
    small: bool


@dataclass(frozen=True)
class Size:
    """What was laid out: files and lines."""

    files: int
    lines: int


def read_list(path: Path) -> list[Package]:
    """Return the packages listed in the TOML file; `KeyError` if an entry lacks a field."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Package(entry["name"], entry["version"], entry.get("small", False))
        for entry in table["package"]
    ]


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


def unpack(wheel: Path, folder: Path) -> None:
    """Write the Python files of the wheel below `folder`.

    Names that would leave the folder, links and files of unreasonable size are passed over.
    """
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name = PurePosixPath(member.filename)
            if name.suffix not in {".py", ".pyi"} or member.is_dir():
                continue
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                continue
            is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
            if is_link or member.file_size > MAX_FILE_SIZE:
                continue
            target = folder.joinpath(*name.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(member))


def lay_out(package: Package, directory: Path) -> Size:
    """Bring the package into `directory`, unless this version is there, and return its size."""
    target = directory / package.name
    stamp = target / ".version"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != package.version:
        shutil.rmtree(target, ignore_errors=True)
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
        except subprocess.SubprocessError as error:
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
