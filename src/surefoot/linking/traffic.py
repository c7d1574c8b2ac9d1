"""The functions that run for a request or a job: as often as somebody outside asks."""

from __future__ import annotations

from surefoot.linking.project import Project

BUSY = frozenset({"handler", "job"})
"""The roles of functions that run once for each request or job."""

_DEEPEST = 3


def busy(project: Project) -> set[str]:
    """Return the full names of the functions that handlers and jobs run, a few calls deep."""
    found = {name for name, roles in project.roles.items() if roles & BUSY}
    frontier = set(found)
    for _ in range(_DEEPEST):
        frontier = {
            target
            for name in frontier
            for call in project.calls_in.get(name, ())
            if (target := project.target(call)) is not None and target not in found
        }
        found |= frontier
    return found
