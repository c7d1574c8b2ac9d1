"""`surefoot explain`: everything about one rule."""

from __future__ import annotations

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
        click.echo(own_page(info), nl=False)
        return
    from surefoot.facts.load import load
    from surefoot.facts.shipped import facts_files

    (found,) = catalog.rule_set([info.name]).classes()
    click.echo(rule_page(found, load(facts_files())), nl=False)
