"""Which functions of a project are given requests, by whoever registers them."""

from __future__ import annotations

from surefoot.facts.kinds import Receives
from surefoot.linking.project import Project
from surefoot.semantics.bodies import Bodies
from surefoot.semantics.roles import registered


def bodies(project: Project) -> Bodies:
    """Return what the functions of a project are given of requests."""
    received: dict[str, Receives] = {}
    for call in project.calls_about(Receives):
        fact = call.fact(Receives)
        for name, _ in registered(call) if fact is not None else ():
            if fact is not None:
                received[name] = fact
    return Bodies(project.world, received)
