"""`resource-leak-on-error`: a resource is closed, unless something fails before."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Resource
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside
from surefoot.semantics.ownership import SETTLED, Fate, Ownership
from surefoot.semantics.summary import At
from surefoot.semantics.vocabulary import CLOSERS


class ResourceLeakOnError(Rule):
    """A resource is closed on the way that goes well, and on no other.

    What is raised between opening and closing jumps over the closing. The file or connection
    then stays open as long as the traceback lives, and failures come in numbers. Use a `with`
    statement, or close in `finally`.
    """

    code = "SF307"
    severity = Severity.INFO
    default = False
    facts = (Resource,)
    needs_tree = True
    examples = (
        Bad(
            """
            import json

            def load(path):
                source = open(path)
                found = json.load(source)
                source.close()
                return found
            """
        ),
        Bad(
            """
            import sqlite3

            def count(path):
                connection = sqlite3.connect(path)
                rows = connection.execute("select * from orders").fetchall()
                connection.close()
                return len(rows)
            """
        ),
        Good(
            """
            import json

            def load(path):
                source = open(path)
                try:
                    return json.load(source)
                finally:
                    source.close()
            """,
            because="it is closed in `finally`",
        ),
        Good(
            """
            import socket

            def connect(host):
                sock = socket.socket()
                try:
                    sock.connect((host, 80))
                except OSError:
                    sock.close()
                    raise
                return sock
            """,
            because="it is closed when something fails",
        ),
        Good(
            """
            def touch(path):
                target = open(path, "w")
                target.close()
                with open(path) as source:
                    return source.read()
            """,
            because="nothing can fail in between",
        ),
        Good(
            """
            import subprocess

            def version(command):
                process = subprocess.Popen(command, stdout=subprocess.PIPE)
                announce(command)
                return process.communicate()[0]
            """,
            because="a process is waited for, not closed",
        ),
        Good(
            """
            import json

            class Reader:
                def read(self, path):
                    self.source = open(path)
                    found = json.load(self.source)
                    self.source.close()
                    return found
            """,
            because="the object has it, and can close it later",
        ),
    )

    def check_call(self, call: Call, fact: Resource) -> None:
        node = call.node
        if node is None or not call.function or fact.what == "process" or self.file.is_test:
            return
        statement = self.file.statement(node)
        match statement:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                pass
            case _:
                return
        scope = self.file.scope(node)
        if value is not node or len(scope.bindings.get(name, ())) != 1:
            return
        ownership = Ownership(self.file, CLOSERS | {*fact.close})
        if ownership.fate(node) & SETTLED != Fate.CLOSED:
            return
        closing = [
            use
            for use in self.file.uses(name, scope)
            if not ownership.is_target(use) and ownership.fate(use) & Fate.CLOSED
        ]
        if any(self.file.at(use) & (At.TEARDOWN | At.HANDLER) for use in closing):
            return
        end = min(self.file.tree.place(use) for use in closing)
        if self._may_fail(node, end, closing):
            self.report(
                call, f"`{name}` stays open when anything fails before the line that closes it"
            )

    def _may_fail(self, node: cst.Call, end: int, closing: list[cst.Name]) -> bool:
        """Whether something is called between the making and the first closing."""
        place = self.file.tree.place
        function = self.file.function(node)
        around = {parent for use in closing for parent in self.file.ancestors(use)}
        return function is not None and any(
            place(node) < place(item) < end and item not in around
            for item in inside([function.body])
            if isinstance(item, (cst.Call, cst.Raise)) and not self._is_part(item, node)
        )

    def _is_part(self, item: cst.CSTNode, node: cst.Call) -> bool:
        return item is node or node in self.file.ancestors(item)
