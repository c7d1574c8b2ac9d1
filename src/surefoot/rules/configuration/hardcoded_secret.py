"""`hardcoded-secret`: a password, token or key stands in the source."""

# surefoot: file-ignore[hardcoded-secret] the secrets below are examples, and open no door

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Credential, ReadsConfiguration, Settings
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics import secrets
from surefoot.semantics.call import Call
from surefoot.semantics.naming import called, is_in_enumeration
from surefoot.semantics.texts import FILLED, assigned, literals, written

_SIGNS = re.compile(r"(?i)passw|passphrase|passcode|secret|token|api_?key|[a-z]_?key\b|dsn|pwd")
_PUBLIC = re.compile(r"(?i)public|publish|posthog|mixpanel|amplitude|site_?key|search_only")
_PUBLISHED = ("phc_", "pk_live_", "pk_test_")
"""Keys that only tell a service whose visitor it is: they are sent to every browser."""
_STANDS_IN = re.compile(
    r"(?i)\b(dummy|mock|fake|example|placeholder|test|not (a )?(real|secret))\b"
)
"""What a comment beside a text says that is no secret."""
_LOGIN = re.compile(r"://[^\s/@]*:[^\s/@]+@")


class HardcodedSecret(Rule):
    """A password, token or key stands in the source.

    It is in the history of the repository for good, in every clone, image and backup: whoever
    may read the code may use it, and changing it takes a release. Read it from the environment
    or a secret store, and withdraw the one that was written down.
    """

    code = "SF607"
    severity = Severity.CRITICAL
    facts = (Credential,)
    examples = (
        Bad('API_KEY = "sk-proj-a8F3kLm29ZxQw71TyPb5"'),
        Bad('API_KEY = "sk-12345"'),
        Bad('DSN = "postgres://app:s3cr3tPass@db/app"'),
        Bad(
            """
            import psycopg

            def connect():
                return psycopg.connect("host=db user=app password=Zk3-9qLm")
            """
        ),
        Bad(
            """
            def headers():
                return {"Authorization": "Bearer ghp_k3Jd92LmQpX7vB4nR8sT1wYz6cF5hG0aE2uK"}
            """
        ),
        Bad(
            """
            class Client:
                def __init__(self, clientSecret="9f8Q-27ad!c0"):
                    self.clientSecret = clientSecret

            client = Client(clientSecret=b"zX81-7ppQ2.vv")
            config = {"db_password": "Tr0ub4dor&3"}
            config["SECRET_KEY"] = "k8%f2)3m@x=q"
            """,
            count=4,
        ),
        Bad(
            """
            import redis
            import pymysql

            PW = "hunter2"
            cache = redis.Redis(host="cache", password="letmein")
            database = pymysql.connect(host="db", user="app", password=PW)
            """,
            count=2,
        ),
        Bad(
            '''
            KEY = """-----BEGIN RSA PRIVATE KEY-----
            MIIEowIBAAKCAQEAx2kqQm3vT9yW7zJb1LrPd0sUhXcNfGe5aVtKiMoRwYuBjEl8
            Zp4HnSgQ6FvTqCdXyOaWk3L2rJt9ePbUmIx7NsGhV5Kz0fYc1DwRlEoBj8uA=
            -----END RSA PRIVATE KEY-----"""
            '''
        ),
        Bad(
            """
            def address(host):
                return f"amqp://worker:Qm7pX2vL@{host}/jobs"
            """
        ),
        Good(
            """
            TOKEN_URL = "https://auth.example.com/oauth/token"
            CONF_API_TOKEN = "api_token"
            token_type = "Bearer"
            api_key_header = "X-Api-Key-2"
            pw = "<password>"
            eos_token = "</s>"
            pad_token = "[PAD]"
            reset_token = "password-reset-token"
            NEXT_TOKEN = "NextToken1"
            SENSORS = [dict(api_key="bdc1DischargePower"), dict(api_key="epv2Total")]
            CHECKS = {"AWS Access Key": "check.cbc-47!", "SECRET_KEY": "CHECK_SECRET_2"}
            SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:0:secret:a8F3kL"
            """,
            because="names that only speak of secrets, and values that repeat the name",
        ),
        Good(
            """
            import os

            def dsn(u, p):
                return f"postgres://{u}:{p}@db/app"

            API_KEY = os.environ["API_KEY"]
            PASSWORD = os.getenv("DB_PASSWORD")
            """,
            because="the secret is filled in",
        ),
        Good(
            """
            def kind(token):
                if token == "COLLATE2-x91!ab":
                    return "collation"
                return "word"
            """,
            because="something is compared with the text",
        ),
        Good(
            """
            API_KEY = "your-api-key-123"
            SECRET_KEY = "changeme-0815!"
            PASSWORD = "xxxxxxxx1!"
            AWS_KEY = "AKIAIOSFODNN7EXAMPLE"
            TOKEN = "${TOKEN_2}"
            HELP = "for instance postgres://user:pass@host/db"
            LOCAL = "postgres://postgres:devpass1@localhost/app"
            """,
            because="to be replaced, or for a database on the developer's machine",
        ),
        Good(
            """
            import enum

            class Kind(enum.Enum):
                ACCESS_TOKEN = "at+jwt;v=1"
                PASSWORD = "pwd-flow#2"
            """,
            because="members of an enumeration are names",
        ),
        Good(
            'API_KEY = "sk-proj-a8F3kLm29ZxQw71TyPb5"',
            because="tests sign in to nothing that matters",
            path="tests/test_client.py",
        ),
        Good(
            """
            def probe(connect):
                return connect(api_secret="13e56ca9cceebf1f33065c2c5376ab38")  # a mock
            """,
            because="a comment says that it is none",
        ),
        Good(
            """
            import redis

            cache = redis.Redis(host="localhost", password="letmein")
            """,
            because="a server on the developer's machine",
        ),
        Good(
            """
            mixpanel_project_token = "6da9b43058c5d1b9f3353153921eb04d"
            project_api_key = "phc_99T7muzbfUMNZX15H8XePbMSreEVzahHbtWjy3l5Qbw"
            """,
            because="whoever measures its visitors sends these keys to all of them",
        ),
        Good(
            '''
            def login():
                """Sign in with `sk-proj-a8F3kLm29ZxQw71TyPb5` or the like."""
            ''',
            because="a docstring shows the form",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        file = self.file
        if file.is_test:
            return
        text = file.text
        known = secrets.may_hold_secret(file.facts, text)
        named = _SIGNS.search(text) is not None
        anywhere = known or _LOGIN.search(text) is not None
        if not (anywhere or named):
            return
        for literal in literals(file):
            if not anywhere and secrets.secret_kind(called(file, literal)) is None:
                continue
            value = written(literal)
            if value and len(value) >= 8:
                self._judge(literal, value, known=known, named=named)

    def _judge(self, literal: cst.BaseString, value: str, *, known: bool, named: bool) -> None:
        name = called(self.file, literal)
        shown = f"`{name}`" if name else "the text"
        what = secrets.issued(self.file.facts, value) if known else None
        for_show = secrets.is_for_show(self.file.path)
        if what is not None:
            severity = Severity.INFO if for_show else self.severity
            message = f"{shown} holds {what}, for everyone who may read the source"
            self.report(literal, message, severity=severity)
        elif for_show:
            return
        elif secrets.has_login(value):
            self.report(
                literal,
                f"{shown} holds an address with its password, for every reader",
            )
        elif named and self._is_named_secret(literal, name, value):
            self.report(
                literal,
                f"{shown} is a {secrets.secret_kind(name)} that every reader of the source can use",
                confidence=Confidence.LOW if secrets.may_be_published(name) else Confidence.MEDIUM,
            )

    def _is_named_secret(self, literal: cst.BaseExpression, name: str, value: str) -> bool:
        """Whether a text looks like a secret and is called one."""
        if not name or secrets.secret_kind(name) is None or not secrets.looks_random(value):
            return False
        if _PUBLIC.search(name) or value.startswith(_PUBLISHED):
            return False
        if FILLED in value or is_in_enumeration(self.file, literal):
            return False
        if self._is_default_of_setting(literal) or self._is_for_sign_in(literal):
            return False
        line = self.file.line(self.file.span(literal).line)
        return _STANDS_IN.search(line.partition("#")[2]) is None

    def _is_default_of_setting(self, literal: cst.BaseExpression) -> bool:
        """Whether a text only stands in where a setting is missing."""
        cls = self.file.cls(literal)
        if cls is not None and self.file.function(literal) is None:
            name = self.file.symbols.definition(self.file.scope_of(cls))
            if self.file.world.fact(Settings, name) is not None:
                return True
        match self.file.parent(literal):
            case cst.Arg() as argument:
                call = self.file.parent(argument)
                return isinstance(call, cst.Call) and bool(self.file.fact(ReadsConfiguration, call))
            case cst.BooleanOperation(left=cst.Call() as left):
                return self.file.fact(ReadsConfiguration, left) is not None
        return False

    def _is_for_sign_in(self, literal: cst.BaseExpression) -> bool:
        """Whether `check_call` judges the call a text is an argument of."""
        argument = self.file.parent(literal)
        call = self.file.parent(argument) if isinstance(argument, cst.Arg) else None
        return isinstance(call, cst.Call) and self.file.fact(Credential, call) is not None

    def check_call(self, call: Call, fact: Credential) -> None:
        node = call.node
        if node is None or secrets.is_for_show(call.path):
            return
        host = call.arguments.constant(("host", "hostname", "server", "url", "endpoint_url"), 0)
        if host is not None and secrets.is_local(str(host[0])):
            return
        found = call.arguments.constant(fact.parameter, fact.position)
        is_remote = host is not None and isinstance(host[0], str)
        if (
            found is not None
            and self._is_given(node, fact)
            and self._is_secret(found[0], is_remote=is_remote)
        ):
            self.report(
                node,
                f"`{call.shown}` signs in with a secret that every reader can use",
                confidence=Confidence.MEDIUM,
            )
        elif fact.text is not None:
            text = call.arguments.constant((), fact.text)
            password = secrets.password_in(str(text[0])) if text is not None else None
            if password is not None and self._is_secret(password):
                self.report(
                    node,
                    f"`{call.shown}` is given a password that every reader can use",
                )

    def _is_secret(self, value: object, *, is_remote: bool = False) -> bool:
        if isinstance(value, bytes):
            value = value.decode("latin-1")
        if not isinstance(value, str) or secrets.issued(self.file.facts, value):
            return False
        opens = is_remote and not secrets.is_placeholder(value) and not secrets.is_blank(value)
        return opens or secrets.is_weak(value) or secrets.looks_random(value)

    def _is_given(self, node: cst.Call, fact: Credential) -> bool:
        """Whether the secret is not one that is reported where it has its name."""
        for index, argument in enumerate(node.args):
            name = argument.keyword.value if argument.keyword is not None else ""
            if name in fact.parameter or (not name and index == fact.position):
                source = assigned(self.file, argument.value)
                value = written(source)
                if source is not None and value is not None:
                    return not self._is_named_secret(source, called(self.file, source), value)
        return True
