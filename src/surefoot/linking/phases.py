"""When in the life of a process a function runs: while it starts, or only when work comes in."""

from __future__ import annotations

from surefoot.linking.project import Project, full_name
from surefoot.linking.workers import WORKER
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.summary import At

LATE = {
    "handler": "handles a request",
    "job": "runs as a job",
    "thread-target": "runs in its thread",
}
_AT_WORK = "takes up work"
_EARLY = frozenset({"startup", "settings", "cli", "test", "shutdown"})
_DEEPEST = 2
Way = tuple[LinkedCall, ...]


class Phases:
    """The phases of the functions of a project, by their full names."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._late: dict[tuple[str, int], tuple[str, Way] | None] = {}

    def late(self, function: str, depth: int = _DEEPEST) -> tuple[str, Way] | None:
        """Return the function that brings this one about, and the calls from there, where it
        only ever runs because of requests, jobs and threads; None for all others."""
        key = (function, depth)
        if key not in self._late:
            self._late[key] = None
            self._late[key] = self._find(function, depth)
        return self._late[key]

    def role(self, function: str) -> str | None:
        """Return the role that makes a function run late; None where it has none, or one that
        makes it run early too."""
        roles = self._project.roles.get(function, set())
        if roles & _EARLY:
            return None
        return min((role for role in roles if role in LATE), default=None)

    def when(self, function: str) -> str:
        """Say what a function does that runs late."""
        role = self.role(function)
        return LATE[role] if role is not None else _AT_WORK

    def _is_work(self, call: LinkedCall) -> bool:
        """Whether a call stands in the loop of a worker: what it runs waits for work, whatever
        else runs the worker's function and what is before its loop."""
        caller = full_name(call.module, call.function)
        return At.ENDLESS in call.at and WORKER in self._project.roles.get(caller, ())

    def starts(self, function: str, depth: int = _DEEPEST) -> bool:
        """Whether a function runs while the process starts."""
        roles = self._project.roles.get(function, set())
        if roles & {"startup", "cli", "settings"}:
            return True
        if depth == 0:
            return False
        return any(
            not call.function or self.starts(full_name(call.module, call.function), depth - 1)
            for call in self._callers(function)
            if not self._is_work(call)
        )

    def _find(self, function: str, depth: int) -> tuple[str, Way] | None:
        if self.role(function) is not None:
            return function, ()
        outer, nested, _ = function.rpartition(".<locals>.")
        if nested and self.late(outer, depth) is not None:
            return self.late(outer, depth)
        if depth == 0 or self._project.roles.get(function, set()) & _EARLY:
            return None
        found: tuple[str, Way] | None = None
        for call in self._callers(function):
            name = full_name(call.module, call.function)
            caller = (name, ()) if self._is_work(call) else self.late(name, depth - 1)
            if not call.function or caller is None:
                return None
            found = found or (caller[0], (*caller[1], call))
        return found

    def _callers(self, function: str) -> list[LinkedCall]:
        return [
            call
            for call in self._project.callers.get(function, [])
            if not is_test_path(call.path) and full_name(call.module, call.function) != function
        ]
