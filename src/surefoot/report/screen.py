"""Styled text for people: rich puts it on a terminal, anywhere else it is written plainly.

rich is imported where it has work to do: on a terminal, where color is forced, for tables.
So a run in a pipe or in CI does not wait for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from surefoot.model import Severity

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

Segment = tuple[str, str]
"""Some text and its style in rich's words (`bold red`), empty for none."""

SEVERITY_STYLES = {
    Severity.CRITICAL: "bold magenta",
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}
COLOR_CHOICES = ("auto", "always", "never")
_READABLE = 100
_NARROWEST = 20
_ENDLESS = 10_000


class Screen:
    """Writes lines to a stream, wrapped and colored as far as the stream is a terminal.

    `color` is one of `COLOR_CHOICES`; `auto` obeys NO_COLOR, then FORCE_COLOR, then asks
    whether the stream is a terminal.
    """

    def __init__(self, stream: TextIO, color: str = "auto") -> None:
        self._stream = stream
        self._console = console_for(stream, color)
        self._wraps = stream.isatty()

    @property
    def width(self) -> int | None:
        """The columns of the terminal; None where a line may be of any length."""
        return self._console.width if self._console is not None and self._wraps else None

    def line(self, *segments: Segment, hang: int | None = None) -> None:
        """Write a line; with `hang` it may be wrapped, and goes on `hang` columns further in."""
        if self._console is None:
            self._stream.write("".join(text for text, _ in segments).rstrip() + "\n")
            return
        from rich.text import Text

        text = Text.assemble(*segments)
        text.rstrip()
        for part in [text] if hang is None else self._wrapped(self._console, text, hang):
            self._print(self._console, part)

    def _wrapped(self, console: Console, text: Text, hang: int) -> list[Text]:
        """Return `text` as lines, the first of the full width and the others further in."""
        from rich.text import Text

        width = self.width and max(min(self.width, _READABLE), hang + _NARROWEST)
        if width is None or text.cell_len <= width:
            return [text]
        first = text.wrap(console, width)[0]
        first.rstrip()
        rest = text[len(first) :]
        rest = rest[len(rest) - len(rest.plain.lstrip()) :]
        others = rest.wrap(console, width - hang)
        for part in others:
            part.rstrip()
        return [first, *(Text.assemble(" " * hang, part) for part in others)]

    def show(self, renderable: RenderableType) -> None:
        """Write a table or a page of rich's, as wide as it likes where there is no terminal."""
        from rich.console import Console

        console = self._console or Console(color_system=None, width=_ENDLESS)
        width = self.width and min(self.width, _READABLE)
        with console.capture() as capture:
            console.print(renderable, width=width)
        self._stream.writelines(f"{line.rstrip()}\n" for line in capture.get().splitlines())

    def _print(self, console: Console, text: Text) -> None:
        """Write a line of rich's ourselves: a reader that goes away is no business of rich's."""
        with console.capture() as capture:
            console.print(text, soft_wrap=True)
        self._stream.write(capture.get())


def console_for(stream: TextIO, color: str) -> Console | None:
    """Return rich's console for `stream`; None where plain text is all that is wanted."""
    automatic = color == "auto"
    never = color == "never" or (automatic and bool(os.environ.get("NO_COLOR")))
    forced = color == "always" or (automatic and bool(os.environ.get("FORCE_COLOR")))
    if not stream.isatty() and (never or not forced):
        return None
    from rich.console import Console
    from rich.theme import Theme

    return Console(
        file=stream,
        force_terminal=True,
        color_system=None if never else "standard" if forced else "auto",
        width=None if stream.isatty() else _ENDLESS,
        no_color=never,
        highlight=False,
        markup=False,
        emoji=False,
        theme=Theme({"markdown.code": "bold"}),
    )
