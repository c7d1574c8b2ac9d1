"""The review checklists, ticked as a reviewer would, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from surefoot.checklists import Checklist, Evidence, Item, Mark, Verdict, absence, checklists, tick
from surefoot.model import Run
from surefoot.report import Options
from surefoot.report.summary import summary
from surefoot.report.text import count, safe

_SHOWN = 10


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write the checklists with their items ticked, then what was looked at."""
    known = frozenset(rule.name for rule in options.catalog.rules)
    evidence = Evidence(run, known, options.contents)
    stream.write("# Review checklists\n")
    for checklist in options.checklists or checklists():
        for line in _section(checklist, evidence):
            stream.write(f"{line}\n")
    stream.write("\n---\n\n")
    stream.write(" ".join(safe(line) for line in summary(run, options)) + "\n")


def _section(checklist: Checklist, evidence: Evidence) -> Iterator[str]:
    yield ""
    yield f"## {checklist.title}"
    yield ""
    if checklist.applies is not None and not evidence.occurs(checklist.applies):
        yield f"Not applicable: {absence(checklist.applies)}."
        return
    for item, verdict in tick(checklist, evidence):
        yield from _lines(item, verdict)


def _lines(item: Item, verdict: Verdict) -> Iterator[str]:
    box = "[x]" if verdict.mark is Mark.PASSED else "[ ]"
    reason = f": {verdict.reason}" if verdict.reason else ""
    if verdict.mark is Mark.FAILED:
        reason = f": {count(len(verdict.findings), 'finding')}"
    yield f"- {box} {item.text} - **{verdict.mark.value}**{reason}"
    for finding in verdict.findings[:_SHOWN]:
        where = f"{finding.path}:{finding.span.line}"
        what = f"{finding.message} ({finding.severity.label}, {finding.rule})"
        yield f"  - {_code(where)} {_inline(what)}"
    if len(verdict.findings) > _SHOWN:
        yield f"  - and {len(verdict.findings) - _SHOWN:,} more"


def _code(text: str) -> str:
    """Return `text` as inline code, whatever it holds."""
    ticks = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{safe(text)}{pad}{ticks}"


def _inline(text: str) -> str:
    """Return a message with what Markdown or HTML would obey made harmless, its code kept."""
    parts = re.split(r"(`[^`]*`)", safe(text))
    return "".join(
        part if part.startswith("`") else re.sub(r"([\\*_\[\]<>#|])", r"\\\1", part)
        for part in parts
    )
