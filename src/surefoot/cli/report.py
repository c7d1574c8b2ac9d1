"""`surefoot report`: one page for the browser, with findings, checklists and the trend."""

from __future__ import annotations

import os

import click

from surefoot.catalog import load_catalog
from surefoot.cli.known import against, baseline_file
from surefoot.cli.outputs import written
from surefoot.cli.progress import Progress
from surefoot.config import load_config, selectors, validate, with_command_line
from surefoot.config.settings import PROFILES
from surefoot.report import Options, write
from surefoot.report.text import count, safe
from surefoot.run import cache_directory, check


@click.command("report", short_help="Write findings, checklists and trend as one HTML page.")
@click.argument("paths", nargs=-1)
@click.option(
    "--output",
    metavar="PATH",
    default="surefoot-report.html",
    show_default=True,
    help="Where to write the page.",
)
@click.option("--db", metavar="PATH", help="Where runs are kept.  [default: the project's cache]")
@click.option("--profile", type=click.Choice(PROFILES), help="Which rules run.")
@click.option("--no-baseline", is_flag=True, help="Show all, whatever the baseline holds.")
@click.option("--config", "config_file", metavar="PATH", help="Read this configuration file.")
def command(
    paths: tuple[str, ...],
    output: str,
    db: str | None,
    profile: str | None,
    no_baseline: bool,
    config_file: str | None,
) -> None:
    """Check PATHS and write one page that needs no network and no other file.

    The trend is that of the runs `surefoot metrics` has kept.
    """
    from surefoot.history import Store, course
    from surefoot.history.store import FILE

    config = with_command_line(load_config(paths, config_file=config_file), profile=profile)
    catalog = load_catalog(cache_directory(config))
    validate(config, selectors(catalog.rules))
    with Progress(color="auto", quiet=False) as progress:
        run = check(config, catalog, paths, progress=progress)
    known = None if no_baseline else baseline_file(config)
    if known is not None:
        run = against(run, known, config, catalog)
    kept = os.path.abspath(db) if db else str(cache_directory(config) / FILE)
    options = Options(
        catalog=catalog,
        fail_on=config.fail_on,
        course=course(Store(kept).snapshots()) if os.path.exists(kept) else None,
    )
    with written(output) as file:
        write("html", run, file, options)
    click.echo(f"Wrote {count(len(run.findings), 'finding')} to {safe(output)}")
