"""`surefoot rules`: the catalogue."""

from __future__ import annotations

import click

from surefoot.catalog import RuleInfo, load_catalog


@click.command("rules")
@click.option("--json", "as_json", is_flag=True, help="Print the rules as JSON.")
def command(as_json: bool) -> None:
    """List all rules with code, severity and what is wrong."""
    rules = load_catalog().rules
    if as_json:
        import json

        click.echo(json.dumps([_plain(rule) for rule in rules], indent=2))
        return
    widest = max(len(rule.name) for rule in rules)
    family = ""
    for rule in rules:
        if rule.family != family:
            family = rule.family
            click.echo(f"\n{family}" if rule is not rules[0] else family)
        off = "" if rule.default else " (off by default)"
        severity = rule.severity.label
        click.echo(f"  {rule.code:<6}  {rule.name:<{widest}}  {severity:<8}  {rule.summary}{off}")


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
