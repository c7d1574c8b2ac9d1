"""`nested-event-loop`: a second event loop is started on a thread that runs one."""

from __future__ import annotations

from typing import Any

from surefoot.edits import await_started
from surefoot.facts.kinds import RunsEventLoop
from surefoot.linking.effects import Effects, Way, said_caller
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.summary import At

_DEEPEST = 6
_NEAR = 4
"""Longer ways, counted in calls, pass through more conditions than anybody oversees."""
_NESTING = "nest_asyncio"


class NestedEventLoop(Rule):
    """An event loop is started where one is running already.

    A thread runs one event loop. Starting a second one, from a coroutine or from a
    function that a coroutine calls, raises `RuntimeError` the first time that path is
    taken.

    Await the coroutine instead; or, where a synchronous function must start a loop, let
    it do so in a thread of its own.
    """

    code = "SF403"
    severity = Severity.ERROR
    facts = (RunsEventLoop,)
    examples = (
        Bad(
            """
            import asyncio

            async def handle(job):
                return asyncio.run(job())
            """,
            fixed="""
            import asyncio

            async def handle(job):
                return await job()
            """,
        ),
        Bad(
            """
            import asyncio

            async def handle(job, jobs):
                found = asyncio.run(
                    job(
                        1,
                    )
                )["name"]
                asyncio.run(job(), debug=True)
                return [asyncio.run(job()) for job in jobs], found
            """,
            fixed="""
            import asyncio

            async def handle(job, jobs):
                found = (await job(
                        1,
                    ))["name"]
                asyncio.run(job(), debug=True)
                return [asyncio.run(job()) for job in jobs], found
            """,
            count=3,
        ),
        Bad(
            """
            import asyncio

            async def handle(job):
                loop = asyncio.new_event_loop()
                return loop.run_until_complete(job())
            """
        ),
        Bad(
            """
            import anyio

            class Worker:
                async def handle(self, job):
                    anyio.run(job)
                    anyio.run(job, 1, self)
            """,
            fixed="""
            import anyio

            class Worker:
                async def handle(self, job):
                    await job()
                    await job(1, self)
            """,
            count=2,
        ),
        Bad(
            """
            # file: storage.py
            import asyncio

            async def fetch(name):
                return name

            def load(name):
                return asyncio.run(fetch(name))
            # file: settings.py
            from storage import load

            class Settings:
                def __init__(self, name):
                    self.text = load(name)
            # file: views.py
            from settings import Settings

            async def view(name):
                return Settings(name)

            async def other(name):
                return Settings(name)
            """
        ),
        Good(
            """
            import asyncio

            async def work():
                await asyncio.sleep(1)

            def main():
                asyncio.run(work())

            if __name__ == "__main__":
                main()
            """,
            because="no event loop runs yet",
        ),
        Good(
            """
            import asyncio

            async def work():
                await asyncio.sleep(1)

            async def serve():
                await asyncio.to_thread(asyncio.run, work())
                await asyncio.to_thread(lambda: asyncio.run(work()))
            """,
            because="the second loop runs in a thread of its own",
        ),
        Good(
            """
            import asyncio

            def run(coroutine):
                try:
                    loop = asyncio.get_running_loop()
                except RuntimeError:
                    return asyncio.run(coroutine)
                return loop.create_task(coroutine)

            async def work():
                run(asyncio.sleep(1))
            """,
            because="`run` asks first whether a loop is running",
        ),
        Good(
            """
            import asyncio
            import nest_asyncio

            nest_asyncio.apply()

            async def cell(job):
                return asyncio.run(job())
            """,
            because="`nest_asyncio` lets loops be nested",
        ),
        Good(
            """
            import asyncio

            def load(name):
                return asyncio.run(asyncio.sleep(1, name))

            async def view(name, later):
                later(load, name)
                return await asyncio.to_thread(load, name)
            """,
            because="`load` is only handed over",
        ),
        Good(
            """
            import asyncio
            import os

            async def work():
                pass

            class Worker:
                def run(self):
                    asyncio.run(work())

            def spawn(worker: Worker):
                if os.fork() == 0:
                    worker.run()
                    os._exit(0)

            async def keep(count):
                for _ in range(count):
                    spawn(Worker())
            """,
            because="the child process has no event loop that runs",
        ),
        Good(
            """
            async def start(job, machine):
                return machine.run(job())
            """,
            because="not every `run` starts an event loop",
        ),
    )

    def link(self, project: Project) -> None:
        imports = (name for module in project.modules.values() for name in module.imports)
        if any(name.partition(".")[0] == _NESTING for name in imports):
            return
        effects = Effects(project)

        def passes(call: LinkedCall, callee: str) -> bool:
            return At.ASYNC not in call.at and self._is_followed(effects, call, callee)

        starts = [call for call in project.calls if self._is_start(effects, call)]
        for call in starts:
            if call.in_async:
                where = f"`{said_caller(call)}`, which runs on an event loop"
                fact = call.fact(RunsEventLoop)
                self.report(
                    call,
                    f"`{call.shown}` raises `RuntimeError` in {where}",
                    fix_data=(fact.runs,) if fact is not None else None,
                )
        below = [call for call in starts if At.ASYNC not in call.at]
        nearest: dict[LinkedCall, Way] = {}
        for callee, way in effects.ways(below, passes, _DEEPEST - 1).items():
            for call in project.callers.get(callee, ()):
                if call.in_async and self._is_followed(effects, call, callee):
                    known = nearest.get(way.end)
                    if known is None or len(known) > len(way) + 1:
                        nearest[way.end] = Way(call, way)
        for start, way in nearest.items():
            self._report(start, way)

    def fix_at(self, node: Any, runs: str | None) -> Fix | None:
        """Await what the loop was to run, on the loop that runs already."""
        if runs is None:
            return None
        edits = await_started(self.file, node, is_called=runs == "coroutine")
        return Fix("Await it on the loop that runs already", edits, Safety.UNSAFE)

    def _is_start(self, effects: Effects, call: LinkedCall) -> bool:
        if RunsEventLoop not in call.facts:
            return False
        if (At.LAMBDA | At.MAIN_GUARD | At.AWAITED) & call.at:
            return False
        return not effects.minds_loop(full_name(call.module, call.function))

    def _is_followed(self, effects: Effects, call: LinkedCall, callee: str) -> bool:
        return not is_test_path(call.path) and effects.happens_here(call, callee)

    def _report(self, start: LinkedCall, way: Way) -> None:
        """Report a start of a loop once, with the shortest way to it from a coroutine."""
        self.report(
            start,
            f"`{start.shown}` raises `RuntimeError` when the coroutine "
            f"`{said_caller(way.call)}` gets here",
            confidence=Confidence.MEDIUM if len(way) <= _NEAR else Confidence.LOW,
            chain=way.links(),
        )
