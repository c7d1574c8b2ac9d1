"""What the facts say of effects, resources and tests, in the packages that are installed."""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.facts.kinds import (
    Answers,
    ChangesDisk,
    Credential,
    Detached,
    Dumps,
    EndsCommand,
    Enters,
    ExpectsException,
    Mutates,
    Owned,
    Patches,
    Resource,
    Responds,
    Returns,
    RunsCommand,
    Writes,
)
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable
from tests.facts.stated import argument, facts, present, problem, problems


def test_secrets_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Each keyword of a secret is one the callable takes, the first at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "credential"):
            fact = facts().get(Credential, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, problem(installed, stated, parameter, position)

    assert problems(check()) == []


def test_what_tests_replace_and_expect_is_passed_where_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """Replacements and expected exceptions stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in present(file, installed, "patches"):
            patch = facts().get(Patches, stated.name)
            if patch is not None:
                yield stated, problem(installed, stated, patch.parameter, patch.position)
        for stated in present(file, installed, "expects-exception"):
            fact = facts().get(ExpectsException, stated.name)
            if fact is not None:
                yield stated, problem(installed, stated, fact.parameter, fact.position)

    assert problems(check()) == []


def test_answers_are_made_as_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Keywords that declare an answer, narrow a dump or say how a file is opened are ones the
    callable takes, and what is answered stands where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = facts()
        for stated in present(file, installed, "answers"):
            answers = table.get(Answers, stated.name)
            for keyword in (*answers.model, *answers.narrowed_by) if answers is not None else ():
                yield stated, problem(installed, stated, keyword, None)
        for stated in present(file, installed, "responds"):
            responds = table.get(Responds, stated.name)
            if responds is not None:
                yield stated, argument(installed, stated, responds.parameter, responds.position)
        for stated in present(file, installed, "dumps"):
            dumps = table.get(Dumps, stated.name)
            for keyword in dumps.narrowed_by if dumps is not None else ():
                if keyword != "*":
                    yield stated, problem(installed, stated, keyword, None)
        for stated in present(file, installed, "writes"):
            writes = table.get(Writes, stated.name)
            if writes is not None and writes.position is not None:
                yield stated, argument(installed, stated, None, writes.position)
            for keyword in writes.parameters if writes is not None else ():
                yield stated, problem(installed, stated, keyword, None)
        for stated in present(file, installed, "changes-disk"):
            changes = table.get(ChangesDisk, stated.name)
            if changes is not None and changes.mode is not None:
                yield stated, problem(installed, stated, changes.mode, changes.mode_position)

    assert problems(check()) == []


def test_commands_and_changes_take_what_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """What is run, what checks its end, what simulates a change and what marks an owner are
    arguments of the callable."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = facts()
        for stated in present(file, installed, "runs-command"):
            runs = table.get(RunsCommand, stated.name)
            assert runs is not None
            parameters = installed.parameters(stated.name)
            handed_on = any(each.kind is each.VAR_POSITIONAL for each in parameters)
            if runs.parameter is not None and not handed_on:
                yield stated, problem(installed, stated, runs.parameter, runs.position)
            for parameter in (runs.checked_by, runs.unchecked_by):
                if parameter is not None:
                    yield stated, problem(installed, stated, parameter, None)
            twin = table.get(RunsCommand, runs.raised_by) if runs.raised_by is not None else runs
            assert twin is not None
            if runs.raised_by is not None and twin.status != "raised":
                yield stated, f"`{runs.raised_by}` does not raise"
        for stated in present(file, installed, "ends-command"):
            ends = table.get(EndsCommand, stated.name)
            assert ends is not None
            owner = installed.find(stated.name.rpartition(".")[0])
            for member in ends.read_at:
                if not hasattr(owner, member) and member != "returncode":
                    yield stated, f"has no {member}"
        for stated in present(file, installed, "mutates"):
            change = table.get(Mutates, stated.name)
            assert change is not None
            for index, name in ((change.mode, "mode"), (change.method, "method")):
                if index is not None:
                    yield stated, problem(installed, stated, name, index)
            for index in (change.path, change.statement):
                if index is not None and index >= 0:
                    yield stated, argument(installed, stated, None, index)
        for stated in present(file, installed, "detached"):
            task = table.get(Detached, stated.name)
            assert task is not None
            yield stated, argument(installed, stated, task.parameter, task.position)
        for stated in present(file, installed, "owned"):
            owned = table.get(Owned, stated.name)
            assert owned is not None
            for mark in owned.marks:
                yield stated, problem(installed, stated, mark, None)

    assert problems(check()) == []


def test_what_must_be_closed_can_be(file: FactsFile, installed: Installed) -> None:
    """The methods that close a resource, and its way into `with`, are those of its class."""
    enter = {"with": ["__enter__"], "async with": ["__aenter__"], "none": []}
    problems = []
    for stated in file.stated:
        fact = facts().get(Resource, stated.name)
        if "resource" not in stated.kinds or stated.is_pattern or fact is None:
            continue
        if stated.is_set_on_instances:
            continue
        made = _class_made(installed, stated.name)
        if made is None:
            continue
        wanted = [*fact.close]
        if facts().get(Enters, stated.name) is None:
            wanted += enter.get(fact.context, ["__enter__", "__aenter__"])
        problems += [f"{stated.name}: {made} has no {method}" for method in wanted
                     if not hasattr(made, method)]  # fmt: skip
    assert problems == []


def _class_made(installed: Installed, name: str) -> type | None:
    fact = facts().get(Returns, name)
    try:
        made = installed.find(fact.type if fact is not None else name)
    except (NotThere, Unknowable):
        return None
    if isinstance(made, type) and not made.__module__.startswith("typing"):
        return made
    return None
