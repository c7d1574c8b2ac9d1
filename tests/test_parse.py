from __future__ import annotations

import pytest

from surefoot.model import FileError
from surefoot.syntax.parse import Unparsable, parse


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"x = 1\ny = )\n", 2, 5),
        (b"x = 1\r\ny = )\r\n", 2, 5),
        (b"x = 1\ry = )\r", 2, 5),
        (b"\xef\xbb\xbfx = )\n", 1, 5),
        ("é = '漢字' )\n".encode(), 1, 10),
        (b"# coding: latin-1\n\xe9 = )\n", 2, 5),
        (b"def f(self) -> int\n    return 1\n", 1, 19),
        (b"x = (1,\n\n\n", 1, 5),
        (b"def f():\nreturn 1\n", 2, 1),
        (b"x = 'open\ny = 1\n", 1, 5),
    ],
)
def test_place_of_a_syntax_error(content: bytes, line: int, column: int) -> None:
    """A file that cannot be parsed is told with the line and column of the mistake."""
    with pytest.raises(Unparsable) as caught:
        parse(content)
    assert (caught.value.error, caught.value.line, caught.value.column) == (
        FileError.SYNTAX,
        line,
        column,
    )


def test_message_of_a_syntax_error() -> None:
    """The message says what is wrong, and leaves the place to the place."""
    with pytest.raises(Unparsable, match=r"^cannot be parsed: unmatched '\)'$"):
        parse(b"x = )\n")


def test_syntax_that_only_python_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What LibCST refuses and Python does not is told in LibCST's words, at its line."""
    import libcst

    def refuse(text: str) -> None:
        raise libcst.ParserSyntaxError(
            "parser error: error at 2:7: expected one of (, *",
            lines=text.splitlines(keepends=True),
            raw_line=2,
            raw_column=0,
        )

    monkeypatch.setattr(libcst, "parse_module", refuse)
    with pytest.raises(Unparsable) as caught:
        parse(b"x = 1\ny = 2\n")
    assert caught.value.message == "cannot be parsed: expected one of (, *"
    assert (caught.value.line, caught.value.column) == (2, 1)


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"# caf\xe9\n", 1, 6, "cannot be decoded as utf-8: invalid continuation byte"),
        (b"\n\nx = '\xe9'\n", 3, 6, "cannot be decoded as utf-8: invalid continuation byte"),
        (b"\r\rx = '\xe9'\r", 3, 6, "cannot be decoded as utf-8: invalid continuation byte"),
        (b"MZ\x90\x00\x03", 1, 3, "cannot be decoded as utf-8: invalid start byte"),
        (b"#\n# coding: ascii\n\xe9", 3, 1, "cannot be decoded as ascii: ordinal not in range"),
        (b"# coding: no-such\n", 1, 1, "unknown encoding: no-such"),
    ],
)
def test_bytes_that_are_no_text(content: bytes, line: int, column: int, message: str) -> None:
    """Bytes that cannot be decoded are told with their place, and as what they were read."""
    with pytest.raises(Unparsable) as caught:
        parse(content)
    assert caught.value.error is FileError.ENCODING
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message.startswith(message)


def test_null_bytes() -> None:
    """A null byte is told where it stands."""
    with pytest.raises(Unparsable) as caught:
        parse(b"x = 1\nab\x00c\n")
    assert (caught.value.line, caught.value.column) == (2, 3)


def test_warnings_of_the_file_are_its_own() -> None:
    """A doubtful escape in a broken file warns nobody."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(Unparsable, match="unmatched"):
            parse(b"x = '\\d'; y = )\n")


@pytest.mark.parametrize(
    "text",
    [
        "assert(a if b else c)\n",
        "x = not(lambda: y)\n",
        "x = (a if b else c)if(d)else(e)\n",
        "async def f():\n    await(a)or b\n",
        "for x in(lambda: y)(): pass\n",
    ],
)
def test_a_word_beside_a_parenthesis(text: str) -> None:
    """Python that LibCST's checks of single nodes refuse has a tree all the same."""
    assert parse(text.encode()).module.code == text


@pytest.mark.parametrize(
    "text", ["x = 'a' b'c'\n", "try:\n    f()\nexcept:\n    pass\nexcept OSError:\n    pass\n"]
)
def test_what_only_the_checks_of_nodes_refuse(text: str) -> None:
    """What is no Python is a syntax error, although the parser alone would let it through."""
    with pytest.raises(Unparsable, match=r"^cannot be parsed: ") as caught:
        parse(text.encode())
    assert caught.value.error is FileError.SYNTAX


def test_checks_of_nodes_made_by_hand() -> None:
    """After parsing LibCST checks the nodes again that a program makes."""
    import libcst

    parse(b"x = 1\n")
    with pytest.raises(libcst.CSTValidationError):
        libcst.Integer("one")
