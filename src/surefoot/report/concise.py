"""One line per finding, for editors and `grep`: `path:line:col: CODE severity message [rule]`."""

from __future__ import annotations

from typing import TextIO

from surefoot.model import Run
from surefoot.report import Options
from surefoot.report.summary import statistics, unreported_failures
from surefoot.report.text import place, safe


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write the findings, then what could not be examined, then the statistics if asked for."""
    for finding in run.findings:
        path = place(finding.path, run.root, options.cwd)
        where = f"{path}:{finding.span.line}:{finding.span.column}"
        what = f"{finding.code} {finding.severity.label} {safe(finding.message)}"
        fix = f" [{finding.fix.safety.label} fix]" if finding.fix is not None else ""
        stream.write(f"{where}: {what} [{finding.rule}]{fix}\n")
    for failure in unreported_failures(run):
        where = f"{place(failure.path, run.root, options.cwd)}:{failure.line}:{failure.column}"
        rule = f" [{failure.rule}]" if failure.rule else ""
        stream.write(f"{where}: {failure.error.value} {safe(failure.message)}{rule}\n")
    if options.statistics:
        for line in statistics(run):
            stream.write(f"{line}\n")
