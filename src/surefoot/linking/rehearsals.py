"""Dry runs, followed from function to function."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from surefoot.facts.kinds import Mutates
from surefoot.linking.effects import Effects, Way
from surefoot.linking.forwarding import position_of
from surefoot.linking.project import Project, full_name
from surefoot.model import Examination, Note
from surefoot.semantics.call import Given, LinkedCall
from surefoot.semantics.circumstances import is_teardown_name
from surefoot.semantics.file import is_test_path
from surefoot.semantics.mutations import Mutation, mutation_of
from surefoot.semantics.rehearsal import FLAG, Rehearsal
from surefoot.semantics.summary import At, FunctionSummary

_DEEPEST = 2
_HOLDS = re.compile(r"_*(acquire|release|(un)?lock)(_\w+)?")
"""Functions that take or give back a lock: the file they remove is their own."""
_ASIDE = At.HANDLER | At.LAMBDA | At.DECORATOR


class Rehearsed(NamedTuple):
    """A function with a flag for a dry run, by full name, and where it is."""

    name: str
    path: str
    read: Rehearsal


class Rehearsals:
    """The functions of a project that can be told to change nothing.

    `notes` tell of each of them (`flag`, `kept` where the flag is an attribute), of the
    functions that ask for themselves whether this is a dry run (`minds`, `asks` those with a
    flag of their own, with their qualname), and of calls that change only what is the
    program's own (`own`).
    """

    def __init__(self, project: Project, notes: Iterable[tuple[Examination, Note]]) -> None:
        self.project = project
        self.functions: list[Rehearsed] = []
        self.kept: list[Rehearsed] = []
        self._asking: set[str] = set()
        self._minding: set[str] = set()
        self._own: set[tuple[str, int]] = set()
        for examination, note in notes:
            data: Any = note.data
            if data[0] in ("flag", "kept"):
                read = Rehearsal(*data[1:])
                name = full_name(examination.module, read.function)
                functions = self.functions if data[0] == "flag" else self.kept
                functions.append(Rehearsed(name, examination.path, read))
            elif data[0] == "asks":
                self._asking.add(full_name(examination.module, str(data[1])))
            elif data[0] == "minds":
                self._minding.add(full_name(examination.module, str(data[1])))
            elif data[0] == "own":
                self._own.add((examination.path, note.place))

    def calls(self, function: Rehearsed) -> Iterator[LinkedCall]:
        """Yield the calls a function makes whatever its flag says, in order."""
        wanted = set(function.read.calls)
        for call in self.project.calls_in.get(function.name, ()):
            if call.path == function.path and call.place in wanted and At.LAMBDA not in call.at:
                yield call

    def is_reached(self, function: Rehearsed) -> bool:
        """Whether a function is called in a dry run, as far as the project shows: all who call
        it do so whatever the flag says, or whoever imports it may."""
        return self._is_reached(function.name, set())

    def _is_reached(self, name: str, seen: set[str]) -> bool:
        calls = [call for call in self.project.callers.get(name, ()) if not is_test_path(call.path)]
        if not calls:
            return not name.rpartition(".")[2].startswith("_")
        for call in calls:
            caller = full_name(call.module, call.function)
            reading = self._readings.get(caller)
            if reading is not None:
                if call.place not in reading.calls and call.place not in reading.given:
                    return False
            elif caller in self._minding:
                return False
            if call.function and caller not in seen:
                seen.add(caller)
                if not self._is_reached(caller, seen):
                    return False
        return True

    @cached_property
    def _readings(self) -> dict[str, Rehearsal]:
        return {item.name: item.read for item in (*self.functions, *self.kept)}

    def hands_on(self, function: str) -> bool:
        """Whether a function keeps the flag it is given where others find it."""
        reading = self._readings.get(function)
        return reading is not None and reading.handed

    def _asks(self, function: str) -> bool:
        """Whether a function asks for itself, or could: it answers for what it does."""
        return function in self._minding or function in self._readings

    def direct(self, call: LinkedCall) -> Mutation | None:
        """Return what a call itself changes, other than what is the program's own."""
        return mutation_of(call) if (call.path, call.place) not in self._own else None

    def destruction(self, call: LinkedCall) -> Way | None:
        """Return the way from a call of a project function, which cannot be told about dry
        runs, to a call that destroys something."""
        callee = self.project.target(call)
        if callee is None or self._asks(callee) or _HOLDS.fullmatch(callee.rpartition(".")[2]):
            return None
        function = self.project.function(callee)
        if function is None or flag_parameters(function) or function.is_generator:
            return None
        if function.is_async and not call.at & (At.AWAITED | At.RETURNED):
            return None
        return self._ways.get(callee)

    @cached_property
    def _ways(self) -> dict[str, Way]:
        ends = [
            call
            for call in self.project.calls_about(Mutates)
            if not _is_aside(call)
            and not self._asks(full_name(call.module, call.function))
            and not is_test_path(call.path)
            and (change := self.direct(call)) is not None
            and change.destroys
        ]
        return Effects(self.project).ways(ends, self._passes, _DEEPEST)

    def _passes(self, call: LinkedCall, callee: str) -> bool:
        if _is_aside(call) or self._asks(full_name(call.module, call.function)):
            return False
        function = self.project.function(callee)
        if function is None or flag_parameters(function) or function.is_generator:
            return False
        return not function.is_async or bool(call.at & (At.AWAITED | At.RETURNED))

    def untold(self, call: LinkedCall) -> tuple[str, str, bool] | None:
        """Return the function a call runs, by full name, and its flag, where the call leaves
        the flag out, or says False for it, and the function then does its work; and whether
        it says so."""
        callee = self.project.target(call)
        function = self.project.function(callee) if callee is not None else None
        if callee is None or function is None or callee in self._asking:
            return None
        flags = flag_parameters(function)
        given = [call.arguments.get(flag, position_of(function, flag)) for flag in flags]
        if len(flags) == 1 and given == [("k", False)]:
            return callee, flags[0], True
        if not flags or any(value is not Given.ABSENT for value in given):
            return None
        (flag, *_) = flags
        for parameter in function.parameters:
            if parameter.name == flag and parameter.has_default:
                default = self.project.world.value(parameter.default)
                if default is not None and default in (("k", False), ("k", None)):
                    return callee, flag, False
        return None


def _is_aside(call: LinkedCall) -> bool:
    """Whether a call is made only when something else has failed or ended."""
    in_finally = At.TEARDOWN in call.at and not is_teardown_name(call.function.rpartition(".")[2])
    return bool(call.at & _ASIDE) or in_finally


def flag_parameters(function: FunctionSummary) -> list[str]:
    """Return the parameters of a function that are flags for a dry run."""
    return [item.name for item in function.parameters if FLAG.fullmatch(item.name)]
