"""The catalogue: which rules there are, what is known of them, and which of them are to run.

A rule is one file `rules/<family>/<name>.py`; nothing lists them. What most runs need of
a rule stands in its source as literals, so it is read without importing the rule (which
would import the parser) and kept as JSON in the cache directory until a rule file changes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot import __version__
from surefoot.model import Confidence, Severity
from surefoot.ruleset import RuleEntry, RuleSet

if TYPE_CHECKING:
    import ast

    from surefoot.rule import Rule

RULES = Path(__file__).parent / "rules"
PACKAGE = "surefoot.rules"
EVERYTHING = "ALL"
_INDEX = "catalog.json"
_FIRST_SENTENCE = re.compile(r"(.+?[.!?])(?=\s|$)", re.DOTALL)


class CatalogError(Exception):
    """The rule files contradict each other or leave out what a rule must state."""


class UnknownRule(LookupError):
    """No rule, code or family is spelt `word`; `nearest` is one that nearly is, or None."""

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


@dataclass(frozen=True, slots=True)
class Selection:
    """Words that choose rules: names, codes, beginnings of codes, families, or `ALL`.

    `select` replaces what was chosen before, unless it is None; `extend` adds to it and
    `ignore` takes from it. Where two words speak of the same rule the narrower one wins;
    between equals, `ignore`.
    """

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


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

    def matching(self, word: str) -> frozenset[str]:
        """Return the names of the rules that `word` stands for.

        Raises `UnknownRule`.
        """
        return self._match(word)[1]

    def select(self, selections: Sequence[Selection]) -> tuple[str, ...]:
        """Return the names of the rules to run, sorted by code.

        The rules that are on by default are the start; each selection works on the result
        of the one before it. Raises `UnknownRule`.
        """
        chosen = frozenset(rule.name for rule in self.rules if rule.default)
        for selection in selections:
            wanted = dict.fromkeys(chosen, 0) if selection.select is None else {}
            self._weigh((*(selection.select or ()), *selection.extend), wanted)
            refused: dict[str, int] = {}
            self._weigh(selection.ignore, refused)
            chosen = frozenset(
                name for name, weight in wanted.items() if weight > refused.get(name, -1)
            )
        return tuple(rule.name for rule in self.rules if rule.name in chosen or rule.own)

    def rule_set(self, names: Iterable[str]) -> RuleSet:
        """Return the named rules as the engine wants them; surefoot's own need no engine."""
        wanted = frozenset(names)
        return RuleSet(
            tuple(
                RuleEntry(rule.name, module_of(rule), rule.qualname)
                for rule in self.rules
                if rule.name in wanted and not rule.own
            )
        )

    def _weigh(self, words: Iterable[str], weights: dict[str, int]) -> None:
        for word in words:
            weight, names = self._match(word)
            for name in names:
                weights[name] = max(weight, weights.get(name, 0))

    def _match(self, word: str) -> tuple[int, frozenset[str]]:
        """Return how narrow a word is, and the rules it stands for."""
        if word.upper() == EVERYTHING:
            return 0, frozenset(rule.name for rule in self.rules if not rule.own)
        families = frozenset(rule.name for rule in self.rules if rule.family == word.lower())
        if families:
            return 1, families
        exact = self.by_word.get(word.lower().replace("_", "-")) or self.by_word.get(word.upper())
        if exact is not None:
            return 100, frozenset({exact.name})
        prefix = word.upper()
        if re.fullmatch(r"SF\d*", prefix):
            matching = [rule.name for rule in self.rules if rule.code.startswith(prefix)]
            if matching:
                return len(prefix), frozenset(matching)
        known = [*self.by_word, *(rule.family for rule in self.rules), EVERYTHING]
        raise UnknownRule(word, self._nearest(word, known))

    def _nearest(self, word: str, known: Iterable[str]) -> str | None:
        from difflib import get_close_matches

        spellings = {spelling.lower(): spelling for spelling in known}
        near = get_close_matches(word.lower().replace("_", "-"), spellings, 1)
        return spellings[near[0]] if near else None


def load_catalog(cache_dir: Path | None = None, rules: Path = RULES) -> Catalog:
    """Describe all rules without importing them.

    With `cache_dir`, what was read is kept there; a directory that cannot be written is
    no error. Raises `CatalogError`.
    """
    files = _rule_files(rules)
    key = _key(files)
    kept = _read_index(cache_dir, key) if cache_dir else None
    if kept is not None:
        return kept
    described = [_describe(path) for path in files]
    catalog = Catalog(_checked([*OWN, *described]))
    if cache_dir:
        _keep_index(cache_dir, key, catalog)
    return catalog


def module_of(rule: RuleInfo) -> str:
    """Return the dotted name of the module that holds a rule."""
    return f"{PACKAGE}.{rule.family}.{rule.name.replace('-', '_')}"


def all_rules(package: str = PACKAGE) -> list[type[Rule]]:
    """Import every rule of `package` and return them sorted by code.

    Raises `CatalogError` where two share a name or a code.
    """
    import importlib
    import inspect
    import pkgutil

    from surefoot.rule import Rule

    root = importlib.import_module(package)
    found: list[type[Rule]] = []
    for module in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            if (
                inspect.isclass(value)
                and issubclass(value, Rule)
                and value is not Rule
                and value.__module__ == module.name
                and not value.__name__.startswith("_")
            ):
                found.append(value)
    _refuse_duplicates((rule.name, rule.code, rule.__module__) for rule in found)
    return sorted(found, key=lambda rule: _code_order(rule.code))


def first_sentence(text: str) -> str:
    """Return the first sentence of the first paragraph, on one line; empty if there is none."""
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    match = _FIRST_SENTENCE.match(paragraph)
    return match[1] if match else paragraph


def _rule_files(rules: Path) -> list[Path]:
    return sorted(
        Path(file.path)
        for family in os.scandir(rules)
        if family.is_dir() and not family.name.startswith(("_", "."))
        for file in os.scandir(family.path)
        if file.name.endswith(".py") and not file.name.startswith(("_", "."))
    )


def _key(files: Sequence[Path]) -> str:
    stats = ((path, path.stat()) for path in files)
    state = [__version__, *(f"{path}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats)]
    return "\n".join(state)


def _read_index(cache_dir: Path, key: str) -> Catalog | None:
    try:
        kept = json.loads((cache_dir / _INDEX).read_text("utf-8"))
        if kept["key"] != key:
            return None
        return Catalog(
            tuple(
                RuleInfo(
                    **{
                        **rule,
                        "severity": Severity(rule["severity"]),
                        "confidence": Confidence(rule["confidence"]),
                    }
                )
                for rule in kept["rules"]
            )
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _keep_index(cache_dir: Path, key: str, catalog: Catalog) -> None:
    temporary = cache_dir / f"{_INDEX}.{os.getpid()}"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        rules = [asdict(rule) for rule in catalog.rules]
        temporary.write_text(json.dumps({"key": key, "rules": rules}), "utf-8")
        temporary.replace(cache_dir / _INDEX)
    except OSError:
        return


def _describe(path: Path) -> RuleInfo:
    """Read name, code and the rest from the source of a rule."""
    import ast

    expected = path.stem.replace("_", "-")
    for node in ast.parse(path.read_bytes(), str(path)).body:
        if isinstance(node, ast.ClassDef) and _rule_name(node.name) == expected:
            attributes = _attributes(node)
            summary, _, description = (ast.get_docstring(node) or "").partition("\n\n")
            if not isinstance(attributes.get("code"), str):
                raise CatalogError(f"{path}: `{node.name}.code` must be a plain string")
            described = RuleInfo(
                name=expected,
                code=str(attributes["code"]),
                family=path.parent.name,
                severity=Severity.WARNING,
                confidence=Confidence.HIGH,
                default=attributes.get("default", True) is True,
                summary=" ".join(summary.split()),
                description=description.strip(),
                qualname=node.name,
            )
            return _with_levels(described, attributes, path)
    raise CatalogError(f"{path}: no class is called like the file, for the rule `{expected}`")


def _with_levels(rule: RuleInfo, attributes: dict[str, object], path: Path) -> RuleInfo:
    try:
        severity = str(attributes.get("severity", rule.severity.label))
        confidence = str(attributes.get("confidence", rule.confidence.label))
        return replace(
            rule,
            severity=Severity.from_label(severity),
            confidence=Confidence.from_label(confidence),
        )
    except KeyError as error:
        raise CatalogError(f"{path}: {error} is no level") from None


def _attributes(node: ast.ClassDef) -> dict[str, object]:
    """Return the class attributes that are literals or members of an enumeration."""
    import ast

    attributes: dict[str, object] = {}
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.AnnAssign(
                target=ast.Name(id=name), value=ast.expr() as value
            ):
                match value:
                    case ast.Constant(value=literal):
                        attributes[name] = literal
                    case ast.Attribute(value=ast.Name(), attr=member):
                        attributes[name] = member
    return attributes


def _rule_name(class_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", class_name).lower()


def _checked(rules: Iterable[RuleInfo]) -> tuple[RuleInfo, ...]:
    ordered = sorted(rules, key=lambda rule: _code_order(rule.code))
    _refuse_duplicates((rule.name, rule.code, f"{rule.family}/{rule.name}") for rule in ordered)
    return tuple(ordered)


def _refuse_duplicates(rules: Iterable[tuple[str, str, str]]) -> None:
    owners: dict[str, str] = {}
    for name, code, where in rules:
        for word in (name, code):
            other = owners.setdefault(word, where)
            if other != where:
                raise CatalogError(f"`{word}` is the name or code of both {other} and {where}")


def _code_order(code: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", code)
    return (int(digits) if digits else 0, code)
