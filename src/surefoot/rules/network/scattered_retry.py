"""`scattered-retry`: each module has retries of its own."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Retry
from surefoot.linking.project import Project, full_name
from surefoot.model import Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.file import is_test_path
from surefoot.semantics.retries import Policy
from surefoot.semantics.retry_loops import retry_loop

_MANY = 3
_SHOWN = 5


class ScatteredRetry(Rule):
    """Each module has retries of its own.

    How often a peer is called, and how long is waited, is decided in many places and differently
    in each: nobody can say how the service behaves in an outage, layers come to lie in each
    other, and a limit that has to change is changed in half of the places. Put the policy into
    one module and use it from there.
    """

    code = "SF127"
    severity = Severity.INFO
    default = False
    facts = (Retry,)
    examples = (
        Bad(
            """
            # file: orders.py
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3))
            def load(client):
                return client.fetch()
            # file: rates.py
            import backoff

            @backoff.on_exception(backoff.expo, OSError, max_tries=5)
            def load(client):
                return client.fetch()
            # file: users.py
            import time

            def load(client):
                for attempt in range(4):
                    try:
                        return client.fetch()
                    except ConnectionError:
                        time.sleep(1)
                raise RuntimeError("gave up")
            """
        ),
        Good(
            """
            # file: policies.py
            import tenacity

            patient = tenacity.retry(stop=tenacity.stop_after_attempt(3))
            quick = tenacity.retry(stop=tenacity.stop_after_attempt(2))
            # file: orders.py
            from policies import patient

            @patient
            def load(client):
                return client.fetch()
            # file: rates.py
            from policies import patient

            @patient
            def load(client):
                return client.fetch()
            # file: users.py
            from policies import quick

            @quick
            def load(client):
                return client.fetch()
            """,
            because="one module decides for all",
        ),
        Good(
            """
            # file: orders.py
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)
            def load(client):
                return client.fetch()
            # file: rates.py
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)
            def load(client):
                return client.fetch()
            # file: users.py
            import tenacity

            @tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)
            def load(client):
                return client.fetch()
            """,
            because="all of them do the same",
        ),
    )

    def visit_For(self, node: cst.For) -> None:
        self._note_loop(node)

    def visit_While(self, node: cst.While) -> None:
        self._note_loop(node)

    def _note_loop(self, node: cst.For | cst.While) -> None:
        loop = retry_loop(self.file, node)
        if loop is not None and loop.is_about_failures and not self.file.is_test:
            self.note(node)

    def link(self, project: Project) -> None:
        places: dict[str, tuple[int, str, object]] = {}
        for call in project.calls_about(Retry):
            fact = call.fact(Retry)
            if fact is None or is_test_path(call.path):
                continue
            if Policy(call.shown, fact, call.arguments).enabled:
                scope = full_name(call.module, call.function)
                places.setdefault(call.path, (call.place, scope, call.symbol))
        for examination, note in project.notes(self.name):
            where = (note.place, note.scope, (examination.path, note.place))
            places.setdefault(examination.path, where)
        if len({repr(what) for _, _, what in places.values()}) < _MANY:
            return
        (path, (place, scope, _)), *others = sorted(places.items())
        self.report(
            Note(self.name, place, scope),
            f"{len(places)} modules have retries of their own, each with its own limits and waits",
            path=path,
            chain=[Link(other, found[0], "another one") for other, found in others[:_SHOWN]],
        )
