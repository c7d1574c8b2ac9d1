"""`read-named-function-mutates`: a function named for reading destroys something."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.deeds import verb_of
from surefoot.semantics.handlers import inside
from surefoot.semantics.mutations import mutation_of
from surefoot.semantics.rehearsal import is_own_path

_READS = re.compile(
    r"_*(get|list|find|fetch|is|has|check|validate|plan|diff|describe|discover|preview|count)(_.*)?"
)
_CHANGES = re.compile(r"(?i)(^|_)(and|or|then)_|_once$")


class ReadNamedFunctionMutates(Rule):
    """A function whose name promises to read destroys something.

    It will be called to look: in a dry run, in a health check, in a debugger, twice. Give it a
    name that says what it does, or separate finding out from doing.
    """

    code = "SF1113"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    default = False
    examples = (
        Bad(
            """
            def plan_drain(api, nodes):
                for node in nodes:
                    api.delete(f"/pods/{node}", timeout=3)
                return nodes
            """
        ),
        Bad(
            """
            import boto3

            def list_idle(instances):
                client = boto3.client("ec2")
                idle = [item for item in instances if item.idle]
                client.terminate_instances(InstanceIds=idle)
                return idle
            """
        ),
        Good(
            """
            def execute_drain(api, nodes):
                for node in nodes:
                    api.delete(f"/pods/{node}", timeout=3)
            """,
            because="the name says it",
        ),
        Good(
            """
            import os

            class C:
                def get(self, key):
                    if self.expired(key):
                        self.cache.delete(key)
                    return self.cache.get(key)

                def expired(self, key):
                    return False

                def get_lock(self, lock_path):
                    os.remove(lock_path)

            def get_and_delete(path):
                os.remove(path)
            """,
            because="a cache and a lock are the function's own, and the last name says it",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        name = node.name.value
        if not _READS.fullmatch(name) or _CHANGES.search(name):
            return
        for item in inside([node.body]):
            if type(item) is not cst.Call:
                continue
            change = mutation_of(self.file.call(item))
            if change is not None and change.destroys:
                does = change.what
                if change.where in ("files", "tree") and (
                    is_own_path(self.file, item) or self._is_aside(item, node)
                ):
                    continue
            elif verb_of(item) == "delete" and self.file.call(item).name is None:
                does = "sends a DELETE"
            else:
                continue
            self.report(
                item,
                f"`{name}` is named for reading, and `{self.file.code(item.func)}` {does}",
            )
            return

    def _is_aside(self, call: cst.Call, function: cst.FunctionDef) -> bool:
        """Whether a call puts away what went wrong."""
        for parent in self.file.ancestors(call):
            if parent is function:
                return False
            if isinstance(parent, (cst.ExceptHandler, cst.Finally)):
                return True
        return False
