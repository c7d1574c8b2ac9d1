"""Coroutines that answer requests, and the synchronous sessions they are given for it."""

from __future__ import annotations

from surefoot.linking.project import Project, full_name
from surefoot.semantics.call import Call
from surefoot.semantics.sessions import Session, goes_through, is_given, sessions


class Endpoints:
    """The asynchronous endpoints of a project, and what provides their parameters."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, tuple[Session, ...]] = {}

    def sessions(self, function: str) -> tuple[Session, ...]:
        """Return the synchronous sessions that a framework gives to a coroutine, told from its
        full name."""
        found = self._known.get(function)
        if found is None:
            found = self._known[function] = self._find(function)
        return found

    def _find(self, function: str) -> tuple[Session, ...]:
        summary = self._project.function(function)
        if summary is None or not summary.is_async:
            return ()
        found = sessions(self._project.world, summary)
        if found and "handler" not in self._project.roles.get(function, ()):
            found = tuple(session for session in found if session.injected)
        return found

    def session(self, call: Call) -> Session | None:
        """Return the session of its endpoint that a call goes through or is given."""
        if not call.in_async:
            return None
        for session in self.sessions(full_name(call.module, call.function)):
            if goes_through(call, session) or is_given(call, session):
                return session
        return None
