"""Which rules run, how bad their findings are, and where they are silent.

A selector is a rule's name or code (most specific), its family or the family's code
(`network`, `SF1`), or `ALL` (`SF`), the least specific.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from surefoot.config.globs import globs
from surefoot.config.options import suggestion
from surefoot.config.settings import COMMAND_LINE, Config, ConfigError
from surefoot.config.tomltext import read_own
from surefoot.model import Severity

ALL = "ALL"
OWN_FAMILY = "surefoot"
"""The family of what surefoot finds about files and comments rather than about code."""
_EVERYTHING = (ALL, "SF")

SYNTAX_ERROR = "syntax-error"
"""The rule that nothing switches off: a file that cannot be judged must not pass for good."""


class RuleKey(Protocol):
    """What selection has to know of a rule; the catalogue's entries are such.

    `default`: it runs unless told otherwise.
    """

    @property
    def name(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def default(self) -> bool: ...


def family_code(code: str) -> str:
    """Return the prefix that a family's codes share: `SF1` of `SF101`, `SF10` of `SF1001`."""
    return code[:-2]


def selectors(rules: Iterable[RuleKey]) -> frozenset[str]:
    """Return every word that selects something among `rules`."""
    words = set(_EVERYTHING)
    for rule in rules:
        words.update((rule.name, rule.code, rule.family, family_code(rule.code)))
    return frozenset(words)


def selected_by(selector: str, rules: Iterable[RuleKey]) -> frozenset[str]:
    """Return the names of the rules that `selector` stands for."""
    return frozenset(rule.name for rule in rules if _level(selector, rule))


def _level(selector: str, rule: RuleKey) -> int:
    """Return how specifically `selector` means `rule`; 0 when it does not."""
    if selector in (rule.name, rule.code):
        return 3
    if selector in (rule.family, family_code(rule.code)):
        return 2
    return 1 if selector in _EVERYTHING else 0


def _best(wanted: Iterable[str], rule: RuleKey) -> int:
    return max((_level(selector, rule) for selector in wanted), default=0)


def validate(config: Config, valid: frozenset[str]) -> None:
    """Raise `ConfigError` for the first selector of `config` that is not among `valid`."""
    for keys, words in _selectors_in(config):
        for word in words:
            if word not in valid:
                origin = _origin_of(config, keys, word)
                hint = suggestion(word, valid)
                raise ConfigError(f'{origin}: `{keys[0]}`: no rule is called "{word}"{hint}')


def _selectors_in(config: Config) -> Iterator[tuple[tuple[str, ...], Iterable[str]]]:
    """Yield every list of selectors with the keys it stands under."""
    asked = config.command_line
    yield ("select",), (*(config.select or ()), *(asked.select or ()))
    yield ("extend-select",), (*config.extend_select, *asked.extend_select)
    yield ("ignore",), (*config.ignore, *asked.ignore)
    yield ("severity",), config.severity
    for pattern, words in config.per_file_ignores.items():
        yield ("per-file-ignores", pattern), words
    yield ("never-suppress",), config.never_suppress
    yield ("never-baseline",), config.never_baseline


def _origin_of(config: Config, keys: tuple[str, ...], word: str) -> str:
    """Return the place where `word` stands, as closely as it can be found."""
    origin = config.origin(keys[0])
    if config.file is None or origin == COMMAND_LINE:
        return origin
    try:
        file = read_own(config.file, origin.rpartition(":")[0] or origin)
    except ConfigError:
        return origin
    if keys == ("severity",):
        keys = ("severity", word)
    return file.where(keys, word) if file else origin


def enabled_rules(config: Config, rules: Sequence[RuleKey]) -> frozenset[str]:
    """Return the names of the rules that run.

    The more specific selector wins, `ignore` against `select` at the same level, and
    the command line against the file unless the file is more specific in ignoring.
    `select` replaces the default set, `extend-select` adds to it. Surefoot's own rules
    need no selecting, only ignoring; `syntax-error` runs always.
    """
    asked, severity = config.command_line, config.severity
    off = [selector for selector, level in severity.items() if level is None]
    enabled = {SYNTAX_ERROR}
    for rule in rules:
        asked_for = _best((*(asked.select or ()), *asked.extend_select), rule)
        asked_away = _best(asked.ignore, rule)
        ignored = max(_best(config.ignore, rule), _off_level(off, severity, rule))
        if asked_away and asked_away >= asked_for:
            continue
        if asked_for:
            runs = asked_for >= ignored or _in_file(config, rule, ignored)
        elif asked.select is not None and rule.family != OWN_FAMILY:
            runs = False
        else:
            runs = _in_file(config, rule, ignored)
        if runs:
            enabled.add(rule.name)
    return frozenset(enabled)


def _off_level(off: Sequence[str], severity: Mapping[str, Severity | None], rule: RuleKey) -> int:
    """Return how specifically `severity` switches `rule` off; 0 when it does not."""
    level = _best(off, rule)
    return level if level >= _best(severity, rule) else 0


def _in_file(config: Config, rule: RuleKey, ignored: int) -> bool:
    """Tell whether the file alone lets `rule` run, being ignored at level `ignored`."""
    selected = _best((*(config.select or ()), *config.extend_select), rule)
    if selected or ignored:
        return selected > ignored
    if config.select is not None:
        return rule.family == OWN_FAMILY
    return rule.default or config.profile == "strict"


def severities(config: Config, rules: Iterable[RuleKey]) -> dict[str, Severity]:
    """Return the severity of each rule that the configuration gives another one."""
    changed = {}
    for rule in rules:
        ranked = [(_level(key, rule), key) for key in config.severity if _level(key, rule)]
        if ranked:
            level = config.severity[max(ranked)[1]]
            if level is not None:
                changed[rule.name] = level
    return changed


def never_suppressed(config: Config, rules: Sequence[RuleKey]) -> frozenset[str]:
    """Return the names of the rules whose findings no comment may suppress."""
    return _names(config.never_suppress, rules)


def never_baselined(config: Config, rules: Sequence[RuleKey]) -> frozenset[str]:
    """Return the names of the rules whose findings no baseline may hold."""
    return _names(config.never_baseline, rules) | {SYNTAX_ERROR}


def ignored_in(config: Config, path: str, rules: Sequence[RuleKey]) -> frozenset[str]:
    """Return the names of the rules that `per-file-ignores` silences in the file `path`."""
    names: frozenset[str] = frozenset()
    for pattern, words in config.per_file_ignores.items():
        if globs((pattern,)).cover(path):
            names |= _names(words, rules)
    return names - {SYNTAX_ERROR}


def _names(words: Iterable[str], rules: Sequence[RuleKey]) -> frozenset[str]:
    return frozenset(name for word in words for name in selected_by(word, rules))
