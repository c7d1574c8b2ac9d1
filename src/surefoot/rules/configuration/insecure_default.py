"""`insecure-default`: where a secret is not set, a known one is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.edits.environment import demand
from surefoot.edits.text import text_of
from surefoot.facts.kinds import Settings
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics import secrets
from surefoot.semantics.environment import Reading
from surefoot.semantics.texts import written

_SIGNS = ("environ", "getenv", "config", "env", "Settings", "settings")


class InsecureDefault(Rule):
    """A secret that is not set is replaced by one that everybody can read.

    The service starts, looks healthy, and signs its sessions or opens its doors with a value
    from the source: nobody notices the missing setting until somebody uses it. Give a secret no
    default, and let the start fail where it is missing.
    """

    code = "SF608"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            import os

            key = os.getenv("SECRET_KEY", "dev-secret")
            """
        ),
        Bad(
            """
            import os

            JWT_SECRET = os.environ.get("JWT_SECRET", "changeme")
            ADMIN_PASSWORD = os.environ.get("ADMIN_PASSWORD") or "admin"
            """,
            count=2,
        ),
        Bad(
            """
            from pydantic_settings import BaseSettings

            class S(BaseSettings):
                db_password: str = "hunter2!"
            """
        ),
        Bad(
            """
            from pydantic import Field, SecretStr
            from pydantic_settings import BaseSettings

            class S(BaseSettings):
                jwt_secret: str = Field(default="insecure", min_length=4)
                signing_key: SecretStr = SecretStr("local-only")
                session_key: str = Field("not-so-secret")
            """,
            count=3,
        ),
        Bad(
            """
            from decouple import config

            SECRET_KEY = config("SECRET_KEY", default="insecure-key")
            """
        ),
        Bad(
            """
            import os

            def setting(name, default=None):
                return os.getenv(name, default)

            COOKIE_SECRET = setting("COOKIE_SECRET", "cookie")
            """
        ),
        Bad(
            """
            import os

            DATABASE_URL = os.getenv("DATABASE_URL", "postgresql://app:Zk3qLm9@db.acme.io/app")
            SESSION_SECRET = os.getenv("SESSION_SECRET", "")
            """,
            count=2,
        ),
        Bad(
            """
            import os

            def sign(key=None):
                return key or os.getenv("SECRET_KEY") or "change-me-please"
            """
        ),
        Good(
            """
            import os

            n = os.getenv("INCLUDE_TOKEN_CLAIMS", "false")
            ttl = int(os.getenv("TOKEN_TTL", "3600"))
            kind = os.getenv("AUTH_TOKEN_TYPE", "Bearer")
            password = os.getenv("DB_PASSWORD_FILE", "/run/secrets/db")
            use = os.getenv("REQUIRE_PASSWORD", "false")
            where = os.getenv("GITHUB_TOKEN", "https://tokens.example.com")
            """,
            because="flags, numbers, paths and addresses are no secrets",
        ),
        Good(
            """
            from pydantic import SecretStr
            from pydantic_settings import BaseSettings

            class S2(BaseSettings):
                db_password: SecretStr
                token_url: str = "https://auth.example.com/token"
                api_key: str | None = None
            """,
            because="without a default the start fails; None is no secret",
        ),
        Good(
            """
            import os

            API_KEY = os.getenv("API_KEY", "")
            if not API_KEY:
                raise SystemExit("API_KEY is required")

            SIGNING_KEY = os.getenv("SIGNING_KEY", "")
            if not SIGNING_KEY:
                raise SystemExit("SIGNING_KEY is required")
            """,
            because="the start fails where it is not set",
        ),
        Good(
            """
            import os

            GITHUB_TOKEN = os.getenv("GITHUB_TOKEN", "")
            OPENAI_API_KEY = os.getenv("OPENAI_API_KEY", "EMPTY")
            SESSION_SECRET = (os.getenv("SESSION_SECRET") or "").strip() or None
            MODEL_TOKEN = os.getenv("MODEL_TOKEN") or "not-needed"
            """,
            because="without a token of another service nothing is opened here",
        ),
        Good(
            """
            import os

            DATABASE_URL = os.getenv("DATABASE_URL", "postgresql://postgres:pw1@localhost/app")
            DSN = os.getenv("DSN", "sqlite:///app.db")
            """,
            because="a database on the developer's machine",
        ),
        Good(
            """
            import os
            import secrets

            SECRET_KEY = os.getenv("SECRET_KEY") or secrets.token_hex(32)
            SESSION_SECRET = os.getenv("SESSION_SECRET", secrets.token_hex(32))
            """,
            because="nobody else knows what is made up at the start",
        ),
        Good(
            """
            import os

            key = os.getenv("SECRET_KEY", "dev-secret")
            """,
            because="tests have secrets of their own",
            path="tests/conftest.py",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        file = self.file
        if file.is_test or secrets.is_for_show(file.path):
            return
        if not any(sign in file.text for sign in _SIGNS):
            return
        for reading in file.environment.readings:
            default = self._default(reading)
            if default is not None and reading.variable:
                self._judge(reading.node, reading.variable, default, reading)
        if "ettings" in file.text:
            for field, name, value in self._fields():
                self._judge(field, name, value, None)

    def _default(self, reading: Reading) -> str | None:
        """Return the text that stands in where the variable is missing."""
        if isinstance(reading.default, tuple) and isinstance(reading.default[0], str):
            default = reading.default[0]
            return None if default == "" and self._is_replaced(reading) else default
        last: cst.CSTNode | None = None
        child: cst.CSTNode = reading.node
        for parent in self.file.ancestors(reading.node):
            if not isinstance(parent, cst.BooleanOperation) or not isinstance(
                parent.operator, cst.Or
            ):
                break
            if parent.left is child:
                last = parent.right
            child = parent
        return (written(last) or None) if last is not None else None

    def _is_replaced(self, reading: Reading) -> bool:
        """Whether it is seen, or made up for, that the text is empty."""
        environment = self.file.environment
        if environment.is_asked(reading.node) or environment.is_only_asked(reading.node):
            return True
        parent = self.file.parent(reading.node)
        match parent:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                owner = self.file.scope(reading.node).find(name)
                uses = self.file.uses(name, owner) if owner is not None else []
                return any(map(environment.is_asked, uses))
        return not isinstance(parent, cst.Assign)

    def _fields(self) -> Iterator[tuple[cst.CSTNode, str, str]]:
        """Yield the fields of settings models with their names and default texts."""
        file = self.file
        for cls in file.tree.of(cst.ClassDef):
            name = file.symbols.definition(file.scope_of(cls))
            if not cls.bases or file.world.fact(Settings, name) is None:
                continue
            for bindings in file.scope_of(cls).bindings.items():
                for binding in bindings[1]:
                    if binding.kind in ("annotated", "assign"):
                        value = _text(binding.value)
                        if value is not None:
                            yield binding.node, bindings[0], value

    def _judge(self, node: cst.CSTNode, name: str, default: str, reading: Reading | None) -> None:
        table = self.file.facts
        if secrets.issued(table, default):
            return  # `hardcoded-secret`
        if secrets.is_address_name(name):
            if secrets.has_login(default):
                message = f"where `{name}` is not set, an address with a password is used"
                self.report(node, message, fix_data=())
            return
        kind = secrets.secret_kind(name)
        if kind is None or not secrets.stands_in(name, default):
            return
        if default:
            what = f"a {kind} that everyone who may read the source knows"
        elif reading is None:
            return
        else:
            what = f"an empty {kind}"
        self.report(node, f"where `{name}` is not set, {what} is used", fix_data=())

    def fix_at(self, node: Any) -> Fix | None:
        """Take the default away, so that a missing secret is an error."""
        title = "Give it no default: it must be set"
        if isinstance(node, cst.Call):
            return Fix(title, demand(self.file, node), Safety.UNSAFE)
        field = node if isinstance(node, cst.AnnAssign) else self.file.parent(node)
        if not isinstance(field, cst.AnnAssign) or field.value is None or not written(field.value):
            return None
        where = text_of(self.file)
        _, start = where.range(self.file.span(field.annotation.annotation))
        _, end = where.range(self.file.span(field.value))
        return Fix(title, (where.edit(start, end, ""),), Safety.UNSAFE)


def _text(value: object) -> str | None:
    """Return the default text of a field: alone, or given to `Field` or `SecretStr`."""
    match value:
        case cst.Call(func=cst.Name(value="SecretStr" | "SecretBytes"), args=[cst.Arg() as only]):
            return written(only.value)
        case cst.Call(func=cst.Name(value="Field") | cst.Attribute(attr=cst.Name(value="Field"))):
            for index, argument in enumerate(value.args):
                keyword = argument.keyword.value if argument.keyword is not None else None
                if keyword == "default" or (keyword is None and index == 0):
                    return _text(argument.value)
            return None
    return written(value) if isinstance(value, cst.CSTNode) else None
