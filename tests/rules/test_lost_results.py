"""Results and failures that nobody looks at: short cases, and how bad they are."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence, Severity
from tests.checking import found

AWS = """
import logging
import boto3

log = logging.getLogger(__name__)
ddb, kin, s3 = boto3.client("dynamodb"), boto3.client("kinesis"), boto3.client("s3")

"""


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("ddb.batch_write_item(RequestItems=r)", 1),
        ("resp = kin.put_records(Records=rs); log.info('sent %d', len(rs))", 1),
        ("resp = kin.put_records(Records=rs)\nif resp['FailedRecordCount']: retry(resp)", 0),
        ("resp = kin.put_records(Records=rs)\nif 'FailedRecordCount' in resp: retry(rs)", 0),
        ("resp = kin.put_records(Records=rs)\nfor item in resp['Records']: check(item)", 0),
        ("log.info('sent: %s', kin.put_records(Records=rs))", 0),
        ("kin.put_records(Records=rs)['EncryptionType']", 1),
        ("def remove(): return s3.delete_objects(Bucket=b, Delete=d)", 0),
        ("failed = s3.delete_objects(Bucket=b, Delete=d).get('Errors')", 0),
        ("answers = [s3.delete_objects(Bucket=b, Delete=d) for d in ds]", 0),
    ],
)
def test_batches(line: str, count: int) -> None:
    """What failed of a batch is asked for, or goes where it may be."""
    assert len(found("ignored-batch-result", AWS + line)) == count


def test_batch_on_the_way_out() -> None:
    """What is left behind on the way out is less bad than what is lost at work."""
    code = """
        import boto3

        class Spool:
            def __init__(self):
                self.sqs = boto3.client("sqs")

            def close(self):
                self.sqs.delete_message_batch(QueueUrl="q", Entries=self.entries)
    """
    assert [item.severity for item in found("ignored-batch-result", code)] == [Severity.WARNING]


def test_client_of_an_annotated_parameter() -> None:
    """A method with a name that several services have is judged only where the client is known."""
    code = """
        from botocore.client import BaseClient

        def send(client: BaseClient, events):
            client.put_events(Entries=events)
            client.put_records(Records=events)
    """
    assert len(found("ignored-batch-result", code)) == 1


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("with ThreadPoolExecutor(4) as ex: ex.map(work, xs)", 1),
        ("with ThreadPoolExecutor(4) as ex: list(ex.map(work, xs))", 0),
        ("with ThreadPoolExecutor(4) as ex:\n    for item in ex.map(work, xs): print(item)", 0),
        ("fs = [ex.submit(work, x) for x in xs]\nwait(fs)", 1),
        ("fs = [ex.submit(work, x) for x in xs]\nwait(fs)\nfor f in fs: f.result()", 0),
        ("fs = [ex.submit(work, x) for x in xs]\ndone, late = wait(fs, timeout=9)", 0),
        ("f = ex.submit(work, 1)\nprint(f.result())", 0),
        ("f = ex.submit(work, 1)", 1),
        ("ex.submit(work, 1)", 1),
        ("ex.submit(work, 1).add_done_callback(print)", 0),
    ],
)
def test_futures(body: str, count: int) -> None:
    """A failure in a future is asked for, or a function is told of it."""
    code = "from concurrent.futures import ThreadPoolExecutor, wait\nex = ThreadPoolExecutor()\n"
    code += f"def work(x): x.go()\ndef run(xs):\n{textwrap.indent(body, '    ')}\n"
    assert len(found("submitted-future-dropped", code)) == count


def test_work_nothing_is_known_of() -> None:
    """A function that is a parameter may see to its failures."""
    code = """
        from concurrent.futures import ThreadPoolExecutor

        executor = ThreadPoolExecutor()

        def start(work):
            executor.submit(work)
    """
    confidences = [item.confidence for item in found("submitted-future-dropped", code)]
    assert confidences == [Confidence.LOW]


def test_future_that_is_logged_in_the_end() -> None:
    """asyncio logs what nobody asked for, late and without saying what was being done."""
    code = """
        import asyncio

        def write(line):
            line.write()

        def log(line):
            asyncio.get_running_loop().run_in_executor(None, write, line)
    """
    assert [item.severity for item in found("submitted-future-dropped", code)] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("await asyncio.gather(*jobs, return_exceptions=True)", 1),
        ("await asyncio.gather(*jobs, return_exceptions=False)", 0),
        ("for t in jobs: t.cancel()\nawait asyncio.gather(*jobs, return_exceptions=True)", 0),
        (
            """for t in jobs: t.cancel()
async with asyncio.timeout(5): await asyncio.gather(*jobs, return_exceptions=True)""",
            0,
        ),
        (
            """rs = await asyncio.gather(*jobs, return_exceptions=True)
errs = [r for r in rs if isinstance(r, BaseException)]""",
            0,
        ),
        ("rs = await asyncio.gather(*jobs, return_exceptions=True)\nprint(len(rs))", 1),
        ("a, b = await asyncio.gather(*jobs, return_exceptions=True)\nprint(a)", 0),
    ],
)
def test_gathered_exceptions(body: str, count: int) -> None:
    """Exceptions among results are looked for, unless the tasks were given up before."""
    code = f"import asyncio\nasync def run(jobs):\n{textwrap.indent(body, '    ')}\n"
    assert len(found("gather-hides-partial-failure", code)) == count


@pytest.mark.parametrize(
    ("test", "severity"),
    [
        ("'unique constraint' in str(e)", Severity.WARNING),
        ("'unique constraint' in str(e).lower()", Severity.WARNING),
        ("'unique constraint' == e.args[0]", Severity.WARNING),
        ("repr(e).find('unique constraint') >= 0", Severity.WARNING),
        ("e.message.endswith('constraint')", Severity.WARNING),
        ("'ORA-00001' in str(e)", Severity.INFO),
        ("'ThrottlingException' in str(e)", Severity.INFO),
        ("e.orig.pgcode == '23505'", None),
        ("e.args[0] == 1062", None),
        ("str(e) in known", None),
        ("isinstance(e, KeyError)", None),
    ],
)
def test_words_of_messages(test: str, severity: Severity | None) -> None:
    """Words are fragile, codes in a text less so, numbers and attributes not at all."""
    code = "from sqlalchemy.exc import IntegrityError\ndef save(db, known):\n    try: db.save()\n"
    code += f"    except IntegrityError as e:\n        if {test}: return False\n        raise\n"
    severities = [item.severity for item in found("exception-text-matching", code)]
    assert severities == ([severity] if severity is not None else [])


def test_words_beside_a_code() -> None:
    """Where the code is asked for as well, it may not be enough."""
    code = """
        from botocore.exceptions import ClientError

        def save(client):
            try:
                client.save()
            except ClientError as error:
                if error.response["Error"]["Code"] == "InvalidArgument":
                    if "pricing plan" in str(error):
                        return None
                raise
    """
    assert [item.severity for item in found("exception-text-matching", code)] == [Severity.INFO]


def test_words_that_choose_a_record() -> None:
    """A test that chooses no more than what is logged is worth a remark."""
    code = """
        import logging

        def save(db):
            try:
                db.save()
            except Exception as error:
                if "constraint" in str(error):
                    logging.warning("known")
                raise
    """
    assert [item.severity for item in found("exception-text-matching", code)] == [Severity.INFO]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("log.error('failed')", 1),
        ("log.error('failed', exc_info=True)", 0),
        ("log.exception('failed')", 0),
        ("report(exc_info=True)\nlog.error('failed')", 0),
        ("results.append((item, e))\nlog.error('failed')", 0),
        ("log.info('failed')", 0),
        ("log.error('failed'); raise", 0),
        ("log.error('failed'); sys.exit(1)", 0),
    ],
)
def test_tracebacks(body: str, count: int) -> None:
    """Either there is a traceback, or the exception goes on, or it is lost."""
    code = "import sys\nfrom app.log import log\ndef work(job, results, item, report):\n"
    code += "    try: job.run(item)\n    except Exception as e:\n"
    assert len(found("lost-traceback", code + textwrap.indent(body, " " * 8))) == count


def test_work_that_sees_to_some_failures() -> None:
    """A function that logs the failures it knows of leaves only the others unheard."""
    code = """
        import logging
        from concurrent.futures import ThreadPoolExecutor

        executor = ThreadPoolExecutor()

        def send(message):
            text = message.strip()
            try:
                message.send(text)
            except ConnectionError as error:
                logging.warning("not sent: %s", error)

        def start(message):
            executor.submit(send, message)
    """
    confidences = [item.confidence for item in found("submitted-future-dropped", code)]
    assert confidences == [Confidence.LOW]
