"""Bytes -> a LibCST module, or the reason why not."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

import libcst as cst

from surefoot.model import FileError


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


def decode(content: bytes) -> str:
    """Decode Python source by its byte order mark or coding comment (PEP 263).

    Raises `Unparsable` for an unknown encoding or undecodable bytes.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    except (SyntaxError, LookupError) as error:
        raise Unparsable(FileError.ENCODING, str(getattr(error, "msg", error))) from None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"cannot be decoded as {encoding}: {error.reason}"
        raise Unparsable(FileError.ENCODING, message, line) from None
    except LookupError as error:
        raise Unparsable(FileError.ENCODING, str(error)) from None
    return text.removeprefix("\ufeff")


def parse(content: bytes) -> Source:
    """Parse a file; raises `Unparsable` for anything that has no tree."""
    text = decode(content)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Unparsable(FileError.SYNTAX, "source code cannot contain null bytes", line)
    try:
        return Source(text, cst.parse_module(text))
    except cst.ParserSyntaxError as error:
        message = f"cannot be parsed: {error.message.strip().splitlines()[0].rstrip('.')}"
        line = min(error.raw_line, text.count("\n") + 1)
        raise Unparsable(FileError.SYNTAX, message, line, error.raw_column + 1) from None
    except (RecursionError, MemoryError):
        raise Unparsable(FileError.CRASH, "nested too deeply to be parsed") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
        raise Unparsable(FileError.CRASH, f"the parser failed: {error}") from None
