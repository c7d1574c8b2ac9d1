"""`env-default-conflict`: a variable has different defaults in different places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.linking.project import Project
from surefoot.linking.wrapped import wrapped_readings
from surefoot.model import Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.circumstances import is_main_guard
from surefoot.semantics.environment import Wrapper
from surefoot.semantics.summary import At
from surefoot.semantics.variables import is_platform_variable
from surefoot.semantics.visibility import is_migration

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_MOST_LINKS = 5


class _Default(NamedTuple):
    """A place where a variable has a literal default; `root` is the source root it is in."""

    root: str
    variable: str
    value: object
    path: str
    where: Note | Call


class EnvDefaultConflict(Rule):
    """An environment variable has different defaults in different places.

    Where it is not set, one part of the service talks to one host and another part to another,
    or one uses a limit the other does not know. Read it in one place.
    """

    code = "SF604"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            # file: a.py
            import os
            BASE = os.getenv("PUBLIC_URL", "http://localhost:4000")
            # file: b.py
            import os
            def link(): return os.getenv("PUBLIC_URL", "") + "/x"
            # file: c.py
            import os
            BASE2 = os.getenv("PUBLIC_URL", "http://localhost:4000")
            """
        ),
        Bad(
            """
            import os

            def reader():
                return int(os.environ.get("BATCH_SIZE", 100))

            def writer():
                return int(os.environ.get("BATCH_SIZE", "500"))
            """
        ),
        Bad(
            """
            # file: app/values.py
            import os

            def text(name, default=None):
                return os.getenv(name, default)
            # file: app/mail.py
            from app.values import text

            HOST = text("MAIL_HOST", "localhost")
            # file: app/alerts.py
            from app.values import text

            HOST = text("MAIL_HOST", "mail")
            """
        ),
        Bad(
            """
            # file: app/web.py
            from decouple import config

            LIMIT = config("UPLOAD_LIMIT", default=10, cast=int)
            # file: app/worker.py
            from decouple import config

            LIMIT = config("UPLOAD_LIMIT", default=50, cast=int)
            """
        ),
        Good(
            """
            import os

            PORT = int(os.getenv("PORT", "8000"))
            SAME_PORT = int(os.getenv("PORT", 8000))
            TRACE = os.getenv("TRACE", "True")
            SAME_TRACE = os.getenv("TRACE", "true")
            """,
            because="written differently, they mean the same",
        ),
        Good(
            """
            import os

            REGION = os.getenv("REGION", "eu-central-1")
            if os.getenv("REGION") is None:
                REGION_IS_DEFAULT = True
            """,
            because="a reading without a default asks whether it is set",
        ),
        Good(
            """
            import os

            REGION = os.getenv("REGION", "eu-central-1")
            if os.getenv("REGION", "") == "":
                REGION_IS_DEFAULT = True
            """,
            because="the empty text asks the same",
        ),
        Good(
            """
            import os

            HOST = os.getenv("BROKER_HOST", "tcp://localhost")

            def is_encrypted():
                return "tls" in os.getenv("BROKER_HOST", "")

            def explain():
                host = os.environ.get("BROKER_HOST", "")
                if host.startswith("tls"):
                    print("encrypted")
                elif host == "local":
                    print("here")
            """,
            because="the empty text is compared and not used as a host",
        ),
        Good(
            """
            # file: settings.py
            import os
            MODE = os.getenv("SEARCH_MODE", "")
            # file: search.py
            import os
            import subprocess

            def scan(path):
                environment = {"SEARCH_MODE": os.getenv("SEARCH_MODE", "fast")}
                subprocess.run(["scan", path], env=environment, timeout=9)

            if __name__ == "__main__":
                print(os.getenv("SEARCH_MODE", "slow"))
            """,
            because="another program, and the file run as a script, have defaults of their own",
        ),
        Good(
            """
            # file: app/values.py
            import os
            STAGE = os.getenv("STAGE", "dev")
            # file: tests/test_values.py
            import os
            STAGE = os.getenv("STAGE", "test")
            """,
            because="tests have defaults of their own",
        ),
        Good(
            """
            import os

            LEVEL = os.getenv("LEVEL", "INFO")
            LEVEL_IS_GIVEN = bool(os.getenv("LEVEL", False))

            for name in ("LEVEL", "STAGE"):
                print(name, os.getenv(name, ""))
            """,
            because="False asks whether it is set; a table of variables has no one default",
        ),
        Good(
            """
            import os

            EDITOR = os.getenv("EDITOR", "vi")
            OTHER = os.getenv("EDITOR", "nano")
            """,
            because="the system sets it for every program",
        ),
        Good(
            """
            import os

            def load(fallback):
                return os.getenv("STAGE", fallback), os.getenv("STAGE", "dev")
            """,
            because="the other default may be the same",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if self.file.is_test or is_migration(self.file):
            return
        environment = self.file.environment
        for wrapper in environment.wrappers:
            self.note(node, "wrapper", tuple(wrapper))
        for reading in environment.direct:
            if not isinstance(reading.default, tuple):
                continue
            (value,) = reading.default
            if value is False or (value == "" and environment.is_only_asked(reading.node)):
                continue
            if reading.variable and not self._is_apart(reading.node, reading.variable):
                self.note(reading.node, "default", reading.variable, value)

    def _is_apart(self, node: cst.CSTNode, variable: str) -> bool:
        """Whether a value is for another program: one that this file is when it is run as a
        script, or one that gets the variable in its environment."""
        child = node
        for parent in self.file.ancestors(node):
            match parent:
                case cst.DictElement(key=key, value=value) if value is child:
                    if self.file.constant(key) == (variable,):
                        return True
                case cst.If() if is_main_guard(parent):
                    return True
            child = parent
        return False

    def link(self, project: Project) -> None:
        found: dict[tuple[str, str], list[_Default]] = {}
        for item in self._defaults(project):
            if item.value is not None and not is_platform_variable(item.variable):
                found.setdefault((item.root, item.variable), []).append(item)
        for places in found.values():
            self._compare(places)

    def _compare(self, places: list[_Default]) -> None:
        counts = Counter(_normal(item.value) for item in places)
        if len(counts) < 2:
            return
        usual = counts.most_common(1)[0][0]
        others = [item for item in places if _normal(item.value) == usual]
        for item in places:
            if _normal(item.value) == usual:
                continue
            first = others[0]
            elsewhere = "elsewhere in this file" if first.path == item.path else f"in {first.path}"
            self.report(
                item.where,
                f"where `{item.variable}` is not set, this is {item.value!r} here "
                f"and {first.value!r} {elsewhere}",
                path=item.path,
                chain=[
                    Link(other.path, other.where.place, f"here {other.value!r}")
                    for other in others[:_MOST_LINKS]
                ],
            )

    def _defaults(self, project: Project) -> Iterator[_Default]:
        wrappers = []
        for examination, note in project.notes(self.name):
            kind, *data = note.data
            if kind == "wrapper":
                wrappers.append(Wrapper(*data[0]))  # type: ignore[misc]
            else:
                root = _root(examination.path, examination.module)
                yield _Default(root, str(data[0]), data[1], examination.path, note)
        for reading in wrapped_readings(project, wrappers):
            if isinstance(reading.default, tuple):
                call = reading.call
                if At.MAIN_GUARD in call.at:
                    continue
                root = _root(call.path, call.module)
                for variable in reading.variables:
                    yield _Default(root, variable, reading.default[0], call.path, call)


def _normal(value: object) -> str:
    """Spell a default so that equal ones compare equal: as a number, as yes or no, or as text."""
    text = str(value).strip().lower()
    if text in _TRUE:
        return "true"
    if text in _FALSE:
        return "false"
    try:
        return str(float(text))
    except ValueError:
        return text


def _root(path: str, module: str) -> str:
    """The directory a module's name starts from."""
    stem = path.rpartition(".")[0].removesuffix("/__init__")
    return stem.removesuffix(module.replace(".", "/"))
