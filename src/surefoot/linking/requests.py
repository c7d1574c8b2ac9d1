"""Which functions of a project are given requests, by whoever registers them."""

from __future__ import annotations

from surefoot.facts.kinds import Receives
from surefoot.linking.project import Project
from surefoot.semantics.bodies import Bodies
from surefoot.semantics.roles import registered


def is_judged_before(project: Project, path: str, scope: str, judging: frozenset[str]) -> bool:
    """Whether a function, or one it stands in, has a decorator among those named."""
    module = next((each for each in project.modules.values() if each.path == path), None)
    while module is not None and scope and judging:
        function = module.functions.get(scope)
        decorators = function.decorators if function is not None else ()
        if any(project.world.target(each) in judging for each in decorators):
            return True
        scope = scope.rpartition(".")[0]
    return False


def bodies(project: Project) -> Bodies:
    """Return what the functions of a project are given of requests."""
    received: dict[str, Receives] = {}
    for call in project.calls_about(Receives):
        fact = call.fact(Receives)
        for name, _ in registered(call) if fact is not None else ():
            if fact is not None:
                received[name] = fact
    return Bodies(project.world, received)
