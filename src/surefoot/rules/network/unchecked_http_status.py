"""`unchecked-http-status`: the body of an answer is used whatever its status says."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits.answers import raising
from surefoot.facts.kinds import HttpAnswer
from surefoot.linking.hooked import is_hooked_elsewhere
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.handlers import last_name
from surefoot.semantics.hooked import hooks_in, is_handed_on, may_be_hooked
from surefoot.semantics.http_answers import Looks, looks_at_answer
from surefoot.semantics.loops import is_script
from surefoot.semantics.summary import MOUNTED

_RAISES = "raise_for_status"
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request"})
_SENDING = frozenset({"post", "put", "patch", "delete"})


class UncheckedHttpStatus(Rule):
    """The body of an answer is used, and nobody looks at the status.

    A page that says the gateway is down is parsed as if it were the data: the failure shows
    somewhere else, as a missing key, or is stored. A change that the server refused passes for
    done. Call `raise_for_status()`, or look at the status first.
    """

    code = "SF108"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            import requests

            def user(number):
                answer = requests.get(f"https://x/{number}", timeout=3)
                return answer.json()["user"]["name"]

            def price(url):
                return requests.get(url, timeout=3).json()["x"]
            """,
            fixed="""
            import requests

            def user(number):
                answer = requests.get(f"https://x/{number}", timeout=3)
                answer.raise_for_status()
                return answer.json()["user"]["name"]

            def price(url):
                response = requests.get(url, timeout=3)
                response.raise_for_status()
                return response.json()["x"]
            """,
            count=2,
        ),
        Bad(
            """
            import httpx

            class Api:
                def __init__(self):
                    self.client = httpx.AsyncClient()

                async def rates(self):
                    answer = await self.client.get("/rates")
                    return answer.json()
            """,
            fixed="""
            import httpx

            class Api:
                def __init__(self):
                    self.client = httpx.AsyncClient()

                async def rates(self):
                    answer = await self.client.get("/rates")
                    answer.raise_for_status()
                    return answer.json()
            """,
        ),
        Bad(
            """
            import aiohttp

            async def load(url):
                async with aiohttp.ClientSession() as session:
                    async with session.get(url) as answer:
                        return await answer.json()
            """,
            fixed="""
            import aiohttp

            async def load(url):
                async with aiohttp.ClientSession() as session:
                    async with session.get(url) as answer:
                        answer.raise_for_status()
                        return await answer.json()
            """,
        ),
        Bad(
            """
            # file: clients.py
            import requests

            session = requests.Session()
            # file: service.py
            from clients import session

            def load(url):
                return session.get(url, timeout=3).text

            def remove(url):
                session.delete(url, timeout=3)
            """,
            fixed="""
            # file: clients.py
            import requests

            session = requests.Session()
            # file: service.py
            from clients import session

            def load(url):
                response = session.get(url, timeout=3)
                response.raise_for_status()
                return response.text

            def remove(url):
                session.delete(url, timeout=3).raise_for_status()
            """,
            count=2,
        ),
        Bad(
            """
            import requests

            class Shop:
                def __init__(self, check):
                    self.prices = requests.Session()
                    self.prices.hooks["response"].append(check)
                    self.stock = requests.Session()

                def price(self, url):
                    return self.prices.get(url, timeout=3).json()["price"]

                def level(self, url):
                    return self.stock.get(url, timeout=3).json()["level"]
            """,
            fixed="""
            import requests

            class Shop:
                def __init__(self, check):
                    self.prices = requests.Session()
                    self.prices.hooks["response"].append(check)
                    self.stock = requests.Session()

                def price(self, url):
                    return self.prices.get(url, timeout=3).json()["price"]

                def level(self, url):
                    response = self.stock.get(url, timeout=3)
                    response.raise_for_status()
                    return response.json()["level"]
            """,
        ),
        Good(
            """
            import requests

            def user(number):
                answer = requests.get(f"https://x/{number}", timeout=3)
                answer.raise_for_status()
                return answer.json()

            def maybe(number):
                answer = requests.get(f"https://x/{number}", timeout=3)
                if answer.status_code == 404:
                    return None
                return answer.json()
            """,
            because="the status is looked at",
        ),
        Good(
            """
            import requests

            def load(url):
                return requests.get(url, timeout=3)

            def checked(url, check):
                answer = requests.get(url, timeout=3)
                check(answer)
                return answer.json()

            def age(url):
                return requests.get(url, timeout=3).headers["Age"]
            """,
            because="the caller, or the function it is handed to, may look; headers are no content",
        ),
        Good(
            """
            import aiohttp
            import httpx

            async def load(url):
                async with aiohttp.ClientSession(raise_for_status=True) as session:
                    async with session.get(url) as answer:
                        return await answer.json()

            async def load_once(session: aiohttp.ClientSession, url):
                async with session.get(url, raise_for_status=True) as answer:
                    return await answer.json()

            def load_with_hook(url, check):
                client = httpx.Client(event_hooks={"response": [check]})
                return client.get(url).json()
            """,
            because="the session, the call or the hook raises",
        ),
        Good(
            """
            import requests

            class Session(requests.Session):
                def request(self, *args, **options):
                    answer = super().request(*args, **options)
                    answer.raise_for_status()
                    return answer

            def load(url):
                return Session().get(url, timeout=3).json()

            def load_hooked(url, check):
                session = requests.Session()
                session.hooks["response"].append(check)
                return session.get(url, timeout=3).json()
            """,
            because="the project's session checks each answer",
        ),
        Good(
            """
            import requests

            def _get(url):
                answer = requests.get(url, timeout=3)
                if not answer.ok:
                    raise RuntimeError(answer.status_code)
                return answer

            def load(url):
                return _get(url).text
            """,
            because="the helper checks",
        ),
        Good(
            """
            import urllib.request

            def load(url, cache):
                with urllib.request.urlopen(url, timeout=3) as answer:
                    return answer.read() + cache.get(url).text
            """,
            because="urllib raises for a bad status, and not every `get` is a request",
        ),
    )

    def visit_Call(self, node: cst.Call) -> None:
        call = self.file.call(node)
        fact = call.fact(HttpAnswer)
        if fact is None and not (call.pending and last_name(node.func) in _VERBS):
            return
        looks = looks_at_answer(self.file, node)
        if looks is None or not (looks.dropped or looks.attributes):
            return
        if fact is not None and not _is_wrong(call, fact, looks):
            return
        if not may_be_hooked(self.file, node):
            told = (looks.dropped, looks.guarded, is_handed_on(self.file, node))
            self.note(node, "answer", *told, *sorted(looks.attributes))

    def visit_Module(self, node: cst.Module) -> None:
        for hook in () if self.file.is_test else hooks_in(self.file):
            name = hook.owner[1] if hook.owner is not None else ""
            self.note(hook.node, "hook", name, hook.is_given)

    def link(self, project: Project) -> None:
        found = {}
        hooked: dict[str, str] = {}
        given: set[str] = set()
        for examination, note in project.notes(self.name):
            kind, *data = note.data
            if kind == "hook":
                owner = note.scope or str(data[0])
                if owner:
                    hooked[full_name(examination.module, owner)] = examination.path
                given |= {examination.path} if data[1] else set()
            else:
                found[examination.path, note.place] = data
        for call in project.calls_about(HttpAnswer) if found else ():
            known = found.get((call.path, call.place))
            fact = call.fact(HttpAnswer)
            if known is None or fact is None:
                continue
            dropped, guarded, handed, *attributes = known
            others = [name for name, path in hooked.items() if path != call.path]
            if (handed and given - {call.path}) or is_hooked_elsewhere(call, others):
                continue
            looks = Looks(frozenset(map(str, attributes)), bool(dropped), bool(guarded))
            if not _is_wrong(call, fact, looks):
                continue
            if call.constructor is None and self._checks_somewhere(project, call, fact):
                continue
            fixable = _RAISES in fact.status and not looks.guarded
            self._tell(call, looks, () if fixable else None)

    def _checks_somewhere(self, project: Project, call: Call, fact: HttpAnswer) -> bool:
        """Whether a client of this kind is made so that it looks at the status itself."""
        receiver = call.receiver
        return receiver is not None and any(
            each.name == receiver[1] and each.arguments.has(fact.constructor)
            for each in project.calls
        )

    def _tell(self, call: Call, looks: Looks, fix_data: tuple[()] | None) -> None:
        message = (
            f"nobody looks at what `{call.shown}` answers: a refusal passes for done"
            if looks.dropped
            else f"the answer of `{call.shown}` is used whatever its status: an error page is "
            "taken for the content"
        )
        confidence = Confidence.MEDIUM if looks.dropped else None
        if is_script(call.path) or looks.guarded:
            confidence = Confidence.LOW
        self.report(call, message, confidence=confidence, fix_data=fix_data)

    def fix_at(self, node: Any) -> Fix:
        edits = raising(self.file, node, _RAISES)
        return Fix("Raise for a status that tells of a failure", edits, Safety.UNSAFE)


def _is_wrong(call: Call, fact: HttpAnswer, looks: Looks) -> bool:
    """Whether the status of what a call gives is looked at neither by the code that uses it nor,
    as far as can be seen, by the client."""
    if call.overrides("request", "send", "_request", "get", "post"):
        return False
    if fact.checked_by and call.arguments.has(fact.checked_by):
        return False
    made = call.constructor
    if made is not None and (
        (fact.constructor and made.has(fact.constructor)) or made.has((MOUNTED,))
    ):
        return False
    if looks.dropped:
        return fact.sends == "yes" or (fact.sends == "method" and _sends(call))
    return not looks.attributes.isdisjoint(fact.body) and looks.attributes.isdisjoint(fact.status)


def _sends(call: Call) -> bool:
    method = call.arguments.get("method", 0)
    return (
        not isinstance(method, Given)
        and method is not None
        and method[0] == "k"
        and str(method[1]).lower() in _SENDING
    )
