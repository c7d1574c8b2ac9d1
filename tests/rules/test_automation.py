"""Tests of the rules on code that acts on systems."""

from __future__ import annotations

import textwrap

import pytest

from surefoot.model import Confidence
from surefoot.rule import Rule
from surefoot.rules.automation.cli_failure_exits_zero import CliFailureExitsZero
from surefoot.rules.automation.cli_output_matching import CliOutputMatching
from surefoot.rules.automation.destructive_call_without_log import DestructiveCallWithoutLog
from surefoot.rules.automation.dry_run_ignored import DryRunIgnored
from surefoot.rules.automation.dry_run_not_forwarded import DryRunNotForwarded
from surefoot.rules.automation.fire_and_forget_audit import FireAndForgetAudit
from surefoot.rules.automation.ignored_exit_status import IgnoredExitStatus
from surefoot.rules.automation.response_text_matching import ResponseTextMatching
from surefoot.rules.automation.validation_result_ignored import ValidationResultIgnored
from tests.checking import check


def _lines(rule: type[Rule], code: str) -> list[int]:
    found = check({"job.py": textwrap.dedent(code).strip() + "\n"}, [rule])
    return [finding.span.line for finding in found]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("shutil.rmtree(path)", 4),
        ("if not dry_run:\n        print(path)\n    shutil.rmtree(path)", 6),
        ("try:\n        shutil.rmtree(path)\n    finally:\n        print(dry_run)", 5),
        ("if path:\n        shutil.rmtree(path)\n    elif dry_run:\n        print(path)", 5),
        ("print('dry run' if dry_run else 'run')\n    shutil.rmtree(path)", 5),
        ("dry_run = bool(dry_run)\n    shutil.rmtree(path)\n    if dry_run:\n        return", 5),
    ],
)
def test_changes_that_a_dry_run_makes(body: str, line: int) -> None:
    """A change that no test of the flag keeps from being made is reported."""
    code = f"import shutil\n\ndef purge(path, dry_run=False):\n    {body}\n"
    assert _lines(DryRunIgnored, code) == [line]


@pytest.mark.parametrize(
    "body",
    [
        "if dry_run:\n        return\n    shutil.rmtree(path)",
        "if dry_run:\n        sys.exit()\n    shutil.rmtree(path)",
        "if not dry_run and path:\n        shutil.rmtree(path)",
        "really = not dry_run\n    if really:\n        shutil.rmtree(path)",
        "assert not dry_run\n    shutil.rmtree(path)",
        "while not dry_run:\n        shutil.rmtree(path)",
        "doomed = [] if dry_run else [path]\n    for item in doomed:\n        shutil.rmtree(item)",
        "todo = []\n    if not dry_run:\n        todo.append(path)\n    os.remove(*todo)",
        "def remove():\n        shutil.rmtree(path)\n    return dry_run or remove()",
        "with pretending(dry_run):\n        shutil.rmtree(path)",
        "shutil.rmtree(path + '/tmp')",
        "[shutil.rmtree(item) for item in path if not dry_run]",
        "locals()\n    return path",
    ],
)
def test_changes_that_a_dry_run_leaves_out(body: str) -> None:
    """What is reached only as the flag says, or is the program's own, is no mistake."""
    code = f"import os\nimport shutil\nimport sys\n\ndef purge(path, dry_run=False):\n    {body}\n"
    assert _lines(DryRunIgnored, code) == []


@pytest.mark.parametrize("flag", ["dry_run", "dryrun", "check_mode", "noop", "simulate", "no_act"])
def test_names_of_the_flag(flag: str) -> None:
    """A flag for a dry run goes by several names."""
    code = f"import os\n\ndef purge(path, *, {flag}):\n    os.remove(path)\n"
    assert _lines(DryRunIgnored, code) == [4]


def test_callee_that_asks_for_itself() -> None:
    """A function that asks whether this is a dry run looks after itself."""
    code = """
    import os
    import settings

    def remove(path):
        if not settings.DRY_RUN:
            os.remove(path)

    def erase(path):
        os.remove(path)

    def purge(path, dry_run):
        settings.DRY_RUN = dry_run
        remove(path)

    def wipe(path, dry_run):
        print(dry_run)
        erase(path)
    """
    assert _lines(DryRunIgnored, code) == [17]


def test_service_calls_that_can_be_simulated() -> None:
    """A call that is told to simulate, or that only asks, changes nothing."""
    code = """
    import boto3
    from kubernetes import client

    def purge(name, dry_run):
        ec2 = boto3.client("ec2")
        ec2.terminate_instances(InstanceIds=[name], DryRun=True)
        ec2.describe_instances(InstanceIds=[name])
        client.CoreV1Api().create_token_review({})
        client.CoreV1Api().delete_namespaced_pod(name, "default")
    """
    assert _lines(DryRunIgnored, code) == [9]


def test_flag_left_out_of_a_method_and_a_constructor() -> None:
    """The flag may be missing from any call of the project's own functions."""
    code = """
    class Store:
        def __init__(self, name, noop=False):
            self.noop = noop

        def sync(self, dry_run=False):
            print(dry_run)

        @classmethod
        def make(cls, name, dry_run=False):
            return cls(name, dry_run)

    def run(name, dry_run):
        store = Store(name)
        store.sync(True)
        store.sync()
        return Store.make(name, dry_run) or Store.make(name)
    """
    assert _lines(DryRunNotForwarded, code) == [13, 15]


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        ('subprocess.run(["helm", "upgrade", name])', [5]),
        ("subprocess.call(name)", [5]),
        ('os.system("reboot")', [5]),
        ('os.system(f"helm upgrade {name}")', [5]),
        ('os.system("cls" if name else "clear")', [5]),
        ('os.system("clear")', []),
        ('subprocess.call(["sudo", "-n", "killall", name])', []),
        ('subprocess.call(["rm", "-rf", name])', []),
        ('subprocess.call(["rm", name])', [5]),
        ('subprocess.run(["helm"], check=name)', []),
        ('subprocess.check_call(["helm"])', []),
        ("if os.system(name): raise OSError", []),
        ('assert subprocess.run(["helm"]).returncode == 0', []),
        ('subprocess.run(["helm"])  # fails when nothing is installed yet', []),
    ],
)
def test_exit_status(call: str, lines: list[int]) -> None:
    """The status of a command is dropped where nothing reads it, unless it says little."""
    code = f"import os\nimport subprocess\n\ndef upgrade(name):\n    {call}\n"
    assert _lines(IgnoredExitStatus, code) == lines


def test_output_read_without_the_status_is_a_doubt() -> None:
    """Empty output may be an answer, so reading nothing else is of low confidence."""
    code = 'import subprocess\nout = subprocess.run(["git", "log"], capture_output=True).stdout\n'
    (finding,) = check({"job.py": code}, [IgnoredExitStatus])
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("command", "matched"),
    [
        ('["docker", "ps"]', True),
        ('["sudo", "docker", "ps", "-a"]', True),
        ('"terraform plan"', True),
        ('["/usr/bin/git", "status"]', True),
        ('["docker", "ps", "--format", "{{.Names}}"]', False),
        ('["docker", "ps", "--format={{.Names}}"]', False),
        ('["docker", "inspect", "x"]', False),
        ('["kubectl", "get", "pods", "-ojson"]', False),
        ('["terraform", "plan", "-json"]', False),
        ('["git", "branch", "--format", "%(refname)"]', False),
        ('["git", "--version"]', False),
        ('["ls", "-l"]', False),
        ("words", False),
    ],
)
def test_commands_with_output_for_programs(command: str, matched: bool) -> None:
    """Only text of programs that could have written for programs is fragile without need."""
    code = f"""
    import subprocess

    def find(words):
        out = subprocess.check_output({command}, text=True)
        return "error" in out.lower()
    """
    assert _lines(CliOutputMatching, code) == ([5] if matched else [])


def test_other_ways_to_match_output() -> None:
    """The output may be cut, searched, compared or come from the other stream."""
    code = """
    import asyncio
    import re
    import subprocess

    def find():
        done = subprocess.run(["docker", "ps", "--format", "json"], capture_output=True)
        child = subprocess.Popen(["docker", "ps"], stdout=subprocess.PIPE)
        out, _ = child.communicate()
        a = b"No such" in done.stderr
        b = out.decode().startswith("CONTAINER")
        c = re.search("web", subprocess.getoutput("docker ps"))
        d = [line for line in out.decode().splitlines() if line.split()[0] == "web"]
        e = b"web" in done.stdout
        return a, b, c, d, e
    """
    assert _lines(CliOutputMatching, code) == [9, 10, 11, 12]


@pytest.mark.parametrize(
    ("handler", "found"),
    [
        ("print(error)", True),
        ("logging.error('failed: %s', error)", True),
        ("print(error)\n        sys.exit(0)", True),
        ("print(error)\n        sys.exit()", True),
        ("print(error)\n        sys.exit(2)", False),
        ("print(error)\n        raise", False),
        ("print(error)\n        return 1", True),
        ("print(error)\n        handle(error)", False),
        ("if error:\n            print(error)", False),
        ("pass", False),
    ],
)
def test_ends_of_a_program(handler: str, found: bool) -> None:
    """A program that only tells its failure ends with success."""
    code = f"""
import logging
import sys

def main():
    try:
        work()
    except Exception as error:
        {handler}

if __name__ == "__main__":
    main()
"""
    assert bool(_lines(CliFailureExitsZero, code)) is found


def test_command_of_django() -> None:
    """A management command ends with success when its `handle` returns."""
    code = """
    from django.core.management import BaseCommand

    class Command(BaseCommand):
        def handle(self, *args, **options):
            try:
                self.work()
            except Exception as error:
                self.stderr.write(str(error))
    """
    assert _lines(CliFailureExitsZero, code) == [7]


def test_verdicts_of_libraries() -> None:
    """What libraries answer counts as much as what the project's own checks do."""
    code = """
    import bcrypt
    import os
    import re

    def login(password, stored, path):
        bcrypt.checkpw(password, stored)
        re.fullmatch("[a-z]+", path)
        os.path.exists(path)
        return bcrypt.checkpw(password, stored)
    """
    assert _lines(ValidationResultIgnored, code) == [6, 7, 8]


@pytest.mark.parametrize(
    ("check_body", "found"),
    [
        ("return plan.size < 10", True),
        ("return all(step.ok for step in plan)", True),
        ("errors = []\n    errors.append(plan)\n    return errors", True),
        ("if plan:\n        return True\n    return False", True),
        ("return True", False),
        ("return plan.verify_all(), plan", False),
        ("plan.checked = True\n    return plan.ok == 1", False),
        ("plan.errors.append(1)\n    return not plan.errors", False),
        ("store(plan)\n    return plan.ok == 1", False),
        ("assert plan\n    return plan.ok == 1", False),
        ("yield plan.ok == 1", False),
        ("return None", False),
    ],
)
def test_what_a_verdict_is(check_body: str, found: bool) -> None:
    """A check whose answer is its only effect may not be called for nothing."""
    code = f"def check(plan):\n    {check_body}\n\ndef run(plan):\n    check(plan)\n"
    assert bool(_lines(ValidationResultIgnored, code)) is found


def test_text_of_answers_by_type() -> None:
    """The text of an answer is known by the type of the answer."""
    code = """
    import httpx

    def state(url):
        answer = httpx.get(url)
        if "failed" in answer.text or "denied" in answer.content.decode().lower():
            raise RuntimeError(url)
        return "ok" in answer.text
    """
    assert _lines(ResponseTextMatching, code) == [5, 5, 7]


def test_audit_record_in_a_thread_that_is_kept() -> None:
    """A task that is kept can be waited for."""
    code = """
    import asyncio

    async def remove(loop, audit_log, tasks):
        tasks.add(asyncio.create_task(audit_log.write("remove")))
        asyncio.ensure_future(audit_log.write("remove"))
        await asyncio.create_task(audit_log.write("remove"))
    """
    assert _lines(FireAndForgetAudit, code) == [5]


def test_sql_that_destroys() -> None:
    """A statement without a condition, and one that drops a table, destroy."""
    code = """
    import sqlite3

    def clear(path):
        connection = sqlite3.connect(path)
        connection.execute("DELETE FROM orders WHERE id = 1")
        connection.execute("select 1")
        connection.execute("drop table orders")
        connection.execute("DELETE FROM orders")
    """
    assert _lines(DestructiveCallWithoutLog, code) == [7, 8]


@pytest.mark.parametrize(
    ("command", "confidence"),
    [
        ('["helm", "upgrade", name]', Confidence.HIGH),
        ('"apk add libpq".split()', Confidence.HIGH),
        ('shlex.split(f"tar czf {name}")', Confidence.HIGH),
        ('hadoop() + ["fs", "-get", name]', Confidence.MEDIUM),
        ('[sys.executable, "-m", name]', Confidence.MEDIUM),
        ("[name, *options]", Confidence.LOW),
        ("command(name)", Confidence.LOW),
        ('[os.environ["HELM"]]', Confidence.LOW),
    ],
)
def test_command_of_which_nothing_is_known(command: str, confidence: Confidence) -> None:
    """What nobody can tell from the source may be an editor as well as a backup."""
    imports = "import os, shlex, subprocess, sys\n"
    code = f"{imports}\ndef work(name, options):\n    subprocess.call({command})\n"
    (finding,) = check({"job.py": code}, [IgnoredExitStatus])
    assert finding.confidence is confidence


@pytest.mark.parametrize(("ending", "found"), [("raise SystemExit(2)", False), ("pass", True)])
def test_what_a_handler_calls_may_end_the_program(ending: str, found: bool) -> None:
    """A function that tells the failure may also be what ends the program."""
    code = f"""
    def main():
        try:
            work()
        except Exception as error:
            handle(error)

    def handle(error):
        print(error)
        {ending}

    if __name__ == "__main__":
        main()
    """
    assert bool(_lines(CliFailureExitsZero, code)) is found
