"""`unchecked-env-value`: a variable that may be missing is used as if it were text."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits.environment import demand
from surefoot.facts.kinds import RefusesNone, Reports
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.carried import carried
from surefoot.semantics.environment import Reading
from surefoot.semantics.handlers import caught_by, last_name
from surefoot.semantics.variables import is_platform_variable

_FAILURES = frozenset(
    f"builtins.{name}" for name in ("TypeError", "AttributeError", "Exception", "BaseException")
)
_RECORDER = re.compile(r"_*(print|log|debug|warn|warning|echo)(_.*)?")
_LOGGERS = frozenset({"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"})


class UncheckedEnvValue(Rule):
    """An environment variable that may be missing is used as if it were set.

    `os.getenv` gives None for a missing variable. In a format string that becomes the text
    `None` and the service starts, with `postgres://None/app` as its database; elsewhere it is
    a `TypeError` that does not name the variable. Read what is required with `os.environ[...]`,
    give a default, or test the value first.
    """

    code = "SF603"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            import os

            dsn = f"postgres://{os.getenv('DB_HOST')}/app"
            hosts = os.environ.get("HOSTS").split(",")
            """,
            fixed="""
            import os

            dsn = f"postgres://{os.environ['DB_HOST']}/app"
            hosts = os.environ["HOSTS"].split(",")
            """,
            count=2,
        ),
        Bad(
            """
            import os
            from pathlib import Path

            timeout = int(os.getenv("TIMEOUT"))
            spool = Path(os.environ.get("SPOOL_FOLDER")) / "in"
            """,
            count=2,
        ),
        Bad(
            """
            import os

            url = "https://" + os.getenv("API_HOST")
            broker = "redis://%s:6379/0" % os.getenv("BROKER_HOST")
            queue = "{}-{}".format(os.getenv("STAGE"), "orders")
            """,
            fixed="""
            import os

            url = "https://" + os.environ["API_HOST"]
            broker = "redis://%s:6379/0" % os.environ["BROKER_HOST"]
            queue = "{}-{}".format(os.environ["STAGE"], "orders")
            """,
            count=3,
        ),
        Bad(
            """
            import os
            import pymongo

            env = os.environ

            client = pymongo.MongoClient(env.get("MONGO_URL"))
            """,
            fixed="""
            import os
            import pymongo

            env = os.environ

            client = pymongo.MongoClient(env["MONGO_URL"])
            """,
        ),
        Bad(
            """
            import os

            def setting(name):
                return os.getenv(name)

            retries = int(setting("RETRIES"))
            """
        ),
        Bad(
            """
            import os

            if "prod" in os.getenv("STAGE"):
                strict = True
            """
        ),
        Bad(
            """
            import os
            from os import environ

            DB_HOST = os.getenv("DB_HOST")
            DB_USER = environ.get("DB_USER")

            def dsn():
                return f"postgres://{DB_USER}@{DB_HOST}/shop"
            """,
            fixed="""
            import os
            from os import environ

            DB_HOST = os.environ["DB_HOST"]
            DB_USER = environ["DB_USER"]

            def dsn():
                return f"postgres://{DB_USER}@{DB_HOST}/shop"
            """,
            count=2,
        ),
        Bad(
            """
            import os

            class Mailer:
                def __init__(self, http):
                    self.http = http
                    self.url = os.getenv("MAIL_URL")

                def send(self, mail):
                    self.http.post(self.url + "/send", json=mail)
            """
        ),
        Bad(
            """
            import os

            def connect(driver):
                host = os.getenv("BROKER_HOST")
                port = os.getenv("BROKER_PORT")
                return driver.connect("amqp://%s:%s/" % (host, port))
            """,
            count=2,
        ),
        Good(
            """
            import os

            rate = float(os.getenv("RATE")) if os.getenv("RATE") else 1.0
            port = int(os.environ.get("PORT", "8000"))
            host = os.getenv("HOST") or "localhost"
            url = f"http://{os.environ['NAME']}:{port}"
            """,
            because="tested, given a default, or required",
        ),
        Good(
            """
            import os

            def load():
                if not os.getenv("RATE"):
                    raise SystemExit("RATE is not set")
                return float(os.getenv("RATE"))
            """,
            because="a missing value does not get as far",
        ),
        Good(
            """
            import os

            if "SHARDS" in os.environ:
                shards = os.environ.get("SHARDS").split(",")
            """,
            because="the variable is there",
        ),
        Good(
            """
            import os

            for name in ("DB_HOST", "DB_NAME"):
                if name not in os.environ:
                    raise SystemExit(f"{name} is not set")

            dsn = f"postgres://{os.getenv('DB_HOST')}/{os.getenv('DB_NAME')}"
            """,
            because="both names were tested at start-up",
        ),
        Good(
            """
            import logging
            import os

            logger = logging.getLogger(__name__)

            def show():
                print(f"stage: {os.getenv('STAGE')}")
                logger.info("stage %s", os.getenv("STAGE"))
                logger.warning(f"stage {os.getenv('STAGE')}")
                print_verbose(f"stage {os.getenv('STAGE')}")
                raise RuntimeError(f"no such stage: {os.getenv('STAGE')}")
            """,
            because="`None` in a message for people is an answer",
        ),
        Good(
            """
            import os

            os.environ.setdefault("REGION", "eu-central-1")
            bucket = "orders-" + os.getenv("REGION")
            """,
            because="the program sets it itself",
        ),
        Good(
            """
            import os

            def workers():
                try:
                    return int(os.getenv("WORKERS"))
                except (TypeError, ValueError):
                    return 4
            """,
            because="what None does is caught",
        ),
        Good(
            """
            import os

            path = os.getenv("PATH").split(os.pathsep)
            debug = os.getenv("DEBUG") == "1"
            stage = str(os.getenv("STAGE"))
            """,
            because="the system sets `PATH`; a comparison and `str` take None",
        ),
        Good(
            """
            import logging
            import os

            STAGE = os.getenv("STAGE")
            NODE = os.getenv("NODE")
            HOST = os.getenv("HOST")
            PORT = os.getenv("PORT")
            REGION = os.getenv("REGION")

            if not STAGE:
                raise SystemExit("STAGE is not set")
            if not all([HOST, PORT]):
                raise SystemExit("HOST or PORT is not set")

            def queue():
                logging.info(f"node {NODE}")
                return f"{STAGE}-orders"

            def url():
                return f"http://{HOST}:{PORT}"

            def bucket():
                return f"orders-{REGION}" if REGION else "orders"
            """,
            because="it is tested somewhere, or None is for people to read",
        ),
        Good(
            """
            import os

            class Mailer:
                def __init__(self, http, check):
                    self.http = http
                    self.url = os.getenv("MAIL_URL")
                    self.key = os.getenv("MAIL_KEY")
                    self.host = os.getenv("MAIL_HOST")
                    check(self.key)

                def configure(self, host):
                    self.host = host

                def send(self, mail):
                    if self.url is None:
                        return
                    self.http.post(self.url + "/send", json=mail, auth=f"Bearer {self.key}")
                    self.http.post(f"https://{self.host}/done")
            """,
            because="it is tested, handed to who may test it, or set elsewhere as well",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if self.file.is_test:
            return
        environment = self.file.environment
        for reading in environment.readings:
            if not (reading.variable and reading.may_be_none and reading.is_text):
                continue
            if is_platform_variable(reading.variable):
                continue
            effect = self._effect(reading.node)
            if effect is None:
                self._check_carried(reading)
            elif not environment.is_checked(reading):
                message = f"where `{reading.variable}` is not set, {effect}"
                self.report(reading.node, message, fix_data=())

    def _check_carried(self, reading: Reading) -> None:
        """Judge a reading by what is done under the name it is given."""
        uses = carried(self.file, reading.node)
        if not uses or self._is_asked_for(reading):
            return
        for use in uses:
            effect = self._effect(use)
            if effect is not None:
                shown = self.file.code(use)
                local = isinstance(use, cst.Name) and self.file.function(reading.node) is not None
                self.report(
                    reading.node,
                    f"where `{reading.variable}` is not set, `{shown}` is None: {effect}",
                    confidence=Confidence.HIGH if local else Confidence.MEDIUM,
                    chain=[Link(self.file.path, self.file.tree.place(use), f"`{shown}` is used")],
                    fix_data=(),
                )
                return

    def _is_asked_for(self, reading: Reading) -> bool:
        """Whether the file asks anywhere whether the variable is set, or sets it."""
        environment = self.file.environment
        return reading.variable in environment.written or any(
            reading.variable in variables for _, variables in environment.checks
        )

    def fix_at(self, node: Any) -> Fix:
        edits = demand(self.file, node)
        return Fix("Raise where it is not set", edits, Safety.UNSAFE)

    def _effect(self, node: cst.CSTNode) -> str | None:
        """Say what None does where it stands; None where it does no harm."""
        text = self._effect_in_text(node)
        if text is not None:
            return None if self._is_for_people(node) else text
        failure = self._failure(node)
        return None if failure is None or self._is_caught(node) else failure

    def _effect_in_text(self, node: cst.CSTNode) -> str | None:
        parent = self.file.parent(node)
        while isinstance(parent, (cst.Element, cst.Tuple)):
            node, parent = parent, self.file.parent(parent)
        match parent:
            case cst.FormattedStringExpression(conversion=None, equal=None, expression=inner):
                if inner is node:
                    return 'the text holds "None" in its place'
            case cst.BinaryOperation(operator=cst.Modulo(), left=left, right=right):
                if right is node and self._is_string(left):
                    return 'the text holds "None" in its place'
            case cst.Arg():
                call = self.file.parent(parent)
                if isinstance(call, cst.Call) and self.file.name(call) == "builtins.str.format":
                    return 'the text holds "None" in its place'
        return None

    def _failure(self, node: cst.CSTNode) -> str | None:
        match self.file.parent(node):
            case cst.Attribute(value=value, attr=attr) if value is node:
                return f"`.{attr.value}` raises AttributeError"
            case cst.Subscript(value=value) if value is node:
                return "taking a part of it raises TypeError"
            case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
                return "`in` raises TypeError"
            case cst.BinaryOperation(operator=cst.Add(), left=left, right=right):
                if self._is_string(left if right is node else right):
                    return "`+` raises TypeError"
            case cst.Arg() as argument:
                call = self.file.parent(argument)
                if isinstance(call, cst.Call):
                    return self._refusal(call, argument)
        return None

    def _refusal(self, call: cst.Call, argument: cst.Arg) -> str | None:
        fact = self.file.fact(RefusesNone, call)
        if fact is None or argument.star:
            return None
        if argument.keyword is not None:
            taken = argument.keyword.value == fact.parameter
        else:
            taken = fact.position is not None and call.args.index(argument) == fact.position
        return f"`{self.file.call(call).shown}` {fact.effect}" if taken else None

    def _is_string(self, node: cst.CSTNode) -> bool:
        constant = self.file.constant(node)
        if constant is not None:
            return isinstance(constant[0], str)
        return self.file.type_of(node) == "builtins.str"

    def _is_for_people(self, node: cst.CSTNode) -> bool:
        """Whether the text goes into a record, an exception or to the screen."""
        for parent in self.file.ancestors(node):
            match parent:
                case cst.Raise() | cst.Assert():
                    return True
                case cst.Call(func=func):
                    if self.file.fact(Reports, parent) is not None:
                        return True
                    if isinstance(func, cst.Attribute) and last_name(func.value) in _LOGGERS:
                        return True
                    if _RECORDER.fullmatch(last_name(func)):
                        return True
                case cst.BaseSmallStatement() | cst.BaseCompoundStatement():
                    return False
        return False

    def _is_caught(self, node: cst.CSTNode) -> bool:
        block = self.file.block(node)
        while block.parent is not None and block.kind not in ("function", "lambda", "class"):
            if block.kind == "try" and isinstance(block.node, cst.Try):
                caught = [caught_by(self.file, handler) for handler in block.node.handlers]
                if any(not item.names.isdisjoint(_FAILURES) for item in caught):
                    return True
            block = block.parent
        return False
