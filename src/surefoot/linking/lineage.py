"""Where the classes of a project come from, and what others may do for them."""

from __future__ import annotations

from surefoot.linking.project import Project
from surefoot.semantics.summary import FunctionSummary
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


def overrides_of(project: Project, method: str) -> list[FunctionSummary | None]:
    """Return what the classes that inherit from the owner of a method, given by its full name,
    put in its place; None for what is no function."""
    owner, _, name = method.rpartition(".")
    found: list[FunctionSummary | None] = []
    for heir in project.heirs.get(owner, ()):
        summary = project.world.cls(heir)
        if summary is not None and name in summary.members:
            member = project.world.value(summary.members[name])
            known = member is not None and member[0] == "n"
            found.append(project.function(member[1]) if known and member is not None else None)
    return found
