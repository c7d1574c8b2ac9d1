"""`surefoot rules`: the catalogue."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import click

from surefoot.catalog import RuleInfo, load_catalog
from surefoot.model import Severity
from surefoot.report.screen import SEVERITY_STYLES, Screen

if TYPE_CHECKING:
    from rich.padding import Padding


@click.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as JSON.")
def command(as_json: bool) -> None:
    """List all rules with code, severity and what is wrong."""
    rules = load_catalog().rules
    if as_json:
        import json

        click.echo(json.dumps([_plain(rule) for rule in rules], indent=2))
        return
    screen = Screen(sys.stdout)
    widths = [max(len(rule.code) for rule in rules), max(len(rule.name) for rule in rules)]
    for family, members in groupby(rules, key=lambda rule: rule.family):
        screen.line((family, "bold"))
        screen.show(_table(members, widths))


def _table(rules: Iterable[RuleInfo], widths: Iterable[int]) -> Padding:
    """Return the rules of a family, in columns as wide as those of the other families."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    for width in (*widths, max(len(severity.label) for severity in Severity)):
        table.add_column(no_wrap=True, min_width=width)
    table.add_column()
    for rule in rules:
        severity = Text(rule.severity.label, SEVERITY_STYLES[rule.severity])
        off = "" if rule.default else " (off by default)"
        table.add_row(rule.code, rule.name, severity, Text.assemble(rule.summary, (off, "dim")))
    return Padding(table, (0, 0, 1, 2), expand=False)


def _plain(rule: RuleInfo) -> dict[str, object]:
    return {
        "name": rule.name,
        "code": rule.code,
        "family": rule.family,
        "severity": rule.severity.label,
        "confidence": rule.confidence.label,
        "default": rule.default,
        "summary": rule.summary,
        "description": rule.description,
    }
