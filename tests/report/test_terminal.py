from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from surefoot.model import RuleFigures, Severity, Span
from tests.report.samples import METRICS, finding, project, rich_run, run, text

SOURCE = "def fetch(url):\n    return requests.get(url)\n"


def carets(output: str) -> tuple[str, str]:
    """Return the excerpt's line of code and its line of carets, without the margin."""
    lines = [line.partition("| ")[2] for line in output.splitlines() if " | " in line]
    return lines[-2], lines[-1]


def test_whole_report(tmp_path: Path) -> None:
    """A report shows every finding with source, consequence and way, then what was not checked,
    then the figures."""
    root = project(tmp_path, client=SOURCE, broken="def (:\n")
    assert text("terminal", replace(rich_run(), root=root)) == (
        """\
app/broken.py:1:1: error: cannot be parsed [syntax-error]
 1 | def (:
   | ^
   = why: Nothing in this file was checked, so its silence means nothing.

app/client.py:2:12: error: `requests.get` waits for ever unless given `timeout` [missing-timeout]
 1 | def fetch(url):
 2 |     return requests.get(url)
   |            ^^^^^^^^^^^^
   = why: Why missing-timeout hurts.
   = 1. app/views.py:7: `show` calls `fetch`
   = fix (unsafe): Give it `timeout=10`

app/client.py: info: 1 missing-type-hints
`--verbose` shows each of them.

app/client.py:3:1: not checked (rule-crash): ValueError [infinite-timeout]

Note: the cache could not be kept
Checked 2 files (of a project of 5, 3 unchanged), skipped 2 (1 excluded, 1 a broken link), \
failed on 2, in 0.25 s.
3 findings: 2 errors, 1 info.
Can be fixed: 1 with `--fix --unsafe-fixes`.
Not shown: 1 suppressed by comments.
`surefoot explain syntax-error` tells why a finding matters and what to do.
"""
    )


def test_no_findings() -> None:
    """Without findings the report still says how much was looked at."""
    output = text("terminal", run())
    assert output == "Checked 1 file, in 0.25 s.\nNo findings.\n"


def test_no_findings_in_a_broken_project() -> None:
    """Without findings, but with a failure, the report does not call the project clean."""
    output = text("terminal", replace(rich_run(), findings=()))
    assert "No findings in what could be checked." in output
    assert "app/broken.py:1:5: not checked (syntax): cannot be parsed" in output


def test_quiet() -> None:
    """A quiet report holds the findings and nothing else."""
    output = text("terminal", run(finding(anchor="")), quiet=True)
    assert output.splitlines()[0].startswith("app/client.py:2:12: error:")
    assert "Checked" not in output
    assert "explain" not in output


@pytest.mark.parametrize(
    ("values", "shown"), [({"verbose": True}, 2), ({"fold": False}, 2), ({}, 0)]
)
def test_hints_about_types_fold(values: dict[str, bool], shown: int) -> None:
    """Hints about types take one line per file unless each is asked for."""
    hint = finding(rule="missing-type-hints", severity=Severity.INFO, message="no types")
    output = text("terminal", run(hint, hint), **values)
    assert output.count("no types") == shown
    assert ("app/client.py: info: 2 missing-type-hints" in output) == (shown == 0)


def test_raised_hints_do_not_fold() -> None:
    """A hint about types whose severity the project raised is shown like any other finding."""
    hint = finding(rule="missing-type-hints", severity=Severity.WARNING, message="no types")
    assert "no types" in text("terminal", run(hint))


def test_tabs(tmp_path: Path) -> None:
    """Carets stand under the spot in a line indented by tabs."""
    root = project(tmp_path, client="def fetch(url):\n\treturn\trequests.get(url)\n")
    spot = finding(span=Span(2, 9, 2, 21), anchor="return\trequests.get(url)")
    code, marks = carets(text("terminal", run(spot, root=root)))
    assert code == "    return  requests.get(url)"
    assert marks == "            ^^^^^^^^^^^^"


def test_wide_characters(tmp_path: Path) -> None:
    """Carets stand under the spot behind characters that take two columns, or none."""
    line = "x = '漢字e\u0301'; requests.get(url)"
    root = project(tmp_path, client=f"import requests\n{line}\n")
    start = line.index("requests") + 1
    spot = finding(span=Span(2, start, 2, start + 12), anchor=line)
    code, marks = carets(text("terminal", run(spot, root=root)))
    assert code == line
    # Two ideographs take a column more each, the combining accent takes none.
    assert marks == " " * (start - 1 + 2 - 1) + "^" * 12


def test_span_over_several_lines(tmp_path: Path) -> None:
    """A finding over several lines is underlined to the end of its first."""
    root = project(tmp_path, client="fetch = requests.get(  \n    url,\n)\n")
    spot = finding(span=Span(1, 9, 3, 2), anchor="fetch = requests.get(")
    _, marks = carets(text("terminal", run(spot, root=root)))
    assert marks == "        ^^^^^^^^^^^^^"


def test_long_line(tmp_path: Path) -> None:
    """Of a line that is wider than the terminal, the part around the spot is shown."""
    line = "x = [" + "1, " * 200 + "requests.get(url)" + ", 1" * 200 + "]"
    root = project(tmp_path, client=f"{line}\n")
    start = line.index("requests") + 1
    spot = finding(span=Span(1, start, 1, start + 12), anchor=line)
    output = text("terminal", run(spot, root=root), width=60)
    code, marks = carets(output)
    assert len(code) <= 60
    assert code[marks.index("^") : marks.rindex("^") + 1] == "requests.get"


def test_control_characters(tmp_path: Path) -> None:
    """Nothing in source, paths or messages can drive the terminal."""
    line = "x = '\x1b[31m\u202e\x07'; requests.get(url)"
    root = project(tmp_path, client=f"{line}\n")
    start = line.index("requests") + 1
    spot = finding(span=Span(1, start, 1, start + 12), anchor=line, message="bad\x1b]0;\x07\nname")
    hostile = finding(path="a\n::error::\x1b[2J.py", anchor="")
    output = text("terminal", run(spot, hostile, root=root))
    assert not set(output) & set("\x1b\x07\u202e")
    code, marks = carets(output)
    assert code[marks.index("^") : marks.rindex("^") + 1] == "requests.get"
    assert r"a\x0a::error::\x1b[2J.py:2:12: error:" in output
    assert r"bad\x1b]0;\x07\x0aname" in output


def test_changed_file(tmp_path: Path) -> None:
    """Where the file has changed since it was checked, the line as it was stands without carets."""
    root = project(tmp_path, client="other()\nlines()\n")
    output = text("terminal", run(finding(), root=root))
    assert " 2 | return requests.get(url)\n" in output
    assert "^" not in output


def test_missing_file(tmp_path: Path) -> None:
    """A file that is gone costs its excerpt, not the report."""
    output = text("terminal", run(finding(anchor=""), root=str(tmp_path)))
    assert "app/client.py:2:12: error:" in output


def test_other_encodings(tmp_path: Path) -> None:
    """The excerpt is read in the encoding the file declares, whatever its line ends."""
    source = "# coding: latin-1\r\nname = 'é'; requests.get(url)\r\n".encode("latin-1")
    root = project(tmp_path, client=source)
    spot = finding(span=Span(2, 13, 2, 25), anchor="name = 'é'; requests.get(url)")
    code, marks = carets(text("terminal", run(spot, root=root)))
    assert code == "name = 'é'; requests.get(url)"
    assert marks == " " * 12 + "^" * 12


def test_byte_order_mark(tmp_path: Path) -> None:
    """A byte order mark takes no column."""
    root = project(tmp_path, client=b"\xef\xbb\xbfrequests.get(url)\n")
    spot = finding(span=Span(1, 1, 1, 13), anchor="requests.get(url)")
    assert carets(text("terminal", run(spot, root=root))) == ("requests.get(url)", "^" * 12)


def test_standard_input() -> None:
    """The excerpt of a file that is not on disk comes from the text that was checked."""
    contents = {"app/client.py": SOURCE.encode()}
    code, marks = carets(text("terminal", run(finding()), contents=contents))
    assert code[marks.index("^") : marks.rindex("^") + 1] == "requests.get"


def test_color(tmp_path: Path) -> None:
    """Color changes nothing but color."""
    import re

    root = project(tmp_path, client=SOURCE)
    a_run = run(finding(), root=root)
    colored = text("terminal", a_run, color="always")
    assert "\x1b[1;31merror:\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == text("terminal", a_run)


def test_statistics() -> None:
    """Statistics count the findings of each rule, most first."""
    many = [finding(anchor=""), finding(anchor=""), finding(rule="infinite-timeout", code="SF102")]
    output = text("terminal", run(*many), statistics=True)
    assert "2  SF101   missing-timeout\n1  SF102   infinite-timeout\n" in output


def test_what_was_fixed(tmp_path: Path) -> None:
    """After fixing the report tells what was fixed, file by file, and what came of each rule."""
    late = finding(rule="infinite-timeout", code="SF102")
    metrics = replace(
        METRICS,
        initial_violations=3,
        fixes_applied=2,
        final_violations=2,
        fix_rate=1 / 3,
        mode="executive",
        settled=2,
        brought=1,
        rules=(
            RuleFigures("infinite-timeout", 2, 2, 2, 2, 0),
            RuleFigures("missing-timeout", 1, 1, 0, 0, 1),
        ),
    )
    root = project(tmp_path, client=SOURCE)
    a_run = run(finding(), finding(), root=root, metrics=metrics, fixed=(late, late))
    output = text("terminal", a_run, statistics=True)
    assert "app/client.py: fixed: 2 infinite-timeout\n" in output
    assert (
        "found  fixable  applied  settled  undone  left  rule\n"
        "    2        2        2        2       0     0  infinite-timeout\n"
        "    1        1        0        0       1     2  missing-timeout\n"
    ) in output
    assert "Fixed 2 of 3 findings, and there is 1 new (33%), with 2 fixes.\n" in output


def test_wrapped_lines(tmp_path: Path) -> None:
    """On a terminal text is wrapped to its width, further in than where it began; source is cut."""
    root = project(tmp_path, client=SOURCE)
    output = text("terminal", run(finding(), root=root), width=40)
    assert output.startswith(
        """\
app/client.py:2:12: error:
     `requests.get` waits for ever
     unless given `timeout`
     [missing-timeout]
 1 | def fetch(url):
 2 |     return requests.get(url)
   |            ^^^^^^^^^^^^
   = why: Why missing-timeout hurts.
"""
    )


def test_long_words_are_folded(tmp_path: Path) -> None:
    """A path or name longer than the terminal is wide goes on in the next line, whole."""
    spot = finding(path=f"app/{'x' * 90}.py", anchor="")
    output = text("terminal", run(spot, root=str(tmp_path)), width=40)
    assert max(map(len, output.splitlines())) <= 40
    assert f"app/{'x' * 90}.py:2:12" in output.replace("\n     ", "")


def test_width_changes_only_the_breaks(tmp_path: Path) -> None:
    """What a terminal shows of the words is what a file gets, whatever the width."""
    root = project(tmp_path, client=SOURCE)
    a_run = replace(rich_run(), root=root)
    for width in (40, 57, 80, 200):
        assert text("terminal", a_run, width=width).split() == text("terminal", a_run).split()


def test_readable_width(tmp_path: Path) -> None:
    """On a very wide terminal text is still wrapped where it is easy to read, source is not."""
    line = "x = [" + "1, " * 40 + "requests.get(url)]"
    root = project(tmp_path, client=f"{line}\n")
    start = line.index("requests") + 1
    spot = finding(span=Span(1, start, 1, start + 12), anchor=line, message="so " * 60)
    output = text("terminal", run(spot, root=root), width=300).splitlines()
    assert max(len(text) for text in output if " | " not in text) <= 100
    assert any(line in text for text in output)


def test_long_line_in_a_file(tmp_path: Path) -> None:
    """Where there is no terminal a very long line is cut as well."""
    line = "x = [" + "1, " * 5000 + "requests.get(url)]"
    root = project(tmp_path, client=f"{line}\n")
    start = line.index("requests") + 1
    spot = finding(span=Span(1, start, 1, start + 12), anchor=line)
    code, marks = carets(text("terminal", run(spot, root=root)))
    assert len(code) <= 200
    assert code[marks.index("^") : marks.rindex("^") + 1] == "requests.get"


def test_paths_as_seen_from_here() -> None:
    """Every path of the report is one that can be opened from the directory it was asked in."""
    output = text("terminal", rich_run(), cwd="/project/docs", verbose=True)
    for path in ("app/broken.py:1:1:", "app/views.py:7:", "app/client.py:3:1:", "build/x.py:"):
        assert f"../{path}" in output


def test_reason_is_given_once() -> None:
    """Why findings of a rule matter is said at the first, not at each of them."""
    other = finding(rule="infinite-timeout", code="SF102", anchor="")
    output = text("terminal", run(finding(anchor=""), other, finding(anchor="")))
    assert output.count("why: Why missing-timeout hurts.") == 1
    assert output.count("why: Why infinite-timeout hurts.") == 1


def test_hidden() -> None:
    """The summary tells how many findings are not shown."""
    output = text("terminal", run(), hidden=7)
    assert "Not shown: 7 below the severity or confidence asked for." in output
