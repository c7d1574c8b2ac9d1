"""`surefoot clean`: forget what earlier runs learnt."""

from __future__ import annotations

import os

import click


@click.command("clean", short_help="Forget what earlier runs learnt.")
@click.argument("paths", nargs=-1)
@click.option("--config", "config_file", metavar="PATH", help="Read this configuration file.")
@click.option("--cache-dir", metavar="PATH", help="The cache to remove.")
def command(paths: tuple[str, ...], config_file: str | None, cache_dir: str | None) -> None:
    """Remove the cache of the project PATHS lie in; the current directory's without PATHS."""
    from surefoot.cache import clean
    from surefoot.config import load_config, with_command_line
    from surefoot.run import cache_directory

    config = with_command_line(
        load_config(paths, config_file=config_file),
        cache_dir=os.path.abspath(cache_dir) if cache_dir else None,
    )
    directory = cache_directory(config)
    try:
        removed = clean(directory)
    except OSError as error:
        raise click.ClickException(
            f"cannot remove {directory}: {error.strerror or error}"
        ) from None
    click.echo(f"Removed {directory}" if removed else f"Nothing is cached in {directory}")
