"""`retry-error-not-caught`: a handler that never gets the exception it is for."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Retry
from surefoot.linking.project import Project
from surefoot.linking.retried_functions import retried_functions
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.handler_notes import Attempt, attempt_note, attempt_of_note
from surefoot.semantics.handlers import caught
from surefoot.semantics.retries import Policy
from surefoot.semantics.summary import At
from surefoot.semantics.world import World

_EVERYTHING = ("builtins.Exception", "builtins.BaseException")


class RetryErrorNotCaught(Rule):
    """A handler that never gets the exception it is for.

    When all attempts have failed, the policy raises an exception of its own, which is no
    subclass of the original one: the fallback that was written for the outage does not run, and
    the caller gets a `RetryError` that nobody expects. Let the policy raise the original
    exception (`reraise=True`), or catch what it raises.
    """

    code = "SF120"
    severity = Severity.ERROR
    facts = (Retry,)
    examples = (
        Bad(
            """
            # file: net.py
            from tenacity import (
                retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential,
            )

            @retry(
                stop=stop_after_attempt(3),
                wait=wait_random_exponential(),
                retry=retry_if_exception_type(OSError),
            )
            def pull():
                return fetch()
            # file: use.py
            from net import pull

            def run():
                try:
                    return pull()
                except OSError:
                    return None
            """
        ),
        Bad(
            """
            import requests
            import tenacity

            class Rates:
                @tenacity.retry(
                    stop=tenacity.stop_after_attempt(3),
                    retry=tenacity.retry_if_exception_type(requests.RequestException),
                )
                async def fetch(self):
                    return await self.session.get()

                async def current(self):
                    try:
                        rates = await self.fetch()
                        self.keep(rates)
                    except (requests.ConnectionError, requests.Timeout):
                        return self.last
                    return rates
            """
        ),
        Bad(
            """
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except ConnectionError:
                    return None
            """
        ),
        Bad(
            """
            import tenacity

            def run(client):
                try:
                    for attempt in tenacity.Retrying(
                        stop=tenacity.stop_after_attempt(3),
                        retry=tenacity.retry_if_exception_type(OSError),
                    ):
                        with attempt:
                            return client.fetch()
                except OSError:
                    return None
            """
        ),
        Bad(
            """
            from retrying import retry

            @retry(stop_max_attempt_number=3, wrap_exception=True)
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except OSError:
                    return None
            """
        ),
        Good(
            """
            # file: net.py
            from tenacity import retry, retry_if_exception_type, stop_after_attempt

            @retry(
                stop=stop_after_attempt(3),
                retry=retry_if_exception_type(OSError),
                reraise=True,
            )
            def pull():
                return fetch()
            # file: use.py
            from net import pull

            def run():
                try:
                    return pull()
                except OSError:
                    return None
            """,
            because="`reraise` lets the original exception out",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError),
            )
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except Exception:
                    return None

            def run_named():
                try:
                    return pull()
                except OSError:
                    return None
                except tenacity.RetryError:
                    return None
            """,
            because="what the policy raises is caught",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(ConnectionError),
            )
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except PermissionError:
                    return None
            """,
            because="what is not retried comes out as it is",
        ),
        Good(
            """
            import json

            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def pull():
                return fetch()

            def run():
                try:
                    text = pull()
                    return json.loads(text)
                except ValueError:
                    return None
            """,
            because="the handler is for the other call",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError),
                retry_error_callback=lambda state: state.outcome.result(),
            )
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except OSError:
                    return None
            """,
            because="the callback decides what comes out",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(
                stop=tenacity.stop_after_attempt(3),
                retry=tenacity.retry_if_exception_type(OSError),
            )
            def pull():
                return fetch()

            def run():
                try:
                    try:
                        return pull()
                    except Exception as error:
                        raise OSError("no answer") from error
                except OSError:
                    return None
            """,
            because="the handler is for what the inner one raises",
        ),
        Good(
            """
            import tenacity

            @tenacity.retry(retry=tenacity.retry_if_exception_type(OSError))
            def pull():
                return fetch()

            def run():
                try:
                    return pull()
                except OSError:
                    return None
            """,
            because="a retry without end never gives up",
        ),
    )

    def visit_Try(self, node: cst.Try) -> None:
        found = attempt_note(self.file, node)
        if found is not None:
            self.note(node, *found)

    def link(self, project: Project) -> None:
        calls = list(_wrapping_calls(project))
        if not calls:
            return
        paths = {call.path for call, _, _ in calls}
        attempts: dict[str, list[Attempt]] = {}
        for examination, note in project.notes(self.name):
            if examination.path in paths:
                attempts.setdefault(examination.path, []).append(attempt_of_note(note))
        for call, policy, chain in calls:
            around = [
                attempt
                for attempt in attempts.get(call.path, ())
                if attempt.first <= call.place < attempt.last
            ]
            if around:
                self._judge(project.world, call, policy, chain, max(around, key=_first))

    def _judge(
        self,
        world: World,
        call: LinkedCall,
        policy: Policy,
        chain: tuple[Link, ...],
        attempt: Attempt,
    ) -> None:
        raised = policy.raised or ""
        taken = [(place, caught(world, symbol)) for place, symbol in attempt.handlers]
        if any(not found.names or found.pending for _, found in taken):
            return
        every = [name for _, found in taken for name in found.names]
        if any(name in _EVERYTHING or world.is_a(raised, name) is not False for name in every):
            return
        for place, found in taken:
            meant = [name for name in sorted(found.names) if _is_tried(world, policy, name)]
            if not meant or (policy.errors.everything and not attempt.alone):
                continue
            self.report(
                Note(self.name, place, attempt.scope),
                f"`{raised}` is raised when the attempts of `{_shown(call)}` are used up, "
                f"which `except {_word(world, meant[0])}` does not catch",
                path=call.path,
                confidence=Confidence.MEDIUM if policy.errors.everything else Confidence.HIGH,
                chain=chain,
            )
            return


def _wrapping_calls(project: Project) -> Iterator[tuple[LinkedCall, Policy, tuple[Link, ...]]]:
    """The calls in a `try` after whose last attempt another exception comes out."""
    for retried in retried_functions(project):
        if retried.index == 0 and not retried.function.is_generator and _wraps(retried.policy):
            chain = (Link(retried.path, retried.place, f"`{retried.shown}` is retried here"),)
            for call in project.callers.get(retried.name, ()):
                if At.GUARDED in call.at and retried.is_run_by(call):
                    yield call, retried.policy, chain
    for call in project.calls_about(Retry):
        fact = call.fact(Retry)
        if fact is None or fact.form != "context" or At.GUARDED not in call.at:
            continue
        if call.at & (At.DECORATOR | At.ARGUMENT) or is_test_path(call.path):
            continue
        policy = Policy(call.shown, fact, call.arguments)
        if _wraps(policy):
            yield call, policy, ()


def _wraps(policy: Policy) -> bool:
    if policy.raised is None or not policy.enabled or policy.bounded is False:
        return False
    return not policy.stays_silent and policy.attempts != 1


def _is_tried(world: World, policy: Policy, name: str) -> bool:
    """Whether the policy retries what a handler of this name is for."""
    errors = policy.errors
    if errors.filtered or errors.unknown:
        return False
    if errors.everything:
        return True
    return any(_are_akin(world, name, tried) for tried in errors.names)


def _are_akin(world: World, one: str, other: str) -> bool:
    return bool(world.is_a(one, other) or world.is_a(other, one))


def _first(attempt: Attempt) -> int:
    return attempt.first


def _shown(call: LinkedCall) -> str:
    return call.shown.rpartition(".")[2]


def _word(world: World, name: str) -> str:
    own = world.cls(name) is not None
    return name.rpartition(".")[2] if own else name.removeprefix("builtins.")
