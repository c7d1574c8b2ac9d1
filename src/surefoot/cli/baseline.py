"""`surefoot baseline`: keep what is known apart from what is new."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import click

from surefoot.catalog import Catalog, load_catalog
from surefoot.cli.known import against, baseline_file
from surefoot.cli.outputs import written
from surefoot.cli.progress import Progress
from surefoot.config import Config, load_config, never_baselined, selectors, validate
from surefoot.model import BaselineEntry, Confidence, Run
from surefoot.report.text import count, safe
from surefoot.run import cache_directory, check

_FILE = click.option("--baseline", metavar="PATH", help="The file.  [default: in the root]")
_CONFIG = click.option("--config", "config_file", metavar="PATH", help="Read this configuration.")


@click.group("baseline", short_help="Keep what is known apart from what is new.")
def command() -> None:
    """Keep findings a project lives with for now in a file, so that only new ones are reported.

    `surefoot check` obeys the file by itself. Commit it; it merges line by line.
    """


@command.command("create")
@_FILE
@_CONFIG
@click.option("--force", is_flag=True, help="Replace a baseline that is there.")
def create(baseline: str | None, config_file: str | None, force: bool) -> None:
    """Write what is found now, in the whole project, to the baseline."""
    from surefoot.baseline import baseline_text, entries_of

    config, catalog = _project(config_file)
    path = _path(config, baseline)
    if os.path.exists(path) and not force:
        raise click.ClickException(
            f"{path} is there already; `surefoot baseline prune` takes out what is gone, "
            "--force writes it anew, new findings included"
        )
    run = _checked(config, catalog)
    never = never_baselined(config, catalog.rules)
    kept = [
        finding
        for finding in run.findings
        if finding.confidence >= config.min_confidence and finding.rule not in never
    ]
    with written(path) as file:
        file.write(baseline_text(entries_of(kept)))
    click.echo(f"Wrote {count(len(kept), 'finding')} to {safe(path)}")
    failed = len({failure.path for failure in run.failures})
    if failed:
        click.echo(
            f"{count(failed, 'file')} could not be examined: nothing of them is in it", err=True
        )


@command.command("prune")
@_FILE
@_CONFIG
@click.option("--dry-run", is_flag=True, help="Say what is gone, change nothing.")
def prune(baseline: str | None, config_file: str | None, dry_run: bool) -> None:
    """Take out what is gone, and follow renamed files. Nothing is ever added."""
    from surefoot.baseline import baseline_text

    config, catalog = _project(config_file)
    path = _existing(config, baseline)
    run = against(_checked(config, catalog), path, config, catalog)
    assert run.baseline is not None
    if dry_run:
        for entry in run.baseline.stale:
            scope = f" in {entry.scope}" if entry.scope else ""
            click.echo(safe(f"{entry.path}: {entry.count:,} {entry.rule}{scope}"))
        gone = sum(entry.count for entry in run.baseline.stale)
        click.echo(f"Would take out {count(gone, 'finding')}", err=True)
        return
    with written(path) as file:
        file.write(baseline_text(run.baseline.kept))
    gone = sum(entry.count for entry in run.baseline.stale)
    left = sum(entry.count for entry in run.baseline.kept)
    click.echo(f"Took out {count(gone, 'finding')}, {left:,} are left in {safe(path)}")


@command.command("show")
@_FILE
@_CONFIG
@click.option(
    "--by",
    type=click.Choice(["rule", "path", "owner"]),
    default="rule",
    show_default=True,
    help="What to count by; owners are those of CODEOWNERS.",
)
def show(baseline: str | None, config_file: str | None, by: str) -> None:
    """Count what the baseline holds."""
    from surefoot.baseline import read_baseline

    config = load_config((), config_file=config_file)
    counts: Counter[str] = Counter()
    group = _groups(config, by)
    for entry in read_baseline(_existing(config, baseline)):
        for name in group(entry):
            counts[name] += entry.count
    digits = max((len(f"{number:,}") for number in counts.values()), default=0)
    for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"{number:>{digits},}  {safe(name)}")


def _groups(config: Config, by: str) -> Callable[[BaselineEntry], tuple[str, ...]]:
    if by == "rule":
        return lambda entry: (entry.rule,)
    if by == "path":
        return lambda entry: (entry.path,)
    from surefoot.owners import read_owners

    owners = read_owners(config.root)
    return lambda entry: owners.of(entry.path)


def _project(config_file: str | None) -> tuple[Config, Catalog]:
    config = load_config((), config_file=config_file)
    catalog = load_catalog(cache_directory(config))
    validate(config, selectors(catalog.rules))
    return config, catalog


def _checked(config: Config, catalog: Catalog) -> Run:
    """Return what is found in the whole project, with every confidence."""
    with Progress(color="auto", quiet=False) as progress:
        return check(
            replace(config, min_confidence=Confidence.LOW),
            catalog,
            (config.root,),
            progress=progress,
        )


def _path(config: Config, baseline: str | None) -> str:
    from surefoot.baseline import FILE

    if baseline == "":
        raise click.UsageError("--baseline is given, but empty")
    if baseline is not None:
        return os.path.abspath(baseline)
    return config.baseline or os.path.join(config.root, FILE)


def _existing(config: Config, baseline: str | None) -> str:
    path = _path(config, baseline) if baseline is not None else baseline_file(config)
    if path is None:
        raise click.ClickException("there is no baseline; `surefoot baseline create` writes one")
    return path
