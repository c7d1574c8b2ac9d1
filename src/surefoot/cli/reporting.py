"""What `surefoot check` shows of a run, where it goes, and the exit status that follows."""

from __future__ import annotations

import enum
import os
import sys
from dataclasses import dataclass, replace

import click

from surefoot.catalog import Catalog
from surefoot.checklists import Checklist
from surefoot.cli.outputs import (
    Output,
    let_go_of_stdout,
    on_standard_output,
    standard_output,
    written,
)
from surefoot.metrics import fix_rate, of_findings
from surefoot.model import BROKEN_SOURCE, Confidence, FileError, Finding, Run, Severity
from surefoot.report import Options, has_failed, write
from surefoot.report.summary import summary
from surefoot.report.text import safe


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of a run, and how."""

    outputs: list[Output]
    severity: Severity
    confidence: Confidence
    fail_on: Severity | None
    color: str
    fold: bool
    verbose: bool
    quiet: bool
    statistics: bool
    checklists: tuple[Checklist, ...]

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is severe and sure enough."""
        return finding.severity >= self.severity and finding.confidence >= self.confidence


class Place(enum.Enum):
    """Where the report that has no file goes."""

    STDOUT = "standard output"
    STDERR = "standard error"
    NOWHERE = "nowhere"


def visible(run: Run, view: View) -> tuple[Run, int]:
    """Return the run with the findings that are to be reported, and how many are not."""
    findings = tuple(finding for finding in run.findings if view.shows(finding))
    hidden = len(run.findings) - len(findings)
    metrics = run.metrics
    if metrics.mode == "informative":
        metrics = of_findings(metrics, findings)
    if run.baseline is not None:
        judged, carried = run.baseline.judged, len(run.baseline.carried)
        metrics = replace(
            metrics,
            initial_violations=judged,
            final_violations=len(findings) + carried,
            fix_rate=fix_rate(judged, judged - carried),
            settled=judged - carried,
            brought=len(findings),
        )
    suppressed = tuple(pair for pair in run.suppressed if pair[0].confidence >= view.confidence)
    return replace(run, findings=findings, suppressed=suppressed, metrics=metrics), hidden


def report(
    run: Run,
    hidden: int,
    view: View,
    catalog: Catalog,
    contents: dict[str, bytes],
    place: Place,
    *,
    failed: bool,
) -> None:
    """Write all reports, files first, and to standard error what standard output lacks.

    `failed` tells that the run fails whatever it found.
    """
    options = Options(
        catalog=catalog,
        fail_on=view.fail_on,
        failed=failed,
        hidden=hidden,
        color=view.color,
        cwd=os.getcwd(),
        fold=view.fold,
        verbose=view.verbose,
        quiet=view.quiet,
        statistics=view.statistics,
        contents=contents,
        checklists=view.checklists,
    )
    for output in view.outputs:
        if output.path is not None:
            with written(output.path) as file:
                write(output.format, run, file, replace(options, color=_in_file(view.color)))
    format = on_standard_output(view.outputs)
    if place is Place.NOWHERE:
        return
    if format is not None and place is Place.STDERR:
        write(format, run, sys.stderr, options)
    elif format is not None:
        try:
            with standard_output() as stream:
                write(format, run, stream, options)
        except BrokenPipeError:
            let_go_of_stdout()
    if view.quiet:
        return
    if format != "terminal":
        for notice in run.notices:
            click.echo(f"surefoot: {safe(notice)}", err=True)
        for line in summary(run, options):
            click.echo(line, err=True)


def exit_code(run: Run, fail_on: Severity | None, exit_zero: bool) -> int:
    """Return 2 where surefoot itself failed, 1 for findings and broken files, else 0."""
    if any(is_ours(failure.error) for failure in run.failures):
        return 2
    return int(has_failed(run, fail_on) and not exit_zero)


def is_ours(error: FileError) -> bool:
    """Whether surefoot failed, and not what it looked at."""
    return error not in BROKEN_SOURCE


def _in_file(color: str) -> str:
    """Return the choice of color for a file: only what was asked for by name holds there."""
    return color if color == "always" else "never"
