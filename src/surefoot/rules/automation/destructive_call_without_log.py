"""`destructive-call-without-log`: something is destroyed, and nothing tells by whom and why."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Mutates
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.deeds import leaves_record
from surefoot.semantics.mutations import mutation_of
from surefoot.semantics.rehearsal import is_own_path
from surefoot.semantics.summary import At
from surefoot.semantics.visibility import is_migration


class DestructiveCallWithoutLog(Rule):
    """Something is destroyed, and neither the function nor its callers leave a record.

    When machines, rows or files are gone, the first question is who removed them, when and on
    whose word. Without a line for each of them nobody can tell an accident from an attack.
    Log what is about to be destroyed, with its name and with who asked for it.
    """

    code = "SF1109"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    default = False
    facts = (Mutates,)
    needs_tree = True
    examples = (
        Bad(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def kill(ids):
                ec2.terminate_instances(InstanceIds=ids)
            """
        ),
        Bad(
            """
            # file: store.py
            import shutil

            def remove(path):
                shutil.rmtree(path)
            # file: api.py
            from store import remove

            def purge(path):
                remove(path)
            """
        ),
        Good(
            """
            import logging

            import boto3

            ec2 = boto3.client("ec2")
            log = logging.getLogger(__name__)

            def kill(ids, actor):
                log.warning("terminate %s by %s", ids, actor)
                ec2.terminate_instances(InstanceIds=ids)
            """,
            because="it is logged",
        ),
        Good(
            """
            # file: store.py
            import shutil
            import tempfile

            def scratch():
                folder = tempfile.mkdtemp()
                shutil.rmtree(folder)

            def _remove(path):
                shutil.rmtree(path)
            # file: api.py
            import logging

            from store import _remove

            def purge(path):
                logging.info("purge %s", path)
                _remove(path)
            """,
            because="the folder is temporary, and the caller tells",
        ),
        Good(
            """
            import requests

            def remove_user(uid, audit):
                audit.record("user.delete", uid)
                requests.delete(f"https://api.example.com/users/{uid}", timeout=5)
            """,
            because="an audit record is written",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if leaves_record(self.file, node):
            self.note(node, "tells", self.file.scope_of(node).qualname)

    def check_call(self, call: Call, fact: Mutates) -> None:
        change = mutation_of(call)
        if call.node is None or change is None or not change.destroys:
            return
        function = self.file.function(call.node)
        if function is None or leaves_record(self.file, function) or is_migration(self.file):
            return
        if change.where == "files" or (
            (At.HANDLER | At.TEARDOWN) & call.at and fact.path is not None
        ):
            return
        if not is_own_path(self.file, call.node):
            name = self.file.scope_of(function).qualname
            self.note(call.node, "destroys", name, call.shown, change.what)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        telling = {
            full_name(examination.module, str(note.data[1]))
            for examination, note in notes
            if note.data[0] == "tells"
        }
        for examination, note in notes:
            if note.data[0] != "destroys":
                continue
            _, qualname, shown, what = map(str, note.data)
            name = full_name(examination.module, qualname)
            callers = {
                full_name(call.module, call.function) for call in project.callers.get(name, ())
            }
            if callers & telling:
                continue
            self.report(
                note,
                f"`{shown}` {what}, and neither `{qualname.rpartition('<locals>.')[2]}` nor who "
                "calls it leaves a record",
                path=examination.path,
            )
