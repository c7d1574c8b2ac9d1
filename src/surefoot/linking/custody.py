"""Who answers for what a function is given: the function, or whoever calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from surefoot.linking.project import Project, full_name
from surefoot.rule import Link
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.summary import At, FunctionSummary, ModuleSummary, Onward

_Parameter = tuple[str, str]
"""The full name of a function, and a parameter of it."""


class Custody:
    """Tells which functions of a project merely use what they are given.

    A function does so if all it does with a parameter is to read from it and to hand it to
    functions that merely use it, too. All others are taken to answer for it.
    """

    def __init__(self, project: Project) -> None:
        self.project = project

    def lent(self, module: ModuleSummary) -> Mapping[str, Mapping[str, tuple[Onward, ...]]]:
        """What the functions of a module merely use, provided that others do no more."""
        return module.lent

    def borrowers(self, path: str, onward: Iterable[Onward]) -> list[LinkedCall] | None:
        """Return the calls of the file `path` that a value is handed to, in order; None unless
        all of them merely use it."""
        found = []
        for item in onward:
            if self._receiver(path, item) not in self._lending:
                return None
            found.append(self._calls[path, item.place])
        return found

    def links(self, calls: Iterable[LinkedCall]) -> list[Link]:
        """The calls as steps of a chain, each with who uses what it is given."""
        return [
            Link(call.path, call.place, f"`{(call.name or '').rpartition('.')[2]}` only uses it")
            for call in calls
        ]

    @cached_property
    def _lending(self) -> frozenset[_Parameter]:
        """The parameters that are merely used, to a fixpoint: whatever is handed to something
        unknown is not, nor what is handed to one that is not."""
        known: set[_Parameter] = set()
        handing: dict[_Parameter, list[_Parameter]] = {}
        taken: list[_Parameter] = []
        for module in self.project.modules.values():
            for qualname, parameters in self.lent(module).items():
                for name, onward in parameters.items():
                    here = (full_name(module.module, qualname), name)
                    known.add(here)
                    for item in onward:
                        receiver = self._receiver(module.path, item)
                        if receiver is None:
                            taken.append(here)
                        else:
                            handing.setdefault(receiver, []).append(here)
        taken.extend(receiver for receiver in handing if receiver not in known)
        lost: set[_Parameter] = set()
        while taken:
            parameter = taken.pop()
            if parameter not in lost:
                lost.add(parameter)
                taken.extend(handing.get(parameter, ()))
        return frozenset(known - lost)

    @cached_property
    def _calls(self) -> dict[tuple[str, int], LinkedCall]:
        return {(call.path, call.place): call for call in self.project.calls}

    def _receiver(self, path: str, onward: Onward) -> _Parameter | None:
        """The parameter that gets an argument; None where it is not known for sure."""
        call = self._calls.get((path, onward.place))
        name = call.name if call is not None else None
        function = self.project.function(name) if name is not None else None
        if call is None or name is None or function is None:
            return None
        if function.is_async and not call.at & At.AWAITED:
            return None
        if function.owner and self.project.is_overridden(name):
            return None
        parameters = [item for item in function.parameters if item.kind == "positional"]
        if self._is_bound(call, function):
            parameters = parameters[1:]
        if onward.keyword is not None:
            names = {item.name for item in function.parameters if "star" not in item.kind}
            return (name, onward.keyword) if onward.keyword in names else None
        position = onward.position
        if position is None or position >= len(parameters):
            return None
        return name, parameters[position].name

    def _is_bound(self, call: LinkedCall, function: FunctionSummary) -> bool:
        """Whether the first parameter is the object or the class that the call is made on."""
        world = self.project.world
        if not function.owner or world.decorated(function, ("builtins.staticmethod",)):
            return False
        bound = call.target is not None and call.target[0] == "m"
        return bound or world.decorated(function, ("builtins.classmethod",))


class PathCustody(Custody):
    """Tells the same of paths: who only reads or writes does not remove them."""

    def lent(self, module: ModuleSummary) -> Mapping[str, Mapping[str, tuple[Onward, ...]]]:
        """The paths that the functions of a module merely use."""
        return module.lent_paths
