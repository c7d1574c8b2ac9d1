from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.model import Span
from surefoot.report.excerpt import Sources, excerpt
from surefoot.report.text import cells, safe
from tests.report.samples import finding

CHARACTERS = st.one_of(
    st.sampled_from("ab \t漢é\u0301\u200d\x1b\u202e\x0c"),
    st.characters(exclude_characters="\r\n\ufeff\0", exclude_categories=["Cs"]),
)


@settings(max_examples=200)
@given(
    before=st.text(CHARACTERS, max_size=30),
    spot=st.text("xyz", min_size=1, max_size=8),
    after=st.text(CHARACTERS, max_size=60),
    width=st.integers(30, 200),
)
def test_carets_mark_the_spot(before: str, spot: str, after: str, width: int) -> None:
    """Whatever stands around it, the carets are under the spot, and the line fits and is safe."""
    line = f"{before}{spot}{after}"
    span = Span(1, len(before) + 1, 1, len(before) + len(spot) + 1)
    sources = Sources("/nowhere", {"a.py": line.encode()})
    code, marks = excerpt(finding(path="a.py", span=span, anchor=""), sources, width)
    assert safe(code.text) == code.text
    start = marks.text.index("^")
    assert marks.text.count("^") == len(spot)
    shown, column = "", 0
    for char in code.text:
        if start <= column < start + len(spot) and cells(char):
            shown += char
        column += cells(char)
    assert shown == spot
    assert cells(code.text) <= width


@given(content=st.binary(max_size=60), line=st.integers(1, 6), column=st.integers(1, 40))
def test_any_place_in_any_bytes(content: bytes, line: int, column: int) -> None:
    """A place that is not in the file, or bytes that are no text, cost the excerpt at most."""
    sources = Sources("/nowhere", {"a.py": content})
    span = Span(line, column, line, column + 3)
    for shown in excerpt(finding(path="a.py", span=span, anchor=""), sources, 40):
        assert "\x1b" not in shown.text


def test_binary_file() -> None:
    """A line with null bytes is no text, and is not shown."""
    sources = Sources("/nowhere", {"a.py": b"\x7fELF\x02\x01\x00\xff"})
    assert excerpt(finding(path="a.py", span=Span(1, 8, 1, 8), anchor=""), sources, 80) == []
