"""`unreleased-attribute`: a resource that an object keeps and never gives back."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.facts.kinds import Resource
from surefoot.linking.lineage import has_foreign_base
from surefoot.linking.project import Project, full_name
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.ownership import SETTLED, AttributeOwnership, Fate, Ownership
from surefoot.semantics.vocabulary import RELEASERS

_PRIVATE = re.compile(r"_(?!_)")
_UNATTENDED = frozenset({"client", "executor"})


class UnreleasedAttribute(Rule):
    """An object opens a resource, keeps it in an attribute, and nothing ever closes it.

    The file, connection or session lives as long as the object, and often longer: nobody
    who uses the class can give it back. Descriptors and connections pile up with every
    instance. Give the class a `close` method, or make it a context manager, that closes
    what it opened.
    """

    code = "SF302"
    severity = Severity.WARNING
    facts = (Resource,)
    needs_tree = True
    examples = (
        Bad("class Log:\n    def __init__(self, path):\n        self.file = open(path, 'a')\n"),
        Bad(
            """
            import sqlite3

            class Ledger:
                def __init__(self, path):
                    self.connection = sqlite3.connect(path)

                def add(self, item):
                    self.connection.execute("insert into orders values (?)", (item,))

                def close(self):
                    self.connection.commit()
            """
        ),
        Bad(
            """
            import aiohttp

            class Prices:
                async def start(self):
                    self._session = aiohttp.ClientSession()

                async def load(self, url):
                    async with self._session.get(url) as response:
                        return await response.json()
            """
        ),
        Bad(
            """
            # file: base.py
            class Reader:
                def read(self):
                    return self.source.read()
            # file: text.py
            from base import Reader

            class TextReader(Reader):
                def __init__(self, path):
                    self.source = open(path)
            """
        ),
        Bad(
            """
            import socket

            class Probe:
                def __init__(self, host):
                    self.sock = socket.create_connection((host, 80), timeout=1)

            class Other:
                def __init__(self, sock):
                    self.sock = sock

                def close(self):
                    self.sock.close()
            """
        ),
        Good(
            """
            class Log:
                def __init__(self, path):
                    self.file = open(path, "a")

                def close(self):
                    self.file.close()
            """,
            because="`close` closes the file",
        ),
        Good(
            """
            import socket

            class Link:
                def __init__(self, host):
                    self.sock = socket.create_connection((host, 80), timeout=1)

                def __exit__(self, *error):
                    self._drop()

                def _drop(self):
                    sock, self.sock = self.sock, None
                    if sock is not None:
                        sock.close()
            """,
            because="a method that `__exit__` calls closes it, under another name",
        ),
        Good(
            """
            class Pair:
                def __init__(self, left, right):
                    self.left = open(left)
                    self.right = open(right)

                def close(self):
                    for source in (self.left, self.right):
                        source.close()
            """,
            because="a loop over the attributes closes them",
        ),
        Good(
            """
            class Pair:
                def __init__(self, left):
                    self.left = open(left)

                def close(self):
                    for name in ("left",):
                        getattr(self, name).close()
            """,
            because="attributes are closed by name",
        ),
        Good(
            """
            # file: base.py
            class Reader:
                def close(self):
                    self.source.close()
            # file: text.py
            from base import Reader

            class TextReader(Reader):
                def __init__(self, path):
                    self.source = open(path)
            """,
            because="the base class closes it",
        ),
        Good(
            """
            # file: prices.py
            import aiohttp

            class Prices:
                def __init__(self):
                    self.session = aiohttp.ClientSession()
            # file: app.py
            from prices import Prices

            async def main():
                prices = Prices()
                try:
                    await serve(prices)
                finally:
                    await prices.session.close()
            """,
            because="whoever uses the object closes the session",
        ),
        Good(
            """
            import httpx

            class Prices:
                def __init__(self):
                    self.client = httpx.AsyncClient(timeout=5)

                async def __aenter__(self):
                    await self.client.__aenter__()
                    return self

                async def __aexit__(self, *error):
                    await self.client.__aexit__(*error)
            """,
            because="the object passes entering and leaving on",
        ),
        Bad(
            """
            import aiohttp

            class Prices:
                def __init__(self):
                    self._session = None

                async def _get_session(self):
                    if self._session is None:
                        self._session = aiohttp.ClientSession()
                    return self._session

                async def load(self, url):
                    session = await self._get_session()
                    async with session.get(url) as response:
                        return await response.json()
            """
        ),
        Good(
            """
            import aiohttp

            class Prices:
                def __init__(self):
                    self._session = None

                async def _get_session(self):
                    if self._session is None:
                        self._session = aiohttp.ClientSession()
                    return self._session

                async def stop(self):
                    session = await self._get_session()
                    await session.close()
            """,
            because="it is closed by way of the method that returns it",
        ),
        Good(
            """
            import atexit

            class Log:
                def __init__(self, path):
                    self.file = open(path, "a")
                    atexit.register(self.file.close)
            """,
            because="an exit hook closes it",
        ),
        Good(
            """
            from framework import Plugin

            class Log(Plugin):
                def __init__(self, path):
                    self.file = open(path, "a")
            """,
            because="the framework's class may close it",
        ),
        Good(
            """
            class Log:
                def __init__(self, path, make_writer):
                    self.file = open(path, "a")
                    self.writer = make_writer(self.file)
                    self.buffered = Writer(self.file)

                def close(self):
                    self.buffered.close()
            """,
            because="the writer may own the file by now",
        ),
        Good(
            """
            import requests

            class Client:
                def __init__(self, session=None):
                    self.session = session or requests.Session()
            """,
            because="the session may be the caller's, so the class cannot just close it",
        ),
    )

    def check_call(self, call: Call, fact: Resource) -> None:
        """Leave a note of a resource that is made for an attribute of the object."""
        node = call.node
        if node is None or self.file.is_test or fact.what in _UNATTENDED:
            return
        if fact.what == "process" or (fact.long_lived and fact.context == "none"):
            return
        if call.shown.startswith("tempfile."):
            return  # removes itself with its object
        target = self._attribute(node)
        owner = self._owner(target) if target is not None else None
        if target is not None and owner:
            light = fact.long_lived and fact.context != "async with"
            self.note(node, "opens", owner, target.attr.value, call.shown, fact.what, light)

    def visit_Module(self, node: cst.Module) -> None:
        """Leave one note of all attributes that the file closes or hands over."""
        if self.file.is_test:
            return
        ownership = AttributeOwnership(self.file, RELEASERS)
        released: set[tuple[str, str]] = set()
        for item in self.file.tree.of(cst.Attribute):
            if ownership.is_use(item):
                pair = (item.attr.value, self._owner(item) or "")
                if pair in released:
                    continue
                fate = ownership.fate(item) & SETTLED
                if fate == Fate.RETURNED and (getter := self._getter(item)) is not None:
                    self.note(item, "lends", *pair, getter)
                elif fate:
                    released.add(pair)
        for item in self.file.tree.of(cst.Call):
            if item.func.__class__ is cst.Name:
                name = self._any_attribute(item)
                if name is not None:
                    released.add(("*", name))
        if released:
            self.note(node, "releases", tuple(sorted(released)))

    def _getter(self, item: cst.Attribute) -> str | None:
        """The full name of the private method that returns an attribute, if all that call it in
        its file merely use what they get."""
        function = self.file.function(item)
        name = function.name.value if function is not None else ""
        if function is None or function.decorators or not _PRIVATE.match(name):
            return None
        ownership = Ownership(self.file, RELEASERS)
        gets = [
            self.file.parent(node)
            for node in self.file.tree.of(cst.Attribute)
            if node.attr.value == name
        ]
        if not gets or not all(
            isinstance(call, cst.Call)
            and call.func.__class__ is cst.Attribute
            and not ownership.fate(call) & SETTLED
            for call in gets
        ):
            return None
        return full_name(self.file.module_name, self.file.scope_of(function).qualname)

    def _attribute(self, node: cst.CSTNode) -> cst.Attribute | None:
        parent = self.file.parent(node)
        while isinstance(parent, cst.Await):
            parent = self.file.parent(parent)
        match parent:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute() as target)])
                | cst.AnnAssign(target=cst.Attribute() as target)
            ):
                return target
        return None

    def _owner(self, node: cst.Attribute) -> str | None:
        """The full name of the class whose instance has the attribute."""
        return self.file.type_of(node.value)

    def _any_attribute(self, node: cst.Call) -> str | None:
        """The class of an object whose attributes are looked up by computed names."""
        match node:
            case (
                cst.Call(
                    func=cst.Name(value="getattr"),
                    args=[cst.Arg(value=value), cst.Arg(value=cst.Name()), *_],
                )
                | cst.Call(func=cst.Name(value="vars"), args=[cst.Arg(value=value)])
            ):
                return self.file.type_of(value)
        return None

    def link(self, project: Project) -> None:
        """Report what is opened for an attribute that nothing in the project releases."""
        released: dict[str, set[str]] = {}
        for examination, note in project.notes(self.name):
            if note.data[0] == "releases":
                pairs: Any = note.data[1]
                for attr, owner in pairs:
                    released.setdefault(attr, set()).add(owner)
            elif note.data[0] == "lends":
                _, attr, owner, getter = map(str, note.data)
                if any(call.path != examination.path for call in project.callers.get(getter, ())):
                    released.setdefault(attr, set()).add(owner)
        reported: set[tuple[str, str]] = set()
        for examination, note in project.notes(self.name):
            if note.data[0] != "opens":
                continue
            _, owner, attr, shown, what, light = map(str, note.data)
            if (owner, attr) in reported:
                continue
            owners = released.get(attr, set()) | released.get("*", set())
            if has_foreign_base(project, owner) or _concerns(project, owner, owners):
                continue
            reported.add((owner, attr))
            cls = owner.rpartition(".")[2]
            self.report(
                note,
                f"`{cls}` opens `self.{attr}`, a {what} from `{shown}`, and nothing in the "
                "project ever closes it",
                path=examination.path,
                severity=Severity.INFO if light == "True" else None,
            )


def _concerns(project: Project, owner: str, owners: set[str]) -> bool:
    """Whether an attribute released for one of `owners` is that of the class `owner`."""
    return any(
        other in ("", owner)
        or project.world.is_a(owner, other) is not False
        or project.world.is_a(other, owner) is not False
        for other in owners
    )
