"""`surefoot metrics`: runs kept over time, their trend, and the figures for other programs."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

from surefoot.catalog import Catalog, load_catalog
from surefoot.cli.outputs import written
from surefoot.cli.progress import Progress
from surefoot.config import Config, load_config, selectors, validate
from surefoot.report.text import count, safe
from surefoot.run import cache_directory, check

if TYPE_CHECKING:
    from surefoot.history import Life, Snapshot, Store

_DB = click.option("--db", metavar="PATH", help="The file.  [default: in the project's cache]")
_CONFIG = click.option("--config", "config_file", metavar="PATH", help="Read this configuration.")
_EXPORTS = ("csv", "jsonl", "prometheus")
_GROUPS = ("rule", "owner", "severity")
_SET_BACK = 86_400


@click.group("metrics", short_help="Keep runs over time and show the trend.")
def command() -> None:
    """Keep what runs find in a file, and show what came, what went, and how long it took.

    Absence from a run that did not look for it is unknown, not fixed.
    """


@command.command("record")
@click.argument("paths", nargs=-1)
@_DB
@_CONFIG
@click.option("--session-id", metavar="ID", help="The name of this run.")
def record(
    paths: tuple[str, ...], db: str | None, config_file: str | None, session_id: str | None
) -> None:
    """Check PATHS, by default the whole project, and keep what is found."""
    from surefoot import git
    from surefoot.history import snapshot

    config, catalog = _project(paths, config_file)
    store = _store(config, db)
    store.prepare()
    if session_id and store.holds(session_id):
        raise click.ClickException(f"a run called {safe(session_id)} is kept already")
    with Progress(color="auto", quiet=False) as progress:
        run = check(
            config, catalog, paths or (config.root,), session_id=session_id, progress=progress
        )
    last = store.last()
    try:
        head, _ = git.ask(config.root, "rev-parse", "--verify", "HEAD")
        renamed = git.renames(config.root, last.commit) if last and last.commit else {}
    except git.GitError:
        head, renamed = b"", {}
    item = snapshot(run, at=_now(last), commit=head.decode("ascii").strip(), renamed=renamed)
    if not store.add(item):
        raise click.ClickException(f"a run called {safe(item.session)} is kept already")
    click.echo(f"Kept {count(len(run.findings), 'finding')} in {safe(store.path)}")
    failed = len({failure.path for failure in run.failures})
    if failed:
        click.echo(f"{count(failed, 'file')} could not be examined: unknown to this run", err=True)


def _now(last: Snapshot | None) -> float:
    """Return the time of a run; a clock that was set back a little does not change the order."""
    now = time.time()
    return max(now, last.at) if last is not None and last.at - now < _SET_BACK else now


@command.command("show")
@_DB
@_CONFIG
@click.option(
    "--by", type=click.Choice(_GROUPS), default="rule", show_default=True, help="How to group."
)
@click.option(
    "--last", type=click.IntRange(min=1), default=12, show_default=True, help="How many runs."
)
def show(db: str | None, config_file: str | None, by: str, last: int) -> None:
    """Draw the trend, and tell how long findings live."""
    from surefoot.cli.trend import show_course
    from surefoot.history import course

    config = load_config((), config_file=config_file)
    store = _kept(config, db)
    show_course(course(store.snapshots()), _names(config, by), by, last, sys.stdout)


@command.command("export")
@_DB
@_CONFIG
@click.option("--format", type=click.Choice(_EXPORTS), required=True, help="How to write.")
@click.option("--output", metavar="PATH", help="Write to this file.")
def export(db: str | None, config_file: str | None, format: str, output: str | None) -> None:
    """Write the figures of all runs for other programs."""
    from surefoot.history import course
    from surefoot.history.export import FORMATS

    config = load_config((), config_file=config_file)
    text = FORMATS[format](course(_kept(config, db).snapshots()))
    if output is None:
        click.echo(text, nl=False)
        return
    with written(output) as file:
        file.write(text)


@command.command("backfill")
@click.option(
    "--since", metavar="SPAN", default="6months", show_default=True, help="How far to go back."
)
@click.option("--every", metavar="SPAN", default="week", show_default=True, help="In what steps.")
@_DB
@_CONFIG
def backfill(since: str, every: str, db: str | None, config_file: str | None) -> None:
    """Check the past: commits of the main line, at even intervals, with today's rules.

    The work tree is not touched.
    """
    from surefoot import git
    from surefoot.backfill import backfill, commits, seconds

    span, step = seconds(since), seconds(every)
    wanted = commits(load_config((), config_file=config_file).root, span, step)
    config, catalog = _project((), config_file)
    store = _store(config, db)
    with Progress(color="auto", quiet=False) as progress:
        checked = backfill(config, catalog, store, wanted, progress)
    click.echo(f"Checked {count(checked, 'commit')} of {len(wanted):,}, kept in {safe(store.path)}")
    if git.is_shallow(config.root):
        click.echo(
            "This clone is shallow: `git fetch --unshallow` brings the rest of the past.", err=True
        )


def _project(paths: tuple[str, ...], config_file: str | None) -> tuple[Config, Catalog]:
    config = load_config(paths, config_file=config_file)
    catalog = load_catalog(cache_directory(config))
    validate(config, selectors(catalog.rules))
    return config, catalog


def _store(config: Config, db: str | None) -> Store:
    if db == "":
        raise click.UsageError("--db is given, but empty")
    from surefoot.history import Store
    from surefoot.history.store import FILE

    return Store(os.path.abspath(db) if db else str(cache_directory(config) / FILE))


def _kept(config: Config, db: str | None) -> Store:
    store = _store(config, db)
    if not os.path.exists(store.path):
        raise click.ClickException(
            f"no run is kept in {store.path}; `surefoot metrics record` keeps one, "
            "`surefoot metrics backfill` looks at the past"
        )
    return store


def _names(config: Config, by: str) -> Callable[[Life], Iterable[str]]:
    """Return what gives the names of the groups a finding is counted in."""
    if by == "rule":
        return lambda life: (life.sign.rule,)
    if by == "severity":
        return lambda life: (life.severity.label,)
    from surefoot.owners import read_owners

    owners = read_owners(config.root)
    return lambda life: owners.of(life.sign.path)
