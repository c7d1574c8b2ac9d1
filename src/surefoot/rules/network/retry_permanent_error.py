"""`retry-permanent-error`: what fails the same way each time is tried again."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from surefoot.facts.kinds import FailsOnStatus, Permanent, RetriedStatuses, Retry
from surefoot.linking.project import Project
from surefoot.linking.repetitions import Repetition, Repetitions
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.handlers import last_name
from surefoot.semantics.retries import Policy
from surefoot.semantics.retry_notes import loop_note
from surefoot.semantics.statuses import PERMANENT, RARELY_PERMANENT, asks_for_status, listed
from surefoot.semantics.world import World

_RETRIED = re.compile(r"(?i)(.*_)?re_?tr(y|ies|yable|iable)(_.*)?")
_STATUS = re.compile(r"(?i).*(status|code|http|error).*")
_SPARED = re.compile(
    r"(?i)(.*_)?(no|non|not|dont|never|skip|fatal|permanent|un|without)_?(.*_)?re_?tr.*"
)


class RetryPermanentError(Rule):
    """What fails the same way each time is tried again.

    A refused password, a missing resource or a request that makes no sense is answered as
    before, however often it is sent: the caller waits through all attempts for an answer that
    was known after the first, the peer gets several times the load, and some accounts are locked
    meanwhile. Retry the failures that pass: lost connections, timeouts, 429 and 5xx.
    """

    code = "SF125"
    severity = Severity.ERROR
    facts = (Retry, RetriedStatuses)
    examples = (
        Bad(
            """
            from urllib3.util import Retry

            policy = Retry(
                total=3, backoff_factor=1, backoff_jitter=1, status_forcelist=[401, 429, 503]
            )
            """
        ),
        Bad(
            """
            from http import HTTPStatus

            RETRY_STATUS_CODES = {HTTPStatus.BAD_REQUEST, HTTPStatus.BAD_GATEWAY}

            class Client:
                retryable_statuses = (400, 500)
            """,
            count=2,
        ),
        Bad(
            """
            from urllib3.util import Retry

            STATUS_CODES_TO_RETRY = [401, 408, 500]
            policy = Retry(total=3, backoff_factor=1, status_forcelist=STATUS_CODES_TO_RETRY)
            """
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type((KeyError, TypeError)),
            )
            def parse(text):
                return read(text)
            """
        ),
        Bad(
            """
            import backoff
            import openai

            @backoff.on_exception(
                backoff.expo, (openai.APIConnectionError, openai.AuthenticationError), max_tries=3
            )
            def ask(client):
                return client.ask()
            """
        ),
        Bad(
            """
            import requests
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(requests.RequestException),
            )
            def load(url):
                answer = requests.get(url, timeout=3)
                answer.raise_for_status()
                return answer.json()
            """
        ),
        Bad(
            """
            import time

            import httpx

            def load(client: httpx.Client, url):
                for attempt in range(3):
                    try:
                        answer = client.get(url)
                        answer.raise_for_status()
                        return answer
                    except httpx.HTTPError:
                        time.sleep(2 ** attempt)
                raise RuntimeError(url)
            """
        ),
        Good(
            """
            from urllib3.util import Retry

            policy = Retry(total=3, backoff_factor=1, status_forcelist=[408, 429, 502, 503, 504])
            RETRY_STATUSES = [408, 425, 429, 500]
            NON_RETRYABLE_STATUSES = [400, 401]
            NO_RETRY_CODES = (400, 404)
            RETRY_DELAYS = [400, 800]
            RETRIED_STATUSES = frozenset(elsewhere.statuses())
            """,
            because="these pass, are not tried again, or are no statuses",
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(5),
                retry=tenacity.retry_if_exception_type(
                    (requests.ConnectionError, requests.Timeout)
                ),
            )
            def pull():
                answer = requests.get("https://example.com", timeout=3)
                answer.raise_for_status()
            """,
            because="only failures of the transport are retried",
        ),
        Good(
            """
            import backoff
            import requests

            @backoff.on_exception(
                backoff.expo, requests.RequestException, max_tries=4, giveup=is_permanent
            )
            def pull():
                answer = requests.get("https://example.com", timeout=3)
                answer.raise_for_status()
            """,
            because="`giveup` decides",
        ),
        Good(
            """
            import backoff
            import requests

            @backoff.on_exception(backoff.expo, requests.RequestException, max_tries=4)
            def pull():
                answer = requests.get("https://example.com", timeout=3)
                if answer.status_code >= 500:
                    answer.raise_for_status()
                return answer
            """,
            because="the status was asked for before",
        ),
        Good(
            """
            import time

            import requests

            def load(url):
                for attempt in range(3):
                    try:
                        answer = requests.get(url, timeout=3)
                        answer.raise_for_status()
                        return answer
                    except requests.RequestException as error:
                        if error.response is not None and error.response.status_code < 500:
                            raise
                        time.sleep(2 ** attempt)
                raise RuntimeError(url)
            """,
            because="the handler tells them apart",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_not_exception_type((KeyError, TypeError)),
            )
            def parse(text):
                return read(text)
            """,
            because="they are left out",
        ),
        Good(
            """
            import requests
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(requests.RequestException),
            )
            def load(url):
                return requests.get(url, timeout=3)

            def names(url):
                answer = load(url)
                answer.raise_for_status()
                return answer.json()
            """,
            because="the status is judged outside of the retry",
        ),
    )

    def check_call(self, call: Call, fact: Retry | RetriedStatuses) -> None:
        if isinstance(fact, RetriedStatuses):
            symbol = call.arguments.symbol(fact.parameter, fact.position)
            if not isinstance(symbol, Given) and not self._is_named(call, fact):
                self._judge_statuses(call, call.shown, listed(call.world, symbol))
        elif isinstance(fact, Retry):
            policy = Policy(call.shown, fact, call.arguments)
            if policy.enabled and policy.attempts != 1 and not policy.errors.filtered:
                self._judge_errors(call, policy)

    def _is_named(self, call: Call, fact: RetriedStatuses) -> bool:
        """Whether the statuses have a name by which they are judged where they are listed."""
        for position, argument in enumerate(call.node.args if call.node is not None else ()):
            keyword = argument.keyword.value if argument.keyword is not None else None
            given = keyword == fact.parameter or (keyword is None and position == fact.position)
            if given and isinstance(argument.value, (cst.Name, cst.Attribute)):
                return _lists_retried(last_name(argument.value))
        return False

    def _judge_statuses(self, where: Call | cst.CSTNode, name: str, found: Iterable[int]) -> None:
        sure = sorted(PERMANENT.intersection(found))
        rare = sorted(RARELY_PERMANENT.intersection(found))
        if sure or rare:
            shown = " and ".join(str(status) for status in sure or rare)
            self.report(
                where,
                f"`{name}` tries again after {shown}, which the same request gets each time",
                confidence=Confidence.HIGH if sure else Confidence.LOW,
            )

    def _judge_errors(self, call: Call, policy: Policy) -> None:
        found = [
            (name, fact)
            for name in sorted(policy.errors.names)
            if (fact := _permanent(call.world, name)) is not None
        ]
        if not found:
            return
        sure = [item for item in found if item[1].sure]
        name, fact = (sure or found)[0]
        shown = name.removeprefix("builtins.")
        self.report(
            call,
            f"`{policy.name}` tries again after `{shown}`: {fact.why}, and is so each time",
            confidence=Confidence.HIGH if sure else Confidence.LOW,
        )

    def visit_If(self, node: cst.If) -> None:
        if asks_for_status(self.file, node) and self.file.function(node) is not None:
            self.note(node, "decided")

    def visit_Assign(self, node: cst.Assign) -> None:
        for item in node.targets:
            self._judge_name(node, item.target, node.value)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self._judge_name(node, node.target, node.value)

    def _judge_name(
        self, node: cst.CSTNode, target: cst.CSTNode, value: cst.BaseExpression
    ) -> None:
        match target:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                if not isinstance(value, (cst.List, cst.Set, cst.Tuple, cst.Call)):
                    return
                if _lists_retried(name):
                    known = self.file.value(value)
                    found = listed(self.file.world, self.file.symbol(value))
                    if known is not None and known[0] == "t" and len(found) == len(known[1]):
                        self._judge_statuses(node, name, found)

    def visit_For(self, node: cst.For) -> None:
        self._note_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._note_loop(node)

    def _note_loop(self, node: cst.For | cst.While) -> None:
        found = loop_note(self.file, node)
        if found is not None:
            self.note(node, *found)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        decided = {
            (examination.path, note.scope) for examination, note in notes if len(note.data) == 1
        }
        loops = [item for item in notes if len(item[1].data) > 1]
        ends = [
            call
            for call in project.calls_about(FailsOnStatus)
            if (call.path, call.function) not in decided
        ]
        for repetition in Repetitions(project, loops).of(ends):
            self._judge(project.world, repetition)

    def _judge(self, world: World, repetition: Repetition) -> None:
        end, errors = repetition.way.end, repetition.layer.errors
        fact = end.fact(FailsOnStatus)
        if fact is None or errors.everything or errors.filtered or errors.unknown:
            return
        named = [name for name in sorted(errors.names) if world.is_a(fact.error, name)]
        own = [name for name in named if not name.startswith("builtins.")]
        if not own:
            return
        what = f"`{repetition.function.rpartition('.')[2]}`"
        self.report(
            Note(self.name, repetition.layer.place, repetition.function),
            f"{what} tries again after `{own[0]}`, which 400, 401 and 404 raise too",
            path=repetition.layer.path,
            chain=repetition.links(),
        )


def _lists_retried(name: str) -> bool:
    """Whether a name says that it lists the statuses after which something is tried again."""
    if _RETRIED.fullmatch(name) is None or _STATUS.fullmatch(name) is None:
        return False
    return _SPARED.fullmatch(name) is None


def _permanent(world: World, name: str) -> Permanent | None:
    found: Permanent | None = world.fact(Permanent, name)
    return found if world.cls(name) is None else None
