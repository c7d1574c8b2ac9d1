"""`infinite-timeout`: a timeout that somebody switched off."""

from __future__ import annotations

from typing import Any

from surefoot.edits.bounds import rebounded
from surefoot.facts.kinds import Connects, Timeout
from surefoot.linking.project import Project
from surefoot.model import Confidence, Defaults, Fix, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.connecting import unbounded
from surefoot.semantics.summary import At
from surefoot.semantics.timeouts import Bound, bound_of
from surefoot.semantics.values import PENDING


class InfiniteTimeout(Rule):
    """A network call whose timeout is switched off.

    The library would have given up by itself, or the author thought of a timeout and wrote
    `None`: either way the call now waits for as long as the peer keeps the connection open.

    Give the longest wait the caller can afford. For answers that may rightly take very long
    bound at least the time to connect and the silence between two pieces of data.
    """

    code = "SF102"
    severity = Severity.WARNING
    facts = (Timeout, Connects)
    examples = (
        Bad(
            """
            import httpx

            def load(url):
                return httpx.get(url, timeout=None)
            """,
            fixed="""
            import httpx

            def load(url):
                return httpx.get(url, timeout=10)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import httpx

            client = httpx.Client(timeout=httpx.Timeout(5, read=None))
            """
        ),
        Bad(
            """
            import aiohttp

            session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
            """
        ),
        Bad(
            """
            import requests

            NO_TIMEOUT = None

            def load(url):
                requests.get(url, timeout=(3, None))
                return requests.get(url, timeout=NO_TIMEOUT)
            """,
            count=2,
        ),
        Bad(
            """
            import redis

            client = redis.Redis(host="cache", socket_timeout=None)
            """,
            fixed="""
            import redis

            client = redis.Redis(host="cache", socket_timeout=10)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            # file: settings.py
            READ_TIMEOUT = None
            PAY_TIMEOUT = 5
            # file: service.py
            import requests
            import settings
            from settings import READ_TIMEOUT

            def load(url):
                requests.get(url, timeout=settings.PAY_TIMEOUT)
                requests.get(url, timeout=settings.READ_TIMEOUT)
                return requests.get(url, timeout=READ_TIMEOUT)
            """,
            count=2,
        ),
        Bad(
            """
            import socket

            def ask(host, line):
                peer = socket.socket()
                peer.settimeout(None)
                peer.connect((host, 43))
                peer.sendall(line)
                return peer.recv(4096)
            """
        ),
        Good(
            """
            import socket

            def listen(host):
                peer = socket.socket()
                peer.settimeout(3)
                peer.connect((host, 5222))
                peer.settimeout(None)
                return peer.recv(4096)
            """,
            because="only what may rightly take long waits without a bound",
        ),
        Good(
            """
            import requests

            def load(url, timeout=None):
                return requests.get(url, timeout=timeout)
            """,
            because="the caller decides",
        ),
        Good(
            """
            import aiohttp

            timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
            session = aiohttp.ClientSession(timeout=timeout)
            """,
            because="the silence between two pieces of data is bounded",
        ),
        Good(
            """
            import httpx

            client = httpx.Client(timeout=httpx.Timeout(5, pool=None))
            """,
            because="only waiting for a free connection of one's own pool is unbounded",
        ),
        Good(
            """
            import asyncio
            import httpx

            async def load(client: httpx.AsyncClient, url):
                async with asyncio.timeout(10):
                    return await client.get(url, timeout=None)
            """,
            because="the block around it bounds the time",
        ),
    )

    def check_call(self, call: Call, fact: Timeout | Connects) -> None:
        if isinstance(fact, Connects):
            self._judge_connection(call, fact)
            return
        if fact.wait != "network" or At.DEADLINE in call.at:
            return
        given = call.arguments.get(fact.parameter, fact.position)
        if given == PENDING and call.node is not None:
            self.note(call.node)
        elif bound_of(call, fact) is Bound.FOREVER and not _is_only_inherited(call, fact):
            self.report(
                call,
                f"`{call.shown}` waits for ever, its timeout is switched off",
                fix_data=(fact.parameter, fact.position, fact.made_with),
            )

    def _judge_connection(self, call: Call, fact: Connects) -> None:
        """Judge a connection of an object that is told to wait for ever, and nothing else."""
        if call.node is None or At.DEADLINE in call.at:
            return
        found = unbounded(self.file, call, fact)
        if found is not None and found.switched_off is not None:
            told, shown = self.file.code(found.switched_off), self.file.code(call.node.func)
            message = f"after `{told}`, `{shown}` and each read wait without a bound"
            confidence = None if found.reads else Confidence.MEDIUM
            self.report(found.switched_off, message, confidence=confidence)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            call = project.calls_at.get((examination.path, note.place))
            fact = call.fact(Timeout) if call is not None else None
            if call is not None and fact is not None and not call.was_pending:
                self.check_call(call, fact)

    def fix_at(
        self, node: Any, parameters: tuple[str, ...], position: int | None, made_with: str | None
    ) -> Fix | None:
        return rebounded(self.file, node, parameters, position, self.defaults, made_with)


def _is_only_inherited(call: Call, fact: Timeout) -> bool:
    """Whether the client was made without a bound: the place to say so is where it is made."""
    return not call.arguments.has(fact.parameter, fact.position)
