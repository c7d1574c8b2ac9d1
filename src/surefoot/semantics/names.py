"""Names as people say them."""

from __future__ import annotations

from surefoot.semantics.world import World


def spoken(world: World, name: str) -> str:
    """Return the name of a function or class for a message: `Client.load` where it is the
    project's, `requests.get` in full where it is a library's."""
    module, rest = world.split(name)
    if module is not None and rest:
        return rest.rpartition("<locals>.")[2]
    return name.removeprefix("builtins.").removesuffix(".__call__")
