"""Runs made by hand, for the reports to show."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from surefoot.catalog import Catalog, RuleInfo
from surefoot.catalog.entries import OWN
from surefoot.model import (
    Confidence,
    Edit,
    Failure,
    FileError,
    Finding,
    Fix,
    Metrics,
    Run,
    Safety,
    Severity,
    Skipped,
    Span,
    Step,
    Suppression,
)
from surefoot.report import Options, write

METRICS = Metrics("20260101T000000Z-00000000", 0, 1, 0, 0, 1.0, "informative", 0.25)


def rule(name: str, code: str, family: str, **values: Any) -> RuleInfo:
    described = RuleInfo(
        name=name,
        code=code,
        family=family,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        default=True,
        summary=f"What {name} finds.",
        description=f"Why {name} hurts. What to do.",
        qualname="Sample",
    )
    return replace(described, **values)


CATALOG = Catalog(
    (
        *OWN,
        rule("missing-timeout", "SF101", "network"),
        rule("infinite-timeout", "SF102", "network"),
        rule("swallowed-exception", "SF201", "errors"),
        rule("missing-type-hints", "SF501", "typing"),
        rule("untyped-collection", "SF502", "typing"),
    )
)


def finding(**values: Any) -> Finding:
    made = Finding(
        path="app/client.py",
        span=Span(2, 12, 2, 24),
        rule="missing-timeout",
        code="SF101",
        message="`requests.get` waits for ever unless given `timeout`",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        scope="fetch",
        anchor="return requests.get(url)",
    )
    return replace(made, **values)


def run(*findings: Finding, **values: Any) -> Run:
    paths = tuple(dict.fromkeys(each.path for each in findings)) or ("app/client.py",)
    made = Run(
        root="/project",
        findings=findings,
        suppressed=(),
        failures=(),
        skipped=(),
        checked=paths,
        examined=len(paths),
        cached=0,
        lines=2,
        rules=tuple(each.name for each in CATALOG.rules),
        metrics=replace(METRICS, initial_violations=len(findings), final_violations=len(findings)),
    )
    return replace(made, **values)


def rich_run() -> Run:
    """A run with something of everything a report may have to show."""
    fix = Fix("Give it `timeout=10`", (Edit(Span(2, 35, 2, 35), ", timeout=10"),), Safety.UNSAFE)
    chain = (Step("app/views.py", 7, "`show` calls `fetch`"),)
    hints = finding(
        span=Span(1, 1, 1, 4),
        rule="missing-type-hints",
        code="SF501",
        severity=Severity.INFO,
        confidence=Confidence.MEDIUM,
        message="`fetch` does not say what it returns",
    )
    broken = finding(
        path="app/broken.py",
        span=Span(1, 1, 1, 1),
        rule="syntax-error",
        code="SF000",
        message="cannot be parsed",
        scope="",
        anchor="",
    )
    comment = Suppression(("missing-timeout",), "the proxy cuts it off", Span(9, 5, 9, 40), (9, 9))
    return run(
        broken,
        hints,
        finding(fix=fix, chain=chain),
        suppressed=((finding(span=Span(9, 1, 9, 5)), comment),),
        failures=(
            Failure("app/broken.py", FileError.SYNTAX, "cannot be parsed", 1, 5),
            Failure("app/client.py", FileError.RULE_CRASH, "ValueError", 3, 1, "infinite-timeout"),
        ),
        skipped=(Skipped("build/x.py", "excluded"), Skipped("link.py", "a broken link")),
        examined=5,
        cached=3,
        notices=("the cache could not be kept",),
    )


def options(**values: Any) -> Options:
    return replace(Options(catalog=CATALOG), **values)


class Terminal(io.StringIO):
    """A stream that passes for a terminal; its width is what COLUMNS says."""

    def isatty(self) -> bool:
        return True


def text(format: str, a_run: Run, *, width: int | None = None, **values: Any) -> str:
    """Return a report as it is written to a file, or with `width` to a terminal."""
    stream = Terminal() if width else io.StringIO()
    with patch.dict(os.environ, {"COLUMNS": str(width or "")}):
        write(format, a_run, stream, options(**{"color": "never", **values}))
    return stream.getvalue()


def project(root: Path, **files: str | bytes) -> str:
    """Write files (`client` for app/client.py) and return the root for a run."""
    (root / "app").mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (root / "app" / f"{name}.py").write_bytes(data)
    return str(root)
