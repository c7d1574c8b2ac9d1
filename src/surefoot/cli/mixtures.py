"""Options of `surefoot check` that contradict each other, or say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from surefoot.cli.outputs import on_standard_output, outputs

STDIN = "-"

_EXCLUSIVE = (
    ("fixes", "shows_diff", "--diff changes nothing, --fix does: give one of them"),
    ("lists", "select", "--checklist and --select both say which rules run"),
    ("changed", "staged", "--changed, --staged and --diff-base exclude each other"),
    ("changed", "diff_base", "--changed, --staged and --diff-base exclude each other"),
    ("staged", "diff_base", "--changed, --staged and --diff-base exclude each other"),
    ("no_baseline", "baseline", "--baseline and --no-baseline exclude each other"),
    ("no_baseline", "fail_on_stale", "--fail-on-stale needs the baseline --no-baseline leaves out"),
    ("quiet", "verbose", "--quiet and --verbose exclude each other"),
)
_NOT_WITH_STDIN = (
    ("changed", "what changed on standard input cannot be told"),
    ("staged", "what changed on standard input cannot be told"),
    ("diff_base", "what changed on standard input cannot be told"),
    ("baseline", "the baseline is about files, not about standard input"),
    ("fail_on_stale", "the baseline is about files, not about standard input"),
    ("interactive", "--interactive goes with --fix, and not with `-`"),
)
_NEVER_EMPTY = {
    "baseline": "--baseline",
    "cache_dir": "--cache-dir",
    "config_file": "--config",
    "diff_base": "--diff-base",
    "stdin_filename": "--stdin-filename",
}
_NAMING_RULES = {"select": "--select", "extend_select": "--extend-select"}


def refuse_mixtures(options: Mapping[str, Any]) -> None:
    """Raise `click.UsageError` for options that do not go together, or say nothing.

    An empty value is mostly a variable that is not set: it must not quietly mean everything,
    or nothing.
    """
    for name, spelt in _NEVER_EMPTY.items():
        if options[name] == "":
            raise click.UsageError(f"{spelt} is given, but empty")
    for name, spelt in _NAMING_RULES.items():
        if options[name] and not words(options[name]):
            raise click.UsageError(f"{spelt} names no rule")
    for one, other, told in _EXCLUSIVE:
        if options[one] and options[other]:
            raise click.UsageError(told)
    if options["unsafe_fixes"] and not (options["fixes"] or options["shows_diff"]):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if options["interactive"] and not options["fixes"]:
        raise click.UsageError("--interactive goes with --fix, and not with `-`")
    format, requested = options["format"], options["requested"]
    has_report = (format or requested) and on_standard_output(outputs(format, requested))
    if options["shows_diff"] and has_report:
        raise click.UsageError("the diff goes to standard output: give the report a file")
    _refuse_with_stdin(options)


def _refuse_with_stdin(options: Mapping[str, Any]) -> None:
    if STDIN not in options["paths"]:
        if options["stdin_filename"] is not None:
            raise click.UsageError("--stdin-filename goes with the path `-`")
        return
    if len(options["paths"]) > 1:
        raise click.UsageError("`-` cannot be checked together with other paths")
    for name, told in _NOT_WITH_STDIN:
        if options[name]:
            raise click.UsageError(told)


def words(options: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the words of a repeatable, comma-separated option; None if it was not given."""
    found = [word.strip() for option in options for word in option.split(",")]
    return tuple(word for word in found if word) if options else None
