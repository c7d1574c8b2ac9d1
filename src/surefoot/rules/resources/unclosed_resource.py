"""`unclosed-resource`: something opened in a function and never closed there."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import Written, closing, entered_until_unneeded, source
from surefoot.facts.kinds import Resource
from surefoot.linking.custody import Custody
from surefoot.linking.project import Project
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.lending import LendingOwnership
from surefoot.semantics.ownership import SETTLED, Ownership, made_by_return
from surefoot.semantics.summary import At
from surefoot.semantics.vocabulary import CLOSERS, PLAIN

_LIFELONG = frozenset({"client", "executor", "loop"})
_DETACHED = ("start_new_session", "preexec_fn", "creationflags", "process_group")
_LENT = frozenset({"connection_pool", "fileobj", "pool", "poolclass"})
_RESPONDERS = ("urlopen", "OpenerDirector.open")
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})
_ONCE = re.compile(r"(^|/)((alembic|migrations)/|setup\.py$|docs?/(\w+/)*conf\.py$)")
"""Files that run once and then end, with all they have opened."""

_BUSY = frozenset({"handler", "job", "worker"})


class UnclosedResource(Rule):
    """A file, connection, socket or session that is opened and that nobody closes.

    It stays open until the garbage collector happens to find it. Under load that is too
    late: descriptors and connections run out, written data is not flushed, and the
    failure shows up far from its cause. Open it in a `with` statement, or close it in
    `finally`; make a client that is meant to live long once, and close it at shutdown.
    """

    code = "SF301"
    severity = Severity.WARNING
    facts = (Resource,)
    needs_tree = True
    silenced_as = ("SIM115", "consider-using-with")
    examples = (
        Bad(
            "def load(path):\n    return open(path).read()\n",
            fixed="def load(path):\n    with open(path) as file:\n        return file.read()\n",
        ),
        Bad(
            """
            import json

            def load(path):
                return json.load(open(path))
            """,
            fixed="""
            import json

            def load(path):
                with open(path) as file:
                    return json.load(file)
            """,
        ),
        Bad("def load(paths):\n    return [open(path).read() for path in paths]\n"),
        Bad(
            """
            import sqlite3

            def count(path):
                connection = sqlite3.connect(path)
                cursor = connection.cursor()
                return cursor.execute("select count(*) from orders").fetchone()
            """,
            fixed="""
            import sqlite3
            from contextlib import closing

            def count(path):
                with closing(sqlite3.connect(path)) as connection:
                    cursor = connection.cursor()
                    return cursor.execute("select count(*) from orders").fetchone()
            """,
        ),
        Bad(
            """
            import aiohttp

            async def load(url):
                session = aiohttp.ClientSession()
                response = await session.get(url)
                return await response.json()
            """
        ),
        Bad(
            """
            import requests

            def load(url):
                session = requests.Session()
                return session.get(url, timeout=1).json()
            """
        ),
        Bad(
            """
            # file: database.py
            import sqlite3

            def connect(path):
                connection = sqlite3.connect(path)
                connection.row_factory = sqlite3.Row
                return connection
            # file: orders.py
            from database import connect

            def count(path):
                connection = connect(path)
                return connection.execute("select count(*) from orders").fetchone()
            """,
        ),
        Bad(
            """
            import socket

            def greet(host):
                sock = socket.create_connection((host, 80), timeout=1)
                say(sock, b"hello")

            def say(sock, text):
                sock.sendall(text)
            """,
            fixed="""
            import socket

            def greet(host):
                with socket.create_connection((host, 80), timeout=1) as sock:
                    say(sock, b"hello")

            def say(sock, text):
                sock.sendall(text)
            """,
        ),
        Good("def load(path):\n    return open(path)\n", because="the caller gets the file itself"),
        Good(
            """
            def load(path):
                source = open(path)
                try:
                    return source.read()
                finally:
                    source.close()
            """,
            because="it is closed in `finally`",
        ),
        Good(
            """
            def load(path):
                source = open(path)
                with source:
                    return source.read()
            """,
            because="it is entered later",
        ),
        Good("def touch(path):\n    open(path, 'w').close()\n", because="it is closed at once"),
        Good("def load(paths):\n    return [open(path) for path in paths]\n", because="returned"),
        Good(
            """
            from contextlib import ExitStack, closing
            import sqlite3

            def merge(paths, database):
                with ExitStack() as stack, closing(sqlite3.connect(database)) as connection:
                    sources = [stack.enter_context(open(path)) for path in paths]
                    for source in sources:
                        connection.execute("insert into texts values (?)", (source.read(),))
            """,
            because="the stack closes the files, `closing` the connection",
        ),
        Good(
            """
            import os

            def stamp(path):
                descriptor = os.open(path, os.O_RDWR)
                try:
                    os.write(descriptor, b"1")
                finally:
                    os.close(descriptor)
            """,
            because="`os.close` closes the descriptor",
        ),
        Good(
            """
            import requests

            class Client:
                def __enter__(self):
                    self.session = requests.Session()
                    return self

                def __exit__(self, *error):
                    self.session.close()
            """,
            because="the object owns the session",
        ),
        Good(
            """
            from wrappers import Reader

            def load(path):
                return Reader(open(path)).rows()
            """,
            because="`Reader` may close what it is given",
        ),
        Good(
            """
            import subprocess

            def build(command):
                process = subprocess.Popen(command)
                return process.wait(timeout=60)
            """,
            because="who waits for a process has reaped it",
        ),
        Good(
            """
            import gzip
            import io
            import json
            import redis

            def load(body, pool):
                rows = json.load(gzip.GzipFile(fileobj=io.BytesIO(body)))
                client = redis.Redis(connection_pool=pool)
                client.set("rows", len(rows))
            """,
            because="memory needs no closing, and the pool belongs to somebody else",
        ),
        Good(
            """
            import subprocess

            def stop():
                process = subprocess.Popen(["agent", "stop"])
                process.communicate()
                return process

            def uninstall():
                process = stop()
                return process.returncode
            """,
            because="the process that is returned has ended",
        ),
        Good(
            """
            import asyncio, atexit, httpx

            async def load(url):
                client = httpx.AsyncClient(timeout=5)
                try:
                    return await client.get(url)
                finally:
                    await client.aclose()

            def listen(path):
                log = open(path, "a")
                atexit.register(log.close)
            """,
            because="`aclose` closes it; the exit hook does",
        ),
        Good(
            """
            from contextlib import contextmanager

            @contextmanager
            def opened(path):
                source = open(path)
                try:
                    yield source
                finally:
                    source.close()
            """,
            because="a context manager lends the file and closes it",
        ),
    )

    def check_call(self, call: Call, fact: Resource) -> None:
        node = call.node
        if node is None or self.file.is_test or not _must_be_closed(call, fact):
            return
        if _ONCE.search(call.path):
            return
        closers = CLOSERS | {*fact.close}
        light = _is_light(call, fact)
        if not light and made_by_return(self.file, node, Ownership(self.file, closers)):
            self.note(
                node, "makes", _full(call), call.shown, fact.what, fact.long_lived, _entered(fact)
            )
        ownership = LendingOwnership(self.file, closers)
        if ownership.fate(node) & SETTLED:
            return
        if fact.what in ("process", "stack") and call.at & At.STATEMENT:
            return  # left to itself on purpose
        busy = bool(call.at & At.LOOP or self.file.role(node) & _BUSY)
        name = self._held(node)
        if self._is_repeated(node, name):
            return
        message = _message(call.shown, fact.what, name, fact.long_lived)
        if ownership.onward:
            onward = tuple(ownership.onward)
            entered = _entered(fact)
            self.note(node, "hands", _full(call), message, light, busy, onward, entered)
        else:
            self.report(
                call, message, severity=_severity(light, busy), fix_data=(fact.what, _entered(fact))
            )

    def fix_at(self, node: Any, what: str, entered: str | None) -> Fix | None:
        """Open it in a `with` statement, around what uses it."""
        if entered is None:
            return None
        manager, imports = Written(source(self.file, node))
        if entered == "closing":
            manager, imports = closing(self.file, node)
        edits = entered_until_unneeded(self.file, node, manager, "file", "opened", "source")
        title = f"Close the {what} when it is no longer needed"
        return Fix(title, (*edits, *imports), Safety.UNSAFE)

    def _is_repeated(self, node: cst.Call, name: str | None) -> bool:
        """Whether the name of the value stood for another resource before."""
        scope = self.file.scope(node)
        for binding in scope.bindings.get(name, ()) if name is not None else ():
            value: Any = binding.value
            while isinstance(value, (cst.Await, cst.IfExp)):
                value = value.body if isinstance(value, cst.IfExp) else value.expression
            if isinstance(value, cst.Call) and self.file.call(value).fact(Resource):
                return value is not node
        return False

    def visit_Call(self, node: cst.Call) -> None:
        """Leave a note of a call of the project whose result is only used, then dropped."""
        if self.file.is_test or not isinstance(node.func, (cst.Name, cst.Attribute)):
            return
        call = self.file.call(node)
        if not call.pending and (call.name is None or call.world.function(call.name) is None):
            return
        if not self._is_used(node):
            return
        ownership = LendingOwnership(self.file)
        if not ownership.fate(node) & SETTLED:
            onward = tuple(ownership.onward)
            self.note(node, "uses", _full(call), self._held(node) or "", onward)

    def _is_used(self, node: cst.CSTNode) -> bool:
        """Whether the value, or the name it gets, is read from in a way resources are."""
        parent = self.file.parent(node)
        if isinstance(parent, cst.Await):
            parent = self.file.parent(parent)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in PLAIN
        name = self._held(node)
        scope = self.file.scope(node)
        return name is not None and any(
            isinstance(use := self.file.parent(item), cst.Attribute) and use.attr.value in PLAIN
            for item in self.file.uses(name, scope)
        )

    def _held(self, node: cst.CSTNode) -> str | None:
        """The name that is bound to a value."""
        parent = self.file.parent(node)
        while isinstance(parent, (cst.Await, cst.IfExp, cst.BooleanOperation)):
            parent = self.file.parent(parent)
        match parent:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])
                | cst.AnnAssign(target=cst.Name(value=name))
                | cst.NamedExpr(target=cst.Name(value=name))
            ):
                return name
        return None

    def link(self, project: Project) -> None:
        """Report what is handed only to functions that merely use it, and the callers of
        functions that make a resource and return it."""
        custody = project.once(Custody)
        makers: dict[str, tuple[Link, str, bool, object]] = {}
        users: dict[tuple[str, int], tuple[str, Any, Any]] = {}
        for examination, note in project.notes(self.name):
            kind, function, *rest = note.data
            if kind == "hands":
                message, light, busy, onward, entered = rest
                borrowers = custody.borrowers(examination.path, onward)  # type: ignore[arg-type]
                if borrowers is None:
                    continue
                busy = busy or project.roles.get(str(function), set()) & _BUSY
                self.report(
                    note,
                    str(message),
                    path=examination.path,
                    severity=_severity(bool(light), bool(busy)),
                    chain=custody.links(borrowers),
                    fix_data=("resource", entered),
                )
            elif kind == "makes":
                shown, what, long_lived, entered = rest
                text = f"`{shown}` opens it, and `{str(function).rpartition('.')[2]}` returns it"
                link = Link(examination.path, note.place, text)
                makers[str(function)] = (link, str(what), bool(long_lived), entered)
            else:
                users[examination.path, note.place] = (str(rest[0]), note, rest[1])
        for call in project.calls:
            used = users.get((call.path, call.place))
            made = makers.get(call.name or "")
            if used is None or made is None:
                continue
            borrowers = custody.borrowers(call.path, used[2])
            if borrowers is None:
                continue
            link, what, long_lived, entered = made
            busy = bool(call.at & At.LOOP or project.roles.get(_full(call), set()) & _BUSY)
            called = (call.name or "").rpartition(".")[2]
            self.report(
                used[1],
                _message(called, what, used[0] or None, long_lived),
                path=call.path,
                severity=Severity.ERROR if busy else None,
                chain=[link, *custody.links(borrowers)],
                fix_data=(what, entered),
            )


def _must_be_closed(call: Call, fact: Resource) -> bool:
    """Whether people close such a thing, and this one is not meant to outlive its maker."""
    if fact.what == "directory" or (fact.what in _LIFELONG and fact.long_lived):
        return False
    arguments = call.arguments
    if _LENT & arguments.keywords.keys():
        return False
    first = arguments.get((), 0)
    if isinstance(first, tuple) and first[0] == "i" and first[1] in _IN_MEMORY:
        return False
    return not (fact.what == "process" and arguments.has(_DETACHED))


def _entered(fact: Resource) -> str | None:
    """How to enter it so that leaving closes it; None for what waits, or is meant to live."""
    if fact.long_lived or fact.what in ("process", "stack", *_LIFELONG):
        return None
    if fact.context in ("with", "both"):
        return "with"
    return "closing" if fact.context == "none" and fact.close[:1] == ("close",) else None


def _full(call: Call) -> str:
    """The full name of the function a call runs in."""
    return f"{call.module}.{call.function}" if call.module else call.function


def _is_light(call: Call, fact: Resource) -> bool:
    """Whether forgetting to close it wastes connections, and no more."""
    if call.shown.endswith(_RESPONDERS):
        return True  # closes itself at the end of the body
    return fact.long_lived and fact.context != "async with"


def _severity(light: bool, busy: bool) -> Severity:
    if light:
        return Severity.WARNING if busy else Severity.INFO
    return Severity.ERROR if busy else Severity.WARNING


def _message(shown: str, what: str, name: str | None, long_lived: bool) -> str:
    if long_lived and what != "socket":
        return (
            f"every call makes a new {what} with `{shown}` and never closes it: what it has "
            "connected stays open until it is garbage-collected, and the next call connects anew"
        )
    subject = f"`{name}`, the {what} from `{shown}`," if name else f"the {what} from `{shown}`"
    if shown.endswith(_RESPONDERS):
        return f"{subject} is never closed and holds its socket unless all of it is read"
    return f"{subject} is never closed and stays open until it is garbage-collected"
