"""Reports: one module per format, each with `write(run, stream, options)`.

A report is made of a `Run` alone, and of the source files where it quotes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from surefoot.catalog.entries import Catalog
from surefoot.checklists import Checklist
from surefoot.model import Run, Severity

if TYPE_CHECKING:
    from surefoot.history import Course

FORMATS = ("terminal", "concise", "json", "checklist", "html")


@dataclass(frozen=True, slots=True)
class Options:
    """How a report is to look.

    `fail_on` is the lowest severity that fails the run, None for none; `failed` tells that it
    fails for another reason, such as a baseline that holds what is gone. `hidden` counts
    findings left out by `--severity` or `--min-confidence`. `fold` tells whether hints
    about types become one line per file. `contents` holds the text of files that are not
    on disk as they were checked, by path. `color` is one of `screen.COLOR_CHOICES`.
    Reports for people name files as seen from the directory `cwd`, in the other reports
    and where it is empty from the project's root. `checklists` are those to tick; all
    that are shipped where there are none. `course` is that of the runs before, if any are kept.
    """

    catalog: Catalog
    fail_on: Severity | None = Severity.WARNING
    failed: bool = False
    hidden: int = 0
    color: str = "auto"
    cwd: str = ""
    fold: bool = True
    verbose: bool = False
    quiet: bool = False
    statistics: bool = False
    contents: Mapping[str, bytes] = field(default_factory=dict)
    checklists: tuple[Checklist, ...] = ()
    course: Course | None = None


def write(format: str, run: Run, stream: TextIO, options: Options) -> None:
    """Write `run` in one of `FORMATS` to `stream`."""
    import_module(f"{__name__}.{format}").write(run, stream, options)


def has_failed(run: Run, fail_on: Severity | None) -> bool:
    """Return whether a finding is at or above `fail_on`, or anything could not be examined."""
    return bool(run.failures) or fails(run, fail_on)


def fails(run: Run, fail_on: Severity | None) -> bool:
    """Return whether a finding is at or above `fail_on`; None is above them all."""
    return fail_on is not None and any(finding.severity >= fail_on for finding in run.findings)
