"""What a run comes to, in a few lines of text."""

from __future__ import annotations

from collections import Counter

from surefoot.model import Comparison, Failure, Run, Safety, Severity
from surefoot.report import Options
from surefoot.report.text import count, safe

_NOUNS = {
    Severity.CRITICAL: ("critical", "critical"),
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("info", "info"),
}


def summary(run: Run, options: Options) -> list[str]:
    """Return what was looked at, what was found, and what is not shown."""
    lines = [_files(run), _findings(run), *_fixes(run)]
    aside = []
    if run.suppressed:
        aside.append(f"{len(run.suppressed):,} suppressed by comments")
    if options.hidden:
        aside.append(f"{options.hidden:,} below the severity or confidence asked for")
    if aside:
        lines.append(f"Not shown: {', '.join(aside)}.")
    if run.baseline is not None:
        lines.append(_known(run.baseline))
    return lines


def _known(baseline: Comparison) -> str:
    told = f"In the baseline: {len(baseline.carried):,} still there"
    stale = sum(entry.count for entry in baseline.stale)
    if stale:
        told += f", {stale:,} no longer needed; `surefoot baseline prune` takes those out"
    return f"{told}."


def by_severity(run: Run) -> dict[Severity, int]:
    """Return how many findings there are of each severity, worst first."""
    counted = Counter(finding.severity for finding in run.findings)
    return {level: counted[level] for level in reversed(Severity)}


def by_rule(run: Run) -> dict[str, int]:
    """Return how many findings each rule has, most first, then by name."""
    counted = Counter(finding.rule for finding in run.findings)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def statistics(run: Run) -> list[str]:
    """Return one line per rule with findings: their number, the rule's code and its name.

    Where fixes were carried out, a table of what came of the findings of each rule.
    """
    codes = {finding.rule: finding.code for finding in (*run.findings, *run.fixed)}
    if run.metrics.mode == "executive":
        rows: list[tuple[str, ...]] = [
            ("found", "fixable", "applied", "settled", "undone", "left", "rule")
        ]
        left = by_rule(run)
        for each in run.metrics.rules:
            numbers = (each.found, each.fixable, each.applied, each.settled, each.undone)
            cells = [f"{number:,}" for number in (*numbers, left.get(each.rule, 0))]
            rows.append((*cells, each.rule))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
        return [
            "  ".join(
                (*(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=False)), row[-1])
            )
            for row in rows
        ]
    counted = by_rule(run)
    digits = max((len(f"{number:,}") for number in counted.values()), default=0)
    return [f"{number:>{digits},}  {codes[rule]:<6}  {rule}" for rule, number in counted.items()]


def fixed_by_path(run: Run) -> dict[str, dict[str, int]]:
    """Return, by file, how many findings of each rule have been fixed in it."""
    counted: dict[str, Counter[str]] = {}
    for finding in run.fixed:
        counted.setdefault(finding.path, Counter())[finding.rule] += 1
    return {path: dict(sorted(rules.items())) for path, rules in sorted(counted.items())}


def unreported_failures(run: Run) -> list[Failure]:
    """Return the failures that no finding of surefoot's own (`syntax-error`) speaks of."""
    told = {finding.path for finding in run.findings if finding.rule == "syntax-error"}
    return [failure for failure in run.failures if failure.rule or failure.path not in told]


def _files(run: Run) -> str:
    context = []
    if run.examined > len(run.checked):
        context.append(f"of a project of {run.examined:,}")
    if run.cached:
        context.append(f"{run.cached:,} unchanged")
    details = f" ({', '.join(context)})" if context else ""
    parts = [f"Checked {count(len(run.checked), 'file')}{details}"]
    if run.skipped:
        reasons = Counter(safe(skipped.reason) for skipped in run.skipped)
        told = ", ".join(f"{number:,} {reason}" for reason, number in reasons.most_common(3))
        parts.append(f"skipped {len(run.skipped):,} ({told})")
    failed = len({failure.path for failure in run.failures})
    if failed:
        parts.append(f"failed on {failed:,}")
    return f"{', '.join(parts)}, in {run.metrics.duration:.2f} s."


def _fixes(run: Run) -> list[str]:
    """Return what was fixed; where nothing was to be, what could be."""
    metrics = run.metrics
    if metrics.mode == "executive" and run.baseline is not None:
        if not run.findings and not run.fixed:
            return []
        told = count(len(run.fixed), "new finding")
        return [f"Fixed {told}, with {count(metrics.fixes_applied, 'fix', 'fixes')}."]
    if metrics.mode == "executive":
        if not metrics.initial_violations:
            return []
        told = f"Fixed {metrics.settled:,} of {count(metrics.initial_violations, 'finding')}"
        if metrics.brought:
            told += f", and there {'are' if metrics.brought > 1 else 'is'} {metrics.brought:,} new"
        return [
            f"{told} ({metrics.fix_rate:.0%}), with {count(metrics.fixes_applied, 'fix', 'fixes')}."
        ]
    fixable = Counter(each.fix.safety for each in run.findings if each.fix is not None)
    safe_ones, unsafe = fixable[Safety.SAFE], fixable[Safety.UNSAFE]
    if not safe_ones and not unsafe:
        return []
    ways = [f"{safe_ones:,} with `--fix`"] if safe_ones else []
    if unsafe:
        ways.append(f"{unsafe:,} {'more ' if safe_ones else ''}with `--fix --unsafe-fixes`")
    return [f"Can be fixed: {', '.join(ways)}."]


def _findings(run: Run) -> str:
    if not run.checked and not run.failures:
        return "There was no Python file to check."
    if not run.findings:
        return "No findings." if not run.failures else "No findings in what could be checked."
    told = [
        f"{number:,} {_NOUNS[level][number != 1]}"
        for level, number in by_severity(run).items()
        if number
    ]
    return f"{count(len(run.findings), 'finding')}: {', '.join(told)}."
