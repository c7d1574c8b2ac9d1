"""`secret-in-log`: a password, token or key is written to the log."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Reports
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.disclosure import disclosed
from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.semantics.texts import LITERALS

_SIGNS = re.compile(r"(?i)passw|passphrase|secret|token|api_?key|_key\b|dsn|authorization|environ")
_RECORDS = frozenset(
    [
        "aerror",
        "ainfo",
        "awarning",
        "capture_message",
        "critical",
        "debug",
        "echo",
        "error",
        "exception",
        "fatal",
        "info",
        "log",
        "msg",
        "print",
        "success",
        "trace",
        "warn",
        "warning",
        "write",
    ]
)
_TEXTS = (*LITERALS, cst.BinaryOperation, cst.Call)
_ASKS = re.compile(
    r"\b(input|getpass|prompt)\(|argparse|import (click|typer)|from (click|typer)"
    r"|\bsecrets\.(choice|token_)"
)
_LOGGERS = re.compile(r"(?i)_*(.*_)?log(ger|ging)?")


class SecretInLog(Rule):
    """A password, token or key is written to the log, or into the text of an exception.

    Logs go to files, disks of others, search engines and tickets, are kept for years and read
    by many who may not sign in. Log the name of the secret, or that it is set; mask the rest.
    """

    code = "SF609"
    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    examples = (
        Bad(
            """
            import logging

            logger = logging.getLogger(__name__)

            def sign_in(user, password):
                logger.info("signing in %s with %s", user, password)
                logger.debug(f"signing in {user}:{password}")
                logging.warning("signing in " + user + ":" + str(password))
            """,
            count=3,
        ),
        Bad(
            """
            import logging
            import os

            logging.info("token %s", os.environ["GITHUB_TOKEN"])
            logging.info("token {}".format(os.getenv("GITHUB_TOKEN")))
            logging.debug("environment: %s", dict(os.environ))
            """,
            count=3,
        ),
        Bad(
            """
            import logging

            def fetch(session, url, api_key):
                headers = {"Authorization": f"Bearer {api_key}", "Accept": "text/plain"}
                logging.debug("GET %s %s", url, headers)
                return session.get(url, headers=headers)
            """
        ),
        Bad(
            """
            import logging

            def connect(host, user, password):
                url = f"postgres://{user}:{password}@{host}/app"
                logging.info("connecting to %s", url)
                return url
            """
        ),
        Bad(
            """
            import logging
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                host: str
                db_password: str

            settings = Settings()
            logging.info("settings: %s", settings)
            logging.info("settings: %s", settings.model_dump())
            """,
            count=2,
        ),
        Bad(
            """
            import logging

            async def async_token_refresh(session):
                token = session.token["access_token"]
                logging.debug("got %s", token)
            """
        ),
        Bad(
            """
            def check(password):
                if len(password) < 8:
                    raise ValueError(f"{password} is too short")
            """
        ),
        Bad(
            """
            import structlog

            log = structlog.get_logger()

            class Client:
                def __init__(self, access_token):
                    self.access_token = access_token

                def open(self):
                    log.info("open", credentials=self.access_token)
                    print(self.access_token)
            """,
            count=2,
        ),
        Good(
            """
            import logging

            def sign_in(user, password, token, api_key):
                logging.info("signing in %s, %d letters", user, len(password))
                logging.info("token %s", token[:4] + "***")
                logging.info("token %s", mask(token))
                logging.info("key %s", "set" if api_key else "not set")
                logging.info("key %s", bool(api_key))
                logging.info("no password" if password is None else "password given")
            """,
            because="masked, counted, or only whether there is one",
        ),
        Good(
            """
            import logging

            def sign_in(password, api_key):
                password = redact(password)
                shown = f"{api_key[:4]}***"
                logging.info("signing in with %s, %s", password, shown)
            """,
            because="masked before",
        ),
        Good(
            """
            import logging
            from pydantic import SecretStr
            from pydantic_settings import BaseSettings

            class Settings(BaseSettings):
                host: str
                db_password: SecretStr

            settings = Settings()
            logging.info("settings: %s, %s", settings, settings.db_password)
            """,
            because="`SecretStr` shows asterisks",
        ),
        Good(
            """
            import logging

            API_KEY = "api_key"
            PASSWORD_MIN = 8

            def parse(tokens, password_file, token_url, max_tokens, starting_token):
                logging.info("from %s", starting_token)
                for token in tokens:
                    logging.debug("token %s", token)
                logging.info("%s is missing, at least %d", API_KEY, PASSWORD_MIN)
                logging.info("%s %s %s", password_file, token_url, max_tokens)
            """,
            because="tokens of a text, names of settings, files and addresses",
        ),
        Good(
            """
            import logging

            def fetch(session, url, api_key):
                headers = {"Authorization": f"Bearer {api_key}"}
                shown = {**headers, "Authorization": "***"}
                logging.debug("GET %s %s", url, shown)
                logging.debug("GET %s", list(headers))
                return session.get(url, headers=headers)
            """,
            because="the value is replaced, or only the names are shown",
        ),
        Good(
            """
            import logging

            def check(api_key, secret_key, known):
                if not isinstance(api_key, str):
                    raise TypeError(f"{api_key} is no text")
                if secret_key not in known:
                    logging.warning("no values for %s in %s", secret_key, known.get(secret_key))
                raise SignInError("refused", api_key)
            """,
            because="no text, the name of a secret, and a value that is kept, not written",
        ),
        Good(
            """
            import logging

            class Flow:
                def __init__(self, data):
                    self.api_token = False
                    self.access_token = data.get("access_token", False)

                def step(self, data, api_token=False):
                    self.api_token = data["manual"]
                    logging.debug("%s %s", self.api_token, api_token)
                    logging.debug("%s", self.access_token)
                    logging.debug("%s", data.get("access_token", False))
                    has_password = data["has_password"]
                    logging.debug("%s", has_password)
            """,
            because="these are true or false",
        ),
        Good(
            """
            def check(settings, load):
                try:
                    with open(settings.ENCRYPTION_KEY, "rb") as stream:
                        load(stream.read())
                except OSError as error:
                    raise RuntimeError(f"cannot read {settings.ENCRYPTION_KEY}: {error}")

            def update(verify_signature, known, signing_key, device):
                if known.signing_key != signing_key:
                    raise ValueError(f"expected {known.signing_key}, got {signing_key}")
                verify_signature(device, signing_key)
            """,
            because="the path of a file that holds the key, and the public half of a pair",
        ),
        Good(
            """
            import logging

            def sync(store, since_token, access_token):
                now_token = store.current(access_token)
                logging.debug("sync from %s to %s", since_token, now_token)
            """,
            because="these tokens are positions in a stream",
        ),
        Good(
            """
            import logging

            def ranges(text, headers):
                if "Authorization" not in headers:
                    raise PermissionError(text)
                for token in text.split(","):
                    token = token.strip()
                    if "-" not in token:
                        raise ValueError(f"no range: {token}")

            def connect(credentials):
                ssh_key_path = credentials.get("ssh_private_key")
                logging.debug("no key at %s", ssh_key_path)
            """,
            because="a piece of a text, and the path of a key",
        ),
        Good(
            """
            import logging
            import os

            def look_up(name, default):
                try:
                    value = os.environ[name]
                except KeyError:
                    return default
                else:
                    logging.info("%s is %s, not %s", name, value, default)
                    return value
            """,
            because="one variable is shown, not the environment",
        ),
        Good(
            """
            import logging

            def purge(session, payload, db, access_token, acquire_token):
                logging.debug("unknown session %s", session.session_key)
                logging.debug("duplicate %s %s", payload.reservation_token, acquire_token)
                if access_token.user is None:
                    logging.warning("%s has no user", access_token)
            """,
            because="a number of a session, marks of a place held, and a record of a database",
        ),
        Good(
            """
            import logging

            def track(metadata, streams, shared_key):
                api_key_hash = metadata.get("user_api_key")
                logging.debug("no team for %s", api_key_hash)
                logging.debug("left %s", shared_key)
            """,
            because="a hash, and what several streams have in common",
        ),
        Good(
            """
            import logging
            import os

            class Worker:
                def __init__(self):
                    self.task = os.environ["TASK_ID"]
                    self.access_token = os.environ["WORKER_TOKEN"]

                def close(self):
                    logging.warning("drained %s", self.task)
            """,
            because="one variable is shown, and its name is that of no secret",
        ),
        Bad(
            """
            import logging
            from dataclasses import dataclass

            from fastapi import FastAPI, Header

            app = FastAPI()

            @dataclass
            class Account:
                name: str
                password: str

            def sign_in(account: Account):
                logging.info("sign-in of %s", account)

            def connect(user, password, driver):
                dsn = f"postgresql://{user}:{password}@db/app"
                try:
                    return driver.connect(dsn)
                except OSError as error:
                    raise RuntimeError(f"cannot connect to {dsn}") from error

            @app.get("/me")
            def me(authorization: str = Header()):
                logging.info("signed in with %s", authorization)
            """,
            count=3,
        ),
        Good(
            """
            import logging
            from dataclasses import dataclass, field

            @dataclass
            class Account:
                name: str
                password: str = field(repr=False)
                has_password: bool = True

            @dataclass(repr=False)
            class Login:
                password: str

            def sign_in(account: Account, login: Login, authorization):
                logging.info("sign-in of %s, %s: %s", account, login, account.name)
                logging.info("may read: %s", authorization)
            """,
            because="the field is left out of the text, or it is an object with rights",
        ),
        Good(
            """
            import logging
            import os
            from datetime import datetime

            def trade(pair, access_token, entry, prev_pwd):
                base_token, quote_token = pair
                logging.debug("no rate for %s-%s", base_token, quote_token)
                token = entry.get("image_token")
                logging.info("go on with %s", token)
                logging.debug("chdir %s", prev_pwd)
                old_pwd = os.getcwd()
                logging.debug("was in %s", old_pwd)
                password = datetime.now().strftime("%Y-%m-%d")
                raise ValueError(f"the password is the date of today: {password}")

            def reset(max_reset_without_password):
                raise ValueError(f"more than {max_reset_without_password} need the password")
            """,
            because="coins, pictures, directories, a date and a number",
        ),
        Good(
            """
            def send(connection, password):
                connection.send(password)
                with open("secret", "w") as stream:
                    stream.write(password)
            """,
            because="what is sent or stored is not logged",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        if last_name(node.func) not in _RECORDS or not node.args or self.file.is_test:
            return
        if self._is_record(node) and self.file.once(_mentions_secrets, self.file.tree.module):
            self._judge(node, list(node.args), self._shown(node))

    def visit_Raise(self, node: cst.Raise) -> None:
        match node.exc:
            case cst.Call(args=[_, *_]) as made if not self.file.is_test:
                if self.file.once(_mentions_secrets, self.file.tree.module):
                    texts = [item for item in made.args if isinstance(item.value, _TEXTS)]
                    self._judge(made, texts, "the text of the exception")

    def _is_record(self, node: cst.Call) -> bool:
        call = self.file.call(node)
        if call.pending:
            return isinstance(node.func, cst.Attribute) and bool(
                _LOGGERS.fullmatch(last_name(node.func.value))
            )
        return call.fact(Reports) is not None

    def _shown(self, node: cst.Call) -> str:
        call = self.file.call(node)
        return f"`{call.shown or self.file.code(node.func)}`"

    def _judge(self, node: cst.Call, arguments: list[cst.Arg], where: str) -> None:
        for argument in arguments:
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if keyword in ("exc_info", "file", "end", "sep", "stack_info"):
                continue
            for name, what in disclosed(self.file, argument.value):
                self.report(
                    node,
                    f"{where} shows `{name}`: {what} for every reader of the log",
                    confidence=Confidence.LOW if self._is_dialogue(node) else None,
                )
                return

    def _is_dialogue(self, node: cst.Call) -> bool:
        """Whether the text is for whoever sits at the terminal, as far as the file tells."""
        name = last_name(node.func)
        if name == "write" and not isinstance(node.args[0].value, _TEXTS):
            return True  # all that is written: the answer of a program
        return name in ("print", "echo") and bool(_ASKS.search(self.file.text))


def _mentions_secrets(file: File, _module: cst.Module) -> bool:
    return _SIGNS.search(file.text) is not None
