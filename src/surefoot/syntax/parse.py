"""Bytes -> a LibCST module, or the reason why not."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import libcst as cst

from surefoot.model import FileError

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNDECLARED = "invalid or missing encoding declaration"
_POSITION = re.compile(r"^(?:parser|tokenizer) error: (?:error at \d+:\d+: )?")


class Unparsable(Exception):
    """A file that has no tree: what kind of failure, where (from 1), and why."""

    def __init__(self, error: FileError, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.error, self.message, self.line, self.column = error, message, line, column


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded file and its tree; `text` has no byte order mark."""

    text: str
    module: cst.Module


def encoding_of(content: bytes) -> str:
    """Return the encoding of Python source by its byte order mark or coding comment (PEP 263).

    Raises `Unparsable` for one that is unknown.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except (SyntaxError, LookupError) as error:
        message = str(getattr(error, "msg", error))
        if not message.startswith(_UNDECLARED):
            raise Unparsable(FileError.ENCODING, message) from None
        encoding = "utf-8"
    return encoding


def decode(content: bytes) -> str:
    """Decode Python source; raises `Unparsable` for an unknown encoding or undecodable bytes."""
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"cannot be decoded as {encoding}: {error.reason}"
        before = content[: error.start].decode(encoding, "replace").removeprefix("\ufeff")
        raise Unparsable(FileError.ENCODING, message, *_end_of(before)) from None
    except LookupError as error:
        raise Unparsable(FileError.ENCODING, str(error)) from None
    return text.removeprefix("\ufeff")


def encode(text: str, like: bytes) -> bytes:
    """Encode source the way `like`, of which it is a new version, is encoded and marked.

    Raises `UnicodeError` where that cannot be done, or would not give `like` itself back:
    an encoding may have several ways to write one text.
    """
    encoding = encoding_of(like)
    mark = "\ufeff" if like.decode(encoding).startswith("\ufeff") else ""
    if (mark + decode(like)).encode(encoding) != like:
        raise UnicodeError(f"its bytes are not what {encoding} would write")
    content = (mark + text).encode(encoding)
    if encoding_of(content) != encoding or decode(content) != text:
        raise UnicodeError(f"{encoding} would not give it back")
    return content


def parse(content: bytes) -> Source:
    """Parse a file; raises `Unparsable` for anything that has no tree."""
    text = decode(content)
    if "\0" in text:
        message = "source code cannot contain null bytes"
        raise Unparsable(FileError.SYNTAX, message, *_end_of(text[: text.index("\0")]))
    try:
        with _parser_trusted():
            return Source(text, cst.parse_module(text))
    except (cst.ParserSyntaxError, cst.CSTValidationError) as error:
        raise _syntax_error(text, error) from None
    except (RecursionError, MemoryError):
        raise Unparsable(FileError.CRASH, "nested too deeply to be parsed") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
        raise Unparsable(FileError.CRASH, f"the parser failed: {error}") from None


_check = cst.CSTNode.__post_init__
_STILL_CHECKED = frozenset({cst.ConcatenatedString, cst.Try})


def _checked_by_the_parser(node: cst.CSTNode) -> None:
    if type(node) in _STILL_CHECKED:
        _check(node)


@contextmanager
def _parser_trusted() -> Iterator[None]:
    """Have LibCST leave out the checks of each node, which are meant for trees made by hand.

    They take a sixth of the time of parsing, and refuse some Python, such as `assert(a if b
    else c)` and `not(lambda: x)` (LibCST 1.9). What its parser lets through and only they refuse
    is a literal of text and bytes, and a bare `except` before another: these are still checked.
    """
    cst.CSTNode.__post_init__ = _checked_by_the_parser  # type: ignore[assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = _check  # type: ignore[method-assign]


def _syntax_error(text: str, error: cst.ParserSyntaxError | cst.CSTValidationError) -> Unparsable:
    """Return what Python itself says is wrong, and where; LibCST's word where Python is content.

    LibCST knows no column, and of what its tokenizer refuses no line either. A Python older
    than the file's may stop at new syntax before it comes to the mistake.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<source>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as told:
        line = min(max(told.lineno or 1, 1), len(_LINE_END.split(text)))
        return Unparsable(
            FileError.SYNTAX, f"cannot be parsed: {told.msg}", line, max(told.offset or 1, 1)
        )
    except (RecursionError, MemoryError, ValueError):
        pass
    if isinstance(error, cst.CSTValidationError):
        return Unparsable(FileError.SYNTAX, f"cannot be parsed: {error}")
    message = _POSITION.sub("", error.message.strip().splitlines()[0]).rstrip(".")
    return Unparsable(FileError.SYNTAX, f"cannot be parsed: {message}", error.raw_line)


def _end_of(text: str) -> tuple[int, int]:
    """Return the line and column that follow `text`."""
    lines = _LINE_END.split(text)
    return len(lines), len(lines[-1]) + 1
