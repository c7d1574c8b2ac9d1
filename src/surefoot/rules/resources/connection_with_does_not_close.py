"""`connection-with-does-not-close`: `with` ends a transaction, and the connection stays open."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import closing, entered_until_unneeded, import_name, insert_behind, surround
from surefoot.facts.kinds import EndsTransaction
from surefoot.linking.project import Project, full_name
from surefoot.model import Edit, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.ownership import SETTLED, Fate, Ownership, made_by_return
from surefoot.semantics.reach import Reach

_LEFT_OPEN = Fate.ENTERED


class ConnectionWithDoesNotClose(Rule):
    """A new connection is given to `with`, which ends its transaction and does not close it.

    For this library `with connection` means commit or rollback. The connection stays open
    until it is garbage-collected: a file that stays locked, a server that runs out of
    connections, a `ResourceWarning` from Python 3.13 on. Put `contextlib.closing` around the
    connection, and keep the inner `with` for the transaction.
    """

    code = "SF304"
    severity = Severity.WARNING
    facts = (EndsTransaction,)
    needs_tree = True
    examples = (
        Bad(
            """
            import sqlite3

            def count(path):
                with sqlite3.connect(path) as connection:
                    return connection.execute("select count(*) from orders").fetchone()[0]
            """,
            fixed="""
            import sqlite3
            from contextlib import closing

            def count(path):
                with closing(sqlite3.connect(path)) as connection, connection:
                    return connection.execute("select count(*) from orders").fetchone()[0]
            """,
        ),
        Bad(
            """
            import psycopg2

            def clear(url):
                connection = psycopg2.connect(url, connect_timeout=3)
                with connection, connection.cursor() as cursor:
                    cursor.execute("delete from orders")
            """,
            fixed="""
            from contextlib import closing

            import psycopg2

            def clear(url):
                with closing(psycopg2.connect(url, connect_timeout=3)) as connection:
                    with connection, connection.cursor() as cursor:
                        cursor.execute("delete from orders")
            """,
        ),
        Bad(
            """
            import sqlite3

            class Store:
                def __init__(self, path):
                    self.path = path

                def _connect(self):
                    connection = sqlite3.connect(self.path)
                    connection.row_factory = sqlite3.Row
                    return connection

                def count(self):
                    with self._connect() as connection:
                        return connection.execute("select count(*) from orders").fetchone()[0]
            """
        ),
        Bad(
            """
            # file: database.py
            import sqlite3

            def opened(path):
                return sqlite3.connect(path)
            # file: orders.py
            from database import opened

            def count(path):
                with opened(path) as connection:
                    return connection.execute("select count(*) from orders").fetchone()[0]
            """,
            fixed="""
            # file: database.py
            import sqlite3

            def opened(path):
                return sqlite3.connect(path)
            # file: orders.py
            from contextlib import closing

            from database import opened

            def count(path):
                with closing(opened(path)) as connection, connection:
                    return connection.execute("select count(*) from orders").fetchone()[0]
            """,
        ),
        Good(
            """
            import sqlite3
            from contextlib import closing

            def count(path):
                with closing(sqlite3.connect(path)) as connection, connection:
                    return connection.execute("select count(*) from orders").fetchone()[0]
            """,
            because="`closing` closes it",
        ),
        Good(
            """
            import sqlite3

            def count(path):
                connection = sqlite3.connect(path)
                try:
                    with connection:
                        connection.execute("delete from orders")
                finally:
                    connection.close()

            def clear(path):
                with sqlite3.connect(path) as connection:
                    connection.execute("delete from orders")
                connection.close()
            """,
            because="it is closed after the transaction",
        ),
        Good(
            """
            import sqlite3

            class Store:
                def __init__(self, path):
                    self.connection = sqlite3.connect(path)

                def clear(self):
                    with self.connection as connection:
                        connection.execute("delete from orders")

                def close(self):
                    self.connection.close()
            """,
            because="the object keeps the connection for the next transaction",
        ),
        Good(
            """
            import sqlite3
            from contextlib import contextmanager

            class Store:
                def _connect(self):
                    if self._connection is None:
                        self._connection = sqlite3.connect(self.path)
                    return self._connection

                @contextmanager
                def _lent(self):
                    connection = sqlite3.connect(self.path)
                    try:
                        yield connection
                    finally:
                        connection.close()

                def count(self):
                    with self._connect() as connection:
                        connection.execute("delete from orders")
                    with self._lent() as connection:
                        connection.execute("delete from orders")
            """,
            because="one is kept for the next call, one is lent and closed",
        ),
        Good(
            """
            import sqlite3

            def open_store(path):
                with sqlite3.connect(path) as connection:
                    connection.execute("create table if not exists orders (id)")
                return connection
            """,
            because="the caller gets it",
        ),
        Good(
            """
            import psycopg

            def clear(url):
                with psycopg.connect(url, connect_timeout=3) as connection:
                    connection.execute("delete from orders")
            """,
            because="leaving this one's `with` closes it",
        ),
    )

    def check_call(self, call: Call, fact: EndsTransaction) -> None:
        node = call.node
        if node is None or self.file.is_test:
            return
        if made_by_return(self.file, node, Ownership(self.file)):
            self.note(node, "makes", full_name(call.module, call.function), call.shown)
        elif self._is_left_open(node):
            self.report(call, _message(call.shown), fix_data=())

    def fix_at(self, node: Any) -> Fix | None:
        """Close the connection around the transaction."""
        item = self.file.parent(node)
        if isinstance(item, cst.WithItem):
            edits = self._closed_around(node, item)
        else:
            manager, imports = closing(self.file, node)
            edits = (*entered_until_unneeded(self.file, node, manager), *imports)
        return Fix("Close the connection at the end", edits, Safety.UNSAFE) if edits else None

    def _closed_around(self, node: cst.Call, item: cst.WithItem) -> tuple[Edit, ...]:
        """The edits that enter a connection twice, to close it and for the transaction; none
        where it may be needed behind the block."""
        match item.asname:
            case cst.AsName(name=cst.Name(value=name)):
                pass
            case _:
                return ()
        reach = Reach(self.file)
        reach.of_name(name, self.file.scope(node))
        block = self.file.parent(item)
        inside = all(block in self.file.ancestors(use) for use in reach.nodes)
        if reach.escapes or not inside:
            return ()
        written, imports = import_name(self.file, node, "contextlib", "closing")
        around = surround(self.file, node, f"{written}(", ")")
        return (*around, *insert_behind(self.file, item.asname.name, f", {name}"), *imports)

    def visit_With(self, node: cst.With) -> None:
        """Leave a note of a call of the project whose result is only entered."""
        if self.file.is_test:
            return
        for item in node.items:
            made = item.item
            if isinstance(made, cst.Name):
                owner = self.file.scope(made).find(made.value)
                bindings = owner.bindings[made.value] if owner is not None else []
                value: Any = bindings[0].value if len(bindings) == 1 else None
                made = value if bindings and bindings[0].kind == "assign" else made
            if not isinstance(made, cst.Call) or not isinstance(
                made.func, (cst.Name, cst.Attribute)
            ):
                continue
            call = self.file.call(made)
            if not call.pending and (call.name is None or call.world.function(call.name) is None):
                continue
            if self._is_left_open(made):
                self.note(made, "enters")

    def link(self, project: Project) -> None:
        """Report where what a function of the project opens is only entered."""
        makers: dict[str, tuple[Link, str]] = {}
        for examination, note in project.notes(self.name):
            if note.data[0] == "makes":
                _, function, shown = map(str, note.data)
                text = f"`{shown}` opens it, and `{function.rpartition('.')[2]}` returns it"
                makers[function] = (Link(examination.path, note.place, text), shown)
        for examination, note in project.notes(self.name):
            call = project.calls_at.get((examination.path, note.place))
            made = makers.get(call.name or "") if call is not None else None
            if note.data[0] == "enters" and made is not None:
                link, shown = made
                self.report(note, _message(shown), path=examination.path, chain=[link], fix_data=())

    def _is_left_open(self, node: cst.Call) -> bool:
        """Whether a connection is entered, and neither closed nor handed to anybody."""
        ownership = _Entering(self.file)
        return ownership.fate(node) & SETTLED == _LEFT_OPEN


class _Entering(Ownership):
    """Follows a connection through `with`, which binds the connection itself."""

    def _entered(self, item: cst.WithItem) -> Fate:
        if item.asname is None:
            return Fate.ENTERED
        return Fate.ENTERED | self._assigned(item.asname.name, item)


def _message(shown: str) -> str:
    return (
        f"leaving `with` ends a transaction and leaves the connection from `{shown}` open until "
        "it is garbage-collected"
    )
