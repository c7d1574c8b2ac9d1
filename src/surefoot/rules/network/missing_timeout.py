"""`missing-timeout`: a network call without an upper bound."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import bounded
from surefoot.facts.kinds import Connects, SetsSocketTimeout, Timeout
from surefoot.linking.forwarding import callers_without, forward_of, forwarded
from surefoot.linking.project import Project
from surefoot.model import Confidence, Defaults, Fix, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.adapters import are_adapted, may_be_adapted
from surefoot.semantics.call import Call, Given
from surefoot.semantics.connecting import tellers, unbounded
from surefoot.semantics.names import spoken
from surefoot.semantics.summary import At
from surefoot.semantics.timeouts import Bound, bound_of, is_bounded_later
from surefoot.syntax.scopes import Binding


class MissingTimeout(Rule):
    """A network call that may wait for ever.

    One peer that accepts the connection and then says nothing holds the thread, and in the
    end the pool behind it, until somebody restarts the process.

    Pass the longest wait the caller can afford. Where a wrapper or an adapter of the project
    sets it for all calls, surefoot sees that and says nothing.
    """

    code = "SF101"
    severity = Severity.ERROR
    facts = (Timeout, SetsSocketTimeout, Connects)
    silenced_as = ("S113", "missing-timeout")
    examples = (
        Bad(
            """
            import requests

            def load(url):
                return requests.get(url).json()
            """,
            fixed="""
            import requests

            def load(url):
                return requests.get(url, timeout=10).json()
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import requests

            class Client:
                def __init__(self):
                    self.session = requests.Session()

                def load(self, url):
                    return self.session.get(url)
            """
        ),
        Bad(
            """
            # file: clients.py
            import requests

            session = requests.Session()
            # file: views.py
            from clients import session

            def view(url):
                return session.get(url)
            """,
            fixed="""
            # file: clients.py
            import requests

            session = requests.Session()
            # file: views.py
            from app.settings import TIMEOUT

            from clients import session

            def view(url):
                return session.get(url, timeout=TIMEOUT)
            """,
            defaults=Defaults(timeout="app.settings.TIMEOUT"),
        ),
        Bad(
            """
            import requests

            def post(session: "requests.Session | None", url):
                with requests.Session() as own:
                    own.post(url)
                return session.post(url)
            """,
            count=2,
        ),
        Bad(
            """
            import requests

            def load(url):
                options = {}
                options["headers"] = {}
                return requests.get(url, **options)
            """,
            fixed="""
            import requests

            def load(url):
                options = {}
                options["headers"] = {}
                return requests.get(url, timeout=2.5, **options)
            """,
            defaults=Defaults(timeout=2.5),
        ),
        Bad(
            """
            import urllib.request

            def fetch(url):
                with urllib.request.urlopen(url) as answer:
                    return answer.read()
            """
        ),
        Bad(
            """
            import smtplib

            def send(host, message):
                with smtplib.SMTP(host) as server:
                    server.send_message(message)
            """
        ),
        Bad(
            """
            import functools
            import requests

            get = functools.partial(requests.get, verify=True)

            def load(url):
                return get(url)
            """
        ),
        Bad(
            """
            import urllib3

            pool = urllib3.PoolManager(num_pools=4)

            def load(url):
                return pool.request("GET", url)
            """,
            fixed="""
            import urllib3

            pool = urllib3.PoolManager(num_pools=4, timeout=10)

            def load(url):
                return pool.request("GET", url)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            # file: http.py
            import requests

            def fetch(url, **options):
                return requests.get(url, **options)

            def post(url, body, timeout=None):
                return requests.post(url, json=body, timeout=timeout)
            # file: service.py
            from http import fetch, post

            def load(url):
                post(url, {}, 5)
                post(url, {})
                fetch(url, timeout=5)
                return fetch(url)
            """,
            fixed="""
            # file: http.py
            import requests

            def fetch(url, **options):
                return requests.get(url, **options)

            def post(url, body, timeout=None):
                return requests.post(url, json=body, timeout=timeout)
            # file: service.py
            from http import fetch, post

            def load(url):
                post(url, {}, 5)
                post(url, {}, timeout=10)
                fetch(url, timeout=5)
                return fetch(url, timeout=10)
            """,
            count=2,
            defaults=Defaults(timeout=10),
        ),
        Good(
            """
            import requests

            def load(url, **options):
                return requests.get(url, **options)

            def load_quickly(url, **options):
                options.setdefault("timeout", 1)
                return requests.get(url, **options)

            def use(url):
                load_quickly(url)
                return load(url, timeout=3)
            """,
            because="`options` may hold the timeout, or does",
        ),
        Good(
            """
            import requests

            OPTIONS = {"timeout": 3}

            def load(url):
                return requests.get(url, **OPTIONS)
            """,
            because="the dictionary holds the timeout",
        ),
        Good(
            """
            def load(url):
                return prices.get(url)

            def user(db):
                return db.session.get(1)
            """,
            because="not every `get` is a request",
        ),
        Good(
            """
            import httpx

            def load(url):
                return httpx.get(url)
            """,
            because="httpx waits five seconds unless told otherwise",
        ),
        Good(
            """
            import urllib.request

            def fetch(url):
                return urllib.request.urlopen(url, None, 5)
            """,
            because="the timeout may be given by position",
        ),
        Good(
            """
            import functools
            import requests

            get = functools.partial(requests.get, timeout=3)

            def load(url):
                return get(url)
            """,
            because="the timeout is bound in advance",
        ),
        Good(
            """
            import requests

            class Session(requests.Session):
                def request(self, *args, **options):
                    options.setdefault("timeout", 5)
                    return super().request(*args, **options)

            def load(url):
                return Session().get(url)
            """,
            because="the subclass sets a timeout for every request",
        ),
        Good(
            """
            import requests
            from requests.adapters import HTTPAdapter

            class Adapter(HTTPAdapter):
                def send(self, request, **options):
                    options.setdefault("timeout", 5)
                    return super().send(request, **options)

            def load(url):
                session = requests.Session()
                session.mount("https://", Adapter())
                return session.get(url)
            """,
            because="the mounted adapter sets a timeout for every request",
        ),
        Good(
            """
            import urllib3

            pool = urllib3.PoolManager(timeout=4)

            def load(url):
                return pool.request("GET", url)
            """,
            because="the pool was made with a timeout",
        ),
        Good(
            """
            # file: start.py
            import socket

            socket.setdefaulttimeout(10)
            # file: load.py
            import urllib.request

            def fetch(url):
                return urllib.request.urlopen(url)
            """,
            because="the project sets a timeout for all sockets",
        ),
        Bad(
            """
            import socket

            def ask(host, line):
                with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as peer:
                    peer.connect((host, 2003))
                    peer.sendall(line)
                    return peer.recv(80)
            """
        ),
        Good(
            """
            import socket

            def send(host, line):
                peer = socket.socket()
                peer.settimeout(3)
                peer.connect((host, 2003))
                peer.sendall(line)
            """,
            because="the socket is told how long to wait",
        ),
        Good(
            """
            import asyncio

            async def connect(host):
                return await asyncio.wait_for(asyncio.open_connection(host, 80), 3)
            """,
            because="`wait_for` bounds what it is given",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        match node.func:
            case cst.Attribute(cst.Attribute(attr=owner), cst.Name(value=method)):
                if method in self.file.facts.once(tellers):
                    self.note(node, "told", owner.value)

    def check_call(self, call: Call, fact: Timeout | SetsSocketTimeout | Connects) -> None:
        if isinstance(fact, Connects):
            self._judge_connection(call, fact)
            return
        if isinstance(fact, SetsSocketTimeout):
            if call.node is not None:
                self.note(call.node, "default")
            return
        if fact.wait != "network" or fact.default is not None or At.DEADLINE in call.at:
            return
        bound = bound_of(call, fact)
        if bound is Bound.POSSIBLE and call.node is not None:
            self._remember_forwarding(call, fact)
        if bound is not Bound.MISSING or call.makes_own or call.overrides("request", "send"):
            return
        if fact.peer is not None and call.arguments.get(fact.peer, 0) is Given.ABSENT:
            return
        if may_be_adapted(call):
            return
        if call.node is None:
            if not (fact.socket_default and _sets_default(self.project)):
                self.report(call, _message(call, fact), fix_data=_fixable(fact))
        elif fact.socket_default:
            self.note(call.node, "missing", _message(call, fact), _fixable(fact))
        elif not are_adapted(self.file, call) and not is_bounded_later(self.file, call.node):
            self.report(call, _message(call, fact), fix_data=_fixable(fact))

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        told = {note.data[1] for _, note in notes if note.data[0] == "told"}
        unset = not _sets_default(project)
        forwards = []
        for examination, note in notes:
            match note.data:
                case ("socket", shown, reads, sends, *kept) if unset and told.isdisjoint(kept):
                    self._report_socket(note, examination.path, shown, reads, sends)
                case ("missing", str() as message, fix_data) if unset:
                    self.report(note, message, path=examination.path, fix_data=fix_data)  # type: ignore[arg-type]
                case ("forwards", str() as function, str() as parameter, names, shown):
                    steps = ((examination.path, note.place, f"`{shown}` gets no timeout"),)
                    forward = forward_of(project, function, parameter, names, steps)  # type: ignore[arg-type]
                    forwards += [forward] if forward is not None else []
        for call, forward in callers_without(project, forwards):
            self.report(
                call,
                f"`{spoken(call.world, call.shown)}` waits for ever unless given "
                f"`{forward.parameters[0]}`, which it only passes on",
                confidence=Confidence.MEDIUM,
                chain=[Link(*step) for step in forward.steps],
                fix_data=(forward.parameters[0], ""),
            )

    def fix_at(self, node: Any, parameter: str, constructor: str) -> Fix:
        """Give the bound of the project to the call, or to what made its receiver."""
        maker = self._maker(node) if constructor else None
        return bounded(self.file, maker or node, constructor if maker else parameter, self.defaults)

    def _judge_connection(self, call: Call, fact: Connects) -> None:
        """Note a connection of an object that nothing in this file tells how long to wait."""
        if call.node is None or At.DEADLINE in call.at:
            return
        found = unbounded(self.file, call, fact)
        if found is not None and found.switched_off is None:
            shown = self.file.code(call.node.func)
            self.note(
                call.node, "socket", shown, found.reads, found.sends, *sorted(found.attributes)
            )

    def _report_socket(
        self, note: Note, path: str, shown: object, reads: object, sends: object
    ) -> None:
        if reads:
            message = f"what is read after `{shown}` may wait for ever: no timeout is set"
            self.report(note, message, path=path)
            return
        message = f"`{shown}` waits until the system gives up, minutes: no timeout is set"
        confidence = Confidence.MEDIUM if sends else Confidence.LOW
        self.report(note, message, path=path, severity=Severity.WARNING, confidence=confidence)

    def _maker(self, node: cst.Call) -> cst.Call | None:
        """The call of this file that made the receiver, where it has one name and no other."""
        match node.func:
            case cst.Attribute(value=cst.Name(value=name) as receiver):
                owner = self.file.scope(receiver).find(name)
                match owner.bindings[name] if owner is not None else []:
                    case [Binding(kind="assign", value=cst.Call() as maker, path=())]:
                        return maker
        return None

    def _remember_forwarding(self, call: Call, fact: Timeout) -> None:
        """Note a call whose timeout is whatever its function was given."""
        passed = forwarded(call.arguments, fact.parameter, fact.position)
        if passed is None or call.overrides("request", "send") or fact.constructor:
            return
        node = call.node
        assert node is not None
        function = self.file.function(node)
        if function is None or self._is_written(passed[1], function):
            return
        self.note(node, "forwards", *passed, fact.parameter, call.shown)

    def _is_written(self, parameter: str, function: cst.FunctionDef) -> bool:
        """Whether a function does more with its parameter than to pass it on."""
        for use in self.file.uses(parameter, self.file.scope_of(function)):
            parent = self.file.parent(use)
            if not isinstance(parent, (cst.Arg, cst.Param)):
                return True
        return False


def _fixable(fact: Timeout) -> tuple[str, str] | None:
    """What `fix_at` needs: the keywords of the call and of its receiver's constructor."""
    if not fact.parameter:
        return None
    return fact.parameter[0], fact.constructor[0] if fact.constructor else ""


def _sets_default(project: Project) -> bool:
    return any(note.data[0] == "default" for _, note in project.notes(MissingTimeout.name))


def _message(call: Call, fact: Timeout) -> str:
    if fact.parameter:
        return f"`{call.shown}` waits for ever unless given `{fact.parameter[0]}`"
    return f"`{call.shown}` waits for ever and takes no timeout"
