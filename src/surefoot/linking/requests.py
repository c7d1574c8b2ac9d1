"""Which functions of a project are given requests, by whoever registers them."""

from __future__ import annotations

from surefoot.facts.kinds import Receives
from surefoot.linking.project import Project, full_name
from surefoot.semantics.bodies import Bodies
from surefoot.semantics.roles import registered
from surefoot.semantics.summary import At


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


def is_caught_outside(project: Project, path: str, scope: str) -> bool:
    """Whether a function of a file is called only where it is caught that it fails."""
    module = next((each for each in project.modules.values() if each.path == path), None)
    name = full_name(module.module, scope) if module is not None else ""
    callers = project.callers.get(name, ())
    return bool(callers) and all(call.at & (At.GUARDED | At.CAUGHT) for call in callers)


def bodies(project: Project) -> Bodies:
    """Return what the functions of a project are given of requests."""
    received: dict[str, Receives] = {}
    for call in project.calls_about(Receives):
        fact = call.fact(Receives)
        for name, _ in registered(call) if fact is not None else ():
            if fact is not None:
                received[name] = fact
    return Bodies(project.world, received)
