"""`submitted-future-dropped`: work is handed over, and its failure kept where nobody asks."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import surround
from surefoot.facts.kinds import KeepsFailure, Timeout
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.batch_answers import answer
from surefoot.semantics.besteffort import is_leaving, is_telemetry
from surefoot.semantics.call import Call
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.selfguarded import cannot_fail, guards_itself, tells_some
from surefoot.semantics.values import Value
from surefoot.semantics.waited import is_only_waited_for


class SubmittedFutureDropped(Rule):
    """Work is handed to an executor, and the future with its failure is thrown away.

    An exception in another thread or process is not printed and not raised: it is stored in
    the future, or comes out where the results are iterated. Who keeps neither never hears that
    the mail was not sent. Ask for the result, add a callback that looks at `exception()`, or
    let the function report its own failures.
    """

    code = "SF206"
    severity = Severity.ERROR
    facts = (KeepsFailure,)
    needs_tree = True
    examples = (
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            executor = ThreadPoolExecutor(4)

            def send(order):
                order.mail()

            def accept(order):
                executor.submit(send, order)
            """
        ),
        Bad(
            """
            from concurrent.futures import ThreadPoolExecutor

            def send(orders):
                with ThreadPoolExecutor(4) as executor:
                    executor.map(send_one, orders)

            def send_one(order):
                order.mail()
            """,
            fixed="""
            from concurrent.futures import ThreadPoolExecutor

            def send(orders):
                with ThreadPoolExecutor(4) as executor:
                    list(executor.map(send_one, orders))

            def send_one(order):
                order.mail()
            """,
        ),
        Bad(
            """
            from concurrent.futures import ProcessPoolExecutor

            class Reports:
                def __init__(self):
                    self.pool = ProcessPoolExecutor()

                def start(self, month):
                    future = self.pool.submit(self.build, month)
                    return "started"

                def build(self, month):
                    write(month)
            """
        ),
        Bad(
            """
            import multiprocessing

            def build(month):
                write(month)

            def start(months):
                with multiprocessing.Pool() as pool:
                    for month in months:
                        pool.apply_async(build, (month,))
                    pool.close()
                    pool.join()
            """
        ),
        Bad(
            """
            import asyncio

            async def announce(order):
                await order.publish()

            def on_message(loop, order):
                asyncio.run_coroutine_threadsafe(announce(order), loop)
            """
        ),
        Bad(
            """
            # file: pools.py
            from concurrent.futures import ThreadPoolExecutor

            workers = ThreadPoolExecutor(4)
            # file: mail.py
            import shutil
            from pools import workers

            def tidy(folder):
                workers.submit(lambda: shutil.rmtree(folder))
            """
        ),
        Bad(
            """
            from concurrent import futures

            POOL = futures.ThreadPoolExecutor()

            def copy(path):
                with open(path) as file:
                    return file.read()

            def copy_all(paths):
                running = [POOL.submit(copy, path) for path in paths]
                futures.wait(running)

            def copy_each(paths):
                running = []
                for path in paths:
                    running.append(POOL.submit(copy, path))
                futures.wait(running, timeout=60)
            """,
            count=2,
        ),
        Good(
            """
            from concurrent import futures

            POOL = futures.ThreadPoolExecutor()

            def copy(path):
                with open(path) as file:
                    return file.read()

            def copy_all(paths):
                running = [POOL.submit(copy, path) for path in paths]
                futures.wait(running)
                return [future.result() for future in running]

            def copy_each(paths):
                running = [POOL.submit(copy, path) for path in paths]
                done, late = futures.wait(running, timeout=60)
                return done
            """,
            because="what came of them is asked, or may be",
        ),
        Good(
            """
            from concurrent.futures import ThreadPoolExecutor, as_completed

            def send(orders):
                with ThreadPoolExecutor(4) as executor:
                    list(executor.map(send_one, orders))
                    futures = [executor.submit(send_one, order) for order in orders]
                    for future in as_completed(futures):
                        future.result()

            def send_one(order):
                order.mail()
            """,
            because="results are asked for",
        ),
        Good(
            """
            from concurrent.futures import ThreadPoolExecutor

            executor = ThreadPoolExecutor(4)

            def send(order):
                order.mail()

            def accept(order, tell):
                executor.submit(send, order).add_done_callback(tell)
                future = executor.submit(send, order)
                future.add_done_callback(tell)
                return executor.submit(send, order)
            """,
            because="a callback looks at the future, or the caller gets it",
        ),
        Good(
            """
            import logging
            from concurrent.futures import ThreadPoolExecutor

            executor = ThreadPoolExecutor(4)

            def send(order):
                name = order.name
                try:
                    order.mail()
                except Exception:
                    logging.exception("no mail for %s", name)

            def accept(order):
                executor.submit(send, order)
            """,
            because="the function reports its failures itself",
        ),
        Good(
            """
            # file: mail.py
            import logging

            class Mailer:
                def send(self, order):
                    with self.connection() as connection:
                        try:
                            connection.send(order)
                        except Exception as error:
                            logging.error("no mail: %s", error)
            # file: orders.py
            from concurrent.futures import ThreadPoolExecutor
            from mail import Mailer

            executor = ThreadPoolExecutor(4)

            def accept(order):
                mailer = Mailer()
                executor.submit(mailer.send, order)
                executor.submit(lambda: mailer.send(order))
            """,
            because="so does a method of another module, named or in a lambda",
        ),
        Good(
            """
            import asyncio
            import logging
            from concurrent.futures import ThreadPoolExecutor

            class Listener:
                def __init__(self):
                    self.workers = ThreadPoolExecutor(4)

                def on_message(self, message):
                    def run():
                        self.handle(message)

                    self.workers.submit(run)

                def handle(self, message):
                    try:
                        message.handle()
                    except Exception:
                        logging.exception("not handled")

            def on_change(loop):
                ready = asyncio.Event()

                async def tell():
                    ready.set()

                asyncio.run_coroutine_threadsafe(tell(), loop)
                asyncio.run_coroutine_threadsafe(ready.wait(), loop)
            """,
            because="all it calls reports its failures; setting and awaiting an event cannot fail",
        ),
        Good(
            """
            import multiprocessing

            def build(month):
                write(month)

            def start(month, tell):
                pool = multiprocessing.Pool()
                pool.apply_async(build, (month,), error_callback=tell)
                pool.map(build, [month])
            """,
            because="a function is told of failures; `map` raises them",
        ),
        Good(
            """
            import asyncio

            async def load(read):
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, read)
                future = loop.run_in_executor(None, read)
                await future
            """,
            because="awaiting a future raises what is in it",
        ),
        Good(
            """
            import threading
            from concurrent.futures import Future, ThreadPoolExecutor

            class Graph:
                def __init__(self):
                    self.lock = threading.Lock()
                    self.finished = Future()

                def run(self, nodes):
                    with ThreadPoolExecutor() as pool:
                        for node in nodes:
                            pool.submit(self.work, node)
                        self.finished.result()

                def work(self, node):
                    with self.lock:
                        if self.finished.done():
                            return
                    try:
                        node.run()
                    except BaseException as error:
                        self.finished.set_exception(error)
            """,
            because="the work sees to its failures, after a look under a lock",
        ),
        Good(
            """
            from jobs import Board

            def apply(board: Board, job):
                board.submit(job)
            """,
            because="not every `submit` is that of an executor",
        ),
    )

    def check_call(self, call: Call, fact: KeepsFailure) -> None:
        if call.node is not None:
            self._note(call, call.node)

    def visit_Call(self, node: cst.Call) -> None:
        """Leave a note of a call that may be one of these, when its callee lies elsewhere."""
        func = node.func
        if not isinstance(func, cst.Attribute):
            return
        if func.attr.value in self.file.facts.last_names(KeepsFailure):
            call = self.file.call(node)
            if call.pending:
                self._note(call, node)

    def visit_Try(self, node: cst.Try) -> None:
        """Leave a note of a function that sees to its failures, or to some of them."""
        function = self.file.function(node)
        if function is None or self.file.is_test:
            return
        name = full_name(self.file.module_name, self.file.qualname(node))
        if guards_itself(self.file, function):
            self.note(node, "guards", name)
        elif tells_some(self.file, function):
            self.note(node, "some", name)

    def _note(self, call: Call, node: cst.Call) -> None:
        if self.file.is_test:
            return
        done = answer(self.file, node, is_future=True)
        waited = is_only_waited_for(self.file, node)
        if (done.read or done.escapes) and not waited:
            return
        if any(self._cannot_fail(argument.value) for argument in node.args):
            return
        inner = [self._work(argument.value) for argument in node.args]
        places = [self.file.tree.place(item) for item in inner if item is not None]
        minor = is_telemetry(self.file, node, [node]) or is_leaving(self.file, node)
        self.note(node, "drops", tuple(places), minor, waited)

    def _work(self, node: cst.CSTNode) -> cst.Call | None:
        """The call that an argument will make: that of a lambda, or of a coroutine."""
        if isinstance(node, cst.Lambda):
            node = node.body
        return node if isinstance(node, cst.Call) else None

    def _cannot_fail(self, node: cst.CSTNode) -> bool:
        """Whether what is handed over is a function of this file that cannot fail."""
        if isinstance(node, cst.Lambda):
            return cannot_fail(self.file, node)
        name = self.file.name(node)
        summary = self.file.world.function(name) if name is not None else None
        definition = self.file.tree.nodes[summary.place] if summary is not None else None
        return isinstance(definition, cst.FunctionDef) and cannot_fail(self.file, definition)

    def link(self, project: Project) -> None:
        notes = list(project.notes(self.name))
        guarded = {str(note.data[1]) for _, note in notes if note.data[0] == "guards"}
        some = {str(note.data[1]) for _, note in notes if note.data[0] == "some"}
        for examination, note in notes:
            call = project.calls_at.get((examination.path, note.place))
            fact = call.fact(KeepsFailure) if call is not None else None
            if note.data[0] != "drops" or call is None or fact is None:
                continue
            if any(call.arguments.has(keyword) for keyword in fact.told_by):
                continue
            _, places, minor, waited = note.data
            works = [project.calls_at.get((examination.path, place)) for place in places]  # type: ignore[attr-defined]
            value = call.arguments.get(fact.parameter or (), fact.position)
            names = [item.name for item in works if item is not None and item.name]
            names += _named(value if isinstance(value, tuple) else None)
            if any(_only_waits(project, name) or _is_decorated(project, name) for name in names):
                continue
            guards = [_guards(project, guarded, name) for name in names]
            if any(share == 1 for share in guards):
                continue
            unsure = not names or any(guards) or any(_tells(project, some, name) for name in names)
            self.report(
                note,
                _message(call, fact, names[0] if names else None, bool(waited)),
                path=examination.path,
                severity=_severity(fact, bool(minor)),
                confidence=Confidence.LOW if unsure else None,
                fix_data=(fact.iterated,),
            )

    def fix_at(self, node: Any, is_iterated: bool) -> Fix | None:
        """Iterate the results, which raises the first failure; a future is for a person."""
        if not is_iterated:
            title = "Ask for `result()`, or add a callback that looks at `exception()`"
            return Fix(title, (), Safety.SUGGESTION)
        if self.file.in_async(node) or not isinstance(self.file.parent(node), cst.Expr):
            return None
        title = "Wait for all results here: the first failure is raised"
        return Fix(title, surround(self.file, node, "list(", ")"), Safety.UNSAFE)


def _named(value: Value) -> list[str]:
    while value is not None and value[0] == "P":
        value = value[1]
    return [str(value[1])] if value is not None and value[0] in ("n", "m") else []


def _guards(project: Project, guarded: set[str], name: str) -> float:
    """Which share of what a function does is guarded: all of it, or some functions it calls."""
    if name in guarded:
        return 1
    called = [project.target(call) for call in project.calls_in.get(name, ())]
    known = [target for target in called if target is not None]
    return sum(target in guarded for target in known) / len(known) if known else 0


def _tells(project: Project, some: set[str], name: str) -> bool:
    """Whether a function, or one it calls, sees to some of its failures."""
    called = {project.target(call) for call in project.calls_in.get(name, ())}
    return name in some or not some.isdisjoint(item for item in called if item is not None)


def _only_waits(project: Project, name: str) -> bool:
    """Whether work of a library does no more than to wait for another task."""
    fact = project.facts.get(Timeout, name)
    return fact is not None and fact.wait == "task"


def _is_decorated(project: Project, name: str) -> bool:
    """Whether a decorator nothing is known of may see to the failures of a function."""
    function = project.function(name)
    return function is not None and not all(
        is_neutral(project.world, item) for item in function.decorators
    )


def _severity(fact: KeepsFailure, minor: bool) -> Severity | None:
    if minor:
        return Severity.INFO
    return Severity.WARNING if fact.logged else None


def _message(call: Call, fact: KeepsFailure, work: str | None, waited: bool) -> str:
    name = call.shown.rpartition(".")[2]
    subject = f"a failure of `{work.rpartition('.')[2]}`" if work else "a failure of the work"
    if fact.iterated:
        return f"{subject} comes out only where the results of `{name}` are iterated: never"
    if waited:
        return f"{subject} stays in its future: all are waited for, and none is asked"
    if fact.logged:
        return f"{subject} stays in the future from `{name}` until that is garbage-collected"
    return f"{subject} stays in what `{name}` returns, which is thrown away: nobody hears of it"
