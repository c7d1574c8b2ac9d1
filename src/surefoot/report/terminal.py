"""The report for people: each finding with its source, its consequence and the way to it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from surefoot.catalog.entries import RuleInfo
from surefoot.model import Failure, Finding, Run, Severity
from surefoot.report import Options
from surefoot.report.excerpt import Sources, excerpt
from surefoot.report.summary import statistics, summary, unreported_failures
from surefoot.report.text import safe

_FOLDED_FAMILY = "typing"
_COLORS = {
    Severity.CRITICAL: "1;35",
    Severity.ERROR: "1;31",
    Severity.WARNING: "1;33",
    Severity.INFO: "1;36",
}
_BOLD, _DIM = "1", "2"


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write all findings, then what could not be examined, then the summary."""
    _Terminal(run, stream, options).write()


class _Terminal:
    def __init__(self, run: Run, stream: TextIO, options: Options) -> None:
        self.run, self.stream, self.options = run, stream, options
        self.sources = Sources(run.root, options.contents)
        self.margin = max((len(str(finding.span.line)) for finding in run.findings), default=1) + 1

    def write(self) -> None:
        folded = []
        for finding in self.run.findings:
            if self._folds(finding):
                folded.append(finding)
            else:
                self._finding(finding)
        self._folded(folded)
        for failure in unreported_failures(self.run):
            self._failure(failure)
        if not self.options.quiet:
            self._end()

    def _finding(self, finding: Finding) -> None:
        color = _COLORS[finding.severity]
        where = f"{safe(finding.path)}:{finding.span.line}:{finding.span.column}"
        severity = self._paint(f"{finding.severity.label}:", color)
        rule = self._paint(f"[{finding.rule}]", _DIM)
        self._line(f"{self._paint(where, _BOLD)}: {severity} {safe(finding.message)} {rule}")
        for line in excerpt(finding, self.sources, self._room()):
            label = "" if line.number is None else str(line.number)
            text = self._paint(line.text, color) if line.number is None else line.text
            self._line(f"{self._paint(f'{label:>{self.margin}} |', _DIM)} {text}".rstrip())
        rule_info = self.options.catalog.by_word.get(finding.rule)
        if rule_info is not None:
            self._aside(rule_info.consequence)
        for number, step in enumerate(finding.chain, start=1):
            self._aside(f"{number}. {safe(step.path)}:{step.line}: {safe(step.text)}")
        if finding.fix is not None:
            self._aside(f"fix ({finding.fix.safety.label}): {safe(finding.fix.title)}")
        self._line()

    def _folds(self, finding: Finding) -> bool:
        rule = self.options.catalog.by_word.get(finding.rule)
        return (
            self.options.fold
            and not self.options.verbose
            and finding.severity is Severity.INFO
            and isinstance(rule, RuleInfo)
            and rule.family == _FOLDED_FAMILY
        )

    def _folded(self, findings: list[Finding]) -> None:
        by_path: dict[str, Counter[str]] = {}
        for finding in findings:
            by_path.setdefault(finding.path, Counter())[finding.rule] += 1
        for path, rules in by_path.items():
            told = ", ".join(f"{number} {rule}" for rule, number in sorted(rules.items()))
            info = self._paint("info:", _COLORS[Severity.INFO])
            self._line(f"{self._paint(safe(path), _BOLD)}: {info} {told}")
        if by_path:
            self._line(self._paint("`--verbose` shows each of them.", _DIM))
            self._line()

    def _failure(self, failure: Failure) -> None:
        where = self._paint(f"{safe(failure.path)}:{failure.line}:{failure.column}", _BOLD)
        kind = self._paint(f"not checked ({failure.error.value}):", _COLORS[Severity.ERROR])
        rule = f" {self._paint(f'[{failure.rule}]', _DIM)}" if failure.rule else ""
        self._line(f"{where}: {kind} {safe(failure.message)}{rule}")
        self._line()

    def _end(self) -> None:
        if self.options.statistics and self.run.findings:
            for row in statistics(self.run):
                self._line(row)
            self._line()
        if self.options.verbose:
            for skipped in self.run.skipped:
                self._line(self._paint(f"{safe(skipped.path)}: {safe(skipped.reason)}", _DIM))
        for notice in self.run.notices:
            self._line(f"Note: {safe(notice)}")
        for sentence in summary(self.run, self.options):
            self._line(sentence)
        if self.run.findings:
            rule = self.run.findings[0].rule
            self._line(f"`surefoot explain {rule}` tells why a finding matters and what to do.")

    def _aside(self, text: str) -> None:
        for number, part in enumerate(self._wrapped(text)):
            mark = "  " if number else "= "
            self._line(f"{' ' * (self.margin + 1)}{self._paint(mark + part, _DIM)}")

    def _wrapped(self, text: str) -> Iterator[str]:
        room = self._room()
        yield from textwrap.wrap(text, room) if room else [text]

    def _room(self) -> int | None:
        """Return how wide text may be to the right of the line numbers."""
        if self.options.width is None:
            return None
        return max(30, self.options.width - self.margin - 3)

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.options.color and text else text

    def _line(self, text: str = "") -> None:
        self.stream.write(f"{text}\n")
