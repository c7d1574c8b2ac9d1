"""One file, examined so that its failure is an answer and its trees cost no collections."""

from __future__ import annotations

import gc
from collections.abc import Callable

from surefoot.model import Examination, Failure, FileError, SourceFile

Examine = Callable[[SourceFile], Examination]
Prepare = Callable[[], Examine]
Task = tuple[int, SourceFile]
Answer = tuple[int, Examination]

_COLLECT_EVERY_BYTES = 1 << 20


def failed(source: SourceFile, error: FileError, message: str) -> Examination:
    failure = Failure(source.path, error, message)
    lines = source.content.count(b"\n")
    return Examination(source.path, source.module, lines, failures=(failure,))


def guarded(examine: Examine, source: SourceFile) -> Examination:
    try:
        return examine(source)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
        reason = str(error) or type(error).__name__
        return failed(source, FileError.CRASH, f"surefoot failed on this file: {reason}")


class Uncollected:
    """Syntax trees hold no cycles, nor do summaries, so the collector rests while they come
    and go.

    What does hold cycles is collected after each megabyte of source.
    """

    def __enter__(self) -> Uncollected:
        self._was_enabled = gc.isenabled()
        self._bytes = 0
        gc.disable()
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    def after(self, source: SourceFile) -> None:
        self._bytes += len(source.content)
        if self._bytes > _COLLECT_EVERY_BYTES:
            self._bytes = 0
            gc.collect()
