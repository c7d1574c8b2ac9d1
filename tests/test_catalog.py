from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from surefoot.catalog import (
    Catalog,
    CatalogError,
    RuleInfo,
    UnknownRule,
    all_rules,
    first_sentence,
    load_catalog,
)
from surefoot.model import Confidence, Severity

RULE = '''\
from surefoot.model import Severity
from surefoot.rule import Bad, Rule


class {name}(Rule):
    """A thing that
    goes wrong.

    It hurts. Mend it.

    Another paragraph.
    """

    code = "{code}"
    severity = Severity.{severity}
    examples = (Bad("x"),)
'''


def write_rule(rules: Path, where: str, name: str, code: str, severity: str = "ERROR") -> Path:
    path = rules / f"{where}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE.format(name=name, code=code, severity=severity), encoding="utf-8")
    return path


def described(catalog: Catalog) -> list[RuleInfo]:
    return [rule for rule in catalog.rules if not rule.own]


def test_reading_agrees_with_importing() -> None:
    """What is read from the source of a rule is what the rule says of itself."""
    read = {rule.name: rule for rule in described(load_catalog())}
    imported = all_rules()
    assert sorted(read) == sorted(rule.name for rule in imported)
    for rule in imported:
        info = read[rule.name]
        assert (info.code, info.family, info.severity) == (rule.code, rule.family, rule.severity)
        assert (info.confidence, info.default) == (rule.confidence, rule.default)
        assert (info.summary, info.description) == (rule.summary, rule.description)
        assert info.qualname == rule.__qualname__


def test_rules_can_be_made_from_the_catalogue() -> None:
    """The catalogue names each rule so that it can be imported."""
    names = [rule.name for rule in all_rules()]
    assert [cls.name for cls in load_catalog().rule_set(names).classes()] == names


def test_rules_are_sorted_by_number(tmp_path: Path) -> None:
    """Codes are sorted as numbers: SF1001 comes after SF901."""
    write_rule(tmp_path, "testing/late_one", "LateOne", "SF1001")
    write_rule(tmp_path, "jobs/early_one", "EarlyOne", "SF901")
    codes = [rule.code for rule in described(load_catalog(rules=tmp_path))]
    assert codes == ["SF901", "SF1001"]


def test_description(tmp_path: Path) -> None:
    """A rule's first paragraph is its summary, the rest its description, as levels are stated."""
    write_rule(tmp_path, "errors/broken_thing", "BrokenThing", "SF299", "CRITICAL")
    (rule,) = described(load_catalog(rules=tmp_path))
    assert rule.name == "broken-thing"
    assert rule.family == "errors"
    assert rule.summary == "A thing that goes wrong."
    assert rule.description == "It hurts. Mend it.\n\nAnother paragraph."
    assert rule.consequence == "It hurts."
    assert rule.severity is Severity.CRITICAL
    assert rule.confidence is Confidence.HIGH
    assert rule.default


def test_default_off(tmp_path: Path) -> None:
    """A rule can be off by default."""
    path = write_rule(tmp_path, "errors/thing", "Thing", "SF299")
    path.write_text(path.read_text() + "    default: bool = False\n")
    (rule,) = described(load_catalog(rules=tmp_path))
    assert not rule.default


@pytest.mark.parametrize(
    ("first", "second"),
    [(("a/one", "One", "SF101"), ("b/two", "Two", "SF101")),
     (("a/one", "One", "SF101"), ("b/one", "One", "SF102"))],
)  # fmt: skip
def test_duplicates(tmp_path: Path, first: tuple[str, ...], second: tuple[str, ...]) -> None:
    """Two rules with one name or one code are refused, naming both."""
    write_rule(tmp_path, *first)
    write_rule(tmp_path, *second)
    with pytest.raises(CatalogError, match=r"is the name or code of both a/\S+ and b/"):
        load_catalog(rules=tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 1\n", "no class is called like the file"),
        ("class Thing:\n    '''Doc.'''\n", "`Thing.code` must be a plain string"),
        ("class Thing:\n    code = 'SF1' + '01'\n", "`Thing.code` must be a plain string"),
        ("class Thing:\n    code = 'SF101'\n    severity = Severity.LOUD\n", "is no level"),
    ],
)
def test_rules_that_cannot_be_described(tmp_path: Path, content: str, said: str) -> None:
    """A file of the catalogue that is no rule is refused, with its path."""
    path = tmp_path / "errors" / "thing.py"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(CatalogError, match=said) as error:
        load_catalog(rules=tmp_path)
    assert str(path) in str(error.value)


def test_index_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is kept, and read again only when a rule file changes."""
    rules, cache = tmp_path / "rules", tmp_path / "cache"
    write_rule(rules, "a/one", "One", "SF101")
    first = load_catalog(cache, rules)
    import ast

    parsed: list[str] = []
    real = ast.parse

    def counting(source: bytes, name: str) -> ast.Module:
        parsed.append(name)
        return real(source, name)

    monkeypatch.setattr(ast, "parse", counting)
    assert load_catalog(cache, rules) == first
    assert parsed == []
    write_rule(rules, "a/other", "Other", "SF102")
    assert len(described(load_catalog(cache, rules))) == 2
    assert len(parsed) == 2
    (rules / "a/one.py").unlink()
    assert [rule.name for rule in described(load_catalog(cache, rules))] == ["other"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": 1}', '{"key": null, "rules": 7}'])
def test_damaged_index(tmp_path: Path, content: str) -> None:
    """A damaged index is made anew."""
    rules, cache = tmp_path / "rules", tmp_path / "cache"
    write_rule(rules, "a/one", "One", "SF101")
    first = load_catalog(cache, rules)
    (cache / "catalog.json").write_text(content)
    assert load_catalog(cache, rules) == first


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="nothing is read-only for everybody"
)
def test_read_only_directory(tmp_path: Path) -> None:
    """A cache directory that cannot be written costs time only."""
    write_rule(tmp_path / "rules", "a/one", "One", "SF101")
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert len(described(load_catalog(cache, tmp_path / "rules"))) == 1


def test_cache_directory_that_is_a_file(tmp_path: Path) -> None:
    """A cache directory that cannot be made costs time only."""
    write_rule(tmp_path / "rules", "a/one", "One", "SF101")
    (tmp_path / "cache").write_text("")
    assert len(described(load_catalog(tmp_path / "cache", tmp_path / "rules"))) == 1


def test_unknown_rule() -> None:
    """Asking for a rule that does not exist names the nearest one."""
    with pytest.raises(UnknownRule) as error:
        load_catalog().find("missing-timout")
    assert error.value.nearest == "missing-timeout"
    with pytest.raises(UnknownRule, match=r"^unknown rule `zzzzzz`$"):
        load_catalog().find("zzzzzz")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One."),
        ("Over\ntwo lines. More.", "Over two lines."),
        ("At 1.5 times, it ends. More.", "At 1.5 times, it ends."),
        ("Without an end", "Without an end"),
        ("Para\n\nAnother.", "Para"),
        ("Really? Yes.", "Really?"),
        ("", ""),
    ],
)
def test_first_sentence(text: str, sentence: str) -> None:
    """A sentence ends at a mark that white space follows, or with its paragraph."""
    assert first_sentence(text) == sentence
