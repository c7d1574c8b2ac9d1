"""`dangling-task`: a task is started, and nobody keeps it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import define_at_top, insert_after, name_result
from surefoot.facts.kinds import StartsTask
from surefoot.linking.project import Project, full_name
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.coroutines import Use, use_of, waits_after
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.names import spoken
from surefoot.semantics.selfguarded import guards_itself
from surefoot.semantics.summary import At

_KEPT = "_background_tasks"


class DanglingTask(Rule):
    """A task is started and nobody keeps it.

    The event loop itself holds a task only weakly: one that nobody keeps may be collected
    while it waits, and stops half done, without a word. What it raises is heard of by nobody,
    or much later. Keep it in a set until it is done, await it, or start it in a task group.
    """

    code = "SF407"
    severity = Severity.WARNING
    facts = (StartsTask,)
    silenced_as = ("RUF006",)
    examples = (
        Bad(
            """
            import asyncio

            async def audit(text):
                print(text)

            async def pay(amount):
                asyncio.create_task(audit(f"paid {amount}"))
                _ = asyncio.ensure_future(audit("again"))
            """,
            fixed="""
            import asyncio

            _background_tasks: set[object] = set()

            async def audit(text):
                print(text)

            async def pay(amount):
                task = asyncio.create_task(audit(f"paid {amount}"))
                _background_tasks.add(task)
                task.add_done_callback(_background_tasks.discard)
                task = asyncio.ensure_future(audit("again"))
                _background_tasks.add(task)
                task.add_done_callback(_background_tasks.discard)
            """,
            count=2,
        ),
        Bad(
            """
            import asyncio

            class Hub:
                def __init__(self):
                    self.loop = asyncio.get_event_loop()

                async def beat(self):
                    await asyncio.sleep(1)

                def start(self):
                    self.loop.create_task(self.beat())
            """,
            fixed="""
            import asyncio

            _background_tasks: set[object] = set()

            class Hub:
                def __init__(self):
                    self.loop = asyncio.get_event_loop()

                async def beat(self):
                    await asyncio.sleep(1)

                def start(self):
                    task = self.loop.create_task(self.beat())
                    _background_tasks.add(task)
                    task.add_done_callback(_background_tasks.discard)
            """,
        ),
        Bad(
            """
            import asyncio

            try:
                import uvloop
            except ImportError:
                uvloop = None
            LIMIT = 5

            async def audit(text):
                print(text)

            async def pay(task, background_task):
                asyncio.create_task(audit(task))

            async def refund(amount):
                if amount > LIMIT:
                    asyncio.create_task(  # later
                        audit(
                            amount,
                        )
                    )  # it runs on
                elif amount: asyncio.create_task(audit(amount))
            """,
            fixed="""
            import asyncio

            try:
                import uvloop
            except ImportError:
                uvloop = None
            LIMIT = 5
            _background_tasks: set[object] = set()

            async def audit(text):
                print(text)

            async def pay(task, background_task):
                asyncio.create_task(audit(task))

            async def refund(amount):
                if amount > LIMIT:
                    task = asyncio.create_task(  # later
                        audit(
                            amount,
                        )
                    )  # it runs on
                    _background_tasks.add(task)
                    task.add_done_callback(_background_tasks.discard)
                elif amount: asyncio.create_task(audit(amount))
            """,
            count=3,
        ),
        Bad(
            """
            # file: background.py
            import asyncio

            def fire(work):
                return asyncio.create_task(work)
            # file: service.py
            from background import fire

            async def audit(text):
                print(text)

            async def pay(amount):
                fire(audit("paid"))
                task = fire(audit("booked"))
                await task

            async def book(amount):
                fire(audit("booked"))
            """,
            fixed="""
            # file: background.py
            import asyncio

            def fire(work):
                return asyncio.create_task(work)
            # file: service.py
            from background import fire

            _background_tasks: set[object] = set()

            async def audit(text):
                print(text)

            async def pay(amount):
                background_task = fire(audit("paid"))
                _background_tasks.add(background_task)
                background_task.add_done_callback(_background_tasks.discard)
                task = fire(audit("booked"))
                await task

            async def book(amount):
                task = fire(audit("booked"))
                _background_tasks.add(task)
                task.add_done_callback(_background_tasks.discard)
            """,
            count=2,
        ),
        Good(
            """
            import asyncio

            running = set()

            async def audit(text):
                print(text)

            class Hub:
                async def start(self):
                    self.task = asyncio.create_task(audit("started"))
                    task = asyncio.create_task(audit("kept"))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    await asyncio.create_task(audit("awaited"))
                    return asyncio.create_task(audit("given back"))
            """,
            because="each task is kept, awaited or given back",
        ),
        Good(
            """
            import asyncio
            import anyio

            async def audit(text):
                print(text)

            async def pay(amounts):
                async with asyncio.TaskGroup() as group:
                    for amount in amounts:
                        group.create_task(audit(amount))
                async with anyio.create_task_group() as group:
                    group.start_soon(audit, "paid")
            """,
            because="a task group keeps its tasks, waits for them and raises what they raise",
        ),
        Good(
            """
            import asyncio

            async def beat():
                await asyncio.sleep(1)

            async def serve(server):
                beating = asyncio.create_task(beat())
                await server.wait_closed()
            """,
            because="the variable keeps the task while the function waits",
        ),
        Good(
            """
            import asyncio

            async def beat():
                await asyncio.sleep(1)

            async def start(done):
                asyncio.create_task(beat()).add_done_callback(done)
                done.create_task(beat())
            """,
            because="the callback hears of its end, and not every `create_task` is asyncio's",
        ),
        Good(
            """
            import asyncio

            running = set()

            def fire(work):
                task = asyncio.create_task(work)
                running.add(task)
                return task

            async def audit(text):
                print(text)

            async def pay(amount):
                fire(audit("paid"))
            """,
            because="the function that starts it keeps it",
        ),
    )

    def check_call(self, call: Call, fact: StartsTask) -> None:
        if fact.held:
            return
        heard = self._is_heard(call)
        if call.node is not None and heard and At.RETURNED in call.at:
            self.note(call.node)
        if self._is_dropped(call):
            message = _message(call.shown, heard)
            self.report(call, message, fix_data=() if fact.called else None)

    def _is_heard(self, call: Call) -> bool:
        """Whether what is started is a coroutine of this file that sees to its own failures."""
        first = call.node.args[0].value if call.node is not None and call.node.args else None
        if not isinstance(first, cst.Call):
            return False
        inner = self.file.call(first)
        known = inner.world.function(inner.name) if inner.name is not None else None
        function = self.file.tree.nodes[known.place] if known is not None else None
        return isinstance(function, cst.FunctionDef) and guards_itself(self.file, function)

    def fix_at(self, node: Any) -> Fix:
        """Keep the task in a set of the module until it is done."""
        name, named = name_result(self.file, node, "task", "background_task")
        lines = f"{_KEPT}.add({name})\n{name}.add_done_callback({_KEPT}.discard)"
        edits = (*named, *insert_after(self.file, node, lines))
        known = define_at_top(self.file, _KEPT, "set[object]", "set()")
        title = f"Keep the task in `{_KEPT}` until it is done"
        return Fix(title, (*edits, *known), Safety.UNSAFE)

    def _is_dropped(self, call: Call) -> bool:
        if call.node is None:
            return At.STATEMENT in call.at and At.AWAITED not in call.at
        if use_of(self.file, call.node) is not Use.DROPPED:
            return False
        return At.STATEMENT in call.at or not waits_after(self.file, call.node)

    def link(self, project: Project) -> None:
        heard = {(examination.path, note.place) for examination, note in project.notes(self.name)}
        for start in project.calls_about(StartsTask):
            fact = start.fact(StartsTask)
            wrapper = full_name(start.module, start.function)
            function = project.function(wrapper) if At.RETURNED in start.at else None
            if fact is None or fact.held or function is None or At.LAMBDA in start.at:
                continue
            if not all(is_neutral(project.world, each) for each in function.decorators):
                continue
            for call in project.callers.get(wrapper, ()):
                dropped = At.STATEMENT in call.at and (At.AWAITED in call.at) == function.is_async
                if dropped and At.LAMBDA not in call.at:
                    self.report(
                        call,
                        _message(
                            spoken(project.world, wrapper), (start.path, start.place) in heard
                        ),
                        fix_data=() if fact.called else None,
                        chain=[Link(start.path, start.place, f"calls `{start.shown}`")],
                    )


def _message(shown: str, heard: bool) -> str:
    """`heard` tells whether the task sees to its own failures."""
    lost = "" if heard else ", and what it raises reaches nobody"
    return f"nobody keeps the task that `{shown}` starts: it may be collected half done{lost}"
