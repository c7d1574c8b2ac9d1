"""`ignored-batch-result`: what failed of a batch stands in an answer that nobody reads."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import PartialFailure
from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.batch_answers import answer
from surefoot.semantics.besteffort import is_leaving
from surefoot.semantics.call import Call

_MIXED = "mixed"
"""Left to `gather-hides-partial-failure`."""


class IgnoredBatchResult(Rule):
    """The part of an answer that tells what failed of a batch is never read.

    Such a call succeeds when the request as a whole was understood: records that were
    throttled, refused or lost stand in the answer, and no exception is raised. Whoever does
    not read that part loses data under load, one record at a time, and finds nothing in the
    log. Read it, and send what failed again or raise.
    """

    code = "SF205"
    severity = Severity.ERROR
    facts = (PartialFailure,)
    needs_tree = True
    examples = (
        Bad(
            """
            import boto3

            def store(items):
                ddb = boto3.client("dynamodb")
                ddb.batch_write_item(RequestItems=items)
            """
        ),
        Bad(
            """
            import logging
            import boto3

            log = logging.getLogger(__name__)
            kinesis = boto3.client("kinesis")

            def send(records):
                response = kinesis.put_records(StreamName="orders", Records=records)
                log.info("sent %d", len(records))
            """
        ),
        Bad(
            """
            import boto3

            def announce(entries):
                answer = boto3.client("sqs").send_message_batch(QueueUrl="q", Entries=entries)
                return [item["MessageId"] for item in answer["Successful"]]
            """
        ),
        Bad(
            """
            from elasticsearch import Elasticsearch, helpers

            def index(actions):
                helpers.streaming_bulk(Elasticsearch("http://search"), actions)
            """
        ),
        Bad(
            """
            from elasticsearch import Elasticsearch
            from elasticsearch.helpers import bulk

            def index(actions):
                done, _ = bulk(Elasticsearch("http://search"), actions, raise_on_error=False)
                return done
            """
        ),
        Bad(
            """
            from google.cloud import bigquery

            class Rows:
                def __init__(self):
                    self.client = bigquery.Client()

                def add(self, rows):
                    self.client.insert_rows_json("shop.orders", rows)
            """
        ),
        Bad(
            """
            # file: clients.py
            import boto3

            firehose = boto3.client("firehose")
            # file: audit.py
            from clients import firehose

            def audit(records):
                firehose.put_record_batch(DeliveryStreamName="audit", Records=records)
            """
        ),
        Good(
            """
            import boto3

            kinesis = boto3.client("kinesis")

            def send(records):
                response = kinesis.put_records(StreamName="orders", Records=records)
                if response["FailedRecordCount"]:
                    retry(response)
            """,
            because="the count of failures is read",
        ),
        Good(
            """
            import boto3

            def store(items):
                ddb = boto3.client("dynamodb")
                while items:
                    items = ddb.batch_write_item(RequestItems=items).get("UnprocessedItems")
            """,
            because="what was not written is written again",
        ),
        Good(
            """
            import boto3

            def remove(bucket, keys):
                s3 = boto3.client("s3")
                return s3.delete_objects(Bucket=bucket, Delete=keys)

            def purge(bucket, keys):
                response = boto3.client("s3").delete_objects(Bucket=bucket, Delete=keys)
                check(response)
            """,
            because="whoever gets the answer may read it",
        ),
        Good(
            """
            from google.cloud import bigquery

            def add(client: bigquery.Client, rows):
                errors = client.insert_rows_json("shop.orders", rows)
                if errors:
                    raise RuntimeError(errors)
            """,
            because="the list of failures is looked at",
        ),
        Good(
            """
            from elasticsearch import Elasticsearch, helpers

            def index(actions):
                client = Elasticsearch("http://search")
                helpers.bulk(client, actions)
                for done, item in helpers.streaming_bulk(client, actions):
                    record(done, item)
            """,
            because="`bulk` raises by itself, and the other is iterated",
        ),
        Good(
            """
            import boto3

            def store(table, items):
                table = boto3.resource("dynamodb").Table("orders")
                with table.batch_writer() as batch:
                    for item in items:
                        batch.put_item(Item=item)
            """,
            because="the writer sends again what was not written",
        ),
        Good(
            """
            import boto3

            def track(application, events):
                client = boto3.client("pinpoint")
                client.put_events(ApplicationId=application, EventsRequest=events)
            """,
            because="the method of another service has the same name",
        ),
    )

    def check_call(self, call: Call, fact: PartialFailure) -> None:
        if fact.form != _MIXED and call.node is not None and not self.file.is_test:
            done = answer(self.file, call.node)
            if not done.escapes:
                leaving = is_leaving(self.file, call.node)
                self._judge(call, fact, done.read, done.tested or done.counted, leaving)

    def visit_Call(self, node: cst.Call) -> None:
        """Leave a note of a call that may be one of these, when its callee lies elsewhere."""
        func = node.func
        if not isinstance(func, cst.Attribute) or self.file.is_test:
            return
        if func.attr.value not in self.file.facts.last_names(PartialFailure):
            return
        if self.file.call(node).pending:
            done = answer(self.file, node)
            if not done.escapes:
                leaving = is_leaving(self.file, node)
                self.note(node, tuple(sorted(done.read)), done.tested or done.counted, leaving)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            call = project.calls_at.get((examination.path, note.place))
            fact = call.fact(PartialFailure) if call is not None else None
            if call is not None and fact is not None and fact.form != _MIXED:
                read, tested, leaving = note.data
                self._judge(call, fact, frozenset(read), bool(tested), bool(leaving))  # type: ignore[call-overload]

    def _judge(
        self, call: Call, fact: PartialFailure, read: frozenset[str], tested: bool, leaving: bool
    ) -> None:
        if fact.form == "answer":
            if not read.isdisjoint(fact.told_in):
                return
        elif read or tested:
            return
        if not holds(call, fact):
            return
        self.report(call, _message(call, fact), severity=Severity.WARNING if leaving else None)


def holds(call: Call, fact: PartialFailure) -> bool:
    """Whether a call is made in the way, and of the client, of which the fact speaks."""
    for keyword, literal in fact.only_if:
        if call.arguments.constant(keyword) != (literal,):
            return False
    if fact.made_for:
        made = call.constructor
        return made is not None and all(
            made.constant(keyword, 0) == (literal,) for keyword, literal in fact.made_for
        )
    return True


def _message(call: Call, fact: PartialFailure) -> str:
    name = call.shown.rpartition(".")[2]
    if fact.form == "lazy":
        return f"`{name}` does nothing until what it returns is iterated, and nobody does that"
    if fact.form == "errors":
        return f"`{name}` returns {fact.what} and does not raise, and nobody reads the list"
    where = " or ".join(f"`{key}`" for key in fact.told_in[:2])
    if fact.told_in[:1] == ("1",):
        where = "the second item"
    return f"{fact.what} stand in {where} of what `{name}` returns, and nobody reads it"
