"""`unbounded-wait`: a wait for another thread or task that nothing bounds."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Blocking, Timeout
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.loops import blocking
from surefoot.semantics.summary import At
from surefoot.semantics.timeouts import Bound, bound_of

_SETTLES = frozenset(
    {"add_done_callback", "as_completed", "cancel", "close", "done", "kill", "poll", "put", "set"}
    | {"put_nowait", "send_signal", "shutdown", "stop", "terminate", "wait"}
)
"""Methods after which what is waited for ends by itself, or has ended."""
_SERVES = re.compile(r"(?i)(.*_)?(main|serve|run|start|worker|loop|forever|consume|listen)(_.*)?")


class UnboundedWait(Rule):
    """A wait for another thread, process or task without an upper bound.

    If the other one is stuck or has died, this one waits for ever, and with it whoever waits for
    that. Give the wait a timeout, and decide what happens when it is over.
    """

    code = "SF107"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM
    default = False
    facts = (Timeout,)
    examples = (
        Bad(
            """
            import queue
            import threading

            answers = queue.Queue()

            def ask(worker: threading.Thread):
                first = answers.get()
                worker.join()
                return first
            """,
            count=2,
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            pool = ThreadPoolExecutor(4)

            def ask(read):
                return pool.submit(read).result()
            """
        ),
        Good(
            """
            import queue
            import threading

            answers = queue.Queue()

            def ask(worker: threading.Thread, event: threading.Event):
                worker.join(5)
                event.wait(timeout=1)
                return answers.get(block=False) or answers.get(True, 3)
            """,
            because="each wait ends",
        ),
        Good(
            """
            import queue
            import threading

            jobs = queue.Queue()

            def work():
                while True:
                    job = jobs.get()
                    if job is None:
                        return
                    job()

            def stop(worker: threading.Thread):
                jobs.put(None)
                worker.join()

            class Ticker:
                def __init__(self, thread: threading.Thread):
                    self.running = True
                    self.thread = thread

                def stop(self):
                    self.running = False
                    self.thread.join()
            """,
            because="a worker waits for work, and one that was told to stop comes to its end",
        ),
        Good(
            """
            import threading
            from concurrent.futures import ThreadPoolExecutor, as_completed

            def main(stopped: threading.Event):
                stopped.wait()

            def collect(read, names):
                with ThreadPoolExecutor(4) as pool:
                    futures = [pool.submit(read, name) for name in names]
                    return [future.result() for future in as_completed(futures, timeout=9)]
            """,
            because="a program waits until it is to end, and these futures are done",
        ),
        Good(
            """
            import asyncio

            async def ask(answers: asyncio.Queue):
                async with asyncio.timeout(3):
                    return await answers.get()
            """,
            because="the block around it bounds the time",
        ),
        Good(
            """
            def ask(cache, parts):
                return cache.get("a"), ",".join(parts)
            """,
            because="nothing waits here",
        ),
    )

    def check_call(self, call: Call, fact: Timeout) -> None:
        if fact.wait not in ("thread", "task") or fact.default is not None:
            return
        if At.DEADLINE in call.at or bound_of(call, fact) is not Bound.MISSING:
            return
        if call.fact(Blocking) is not None and blocking(call) is None:
            return
        last = (call.name or "").rpartition(".")[2]
        if (last == "get" and At.LOOP in call.at) or self._ends_by_itself(call):
            return
        if last == "put" and (call.constructor is None or not call.constructor.has("maxsize", 0)):
            return
        unsure = fact.wait == "task" or last == "acquire" or call.node is None
        other = "thread or process" if fact.wait == "thread" else "task"
        self.report(
            call,
            f"`{call.shown}` waits for another {other} for ever",
            confidence=Confidence.LOW if unsure else None,
        )

    def _ends_by_itself(self, call: Call) -> bool:
        """Whether what is waited for was told to end before, or is to last as long as the
        program."""
        if call.node is None:
            return False
        function = self.file.function(call.node)
        if function is None:
            return True
        if _SERVES.fullmatch(function.name.value):
            last = body_of(function.body)[-1]
            if self.file.statement(call.node) is last:
                return True
        here = self.file.tree.place(call.node)
        around = set(self.file.ancestors(call.node))
        for node in [*self.file.tree.of(cst.Call), *self.file.tree.of(cst.Assign)]:
            if node is call.node or not _settles(node) or self.file.function(node) is not function:
                continue
            if self.file.tree.place(node) < here or node in around:
                return True
        return False


def _settles(node: cst.Call | cst.Assign) -> bool:
    """Whether a call or a flag tells another thread to end, or makes sure that it has."""
    match node:
        case cst.Call():
            return last_name(node.func) in _SETTLES
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute())], value=cst.Name(value=value)
        ):
            return value in ("True", "False")
    return False
