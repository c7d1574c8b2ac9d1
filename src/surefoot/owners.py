"""Who owns a file, by the `CODEOWNERS` file of GitHub and GitLab."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NOBODY = "(nobody)"

_PLACES = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
_SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](?:\[\d+\])?\s*(?P<owners>.*)")
_SPLIT = re.compile(r"(?<!\\)\s+")


@dataclass(frozen=True, slots=True)
class _Line:
    spec: GitIgnoreSpec
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """The owners of the files of a project; without a `CODEOWNERS` file nobody owns any.

    `sections` are the parts of the file; GitLab lets each name owners of its own. `prefix`
    is the project's path within the repository.
    """

    sections: tuple[tuple[_Line, ...], ...] = ()
    prefix: str = ""

    def of(self, path: str) -> tuple[str, ...]:
        """Return the owners of a path relative to the project; in each section the last
        matching line decides, and one without owners leaves the path to nobody."""
        full = f"{self.prefix}{path}"
        found: dict[str, None] = {}
        for section in self.sections:
            for line in reversed(section):
                if line.spec.match_file(full):
                    found.update(dict.fromkeys(line.owners))
                    break
        return tuple(found) or (NOBODY,)


def read_owners(root: str) -> Owners:
    """Return the owners as the nearest `CODEOWNERS` from the project's root upwards says."""
    directory = os.path.realpath(root)
    while True:
        for place in _PLACES:
            path = os.path.join(directory, place)
            if os.path.isfile(path):
                above = os.path.relpath(os.path.realpath(root), directory).replace(os.sep, "/")
                return Owners(_sections(path), "" if above == "." else f"{above}/")
        parent = os.path.dirname(directory)
        if parent == directory or os.path.exists(os.path.join(directory, ".git")):
            return Owners()
        directory = parent


def _sections(path: str) -> tuple[tuple[_Line, ...], ...]:
    """Read the file; what is no line of it is passed over, as the platforms do."""
    from pathspec import GitIgnoreSpec

    try:
        with open(path, encoding="utf-8-sig", errors="replace") as stream:
            lines = stream.read().splitlines()
    except OSError:
        return ()
    sections: list[list[_Line]] = [[]]
    default: tuple[str, ...] = ()
    for line in lines:
        text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
        if not text:
            continue
        section = _SECTION.fullmatch(text)
        if section is not None:
            default = tuple(section["owners"].split())
            sections.append([])
            continue
        pattern, *owners = _SPLIT.split(text)
        if pattern.startswith("!"):  # GitLab: what matches needs no owner of this section
            pattern, owners, given = pattern[1:], [], False
        else:
            given = True
        try:
            spec = GitIgnoreSpec.from_lines([pattern])
        except ValueError:
            continue
        sections[-1].append(_Line(spec, tuple(owners) or (default if given else ())))
    return tuple(map(tuple, sections))
