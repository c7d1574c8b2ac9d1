"""The project as the linker sees it: modules, calls, roles; no trees and no source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from surefoot.facts.kinds import Fact, Role
from surefoot.facts.table import FactTable
from surefoot.model import Examination, Note
from surefoot.semantics.call import Call, LinkedCall
from surefoot.semantics.roles import registered, roles
from surefoot.semantics.summary import FunctionSummary, ModuleSummary
from surefoot.semantics.values import World


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
        return found

    @cached_property
    def callers(self) -> dict[str, list[LinkedCall]]:
        """The calls of each project function, by its full name."""
        found: dict[str, list[LinkedCall]] = {}
        for call in self.calls:
            target = self.target(call)
            if target is not None:
                found.setdefault(target, []).append(call)
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
