"""The review checklists: items as data, and how a run ticks them.

An item passes when every rule that decides it ran and found nothing. It fails with the
findings, and does not apply where the code has nothing it could be about. All others are
for a human, with the reason.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surefoot.facts.shipped import checklist_files
from surefoot.model import Finding, Run


class ChecklistError(Exception):
    """A mistake in a file of a checklist, or a name that is none: what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Applies:
    """What must occur in the code for an item to be about it: any of these."""

    imports: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at.

    `rules` decide it together; `signals` are opt-in rules, whose findings count where they
    ran. `human` says why rules cannot decide it, and is empty where they can.
    """

    text: str
    rules: tuple[str, ...]
    signals: tuple[str, ...] = ()
    human: str = ""
    applies: Applies | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """All rules that speak about the item."""
        return (*self.rules, *self.signals)


@dataclass(frozen=True, slots=True)
class Checklist:
    """A list of items, by the name of its file; all of them apply only where the list does."""

    name: str
    title: str
    items: tuple[Item, ...]
    applies: Applies | None = None

    @property
    def named(self) -> frozenset[str]:
        """All rules that speak about one of the items."""
        return frozenset(rule for item in self.items for rule in item.named)


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
    """What a run knows, looked at through the eyes of a checklist.

    `known` are the names of all rules there are; `contents` holds the text of files that
    are not on disk as they were checked, by path.
    """

    run: Run
    known: Collection[str]
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


def checklists(names: Sequence[str] = ()) -> tuple[Checklist, ...]:
    """Return the checklists of these names, all that are shipped where there are none.

    What ends in `.yaml` is the path of a list of one's own. Raises `ChecklistError` for
    names that are none.
    """
    shipped = {path.stem: path for path in checklist_files()}
    if not names:
        return tuple(map(read_checklist, shipped.values()))
    found = []
    for name in names:
        path = Path(name) if name.endswith((".yaml", ".yml")) else shipped.get(name)
        if path is None:
            from difflib import get_close_matches

            near = get_close_matches(name, shipped, 1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(shipped)}"
            raise ChecklistError(f"no checklist is called `{name}`; {hint}")
        found.append(read_checklist(path))
    return tuple(found)


def read_checklist(path: Path) -> Checklist:
    """Return the checklist in a file; raises `ChecklistError` for what is none."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), loader)
        _refuse_unknown(data, {"checklist", "applies", "items"})
        items = [_item(item) for item in data["items"]]
        return Checklist(path.stem, data["checklist"], tuple(items), _applies(data))
    except (AttributeError, KeyError, TypeError, OSError, ValueError, yaml.YAMLError) as error:
        raise ChecklistError(f"{path}: {error}") from error


def tick(checklist: Checklist, evidence: Evidence) -> list[tuple[Item, Verdict]]:
    """Return the items of a checklist, each with how to tick it."""
    if checklist.applies is not None and not evidence.occurs(checklist.applies):
        none = Verdict(Mark.NOT_APPLICABLE, absence(checklist.applies))
        return [(item, none) for item in checklist.items]
    return [(item, judge(item, evidence)) for item in checklist.items]


def judge(item: Item, evidence: Evidence) -> Verdict:
    """Return how to tick an item."""
    run = evidence.run
    findings = tuple(finding for finding in run.findings if finding.rule in item.named)
    if findings:
        return Verdict(Mark.FAILED, findings=findings)
    if item.applies is not None and not evidence.occurs(item.applies):
        return Verdict(Mark.NOT_APPLICABLE, absence(item.applies))
    missing = [rule for rule in item.named if rule not in evidence.known]
    idle = [rule for rule in item.rules if rule in evidence.known and rule not in run.rules]
    ran = [rule for rule in item.named if rule in run.rules]
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
    if run.failures:
        failed = len({failure.path for failure in run.failures})
        files = "1 file" if failed == 1 else f"{failed:,} files"
        return Verdict(Mark.HUMAN, f"{reasons[0]}, but {files} could not be checked")
    return Verdict(Mark.PASSED)


def absence(applies: Applies) -> str:
    """Return in words that none of it occurs in the code."""
    wanted = [f"`{module}`" for module in applies.imports] + [f"`{w}`" for w in applies.words]
    shown = [*wanted[:3], "the like"] if len(wanted) > 3 else wanted
    listed = " or ".join(part for part in (", ".join(shown[:-1]), shown[-1]) if part)
    return f"there is no {'import of ' if applies.imports else ''}{listed} in the checked files"


def _names(rules: Sequence[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in rules)


def _item(data: Any) -> Item:
    _refuse_unknown(data, {"item", "rules", "signals", "human", "applies"})
    human = data.get("human", "")
    rules = tuple(data["rules"] if not human else data.get("rules", ()))
    return Item(data["item"], rules, tuple(data.get("signals", ())), human, _applies(data))


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
