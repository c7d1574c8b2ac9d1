"""`surefoot config`: what holds for a project, and who said so."""

from __future__ import annotations

import click


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
    rows = [(key, _spelt(value), origin) for key, value, origin in settings_shown(config)]
    rows.insert(0, ("project root", config.root, config.file or "no configuration file"))
    widest = max(len(key) for key, _, _ in rows)
    for key, value, origin in rows:
        click.echo(f"{key:<{widest}}  {value}  ({origin})")


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
