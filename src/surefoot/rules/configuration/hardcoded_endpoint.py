"""`hardcoded-endpoint`: a host that is right in one environment only stands in the source."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Blocking, BuiltInRetries, Fact, Resource, Timeout
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics import secrets
from surefoot.semantics.call import Call
from surefoot.semantics.hosts import environment_in
from surefoot.semantics.texts import text_of

_KINDS = (Timeout, Blocking, Resource, BuiltInRetries)
_NO_ADDRESS = frozenset(
    {"headers", "data", "json", "params", "cookies", "content", "auth", "files"}
)


class HardcodedEndpoint(Rule):
    """A host, address or account that is right in one environment only stands in the source.

    The same code calls production from staging, or a machine that was moved last year, and
    nobody can change that without a release. Read the address from the settings.
    """

    code = "SF610"
    severity = Severity.INFO
    facts = _KINDS
    examples = (
        Bad(
            """
            import requests

            requests.get("http://10.3.4.5:8080/x", timeout=1)
            """
        ),
        Bad(
            """
            import psycopg

            DB_HOST = "prod-db.company.internal"
            DB_PORT = 5432

            def connect():
                return psycopg.connect(f"host={DB_HOST} port={DB_PORT}")
            """
        ),
        Bad(
            """
            import httpx
            import redis

            client = httpx.Client(base_url="https://orders.staging.acme.io")
            cache = redis.Redis(host="cache.abc123.0001.euw1.cache.amazonaws.com")
            """,
            count=2,
        ),
        Bad(
            """
            import requests

            BASE = "http://billing.prod.svc.cluster.local"

            class Billing:
                def __init__(self):
                    self.session = requests.Session()

                def bill(self, order):
                    return self.session.post(BASE + "/bills", json=order, timeout=3)
            """
        ),
        Good(
            """
            import os
            import requests

            BASE = os.environ["BILLING_URL"]

            requests.get("https://api.github.com/repos", timeout=1)
            requests.get("http://localhost:8080/x", timeout=1)
            requests.get("http://127.0.0.1:8080/x", timeout=1)
            requests.get("http://192.0.2.7/x", timeout=1)
            requests.get("https://staging.example.com/x", timeout=1)
            requests.get("http://169.254.169.254/latest/meta-data", timeout=1)
            requests.get(f"{BASE}/x", timeout=1)
            """,
            because="public, local or of the platform, the same everywhere; or from the settings",
        ),
        Good(
            """
            import requests

            def send(url):
                requests.post(url, json={"host": "db.prod.internal"}, timeout=1)
                requests.post(url, data="http://10.3.4.5/x", timeout=1)
            """,
            because="a payload is no address",
        ),
        Good(
            """
            FIELDS = {"host": "db.prod.internal"}
            HELP = "for instance http://10.3.4.5:8080"
            """,
            because="nothing is connected to",
        ),
        Good(
            """
            import requests

            requests.get("http://10.3.4.5:8080/x", timeout=1)
            """,
            because="examples show how to do something",
            path="examples/client.py",
        ),
    )

    def check_call(self, call: Call, fact: Fact) -> None:
        if next(kind for kind in _KINDS if kind in call.facts) is not type(fact):
            return  # one of several facts speaks for all
        if secrets.is_for_show(call.path):
            return
        for text in self._texts(call):
            host = environment_in(text) if "." in text or ":" in text else None
            if host is not None:
                self.report(
                    call,
                    f"`{call.shown}` reaches `{host}` in every environment, "
                    "until a release says otherwise",
                )
                return

    def _texts(self, call: Call) -> Iterator[str]:
        """Yield the texts among the arguments that may be an address."""
        if isinstance(call.node, cst.Call):
            for argument in call.node.args:
                keyword = argument.keyword.value if argument.keyword is not None else ""
                if not argument.star and keyword not in _NO_ADDRESS:
                    text = text_of(self.file, argument.value)
                    if text is not None:
                        yield text
            return
        named = call.arguments.keywords
        given = [symbol for name, symbol in named.items() if name not in _NO_ADDRESS]
        for symbol in (*call.arguments.positional, *given):
            value = call.world.value(symbol)
            if value is not None and value[0] == "k" and isinstance(value[1], str):
                yield value[1]
