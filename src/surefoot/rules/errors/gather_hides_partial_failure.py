"""`gather-hides-partial-failure`: exceptions are gathered as results, and nobody looks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.edits import free_name, insert_after, name_result
from surefoot.facts.kinds import PartialFailure
from surefoot.linking.project import Project, full_name
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.batch_answers import answer
from surefoot.semantics.besteffort import is_leaving
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import inside
from surefoot.semantics.remarks import gives_reason
from surefoot.semantics.selfguarded import guards_itself

_ENDS = re.compile(
    r"_*(async_)?(\w+_)?(a?close|a?stop|shut_?down|terminate|tear_?down|clean_?up|disconnect|"
    r"drain|cancel|wait_closed|finali[sz]e|exit|kill|abort|dispose|unload|finish|reap|join)"
    r"(_.*|_*)|__aexit__"
)
"""Functions that, by their names, end something: what fails there has been given up."""


class GatherHidesPartialFailure(Rule):
    """Exceptions are gathered in place of results, and nobody looks for them.

    With `return_exceptions=True` a failed task is one more item of the list, and nothing is
    raised or logged. A list that is dropped, or only counted, hides every failure: half of the
    messages may not have been sent. Look for exceptions in the list, or leave the option out.
    """

    code = "SF207"
    severity = Severity.WARNING
    facts = (PartialFailure,)
    needs_tree = True
    examples = (
        Bad(
            """
            import asyncio

            async def send(jobs):
                await asyncio.gather(*jobs, return_exceptions=True)
            """,
            fixed="""
            import asyncio

            async def send(jobs):
                results = await asyncio.gather(*jobs, return_exceptions=True)
                for result in results:
                    if isinstance(result, Exception):
                        raise result
            """,
        ),
        Bad(
            """
            import asyncio

            async def send(send_one, orders):
                results = await asyncio.gather(
                    *[send_one(order) for order in orders], return_exceptions=True
                )
                print(f"sent {len(results)} orders")
            """,
            fixed="""
            import asyncio

            async def send(send_one, orders):
                results = await asyncio.gather(
                    *[send_one(order) for order in orders], return_exceptions=True
                )
                for result in results:
                    if isinstance(result, Exception):
                        raise result
                print(f"sent {len(results)} orders")
            """,
        ),
        Bad(
            """
            import asyncio

            async def send(jobs):
                await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), 5)
            """,
            fixed="""
            import asyncio

            async def send(jobs):
                results = await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), 5)
                for result in results:
                    if isinstance(result, Exception):
                        raise result
            """,
        ),
        Good(
            """
            import asyncio

            async def drain(tasks):
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

            async def switch(tasks, task):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            """,
            because="the tasks are cancelled, and are waited for only",
        ),
        Good(
            """
            import asyncio

            class Feed:
                async def stop(self):
                    await asyncio.gather(*self.tasks, return_exceptions=True)

                async def run(self):
                    try:
                        await self.serve()
                    finally:
                        await asyncio.gather(*self.tasks, return_exceptions=True)
            """,
            because="what fails on the way out has been given up",
        ),
        Good(
            """
            import asyncio

            async def send(jobs):
                results = await asyncio.gather(*jobs, return_exceptions=True)
                failed = [item for item in results if isinstance(item, BaseException)]
                if failed:
                    raise ExceptionGroup("not sent", failed)
            """,
            because="exceptions are looked for",
        ),
        Good(
            """
            import asyncio

            async def send(jobs):
                return await asyncio.gather(*jobs, return_exceptions=True)

            async def load(jobs):
                await asyncio.gather(*jobs)
            """,
            because="the caller gets the list; without the option the first failure is raised",
        ),
        Good(
            """
            import asyncio

            async def send(jobs):
                tasks = [asyncio.create_task(job) for job in jobs]
                await asyncio.gather(*tasks, return_exceptions=True)
                for task in tasks:
                    if task.exception() is not None:
                        report(task)
            """,
            because="the tasks are asked one by one",
        ),
        Good(
            """
            import asyncio

            class Bus:
                async def settle(self):
                    if self.futures:
                        await asyncio.gather(
                            *[asyncio.wrap_future(item) for item in self.futures],
                            return_exceptions=True,
                        )

            async def settle_all():
                tasks = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
                await asyncio.gather(*tasks, return_exceptions=True)
            """,
            because="work that was started elsewhere is waited for only",
        ),
        Good(
            """
            import asyncio
            import logging

            log = logging.getLogger(__name__)

            async def send_one(order):
                try:
                    await order.send()
                except Exception:
                    log.exception("not sent")

            async def send(orders):
                await asyncio.gather(*(send_one(order) for order in orders), return_exceptions=True)
            """,
            because="what is gathered reports its own failures",
        ),
        Good(
            """
            # file: sending.py
            import logging

            class Sender:
                async def send_one(self, order):
                    async with self.limit:
                        try:
                            await order.send()
                        except Exception as error:
                            logging.error("not sent: %s", error)
            # file: app.py
            import asyncio
            from sending import Sender

            async def send(orders, limit):
                sender = Sender(limit)
                tasks = []
                for order in orders:
                    tasks.append(asyncio.create_task(sender.send_one(order)))
                await asyncio.gather(*tasks, return_exceptions=True)
            """,
            because="so do methods of another module, here as tasks",
        ),
    )

    def check_call(self, call: Call, fact: PartialFailure) -> None:
        node = call.node
        if node is None or fact.form != "mixed" or self.file.is_test:
            return
        if any(call.arguments.constant(key) != (literal,) for key, literal in fact.only_if):
            return
        done = answer(self.file, node)
        if done.escapes or done.read or done.tested or self._gives_up(node):
            return
        if self._asks_later(node) or self._waits_for_others(node):
            return
        name = call.shown.rpartition(".")[2]
        what = "only their number is looked at" if done.counted else "nobody looks at them"
        message = f"`{name}` puts {fact.what} among its results instead of raising, and {what}"
        works = [self.file.tree.place(item) for item in self._gathered(node)]
        reason = gives_reason([self.file.statement(node), *self._line(node)])
        self.note(node, "gathers", tuple(works), message, reason)

    def visit_Try(self, node: cst.Try) -> None:
        """Leave a note of a coroutine that sees to its failures."""
        function = self.file.function(node)
        if function is None or function.asynchronous is None or self.file.is_test:
            return
        if guards_itself(self.file, function):
            self.note(node, "guards", full_name(self.file.module_name, self.file.qualname(node)))

    def link(self, project: Project) -> None:
        """Report what gathers work that does not see to its failures by itself."""
        notes = list(project.notes(self.name))
        guarded = {note.data[1] for _, note in notes if note.data[0] == "guards"}
        for examination, note in notes:
            if note.data[0] == "gathers":
                _, works, message, reason = note.data
                calls = [project.calls_at.get((examination.path, place)) for place in works]  # type: ignore[attr-defined]
                if not any(call is not None and call.name in guarded for call in calls):
                    severity = Severity.INFO if reason else None
                    self.report(
                        note,
                        str(message),
                        path=examination.path,
                        severity=severity,
                        fix_data=(),
                    )

    def fix_at(self, node: Any) -> Fix | None:
        """Raise the first failure, when all that was gathered has ended."""
        outer = self._waited_for(node)
        if not isinstance(self.file.parent(outer), cst.Await):
            return None
        name, named = name_result(self.file, outer, "results", "gathered")
        item = free_name(self.file, node, "result", "outcome")
        lines = (
            f"for {item} in {name}:\n    if isinstance({item}, Exception):\n        raise {item}"
        )
        title = "Raise the first failure when all have ended"
        return Fix(title, (*named, *insert_after(self.file, node, lines)), Safety.UNSAFE)

    def _waited_for(self, node: cst.Call) -> cst.Call:
        """The call that gives what `gather` gives, perhaps with a deadline."""
        argument = self.file.parent(node)
        outer = self.file.parent(argument) if isinstance(argument, cst.Arg) else None
        return outer if isinstance(outer, cst.Call) and outer.args[0] is argument else node

    def _line(self, node: cst.CSTNode) -> list[cst.CSTNode]:
        """The line of a statement, with the comments on and above it."""
        parent = self.file.parent(self.file.statement(node))
        return [parent] if isinstance(parent, cst.SimpleStatementLine) else []

    def _gives_up(self, node: cst.Call) -> bool:
        """Whether what is gathered has been cancelled, or is awaited because all ends."""
        function = self.file.function(node)
        if function is None:
            return False
        if _ENDS.fullmatch(function.name.value) or is_leaving(self.file, node):
            return True
        return any(
            isinstance(item, cst.Attribute)
            and (item.attr.value.startswith("cancel") or item.attr.value in _ASKS_TO_END)
            for item in inside([function.body])
        )

    def _asks_later(self, node: cst.Call) -> bool:
        """Whether the function asks tasks for their exceptions or results one by one."""
        function = self.file.function(node)
        return function is not None and any(
            isinstance(item, cst.Call)
            and isinstance(item.func, cst.Attribute)
            and item.func.attr.value in ("exception", "result", "add_done_callback")
            for item in inside([function.body])
        )

    def _waits_for_others(self, node: cst.Call) -> bool:
        """Whether all that is gathered was started elsewhere, and is kept there."""
        if not node.args or not all(item.star == "*" for item in node.args if not item.keyword):
            return False
        given = [item.value for item in node.args if item.star == "*"]
        return bool(given) and all(self._is_kept(item) for item in given)

    def _is_kept(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Attribute():
                return True
            case (
                cst.ListComp(for_in=loop) | cst.GeneratorExp(for_in=loop) | cst.SetComp(for_in=loop)
            ):
                wraps = isinstance(node.elt, cst.Name) or (
                    isinstance(node.elt, cst.Call) and self.file.name(node.elt) in _WRAPPERS
                )
                return wraps and self._is_kept(loop.iter)
            case cst.Call(func=func, args=args):
                name = self.file.name(node)
                if name in _ALL:
                    return True
                if isinstance(func, cst.Attribute) and func.attr.value in ("values", "copy"):
                    return self._is_kept(func.value)
                return name in _COPIES and len(args) == 1 and self._is_kept(args[0].value)
            case cst.Name():
                owner = self.file.scope(node).find(node.value)
                bindings = owner.bindings[node.value] if owner is not None else []
                return bool(bindings) and all(
                    item.kind in ("assign", "annotated")
                    and isinstance(item.value, cst.CSTNode)
                    and item.value is not node
                    and self._is_kept(item.value)
                    for item in bindings
                )
        return False

    def _gathered(self, node: cst.Call) -> Iterator[cst.Call]:
        """The calls whose coroutines may be among what is gathered, here or under a name."""
        for item in inside(list(node.args)):
            if isinstance(item, cst.Call):
                yield item
            elif isinstance(item, cst.Name):
                owner = self.file.scope(item).find(item.value)
                if owner is None or owner.kind != "function":
                    continue
                for use in self.file.uses(item.value, owner):
                    statement = self.file.statement(use)
                    if isinstance(statement, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Expr)):
                        for part in inside([statement]):
                            if isinstance(part, cst.Call):
                                yield part


_ALL = frozenset({"asyncio.all_tasks"})
_WRAPPERS = frozenset({"asyncio.shield", "asyncio.wrap_future"})
_COPIES = frozenset({"builtins.list", "builtins.tuple", "builtins.set"})
_ASKS_TO_END = frozenset({"close", "aclose", "stop", "shutdown", "terminate", "disconnect", "kill"})
"""Methods after which tasks are awaited because they end."""
