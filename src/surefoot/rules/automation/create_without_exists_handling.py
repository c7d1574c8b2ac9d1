"""`create-without-exists-handling`: what should be repeatable fails the second time."""

from __future__ import annotations

import re
from itertools import takewhile

import libcst as cst

from surefoot.facts.kinds import Mutates
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.deeds import calls_like
from surefoot.semantics.mutations import mutation_of
from surefoot.semantics.summary import At

_REPEATABLE = re.compile(
    r"_*(ensure|reconcile|sync|setup|set_up|provision|bootstrap|converge)(_.*)?"
)
_CREATES = re.compile(r"(create_\w+|mkdir|makedirs|create)")
_LOOKS = re.compile(r"exists?$|^(get|describe|head|list|find|read|is_dir|isdir|lookup)(_|$)|isdir")


class CreateWithoutExistsHandling(Rule):
    """A function that should be repeatable creates something that may be there already.

    Its name promises a state, whatever was before. The second run, or the retry after half of
    the first, fails with "already exists", and what comes after never happens; or it makes
    another one, which nobody knows of and everybody pays. Look first, or take that error for
    success.
    """

    code = "SF1116"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    facts = (Mutates,)
    needs_tree = True
    examples = (
        Bad(
            """
            import boto3

            def ensure_bucket(name):
                boto3.client("s3").create_bucket(Bucket=name)
            """
        ),
        Bad(
            """
            import os

            def setup(path):
                os.mkdir(path)
            """
        ),
        Good(
            """
            import os

            import boto3
            from botocore.exceptions import ClientError

            def ensure_bucket(name):
                try:
                    boto3.client("s3").create_bucket(Bucket=name)
                except ClientError as error:
                    if error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
                        raise

            def setup(path):
                os.makedirs(path, exist_ok=True)
                if not os.path.isdir("/srv"):
                    os.mkdir("/srv")
            """,
            because="it may be there already",
        ),
        Bad(
            """
            import boto3

            def bootstrap(block):
                boto3.client("ec2").create_vpc(CidrBlock=block)
            """
        ),
        Good(
            """
            import boto3

            def bootstrap(name):
                boto3.client("sqs").create_queue(QueueName=name)
                boto3.client("sns").create_topic(Name=name)
            """,
            because="these give what is there already",
        ),
        Good(
            """
            import os

            def create(path):
                os.mkdir(path)
            """,
            because="nothing is promised for the second time",
        ),
    )

    def check_call(self, call: Call, fact: Mutates) -> None:
        method = (call.name or "").rpartition(".")[2]
        if call.node is None or not _CREATES.fullmatch(method) or mutation_of(call) is None:
            return
        function = self.file.function(call.node)
        if function is None or not _REPEATABLE.fullmatch(function.name.value):
            return
        if (At.GUARDED | At.WITH_ITEM) & call.at or call.arguments.has("exist_ok"):
            return
        around = takewhile(lambda item: item is not function, self.file.ancestors(call.node))
        if any(isinstance(item, cst.If) for item in around):
            return
        if calls_like(function.body, _LOOKS):
            return
        name = function.name.value
        if method in fact.another:
            self.report(call, f"`{name}` leaves one more each time: `{method}` makes another one")
        elif method not in fact.same:
            self.report(
                call,
                f"`{name}` fails the second time: `{method}` creates what is there already",
            )
