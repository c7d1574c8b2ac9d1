"""The report as one page for the browser, with everything in it: no network, no other file.

Whatever source, messages and names hold is text on the page. A content security policy lets
run only the script that comes with surefoot, by its digest, and lets nothing be loaded.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TextIO

from surefoot.checklists import Evidence, Mark, checklists, tick
from surefoot.model import Finding, Run, Severity
from surefoot.owners import Owners, read_owners
from surefoot.report import Options
from surefoot.report.chart import chart, figures_table
from surefoot.report.excerpt import Sources
from surefoot.report.summary import by_rule, by_severity, summary, unreported_failures
from surefoot.report.text import count, encodable, safe

_ASSETS = Path(__file__).parent / "assets"
_AROUND = 2
_LONGEST = 400
_TICKS = {Mark.PASSED: "☑", Mark.FAILED: "☒", Mark.NOT_APPLICABLE: "☐", Mark.HUMAN: "☐"}


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write the page: figures, findings with filters, checklists, trend if there is one."""
    for part in _page(run, options):
        stream.write(encodable(part))
        stream.write("\n")


def text(words: str) -> str:
    """Return words as they can stand in a page, and in an attribute of it."""
    return escape(safe(words))


def _page(run: Run, options: Options) -> Iterator[str]:
    style = (_ASSETS / "report.css").read_text(encoding="utf-8")
    script = (_ASSETS / "report.js").read_text(encoding="utf-8")
    name = Path(run.root).name or run.root
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>surefoot: {text(name)}</title>"
    yield f"<style>{style}</style></head>"
    yield "<body>"
    yield f"<header><h1>{text(name)}</h1>"
    yield f'<p class="soft">{"<br>".join(map(text, summary(run, options)))}</p></header>'
    yield from _tiles(run)
    yield from _findings(run, options)
    yield from _failures(run)
    yield from _checklists(run, options)
    if options.course is not None and options.course.points:
        yield "<h2>Trend</h2>"
        yield from chart(options.course)
        owners = read_owners(run.root)
        yield from figures_table("rule", options.course, lambda life: (life.sign.rule,))
        yield from figures_table("owner", options.course, lambda life: owners.of(life.sign.path))
    yield f'<p class="soft">Session {text(run.metrics.session_id)}</p>'
    yield f"<script>{script}</script>"
    yield "</body></html>"


def _policy(style: str, script: str) -> str:
    """Return what the page may do: use this style and this script, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _tiles(run: Run) -> Iterator[str]:
    yield '<div class="tiles">'
    for level, number in by_severity(run).items():
        yield f'<div class="tile"><b>{number:,}</b>{level.label}</div>'
    metrics = run.metrics
    yield f'<div class="tile"><b>{metrics.fix_rate:.0%}</b>fix rate</div>'
    yield f'<div class="tile"><b>{metrics.fixes_applied:,}</b>fixes applied</div>'
    yield f'<div class="tile"><b>{run.lines:,}</b>lines</div>'
    yield "</div>"


def _findings(run: Run, options: Options) -> Iterator[str]:
    owners = read_owners(run.root)
    sources = Sources(run.root, options.contents)
    yield "<h2>Findings</h2>"
    yield '<form id="filters">'
    yield '<input type="search" name="q" placeholder="Search" aria-label="Search">'
    yield _choice("severity", [level.label for level in reversed(Severity)])
    yield _choice("check", sorted(by_rule(run)))
    names = {name for finding in run.findings for name in owners.of(finding.path)}
    yield _choice("owner", sorted(names))
    yield f'<output id="shown">{count(len(run.findings), "finding")}</output></form>'
    for path, found in groupby(run.findings, key=lambda finding: finding.path):
        yield f'<section class="file"><h3 class="place">{text(path)}</h3>'
        for finding in found:
            yield from _finding(finding, owners, sources, options)
        yield "</section>"


def _choice(name: str, values: Iterable[str]) -> str:
    options = "".join(f'<option value="{text(value)}">{text(value)}</option>' for value in values)
    return (
        f'<select name="{name}" aria-label="{name}"><option value="">any {name}</option>'
        f"{options}</select>"
    )


def _finding(finding: Finding, owners: Owners, sources: Sources, options: Options) -> Iterator[str]:
    level = finding.severity.label
    names = " ".join(owners.of(finding.path))
    yield (
        f'<article class="finding {level}" data-severity="{level}" '
        f'data-check="{text(finding.rule)}" data-owner="{text(names)}">'
    )
    yield (
        f'<p><span class="badge {level}">{level}</span> {_message(finding.message)} '
        f'<span class="soft">{text(finding.code)} {text(finding.rule)}</span></p>'
    )
    where = f"{finding.path}:{finding.span.line}:{finding.span.column}"
    scope = f" in <code>{text(finding.scope)}</code>" if finding.scope else ""
    yield f'<p class="soft"><span class="place">{text(where)}</span>{scope}</p>'
    yield from _source(finding, sources)
    if finding.chain:
        yield "<ol>"
        for step in finding.chain:
            place = f'<span class="place">{text(step.path)}:{step.line}</span>'
            yield f"<li>{place} {_message(step.text)}</li>"
        yield "</ol>"
    if finding.fix is not None:
        yield f"<p>Fix ({finding.fix.safety.label}): {_message(finding.fix.title)}</p>"
    described = next((rule for rule in options.catalog.rules if rule.name == finding.rule), None)
    if described is not None and described.description:
        yield (
            f"<details><summary>{_message(described.summary)}</summary>"
            f"<p>{_message(' '.join(described.description.split()))}</p></details>"
        )
    yield "</article>"


def _message(message: str) -> str:
    """Return a message with what stands between backticks as code."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return text(message)
    return "".join(
        f"<code>{text(part)}</code>" if index % 2 else text(part)
        for index, part in enumerate(parts)
    )


def _source(finding: Finding, sources: Sources) -> Iterator[str]:
    """Yield the finding's line with those around it; as it was, where the file has changed."""
    lines, span = sources.lines(finding.path), finding.span
    there = lines[span.line - 1] if 0 < span.line <= len(lines) else ""
    if there.strip() != finding.anchor:
        if finding.anchor:
            yield f"<pre>{text(finding.anchor)}</pre>"
        return
    first, last = max(1, span.line - _AROUND), min(len(lines), span.line + _AROUND)
    rows = []
    for number in range(first, last + 1):
        line = text(lines[number - 1].expandtabs(4)[:_LONGEST])
        row = f"<i>{number:>5} </i>{line}"
        rows.append(f'<span class="at">{row}</span>' if number == span.line else row)
    yield "<pre>" + "\n".join(rows) + "</pre>"


def _failures(run: Run) -> Iterator[str]:
    failures = unreported_failures(run)
    if failures:
        yield "<h2>Not examined</h2><ul>"
        for failure in failures:
            where = f"{failure.path}:{failure.line}"
            yield f'<li><span class="place">{text(where)}</span> {text(failure.message)}</li>'
        yield "</ul>"


def _checklists(run: Run, options: Options) -> Iterator[str]:
    known = frozenset(rule.name for rule in options.catalog.rules)
    evidence = Evidence(run, known, options.contents)
    yield "<h2>Review checklists</h2>"
    for checklist in options.checklists or checklists():
        ticked = tick(checklist, evidence)
        marks = Counter(verdict.mark for _, verdict in ticked)
        told = ", ".join(f"{number} {mark.value}" for mark, number in marks.items())
        yield f"<details><summary><b>{text(checklist.title)}</b>: {told}</summary>"
        yield '<ul class="checklist">'
        for item, verdict in ticked:
            reason = f": {_message(verdict.reason)}" if verdict.reason else ""
            if verdict.findings:
                reason = f": {count(len(verdict.findings), 'finding')}"
            yield (
                f"<li>{_TICKS[verdict.mark]} {_message(item.text)} "
                f'<span class="soft">{verdict.mark.value}{reason}</span></li>'
            )
        yield "</ul></details>"
