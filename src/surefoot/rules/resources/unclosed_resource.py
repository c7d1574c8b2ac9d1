"""`unclosed-resource`: something opened in a function and never closed there."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import libcst as cst

from surefoot.edits import Written, closing, entered_until_unneeded, source
from surefoot.facts.kinds import Resource
from surefoot.linking.custody import Custody
from surefoot.linking.project import Project, full_name
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.duties import entered_by, is_light, must_be_closed, said, severity_of
from surefoot.semantics.file import File
from surefoot.semantics.lending import LendingOwnership
from surefoot.semantics.ownership import SETTLED, Fate, Ownership, made_by_return
from surefoot.semantics.summary import At
from surefoot.semantics.vocabulary import CLOSERS, PLAIN

_ONCE = re.compile(r"(^|/)((alembic|migrations)/|setup\.py$|docs?/(\w+/)*conf\.py$)")
"""Files that run once and then end, with all they have opened."""

_USES = PLAIN | {"channel", "cursor", "exec_command", "makefile", "pipeline", "sendmail", "begin"}
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security"})
_PROVIDES = "provides"
_DEEPEST = 2
"""So many functions may pass on what another opens."""
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

            def connect_here():
                return connect("orders.db")
            # file: orders.py
            from database import connect, connect_here

            def count(path):
                connection = connect(path)
                return connection.execute("select count(*) from orders").fetchone()

            def first():
                return connect_here().cursor().execute("select * from orders").fetchone()
            """,
            count=2,
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
        Bad(
            """
            from contextlib import asynccontextmanager
            from typing import Annotated

            import httpx
            from fastapi import Depends, FastAPI
            from sqlalchemy.orm import sessionmaker

            Session = sessionmaker()

            @asynccontextmanager
            async def lifespan(app):
                client = httpx.AsyncClient(timeout=5)
                yield {"client": client}

            app = FastAPI(lifespan=lifespan)

            def session():
                found = Session()
                yield found

            @app.get("/orders")
            def orders(session: Annotated[object, Depends(session)]):
                return session.orders()
            """,
            count=2,
        ),
        Good(
            """
            from fastapi import Depends, FastAPI
            from sqlalchemy.orm import sessionmaker

            Session = sessionmaker()
            app = FastAPI()

            def session():
                found = Session()
                try:
                    yield found
                finally:
                    found.close()

            @app.get("/orders")
            def orders(session=Depends(session)):
                return session.orders()

            def logs(paths):
                yield open(paths[0])
            """,
            because="it is closed when the answer is sent; and who asks for logs owns them",
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
        if node is None or self.file.is_test or not must_be_closed(call, fact):
            return
        if _ONCE.search(call.path):
            return
        closers = CLOSERS | {*fact.close}
        light = is_light(call, fact)
        if not light and made_by_return(self.file, node, Ownership(self.file, closers)):
            self.note(
                node,
                "makes",
                full_name(call.module, call.function),
                call.shown,
                fact.what,
                fact.long_lived,
                entered_by(fact),
            )
        ownership = LendingOwnership(self.file, closers)
        fate = ownership.fate(node) & SETTLED
        comes_back = fate == Fate.YIELDED and self._lends(node)
        if fate and not comes_back:
            return
        if fact.what in ("process", "stack") and call.at & At.STATEMENT:
            return  # left to itself on purpose
        busy = bool(call.at & At.LOOP or self.file.role(node) & _BUSY)
        name = self._held(node)
        if self._is_repeated(node, name):
            return
        message = said(call.shown, fact.what, name, fact.long_lived)
        if comes_back == _PROVIDES:
            self.note(node, _PROVIDES, full_name(call.module, call.function), message, light)
        elif ownership.onward:
            onward = tuple(ownership.onward)
            entered = entered_by(fact)
            self.note(
                node,
                "hands",
                full_name(call.module, call.function),
                message,
                light,
                busy,
                onward,
                entered,
            )
        else:
            self.report(
                call,
                message,
                severity=severity_of(light, busy),
                fix_data=(fact.what, entered_by(fact)),
            )

    def _lends(self, node: cst.Call) -> str:
        """How what the function around a call yields comes back to it; empty where it does not,
        or nothing is known of it."""
        function = self.file.function(node)
        decorators = function.decorators if function is not None else ()
        names = {self.file.name(each.decorator) for each in decorators}
        if names & _CONTEXT_MANAGERS:
            return "always"
        return "" if decorators or self.file.in_loop(node) else _PROVIDES

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
        if call.name in _DEPENDS and node.args:
            self.note(node, "provided", self.file.symbol(node.args[0].value))
            return
        if not call.pending and (call.name is None or call.world.function(call.name) is None):
            return
        if isinstance(self.file.parent(node), cst.Return):
            if self._is_only_answer(node):
                self.note(node, "passes", full_name(call.module, call.function))
            return
        if not self._is_used(node):
            return
        ownership = LendingOwnership(self.file)
        if not ownership.fate(node) & SETTLED:
            onward = tuple(ownership.onward)
            self.note(
                node, "uses", full_name(call.module, call.function), self._held(node) or "", onward
            )

    def _is_only_answer(self, node: cst.Call) -> bool:
        """Whether the function around a call that is returned, as written, returns no other."""
        function = self.file.function(node)
        if function is None or function.decorators:
            return False
        return self.file.once(_answers, self.file.tree.module)[self.file.scope_of(function)] == 1

    def _is_used(self, node: cst.CSTNode) -> bool:
        """Whether the value, or the name it gets, is read from in a way resources are."""
        parent = self.file.parent(node)
        if isinstance(parent, cst.Await):
            parent = self.file.parent(parent)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in _USES
        name = self._held(node)
        scope = self.file.scope(node)
        return name is not None and any(
            isinstance(use := self.file.parent(item), cst.Attribute) and use.attr.value in _USES
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
        passing: dict[tuple[str, int], str] = {}
        users: dict[tuple[str, int], tuple[str, Any, Any]] = {}
        provided = {
            project.world.target(note.data[1])  # type: ignore[arg-type]
            for _, note in project.notes(self.name)
            if note.data[0] == "provided"
        }
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
                    severity=severity_of(bool(light), bool(busy)),
                    chain=custody.links(borrowers),
                    fix_data=("resource", entered),
                )
            elif kind == _PROVIDES:
                message, light = rest
                if str(function) in provided:
                    severity = severity_of(bool(light), True)
                    self.report(note, str(message), path=examination.path, severity=severity)
            elif kind == "provided":
                continue
            elif kind == "passes":
                passing[examination.path, note.place] = str(function)
            elif kind == "makes":
                shown, what, long_lived, entered = rest
                text = f"`{shown}` opens it, and `{str(function).rpartition('.')[2]}` returns it"
                link = Link(examination.path, note.place, text)
                makers[str(function)] = (link, str(what), bool(long_lived), entered)
            else:
                users[examination.path, note.place] = (str(rest[0]), note, rest[1])
        for _ in range(_DEEPEST):
            for call in project.calls if passing else ():
                passed = passing.get((call.path, call.place))
                if passed is not None and call.name in makers:
                    makers.setdefault(passed, makers[call.name])
        for call in project.calls:
            used = users.get((call.path, call.place))
            made = makers.get(call.name or "")
            if used is None or made is None:
                continue
            borrowers = custody.borrowers(call.path, used[2])
            if borrowers is None:
                continue
            link, what, long_lived, entered = made
            busy = bool(
                call.at & At.LOOP
                or project.roles.get(full_name(call.module, call.function), set()) & _BUSY
            )
            called = (call.name or "").rpartition(".")[2]
            self.report(
                used[1],
                said(called, what, used[0] or None, long_lived),
                path=call.path,
                severity=Severity.ERROR if busy else None,
                chain=[link, *custody.links(borrowers)],
                fix_data=(what, entered),
            )


def _answers(file: File, module: cst.Module) -> Counter[object]:
    """How many `return` statements each function has."""
    return Counter(file.scope(node).function for node in file.tree.of(cst.Return))
