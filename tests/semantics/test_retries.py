"""How often something is tried, read from policies, clients and loops."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from surefoot.semantics.file import File
from surefoot.semantics.module import WANTED
from surefoot.semantics.retries import FOREVER, client_of, policy_of, setting
from surefoot.semantics.retry_loops import RetryLoop, retry_loop
from surefoot.syntax.parse import parse
from surefoot.syntax.tree import Tree
from tests.checking import shipped_facts, sources


def opened(code: str) -> File:
    """A file with this code."""
    (source,) = sources({"service.py": textwrap.dedent(code)})
    parsed = parse(source.content)
    wanted = {*WANTED, cst.For, cst.While}
    tree = Tree(parsed.module, source.module, source.is_package, wanted)
    return File(source, parsed, tree, shipped_facts())


def last_value(file: File) -> cst.BaseExpression:
    """The expression on the last line."""
    line = file.tree.module.body[-1]
    assert isinstance(line, cst.SimpleStatementLine)
    (statement,) = line.body
    assert isinstance(statement, cst.Expr)
    return statement.value


POLICIES = [
    ("import tenacity\ntenacity.retry(stop=tenacity.stop_after_attempt(4))", 4),
    ("import tenacity\ntenacity.retry(stop=tenacity.stop_after_attempt(max_attempt_number=4))", 4),
    ("import tenacity as t\nt.retry(stop=t.stop_after_attempt(4) | t.stop_after_delay(9))", 4),
    ("import tenacity as t\nt.retry(stop=t.stop_any(t.stop_after_attempt(4), t.stop_never))", 4),
    ("import tenacity\ntenacity.retry(stop=tenacity.stop_after_delay(30))", None),
    ("import tenacity\ntenacity.retry(stop=tenacity.stop_after_attempt(limit))", None),
    ("import tenacity\ntenacity.retry()", FOREVER),
    ("import tenacity\ntenacity.retry(stop=tenacity.stop_never)", FOREVER),
    ("import tenacity\ntenacity.retry(**options)", None),
    ("import backoff\nbackoff.on_exception(backoff.expo, OSError, max_tries=5)", 5),
    ("import backoff\nbackoff.on_exception(backoff.expo, OSError)", FOREVER),
    ("import stamina\nstamina.retry(on=OSError)", 10),
    ("import stamina\nstamina.retry(on=OSError, attempts=None)", FOREVER),
    ("import retry\nretry.retry(OSError, 3)", 3),
    ("import retry\nretry.retry(OSError, tries=-1)", FOREVER),
    ("import urllib3\nurllib3.Retry(3)", 4),
    ("import urllib3\nurllib3.Retry(total=False)", 1),
    ("import urllib3\nurllib3.Retry()", 11),
    ("from celery import shared_task\nshared_task(autoretry_for=(OSError,))", 4),
    (
        (
            "from celery import shared_task\n"
            "shared_task(autoretry_for=(OSError,), retry_kwargs={'max_retries': 5})"
        ),
        6,
    ),
    ("LIMIT = 3\nimport tenacity\ntenacity.retry(stop=tenacity.stop_after_attempt(LIMIT + 1))", 4),
]


@pytest.mark.parametrize(("code", "attempts"), POLICIES)
def test_attempts_of_a_policy(code: str, attempts: float | None) -> None:
    """A policy says how often it calls in all, for ever, or that nobody knows."""
    file = opened(code)
    policy = policy_of(file.world, file.value(last_value(file)))
    assert policy is not None
    assert policy.attempts == attempts


CLIENTS = [
    ("import openai\nopenai.OpenAI()", 3),
    ("import openai\nopenai.OpenAI(max_retries=0)", 1),
    ("import openai\nopenai.OpenAI(max_retries=limit)", None),
    ("import openai\nopenai.OpenAI(**options)", None),
    ("import openai\nopenai.OpenAI().with_options(max_retries=5)", 6),
    ("import openai\nopenai.OpenAI(max_retries=0).with_options(timeout=3)", None),
    ("import boto3\nboto3.client('s3')", 3),
    (
        (
            "import boto3\nfrom botocore.config import Config\n"
            "boto3.client('s3', config=Config(retries={'total_max_attempts': 1}))"
        ),
        1,
    ),
    (
        (
            "import boto3\nfrom botocore.config import Config\n"
            "boto3.client('s3', config=Config(retries={'max_attempts': 1, 'mode': 'standard'}))"
        ),
        2,
    ),
    ("import boto3\nboto3.client('s3', config=config)", None),
    ("import redis\nredis.Redis()", 11),
    ("import redis\nredis.from_url('redis://localhost')", 1),
    (
        (
            "import redis\nfrom redis.retry import Retry\nfrom redis.backoff import NoBackoff\n"
            "redis.Redis(retry=Retry(NoBackoff(), 0))"
        ),
        1,
    ),
    ("import requests\nrequests.Session()", 1),
    (
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\n"
            "from urllib3 import Retry\n"
            "s = requests.Session()\ns.mount('https://', HTTPAdapter(max_retries=Retry(2)))\ns"
        ),
        3,
    ),
    (
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\n"
            "s = requests.Session()\n"
            "s.mount('https://partner.example', HTTPAdapter(max_retries=4))\ns"
        ),
        1,
    ),
    (
        (
            "import requests\nfrom requests.adapters import HTTPAdapter\n"
            "from urllib3 import Retry\n"
            "class Client:\n"
            "    def __init__(self):\n"
            "        self.session = requests.Session()\n"
            "        self.session.mount('https://', HTTPAdapter(max_retries=Retry(2)))\n"
            "Client().session"
        ),
        3,
    ),
]


@pytest.mark.parametrize(("code", "attempts"), CLIENTS)
def test_attempts_of_a_client(code: str, attempts: float | None) -> None:
    """A client says how often it calls in all, from its arguments or the library's default."""
    file = opened(code)
    client = client_of(file.world, file.value(last_value(file)), {})
    assert client is not None
    assert client.attempts == attempts


def test_a_number_in_an_adapter_concerns_connecting_only() -> None:
    """`HTTPAdapter(max_retries=3)` retries nothing once the connection stands."""
    file = opened("from requests.adapters import HTTPAdapter\nHTTPAdapter(max_retries=3)\n")
    client = client_of(file.world, file.value(last_value(file)), {})
    assert client is not None
    assert (client.attempts, client.connect_only) == (4, True)


def test_notation_of_settings() -> None:
    """A place is a path of keywords with their positions, and what is added to the number."""
    assert setting("config.retries.max_attempts + 1") == (
        (("config", None), ("retries", None), ("max_attempts", None)),
        1,
    )
    assert setting("total@0") == ((("total", 0),), 0)
    with pytest.raises(ValueError, match="is not like"):
        setting("total plus one")


def loop_of(body: str) -> RetryLoop | None:
    """The loop of this code, as a retry."""
    file = opened(body)
    (node,) = [*file.tree.of(cst.For), *file.tree.of(cst.While)]
    return retry_loop(file, node)


def test_attempts_of_a_loop() -> None:
    """A loop over `range` counts its attempts, from whatever number it begins with."""
    loop = loop_of(
        """
        for n in range(1, 4):
            try:
                send()
                break
            except OSError:
                pass
        """
    )
    assert loop is not None
    assert loop.attempts == 3
    assert not loop.endless


NO_RETRIES = {
    "candidates": """
        for host in hosts:
            try:
                return ask(host)
            except OSError:
                pass
        """,
    "candidates by number": """
        for n in range(3):
            try:
                return ask(hosts[n])
            except OSError:
                pass
        """,
    "the handler changes the work": """
        port = 1
        while True:
            try:
                return bind(port)
            except OSError:
                port += 1
        """,
    "a new key each turn": """
        while True:
            self.key = make_key()
            try:
                self.save()
                return
            except CreateError:
                continue
        """,
    "consumer": """
        while True:
            job = queue.get()
            try:
                return run(job)
            except OSError:
                pass
        """,
    "prompt": """
        while True:
            try:
                return int(input())
            except ValueError:
                pass
        """,
    "service": """
        while True:
            try:
                serve()
            except OSError:
                pass
        """,
    "no second turn": """
        for n in range(3):
            try:
                return ask()
            except OSError:
                raise
        """,
    "work that goes round": """
        while True:
            try:
                if idle():
                    continue
                work()
                break
            except OSError:
                pass
        """,
}


@pytest.mark.parametrize("body", NO_RETRIES.values(), ids=NO_RETRIES)
def test_loops_that_are_no_retries(body: str) -> None:
    """Only a loop that does the same work again after a failure, and ends with success, counts."""
    assert loop_of(f"def run(self):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n") is None
