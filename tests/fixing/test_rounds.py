"""Rounds of fixing, with findings made by hand."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.edits import Text, apply
from surefoot.edits.text import Change, changes, spliced
from surefoot.fixing import Answer, Fixer, Outcome, Plan, Proposal
from surefoot.fixing.moving import Moved
from surefoot.fixing.verifying import broken
from surefoot.model import Confidence, Edit, Finding, Fix, Safety, Severity, Span, Step
from surefoot.syntax.parse import decode

Rewrite = Callable[[re.Match[str]], str]


def findings_of(
    pattern: str, rewrite: Rewrite, *, rule: str = "rule", safety: Safety = Safety.SAFE
) -> Callable[[str, str], list[Finding]]:
    """Return what finds a pattern in the text of a file, and mends it by rewriting it."""

    def find(path: str, text: str) -> list[Finding]:
        whole = Text(text)
        return [
            finding(path, whole.span(*match.span()), rule, rewrite(match), safety)
            for match in re.finditer(pattern, text)
        ]

    return find


def finding(path: str, span: Span, rule: str, text: str, safety: Safety = Safety.SAFE) -> Finding:
    fix = Fix(f"write {text}", (Edit(span, text),), safety)
    return Finding(path, span, rule, "SF999", "bad", Severity.ERROR, Confidence.HIGH, fix=fix)


def fixed(
    files: Mapping[str, bytes],
    *finders: Callable[[str, str], list[Finding]],
    least: Safety = Safety.SAFE,
    choose: Callable[[Proposal], Answer] | None = None,
) -> tuple[dict[str, bytes], Outcome]:
    """Fix files and return what they are then, and how it went."""

    def check(changed: Mapping[str, bytes]) -> list[Finding]:
        found = [
            each
            for path, content in {**files, **changed}.items()
            for find in finders
            for each in find(path, decode(content))
        ]
        return sorted(found, key=lambda each: each.order)

    outcome = Fixer(files, check, Plan(least, choose=choose)).run()
    return {**files, **outcome.changed}, outcome


good = findings_of("bad", lambda match: "good")


def test_nothing_to_fix() -> None:
    """Without findings nothing changes, in no round."""
    files, outcome = fixed({"a.py": b"x = 1\n"}, good)
    assert files == {"a.py": b"x = 1\n"}
    assert (outcome.rounds, outcome.changed) == (0, {})


def test_all_at_once() -> None:
    """Fixes that do not overlap are made in one round, in all files."""
    files, outcome = fixed({"a.py": b"bad(bad)\n", "b.py": b"x = bad\n"}, good)
    assert files == {"a.py": b"good(good)\n", "b.py": b"x = good\n"}
    assert (outcome.rounds, len(outcome.applied), outcome.last) == (1, 3, ())


def test_overlapping_fixes_take_turns() -> None:
    """Of fixes that overlap one is made in each round."""
    outer = findings_of(r"f\(.*\)", lambda match: "g" + match[0][1:], rule="outer")
    files, outcome = fixed({"a.py": b"f(bad)\n"}, good, outer)
    assert files == {"a.py": b"g(good)\n"}
    assert outcome.rounds == 2


def test_shared_edits() -> None:
    """An edit that several fixes need, an import say, is made once."""

    def find(path: str, text: str) -> list[Finding]:
        if text.startswith("import x"):
            return []
        top = Edit(Span(1, 1, 1, 1), "import x\n")
        return [
            Finding(
                path,
                span := Text(text).span(*match.span()),
                "rule",
                "SF999",
                "bad",
                Severity.ERROR,
                Confidence.HIGH,
                fix=Fix("use x", (top, Edit(span, "x.good")), Safety.SAFE),
            )
            for match in re.finditer("bad", text)
        ]

    files, outcome = fixed({"a.py": b"a = bad\nb = bad\n"}, find)
    assert files == {"a.py": b"import x\na = x.good\nb = x.good\n"}
    assert outcome.rounds == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("good(", "cannot be parsed"),
        ("await good", "would not compile"),
        ("good  # ", "code beside the fix would change"),
        ("good\ndel a", "code beside the fix would change"),
    ],
)
def test_broken_fix(text: str, reason: str) -> None:
    """A fix that would break the file, or change code beside it, is left out and named; the
    others are made."""
    spoiling = findings_of("worse", lambda match: text, rule="spoiling")
    before = b"a = bad\nb = worse + (a, 'worst')[0]\n"
    files, outcome = fixed({"a.py": before}, good, spoiling)
    assert files == {"a.py": before.replace(b"bad", b"good")}
    (notice,) = outcome.notices
    assert notice.startswith("a.py:2: the fix of `spoiling` was undone: ")
    assert reason in notice or reason == "code beside the fix would change"
    assert [each.finding.rule for each in outcome.undone] == ["spoiling"]


def test_cut_string() -> None:
    """A fix may replace a string, not reach into one."""
    assert fixed({"a.py": b"x = 'bad'\n"}, good)[0] == {"a.py": b"x = 'bad'\n"}
    whole = findings_of("'bad'", lambda match: "'good'")
    assert fixed({"a.py": b"x = 'bad'\n"}, whole)[0] == {"a.py": b"x = 'good'\n"}


@pytest.mark.parametrize(
    ("pattern", "new", "after"),
    [
        (r"f\(\n.*\n\)", "g(1)", b"f(\n    1,  # one\n)  # noqa: A1\n"),
        (r"f\(\n.*\n\)", "g(\n    1,  # one\n)", b"g(\n    1,  # one\n)  # noqa: A1\n"),
        (r"  # noqa: A1", "", b"f(\n    1,  # one\n)\n"),
        (r"A1", "A2", b"f(\n    1,  # one\n)  # noqa: A2\n"),
    ],
)
def test_comments(pattern: str, new: str, after: bytes) -> None:
    """A comment is changed by an edit to itself, and never lost with what is around it."""
    text = b"f(\n    1,  # one\n)  # noqa: A1\n"
    files, outcome = fixed({"a.py": text}, findings_of(pattern, lambda match: new))
    assert files == {"a.py": after}
    assert all("a comment would be lost" in notice for notice in outcome.notices)
    assert bool(outcome.notices) is (after == text)


def test_unsettled() -> None:
    """A fix after which the finding is still there is undone, and not tried again."""
    vain = findings_of("vain", lambda match: "(vain)")
    files, outcome = fixed({"a.py": b"x = vain\ny = bad\n"}, vain, good)
    assert files == {"a.py": b"x = vain\ny = good\n"}
    assert [each.number for each in outcome.last] == [0]
    assert "did not settle" in outcome.notices[0]


def test_finding_brought() -> None:
    """A fix that brings a finding of another rule is undone."""
    other = findings_of("ugly", lambda match: "nice", rule="other", safety=Safety.SUGGESTION)
    uglier = findings_of("bad", lambda match: "ugly", rule="uglier")
    files, outcome = fixed({"a.py": b"x = bad\n"}, uglier, other)
    assert files == {"a.py": b"x = bad\n"}
    assert "it brings `other`" in outcome.notices[0]
    assert len(outcome.undone) == 1


def test_finding_brought_elsewhere() -> None:
    """A fix that another file's finding leads to is undone; what no fix is to blame for is told."""
    files = {"a.py": b"x = bad\n", "b.py": b"y = 1\n"}

    def check(led: bool) -> Callable[[Mapping[str, bytes]], list[Finding]]:
        def findings(changed: Mapping[str, bytes]) -> list[Finding]:
            found = good("a.py", decode({**files, **changed}["a.py"]))
            if not found:
                new = replace(finding("b.py", Span(1, 1, 1, 2), "other", "y"), fix=None)
                found = [replace(new, chain=(Step("a.py", 1, "here"),) if led else ())]
            return found

        return findings

    outcome = Fixer(files, check(True), Plan()).run()
    assert (outcome.changed, len(outcome.undone)) == ({}, 1)
    assert outcome.notices == ("a.py:1: the fix of `rule` was undone: it brings `other`",)
    outcome = Fixer(files, check(False), Plan()).run()
    assert outcome.changed == {"a.py": b"x = good\n"}
    assert outcome.notices == ("b.py:1: `other` is new after the fixes elsewhere",)


@pytest.mark.parametrize(
    ("settings_imports", "circle"),
    [
        (b"import app.views\n", True),
        (b"from . import views\n", True),
        (b"from .other import x\n", True),
        (b"try:\n    from app.views import x\nexcept ImportError:\n    x = 1\n", True),
        (b"def late():\n    import app.views\n", False),
        (b"if TYPE_CHECKING:\n    import app.views\nelse:\n    x = 1\n", False),
        (b"import app, views, os\n", False),
        (b"x = (\n", False),
    ],
)
def test_circle_of_imports(settings_imports: bytes, circle: bool) -> None:
    """A fix whose import leads back to its own module is undone."""
    text = b"import os\n\nx = bad\n"
    files = {
        "app/__init__.py": b"from app import views\n",
        "app/views.py": text,
        "app/settings.py": settings_imports,
        "app/other.py": b"from app.views import x\n",
    }

    def check(changed: Mapping[str, bytes]) -> list[Finding]:
        found = good("app/views.py", decode(changed.get("app/views.py", text)))
        needed = Edit(Span(2, 1, 2, 1), "from app.settings import T\n")
        return [
            replace(each, fix=replace(each.fix, edits=(*each.fix.edits, needed)))
            for each in found
            if each.fix is not None
        ]

    modules = {path: path[:-3].replace("/", ".").removesuffix(".__init__") for path in files}
    outcome = Fixer(files, check, Plan(), modules=modules).run()
    assert (outcome.changed == {}) is circle
    assert bool(outcome.notices) is circle
    assert all("import each other" in notice for notice in outcome.notices)


def test_back_and_forth() -> None:
    """Two rules that undo each other's work are stopped."""
    black = findings_of("white", lambda match: "black", rule="black")
    white = findings_of("black", lambda match: "white", rule="white")
    files, outcome = fixed({"a.py": b"x = white\n"}, black, white)
    assert files == {"a.py": b"x = white\n"}
    assert outcome.rounds == 0
    assert outcome.undone


def test_endless() -> None:
    """Fixing ends after ten rounds, and says that it might have gone on."""

    def find(path: str, text: str) -> list[Finding]:
        span = Text(text).span(0, 0)
        return [finding(path, span, f"rule-{len(text)}", "(x)\n")]

    files, outcome = fixed({"a.py": b"y\n"}, find)
    assert outcome.rounds <= 10
    assert files["a.py"].count(b"(x)") == outcome.rounds


@pytest.mark.parametrize(
    ("least", "after"),
    [(Safety.SAFE, b"a\nunsafe\nask\n"), (Safety.UNSAFE, b"a\nb\nask\n")],
)
def test_safety(least: Safety, after: bytes) -> None:
    """Only fixes that are safe enough are made; suggestions never without being asked."""
    finders = (
        findings_of("safe\n(?<!un)", lambda match: "a\n"),
        findings_of("unsafe", lambda match: "b", safety=Safety.UNSAFE),
        findings_of("ask", lambda match: "c", safety=Safety.SUGGESTION),
    )
    files, _ = fixed({"a.py": b"a\nunsafe\nask\n"}, *finders[1:], least=least)
    assert files == {"a.py": after}


def test_choosing() -> None:
    """What is asked about is asked once; an answer may hold for the rule, or end it all."""
    asked: list[str] = []
    answers = iter([Answer.NO, Answer.YES, Answer.ALL, Answer.NONE, Answer.QUIT])

    def choose(proposal: Proposal) -> Answer:
        asked.append(f"{proposal.finding.rule}:{proposal.finding.span.line}")
        assert proposal.before != proposal.after
        return next(answers)

    finders = [
        findings_of(word, lambda match: match[0].upper(), rule=word)
        for word in ("one", "all", "skip", "end")
    ]
    before = b"one\none\nall\nall\nskip\nskip\nend\none\n"
    files, outcome = fixed({"a.py": before}, *finders, choose=choose)
    assert files == {"a.py": b"one\nONE\nALL\nALL\nskip\nskip\nend\none\n"}
    assert asked == ["one:1", "one:2", "all:3", "skip:5", "end:7"]
    assert len(outcome.applied) == 3


def test_moved_findings_keep_their_number() -> None:
    """A finding whose line moves, or whose line changes, is the same finding."""
    above = findings_of("bad\n", lambda match: "good\n\n\n", rule="above")
    left = findings_of("left", lambda match: "x", safety=Safety.SUGGESTION, rule="left")
    _, outcome = fixed({"a.py": b"bad\nleft\n"}, above, left)
    assert [(each.number, each.finding.span.line) for each in outcome.last] == [(1, 4)]


_ENCODED = [
    ("x = bad  # \u00e9\u20ac\n", "utf-8", b""),
    ("x = bad  # \u00e9\n", "utf-8", codecs.BOM_UTF8),
    ("# coding: latin-1\nx = bad  # \u00e9\n", "latin-1", b""),
    ("# -*- coding: cp1252 -*-\nx = bad  # \u20ac\n", "cp1252", b""),
    ("# coding: shift_jis\nx = bad  # \u65e5\u672c\n", "shift_jis", b""),
    ("# coding: koi8-r\nx = bad  # \u0436\n", "koi8-r", b""),
    ("a = 1\r\nx = bad\r\n", "utf-8", b""),
    ("a = 1\rx = bad\ry = 2\r", "utf-8", b""),
    ("a = 1\r\nx = bad\ny = 2\rz = 3\n", "utf-8", b""),
    ("if a:\n\tx = bad\n\ty = 1\n  \n", "utf-8", b""),
    ("a = 1\n\x0c\nx = bad\n\x0cy = 2\n", "utf-8", b""),
    ("x = bad", "utf-8", b""),
    ("x = bad  \t \n\n\n   ", "utf-8", b""),
    ("x = '''\r\n\t''' + bad\n", "utf-8", b""),
    ("s = '\u2028\x85\x0b' + bad\n", "utf-8", b""),
]


@pytest.mark.parametrize(("text", "encoding", "mark"), _ENCODED)
def test_bytes(text: str, encoding: str, mark: bytes) -> None:
    """Outside of the edits a file keeps every byte: encoding, mark, newlines, white space."""
    before = mark + text.encode(encoding)
    files, outcome = fixed({"a.py": before}, good)
    assert len(outcome.applied) == 1
    assert files == {"a.py": before.replace(b"bad", b"good")}


def test_text_the_encoding_lacks() -> None:
    """What a file's encoding cannot write is not written."""
    before = b"# coding: latin-1\nx = bad\n"
    euro = findings_of("bad", lambda match: "'\u20ac'")
    files, outcome = fixed({"a.py": before}, euro)
    assert files == {"a.py": before}
    assert "cannot be written" in outcome.notices[0]


def test_bytes_no_encoder_would_write() -> None:
    """A file whose bytes would not come back as they were is left alone."""
    before = b"# coding: utf-7\nx = bad  # +AGEAYg- +AGE-\n"
    files, outcome = fixed({"a.py": before}, good)
    assert files == {"a.py": before}
    assert outcome.notices


_SOURCE = st.text(alphabet="ab(),='\"#\n\r\t \x0c\u00e9\U0001f600", max_size=60)


@settings(deadline=None)
@given(_SOURCE, st.data())
def test_applying(text: str, data: st.DataObject) -> None:
    """Edits by line and column do what the same changes by index do, and can be undone."""
    whole = Text(text)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    made = [Change(start, end, data.draw(_SOURCE)) for start, end in pairs]
    edits = [Edit(whole.span(start, end), new) for start, end, new in made]
    expected, last = "", 0
    for start, end, new in made:
        expected += text[last:start] + new
        last = end
    expected += text[last:]
    assert changes(whole, data.draw(st.permutations(edits))) == made
    assert apply(text, edits) == expected
    back = Moved(text, made).reversed()
    assert back.text == expected
    assert spliced(expected, back.changes) == text


@settings(deadline=None)
@given(_SOURCE, st.data())
def test_moving(text: str, data: st.DataObject) -> None:
    """What no change touches is found again where it is said to have moved."""
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, len(text)))
    change = Change(at, until, data.draw(_SOURCE))
    after = spliced(text, [change])
    moved = Moved(text, [change])
    for start in range(len(text)):
        for end in range(start + 1, min(start + 8, len(text)) + 1):
            if not moved.touches(start, end):
                assert after[moved.start(start) : moved.end(end)] == text[start:end]


@settings(deadline=None)
@given(st.sampled_from(["x = (1, 2)\n", "f(a, b)\n", "if a:\n    b\nc\n"]), st.data())
def test_verifying(text: str, data: st.DataObject) -> None:
    """What passes for a clean change keeps every name that it did not touch."""
    at = data.draw(st.integers(0, len(text)))
    new = data.draw(st.text(alphabet="ab(),#' \n:", max_size=5))
    change = Change(at, at, new)
    after = spliced(text, [change])
    if broken(text.encode(), after.encode(), [change]) is None:
        compile(after, "a.py", "exec")
        moved = Moved(text, [change])
        for match in re.finditer(r"[abc]", text):
            if not moved.touches(*match.span()):
                start, end = moved.start(match.start()), moved.end(match.end())
                assert after[start:end] == match[0]
                assert not re.search(r"#[^\n]*\Z", after[:start])
