"""What the facts say of waits, retries, threads and tasks, in the packages that are installed."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from surefoot.facts.kinds import (
    Admits,
    Blocking,
    Connects,
    Deadline,
    HttpAnswer,
    ObeysRetryAfter,
    Offload,
    Pauses,
    PoolSize,
    RetriedStatuses,
    Retry,
    RetrySettings,
    Returns,
    Role,
    StartsTask,
    TakesOwnership,
    Timeout,
    TimeoutValue,
)
from tests.facts.installed import FactsFile, Installed, Stated
from tests.facts.stated import argument, facts, present, problem, problems


def test_timeouts_are_accepted(file: FactsFile, installed: Installed) -> None:
    """Each keyword that bounds a call is one the callable takes, at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "timeout"):
            fact = facts().get(Timeout, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, problem(installed, stated, parameter, position)

    assert problems(check()) == []


def test_timeout_values_have_their_legs(file: FactsFile, installed: Installed) -> None:
    """A class of timeouts takes its total and each of its legs."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "timeout-value"):
            fact = facts().get(TimeoutValue, stated.name)
            if fact is not None:
                yield stated, problem(installed, stated, fact.total, fact.position)
                for leg in fact.legs:
                    yield stated, problem(installed, stated, leg, None)

    assert problems(check()) == []


def test_what_makes_a_call_return_at_once_is_accepted(
    file: FactsFile, installed: Installed
) -> None:
    """Each keyword under which a call does not block is one the callable takes."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "blocking"):
            fact = facts().get(Blocking, stated.name)
            if fact is not None:
                for parameter, _ in fact.unless:
                    index = dict(fact.position).get(parameter)
                    yield stated, problem(installed, stated, parameter, index)

    assert problems(check()) == []


def test_arguments_of_retries_are_accepted(file: FactsFile, installed: Installed) -> None:
    """Keywords that say what is retried, how long is waited and who decides are there."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = facts()
        for stated in present(file, installed, "retries-statuses"):
            statuses = table.get(RetriedStatuses, stated.name)
            if statuses is not None:
                yield stated, problem(installed, stated, statuses.parameter, statuses.position)
        for stated in present(file, installed, "obeys-retry-after"):
            header = table.get(ObeysRetryAfter, stated.name)
            if header is not None:
                yield stated, problem(installed, stated, header.parameter, None)
        for stated in present(file, installed, "pauses"):
            pause = table.get(Pauses, stated.name)
            if pause is not None and pause.parameter is not None:
                yield stated, problem(installed, stated, pause.parameter, pause.position)
        for stated in present(file, installed, "retry"):
            retry = table.get(Retry, stated.name)
            for keyword in (*retry.judges, *retry.by_result, *retry.jitter) if retry else ():
                yield stated, problem(installed, stated, keyword, None)
        for stated in present(file, installed, "retry-settings"):
            settings = table.get(RetrySettings, stated.name)
            for keyword in (settings.stop, settings.pause) if settings else ():
                if keyword is not None:
                    yield stated, problem(installed, stated, keyword, None)

    assert problems(check()) == []


def test_what_connects_is_told_how_long_to_wait(file: FactsFile, installed: Installed) -> None:
    """What tells an object how long to wait is a method of it, what it is made with is there."""
    for stated in file.stated:
        fact = facts().get(Connects, stated.name) if "connects" in stated.kinds else None
        if fact is not None:
            owner = stated.name.rpartition(".")[0]
            for method in (*fact.told_by, *fact.reads, *fact.sends):
                assert callable(installed.find(f"{owner}.{method}"))
            assert None not in map(installed.find, fact.made_with)


def test_no_coroutine_function_blocks(file: FactsFile, installed: Installed) -> None:
    """A fact never says that an asynchronous function holds its thread."""
    assert [
        stated.name
        for stated in present(file, installed, "blocking")
        if facts().get(Blocking, stated.name) is not None
        and inspect.iscoroutinefunction(installed.find(stated.name))
    ] == []


def test_functions_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Arguments that carry a function, a bound or a resource stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = facts()
        for stated in present(file, installed, "role"):
            role = table.get(Role, stated.name)
            if role is not None and role.by == "argument":
                yield stated, argument(installed, stated, role.parameter, role.position)
        for stated in present(file, installed, "offload"):
            offload = table.get(Offload, stated.name)
            if offload is not None:
                yield stated, argument(installed, stated, None, offload.position)
        for stated in present(file, installed, "deadline"):
            deadline = table.get(Deadline, stated.name)
            if deadline is not None:
                yield stated, argument(installed, stated, deadline.parameter, deadline.position)
        for stated in present(file, installed, "takes-ownership"):
            owner = table.get(TakesOwnership, stated.name)
            if owner is not None:
                yield stated, argument(installed, stated, owner.parameter, owner.position)

    assert problems(check()) == []


def test_tasks_pools_and_answers_are_as_stated(file: FactsFile, installed: Installed) -> None:
    """What starts a task or sizes a pool takes the argument named, clients take the keywords under
    which they check or admit, and answers have the attributes that tell their status."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = facts()
        for stated in present(file, installed, "starts-task"):
            starts = table.get(StartsTask, stated.name)
            if starts is not None:
                yield stated, argument(installed, stated, starts.parameter, starts.position)
        for stated in present(file, installed, "pool-size"):
            size = table.get(PoolSize, stated.name)
            if size is not None:
                yield stated, argument(installed, stated, size.parameter, size.position)
        for stated in present(file, installed, "admits"):
            admits = table.get(Admits, stated.name)
            for path, _ in admits.unless if admits is not None else ():
                yield stated, problem(installed, stated, path.partition(".")[0], None)
        for stated in present(file, installed, "http-answer"):
            yield from _problems_of_answer(installed, stated)

    assert problems(check()) == []


def _problems_of_answer(installed: Installed, stated: Stated) -> Iterator[tuple[Stated, str]]:
    table = facts()
    fact = table.get(HttpAnswer, stated.name)
    returns = table.get(Returns, stated.name)
    if fact is None or returns is None:
        return
    answer = installed.find(returns.type)
    methods = [each for each in vars(answer).values() if inspect.isfunction(each)]
    set_on_instances = "".join(map(inspect.getsource, methods))
    for name in (*fact.status, *fact.body):
        if not hasattr(answer, name) and f"self.{name} = " not in set_on_instances:
            yield stated, f"{returns.type} has no {name}"
    for keyword in fact.checked_by:
        yield stated, problem(installed, stated, keyword, None)
    client = stated.name.rpartition(".")[0]
    made = installed.find(client)
    if isinstance(made, type):
        for name in fact.hooks:
            if not hasattr(made, name) and f"self.{name} = " not in inspect.getsource(made):
                yield stated, f"{client} has no {name}"
        if fact.constructor:
            for keyword in fact.constructor:
                yield (
                    stated,
                    ("" if installed.accepts(client, keyword) else f"{client} takes no {keyword}"),
                )
