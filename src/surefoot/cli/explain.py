"""`surefoot explain`: everything about one rule."""

from __future__ import annotations

import sys

import click


@click.command("explain")
@click.argument("rule")
def command(rule: str) -> None:
    """Say what a rule finds, why it matters and what to do.

    RULE is a name (missing-timeout) or a code (SF101).
    """
    from surefoot.catalog import load_catalog
    from surefoot.page import own_page, rule_page

    catalog = load_catalog()
    info = catalog.find(rule)
    if info.own:
        _print(own_page(info))
        return
    from surefoot.facts.load import load
    from surefoot.facts.shipped import facts_files

    (found,) = catalog.rule_set([info.name]).classes()
    _print(rule_page(found, load(facts_files())))


def _print(page: str) -> None:
    """Print a page laid out for a terminal, or as it is for anything else."""
    from surefoot.report.screen import Screen

    screen = Screen(sys.stdout)
    if screen.width is None:
        click.echo(page, nl=False)
        return
    from rich.markdown import Markdown

    screen.show(Markdown(page, code_theme="ansi_dark"))
