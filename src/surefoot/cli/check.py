"""`surefoot check`: examine files and report."""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from surefoot.catalog import Catalog, load_catalog
from surefoot.changed import Changes, only_changed, since, uncommitted
from surefoot.changed import staged as staged_changes
from surefoot.checklists import Checklist, checklists
from surefoot.cli.fixes import plan_of, write_differences
from surefoot.cli.known import against, baseline_file
from surefoot.cli.outputs import (
    Output,
    let_go_of_stdout,
    on_standard_output,
    outputs,
    standard_output,
    written,
)
from surefoot.cli.progress import Progress
from surefoot.config import (
    PROFILES,
    Config,
    load_config,
    selected_by,
    selectors,
    validate,
    with_command_line,
)
from surefoot.metrics import fix_rate, of_findings
from surefoot.model import Confidence, FileError, Finding, Run, Severity
from surefoot.report import BROKEN_SOURCE, FORMATS, Options, has_failed, write
from surefoot.report.screen import COLOR_CHOICES
from surefoot.report.summary import summary
from surefoot.report.text import count, safe
from surefoot.run import StandardInput, cache_directory, check, fix

_STDIN = "-"
_UNNAMED = "stdin.py"
_NEVER = "never"
_SEVERITIES = [level.label for level in Severity]
_CONFIDENCES = [level.label for level in Confidence]


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown of a run, and how."""

    outputs: list[Output]
    severity: Severity
    confidence: Confidence
    fail_on: Severity | None
    color: str
    fold: bool
    verbose: bool
    quiet: bool
    statistics: bool
    checklists: tuple[Checklist, ...]


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
    _refuse_mixtures(paths, format, requested, fixes, unsafe_fixes, shows_diff, interactive)
    chosen = outputs(format, requested)
    stdin = _standard_input(paths, stdin_filename)
    if lists and select:
        raise click.UsageError("--checklist and --select both say which rules run")
    if stdin and (changed or staged or diff_base):
        raise click.UsageError("what changed on standard input cannot be told")
    if changed + staged + bool(diff_base) > 1:
        raise click.UsageError("--changed, --staged and --diff-base exclude each other")
    ticked = checklists(lists) if lists else ()
    config = with_command_line(
        load_config((stdin.path,) if stdin else paths, config_file=config_file),
        select=_words(select),
        extend_select=_words(extend_select),
        ignore=_words(ignore),
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
    view = _View(
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

    def narrowed(run: Run) -> Run:
        """Leave out what the baseline holds, and what concerns nothing that changed."""
        known = None if no_baseline or stdin else baseline_file(config)
        if known is not None:
            run = against(run, known, config, catalog)
        if changed or staged or diff_base:
            run = only_changed(run, _changes(config.root, staged, diff_base))
        return run

    everything = replace(config, min_confidence=Confidence.LOW)
    asked = () if stdin else paths
    fixed = None
    with Progress(color=color, quiet=quiet) as progress:
        if fixes or shows_diff:
            plan = plan_of(
                unsafe=unsafe_fixes,
                interactive=interactive,
                wanted=lambda finding: _is_shown(finding, view),
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
                use_cache=not no_cache,
                session_id=session_id,
                progress=progress,
            )
    run, hidden = _visible(narrowed(run), view)
    contents = dict.fromkeys(run.checked, stdin.content) if stdin else {}
    if fixed is not None and fixes:
        contents = {path: fixed.after.get(path, content) for path, content in contents.items()}
    if stdin is not None and fixes:
        sys.stdout.buffer.writelines(contents.values() if contents else [stdin.content])
        sys.stdout.flush()
    place = _Place.NOWHERE if shows_diff else _Place.STDERR if stdin and fixes else _Place.STDOUT
    _report(run, hidden, view, catalog, contents, place)
    if fixed is not None and shows_diff:
        write_differences(
            fixed.before, fixed.after, sys.stdout, root=run.root, cwd=os.getcwd(), color=color
        )
        told = count(len(fixed.run.fixed), "finding")
        if not quiet:
            for notice in fixed.run.notices:
                click.echo(f"surefoot: {safe(notice)}", err=True)
            where = count(len(fixed.after), "file")
            click.echo(f"Would fix {told} in {where}." if told else "Nothing to fix.", err=True)
        is_ours = any(_is_ours(failure.error) for failure in run.failures)
        return 2 if is_ours else 0 if exit_zero else int(bool(fixed.after))
    stale = bool(fail_on_stale and run.baseline and run.baseline.stale)
    return _exit_code(run, view.fail_on, exit_zero) or int(stale and not exit_zero)


def _changes(root: str, staged: bool, diff_base: str | None) -> Changes:
    """Return what changed: in the index, since a commit, or else since the last one."""
    if staged:
        return staged_changes(root)
    return since(root, diff_base) if diff_base else uncommitted(root)


def _refuse_mixtures(
    paths: Sequence[str],
    format: str | None,
    requested: Sequence[str],
    fixes: bool,
    unsafe_fixes: bool,
    shows_diff: bool,
    interactive: bool,
) -> None:
    """Raise `click.UsageError` for options that do not go together."""
    if fixes and shows_diff:
        raise click.UsageError("--diff changes nothing, --fix does: give one of them")
    if unsafe_fixes and not (fixes or shows_diff):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if interactive and (not fixes or _STDIN in paths):
        raise click.UsageError("--interactive goes with --fix, and not with `-`")
    if shows_diff and on_standard_output(outputs(format, requested)) and (format or requested):
        raise click.UsageError("the diff goes to standard output: give the report a file")


def _standard_input(paths: Sequence[str], filename: str | None) -> StandardInput | None:
    """Read standard input if it is asked for; raises `click.UsageError` for a mixture."""
    if _STDIN not in paths:
        if filename is not None:
            raise click.UsageError("--stdin-filename goes with the path `-`")
        return None
    if len(paths) > 1:
        raise click.UsageError("`-` cannot be checked together with other paths")
    return StandardInput(filename or _UNNAMED, sys.stdin.buffer.read())


def _words(options: Sequence[str]) -> tuple[str, ...] | None:
    """Return the words of a repeatable, comma-separated option; None if it was not given."""
    words = [word.strip() for option in options for word in option.split(",")]
    return tuple(word for word in words if word) if options else None


def _asks_for_types(config: Config, catalog: Catalog) -> bool:
    """Return whether the command line names rules about types rather than everything."""
    typing = {rule.name for rule in catalog.rules if rule.family == "typing"}
    asked = config.command_line
    return any(
        selected_by(word, catalog.rules) <= typing
        for word in (*(asked.select or ()), *asked.extend_select)
    )


def _visible(run: Run, view: _View) -> tuple[Run, int]:
    """Return the run with the findings that are to be reported, and how many are not."""
    findings = tuple(finding for finding in run.findings if _is_shown(finding, view))
    hidden = len(run.findings) - len(findings)
    metrics = run.metrics
    if metrics.mode == "informative":
        metrics = of_findings(metrics, findings)
    if run.baseline is not None:
        judged, carried = run.baseline.judged, len(run.baseline.carried)
        metrics = replace(
            metrics,
            initial_violations=judged,
            final_violations=len(findings) + carried,
            fix_rate=fix_rate(judged, judged - carried),
        )
    suppressed = tuple(pair for pair in run.suppressed if pair[0].confidence >= view.confidence)
    return replace(run, findings=findings, suppressed=suppressed, metrics=metrics), hidden


def _is_shown(finding: Finding, view: _View) -> bool:
    return finding.severity >= view.severity and finding.confidence >= view.confidence


class _Place(enum.Enum):
    """Where the report that has no file goes."""

    STDOUT = "standard output"
    STDERR = "standard error"
    NOWHERE = "nowhere"


def _report(
    run: Run,
    hidden: int,
    view: _View,
    catalog: Catalog,
    contents: dict[str, bytes],
    place: _Place,
) -> None:
    """Write all reports, files first, and to standard error what standard output lacks."""
    options = Options(
        catalog=catalog,
        fail_on=view.fail_on,
        hidden=hidden,
        color=view.color,
        cwd=os.getcwd(),
        fold=view.fold,
        verbose=view.verbose,
        quiet=view.quiet,
        statistics=view.statistics,
        contents=contents,
        checklists=view.checklists,
    )
    for output in view.outputs:
        if output.path is not None:
            with written(output.path) as file:
                write(output.format, run, file, replace(options, color=_in_file(view.color)))
    format = on_standard_output(view.outputs)
    if place is _Place.NOWHERE:
        return
    if format is not None and place is _Place.STDERR:
        write(format, run, sys.stderr, options)
    elif format is not None:
        try:
            with standard_output() as stream:
                write(format, run, stream, options)
        except BrokenPipeError:
            let_go_of_stdout()
    if view.quiet:
        return
    if format != "terminal":
        for notice in run.notices:
            click.echo(f"surefoot: {safe(notice)}", err=True)
        for line in summary(run, options):
            click.echo(line, err=True)


def _in_file(color: str) -> str:
    """Return the choice of color for a file: only what was asked for by name holds there."""
    return color if color == "always" else "never"


def _exit_code(run: Run, fail_on: Severity | None, exit_zero: bool) -> int:
    """Return 2 where surefoot itself failed, 1 for findings and broken files, else 0."""
    if any(_is_ours(failure.error) for failure in run.failures):
        return 2
    if exit_zero or fail_on is None:
        return 0
    return 1 if has_failed(run, fail_on) else 0


def _is_ours(error: FileError) -> bool:
    return error not in BROKEN_SOURCE
