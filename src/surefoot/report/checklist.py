"""The review checklists, ticked as a reviewer would, in Markdown.

An item passes when every rule that decides it ran and found nothing. It fails with the
findings, and does not apply where the code has nothing it could be about. All others are
for a human, with the reason.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import yaml

from surefoot.facts.shipped import checklist_files
from surefoot.model import Finding, Run
from surefoot.report import Options
from surefoot.report.summary import summary
from surefoot.report.text import count, safe

_SHOWN = 10


class ChecklistError(Exception):
    """A mistake in a file of a checklist: the file, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at. `human` says why no rule can decide it, empty if rules can."""

    text: str
    rules: tuple[str, ...]
    human: str = ""
    applies: Applies | None = None


@dataclass(frozen=True, slots=True)
class Applies:
    """What must occur in the code for an item to be about it: any of these."""

    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list of items; all of them apply only where the list does."""

    title: str
    items: tuple[Item, ...]
    applies: Applies | None = None


class Mark(enum.Enum):
    """How an item is ticked."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    HUMAN = "for a human"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The mark of an item, the reason where it needs one, and what was found."""

    mark: Mark
    reason: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass
class Evidence:
    """What a run knows, looked at through the eyes of a checklist."""

    run: Run
    known: frozenset[str]
    contents: Mapping[str, bytes]
    _text: str | None = field(default=None, repr=False)

    def occurs(self, applies: Applies) -> bool:
        """Return whether a checked file has one of the imports or words."""
        text = self._all_text()
        modules = "|".join(re.escape(module) for module in applies.imports)
        if modules and re.search(rf"^\s*(?:from|import)\s+(?:{modules})\b", text, re.MULTILINE):
            return True
        return any(word in text for word in applies.words)

    def _all_text(self) -> str:
        if self._text is None:
            self._text = "\n".join(map(self._read, self.run.checked))
        return self._text

    def _read(self, path: str) -> str:
        content = self.contents.get(path)
        if content is None:
            try:
                content = (Path(self.run.root) / path).read_bytes()
            except OSError:
                return ""
        return content.decode("utf-8", "replace")


def write(run: Run, stream: TextIO, options: Options) -> None:
    """Write every checklist with its items ticked, then what was looked at."""
    known = frozenset(rule.name for rule in options.catalog.rules)
    evidence = Evidence(run, known, options.contents)
    stream.write("# Review checklists\n")
    for path in options.checklists or checklist_files():
        for line in _section(read_checklist(path), evidence):
            stream.write(f"{line}\n")
    stream.write("\n---\n\n")
    stream.write(" ".join(safe(line) for line in summary(run, options)) + "\n")


def read_checklist(path: Path) -> Checklist:
    """Return the checklist in a file; raises `ChecklistError` for what is none."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        _refuse_unknown(data, {"checklist", "applies", "items"})
        items = [_item(item) for item in data["items"]]
        return Checklist(data["checklist"], tuple(items), _applies(data))
    except (KeyError, TypeError) as error:
        raise ChecklistError(f"{path}: {error}") from error


def judge(item: Item, evidence: Evidence) -> Verdict:
    """Return how to tick an item."""
    findings = tuple(finding for finding in evidence.run.findings if finding.rule in item.rules)
    if findings:
        return Verdict(Mark.FAILED, findings=findings)
    if item.applies is not None and not evidence.occurs(item.applies):
        return Verdict(Mark.NOT_APPLICABLE, _absence(item.applies))
    missing = [rule for rule in item.rules if rule not in evidence.known]
    idle = [rule for rule in item.rules if rule in evidence.known - set(evidence.run.rules)]
    ran = [rule for rule in item.rules if rule in evidence.run.rules]
    if item.human:
        looked = f"; {_names(ran)} found nothing" if ran else ""
        return Verdict(Mark.HUMAN, f"{item.human}{looked}")
    reasons = [f"{_names(ran)} found nothing"] if ran else []
    if missing:
        reasons.append(f"this version has no {_names(missing)}")
    if idle:
        reasons.append(f"{_names(idle)} did not run")
    if missing or idle:
        return Verdict(Mark.HUMAN, "; ".join(reasons))
    if evidence.run.failures:
        failed = len({failure.path for failure in evidence.run.failures})
        return Verdict(
            Mark.HUMAN, f"{reasons[0]}, but {count(failed, 'file')} could not be checked"
        )
    return Verdict(Mark.PASSED)


def _section(checklist: Checklist, evidence: Evidence) -> Iterator[str]:
    yield ""
    yield f"## {checklist.title}"
    yield ""
    if checklist.applies is not None and not evidence.occurs(checklist.applies):
        yield f"Not applicable: {_absence(checklist.applies)}."
        return
    for item in checklist.items:
        yield from _lines(item, judge(item, evidence))


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


def _absence(applies: Applies) -> str:
    wanted = [f"`{module}`" for module in applies.imports] + [f"`{w}`" for w in applies.words]
    shown = [*wanted[:3], "the like"] if len(wanted) > 3 else wanted
    listed = " or ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)
    return f"there is no {'import of ' if applies.imports else ''}{listed} in the checked files"


def _names(rules: Sequence[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in rules)


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


def _item(data: Any) -> Item:
    _refuse_unknown(data, {"item", "rules", "human", "applies"})
    return Item(data["item"], tuple(data["rules"]), data.get("human", ""), _applies(data))


def _applies(data: Mapping[str, Any]) -> Applies | None:
    if "applies" not in data:
        return None
    applies = data["applies"]
    _refuse_unknown(applies, {"imports", "words"})
    return Applies(tuple(applies.get("imports", ())), tuple(applies.get("words", ())))


def _refuse_unknown(data: Mapping[str, Any], known: set[str]) -> None:
    unknown = data.keys() - known
    if unknown:
        raise TypeError(f"unknown key {', '.join(sorted(unknown))}")
