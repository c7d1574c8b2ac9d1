"""What is expected of a small project, and what surefoot says about it.

A project is a folder beside this file. Each line with a mistake ends in a comment
`# expect: rule-name`, several rules separated by commas; whoever writes it has judged it.
`expected.json` holds the same places, and the chains of calls that lead to them.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surefoot.model import Finding

HERE = Path(__file__).parent
EXPECTED = "expected.json"
_MARKER = re.compile(r"# expect: (?P<rules>[a-z-]+(?:, [a-z-]+)*)$")

Place = tuple[str, int, str]


@dataclass(frozen=True, order=True)
class Expected:
    """A finding by file, line and rule; `chain` holds its steps as `file:line`."""

    file: str
    line: int
    rule: str
    chain: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        return (self.file, self.line, self.rule)

    def as_json(self) -> dict[str, Any]:
        entry: dict[str, Any] = {"file": self.file, "line": self.line, "rule": self.rule}
        return {**entry, "chain": list(self.chain)} if self.chain else entry


@dataclass(frozen=True)
class Project:
    """A small project: what it shows, which rules look at it, and what they are to find."""

    folder: Path
    about: str
    rules: tuple[str, ...]
    findings: tuple[Expected, ...]

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def files(self) -> list[str]:
        """The paths of its modules, relative to the folder."""
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.suffix in (".py", ".pyi")
        )

    def marked(self) -> list[Place]:
        """Return the places that comments in the sources mark."""
        return sorted(
            (file, number, rule)
            for file in self.files
            for number, line in enumerate(
                (self.folder / file).read_text(encoding="utf-8").splitlines(), start=1
            )
            if (marker := _MARKER.search(line))
            for rule in marker["rules"].split(", ")
        )

    def copy(self, target: Path) -> Path:
        """Copy the project, without what is expected of it, and return where it is now."""
        ignored = shutil.ignore_patterns(EXPECTED, "__pycache__", ".surefoot_cache")
        shutil.copytree(self.folder, target, ignore=ignored)
        return target

    def write(self, findings: Iterable[Expected]) -> None:
        """Write `expected.json` anew with these findings."""
        data = {
            "about": self.about,
            "rules": list(self.rules),
            "findings": [finding.as_json() for finding in sorted(findings)],
        }
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        (self.folder / EXPECTED).write_text(text, encoding="utf-8")


def all_projects() -> list[Project]:
    """Return the projects beside this file, by name."""
    return [_load(path.parent) for path in sorted(HERE.glob(f"*/{EXPECTED}"))]


def _load(folder: Path) -> Project:
    data = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    findings = [
        Expected(item["file"], item["line"], item["rule"], tuple(item.get("chain", ())))
        for item in data["findings"]
    ]
    return Project(folder, data["about"], tuple(data["rules"]), tuple(findings))


def observed(findings: Iterable[Finding]) -> list[Expected]:
    """Return findings as `expected.json` would tell them, sorted."""
    return sorted(
        Expected(
            finding.path,
            finding.span.line,
            finding.rule,
            tuple(f"{step.path}:{step.line}" for step in finding.chain),
        )
        for finding in findings
    )
