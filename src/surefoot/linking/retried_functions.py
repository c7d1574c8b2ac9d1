"""The functions of a project that a policy calls again when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from surefoot.linking.project import Project
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.retries import Policy, policy_of
from surefoot.semantics.summary import At, FunctionSummary

_RUN = At.AWAITED | At.RETURNED | At.ARGUMENT


@dataclass(frozen=True)
class Retried:
    """A function and a policy that decorates it; `index` is that of the decorator.

    `name` is the full name of the function, `place` where its decorator stands.
    """

    name: str
    path: str
    place: int
    function: FunctionSummary
    policy: Policy
    index: int

    @property
    def shown(self) -> str:
        """The function as people say it."""
        return self.name.rpartition(".")[2]

    def is_run_by(self, call: LinkedCall) -> bool:
        """Whether a call of the function runs it there and then."""
        return not self.function.is_async or bool(call.at & _RUN)


def retried_functions(project: Project) -> list[Retried]:
    """Return the decorated functions outside tests, in the order of files and places."""
    return project.once(_find)


def _find(project: Project) -> list[Retried]:
    return list(_each(project))


def _each(project: Project) -> Iterator[Retried]:
    world = project.world
    places: dict[str, dict[object, list[int]]] = {}
    for name, module, function in project.functions():
        if not function.decorators or is_test_path(module.path):
            continue
        for index, symbol in enumerate(function.decorators):
            policy = policy_of(world, world.value(symbol))
            if policy is None or policy.fact.form == "policy":
                continue
            if module.path not in places:
                places[module.path] = _decorator_calls(project, module.path)
            found = [
                place for place in places[module.path].get(symbol, ()) if place > function.place
            ]
            place = min(found, default=function.place)
            yield Retried(name, module.path, place, function, policy, index)


def _decorator_calls(project: Project, path: str) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for call in _decorators(project).get(path, ()):
        found.setdefault(call.symbol, []).append(call.place)
    return found


def _decorators(project: Project) -> dict[str, list[LinkedCall]]:
    return project.once(_decorators_by_path)


def _decorators_by_path(project: Project) -> dict[str, list[LinkedCall]]:
    found: dict[str, list[LinkedCall]] = {}
    for call in project.calls:
        if At.DECORATOR in call.at:
            found.setdefault(call.path, []).append(call)
    return found
