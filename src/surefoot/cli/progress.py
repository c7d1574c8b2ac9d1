"""How far a run is, on a terminal's standard error, once it has taken a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_PATIENCE = 1.0
_INTERVAL = 0.1


class Progress:
    """A line that counts files while it is called, and is gone when the block ends."""

    def __init__(self, *, quiet: bool) -> None:
        self._shows = not quiet and sys.stderr.isatty()
        self._next = time.monotonic() + _PATIENCE
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` files are examined."""
        if self._shows and time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL
            self._shown = True
            sys.stderr.write(f"\r\x1b[Kexamined {done:,} of {total:,} files")
            sys.stderr.flush()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
