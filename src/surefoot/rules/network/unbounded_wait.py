"""`unbounded-wait`: a wait for another thread or task that nothing bounds."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Blocking, Resource, Timeout
from surefoot.linking.project import Project
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.loop_shape import is_unconditional
from surefoot.semantics.loops import blocking
from surefoot.semantics.summary import At
from surefoot.semantics.timeouts import Bound, bound_of

_SETTLES = frozenset(
    {"add_done_callback", "as_completed", "cancel", "close", "done", "kill", "poll", "put", "set"}
    | {"put_nowait", "send_signal", "shutdown", "stop", "terminate", "wait"}
)
"""Methods after which what is waited for ends by itself, or has ended."""
_FEW = 2
_ENDING = re.compile(r"(?i).*(stop|shut_?down|exit|quit|terminat|cancel|clos|kill).*")
"""Names of what tells a thread, or the program, to end."""
_PASSES_ON = re.compile(r"(?i)(.*_)?(wait|join|result|get)(_.*)?")
"""Functions that do nothing but to wait, as whoever calls them wants."""
_AFTERWARDS = re.compile(
    r"(?i)(.*_)?(callback|complete|completed|done|finali[sz]e|finished|on)(_.*)?"
)
"""Functions that are called when what they are given is there."""
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
        Bad(
            """
            # file: pools.py
            from concurrent.futures import ThreadPoolExecutor
            from queue import Queue

            executor = ThreadPoolExecutor(4)
            answers = Queue()
            # file: service.py
            import pools
            from pools import executor

            def ask(read):
                first = executor.submit(read).result()
                return first, pools.answers.get(), pools.answers.get(timeout=3)
            """,
            count=2,
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
            from concurrent.futures import Future, ThreadPoolExecutor
            import threading

            def load(read, names):
                with ThreadPoolExecutor(4) as pool:
                    found = list(pool.map(read, names))
                    futures = [pool.submit(read, name) for name in names]
                    return found + [future.result() for future in futures]

            class Worker:
                def __init__(self, thread: threading.Thread):
                    self.thread = thread

                def join(self):
                    # whoever calls this wants to wait
                    self.thread.join()

                def on_done(self, future: Future):
                    return future.result()
            """,
            because="the end of the block waits anyway, the second is asked to wait, and the "
            "last is called when the result is there",
        ),
        Good(
            """
            import threading

            EXIT_EVENT = threading.Event()

            def watch(server):
                EXIT_EVENT.wait()
                server.close()

            class Loop:
                def __init__(self, thread: threading.Thread):
                    self.thread = thread

                def end(self):
                    shutdown_loop(self.loop)
                    self.thread.join()
            """,
            because="the first waits for the end of the program, the second for what was told to "
            "end",
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
        if last == "shutdown" or (last == "get" and At.LOOP in call.at):
            return
        if call.node is not None and self._is_harmless(call.node):
            return
        if last == "put" and (call.constructor is None or not call.constructor.has("maxsize", 0)):
            return
        unsure = fact.wait == "task" or last in ("acquire", "put")
        if call.node is not None:
            unsure = unsure or self._looks_again(call.node)
        else:
            unsure = unsure or (call.path, call.place) not in self.project.once(_judged)
        other = "thread or process" if fact.wait == "thread" else "task"
        self.report(
            call,
            f"`{call.shown}` waits for another {other} for ever",
            confidence=Confidence.LOW if unsure else None,
        )

    def visit_Call(self, node: cst.Call) -> None:
        """Look around at what may turn out to be a wait once other modules are known."""
        if len(node.args) > 1 or last_name(node.func) not in self.file.facts.last_names(Timeout):
            return
        if not self.file.call(node).pending or self._is_harmless(node):
            return
        if not self._looks_again(node):
            self.note(node)

    def _is_harmless(self, node: cst.Call) -> bool:
        return self._in_executor(node) or self._ends_by_itself(node)

    def _in_executor(self, node: cst.Call) -> bool:
        """Whether it stands in the block of an executor, whose end waits for the work anyway."""
        for block in self.file.ancestors(node):
            if isinstance(block, cst.FunctionDef):
                return False
            if isinstance(block, cst.With):
                for item in block.items:
                    kind = self.file.type_of(item.item)
                    fact = self.file.world.fact(Resource, kind) if kind is not None else None
                    if fact is not None and fact.what == "executor":
                        return True
        return False

    def _looks_again(self, node: cst.Call) -> bool:
        """Whether a loop looks at a condition of its own each time the wait is over."""
        loop = self.file.parent(self.file.statement(node))
        while loop is not None and not isinstance(loop, (cst.While, cst.FunctionDef)):
            loop = self.file.parent(loop)
        return isinstance(loop, cst.While) and not is_unconditional(loop)

    def _is_called_for_it(self, node: cst.Call, function: cst.FunctionDef) -> bool:
        """Whether a function does nothing but wait, or is called when there is nothing left to
        wait for."""
        name = function.name.value
        if _PASSES_ON.fullmatch(name):
            body = [item for item in body_of(function.body) if not _is_docstring(item)]
            return len(body) <= _FEW
        waited = node.func.value if isinstance(node.func, cst.Attribute) else None
        if not isinstance(waited, cst.Name) or not _AFTERWARDS.fullmatch(name):
            return False
        given = [*function.params.posonly_params, *function.params.params]
        return any(param.name.value == waited.value for param in given)

    def _ends_by_itself(self, wait: cst.Call) -> bool:
        """Whether what is waited for was told to end before, or is to last as long as the
        program."""
        function = self.file.function(wait)
        if function is None:
            return True
        waited = wait.func.value if isinstance(wait.func, cst.Attribute) else wait
        if self._is_called_for_it(wait, function) or _ENDING.fullmatch(last_name(waited)):
            return True
        if _SERVES.fullmatch(function.name.value):
            last = body_of(function.body)[-1]
            if self.file.statement(wait) is last:
                return True
        here = self.file.tree.place(wait)
        around = set(self.file.ancestors(wait))
        for node in [*self.file.tree.of(cst.Call), *self.file.tree.of(cst.Assign)]:
            if node is wait or not _settles(node) or self.file.function(node) is not function:
                continue
            if self.file.tree.place(node) < here or node in around:
                return True
        return False


def _judged(project: Project) -> frozenset[tuple[str, int]]:
    """The waits, by path and place, around which nothing was seen that ends them."""
    return frozenset(
        (examination.path, note.place) for examination, note in project.notes(UnboundedWait.name)
    )


def _is_docstring(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Expr) and isinstance(
        node.value, (cst.SimpleString, cst.ConcatenatedString)
    )


def _settles(node: cst.Call | cst.Assign) -> bool:
    """Whether a call or a flag tells another thread to end, or makes sure that it has."""
    match node:
        case cst.Call():
            name = last_name(node.func)
            return name in _SETTLES or _ENDING.fullmatch(name) is not None
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute())], value=cst.Name(value=value)
        ):
            return value in ("True", "False")
    return False
