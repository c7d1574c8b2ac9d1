"""`destructive-cli-without-dry-run`: a command destroys, and cannot be tried or confirmed."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.deeds import calls_like
from surefoot.semantics.handlers import last_name
from surefoot.semantics.rehearsal import FLAG, is_stub

_DESTROYS = re.compile(
    r"_*(cmd_|do_)?(delete|destroy|drain|drop|erase|prune|purge|reset|terminate|truncate|wipe|migrate)"
    r"(_.*)?"
)
_CONFIRMS = re.compile(
    r"(?i)_*(yes|assume_?yes|confirm(ed)?|force|interactive|no_?input|no_?prompt|noinput|preview|"
    r"really|i_am_sure|skip_confirm\w*|auto_?approve)_*"
)
_OPTION = re.compile(r"--(dry-?run|yes|force|confirm|no-?input|simulate|check)|prompt=")
_ASKS = re.compile(r"(?i)confirm|prompt|^input$|^ask|are_you_sure")


class DestructiveCliWithoutDryRun(Rule):
    """A command that destroys can neither be tried first nor asks for a confirmation.

    One wrong argument, one shell history line too far, and it is done. Offer `--dry-run`, and
    ask before the first change unless `--yes` is given.
    """

    code = "SF1117"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    examples = (
        Bad(
            """
            import click

            @click.command()
            @click.argument("name")
            def purge(name):
                backend.purge(name)
            """
        ),
        Bad(
            """
            import typer

            app = typer.Typer()

            @app.command()
            def delete_user(name: str):
                users.delete(name)
            """
        ),
        Bad(
            """
            import argparse

            def wipe(args):
                backend.wipe(args.name)

            def main():
                parser = argparse.ArgumentParser()
                command = parser.add_subparsers().add_parser("wipe")
                command.add_argument("name")
                command.set_defaults(func=wipe)
            """
        ),
        Good(
            """
            import argparse

            def wipe(args):
                backend.wipe(args.name, args.dry_run)

            def main():
                parser = argparse.ArgumentParser()
                parser.add_argument("--dry-run", action="store_true")
                command = parser.add_subparsers().add_parser("wipe")
                command.set_defaults(func=wipe)
            """,
            because="it can be tried",
        ),
        Good(
            """
            import click

            @click.command()
            @click.option("--dry-run", is_flag=True)
            def purge(dry_run):
                backend.purge(dry_run)

            @click.command()
            @click.option("--yes", is_flag=True)
            def wipe(yes):
                backend.wipe(yes)

            @click.command()
            @click.confirmation_option(prompt="Drop it all?")
            def drop():
                backend.drop()

            @click.command()
            @click.option("--yes", is_flag=True, expose_value=False, prompt="Really?")
            def erase():
                backend.erase()

            @click.command()
            def reset():
                click.confirm("Reset?", abort=True)
                backend.reset()
            """,
            because="it can be tried, or asks",
        ),
        Good(
            """
            import click

            @click.command()
            def show():
                backend.show()

            def purge(name):
                backend.purge(name)
            """,
            because="the one destroys nothing, and the other is no command",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        """Judge the function that a command of `argparse` is carried out by."""
        if last_name(node.func) != "set_defaults" or _OPTION.search(self.file.text):
            return
        for argument in node.args:
            if argument.keyword is None or not isinstance(argument.value, cst.Name):
                continue
            name = argument.value.value
            owner = self.file.scope(node).find(name)
            defined = owner.bindings[name][0].node if owner is not None else None
            if (
                isinstance(defined, cst.FunctionDef)
                and _DESTROYS.fullmatch(name)
                and not is_stub(defined)
                and not calls_like(defined.body, _ASKS)
            ):
                self.report(
                    defined, f"the command `{name}` can neither be tried nor asks before it is done"
                )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        name = node.name.value
        if not node.decorators or not _DESTROYS.fullmatch(name) or is_stub(node):
            return
        qualname = self.file.scope_of(node).qualname
        if "cli" not in self.file.roles.get(qualname, ()):
            return
        if any(last_name(item.decorator) in ("group", "callback") for item in node.decorators):
            return
        if any("confirm" in last_name(item.decorator) for item in node.decorators):
            return
        if any(_OPTION.search(self.file.code(item.decorator)) for item in node.decorators):
            return
        params = node.params
        names = [item.name.value for item in (*params.params, *params.kwonly_params)]
        if any(FLAG.fullmatch(item) or _CONFIRMS.fullmatch(item) for item in names):
            return
        if calls_like(node.body, _ASKS):
            return
        has_group = any(last_name(item.decorator).startswith("pass_") for item in node.decorators)
        self.report(
            node,
            f"the command `{name}` can neither be tried nor asks before it is done",
            confidence=Confidence.LOW if has_group else None,
        )
