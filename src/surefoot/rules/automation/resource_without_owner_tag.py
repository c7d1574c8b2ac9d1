"""`resource-without-owner-tag`: something is created that nobody will know the owner of."""

from __future__ import annotations

from fnmatch import fnmatchcase

from surefoot.facts.kinds import Owned
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.values import Value
from surefoot.semantics.world import World

_MARKS = ("labels", "ownerReferences", "owner_references", "annotations")


class ResourceWithoutOwnerTag(Rule):
    """A resource that outlives the process is created without a mark of its owner.

    Nobody can tell later what it is for, who pays for it and whether it may go; clean-up jobs
    cannot find it, or remove what they should not. Give it tags or labels when it is created.
    """

    code = "SF1114"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    facts = (Owned,)
    examples = (
        Bad(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def up():
                return ec2.run_instances(ImageId="a", MinCount=1, MaxCount=1)
            """
        ),
        Bad(
            """
            from kubernetes import client

            def up(name):
                api = client.CoreV1Api()
                api.create_namespaced_pod("default", {"metadata": {"name": name}, "spec": {}})
            """
        ),
        Good(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def up(tags, **options):
                ec2.run_instances(
                    ImageId="a",
                    MinCount=1,
                    MaxCount=1,
                    TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
                )
                ec2.create_volume(Size=1, **options)
                ec2.create_tags(Resources=["i-1"], Tags=tags)
            """,
            because="there are tags, or there may be",
        ),
        Good(
            """
            from kubernetes import client

            def up(name, body):
                api = client.CoreV1Api()
                labels = {"app": name}
                api.create_namespaced_pod("a", {"metadata": {"name": name, "labels": labels}})
                api.create_namespaced_pod("b", body)
            """,
            because="there are labels, or there may be",
        ),
    )

    def check_call(self, call: Call, fact: Owned) -> None:
        method = (call.name or "").rpartition(".")[2]
        if fact.names and not any(fnmatchcase(method, name) for name in fact.names):
            return
        if fact.marks and call.arguments.has(fact.marks):
            return
        if fact.body is not None:
            body = call.arguments.get(fact.body, fact.position)
            if isinstance(body, Given) or not _is_bare(call.world, body):
                return
        elif call.arguments.open_positional:
            return
        self.report(call, f"what `{method}` creates bears no mark of its owner")


def _is_bare(world: World, body: Value) -> bool:
    """Whether a dictionary that describes a resource, known in full, has no marks."""
    if body is None or body[0] != "d" or not body[2]:
        return False
    keys = dict(body[1])
    metadata = world.value(keys.get("metadata"))
    if "metadata" not in keys:
        return True
    if metadata is None or metadata[0] != "d" or not metadata[2]:
        return False
    return not any(str(key) in _MARKS for key, _ in metadata[1])
