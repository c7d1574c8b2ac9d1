"""Where reports go: standard output and files, several in one run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TextIO

import click

from surefoot.report import FORMATS


@dataclass(frozen=True, slots=True)
class Output:
    """A report in `format` for the file `path`, or for standard output."""

    format: str
    path: str | None = None


def outputs(format: str | None, requested: Iterable[str]) -> list[Output]:
    """Return what `--format` and the `--output FORMAT[:PATH]` options ask for together.

    Without any of them it is the terminal report. Raises `click.UsageError`, also where
    two reports would be mixed on standard output.
    """
    chosen = [Output(format)] if format else []
    chosen += [_parse(text) for text in requested]
    if sum(output.path is None for output in chosen) > 1:
        raise click.UsageError(
            "two reports cannot share standard output; give all but one a file: FORMAT:PATH"
        )
    paths = [os.path.realpath(output.path) for output in chosen if output.path]
    if len(set(paths)) < len(paths):
        raise click.UsageError("two reports cannot share a file")
    return chosen or [Output("terminal")]


def _parse(text: str) -> Output:
    format, colon, path = text.partition(":")
    if format not in FORMATS:
        hint = f"; write json:{text}" if "." in text and not colon else ""
        known = ", ".join(FORMATS)
        raise click.UsageError(f"--output: `{format}` is no format ({known}){hint}")
    if colon and not path:
        raise click.UsageError(f"--output: `{text}` names no file after the colon")
    return Output(format, path or None)


@contextmanager
def written(path: str) -> Iterator[TextIO]:
    """Lend a stream for the new content of a file, which replaces the old one when complete.

    Raises `click.ClickException` where that cannot be done.
    """
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "w", encoding="utf-8", errors="backslashreplace") as device:
                yield device
            return
        target = os.path.realpath(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        temporary = f"{target}.{os.getpid()}.tmp"
        try:
            with open(
                temporary, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            ) as file:
                yield file
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror or error}") from None


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Lend standard output, made unable to fail at a character its encoding lacks."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    yield sys.stdout
    sys.stdout.flush()


def on_standard_output(chosen: Sequence[Output]) -> str | None:
    """Return the format that goes to standard output, if any does."""
    return next((output.format for output in chosen if output.path is None), None)


def let_go_of_stdout() -> None:
    """Send what is still buffered to nowhere once the reader of standard output is gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
