"""Calls that change something on the other side each time they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from surefoot.facts.kinds import Idempotency, RepeatedMethods
from surefoot.linking.forwarding import position_of
from surefoot.linking.project import Project, full_name
from surefoot.model import Examination, Note
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.repeated import (
    Keyed,
    carries_key,
    gives_post,
    has_effect,
    method_policy,
    passed_method,
    policy_behind,
)
from surefoot.semantics.repeats import reads_by_name


class Changes:
    """The calls of a project that must not be made twice.

    `notes` tell what only asks (`asks`) and which functions take care themselves (`guarded`,
    with their qualname).
    """

    def __init__(self, project: Project, notes: Iterable[tuple[Examination, Note]]) -> None:
        self._project = project
        self._asking: set[tuple[str, int]] = set()
        self.guarded: set[str] = set()
        for examination, note in notes:
            if note.data[0] == "asks":
                self._asking.add((examination.path, note.place))
            elif note.data[0] == "guarded":
                self.guarded.add(full_name(examination.module, str(note.data[1])))
        self._makers = {
            (call.path, call.place): (call, maker)
            for call in project.calls
            if (fact := call.fact(Idempotency)) is not None
            and full_name(call.module, call.function) not in self.guarded
            and (maker := self._find(call, fact)) is not None
        }

    @property
    def calls(self) -> list[LinkedCall]:
        """The calls, in the order of the project's."""
        return [call for call, _ in self._makers.values()]

    def maker(self, call: LinkedCall) -> LinkedCall:
        """Return the call that makes one of the calls have an effect: itself, or one that says
        POST to the function around it."""
        return self._makers[call.path, call.place][1]

    def policies(self) -> Iterator[tuple[LinkedCall, list[LinkedCall]]]:
        """Yield the calls that make retry policies which repeat POST, each with the calls that
        change something and are repeated so; none of these are known where the code itself
        says that POST is repeated, and nothing shows for what."""
        users: dict[object, list[LinkedCall]] = {}
        for call in self._project.calls:
            fact = call.fact(Idempotency)
            policy = policy_behind(call) if fact is not None and has_effect(call, fact) else None
            if policy is not None:
                users.setdefault(policy[:2], []).append(call)
        for call in self._project.calls:
            owner = call.function.rpartition(".")[0]
            if RepeatedMethods not in call.facts or reads_by_name(owner):
                continue
            policy = method_policy(call.world, call.world.value(call.symbol))
            if policy is None:
                continue
            known = users.get(policy[:2], [])
            changing = [user for user in known if (user.path, user.place) in self._makers]
            if changing or (policy.stated and not known):
                yield call, changing

    def _find(self, call: LinkedCall, fact: Idempotency) -> LinkedCall | None:
        if not self._may_change(call) or carries_key(call, fact) is Keyed.YES:
            return None
        if has_effect(call, fact):
            return call
        passed = passed_method(call, fact)
        summary = self._project.function(passed[0]) if passed is not None else None
        if passed is None or summary is None:
            return None
        position = position_of(summary, passed[1])
        for caller in self._project.callers.get(passed[0], ()):
            if not gives_post(caller, passed[1], position) or not self._may_change(caller):
                continue
            if carries_key(caller, fact) is not Keyed.YES and not is_test_path(caller.path):
                return caller
        return None

    def _may_change(self, call: LinkedCall) -> bool:
        """Whether a call, by its address, its body and the name of its function, may change
        something."""
        return (call.path, call.place) not in self._asking and not reads_by_name(call.function)
