"""`surefoot config`: what holds for a project, and who said so."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from surefoot.report.screen import Screen
from surefoot.report.text import safe

if TYPE_CHECKING:
    from rich.table import Table


@click.group("config")
def command() -> None:
    """Look at the configuration."""


@command.command("show")
@click.argument("paths", nargs=-1)
@click.option("--config", "config_file", metavar="PATH", help="Read this file instead.")
def show(paths: tuple[str, ...], config_file: str | None) -> None:
    """Show each setting that holds for PATHS, with the place it comes from."""
    from surefoot.catalog import load_catalog
    from surefoot.config import load_config, selectors, settings_shown, validate

    config = load_config(paths, config_file=config_file)
    validate(config, selectors(load_catalog().rules))
    settings = [(key, _spelt(value), origin) for key, value, origin in settings_shown(config)]
    screen = Screen(sys.stdout)
    if config.file is None:
        screen.line(("There is no configuration file: these are the defaults.", ""), hang=0)
        screen.line()
    origin = os.path.relpath(config.file, config.root) if config.file else "default"
    screen.show(_table([("project root", config.root, origin), *settings]))


def _table(rows: Iterable[tuple[str, str, str]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Setting", no_wrap=True)
    table.add_column("From", style="dim", overflow="fold")
    table.add_column("Value", overflow="fold")
    for key, value, origin in rows:
        table.add_row(*(Text(safe(cell)) for cell in (key, origin, value)))
    return table


def _spelt(value: object) -> str:
    """Return a value much as the configuration file would spell it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_spelt(k)} = {_spelt(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(_spelt(item) for item in value)}]"
    if isinstance(value, str):
        return f'"{value}"'
    label = getattr(value, "label", None)
    return f'"{label}"' if label is not None else str(value)
