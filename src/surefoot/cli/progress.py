"""How far a run is, on a terminal's standard error, once it has taken a second."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

from surefoot.report.screen import console_for

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_PATIENCE = 1.0
_INTERVAL = 0.1


class Progress:
    """A bar that counts files while it is called, and is gone when the block ends."""

    def __init__(self, *, color: str, quiet: bool) -> None:
        self._shows = not quiet and sys.stderr.isatty()
        self._color = color
        self._next = time.monotonic() + _PATIENCE
        self._bar: Bar | None = None

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` files are examined."""
        if not self._shows or time.monotonic() < self._next:
            return
        if self._bar is None:
            self._bar = self._started(total)
        (task,) = self._bar.task_ids
        self._bar.update(task, completed=done, total=total)
        self._bar.refresh()
        self._next = time.monotonic() + _INTERVAL

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _started(self, total: int) -> Bar:
        """Start a bar that is drawn only when it is told to: a thread would not survive a fork."""
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        bar = Bar(
            TextColumn("Examining"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files"),
            console=console_for(sys.stderr, self._color),
            transient=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bar.add_task("", total=total)
        bar.start()
        return bar
