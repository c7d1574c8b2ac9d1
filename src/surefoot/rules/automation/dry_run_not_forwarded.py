"""`dry-run-not-forwarded`: a dry run that ends where the next function begins."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import set_keyword
from surefoot.linking.effects import said_callee, said_caller
from surefoot.linking.project import Project
from surefoot.linking.rehearsals import Rehearsals, Rehearsed
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.rehearsal import (
    asked_attribute,
    kept_rehearsal,
    mentions_flag,
    rehearsal,
)

_READS = re.compile(
    r"_*((get|list|find|describe|is|has|fetch|read|lookup|count)_(?!or_|and_)(?!\w*_(or|and)_)"
    r"|(check|compute|decrypt|diff|encrypt|parse|render|resolve|validate|verify)(_|$))"
)
"""Functions that, by their names, only ask: what they hold back in a dry run are questions."""


class DryRunNotForwarded(Rule):
    """A function that was told to change nothing calls another without telling it.

    Whoever tries a clean-up in a dry run first loses the data right then. The function called
    knows how to hold back, and is not asked to. Pass the flag on.
    """

    code = "SF1102"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            # file: store.py
            import shutil

            def remove_all(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)
            # file: cli.py
            from store import remove_all

            def clean(paths, *, dry_run):
                for path in paths:
                    if dry_run:
                        print("would remove", path)
                    remove_all(path)
            """,
            fixed="""
            # file: store.py
            import shutil

            def remove_all(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)
            # file: cli.py
            from store import remove_all

            def clean(paths, *, dry_run):
                for path in paths:
                    if dry_run:
                        print("would remove", path)
                    remove_all(path, dry_run=dry_run)
            """,
        ),
        Bad(
            """
            class Cluster:
                def drain(self, node, simulate=False):
                    if not simulate:
                        self.api.evict(node)

                def replace(self, node, dry_run):
                    self.drain(node)
                    if not dry_run:
                        self.api.create(node)
            """,
            fixed="""
            class Cluster:
                def drain(self, node, simulate=False):
                    if not simulate:
                        self.api.evict(node)

                def replace(self, node, dry_run):
                    self.drain(node, simulate=dry_run)
                    if not dry_run:
                        self.api.create(node)
            """,
        ),
        Bad(
            """
            import shutil

            def wipe(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            def clean(paths, dry_run):
                for path in paths:
                    wipe(path, dry_run=False)
            """
        ),
        Bad(
            """
            import shutil

            def wipe(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            class Nightly:
                def __init__(self, paths, dry_run):
                    self.paths = paths
                    self.dry_run = dry_run

                def run(self):
                    for path in self.paths:
                        wipe(path)
            """,
            fixed="""
            import shutil

            def wipe(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            class Nightly:
                def __init__(self, paths, dry_run):
                    self.paths = paths
                    self.dry_run = dry_run

                def run(self):
                    for path in self.paths:
                        wipe(path, dry_run=self.dry_run)
            """,
        ),
        Good(
            """
            import shutil

            def wipe(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            class Nightly:
                def __init__(self, paths, dry_run):
                    self.paths = paths
                    self.dry_run = dry_run

                def run(self):
                    for path in self.paths:
                        wipe(path, dry_run=self.dry_run)
                    if not self.dry_run:
                        wipe(self.paths[0], dry_run=False)
                        self._finish()

                def _finish(self):
                    wipe(self.paths[-1])
            """,
            because="the flag is passed, or was asked before",
        ),
        Good(
            """
            import shutil

            def remove_all(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            def clean(paths, dry_run, **options):
                for path in paths:
                    remove_all(path, dry_run=dry_run)
                remove_all(paths[0], dry_run)
                options = {"dry_run": dry_run}
                remove_all(paths[1], **options)
            """,
            because="the flag is passed by keyword, by position and in a dictionary",
        ),
        Good(
            """
            import shutil

            def remove_all(path, dry_run=False):
                if not dry_run:
                    shutil.rmtree(path)

            def clean(paths, dry_run):
                if dry_run:
                    return paths
                for path in paths:
                    remove_all(path)
            """,
            because="a dry run does not get there",
        ),
        Good(
            """
            def apply(plan, dry_run=True):
                if not dry_run:
                    plan.run()

            def preview(plan, dry_run):
                apply(plan)
            """,
            because="the function changes nothing unless it is told to",
        ),
        Good(
            """
            # file: alembic_command.py
            def upgrade(config, revision, sql=False):
                print(config, revision)
            # file: manage.py
            import alembic_command

            def upgrade(config, revision, dry_run=False):
                alembic_command.upgrade(config, revision, sql=dry_run)
            """,
            because="the flag has another name there",
        ),
        Good(
            """
            def get_labels(api, check=False, dry_run=False):
                if dry_run:
                    return None
                return api.delete_labels()

            def deploy(api, dry_run=False):
                labels = get_labels(api)
                if not dry_run:
                    api.delete(labels)
            """,
            because="what only asks may ask in a dry run too",
        ),
        Good(
            """
            class Pools:
                def _setup(self, dry_run=False):
                    self.dry_run = dry_run
                    self.api = connect()

                def show(self):
                    self._setup()
                    return self.api.pools()

                def update(self, pool, dry_run):
                    self._setup(dry_run)
                    if not self.dry_run:
                        self.api.update(pool)
            """,
            because="that function sets the flag, and this one has none",
        ),
        Good(
            """
            class Keys:
                def decrypt(self, text, dry_run=False):
                    if dry_run:
                        raise PermissionError("dry run")
                    return self.key.decrypt(text)

                def reencrypt(self, text, dry_run=False):
                    return self.decrypt(text)
            """,
            because="it changes nothing that could be held back",
        ),
        Good(
            """
            class Store:
                def __init__(self, dry_run=False):
                    self.dry_run = dry_run

                def remove(self, key, dry_run=None):
                    print(self.dry_run, key)

            def clean(keys, dry_run):
                store = Store(dry_run=dry_run)
                for key in keys:
                    store.remove(key)
            """,
            because="the object was told when it was made",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        found = rehearsal(self.file, node)
        kept = kept_rehearsal(self.file, node)
        if found is not None:
            self.note(node, "flag", *found)
            if asked_attribute(self.file, node) is not None:
                self.note(node, "asks", found.function)
        elif kept is not None:
            self.note(node, "kept", *kept)
        elif mentions_flag(self.file, node):
            self.note(node, "minds", self.file.scope_of(node).qualname)

    def link(self, project: Project) -> None:
        rehearsals = Rehearsals(project, project.notes(self.name))
        for function in rehearsals.functions:
            if not function.read.handed:
                self._judge(rehearsals, function)
        for function in rehearsals.kept:
            if not function.read.handed and rehearsals.is_reached(function):
                self._judge(rehearsals, function)

    def _judge(self, rehearsals: Rehearsals, function: Rehearsed) -> None:
        project = rehearsals.project
        for call in rehearsals.calls(function):
            untold = rehearsals.untold(call)
            if untold is None:
                continue
            callee, flag, is_denied = untold
            if _READS.match(callee.rpartition(".")[2]):
                continue
            if "." in function.read.flag and rehearsals.hands_on(callee):
                continue  # it says what the attribute is to be
            summary, module = project.function(callee), project.module_of(callee)
            assert summary is not None
            assert module is not None
            told = f"is told `{flag}=False`" if is_denied else f"is not told `{flag}`"
            self.report(
                call,
                f"`{said_callee(call)}` {told}: in a dry run of "
                f"`{said_caller(call)}` it does its work all the same",
                confidence=Confidence.MEDIUM if "." in function.read.flag else None,
                chain=[Link(module.path, summary.place, f"it would hold back, told `{flag}`")],
                fix_data=None if is_denied else (flag, function.read.flag),
            )

    def fix_at(self, node: Any, flag: str, own: str) -> Fix | None:
        """Pass the flag on, where it still is what the function was told."""
        if not isinstance(node, cst.Call):
            return None
        if "." in own:
            edits = set_keyword(self.file, node, flag, own)
            return Fix(f"Pass `{flag}={own}`", edits, Safety.UNSAFE)
        owner = self.file.scope(node).find(own)
        if owner is None or [binding.kind for binding in owner.bindings[own]] != ["param"]:
            return None
        edits = set_keyword(self.file, node, flag, own)
        return Fix(f"Pass `{flag}={own}`", edits, Safety.UNSAFE)
