"""Worker processes that examine one file at a time.

Each has a pipe of its own, so it is always known which file it died or hung on. A future of
`concurrent.futures` does not tell, and one lost worker takes that whole executor with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from surefoot.model import FileError, SourceFile
from surefoot.pool.guard import Answer, Prepare, Task, Uncollected, failed, guarded
from surefoot.pool.stack import with_deep_stack

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

_ORPHAN_CHECK_SECONDS = 1.0
_START_LIMIT = 60.0


class WorkersUnavailable(Exception):
    """No worker process could be started; the text says why."""


def in_workers(
    tasks: Sequence[Task],
    prepare: Prepare,
    jobs: int,
    time_limit: float,
    *,
    alone: bool = False,
) -> Iterator[Answer]:
    """Yield answers as they come in; `alone` gives each file a process and a deep stack."""
    if not tasks:
        return
    queue = deque(sorted(tasks, key=lambda task: -len(task[1].content)))
    workers = _Workers(prepare, min(max(jobs, 1), len(queue)), time_limit, alone)
    try:
        yield from workers.run(queue)
    finally:
        workers.stop()


class _Workers:
    """Processes that examine, one file each at a time."""

    def __init__(self, prepare: Prepare, count: int, time_limit: float, alone: bool) -> None:
        self._prepare = prepare
        self._count = count
        self._time_limit = time_limit
        self._alone = alone
        self._context = _context()
        self._workers: dict[Any, _Worker] = {}

    def run(self, queue: deque[Task]) -> Iterator[Answer]:
        from multiprocessing.connection import wait

        while queue or any(worker.task for worker in self._workers.values()):
            while queue and len(self._workers) < self._count:
                self._start()
            for connection in wait(list(self._workers), timeout=self._patience()):
                answer = self._receive(self._workers[connection], queue)
                if answer is not None:
                    yield answer
            yield from self._overdue()

    def stop(self) -> None:
        """End all workers, at work or not."""
        for worker in list(self._workers.values()):
            self._end(worker)

    def _start(self) -> None:
        try:
            worker = _Worker(self._context, self._prepare, self._alone)
        except (OSError, AssertionError) as error:  # no processes left; none allowed to a daemon
            if not self._workers:
                raise WorkersUnavailable(str(error)) from error
            self._count = len(self._workers)
            return
        self._workers[worker.connection] = worker

    def _patience(self) -> float | None:
        """Seconds until the first worker is overdue."""
        now = time.monotonic()
        left = [worker.since + self._limit(worker) - now for worker in self._workers.values()]
        return max(0.0, min(left, default=0.0))

    def _limit(self, worker: _Worker) -> float:
        return self._time_limit if worker.task is not None else _START_LIMIT

    def _receive(self, worker: _Worker, queue: deque[Task]) -> Answer | None:
        """Take what a worker sent, or note that it died; give it the next file."""
        task, answer = worker.task, None
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._end(worker)
            if task is None:
                raise WorkersUnavailable(f"a worker ended at once: {worker.fate()}") from None
            reason = f"the process that examined this file ended: {worker.fate()}"
            return task[0], failed(task[1], FileError.CRASH, reason)
        if isinstance(message, str):
            raise WorkersUnavailable(message)
        if task is not None:
            answer = (task[0], message)
        if queue and not (self._alone and task is not None):
            worker.give(queue.popleft())
        else:
            self._end(worker)
        return answer

    def _overdue(self) -> Iterator[Answer]:
        now = time.monotonic()
        for worker in list(self._workers.values()):
            if now - worker.since >= self._limit(worker) and not worker.connection.poll():
                self._end(worker)
                if worker.task is None:
                    raise WorkersUnavailable("a worker did not get ready in time")
                index, source = worker.task
                message = f"examining this file took longer than {self._time_limit:g} s"
                yield index, failed(source, FileError.TIMEOUT, message)

    def _end(self, worker: _Worker) -> None:
        self._workers.pop(worker.connection, None)
        worker.end()


class _Worker:
    """One process, the pipe to it, and the file it has in hand since a moment."""

    def __init__(self, context: BaseContext, prepare: Prepare, deep: bool) -> None:
        self.connection, theirs = context.Pipe()
        self.task: Task | None = None
        self.since = time.monotonic()
        arguments = (theirs, prepare, deep, os.getpid(), os.getcwd())
        process = context.Process(  # type: ignore[attr-defined]
            target=_serve, args=arguments, daemon=True, name="surefoot-worker"
        )
        self._process: Any = process
        try:
            with _among_own_modules(context):
                process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()

    def give(self, task: Task) -> None:
        self.task = task
        self.since = time.monotonic()
        try:
            self.connection.send(task[1])
        except OSError:
            return  # it died; receiving will tell

    def end(self) -> None:
        self.connection.close()
        self._process.kill()
        self._process.join()

    def fate(self) -> str:
        code = self._process.exitcode
        if code is not None and code < 0:
            try:
                return f"killed by {signal.Signals(-code).name}"
            except ValueError:
                return f"killed by signal {-code}"
        return f"exit status {code}"


def _context() -> BaseContext:
    """Fork where that is safe, which spares the imports; start afresh elsewhere."""
    import multiprocessing

    return multiprocessing.get_context("fork" if _can_fork() else "spawn")


@contextlib.contextmanager
def _among_own_modules(context: BaseContext) -> Iterator[None]:
    """Stand in the folder of Python's own modules while a process starts afresh.

    It looks for the first modules it needs in the folder it starts in, where a `logging.py` of
    the checked project is not to be found.
    """
    own = os.path.dirname(os.__file__)
    if context.get_start_method() == "fork" or not os.path.isdir(own):
        yield
        return
    here = os.getcwd()
    os.chdir(own)
    try:
        yield
    finally:
        os.chdir(here)


def _can_fork() -> bool:
    """Whether no other thread, Python's or a library's, could hold a lock right now."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _serve(
    connection: Connection, prepare: Prepare, deep: bool, parent: int, directory: str
) -> None:
    """The life of a worker: get ready, then answer each file with its examination."""
    os.chdir(directory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if deep:
        with_deep_stack(lambda: _answer(connection, prepare, parent))
    else:
        _answer(connection, prepare, parent)


def _answer(connection: Connection, prepare: Prepare, parent: int) -> None:
    try:
        examine = prepare()
    except Exception as error:
        connection.send(f"a worker did not get ready: {type(error).__name__}: {error}")
        return
    connection.send(None)
    with Uncollected() as collector:
        for source in _requests(connection, parent):
            connection.send(guarded(examine, source))
            collector.after(source)


def _requests(connection: Connection, parent: int) -> Iterable[SourceFile]:
    """Yield files until there are no more, or nobody is left to want them."""
    while True:
        while not connection.poll(_ORPHAN_CHECK_SECONDS):
            if os.getppid() != parent:
                return
        try:
            source = connection.recv()
        except (EOFError, OSError):
            return
        yield source
