from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from surefoot.config import (
    Config,
    ConfigError,
    enabled_rules,
    ignored_in,
    load_config,
    never_suppressed,
    selectors,
    severities,
    validate,
    with_command_line,
)
from surefoot.model import Severity


@dataclass(frozen=True)
class Entry:
    name: str
    code: str
    family: str
    severity: Severity = Severity.WARNING
    default: bool = True


RULES = (
    Entry("syntax-error", "SF001", "surefoot", Severity.ERROR),
    Entry("unused-suppression", "SF002", "surefoot"),
    Entry("missing-timeout", "SF101", "network", Severity.ERROR),
    Entry("infinite-timeout", "SF102", "network"),
    Entry("unbounded-wait", "SF103", "network", default=False),
    Entry("swallowed-exception", "SF201", "errors", Severity.ERROR),
    Entry("test-without-assertion", "SF1001", "testing"),
)
OWN = {"syntax-error", "unused-suppression"}
DEFAULT = {rule.name for rule in RULES if rule.default}


def configured(tmp_path: Path, text: str) -> Config:
    (tmp_path / "surefoot.toml").write_text(text, encoding="utf-8")
    return load_config(cwd=str(tmp_path))


def enabled(tmp_path: Path, text: str, **command_line: object) -> set[str]:
    config = with_command_line(configured(tmp_path, text), **command_line)
    return set(enabled_rules(config, RULES))


def test_default(tmp_path: Path) -> None:
    """Rules that are on by default run when nothing is said."""
    assert enabled(tmp_path, "") == DEFAULT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('select = ["missing-timeout"]', {"missing-timeout"}),
        ('select = ["SF102"]', {"infinite-timeout"}),
        ('select = ["network"]', {"missing-timeout", "infinite-timeout", "unbounded-wait"}),
        ('select = ["SF1"]', {"missing-timeout", "infinite-timeout", "unbounded-wait"}),
        ('select = ["SF10"]', {"test-without-assertion"}),
        ('select = ["ALL"]', {rule.name for rule in RULES}),
        ('profile = "strict"', {rule.name for rule in RULES}),
        ('extend-select = ["unbounded-wait"]', DEFAULT | {"unbounded-wait"}),
        ('ignore = ["missing-timeout"]', DEFAULT - {"missing-timeout"}),
        ('severity = {SF101 = "off"}', DEFAULT - {"missing-timeout"}),
        (
            'select = ["network"]\nignore = ["SF103", "missing-timeout"]',
            {"infinite-timeout"},
        ),
        ('select = ["missing-timeout"]\nignore = ["network"]', {"missing-timeout"}),
        ('select = ["missing-timeout"]\nignore = ["missing-timeout"]', set()),
        ('ignore = ["ALL"]\nextend-select = ["SF201"]', {"swallowed-exception"}),
        (
            'severity = {network = "off", missing-timeout = "info"}\nselect = ["ALL"]',
            {rule.name for rule in RULES} - {"infinite-timeout", "unbounded-wait"},
        ),
    ],
)
def test_the_more_specific_wins(tmp_path: Path, text: str, expected: set[str]) -> None:
    """Name and code beat family, family beats ALL, and at one level ignore beats select."""
    assert enabled(tmp_path, text) - OWN == expected - OWN


def test_own_rules(tmp_path: Path) -> None:
    """Surefoot's own rules need no selecting, and only a syntax error cannot be ignored."""
    assert enabled(tmp_path, 'select = ["missing-timeout"]') >= OWN
    assert enabled(tmp_path, 'ignore = ["surefoot"]') & OWN == {"syntax-error"}
    assert enabled(tmp_path, "", select=["missing-timeout"]) == OWN | {"missing-timeout"}


@pytest.mark.parametrize(
    ("text", "command_line", "expected"),
    [
        ('select = ["network"]', {"select": ["errors"]}, {"swallowed-exception"}),
        ('extend-select = ["SF103"]', {"select": ["errors"]}, {"swallowed-exception"}),
        ('ignore = ["SF101"]', {"select": ["SF101"]}, {"missing-timeout"}),
        ('severity = {SF101 = "off"}', {"select": ["SF101"]}, {"missing-timeout"}),
        ('ignore = ["SF101", "SF103"]', {"select": ["network"]}, {"infinite-timeout"}),
        ('select = ["SF101"]', {"ignore": ["network"]}, set()),
        (
            'select = ["SF102"]',
            {"extend_select": ["SF201"]},
            {"infinite-timeout", "swallowed-exception"},
        ),
        ("", {"select": ["network"], "ignore": ["SF101", "SF103"]}, {"infinite-timeout"}),
        (
            'ignore = ["network"]',
            {"extend_select": ["SF103"], "ignore": ["errors", "testing"]},
            {"unbounded-wait"},
        ),
    ],
)
def test_command_line_outranks_the_file(
    tmp_path: Path, text: str, command_line: dict[str, list[str]], expected: set[str]
) -> None:
    """What is asked for on the command line wins unless the file ignores more narrowly."""
    assert enabled(tmp_path, text, **command_line) - OWN == expected


def test_severities(tmp_path: Path) -> None:
    """The narrowest selector sets a rule's severity; rules not mentioned have none."""
    text = 'severity = {ALL = "info", network = "error", infinite-timeout = "critical"}'
    changed = severities(configured(tmp_path, text), RULES)
    assert changed["infinite-timeout"] is Severity.CRITICAL
    assert changed["missing-timeout"] is Severity.ERROR
    assert changed["swallowed-exception"] is Severity.INFO
    assert severities(configured(tmp_path, 'severity = {SF101 = "off"}'), RULES) == {}


def test_per_file_ignores(tmp_path: Path) -> None:
    """Rules are silent in the files a glob covers, all globs together; syntax errors never."""
    text = '[per-file-ignores]\n"tests" = ["ALL"]\n"app/*.py" = ["network"]\n"app/a.py" = ["SF201"]'
    config = configured(tmp_path, text)
    network = {"missing-timeout", "infinite-timeout", "unbounded-wait"}
    assert ignored_in(config, "app/a.py", RULES) == network | {"swallowed-exception"}
    assert ignored_in(config, "app/b.py", RULES) == network
    assert ignored_in(config, "app/deep/b.py", RULES) == set()
    everything = {rule.name for rule in RULES} - {"syntax-error"}
    assert ignored_in(config, "x/tests/unit/t.py", RULES) == everything


def test_never_suppressed(tmp_path: Path) -> None:
    """`never-suppress` takes any selector."""
    config = configured(tmp_path, 'never-suppress = ["errors", "SF101"]')
    assert never_suppressed(config, RULES) == {"swallowed-exception", "missing-timeout"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'ignore = [\n"missing-timeout",\n"missing-timeuot"]',
            (
                'surefoot.toml:3: `ignore`: no rule is called "missing-timeuot"; '
                "did you mean `missing-timeout`?"
            ),
        ),
        ('select = ["SF9999"]', 'surefoot.toml:1: `select`: no rule is called "SF9999"'),
        ('extend-select = ["networks"]', "did you mean `network`?"),
        (
            '[severity]\nSF101 = "error"\nerors = "off"',
            'surefoot.toml:3: `severity`: no rule is called "erors"; did you mean `errors`?',
        ),
        (
            '[per-file-ignores]\na = ["SF101"]\nb = [\n"all"]',
            'toml:4: `per-file-ignores`: no rule is called "all"; did you mean `ALL`?',
        ),
        ('never-suppress = ["x"]', 'surefoot.toml:1: `never-suppress`: no rule is called "x"'),
    ],
)
def test_unknown_rules(tmp_path: Path, text: str, message: str) -> None:
    """A selector that no rule answers to is an error with its own line."""
    config = configured(tmp_path, text)
    with pytest.raises(ConfigError) as error:
        validate(config, selectors(RULES))
    assert message in str(error.value)


def test_unknown_rule_on_the_command_line(tmp_path: Path) -> None:
    """An unknown rule of the command line is said to come from there."""
    config = with_command_line(configured(tmp_path, ""), select=["missing-timeoutt"])
    with pytest.raises(ConfigError, match=r"^command line: `select`: no rule is called"):
        validate(config, selectors(RULES))


def test_valid_selectors(tmp_path: Path) -> None:
    """Names, codes, families, their codes and ALL are valid."""
    words = '["missing-timeout", "SF101", "network", "SF1", "SF10", "ALL", "SF"]'
    validate(configured(tmp_path, f"select = {words}"), selectors(RULES))
