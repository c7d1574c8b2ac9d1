"""`ineffective-timeout`: a timeout the library takes no notice of."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits.bounds import rebounded
from surefoot.facts.kinds import Deadline, IgnoredAttribute
from surefoot.linking.project import Project
from surefoot.model import Defaults, Fix, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.values import PENDING


class IneffectiveTimeout(Rule):
    """A timeout that has no effect.

    The code reads as if the wait were bounded, and reviewers move on. The library ignores
    the attribute, or the bound is `None`, so the call waits as long as it would have without.

    Pass the timeout where the library looks for it.
    """

    code = "SF103"
    severity = Severity.WARNING
    facts = (Deadline,)
    examples = (
        Bad(
            """
            import requests

            session = requests.Session()
            session.timeout = 5
            """
        ),
        Bad(
            """
            import requests

            class Client:
                def __init__(self):
                    self.http = requests.Session()
                    self.http.timeout = 5
            """
        ),
        Bad(
            """
            import asyncio

            async def wait(job):
                return await asyncio.wait_for(job, None)
            """,
            fixed="""
            import asyncio

            async def wait(job):
                return await asyncio.wait_for(job, 10)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import asyncio

            async def wait(job):
                return await asyncio.wait_for(job, timeout=None)
            """,
            fixed="""
            import asyncio

            async def wait(job):
                return await asyncio.wait_for(job, timeout=10)
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import asyncio

            async def wait(job):
                async with asyncio.timeout(None):
                    return await job
            """,
            fixed="""
            import asyncio

            async def wait(job):
                async with asyncio.timeout(10):
                    return await job
            """,
            defaults=Defaults(timeout=10),
        ),
        Bad(
            """
            import asyncio

            async def wait(job):
                async with asyncio.timeout_at(None):
                    return await job
            """
        ),
        Good(
            """
            import asyncio

            async def wait(jobs):
                async with asyncio.timeout(None) as bound:
                    limit = await jobs.limit()
                    bound.reschedule(asyncio.get_running_loop().time() + limit)
                    return await jobs.first()
            """,
            because="the block gets its bound later",
        ),
        Good(
            """
            import asyncio

            async def wait(job, limit=None):
                return await asyncio.wait_for(job, limit)
            """,
            because="the caller decides",
        ),
        Good(
            """
            import asyncio
            import time

            class Feed:
                limit = None

                def __init__(self):
                    self.pause = None

                async def read(self, job, due):
                    await asyncio.wait_for(job, None if due == float("inf") else due - time.time())
                    await asyncio.wait_for(job, self.pause)
                    await asyncio.wait_for(job, self.limit)
            """,
            because="one way there is a bound, and an attribute may get another value elsewhere",
        ),
        Good(
            """
            class Options:
                pass

            options = Options()
            options.timeout = 5
            """,
            because="a class of one's own may well use its attribute",
        ),
        Good(
            """
            import requests

            class Session(requests.Session):
                timeout = 3

                def request(self, *args, **options):
                    return super().request(*args, timeout=self.timeout, **options)

            session = Session()
            session.timeout = 5
            """,
            because="the subclass reads the attribute",
        ),
    )

    def check_call(self, call: Call, fact: Deadline) -> None:
        if fact.by != "argument" and not self._is_bare(call):
            return
        if call.node is not None and call.arguments.get(fact.parameter or (), fact.position) == (
            PENDING
        ):
            self.note(call.node)
        elif call.arguments.constant(fact.parameter or (), fact.position) == (None,):
            parameters = (fact.parameter,) if fact.parameter is not None else ()
            self.report(
                call,
                f"`{call.shown}` bounds nothing when its timeout is `None`",
                fix_data=None if fact.absolute else (parameters, fact.position),
            )

    def _is_bare(self, call: Call) -> bool:
        """Whether a call makes a block of its own, which nobody can give another bound."""
        item = self.file.parent(call.node) if call.node is not None else None
        return isinstance(item, cst.WithItem) and item.asname is None

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            call = project.calls_at.get((examination.path, note.place))
            fact = call.fact(Deadline) if call is not None else None
            if call is not None and fact is not None and not call.was_pending:
                self.check_call(call, fact)

    def fix_at(self, node: Any, parameters: tuple[str, ...], position: int | None) -> Fix | None:
        return rebounded(self.file, node, parameters, position, self.defaults)

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            match target.target:
                case cst.Attribute(value=owner, attr=cst.Name(value=attr)):
                    self._judge(target.target, owner, attr)

    def _judge(self, target: cst.CSTNode, owner: cst.BaseExpression, attr: str) -> None:
        kind = self.file.type_of(owner)
        if kind is None or self.file.world.cls(kind) is not None:
            return
        fact = self.file.world.fact(IgnoredAttribute, kind)
        if fact is not None and attr in fact.names:
            self.report(target, f"`{kind}` takes no notice of its attribute `{attr}`")
