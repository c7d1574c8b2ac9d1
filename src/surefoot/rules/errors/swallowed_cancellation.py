"""`swallowed-cancellation`: a coroutine that cannot be cancelled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import libcst as cst

from surefoot.edits.cancellation import pass_on
from surefoot.facts.kinds import Suppresses
from surefoot.model import Fix, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.cancellation import (
    CANCELLATION,
    awaits,
    ends_the_coroutine,
    is_asked_for,
    is_kept,
    is_passed_on,
)
from surefoot.semantics.handlers import (
    Response,
    body_of,
    caught,
    caught_by,
    reaction,
)
from surefoot.semantics.remarks import gives_reason

_GOES_ON = re.compile(r"(?i)(ignor|shield|despite|regardless|without|un|no)[a-z]*_?cancel")


class SwallowedCancellation(Rule):
    """A coroutine catches its own cancellation and carries on.

    Cancelling is how asyncio stops a task: at shutdown, when a timeout passes, when the client
    has gone, when a sibling in a task group has failed. A handler for `CancelledError`,
    `BaseException` or everything that does not raise again makes the task deaf: shutdown hangs,
    timeouts do not fire, and a loop around it cannot be stopped at all. Clean up and raise
    again, or catch `Exception`, which leaves cancellation alone.
    """

    code = "SF203"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            async def run(job, log):
                try:
                    await job()
                except BaseException:
                    log.exception("failed")
            """,
            fixed="""
            import asyncio


            async def run(job, log):
                try:
                    await job()
                except asyncio.CancelledError:
                    raise
                except BaseException:
                    log.exception("failed")
            """,
        ),
        Bad(
            """
            async def run(jobs, log):
                for job in jobs:
                    try:
                        await job()
                    except BaseException:
                        log.exception("failed")
            """
        ),
        Bad(
            """
            async def pull(source, store):
                while True:
                    try:
                        store.add(await source.take())
                    except:
                        pass
            """,
            fixed="""
            import asyncio


            async def pull(source, store):
                while True:
                    try:
                        store.add(await source.take())
                    except asyncio.CancelledError:
                        raise
                    except:
                        pass
            """,
        ),
        Bad(
            """
            import asyncio

            async def pull(source, store):
                while True:
                    try:
                        store.add(await source.take())
                    except asyncio.CancelledError:
                        continue
            """,
            fixed="""
            import asyncio

            async def pull(source, store):
                while True:
                    try:
                        store.add(await source.take())
                    except asyncio.CancelledError:
                        raise
            """,
        ),
        Bad(
            """
            import asyncio

            async def pull(source, store):
                while True:
                    try:
                        async for item in source:
                            store.add(item)
                    except (asyncio.CancelledError, Exception):
                        store.log.warning("again")
            """,
            fixed="""
            import asyncio

            async def pull(source, store):
                while True:
                    try:
                        async for item in source:
                            store.add(item)
                    except asyncio.CancelledError:
                        raise
                    except (asyncio.CancelledError, Exception):
                        store.log.warning("again")
            """,
        ),
        Bad(
            """
            import asyncio
            import contextlib

            async def refresh(cache, source):
                with contextlib.suppress(asyncio.CancelledError):
                    await source.take()
                await cache.store()
            """
        ),
        Bad(
            """
            import asyncio

            async def refresh(cache, source):
                try:
                    value = await source.take()
                except asyncio.CancelledError as error:
                    print(error)
                    value = None
                await cache.store(value)
            """
        ),
        Good(
            """
            import asyncio

            async def run(job, free):
                try:
                    await job()
                except asyncio.CancelledError:
                    free()
                    raise
            """,
            because="it is raised again",
        ),
        Good(
            """
            async def run(job, log):
                try:
                    await job()
                except Exception:
                    log.exception("failed")
            """,
            because="`Exception` leaves cancellation alone",
        ),
        Good(
            """
            import asyncio

            async def run(job, log):
                try:
                    await job()
                except asyncio.CancelledError:
                    raise
                except BaseException:
                    log.exception("failed")
            """,
            because="cancellation has gone by when the second handler is asked",
        ),
        Good(
            """
            import asyncio
            import contextlib

            class Service:
                async def restart(self):
                    self.task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await self.task
                    await self.begin()

                async def stop(self):
                    try:
                        await self.task
                    except asyncio.CancelledError:
                        pass
                    await self.pool.close()
            """,
            because="it waits for the end of a task it has cancelled, or winds down",
        ),
        Good(
            """
            import asyncio

            async def work(queue, handle):
                while True:
                    try:
                        await handle(await queue.get())
                    except asyncio.CancelledError:
                        break

            async def watch(source, handle):
                try:
                    async for item in source:
                        handle(item)
                except asyncio.CancelledError:
                    pass
            """,
            because="the task comes to its end as it was told to",
        ),
        Good(
            """
            import asyncio

            async def serve(accept, pool):
                try:
                    while True:
                        await accept()
                except asyncio.CancelledError:
                    pass
                await pool.close()

            async def wait(tasks):
                try:
                    await asyncio.wait(tasks)
                except asyncio.CancelledError:
                    pass
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            """,
            because="only cleaning up is left, or the cancellation is passed on",
        ),
        Good(
            """
            import asyncio

            async def flush(queue, stopping):
                while True:
                    try:
                        await queue.flush()
                    except asyncio.CancelledError:
                        if stopping:
                            return
            """,
            because="the handler decides when to end",
        ),
        Good(
            """
            async def run(job, future):
                try:
                    future.set_result(await job())
                except BaseException as error:
                    future.set_exception(error)
            """,
            because="the exception is handed on",
        ),
        Good(
            """
            import asyncio

            def run(job):
                try:
                    asyncio.run(job())
                except BaseException:
                    print("failed")

            async def load(path):
                try:
                    return path.read_text()
                except BaseException:
                    return ""
            """,
            because="nothing is awaited there, so nothing is cancelled there",
        ),
        Good(
            """
            import asyncio
            import contextlib

            async def wait_ignoring_cancellation(future):
                while not future.done():
                    with contextlib.suppress(asyncio.CancelledError):
                        await asyncio.wait({future})
            """,
            because="the name says that it waits on",
        ),
        Good(
            """
            import asyncio

            async def settle(job, undo):
                try:
                    await asyncio.shield(job)
                except asyncio.CancelledError:
                    await undo(job)
                await job
            """,
            because="the job is shielded from it on purpose",
        ),
    )

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        if not self.file.in_async(node):
            return
        statement = self.file.parent(node)
        assert isinstance(statement, cst.Try)
        explicit = self._explicit(caught_by(self.file, node).names)
        if explicit is None or not awaits([statement.body]):
            return
        for earlier in statement.handlers:
            if earlier is node:
                break
            if self._explicit(caught_by(self.file, earlier).names) is not None:
                return
        name = node.name.name if node.name is not None else None
        exception = name.value if isinstance(name, cst.Name) else None
        response = reaction(self.file, [node.body], exception=exception).response
        if response & Response.RAISES:
            return
        if exception is not None and is_kept(self.file, node, exception):
            return
        shown = f"`except {self.file.code(node.type)}`" if node.type else "a bare `except`"
        work, answer = body_of(statement.body), body_of(node.body)
        told = Response.REPORTS in response
        self._judge(node, statement, work, answer, explicit, told, gives_reason([node]), shown)

    def visit_With(self, node: cst.With) -> None:
        if not self.file.in_async(node) or not awaits([node.body]):
            return
        for item in node.items:
            if not isinstance(item.item, cst.Call):
                continue
            if self.file.fact(Suppresses, item.item) is None:
                continue
            names = frozenset(
                name
                for argument in item.item.args
                for name in caught(self.file.world, self.file.symbol(argument.value)).names
            )
            explicit = self._explicit(names)
            if explicit is not None:
                shown = f"`{self.file.code(item.item)}`"
                reasoned = gives_reason(node.leading_lines)
                work = body_of(node.body)
                self._judge(item.item, node, work, (), explicit, False, reasoned, shown)

    def _explicit(self, names: frozenset[str]) -> bool | None:
        """Whether cancellation is caught by name (True), along with all else (False), or not."""
        if names & CANCELLATION:
            return True
        return False if "builtins.BaseException" in names else None

    def _judge(
        self,
        node: cst.CSTNode,
        statement: cst.CSTNode,
        work: Sequence[cst.CSTNode],
        answer: Sequence[cst.CSTNode],
        explicit: bool,
        told: bool,
        reasoned: bool,
        shown: str,
    ) -> None:
        if is_asked_for(self.file, statement, work) or is_passed_on(self.file, statement, answer):
            return
        ends = ends_the_coroutine(self.file, statement, answer)
        if explicit and (ends or self._is_named_for_it(node)):
            return
        severity = Severity.WARNING if ends else self.severity
        if reasoned or (ends and told):  # the outermost guard of a task leaves a record and ends
            severity = Severity.INFO
        function = self.file.function(node)
        assert function is not None
        message = f"{shown} keeps `{function.name.value}` from being cancelled"
        fixable = isinstance(node, cst.ExceptHandler) and not reasoned
        self.report(node, message, severity=severity, fix_data=() if fixable else None)

    def _is_named_for_it(self, node: cst.CSTNode) -> bool:
        """Whether the function says by its name that it goes on where it is cancelled."""
        function = self.file.function(node)
        return function is not None and _GOES_ON.search(function.name.value) is not None

    def fix_at(self, node: Any) -> Fix | None:
        return pass_on(self.file, node)
