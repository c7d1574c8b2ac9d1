"""The report for people: each finding with its source, its consequence and the way to it."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from surefoot.catalog.entries import RuleInfo
from surefoot.model import Failure, Finding, Run, Severity
from surefoot.report import Options
from surefoot.report.excerpt import Sources, excerpt
from surefoot.report.screen import SEVERITY_STYLES, Screen, Segment
from surefoot.report.summary import (
    fixed_by_path,
    statistics,
    summary,
    unreported_failures,
)
from surefoot.report.text import place, safe

_FOLDED_FAMILY = "typing"
_NARROWEST = 20
_WIDEST = 200


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write all findings, then what could not be examined, then the summary."""
    _Terminal(run, Screen(stream, options.color), options).write()


class _Terminal:
    def __init__(self, run: Run, screen: Screen, options: Options) -> None:
        self.run, self.screen, self.options = run, screen, options
        self.sources = Sources(run.root, options.contents)
        self.folded = [finding for finding in run.findings if self._folds(finding)]
        self.shown = [finding for finding in run.findings if not self._folds(finding)]
        self.margin = max((len(str(finding.span.line)) for finding in self.shown), default=1) + 1
        self.indent = self.margin + len(" | ")
        self.room = max(_NARROWEST, (screen.width or _WIDEST) - self.indent)
        self.explained: set[str] = set()

    def write(self) -> None:
        for finding in self.shown:
            self._finding(finding)
        self._hints()
        for failure in unreported_failures(self.run):
            self._failure(failure)
        if not self.options.quiet:
            self._end()

    def _finding(self, finding: Finding) -> None:
        style = SEVERITY_STYLES[finding.severity]
        self._head(
            f"{self._place(finding.path)}:{finding.span.line}:{finding.span.column}",
            (f"{finding.severity.label}:", style),
            safe(finding.message),
            finding.rule,
        )
        for line in excerpt(finding, self.sources, self.room):
            label = "" if line.number is None else str(line.number)
            text_style = style if line.number is None else ""
            self.screen.line((f"{label:>{self.margin}} | ", "dim"), (line.text, text_style))
        self._reason(finding.rule)
        for number, step in enumerate(finding.chain, start=1):
            self._aside(f"{number}.", f"{self._place(step.path)}:{step.line}: {safe(step.text)}")
        if finding.fix is not None:
            self._aside(f"fix ({finding.fix.safety.label}):", safe(finding.fix.title))
        self.screen.line()

    def _reason(self, name: str) -> None:
        """Say why findings of a rule matter, the first time there is one."""
        rule = self.options.catalog.by_word.get(name)
        if rule is not None and name not in self.explained:
            self.explained.add(name)
            self._aside("why:", rule.consequence)

    def _folds(self, finding: Finding) -> bool:
        rule = self.options.catalog.by_word.get(finding.rule)
        return (
            self.options.fold
            and not self.options.verbose
            and finding.severity is Severity.INFO
            and isinstance(rule, RuleInfo)
            and rule.family == _FOLDED_FAMILY
        )

    def _hints(self) -> None:
        """Count the hints that are not shown, file by file, and without raising the voice."""
        by_path: dict[str, Counter[str]] = {}
        for finding in self.folded:
            by_path.setdefault(finding.path, Counter())[finding.rule] += 1
        for path, rules in by_path.items():
            told = ", ".join(f"{number} {rule}" for rule, number in sorted(rules.items()))
            parts = ((f"{self._place(path)}: ", ""), ("info: ", "cyan"), (told, ""))
            self.screen.line(*parts, hang=self.indent)
        if by_path:
            self.screen.line(("`--verbose` shows each of them.", "dim"), hang=0)
            self.screen.line()

    def _failure(self, failure: Failure) -> None:
        self._head(
            f"{self._place(failure.path)}:{failure.line}:{failure.column}",
            (f"not checked ({failure.error.value}):", SEVERITY_STYLES[Severity.ERROR]),
            safe(failure.message),
            failure.rule,
        )
        self.screen.line()

    def _fixed(self) -> None:
        """Tell what has been fixed, file by file."""
        for path, rules in fixed_by_path(self.run).items():
            told = ", ".join(f"{number} {rule}" for rule, number in rules.items())
            parts = ((f"{self._place(path)}: ", ""), ("fixed: ", "green"), (told, ""))
            self.screen.line(*parts, hang=self.indent)
        if self.run.fixed:
            self.screen.line()

    def _end(self) -> None:
        self._fixed()
        if self.options.statistics and (self.run.findings or self.run.fixed):
            for row in statistics(self.run):
                self.screen.line((row, ""))
            self.screen.line()
        if self.options.verbose:
            for skipped in self.run.skipped:
                told = f"{self._place(skipped.path)}: {safe(skipped.reason)}"
                self.screen.line((told, "dim"), hang=self.indent)
        for notice in self.run.notices:
            self.screen.line(("Note: ", "bold"), (safe(notice), ""), hang=len("Note: "))
        for number, sentence in enumerate(summary(self.run, self.options)):
            self.screen.line((sentence, self._verdict() if number == 1 else ""), hang=0)
        if self.run.findings:
            rule = self.run.findings[0].rule
            told = f"`surefoot explain {rule}` tells why a finding matters and what to do."
            self.screen.line((told, "dim"), hang=0)

    def _verdict(self) -> str:
        """Return the style of the sentence that counts the findings."""
        if not self.run.checked and not self.run.failures:
            return ""
        if self.run.findings:
            return SEVERITY_STYLES[max(finding.severity for finding in self.run.findings)]
        return SEVERITY_STYLES[Severity.ERROR] if self.run.failures else "bold green"

    def _place(self, path: str) -> str:
        return place(path, self.run.root, self.options.cwd)

    def _head(self, where: str, kind: Segment, message: str, rule: str | None) -> None:
        name = [(f" [{rule}]", "dim")] if rule else []
        parts = [(where, "bold"), (": ", ""), kind, (f" {message}", ""), *name]
        self.screen.line(*parts, hang=self.indent)

    def _aside(self, label: str, text: str) -> None:
        lead = f"{' ' * (self.margin + 1)}= {label} "
        self.screen.line((lead, "dim"), (text, ""), hang=self.indent)
