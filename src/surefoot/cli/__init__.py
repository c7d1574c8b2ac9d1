"""The command line: one module per command, imported when the command is used.

Exit codes: 0 nothing at or above the failing level, 1 such findings, 2 usage,
configuration, missing path or internal error, 130 interrupted.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click

from surefoot import __version__

COMMANDS = {
    "baseline": "surefoot.cli.baseline",
    "check": "surefoot.cli.check",
    "clean": "surefoot.cli.clean",
    "config": "surefoot.cli.config",
    "explain": "surefoot.cli.explain",
    "metrics": "surefoot.cli.metrics",
    "report": "surefoot.cli.report",
    "rules": "surefoot.cli.rules",
}
DEFAULT = "check"
_OF_OUTPUT = (errno.EBADF, errno.EFBIG, errno.EIO, errno.ENOSPC)
_OWN_OPTIONS = ("--help", "-h", "--version", "-V")


class _LazyGroup(click.Group):
    """A group that imports a command when it is asked for, and takes `check` as said."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = import_module(module).command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        is_option = first.startswith("-") and first not in _OWN_OPTIONS
        if not args or is_option or (first not in COMMANDS and os.path.lexists(first)):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"no command and no path is called `{args[0]}`{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            from surefoot.cli.outputs import let_go_of_stdout

            let_go_of_stdout()
            return 0
        return result


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="surefoot %(version)s")
def cli() -> None:
    """Find the operational mistakes that take Python services down.

    Without a command, `check` is meant.
    """


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    _replace_closed_streams()
    try:
        code = cli.main(None if args is None else list(args), standalone_mode=False)
    except click.Abort:
        return 130
    except click.ClickException as error:
        error.show()
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _told_of_output(error) if error.errno in _OF_OUTPUT else _told(error)
    except Exception as error:
        return _told(error)
    return code if isinstance(code, int) else 0


def _replace_closed_streams() -> None:
    """Have what goes to a closed stream go nowhere, and not into a file opened in its place."""
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


def _told_of_output(error: OSError) -> int:
    """Tell that standard output takes no more: the disk behind it is full, or it is closed."""
    from surefoot.cli.outputs import let_go_of_stdout

    if error.filename is not None:
        return _told(error)
    let_go_of_stdout()
    click.echo(f"surefoot: cannot write to standard output: {error.strerror}", err=True)
    return 2


def _told(error: Exception) -> int:
    """Tell about an error on standard error: in one line if the user can mend it."""
    from surefoot.cli.errors import is_expected

    if is_expected(error):
        click.echo(f"surefoot: {error}", err=True)
    else:
        import traceback

        traceback.print_exception(error)
        click.echo(
            "surefoot: internal error. This is a mistake in surefoot, not in your code; "
            "please report it with the lines above.",
            err=True,
        )
    return 2
