"""`mutation-not-verified`: a change is ordered, and nobody looks whether it was made."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Mutates
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.deeds import calls_like
from surefoot.semantics.mutations import mutation_of
from surefoot.semantics.summary import At

_LOOKS = re.compile(
    r"wait|poll|describe|verify|refresh|reload|status|assert|exists|^_*(get|read|list|head|watch)_|stream"
)
_SLOW = re.compile(r"_*(create|delete|terminate|run|start|stop|reboot|restore|modify)_.*")


class MutationNotVerified(Rule):
    """A change is ordered from a service that makes it later, and nobody looks at the outcome.

    The answer says that the order was taken, not that the machine runs or the volume is gone.
    What comes next then works on something that is not there yet, or never will be. Wait with
    the service's own waiter, or read the state back.
    """

    code = "SF1111"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    facts = (Mutates,)
    needs_tree = True
    examples = (
        Bad(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def remove(number):
                ec2.delete_volume(VolumeId=number)
            """
        ),
        Good(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def remove(number):
                ec2.delete_volume(VolumeId=number)
                ec2.get_waiter("volume_deleted").wait(VolumeIds=[number])
            """,
            because="it is waited for",
        ),
        Good(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def _remove(number):
                ec2.delete_volume(VolumeId=number)

            def replace(number):
                _remove(number)
                return ec2.describe_volumes(VolumeIds=[number])

            def start(number):
                return ec2.start_instances(InstanceIds=[number])
            """,
            because="the caller looks, or has the answer",
        ),
        Good(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def remove(subnet, vpc):
                ec2.delete_subnet(SubnetId=subnet)
                ec2.delete_vpc(VpcId=vpc)
            """,
            because="these are gone when the call returns",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if calls_like(node.body, _LOOKS):
            self.note(node, "looks", self.file.scope_of(node).qualname)

    def check_call(self, call: Call, fact: Mutates) -> None:
        if not fact.later or call.node is None or At.STATEMENT not in call.at:
            return
        method = (call.name or "").rpartition(".")[2]
        if method in fact.at_once:
            return
        if _SLOW.fullmatch(method) and mutation_of(call) is not None and call.function:
            self.note(call.node, "orders", call.function, method)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        looking = {
            full_name(examination.module, str(note.data[1]))
            for examination, note in notes
            if note.data[0] == "looks"
        }
        for examination, note in notes:
            if note.data[0] != "orders":
                continue
            _, function, method = map(str, note.data)
            name = full_name(examination.module, function)
            around = {name} | {
                full_name(call.module, call.function) for call in project.callers.get(name, ())
            }
            if not around & looking:
                self.report(
                    note,
                    f"`{method}` returns when the order is taken, and nobody looks whether it is "
                    "carried out",
                    path=examination.path,
                )
