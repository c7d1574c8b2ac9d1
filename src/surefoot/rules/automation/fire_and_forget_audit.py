"""`fire-and-forget-audit`: a record of what was done that may never be written."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import replace
from surefoot.facts.kinds import Detached
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.summary import At

_AUDIT = re.compile(r"(?i)(?<![a-z])audit|(?<=[a-z])Audit")
_WRITES = re.compile(
    r"(?i)(write|log|record|emit|create|save|store|send|publish|insert|add|append|persist|note|"
    r"audit_?(event|entry|trail|action|change))"
)


class FireAndForgetAudit(Rule):
    """The record of an action is written by a task nobody waits for.

    When the write fails, nobody hears of it; when the process ends first, or the task is
    collected, there is no record at all. The day somebody asks who deleted it, that line is
    missing. Wait for the write, before or together with the action.
    """

    code = "SF1108"
    severity = Severity.WARNING
    facts = (Detached,)
    needs_tree = True
    examples = (
        Bad(
            """
            import asyncio

            async def delete_user(users, audit, number):
                await users.delete(number)
                asyncio.create_task(audit.record("user.delete", number))
            """,
            fixed="""
            import asyncio

            async def delete_user(users, audit, number):
                await users.delete(number)
                await audit.record("user.delete", number)
            """,
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            pool = ThreadPoolExecutor(2)

            def revoke(keys, key):
                keys.revoke(key)
                pool.submit(write_audit_log, "revoke", key)

            def write_audit_log(action, key): ...
            """
        ),
        Bad(
            """
            import asyncio
            import threading

            def remove_user(users, audit, number):
                users.delete(number)
                threading.Thread(target=audit.write, args=(number,), daemon=True).start()

            async def disable_user(users, audit, number):
                asyncio.get_running_loop().run_in_executor(None, audit.write, number)
            """,
            count=2,
        ),
        Good(
            """
            import threading

            def remove_user(users, audit, number):
                writing = threading.Thread(target=audit.write, args=(number,))
                writing.start()
                users.delete(number)
                writing.join()
            """,
            because="the thread is waited for",
        ),
        Good(
            """
            import asyncio

            async def delete_user(users, audit, number):
                task = asyncio.create_task(audit.record("user.delete", number))
                await users.delete(number)
                await task
                await audit.record("user.deleted", number)
            """,
            because="the write is waited for",
        ),
        Good(
            """
            import asyncio

            async def start(packages, cache):
                asyncio.create_task(audit_packages(packages))
                asyncio.create_task(cache.record("start"))

            async def audit_packages(packages): ...
            """,
            because="this audit is an examination, and a cache is no record",
        ),
    )

    def check_call(self, call: Call, fact: Detached) -> None:
        node = call.node
        if node is None or At.AWAITED in call.at or not self._is_dropped(call, node, fact):
            return
        work = self._work(node, fact)
        if work is None:
            return
        callee = work.func if isinstance(work, cst.Call) else work
        if not isinstance(callee, (cst.Name, cst.Attribute)):
            return
        name = self.file.code(callee)
        if _AUDIT.search(name) and _WRITES.search(_AUDIT.sub("audit", name)):
            self.report(
                node,
                f"nobody waits for `{name}`: when it fails, or the process ends first, there is "
                "no record of what was done",
                fix_data=(self.file.tree.place(work),)
                if fact.coroutine and fact.begins is None
                else None,
            )

    def fix_at(self, node: Any, place: int) -> Fix | None:
        """Await the coroutine in the place of the task."""
        work = self.file.tree.nodes[place]
        if not isinstance(work, cst.Call) or len(node.args) != 1 or not self.file.in_async(node):
            return None
        if "#" in self.file.code(node):
            return None
        edits = replace(self.file, node, f"await {self.file.code(work)}")
        return Fix("Wait for the record", edits, Safety.UNSAFE)

    def _is_dropped(self, call: Call, node: cst.Call, fact: Detached) -> bool:
        """Whether nobody keeps what tells the end of the work."""
        if fact.begins is None:
            return At.STATEMENT in call.at
        begun = self.file.parent(node)
        if not isinstance(begun, cst.Attribute) or begun.attr.value != fact.begins:
            return False
        beginning = self.file.parent(begun)
        return isinstance(beginning, cst.Call) and isinstance(self.file.parent(beginning), cst.Expr)

    def _work(self, node: cst.Call, fact: Detached) -> cst.BaseExpression | None:
        for argument in node.args:
            if argument.keyword is not None and argument.keyword.value == fact.parameter:
                return argument.value
        plain = [item.value for item in node.args if item.keyword is None and not item.star]
        return plain[fact.position] if len(plain) > fact.position else None
