"""`dry-run-ignored`: a dry run that changes something."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from surefoot.facts.kinds import Mutates
from surefoot.linking.effects import said_callee
from surefoot.linking.project import Project
from surefoot.linking.rehearsals import Rehearsals, Rehearsed
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call, LinkedCall
from surefoot.semantics.circumstances import is_teardown_name
from surefoot.semantics.mutations import Mutation, mutation_of
from surefoot.semantics.rehearsal import (
    is_own_path,
    kept_rehearsal,
    mentions_flag,
    rehearsal,
)


class DryRunIgnored(Rule):
    """A function takes a flag for a dry run and changes something all the same.

    The flag is a promise: people try with it what they dare not do yet. They find out that it
    was not kept when the files, machines or rows are gone. Test the flag before the first
    change, and leave every change out while it is set.
    """

    code = "SF1101"
    severity = Severity.ERROR
    facts = (Mutates,)
    examples = (
        Bad(
            """
            import shutil

            def purge(paths, dry_run=False):
                for path in paths:
                    shutil.rmtree(path)
            """
        ),
        Bad(
            """
            import os

            def move(source, target, *, dry_run):
                os.makedirs(target)
                if dry_run:
                    return [source]
                os.rename(source, target)
            """
        ),
        Bad(
            """
            import boto3
            import click

            @click.command()
            @click.option("--dry-run", is_flag=True)
            def cleanup(dry_run):
                boto3.client("ec2").terminate_instances(InstanceIds=["i-1"])
            """
        ),
        Bad(
            """
            def purge(ids, *, dry_run=False):
                for number in ids:
                    s3.delete_object(Bucket="b", Key=number)
            """
        ),
        Bad(
            """
            # file: store.py
            import shutil

            def remove_all(path):
                shutil.rmtree(path)
            # file: cli.py
            import logging

            from store import remove_all

            def clean(path, dry_run):
                logging.info("cleaning %s, dry run: %s", path, dry_run)
                remove_all(path)
            """
        ),
        Bad(
            """
            import requests

            def sync(rows, check_mode, force):
                if force:
                    requests.delete("https://api.example.com/rows", timeout=5)
                elif check_mode:
                    print(rows)
            """
        ),
        Bad(
            """
            import boto3

            class Janitor:
                def __init__(self, region, dry_run=False):
                    self.ec2 = boto3.client("ec2", region_name=region)
                    self.dry_run = dry_run

                def run(self, snapshots):
                    for snapshot in snapshots:
                        print("deleting", snapshot)
                        self.ec2.delete_snapshot(SnapshotId=snapshot)
            """
        ),
        Bad(
            """
            import shutil
            from dataclasses import dataclass

            @dataclass
            class Options:
                dry_run: bool = False

            class Sweep(Options):
                def sweep(self, folders):
                    for folder in folders:
                        if self.dry_run:
                            print("would remove", folder)
                        shutil.rmtree(folder)
            """
        ),
        Bad(
            """
            import argparse

            import requests

            def main():
                parser = argparse.ArgumentParser()
                parser.add_argument("--dry-run", action="store_true")
                args = parser.parse_args()
                print("dry run" if args.dry_run else "for real")
                requests.delete("https://inventory.example.net/hosts/h1", timeout=10)
            """
        ),
        Good(
            """
            import shutil

            class Sweep:
                def __init__(self, dry_run):
                    self.dry_run = dry_run

                def sweep(self, paths):
                    for path in paths:
                        if self.dry_run:
                            continue
                        self._remove(path)

                def _remove(self, path):
                    shutil.rmtree(path)

                def purge(self, path):
                    shutil.rmtree(path)

            def run(paths, dry_run):
                sweep = Sweep(dry_run)
                sweep.sweep(paths)
                if not sweep.dry_run:
                    sweep.purge(paths[0])
            """,
            because="who calls them asks before",
        ),
        Good(
            """
            import shutil

            def purge(paths, dry_run=False):
                for path in paths:
                    if dry_run:
                        print("would remove", path)
                        continue
                    shutil.rmtree(path)
            """,
            because="a dry run does not get there",
        ),
        Bad(
            """
            import subprocess

            def retire(names, *, dry_run=False):
                for name in names:
                    command = ["kubectl", "delete", "node", name]
                    print(*command, "(dry run)" if dry_run else "")
                    subprocess.run(command, check=True)
            """
        ),
        Good(
            """
            import subprocess

            def retire(names, dry_run):
                subprocess.run(["kubectl", "get", "node", *names], check=True)
                subprocess.run(["kubectl", "delete", "node", "--dry-run=server"], check=True)
                command = ["kubectl", "delete", "node", *names]
                if dry_run:
                    command.append("--dry-run=server")
                subprocess.run(command, check=True)
            """,
            because="it only asks, or is told",
        ),
        Good(
            """
            import os

            class Lock:
                def acquire(self):
                    os.unlink(self.path)

            def upgrade(lock: Lock, store, dry_run):
                lock.acquire()
                if not dry_run:
                    store.convert()
            """,
            because="a lock is the program's own",
        ),
        Good(
            """
            import boto3

            def cleanup(dry_run):
                boto3.client("ec2").terminate_instances(InstanceIds=["i-1"], DryRun=dry_run)
            """,
            because="the service is told",
        ),
        Good(
            """
            import shutil

            def purge(paths, dry_run):
                remove = print if dry_run else shutil.rmtree
                doomed = [] if dry_run else paths
                for path in paths:
                    remove(path)
                for path in doomed:
                    shutil.rmtree(path)
                _ = dry_run or shutil.rmtree("all")
            """,
            because="what is done, and to what, depends on the flag",
        ),
        Good(
            """
            import sqlite3

            def migrate(path, dry_run):
                connection = sqlite3.connect(path)
                connection.execute("DELETE FROM orders")
                if dry_run:
                    connection.rollback()
                else:
                    connection.commit()
            """,
            because="what was done is undone",
        ),
        Good(
            """
            import json
            import shutil
            import tempfile

            def plan(items, report_path, dry_run=True):
                folder = tempfile.mkdtemp()
                with open(report_path, "w") as stream:
                    json.dump({"dry_run": dry_run, "count": len(items)}, stream)
                shutil.rmtree(folder)
            """,
            because="a report and a temporary folder are the program's own",
        ),
        Good(
            """
            from abc import abstractmethod
            from typing import overload

            class Store:
                @abstractmethod
                def purge(self, dry_run=False):
                    raise NotImplementedError

                @overload
                def clear(self, *, dry_run: bool) -> list: ...
            """,
            because="there is nothing in it yet",
        ),
        Good(
            """
            import shutil

            class Cleaner:
                def __init__(self, dry_run):
                    self.dry_run = dry_run
                    self.clean("old")

                def clean(self, path):
                    if not self.dry_run:
                        shutil.rmtree(path)
            """,
            because="the function called asks for itself",
        ),
        Good(
            """
            import subprocess

            import requests

            def status(url, dry_run=False):
                requests.get(url, timeout=5)
                subprocess.run(["git", "status"], check=True)
                return open("state").read()
            """,
            because="nothing is changed",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        found = rehearsal(self.file, node)
        if found is not None:
            self.note(node, "flag", *found)
            return
        kept = kept_rehearsal(self.file, node)
        if kept is not None:
            self.note(node, "kept", *kept)
        elif mentions_flag(self.file, node):
            self.note(node, "minds", self.file.scope_of(node).qualname)

    def check_call(self, call: Call, fact: Mutates) -> None:
        if call.node is None or fact.path is None:
            return
        change = mutation_of(call)
        if change is not None and change.destroys and is_own_path(self.file, call.node):
            self.note(call.node, "own")

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        rehearsals = Rehearsals(project, notes)
        for function in rehearsals.functions:
            if self._report_first(rehearsals, function) or self._report_run(project, function):
                continue
            if not function.read.named:
                continue
            place, name = function.read.named[0]
            examination = project.examinations[function.path]
            self.report(
                Note(self.name, place, function.read.function),
                f"{_has(function)}, and `{name}` is called whatever it says",
                path=examination.path,
                confidence=Confidence.LOW if function.read.is_read else Confidence.MEDIUM,
            )

        for function in rehearsals.kept:
            if not function.read.handed and rehearsals.is_reached(function):
                self._report_kept(rehearsals, function)

    def _report_run(self, project: Project, function: Rehearsed) -> bool:
        """Report the first program that destroys something in a dry run."""
        for place, program in function.read.ran:
            self.report(
                Note(self.name, place, function.read.function),
                f"{_has(function)}, and `{program}` is run whatever it says",
                path=project.examinations[function.path].path,
                confidence=Confidence.MEDIUM,
            )
            return True
        return False

    def _report_kept(self, rehearsals: Rehearsals, function: Rehearsed) -> None:
        """Report the first call of a function that destroys something while an attribute says
        that this is a dry run."""
        for call in rehearsals.calls(function):
            change = rehearsals.direct(call)
            if change is not None and change.destroys:
                does = f"`{call.shown}` {change.what}"
                self._report(function, call, does, Confidence.MEDIUM)
                return
            if is_teardown_name((call.name or "").rpartition(".")[2]):
                continue
            way = rehearsals.destruction(call)
            if way is not None and (end := rehearsals.direct(way.end)) is not None:
                ends = f"`{said_callee(call)}` ends in `{way.end.shown}`, which {end.what}"
                self._report(function, call, ends, Confidence.MEDIUM, way.links())
                return
        self._report_run(rehearsals.project, function)

    def _report_first(self, rehearsals: Rehearsals, function: Rehearsed) -> bool:
        """Report the first call that changes something in a dry run, the surest ones before."""
        weak: list[tuple[LinkedCall, Mutation]] = []
        for call in rehearsals.calls(function):
            change = rehearsals.direct(call)
            if change is not None and not change.destroys:
                weak.append((call, change))
            elif change is not None:
                self._report(function, call, f"`{call.shown}` {change.what}", Confidence.HIGH)
                return True
            elif not function.read.handed and (way := rehearsals.destruction(call)) is not None:
                end = rehearsals.direct(way.end)
                assert end is not None
                ends = f"`{said_callee(call)}` ends in `{way.end.shown}`, which {end.what}"
                self._report(function, call, ends, Confidence.MEDIUM, way.links())
                return True
        for call, change in weak:
            early = call.place in function.read.tested_after
            sure = early or not function.read.is_read
            self._report(
                function,
                call,
                f"`{call.shown}` {change.what}",
                Confidence.MEDIUM if sure else Confidence.LOW,
            )
            return True
        return False

    def _report(
        self,
        function: Rehearsed,
        call: LinkedCall,
        does: str,
        confidence: Confidence,
        chain: Iterable[Link] = (),
    ) -> None:
        self.report(
            call,
            f"{_has(function)}, and {does} whatever it says",
            confidence=confidence,
            chain=chain,
        )


def _has(function: Rehearsed) -> str:
    name = function.read.function.rpartition("<locals>.")[2]
    knows = "knows" if "." in function.read.flag else "has"
    return f"`{name}` {knows} `{function.read.flag}`"
