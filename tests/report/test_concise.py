from __future__ import annotations

from tests.report.samples import finding, rich_run, run, text


def test_one_line_per_finding() -> None:
    """Each finding, and each failure no finding tells of, is one line a tool can split."""
    assert text("concise", rich_run()).splitlines() == [
        "app/broken.py:1:1: SF000 error cannot be parsed [syntax-error]",
        "app/client.py:1:1: SF501 info `fetch` does not say what it returns [missing-type-hints]",
        (
            "app/client.py:2:12: SF101 error `requests.get` waits for ever unless given `timeout` "
            "[missing-timeout] [unsafe fix]"
        ),
        "app/client.py:3:1: rule-crash ValueError [infinite-timeout]",
    ]


def test_nothing_for_nothing() -> None:
    """Without findings there is no line."""
    assert text("concise", run()) == ""


def test_hostile_names_stay_on_their_line() -> None:
    """A line break in a name neither splits a line nor starts one."""
    output = text("concise", run(finding(path="x\n::warning::y.py", message="a\r\nb")))
    assert output.count("\n") == 1
    assert output.startswith(r"x\x0a::warning::y.py:2:12: SF101 error a\x0d\x0ab ")


def test_statistics() -> None:
    """Statistics follow the findings."""
    output = text("concise", run(finding()), statistics=True)
    assert output.splitlines()[1:] == ["1  SF101   missing-timeout"]
