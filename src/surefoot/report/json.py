"""The report for programs: JSON in a versioned envelope (`docs/schema/report.schema.json`).

Within major version 1 of the schema keys are added, never renamed or retyped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, TextIO

from surefoot import __version__
from surefoot.checklists import Evidence, checklists, tick
from surefoot.model import Comparison, Failure, Finding, Fix, Run, Suppression, fingerprints
from surefoot.report import Options, has_failed
from surefoot.report.summary import by_rule, by_severity
from surefoot.report.text import encodable

SCHEMA_VERSION = "1.0"


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write the report as one JSON object in ASCII, whatever the stream's encoding."""
    json.dump(_clean(envelope(run, options)), stream, indent=2)
    stream.write("\n")


def envelope(run: Run, options: Options) -> dict[str, Any]:
    """Return the report as plain data."""
    identities = fingerprints(run.findings)
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": "surefoot", "version": __version__},
        "status": "failed" if options.failed or has_failed(run, options.fail_on) else "success",
        "violations": [
            _violation(finding, identity)
            for finding, identity in zip(run.findings, identities, strict=True)
        ],
        "metrics": {
            "sessionId": run.metrics.session_id,
            "initialViolations": run.metrics.initial_violations,
            "iterations": run.metrics.iterations,
            "fixesApplied": run.metrics.fixes_applied,
            "finalViolations": run.metrics.final_violations,
            "fixRate": run.metrics.fix_rate,
            "mode": run.metrics.mode,
            "duration": round(run.metrics.duration, 6),
            "bySeverity": {level.label: number for level, number in by_severity(run).items()},
            "byRule": by_rule(run),
            "settled": run.metrics.settled,
            "new": run.metrics.brought,
            "fixesByRule": {
                each.rule: {
                    "found": each.found,
                    "fixable": each.fixable,
                    "applied": each.applied,
                    "settled": each.settled,
                    "undone": each.undone,
                }
                for each in run.metrics.rules
            },
        },
        "fixed": [{**_core(finding), "fix": _fix(finding.fix)} for finding in run.fixed],
        "scope": {
            "root": run.root.replace(os.sep, "/"),
            "filesChecked": len(run.checked),
            "filesExamined": run.examined,
            "filesCached": run.cached,
            "filesSkipped": len(run.skipped),
            "filesFailed": len({failure.path for failure in run.failures}),
            "lines": run.lines,
            "rules": list(run.rules),
            "hidden": options.hidden,
            "failOn": options.fail_on.label if options.fail_on else None,
        },
        "checks": _checks(run, options, dict(zip(map(id, run.findings), identities, strict=True))),
        "baseline": _baseline(run.baseline) if run.baseline is not None else None,
        "errors": [_error(failure) for failure in run.failures],
        "suppressed": [_suppressed(*pair) for pair in run.suppressed],
        "skipped": [{"file": item.path, "reason": item.reason} for item in run.skipped],
        "notices": list(run.notices),
    }


def _violation(finding: Finding, identity: str) -> dict[str, Any]:
    return {
        **_core(finding),
        "fingerprint": identity,
        "scope": finding.scope,
        "fix": _fix(finding.fix),
        "chain": [
            {"file": step.path, "line": step.line, "text": step.text} for step in finding.chain
        ],
    }


def _core(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "endLine": finding.span.end_line,
        "endColumn": finding.span.end_column,
        "check": finding.rule,
        "code": finding.code,
        "violation": finding.message,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    return {
        "safety": fix.safety.label,
        "title": fix.title,
        "edits": [
            {
                "line": edit.span.line,
                "column": edit.span.column,
                "endLine": edit.span.end_line,
                "endColumn": edit.span.end_column,
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }


def _checks(run: Run, options: Options, identities: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the ticked checklists; `identities` are the fingerprints by the finding's `id`."""
    evidence = Evidence(run, {rule.name for rule in options.catalog.rules}, options.contents)
    return [
        {
            "checklist": checklist.name,
            "item": item.text,
            "result": verdict.mark.value.replace(" ", "-"),
            "reason": verdict.reason,
            "rules": list(item.named),
            "violations": [identities[id(finding)] for finding in verdict.findings],
        }
        for checklist in options.checklists or checklists()
        for item, verdict in tick(checklist, evidence)
    ]


def _baseline(baseline: Comparison) -> dict[str, Any]:
    return {
        "file": baseline.file.replace(os.sep, "/"),
        "initial": baseline.judged,
        "carried": len(baseline.carried),
        "stale": [
            {"file": entry.path, "check": entry.rule, "scope": entry.scope, "count": entry.count}
            for entry in baseline.stale
        ],
    }


def _error(failure: Failure) -> dict[str, Any]:
    return {
        "file": failure.path,
        "line": failure.line,
        "column": failure.column,
        "kind": failure.error.value,
        "rule": failure.rule,
        "message": failure.message,
    }


def _suppressed(finding: Finding, suppression: Suppression) -> dict[str, Any]:
    return {
        **_core(finding),
        "suppression": {
            "line": suppression.span.line,
            "rules": list(suppression.rules),
            "reason": suppression.reason,
        },
    }


def _clean(value: Any) -> Any:
    """Return `value` with the bytes that are no text (in paths, mostly) spelt out."""
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value
