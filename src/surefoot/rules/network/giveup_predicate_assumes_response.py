"""`giveup-predicate-assumes-response`: an answer is looked at that may never have come."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Retry, RetryPart
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import caught_by
from surefoot.semantics.judges import judge
from surefoot.semantics.lacking import (
    Lacking,
    lacking,
    may_fail_without_answer,
    needed,
    others_come_first,
    taken_for_granted,
)
from surefoot.semantics.retries import Policy
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import PENDING

_ANY = frozenset({"builtins.Exception"})


class GiveupPredicateAssumesResponse(Rule):
    """What decides about a failure looks at an answer that may never have come.

    After a timeout, a refused connection or an unknown host there is no answer: `response` is
    None, or not there. The `AttributeError` that follows ends the retries just when they are
    needed, and the log tells of it instead of the network. Ask whether there is an answer first,
    or catch the exception that always has one.
    """

    code = "SF117"
    severity = Severity.ERROR
    facts = (Retry, RetryPart)
    examples = (
        Bad(
            """
            import backoff
            import requests

            @backoff.on_exception(
                backoff.expo,
                requests.RequestException,
                max_tries=4,
                giveup=lambda error: error.response.status_code < 500,
            )
            def load(url):
                answer = requests.get(url, timeout=5)
                answer.raise_for_status()
                return answer
            """
        ),
        Bad(
            """
            import backoff
            import requests

            def is_permanent(error):
                return 400 <= error.response.status_code < 500

            @backoff.on_exception(
                backoff.expo, requests.exceptions.RequestException, giveup=is_permanent
            )
            def load(url):
                return requests.get(url, timeout=5)
            """
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(lambda error: error.response.status_code >= 500),
            )
            def load(client):
                return client.fetch()
            """
        ),
        Bad(
            """
            import requests

            def load(url):
                try:
                    return requests.get(url, timeout=5)
                except requests.RequestException as error:
                    if error.response.status_code == 404:
                        return None
                    raise
            """
        ),
        Bad(
            """
            import requests

            def load(url):
                try:
                    return requests.get(url, timeout=5)
                except (requests.ConnectionError, requests.HTTPError) as error:
                    answer = error.response
                    raise LookupError(answer.text) from error
            """
        ),
        Bad(
            """
            import httpx

            def load(url):
                try:
                    return httpx.get(url).raise_for_status()
                except httpx.HTTPError as error:
                    raise LookupError(error.response.text) from error
            """
        ),
        Bad(
            """
            import requests
            import tenacity

            def is_transient(error):
                if not isinstance(error, requests.RequestException):
                    return False
                return error.response.status_code >= 500

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(is_transient),
            )
            def load(url):
                return requests.get(url, timeout=5)

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(
                    lambda error: isinstance(error, requests.RequestException)
                    and error.response.status_code == 503
                ),
            )
            def look(url):
                return requests.head(url, timeout=5)
            """,
            count=2,
        ),
        Bad(
            """
            # file: errors.py
            def is_permanent(error):
                return 400 <= error.response.status_code < 500
            # file: service.py
            import backoff
            import requests
            from errors import is_permanent

            @backoff.on_exception(
                backoff.expo, requests.RequestException, max_tries=3, giveup=is_permanent
            )
            def load(url):
                return requests.get(url, timeout=5)

            @backoff.on_exception(
                backoff.expo, requests.HTTPError, max_tries=3, giveup=is_permanent
            )
            def look(url):
                return requests.head(url, timeout=5)
            """
        ),
        Good(
            """
            import backoff
            import requests

            @backoff.on_exception(
                backoff.expo,
                requests.RequestException,
                max_tries=4,
                giveup=lambda error: (
                    error.response is not None and error.response.status_code < 500
                ),
            )
            def load(url):
                answer = requests.get(url, timeout=5)
                answer.raise_for_status()
                return answer
            """,
            because="it asks whether there is an answer",
        ),
        Good(
            """
            import backoff
            import requests

            @backoff.on_exception(
                backoff.expo,
                requests.HTTPError,
                max_tries=4,
                giveup=lambda error: error.response.status_code < 500,
            )
            def load(url):
                answer = requests.get(url, timeout=5)
                answer.raise_for_status()
                return answer
            """,
            because="an HTTPError always has an answer",
        ),
        Good(
            """
            import requests
            import tenacity

            def is_transient(error):
                return isinstance(error, requests.HTTPError) and error.response.status_code >= 500

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(is_transient),
            )
            def load(url):
                return requests.get(url, timeout=5)
            """,
            because="the class was asked for first",
        ),
        Good(
            """
            import requests
            import tenacity

            def is_transient(error):
                if isinstance(error, requests.ConnectionError):
                    return True
                return error.response.status_code >= 500

            def is_busy(error):
                return not isinstance(error, requests.HTTPError) or (
                    error.response.status_code == 503
                )

            def is_known(error):
                if isinstance(error, (requests.RequestException, LookupError)):
                    return getattr(error, "response", None) is None
                return False

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(is_transient),
            )
            def load(url):
                return requests.get(url, timeout=5)

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(is_busy),
            )
            def look(url):
                return requests.head(url, timeout=5)

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception(is_known),
            )
            def know(url):
                return requests.head(url, timeout=5)
            """,
            because="what is left when the other class was seen to is not known",
        ),
        Good(
            """
            import requests

            def load(url):
                try:
                    return requests.get(url, timeout=5)
                except requests.RequestException as error:
                    answer = error.response
                    if answer is None:
                        raise
                    return answer.status_code
            """,
            because="a missing answer is looked after",
        ),
        Good(
            """
            import requests

            def check(answer):
                try:
                    answer.raise_for_status()
                except requests.RequestException as error:
                    raise LookupError(error.response.text) from error
            """,
            because="the answer is there, and only its status can fail",
        ),
        Good(
            """
            import requests

            def load(url):
                try:
                    return requests.get(url, timeout=5)
                except requests.RequestException as error:
                    try:
                        reason = error.response.json()
                    except Exception:
                        reason = str(error)
                    raise LookupError(reason) from error
            """,
            because="a missing answer is caught",
        ),
        Good(
            """
            import aiohttp

            async def post(session, url, log):
                try:
                    await session.post(url)
                except aiohttp.ServerDisconnectedError as error:
                    log(f"not sent: {error.message}")
            """,
            because="this one has a message",
        ),
        Good(
            """
            import httpx

            def load(url):
                try:
                    return httpx.get(url)
                except httpx.HTTPError as error:
                    if hasattr(error, "response"):
                        raise LookupError(error.response.text) from error
                    raise
            """,
            because="it asks whether there is an answer",
        ),
    )

    def check_call(self, call: Call, fact: Retry | RetryPart) -> None:
        node = call.node
        if node is None:
            return
        if isinstance(fact, RetryPart):
            if fact.judge is not None and len(node.args) > fact.judge:
                self._judge(node.args[fact.judge].value, _ANY)
            return
        names = Policy(call.shown, fact, call.arguments).errors.names if fact.judges else ()
        for argument in node.args:
            keyword = argument.keyword.value if argument.keyword is not None else ""
            if keyword in fact.judges:
                self._judge(argument.value, frozenset(names or _ANY))

    def _judge(self, predicate: cst.BaseExpression, names: frozenset[str]) -> None:
        may_lack = lacking(self.file.world, names)
        if may_lack and self.file.value(predicate) == PENDING:
            self.note(predicate, "judge", self.file.symbol(predicate), tuple(sorted(names)))
            return
        found = judge(self.file, predicate) if may_lack else None
        taken = (
            taken_for_granted(self.file, found.body, found.parameter, may_lack) if found else None
        )
        if taken is not None:
            self.report(taken[0], _message(self.file.code(taken[0]), taken[1]))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        """Remember what a function that may be a predicate elsewhere needs of its argument."""
        for name, attribute in needed(self.file, node):
            lack = {attribute: Lacking("", attribute, False)}
            taken = taken_for_granted(self.file, node.body, name, lack)
            if taken is not None:
                owner = self.file.scope_of(node).qualname
                code = self.file.code(taken[0])
                self.note(taken[0], "needs", owner, attribute, code, taken[1].cls)

    def link(self, project: Project) -> None:
        needs: dict[str, list[tuple[str, Note]]] = {}
        judges: list[tuple[Symbol, tuple[str, ...]]] = []
        for examination, note in project.notes(self.name):
            match note.data:
                case ("needs", str() as owner, *_):
                    name = full_name(examination.module, owner)
                    needs.setdefault(name, []).append((examination.path, note))
                case ("judge", tuple() as symbol, tuple() as names):
                    judges.append((symbol, names))
        for predicate, names in judges:
            value = project.world.value(predicate)
            may_lack = lacking(project.world, names)
            found = needs.get(value[1], []) if value is not None and value[0] in ("n", "m") else []
            for path, note in found:
                _, _, attribute, code, sure = note.data
                lack = may_lack.get(str(attribute))
                if lack is not None:
                    lack = lack._replace(cls=str(sure)) if sure else lack
                    self.report(note, _message(str(code), lack), path=path)

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        attempt = self.file.parent(node)
        if node.type is None or node.name is None or not isinstance(attempt, cst.Try):
            return
        may_lack = lacking(self.file.world, caught_by(self.file, node).names - _ANY)
        if not may_lack or not isinstance(node.name.name, cst.Name):
            return
        taken = taken_for_granted(self.file, node.body, node.name.name.value, may_lack)
        if taken is None or not may_fail_without_answer(self.file, attempt):
            return
        unsure = others_come_first(self.file, attempt, node)
        self.report(
            taken[0],
            _message(self.file.code(taken[0]), taken[1]),
            confidence=Confidence.LOW if unsure else Confidence.HIGH,
        )


def _message(code: str, lack: Lacking) -> str:
    shown = lack.cls.removeprefix("builtins.")
    if lack.absent:
        return f"a `{shown}` that is no answer has no `{lack.attribute}`: `{code}` hides it"
    return f"`{code}` is None after a `{shown}` without an answer, and what follows hides it"
