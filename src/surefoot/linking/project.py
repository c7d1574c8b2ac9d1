"""The project as the linker sees it: modules, calls, roles; no trees and no source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

from surefoot.facts.kinds import Fact, Role, TakesWork
from surefoot.facts.table import FactTable
from surefoot.linking.workers import WORKER, is_reached, takes_work
from surefoot.model import Examination, Note
from surefoot.semantics.call import Call, LinkedCall
from surefoot.semantics.roles import registered, roles
from surefoot.semantics.summary import FunctionSummary, ModuleSummary
from surefoot.semantics.values import PENDING
from surefoot.semantics.world import World

T = TypeVar("T")


class Project:
    """All modules of a project and what their names mean.

    Functions are spoken of by their full names, `app.clients.Client.fetch`.
    """

    def __init__(self, examinations: Sequence[Examination], facts: FactTable) -> None:
        self.facts = facts
        self.examinations = {examination.path: examination for examination in examinations}
        self.modules: dict[str, ModuleSummary] = {}
        for examination in examinations:
            summary = examination.summary
            if isinstance(summary, ModuleSummary):
                known = self.modules.get(summary.module)
                if known is None or known.path.endswith(".pyi"):
                    self.modules[summary.module] = summary
        self.world = World(self.modules, facts)
        self._once: dict[object, Any] = {}

    @cached_property
    def calls(self) -> tuple[LinkedCall, ...]:
        """All calls that may concern the project, in the order of files and places."""
        return tuple(
            LinkedCall(self.world, module, summary)
            for module in sorted(self.modules.values(), key=lambda module: module.path)
            for summary in module.calls
        )

    @cached_property
    def calls_in(self) -> dict[str, list[LinkedCall]]:
        """The calls by the full name of the function they run in."""
        found: dict[str, list[LinkedCall]] = {}
        for call in self.calls:
            found.setdefault(full_name(call.module, call.function), []).append(call)
        return found

    @cached_property
    def calls_at(self) -> dict[tuple[str, int], LinkedCall]:
        """The calls by the path of their file and their place in it."""
        return {(call.path, call.place): call for call in self.calls}

    def calls_about(self, *kinds: type[Fact]) -> list[LinkedCall]:
        """Return the calls of what there is a fact of one of these kinds about, in order."""
        found = [entry for kind in kinds for entry in self._by_kind.get(kind, ())]
        return [call for _, call in (sorted(dict(found).items()) if len(kinds) > 1 else found)]

    @cached_property
    def _by_kind(self) -> dict[type[Fact], list[tuple[int, LinkedCall]]]:
        found: dict[type[Fact], list[tuple[int, LinkedCall]]] = {}
        for index, call in enumerate(self.calls):
            for kind in call.facts:
                found.setdefault(kind, []).append((index, call))
        return found

    @cached_property
    def roles(self) -> dict[str, set[str]]:
        """The roles of functions by full name."""
        found = roles(self.world, self.modules.values())
        for call in self.calls_about(Role):
            for name, role in registered(call):
                found.setdefault(name, set()).add(role)
        for name in self._takers:
            if is_reached(name, self.callers, found):
                found.setdefault(name, set()).add(WORKER)
        return found

    @property
    def _takers(self) -> list[str]:
        """The functions that take work in an endless loop."""
        takers = [
            full_name(module.module, function)
            for module in self.modules.values()
            for function in module.workers
        ]
        calls = [call for call in self.calls_about(TakesWork) if takes_work(call)]
        return [*takers, *(full_name(call.module, call.function) for call in calls)]

    @cached_property
    def callers(self) -> dict[str, list[LinkedCall]]:
        """The calls of each project function, by its full name."""
        found: dict[str, list[LinkedCall]] = {}
        for call in self.calls:
            target = self.target(call)
            if target is not None:
                found.setdefault(target, []).append(call)
        return found

    @cached_property
    def heirs(self) -> dict[str, list[str]]:
        """The project's classes that inherit from a class, both by full name."""
        found: dict[str, list[str]] = {}
        for module in self.modules.values():
            for cls in module.classes.values():
                name = full_name(module.module, cls.qualname)
                for owner in self.world.lineage(name) if cls.bases else ():
                    if owner != PENDING and owner[1] != name:
                        found.setdefault(owner[1], []).append(name)
        return found

    def target(self, call: Call) -> str | None:
        """Return the full name of the project function a call runs; None for any other call."""
        name = call.name
        if name is None:
            return None
        if self.world.function(name) is not None:
            return name
        if self.world.cls(name) is not None:
            made = self.world.attribute(("i", name, None), "__init__")
            if made is not None and self.world.function(made[1]) is not None:
                return str(made[1])
        return None

    def function(self, name: str) -> FunctionSummary | None:
        """Return the function of this full name."""
        return self.world.function(name)

    def functions(self) -> Iterator[tuple[str, ModuleSummary, FunctionSummary]]:
        """Yield all functions with their full names, in the order of files and places."""
        for module in sorted(self.modules.values(), key=lambda module: module.path):
            for function in module.functions.values():
                yield full_name(module.module, function.qualname), module, function

    def is_overridden(self, method: str) -> bool:
        """Whether a class of the project replaces the method of this full name, so that a call
        of it may run something else."""
        owner, _, name = method.rpartition(".")
        heirs = (self.world.cls(heir) for heir in self.heirs.get(owner, ()))
        return any(heir is not None and name in heir.members for heir in heirs)

    def once(self, describe: Callable[[Project], T]) -> T:
        """Return `describe(self)`, worked out once, whoever asks."""
        if describe not in self._once:
            self._once[describe] = describe(self)
        known: T = self._once[describe]
        return known

    def module_of(self, name: str) -> ModuleSummary | None:
        """Return the module a full name belongs to."""
        return self.world.split(name)[0]

    def notes(self, rule: str) -> Iterable[tuple[Examination, Note]]:
        """Yield the notes a rule left, with the file each is from, in order of path."""
        for path in sorted(self.examinations):
            examination = self.examinations[path]
            for note in examination.notes:
                if note.rule == rule:
                    yield examination, note


def full_name(module: str, qualname: str) -> str:
    """Join a module and a qualname; the module itself for code outside any function."""
    return f"{module}.{qualname}" if module and qualname else module or qualname
