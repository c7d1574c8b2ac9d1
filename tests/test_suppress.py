from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from surefoot.model import Confidence, Finding, Severity, Span, Suppression
from surefoot.suppress import apply, find_suppressions


@dataclass(frozen=True)
class Entry:
    name: str
    code: str
    family: str
    severity: Severity = Severity.WARNING
    default: bool = True


RULES = (
    Entry("syntax-error", "SF001", "surefoot", Severity.ERROR),
    Entry("unused-suppression", "SF002", "surefoot", Severity.INFO),
    Entry("unknown-suppression", "SF003", "surefoot"),
    Entry("missing-timeout", "SF101", "network"),
    Entry("infinite-timeout", "SF102", "network"),
    Entry("swallowed-exception", "SF201", "errors"),
)
ALL_RULES = frozenset(rule.name for rule in RULES)


def covered(text: str) -> list[tuple[tuple[str, ...], tuple[int, int] | None]]:
    return [(each.rules, each.lines) for each in find_suppressions(text)]


def finding(rule: str, line: int, path: str = "a.py") -> Finding:
    code = next(entry.code for entry in RULES if entry.name == rule)
    span = Span(line, 1, line, 9)
    return Finding(path, span, rule, code, "wrong", Severity.ERROR, Confidence.HIGH)


class TestComments:
    @pytest.mark.parametrize(
        ("comment", "rules", "reason"),
        [
            ("# surefoot: ignore[missing-timeout]", ("missing-timeout",), ""),
            ("#surefoot:ignore[a]", ("a",), ""),
            ("# surefoot: ignore[ a , SF101 ] the proxy cuts", ("a", "SF101"), "the proxy cuts"),
            ("# surefoot: ignore[a] - because", ("a",), "because"),
            ("# surefoot: ignore [a]: because", ("a",), "because"),
            ("# old code # surefoot: ignore[a] why", ("a",), "why"),
            ("# surefoot: ignore[a] why # noqa: E501", ("a",), "why"),
            ("# noqa: SF101", ("SF101",), ""),
            ("# NOQA:SF101,SF2", ("SF101", "SF2"), ""),
            ("# noqa: E501, SF101 PLR0913 why not", ("SF101",), "why not"),
            ("# surefoot: ignore", (), ""),
            ("# surefoot: ignore this", (), "this"),
            ("# surefoot: ignore[]", (), ""),
            ("# surefoot: ignore[a", (), "[a"),
            ("# surefoot: ignroe[a] why", ("ignroe[a]",), "why"),
            ("# surefoot: disable[a]", ("disable[a]",), ""),
        ],
    )
    def test_read(self, comment: str, rules: tuple[str, ...], reason: str) -> None:
        """Rules and reason of a comment are read as they were meant."""
        (found,) = find_suppressions(f"x = 1  {comment}\n")
        assert (found.rules, found.reason, found.lines) == (rules, reason, (1, 1))

    @pytest.mark.parametrize(
        "text",
        [
            "x = 1  # noqa\n",
            "x = 1  # noqa: E501\n",
            "x = 1  # noqa: SFS101\n",
            "x = 1  # noqa SF101\n",
            "x = 1  # surefoot finds this\n",
            "x = 1  # surefoot: the tool we use\n",
            "x = 1  # write `# surefoot: ignore[a]` to silence it\n",
            "x = '# surefoot: ignore[a]'\n",
            '"""\n# surefoot: ignore[a]\n# noqa: SF101\n"""\n',
            "x = f'''\n# surefoot: file-ignore[a]\n{1}'''\n",
        ],
    )
    def test_not_meant(self, text: str) -> None:
        """A bare noqa, other tools' codes, prose, and text in strings suppress nothing."""
        assert find_suppressions(text) == ()

    def test_several_in_one_comment(self) -> None:
        """One comment may hold several suppressions."""
        text = "x = 1  # surefoot: ignore[a] why # surefoot: file-ignore[b] # noqa: SF1\n"
        assert covered(text) == [(("a",), (1, 1)), (("b",), None), (("SF1",), (1, 1))]

    def test_span(self) -> None:
        """The span is that of the suppression itself, in code points."""
        (found,) = find_suppressions("é = '\U0001f600'  # x # surefoot: ignore[a] why  \n")
        assert found.span == Span(1, 14, 1, 39)

    def test_byte_order_mark(self) -> None:
        """A byte order mark neither hides a suppression nor moves it."""
        (found,) = find_suppressions("\ufeffx = 1  # surefoot: ignore[a]\n")
        assert found.span == Span(1, 8, 1, 29)

    def test_declared_encoding(self) -> None:
        """In text that was decoded already its encoding declaration means nothing."""
        text = b"# -*- coding: latin-1 -*-\nx = '\xe9'  # surefoot: ignore[a] \xe9\n".decode(
            "latin-1"
        )
        (found,) = find_suppressions(text)
        assert (found.reason, found.span) == ("\xe9", Span(2, 10, 2, 33))

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_anchor(self, newline: str) -> None:
        """The anchor is the line the comment stands on, whatever stands around it."""
        text = "x = '''\n\x0c\n'''  # noqa: SF1\n\tf(\n".replace("\n", newline)
        (found,) = find_suppressions(text)
        assert found.anchor == "'''  # noqa: SF1"


class TestCoverage:
    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("a()\nb()  # {}\nc()\n", (2, 2)),
            ("a()\nb(\n  1,\n)  # {}\nc()\n", (2, 4)),
            ("a()\nb(  # {}\n  1,\n)\nc()\n", (2, 4)),
            ("b(\n  # {}\n  1,\n)\n", (1, 4)),
            ("x = '''\n\n'''  # {}\n", (1, 3)),
            ("b(1, \\\n  2)  # {}\n", (1, 2)),
            ("try:\n  a()\nexcept E:  # {}\n  pass\n", (3, 3)),
            ("def f(\n  a,\n):  # {}\n  b()\n", (1, 3)),
            ("@a\n@b(\n 1)\ndef f():  # {}\n  b()\n", (1, 4)),
            ("@a  # {}\nclass f:\n  b()\n", (1, 2)),
            ("@a\n# {}\nasync def f(): pass\n", (1, 3)),
            ("# {}\nb(\n  1,\n)\nc()\n", (2, 4)),
            ("# {}\n\n# other\n\nb()\n", (5, 5)),
            ("# {}\n@a\ndef f(\n):\n  b()\n", (2, 4)),
            ("def f():\n  # {}\n  b()\n  c()\n", (3, 3)),
            ("if a:\n  b()\n  # {}\nelse:\n  c()\n", (4, 4)),
            ("if a: b()  # {}\nc()\n", (1, 1)),
            ("a(); b()  # {}", (1, 1)),
            ("a()\n# {}", (2, 2)),
            ("# {}", (1, 1)),
            ("a()\n\x0c\nb()  # {}\n", (3, 3)),
            ("x = '\x0b\x1c\u2028'\nb()  # {}\n", (2, 2)),
            ("x = matrix @ b  # {}\nc()\n", (1, 1)),
        ],
    )
    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("comment", ["surefoot: ignore[a]", "noqa: SF101"])
    def test_lines(self, text: str, lines: tuple[int, int], newline: str, comment: str) -> None:
        """A comment covers the header of the statement it stands in, or of the next one."""
        source = text.format(comment).replace("\n", newline)
        assert [each.lines for each in find_suppressions(source)] == [lines]

    @pytest.mark.parametrize(
        "text", ["# {}\na()\n", "a()  # {}\n", "def f():\n  # {}\n  pass\n", "a()\n# {}\n"]
    )
    def test_whole_file(self, text: str) -> None:
        """`file-ignore` covers the file wherever it stands."""
        assert covered(text.format("surefoot: file-ignore[a]")) == [(("a",), None)]

    @pytest.mark.parametrize(
        "rest",
        [
            "x = '''",
            "f(",
            "  a\n b\n",
            "x = (]\n",
            "\x00",
            "print 'x'\n",
            "\t x\n        y\n",
            "1__0",
        ],
    )
    def test_not_python(self, rest: str) -> None:
        """What stands before text that is not Python is found, and nothing is raised."""
        text = (
            f"# surefoot: file-ignore[syntax-error] Python 2\na()  # noqa: SF101\n\n\nb()\n{rest}"
        )
        assert (("syntax-error",), None) in covered(text)

    def test_source_of_the_library(self) -> None:
        """In real files tokens are split as the interpreter does: nothing is made up."""
        for path in sorted(Path(tokenize_file()).parent.glob("t*.py"))[:20]:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert find_suppressions(text) == ()
            marked = text + "\n# surefoot: ignore[a]\n"
            last = text.count("\n") + 2
            assert covered(marked) == [(("a",), (last, last))]


def tokenize_file() -> str:
    import tokenize

    return tokenize.__file__


def judge(
    text: str,
    *findings: Finding,
    enabled: frozenset[str] = ALL_RULES,
    never: frozenset[str] = frozenset(),
    incomplete: frozenset[str] = frozenset(),
) -> tuple[list[str], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the rules kept, those suppressed with the reasons, and findings of our own."""
    kept, suppressed, extra = apply(
        findings,
        {"a.py": find_suppressions(text)},
        RULES,
        enabled,
        never=never,
        incomplete=incomplete,
    )
    return (
        [each.rule for each in kept],
        [(each.rule, by.reason) for each, by in suppressed],
        [(each.rule, each.message) for each in extra],
    )


TIMEOUT = finding("missing-timeout", 1)


class TestApply:
    @pytest.mark.parametrize(
        "word", ["missing-timeout", "SF101", "network", "SF1", "infinite-timeout, SF101"]
    )
    def test_suppressed(self, word: str) -> None:
        """A finding is suppressed by its rule's name, code, family, or family's code."""
        text = f"a()  # surefoot: ignore[{word}] why\n"
        enabled = ALL_RULES - {"unused-suppression"}
        assert judge(text, TIMEOUT, enabled=enabled) == ([], [("missing-timeout", "why")], [])

    def test_other_lines_rules_and_files(self) -> None:
        """Findings of other lines, other rules and other files stay."""
        text = "a()  # surefoot: ignore[missing-timeout]\nb()\n"
        others = (
            finding("missing-timeout", 2),
            finding("swallowed-exception", 1),
            finding("missing-timeout", 1, "b.py"),
        )
        kept, suppressed, extra = judge(text, *others, TIMEOUT)
        assert kept == ["missing-timeout", "swallowed-exception", "missing-timeout"]
        assert len(suppressed) == 1
        assert extra == []

    def test_whole_file(self) -> None:
        """`file-ignore` suppresses the rule's findings on every line."""
        text = "a()\nb()\n# surefoot: file-ignore[network] generated\n"
        kept, suppressed, extra = judge(text, TIMEOUT, finding("infinite-timeout", 2))
        assert (kept, len(suppressed), extra) == ([], 2, [])

    def test_narrower_suppression_is_told(self) -> None:
        """Where line and file both suppress, the line is told of and both are in use."""
        text = "# surefoot: file-ignore[SF101] wide\na()  # surefoot: ignore[SF101] narrow\n"
        _, suppressed, extra = judge(text, finding("missing-timeout", 2))
        assert suppressed == [("missing-timeout", "narrow")]
        assert extra == []

    def test_unused(self) -> None:
        """A rule that a comment names for nothing is a finding at that comment."""
        text = "a()  # surefoot: ignore[missing-timeout, SF201]\n"
        _, _, extra = apply([TIMEOUT], {"a.py": find_suppressions(text)}, RULES, ALL_RULES)
        (unused,) = extra
        assert unused.rule == "unused-suppression"
        assert unused.code == "SF002"
        assert unused.severity is Severity.INFO
        assert unused.span == Span(1, 6, 1, 48)
        assert unused.anchor == text.strip()
        assert unused.message == "there is no finding of `SF201` here to suppress"

    def test_unused_in_file(self) -> None:
        """An idle `file-ignore` is a finding too."""
        _, _, extra = judge("# surefoot: file-ignore[SF2]\n")
        message = "there is no finding of `SF2` in this file to suppress"
        assert extra == [("unused-suppression", message)]

    def test_rules_that_did_not_run(self) -> None:
        """What a rule that did not run would have found is not known to be absent."""
        text = "a()  # surefoot: ignore[missing-timeout]\nb()  # surefoot: ignore[network]\n"
        assert judge(text, enabled=ALL_RULES - {"missing-timeout"})[2] == []
        assert len(judge(text)[2]) == 2

    def test_incomplete_examination(self) -> None:
        """In a file that could not be examined by all rules no suppression is called unused."""
        text = "a()  # surefoot: ignore[missing-timeout]\n"
        assert judge(text, incomplete=frozenset({"a.py"}))[2] == []

    @pytest.mark.parametrize(
        ("comment", "message"),
        [
            ("ignore[mising-timeout]", "`mising-timeout`; did you mean `missing-timeout`?"),
            ("ignore[SF999]", "no rule is called `SF999`"),
            ("ignore", "this suppresses nothing: name the rules, as in `ignore[rule-name]`"),
            ("ignore[ALL]", "`ALL` suppresses nothing: name the rules that are meant"),
            ("file-ignore[]", "this suppresses nothing: name the rules"),
            ("ignroe[a]", "there is no `surefoot: ignroe`; did you mean `ignore`?"),
        ],
    )
    def test_unknown(self, comment: str, message: str) -> None:
        """A comment that names no rule there is is a finding with the nearest valid name."""
        kept, suppressed, extra = judge(f"a()  # surefoot: {comment}\n", TIMEOUT)
        assert kept == ["missing-timeout"]
        assert suppressed == []
        ((rule, text),) = extra
        assert rule == "unknown-suppression"
        assert message in text

    def test_never(self) -> None:
        """Findings of rules that may not be suppressed stay, and the comment is said to be idle."""
        text = "a()  # surefoot: ignore[missing-timeout]\n"
        kept, suppressed, extra = judge(text, TIMEOUT, never=frozenset({"missing-timeout"}))
        assert kept == ["missing-timeout"]
        assert suppressed == []
        message = "`missing-timeout` may not be suppressed in this project"
        assert extra == [("unused-suppression", message)]

    def test_own_findings_switched_off(self) -> None:
        """Findings about suppressions are made only when their rules run."""
        text = "a()  # surefoot: ignore[missing-timeout, nonsense]\n"
        assert judge(text, enabled=frozenset({"missing-timeout"}))[2] == []

    def test_own_findings_suppressed(self) -> None:
        """Findings about suppressions can be suppressed, and that one is not called unused."""
        text = (
            "# surefoot: file-ignore[unused-suppression, unknown-suppression] migrating\n"
            "a()  # surefoot: ignore[missing-timeout, nonsense]\n"
        )
        kept, suppressed, extra = judge(text)
        assert kept == []
        assert {rule for rule, _ in suppressed} == {"unused-suppression", "unknown-suppression"}
        assert extra == []

    def test_order(self) -> None:
        """Findings keep their order; those about suppressions are sorted."""
        text = "a()  # surefoot: ignore[y]\nb()  # surefoot: ignore[x]\nc()  # noqa: SF2\n"
        findings = [finding("swallowed-exception", 5), finding("infinite-timeout", 4)]
        kept, _, extra = judge(text, *findings)
        assert kept == ["swallowed-exception", "infinite-timeout"]
        assert [rule for rule, _ in extra] == [
            "unknown-suppression",
            "unknown-suppression",
            "unused-suppression",
        ]

    def test_nothing_to_do(self) -> None:
        """Files without suppressions keep their findings."""
        assert apply([TIMEOUT], {"a.py": ()}, RULES, ALL_RULES) == ([TIMEOUT], [], [])
        unrelated = Suppression(("SF101",), "", Span(1, 1, 1, 2), (9, 9))
        kept, _, _ = apply([TIMEOUT], {"a.py": (unrelated,)}, RULES, ALL_RULES)
        assert kept == [TIMEOUT]
