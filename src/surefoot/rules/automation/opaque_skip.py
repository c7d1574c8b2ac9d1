"""`opaque-skip`: items are left out, and nothing tells which and why."""

from __future__ import annotations

import libcst as cst

from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.deeds import verb_of
from surefoot.semantics.handlers import body_of, inside
from surefoot.semantics.mutations import mutation_of


class OpaqueSkip(Rule):
    """A loop that changes things leaves items out after several conditions, without a word.

    The job ran, the item is as it was, and nobody can tell whether it was left out on purpose,
    and by which of the conditions. Log what is skipped and why, or count it.
    """

    code = "SF1115"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    examples = (
        Bad(
            """
            import boto3

            ec2 = boto3.client("ec2")

            def clean(volumes):
                for volume in volumes:
                    if volume.attached or volume.age < 7:
                        continue
                    ec2.delete_volume(VolumeId=volume.id)
            """
        ),
        Good(
            """
            import logging

            import boto3

            ec2 = boto3.client("ec2")

            def clean(volumes):
                skipped = 0
                for volume in volumes:
                    if volume.attached or volume.age < 7:
                        logging.info("kept %s", volume.id)
                        continue
                    if volume.locked and volume.age < 70:
                        skipped += 1
                        continue
                    if volume.tags:
                        continue
                    ec2.delete_volume(VolumeId=volume.id)
            """,
            because="it is logged or counted, and one condition explains itself",
        ),
        Good(
            """
            def total(rows):
                found = 0
                for row in rows:
                    if row.empty or row.hidden:
                        continue
                    found += row.value
                return found
            """,
            because="nothing outside is changed",
        ),
    )

    def visit_Continue(self, node: cst.Continue) -> None:
        line = self.file.parent(node)
        suite = self.file.parent(line) if line is not None else None
        test = self.file.parent(suite) if suite is not None else None
        if not isinstance(test, cst.If) or not isinstance(test.test, cst.BooleanOperation):
            return
        if len(body_of(test.body)) != 1:
            return
        loop = next((item for item in self.file.ancestors(test) if isinstance(item, cst.For)), None)
        if loop is None:
            return
        for item in inside([loop.body]):
            if type(item) is cst.Call and (self._changes(item)):
                self.report(
                    test.test,
                    f"items are left out of `{self.file.code(item.func)}` here without a word",
                )
                return

    def _changes(self, call: cst.Call) -> bool:
        change = mutation_of(self.file.call(call))
        if change is not None:
            return change.where in ("service", "database")
        return verb_of(call) in ("delete", "patch", "post", "put")
