"""Calls that are made again when something fails: below which retries, and by what way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from surefoot.linking.effects import Effects, Way
from surefoot.linking.project import Project, full_name
from surefoot.linking.retry_layers import Layer, RetryLayers
from surefoot.model import Examination, Note
from surefoot.rule import Link
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.retries import FOREVER
from surefoot.semantics.retry_notes import Loop, loop_of
from surefoot.semantics.summary import At

_DEEPEST = 3
_LOST = At.CAUGHT | At.HANDLER | At.TEARDOWN | At.LAMBDA | At.DECORATOR
_RUN = At.AWAITED | At.RETURNED | At.ARGUMENT


@dataclass(frozen=True)
class Repetition:
    """A call at the end of `way` that `layer` makes again; the way begins in `function`."""

    layer: Layer
    function: str
    way: Way

    @property
    def repeater(self) -> str:
        """What tries again, as people say it."""
        return "the loop" if self.layer.is_loop else f"`{self.function.rpartition('.')[2]}`"

    @property
    def times(self) -> str:
        """How often it tries, in words."""
        attempts = self.layer.attempts
        if attempts is None:
            return "tries again"
        return "tries for ever" if attempts == FOREVER else f"tries {attempts:.0f} times"

    def links(self) -> list[Link]:
        """The way as steps of a chain, the layer first."""
        steps = self.way.links() if self.way.rest is not None else []
        start = Link(self.layer.path, self.layer.place, f"{self.repeater} {self.times}")
        return [start, *steps]


class Repetitions:
    """The retries of a project, told from the notes of `semantics.retry_notes`."""

    def __init__(self, project: Project, notes: Iterable[tuple[Examination, Note]]) -> None:
        self.project = project
        loops = []
        self._tasks: dict[str, list[Loop]] = {}
        for examination, note in notes:
            if note.data[0] == "loop":
                loops.append((examination, note))
            elif note.data[0] == "task":
                task = loop_of(note, examination.path, examination.module)
                self._tasks.setdefault(task.function, []).append(task)
        self._layers = RetryLayers(project, loops)
        self._effects = Effects(project)
        self._layered: dict[str, list[Layer]] = {}
        for name, module, function in project.functions():
            found = self._layers.decorating(name, module.path, function)
            if found and not is_test_path(module.path):
                self._layered[name] = found

    def of(self, ends: Iterable[LinkedCall]) -> Iterator[Repetition]:
        """Yield, for each retry, the shortest way to one of the calls `ends`.

        A call that two retries make again is the innermost one's.
        """
        every = {(call.path, call.place): call for call in ends}
        ways = self._effects.ways(
            [call for call in every.values() if not call.at & _LOST], self._passes, _DEEPEST
        )
        for name in sorted({*self._tasks, *self._layers.loops}):
            for layer, loop in self._loops(name):
                way = self._in_loop(loop, every, ways)
                if way is not None:
                    yield Repetition(layer, name, way)
                    if way.rest is None:
                        every.pop((way.end.path, way.end.place), None)
        ways = self._effects.ways(
            [call for call in every.values() if not call.at & _LOST], self._passes, _DEEPEST
        )
        for name, layers in self._layered.items():
            if name in ways:
                for layer in layers:
                    yield Repetition(layer, name, ways[name])

    def _loops(self, name: str) -> Iterator[tuple[Layer, Loop]]:
        for loop in self._layers.loops.get(name, ()):
            layer = self._layers.looping(loop)
            if layer is not None and not loop.wraps and not is_test_path(loop.path):
                yield layer, loop
        for task in self._tasks.get(name, ()):
            if not is_test_path(task.path):
                yield Layer("the job", None, task.errors, task.path, task.place), task

    def _in_loop(
        self, loop: Loop, ends: dict[tuple[str, int], LinkedCall], ways: dict[str, Way]
    ) -> Way | None:
        found: list[Way] = []
        for call in self.project.calls_in.get(loop.function, ()):
            if call.path != loop.path or call.place not in loop.calls or At.LAMBDA in call.at:
                continue
            if (call.path, call.place) in ends:
                found.append(Way(call, None))
                continue
            callee = self.project.target(call)
            way = ways.get(callee) if callee is not None else None
            if way is None or callee is None or not self._runs(call, callee):
                continue
            if (way.end.path, way.end.place) in ends:
                found.append(Way(call, way))
        return min(found, key=lambda way: (len(way), way.call.place), default=None)

    def _passes(self, call: LinkedCall, callee: str) -> bool:
        """Whether a failure of what `callee` does comes out where it is called, untried."""
        return not call.at & _LOST and self._runs(call, callee)

    def _runs(self, call: LinkedCall, callee: str) -> bool:
        function = self.project.function(callee)
        if function is None or function.is_generator or callee in self._layered:
            return False
        if full_name(call.module, call.function) == callee:
            return False
        return not function.is_async or bool(call.at & _RUN)
