"""What is known of each rule, and the catalogue they make up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from surefoot.model import NO_DEFAULTS, Confidence, Defaults, Severity
from surefoot.ruleset import RuleEntry, RuleSet

PACKAGE = "surefoot.rules"
_FIRST_SENTENCE = re.compile(r"(.+?[.!?])(?=\s|$)", re.DOTALL)


class UnknownRule(LookupError):
    """No rule has the name or code `word`; `nearest` is one that nearly is, or None."""

    def __init__(self, word: str, nearest: str | None) -> None:
        hint = f"; did you mean `{nearest}`?" if nearest else ""
        super().__init__(f"unknown rule `{word}`{hint}")
        self.word, self.nearest = word, nearest


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What is known of a rule without running it.

    `default` tells whether it runs when nobody selects rules. `own` marks what surefoot
    reports by itself (a file that cannot be parsed, an idle suppression): always on, and
    no class `qualname` stands behind it.
    """

    name: str
    code: str
    family: str
    severity: Severity
    confidence: Confidence
    default: bool
    summary: str
    description: str
    own: bool = False
    qualname: str = ""

    @property
    def consequence(self) -> str:
        """Why the mistake hurts, in one sentence."""
        return first_sentence(self.description) or self.summary


OWN = (
    RuleInfo(
        name="syntax-error",
        code="SF000",
        family="surefoot",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        default=True,
        own=True,
        summary="A file that cannot be read as Python.",
        description=(
            "Nothing in this file was checked, so its silence means nothing. Mend the syntax or "
            "the encoding, or exclude the file if it is not meant to be Python."
        ),
    ),
    RuleInfo(
        name="unused-suppression",
        code="SF001",
        family="surefoot",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        default=True,
        own=True,
        summary="A comment that suppresses a finding which is not there.",
        description=(
            "It would silently hide the next mistake of that kind on its line. Remove the comment, "
            "or the rule from its list. Rules that did not run are never counted as unused."
        ),
    ),
    RuleInfo(
        name="unknown-suppression",
        code="SF002",
        family="surefoot",
        severity=Severity.WARNING,
        confidence=Confidence.HIGH,
        default=True,
        own=True,
        summary="A comment that suppresses a rule nobody knows.",
        description=(
            "It suppresses nothing: the name is misspelt, or the rule is gone. Correct the name, "
            "or remove it."
        ),
    ),
)


@dataclass(frozen=True)
class Catalog:
    """All rules, sorted by code."""

    rules: tuple[RuleInfo, ...]

    @cached_property
    def by_word(self) -> dict[str, RuleInfo]:
        """Every rule under its name and under its code."""
        return {word: rule for rule in self.rules for word in (rule.name, rule.code)}

    def find(self, word: str) -> RuleInfo:
        """Return the rule with this name or code, however capitalised.

        Raises `UnknownRule`.
        """
        rule = self.by_word.get(word.lower().replace("_", "-")) or self.by_word.get(word.upper())
        if rule is None:
            raise UnknownRule(word, self._nearest(word, self.by_word))
        return rule

    def rule_set(self, names: Iterable[str], defaults: Defaults = NO_DEFAULTS) -> RuleSet:
        """Return the named rules as the engine wants them; surefoot's own need no engine."""
        wanted = frozenset(names)
        return RuleSet(
            tuple(
                RuleEntry(rule.name, module_of(rule), rule.qualname)
                for rule in self.rules
                if rule.name in wanted and not rule.own
            ),
            defaults,
        )

    def _nearest(self, word: str, known: Iterable[str]) -> str | None:
        from difflib import get_close_matches

        spellings = {spelling.lower(): spelling for spelling in known}
        near = get_close_matches(word.lower().replace("_", "-"), spellings, 1)
        return spellings[near[0]] if near else None


def module_of(rule: RuleInfo) -> str:
    """Return the dotted name of the module that holds a rule."""
    return f"{PACKAGE}.{rule.family}.{rule.name.replace('-', '_')}"


def first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph, on one line; empty if there is none."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    match = _FIRST_SENTENCE.match(paragraph)
    return match[1] if match else paragraph
