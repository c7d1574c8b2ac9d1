"""From what was asked to the bytes of all files of the project that bear on the answer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from surefoot.config import Config
from surefoot.discover import (
    PYTHON,
    Files,
    asked_files,
    is_excluded,
    is_package,
    module_name,
    project_files,
)
from surefoot.model import Failure, FileError, Skipped, SourceFile

ALONE = (
    "standard input belongs to no project: what only the rest of a project shows was not checked"
)


@dataclass(frozen=True, slots=True)
class StandardInput:
    """Text that stands in for the file at `path`, be it on disk or not."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """The files of a run.

    `sources` are all files that bear on the answer, sorted by path; `asked` the paths
    that are reported on; `unreadable` those of them that could not be read. `linked`
    tells whether enough is known to judge the files together.
    """

    sources: tuple[SourceFile, ...]
    asked: tuple[str, ...]
    unreadable: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]
    linked: bool = True


def read(
    config: Config,
    paths: Sequence[str] = (),
    *,
    cwd: str | None = None,
    stdin: StandardInput | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> Reading:
    """Find and read the files `paths` ask about and the project they belong to.

    With `stdin`, it alone is asked about. `instead` holds files of the project that are to be
    judged as they are there and not as they are on disk, if they are. Raises `MissingPath`.
    """
    instead = instead or {}
    here = cwd if cwd is not None else os.getcwd()
    within = _is_project(config.root, config)
    project = project_files(config.root, config) if within else Files((), roots={"": ""})
    if stdin is not None:
        return _read_with_stdin(config, project, stdin, here, within)
    project = _with_missing(project, instead, config)
    asked = asked_files(paths, config.root, config, project, cwd=here)
    whole = within or any(os.path.isdir(os.path.join(here, path)) for path in paths or (".",))
    wanted = {*project.files, *asked.files}
    contents, unreadable = _contents(config.root, wanted - instead.keys())
    contents.update((path, content) for path, content in instead.items() if path in wanted)
    skipped = asked.skipped if paths else (*project.skipped, *asked.skipped)
    return Reading(
        sources=_sources(contents, asked.roots, known=whole),
        asked=asked.files,
        unreadable=tuple(unreadable),
        skipped=tuple(dict.fromkeys(skipped)),
        notices=tuple(dict.fromkeys((*project.notices, *asked.notices))),
    )


def _read_with_stdin(
    config: Config, project: Files, stdin: StandardInput, here: str, within: bool
) -> Reading:
    path = _relative(stdin.path, config.root, here)
    if config.force_exclude and is_excluded(path, config):
        left_out = Skipped(path, "excluded by the configuration")
        return Reading((), (), (), (left_out,), project.notices)
    within = within and not path.startswith("../")
    contents, unreadable = _contents(config.root, set(project.files) - {path} if within else ())
    contents[path] = stdin.content
    return Reading(
        sources=_sources(contents, project.roots, known=within),
        asked=(path,),
        unreadable=tuple(unreadable),
        skipped=(),
        notices=project.notices if within else (*project.notices, ALONE),
        linked=within,
    )


def _with_missing(project: Files, instead: Mapping[str, bytes], config: Config) -> Files:
    """Return the files of the project, with those that are not on disk."""
    there = set(project.files)
    missing = [
        path
        for path in instead
        if path.endswith(PYTHON)
        and path not in there
        and not is_excluded(path, config)
        and not os.path.lexists(os.path.join(config.root, path))
    ]
    return replace(project, files=tuple(sorted((*project.files, *missing)))) if missing else project


def _is_project(root: str, config: Config) -> bool:
    """Whether the root is more than the directory a path happens to lie in."""
    markers = ("pyproject.toml", ".git", ".hg")
    return config.file is not None or any(
        os.path.exists(os.path.join(root, marker)) for marker in markers
    )


def _relative(path: str, root: str, here: str) -> str:
    absolute = os.path.join(here, path)
    real = os.path.join(os.path.realpath(os.path.dirname(absolute)), os.path.basename(absolute))
    try:
        return os.path.relpath(real, root).replace(os.sep, "/")
    except ValueError:
        return real.replace(os.sep, "/")


def _contents(root: str, paths: Iterable[str]) -> tuple[dict[str, bytes], list[Failure]]:
    contents: dict[str, bytes] = {}
    unreadable: list[Failure] = []
    for path in sorted(paths):
        try:
            with open(os.path.join(root, path), "rb", buffering=0) as stream:
                contents[path] = stream.readall()
        except OSError as error:
            reason = f"cannot be read: {error.strerror or error}"
            unreadable.append(Failure(path, FileError.UNREADABLE, reason))
    return contents, unreadable


def _sources(
    contents: Mapping[str, bytes], roots: Mapping[str, str], *, known: bool
) -> tuple[SourceFile, ...]:
    """Make source files; `known` tells whether these are all packages of the project."""
    sources = [
        SourceFile(
            path=path,
            module=module_name(path.rpartition("/")[2] if path.startswith("../") else path, roots),
            content=content,
            is_package=is_package(path),
            is_stub=path.endswith(".pyi"),
        )
        for path, content in sorted(contents.items())
    ]
    if not known:
        return tuple(sources)
    packages = frozenset(source.module.partition(".")[0] for source in sources) - {""}
    return tuple(replace(source, packages=packages) for source in sources)
