"""Many files at once, each so that it can break nothing but its own examination."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from surefoot.model import Examination, FileError, SourceFile
from surefoot.pool.guard import Answer, Prepare, Task, Uncollected, failed, guarded
from surefoot.pool.hazards import is_hazardous
from surefoot.pool.workers import WorkersUnavailable, in_workers

Done = Callable[[Examination], None]

MANY_FILES = 48
TIME_LIMIT = 60.0


def examine_files(
    sources: Sequence[SourceFile],
    prepare: Prepare,
    *,
    jobs: int,
    time_limit: float = TIME_LIMIT,
    many: int = MANY_FILES,
    done: Done | None = None,
) -> list[Examination]:
    """Examine the files and return their examinations in the same order.

    `prepare` makes the function that examines one file; it is called once in each process
    and must be picklable. Fewer than `many` files are examined in this process, except
    those that might break it. A file that breaks its process, or takes longer than
    `time_limit` seconds, gets an examination that says so. `done` hears of each
    examination as soon as it is there.
    """
    answers: dict[int, Examination] = {}

    def keep(work: Iterable[Answer], *, final: bool) -> None:
        for index, examination in work:
            if final or not _deserves_another_look(examination):
                answers[index] = examination
                if done is not None:
                    done(examination)
            else:
                apart.append((index, sources[index]))

    together: list[Task] = []
    apart: list[Task] = []
    for index, source in enumerate(sources):
        (apart if is_hazardous(source.content) else together).append((index, source))
    try:
        if len(together) >= many:
            keep(in_workers(together, prepare, jobs, time_limit), final=False)
            together = []
    except WorkersUnavailable:
        seen = {*answers, *(index for index, _ in apart)}
        together = [task for task in together if task[0] not in seen]
    keep(_in_this_process(together, prepare), final=False)
    apart.sort(key=_index)
    try:
        keep(in_workers(apart, prepare, jobs, time_limit, alone=True), final=True)
    except WorkersUnavailable as error:
        reason = f"could break surefoot, and no other process could examine it: {error}"
        left = [task for task in apart if task[0] not in answers]
        keep(
            [(index, failed(source, FileError.CRASH, reason)) for index, source in left], final=True
        )
    return [answers[index] for index in range(len(sources))]


def _index(task: Task) -> int:
    return task[0]


def _deserves_another_look(examination: Examination) -> bool:
    """Whether the file may fare better alone, with a deep stack."""
    return any(
        failure.error is FileError.CRASH or RecursionError.__name__ in failure.message
        for failure in examination.failures
    )


def _in_this_process(tasks: Sequence[Task], prepare: Prepare) -> Iterator[Answer]:
    if not tasks:
        return
    examine = prepare()
    with Uncollected() as collector:
        for index, source in tasks:
            yield index, guarded(examine, source)
            collector.after(source)
