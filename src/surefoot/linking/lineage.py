"""Where the classes of a project come from, and what others may do for them."""

from __future__ import annotations

from surefoot.linking.project import Project
from surefoot.semantics.values import PENDING

_PLAIN_BASES = frozenset(
    {
        "abc.ABC",
        "builtins.Exception",
        "builtins.object",
        "threading.Thread",
        "typing.Generic",
        "typing.NamedTuple",
        "typing.Protocol",
        "typing_extensions.Protocol",
    }
)


def has_foreign_base(project: Project, owner: str) -> bool:
    """Whether a class has a base, not of this project, that may look after its attributes."""
    world = project.world
    for value in world.lineage(owner):
        if value == PENDING:
            return True
        summary = world.cls(value[1])
        if summary is None:
            if value[1] not in _PLAIN_BASES:
                return True
        elif any(world.value(base) is None for base in summary.bases):
            return True
    return False
