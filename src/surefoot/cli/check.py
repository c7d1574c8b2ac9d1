"""`surefoot check`: examine files and report."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from surefoot.catalog import Catalog, load_catalog
from surefoot.changed import Changes, only_changed, since, uncommitted
from surefoot.changed import staged as staged_changes
from surefoot.checklists import checklists
from surefoot.cli.fixes import plan_of, write_differences
from surefoot.cli.known import against, baseline_file
from surefoot.cli.mixtures import STDIN, refuse_mixtures, words
from surefoot.cli.outputs import outputs
from surefoot.cli.progress import Progress
from surefoot.cli.reporting import Place, View, exit_code, is_ours, report, visible
from surefoot.config import (
    PROFILES,
    Config,
    load_config,
    selected_by,
    selectors,
    validate,
    with_command_line,
)
from surefoot.model import Confidence, Run, Severity
from surefoot.report import FORMATS
from surefoot.report.screen import COLOR_CHOICES
from surefoot.report.text import count, safe
from surefoot.run import StandardInput, cache_directory, check, fix

_UNNAMED = "stdin.py"
_NEVER = "never"
_UNSTAGED = "what was fixed is not staged yet: the next commit would still be without it"
_SEVERITIES = [level.label for level in Severity]
_CONFIDENCES = [level.label for level in Confidence]


@click.command("check", short_help="Examine files, report what will hurt in production.")
@click.argument("paths", nargs=-1)
@click.option("--format", type=click.Choice(FORMATS), help="How to report.  [default: terminal]")
@click.option(
    "--output",
    "requested",
    multiple=True,
    metavar="FORMAT[:PATH]",
    help="Report in this format, into a file if PATH is given. May be repeated.",
)
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Run these rules as well.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules.")
@click.option(
    "--profile", type=click.Choice(PROFILES), help="Which rules run where none are selected."
)
@click.option(
    "--checklist",
    "lists",
    multiple=True,
    metavar="NAME",
    help="Run the rules of this review checklist only, and tick it alone. May be repeated.",
)
@click.option(
    "--changed", is_flag=True, help="Report only what concerns uncommitted changes and new files."
)
@click.option("--staged", is_flag=True, help="Report only what concerns the next commit.")
@click.option(
    "--diff-base",
    metavar="REF",
    help="Report only what concerns changes since this branch left REF, uncommitted ones included.",
)
@click.option("--baseline", metavar="PATH", help="Report only what this baseline does not hold.")
@click.option("--no-baseline", is_flag=True, help="Report all, whatever the baseline holds.")
@click.option(
    "--fail-on-stale", is_flag=True, help="Exit with 1 where the baseline holds what is gone."
)
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Report nothing below this.")
@click.option(
    "--min-confidence", type=click.Choice(_CONFIDENCES), help="Report nothing below this."
)
@click.option(
    "--fail-on",
    type=click.Choice([*_SEVERITIES, _NEVER]),
    help="Exit with 1 from this severity on.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even where there are findings.")
@click.option("--fix", "fixes", is_flag=True, help="Carry out safe fixes; report what is left.")
@click.option("--unsafe-fixes", is_flag=True, help="Fixes that may change behaviour as well.")
@click.option(
    "--diff", "shows_diff", is_flag=True, help="Show the fixes as a diff, change nothing."
)
@click.option("--interactive", is_flag=True, help="With --fix: ask about each, suggestions too.")
@click.option("--statistics", is_flag=True, help="Count the findings and fixes of each rule.")
@click.option("--session-id", metavar="ID", help="The name of this run in the report.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes to use.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs learnt.")
@click.option("--cache-dir", metavar="PATH", help="Where to keep it.")
@click.option(
    "--color",
    type=click.Choice(COLOR_CHOICES),
    default="auto",
    help="Color; auto obeys NO_COLOR and FORCE_COLOR.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@click.option("--verbose", "-v", is_flag=True, help="Print every hint, and what was skipped.")
@click.option(
    "--force-exclude/--no-force-exclude",
    default=None,
    help="Obey the excludes for paths that are named, too.",
)
@click.option("--stdin-filename", metavar="PATH", help="What the text on `-` is to pass for.")
@click.option("--config", "config_file", metavar="PATH", help="Read this configuration file.")
def command(
    paths: tuple[str, ...],
    format: str | None,
    requested: tuple[str, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    profile: str | None,
    lists: tuple[str, ...],
    changed: bool,
    staged: bool,
    diff_base: str | None,
    baseline: str | None,
    no_baseline: bool,
    fail_on_stale: bool,
    severity: str | None,
    min_confidence: str | None,
    fail_on: str | None,
    exit_zero: bool,
    fixes: bool,
    unsafe_fixes: bool,
    shows_diff: bool,
    interactive: bool,
    statistics: bool,
    session_id: str | None,
    jobs: int | None,
    no_cache: bool,
    cache_dir: str | None,
    color: str,
    quiet: bool,
    verbose: bool,
    force_exclude: bool | None,
    stdin_filename: str | None,
    config_file: str | None,
) -> int:
    """Examine PATHS, files or directories, and report what will hurt in production.

    Without PATHS the current directory is examined; `-` is standard input. RULES are
    names (missing-timeout), codes (SF101), families (network) or ALL, separated by
    commas. `--fix -` prints the fixed source, and the report on standard error.

    Exit codes: 0 nothing at or above the failing level, 1 such findings (with --diff: there
    is something to fix), 2 usage, configuration, missing path or internal error.
    """
    refuse_mixtures(click.get_current_context().params)
    chosen = outputs(format, requested)
    stdin = _standard_input(stdin_filename) if STDIN in paths else None
    ticked = checklists(lists) if lists else ()
    config = with_command_line(
        load_config((stdin.path,) if stdin else paths, config_file=config_file),
        select=words(select),
        extend_select=words(extend_select),
        ignore=words(ignore),
        profile=profile,
        min_confidence=Confidence.from_label(min_confidence) if min_confidence else None,
        fail_on=Severity.from_label(fail_on) if fail_on and fail_on != _NEVER else None,
        jobs=jobs,
        baseline=os.path.abspath(baseline) if baseline else None,
        cache_dir=os.path.abspath(cache_dir) if cache_dir else None,
        force_exclude=force_exclude,
    )
    catalog = load_catalog(None if no_cache else cache_directory(config))
    if ticked:
        named = frozenset().union(*(checklist.named for checklist in ticked))
        rules = tuple(rule.name for rule in catalog.rules if rule.name in named)
        config = replace(config, command_line=replace(config.command_line, select=rules))
    validate(config, selectors(catalog.rules))
    view = View(
        outputs=chosen,
        severity=Severity.from_label(severity) if severity else Severity.INFO,
        confidence=config.min_confidence,
        fail_on=None if fail_on == _NEVER else config.fail_on,
        color=color,
        fold=severity != Severity.INFO.label and not _asks_for_types(config, catalog),
        verbose=verbose,
        quiet=quiet,
        statistics=statistics,
        checklists=ticked,
    )

    changes = _changes(config.root, changed, staged, diff_base)
    known = None if no_baseline or stdin else baseline_file(config)

    def narrowed(run: Run) -> Run:
        """Leave out what the baseline holds, and what concerns nothing that changed."""
        if known is not None:
            run = against(run, known, config, catalog)
        return run if changes is None else only_changed(run, changes)

    everything = replace(config, min_confidence=Confidence.LOW)
    asked = () if stdin else paths
    instead = changes.contents if changes is not None else {}
    fixed = None
    with Progress(color=color, quiet=quiet) as progress:
        if fixes or shows_diff:
            plan = plan_of(
                unsafe=unsafe_fixes,
                interactive=interactive,
                wanted=lambda finding: view.shows(finding),
                root=config.root,
                cwd=os.getcwd(),
                color=color,
            )
            fixed = fix(
                everything,
                catalog,
                asked,
                plan=plan,
                writes=fixes,
                stdin=stdin,
                instead=instead,
                use_cache=not no_cache,
                session_id=session_id,
                progress=None if interactive else progress,
                narrowed=narrowed,
            )
            run = fixed.run if fixes else fixed.first
        else:
            run = check(
                everything,
                catalog,
                asked,
                stdin=stdin,
                instead=instead,
                use_cache=not no_cache,
                session_id=session_id,
                progress=progress,
            )
    unstaged = bool(staged and fixes and fixed is not None and fixed.after)
    if unstaged:
        run = replace(run, notices=(*run.notices, _UNSTAGED))
    run, hidden = visible(narrowed(run), view)
    contents = dict.fromkeys(run.checked, stdin.content) if stdin else dict(instead)
    if fixed is not None and fixes:
        contents = {path: fixed.after.get(path, content) for path, content in contents.items()}
    if stdin is not None and fixes:
        sys.stdout.buffer.writelines(contents.values() if contents else [stdin.content])
        sys.stdout.flush()
    place = Place.NOWHERE if shows_diff else Place.STDERR if stdin and fixes else Place.STDOUT
    failed = unstaged or bool(fail_on_stale and run.baseline and run.baseline.stale)
    report(run, hidden, view, catalog, contents, place, failed=failed)
    if fixed is not None and shows_diff:
        here = os.getcwd()
        start = write_differences(
            fixed.before, fixed.after, sys.stdout, root=run.root, cwd=here, color=color
        )
        if not quiet:
            for notice in fixed.run.notices:
                click.echo(f"surefoot: {safe(notice)}", err=True)
            told, where = count(len(fixed.run.fixed), "finding"), count(len(fixed.after), "file")
            said = f"Would fix {told} in {where}." if fixed.after else "Nothing to fix."
            if start != here:
                said += f" The paths in the diff start from {safe(start)}."
            click.echo(said, err=True)
        if any(is_ours(failure.error) for failure in run.failures):
            return 2
        return 0 if exit_zero else int(bool(fixed.after))
    return exit_code(run, view.fail_on, exit_zero) or int(failed and not exit_zero)


def _changes(root: str, changed: bool, staged: bool, diff_base: str | None) -> Changes | None:
    """Return what changed: in the index, since a commit, or since the last one; None for all."""
    if staged:
        return staged_changes(root)
    if diff_base:
        return since(root, diff_base)
    return uncommitted(root) if changed else None


def _standard_input(filename: str | None) -> StandardInput:
    if sys.stdin is None:
        raise click.UsageError("standard input is closed")
    return StandardInput(filename or _UNNAMED, sys.stdin.buffer.read())


def _asks_for_types(config: Config, catalog: Catalog) -> bool:
    """Return whether the command line names rules about types rather than everything."""
    typing = {rule.name for rule in catalog.rules if rule.family == "typing"}
    asked = config.command_line
    return any(
        selected_by(word, catalog.rules) <= typing
        for word in (*(asked.select or ()), *asked.extend_select)
    )
