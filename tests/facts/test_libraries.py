"""The shipped facts against the packages that are installed beside the tests.

A library that is not installed, or is older than the release its facts were read from,
is left out. A name that some releases or systems lack says so in `because` or `see`.
"""

from __future__ import annotations

import fnmatch
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from surefoot.facts.kinds import (
    Admits,
    Answers,
    Blocking,
    ChangesDisk,
    Credential,
    Deadline,
    Detached,
    Dumps,
    Enters,
    ExpectsException,
    FailsOnStatus,
    FailureCode,
    Finds,
    HttpAnswer,
    KeepsFailure,
    MayLack,
    Mutates,
    ObeysRetryAfter,
    Offload,
    OneByOne,
    Owned,
    PartialFailure,
    Patches,
    Pauses,
    PoolSize,
    Raises,
    Receives,
    Resource,
    Responds,
    RetriedStatuses,
    Retry,
    RetrySettings,
    Returns,
    Role,
    RunsCommand,
    StartsTask,
    TakesOwnership,
    TemporaryPath,
    Timeout,
    TimeoutValue,
)
from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.facts.table import FactTable
from tests.facts.installed import FactsFile, Installed, NotThere, Stated, Unknowable, read


@cache
def _facts() -> FactTable:
    return load(facts_files())


_INSTALLED = [each for each in map(read, facts_files()) if each.is_judged_here()]


@pytest.fixture(params=_INSTALLED, ids=lambda each: f"{each.path.parent.name}/{each.path.stem}")
def file(request: pytest.FixtureRequest) -> FactsFile:
    """Each shipped file whose library is installed."""
    return typing.cast("FactsFile", request.param)


@pytest.fixture
def installed() -> Installed:
    """The packages beside the tests, looked up as the facts spell names."""
    return Installed(_facts())


def _present(file: FactsFile, installed: Installed, kind: str) -> Iterator[Stated]:
    """Yield the names with a fact of this kind that can be looked up here."""
    for stated in file.stated:
        if kind in stated.kinds and not stated.is_pattern:
            try:
                installed.parameters(stated.name)
            except (NotThere, Unknowable):
                continue
            yield stated


def _problem(installed: Installed, stated: Stated, parameter: str, index: int | None) -> str:
    """Return what is wrong with an argument of a callable, or nothing."""
    positional = installed.positional(stated.name)
    if index is None:
        return "" if installed.accepts(stated.name, parameter) else f"no keyword {parameter!r}"
    if index >= len(positional):
        if stated.speaks_of_python and installed.accepts(stated.name, parameter):
            return ""
        return f"no positional argument {index}"
    at = positional[index]
    if at.name != parameter and at.kind is not at.POSITIONAL_ONLY:
        return f"argument {index} is {at.name!r}, not {parameter!r}"
    return ""


def _problems(pairs: Iterator[tuple[Stated, str]]) -> list[str]:
    return [f"{stated.name}: {problem}" for stated, problem in pairs if problem]


def test_every_name_exists(file: FactsFile, installed: Installed) -> None:
    """What a fact speaks of is in the package, or the entry says which release lacks it."""
    missing = []
    for stated in file.stated:
        if stated.is_pattern or stated.may_be_missing():
            continue
        if not installed.is_importable(stated.name) and file.distribution is not None:
            continue
        try:
            installed.find(stated.name)
        except NotThere:
            missing.append(stated.name)
        except Unknowable:
            continue
    assert missing == []


def test_what_is_raised_is_an_exception(file: FactsFile, installed: Installed) -> None:
    """The classes that a callable is said to raise are exceptions of the package."""
    wrong = []
    for stated in _present(file, installed, "raises"):
        fact = _facts().get(Raises, stated.name)
        for name in fact.classes if fact is not None else ():
            found = installed.find(name)
            if not (isinstance(found, type) and issubclass(found, BaseException)):
                wrong.append(f"{stated.name}: {name}")
    assert wrong == []


def test_timeouts_are_accepted(file: FactsFile, installed: Installed) -> None:
    """Each keyword that bounds a call is one the callable takes, at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "timeout"):
            fact = _facts().get(Timeout, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, _problem(installed, stated, parameter, position)

    assert _problems(check()) == []


def test_timeout_values_have_their_legs(file: FactsFile, installed: Installed) -> None:
    """A class of timeouts takes its total and each of its legs."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "timeout-value"):
            fact = _facts().get(TimeoutValue, stated.name)
            if fact is not None:
                yield stated, _problem(installed, stated, fact.total, fact.position)
                for leg in fact.legs:
                    yield stated, _problem(installed, stated, leg, None)

    assert _problems(check()) == []


def test_what_makes_a_call_return_at_once_is_accepted(
    file: FactsFile, installed: Installed
) -> None:
    """Each keyword under which a call does not block is one the callable takes."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "blocking"):
            fact = _facts().get(Blocking, stated.name)
            if fact is not None:
                for parameter, _ in fact.unless:
                    index = dict(fact.position).get(parameter)
                    yield stated, _problem(installed, stated, parameter, index)

    assert _problems(check()) == []


def test_arguments_of_retries_are_accepted(file: FactsFile, installed: Installed) -> None:
    """Keywords that say what is retried, how long is waited and who decides are there."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "retries-statuses"):
            statuses = table.get(RetriedStatuses, stated.name)
            if statuses is not None:
                yield stated, _problem(installed, stated, statuses.parameter, statuses.position)
        for stated in _present(file, installed, "obeys-retry-after"):
            header = table.get(ObeysRetryAfter, stated.name)
            if header is not None:
                yield stated, _problem(installed, stated, header.parameter, None)
        for stated in _present(file, installed, "pauses"):
            pause = table.get(Pauses, stated.name)
            if pause is not None and pause.parameter is not None:
                yield stated, _problem(installed, stated, pause.parameter, pause.position)
        for stated in _present(file, installed, "retry"):
            retry = table.get(Retry, stated.name)
            for keyword in (*retry.judges, *retry.by_result, *retry.jitter) if retry else ():
                yield stated, _problem(installed, stated, keyword, None)
        for stated in _present(file, installed, "retry-settings"):
            settings = table.get(RetrySettings, stated.name)
            for keyword in (settings.stop, settings.pause) if settings else ():
                if keyword is not None:
                    yield stated, _problem(installed, stated, keyword, None)

    assert _problems(check()) == []


def test_exceptions_are_as_stated(file: FactsFile, installed: Installed) -> None:
    """What comes out of a retry or of a bad status exists; what an exception may lack is None
    for some, or is no attribute of the class."""
    problems = []
    table = _facts()
    for stated in file.stated:
        facts = table.entries.get(stated.name, {})
        retry, fails, lack = facts.get(Retry), facts.get(FailsOnStatus), facts.get(MayLack)
        raised = [
            *([retry.raised] if isinstance(retry, Retry) else []),
            *([fails.error] if isinstance(fails, FailsOnStatus) else []),
        ]
        for name in raised:
            if name is not None and installed.is_importable(name):
                found = installed.find(name)
                if not (isinstance(found, type) and issubclass(found, BaseException)):
                    problems.append(f"{stated.name}: {name} is no exception")
        if isinstance(lack, MayLack) and lack.absent and installed.is_importable(stated.name):
            cls = installed.find(stated.name)
            problems += [
                f"{stated.name} has {attribute}"
                for attribute in lack.attributes
                if hasattr(cls, attribute)
            ]
    assert problems == []


def test_no_coroutine_function_blocks(file: FactsFile, installed: Installed) -> None:
    """A fact never says that an asynchronous function holds its thread."""
    assert [
        stated.name
        for stated in _present(file, installed, "blocking")
        if _facts().get(Blocking, stated.name) is not None
        and inspect.iscoroutinefunction(installed.find(stated.name))
    ] == []


def test_secrets_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Each keyword of a secret is one the callable takes, the first at the position stated."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "credential"):
            fact = _facts().get(Credential, stated.name)
            if fact is not None:
                for index, parameter in enumerate(fact.parameter):
                    position = fact.position if index == 0 else None
                    yield stated, _problem(installed, stated, parameter, position)

    assert _problems(check()) == []


def test_what_tests_replace_and_expect_is_passed_where_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """Replacements and expected exceptions stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "patches"):
            patch = _facts().get(Patches, stated.name)
            if patch is not None:
                yield stated, _problem(installed, stated, patch.parameter, patch.position)
        for stated in _present(file, installed, "expects-exception"):
            fact = _facts().get(ExpectsException, stated.name)
            if fact is not None:
                yield stated, _problem(installed, stated, fact.parameter, fact.position)

    assert _problems(check()) == []


def test_functions_are_passed_where_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Arguments that carry a function, a bound or a resource stand where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "role"):
            role = table.get(Role, stated.name)
            if role is not None and role.by == "argument":
                yield stated, _argument(installed, stated, role.parameter, role.position)
        for stated in _present(file, installed, "offload"):
            offload = table.get(Offload, stated.name)
            if offload is not None:
                yield stated, _argument(installed, stated, None, offload.position)
        for stated in _present(file, installed, "deadline"):
            deadline = table.get(Deadline, stated.name)
            if deadline is not None:
                yield stated, _argument(installed, stated, deadline.parameter, deadline.position)
        for stated in _present(file, installed, "takes-ownership"):
            owner = table.get(TakesOwnership, stated.name)
            if owner is not None:
                yield stated, _argument(installed, stated, owner.parameter, owner.position)

    assert _problems(check()) == []


def test_tasks_pools_and_answers_are_as_stated(file: FactsFile, installed: Installed) -> None:
    """What starts a task or sizes a pool takes the argument named, clients take the keywords under
    which they check or admit, and answers have the attributes that tell their status."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "starts-task"):
            starts = table.get(StartsTask, stated.name)
            if starts is not None:
                yield stated, _argument(installed, stated, starts.parameter, starts.position)
        for stated in _present(file, installed, "pool-size"):
            size = table.get(PoolSize, stated.name)
            if size is not None:
                yield stated, _argument(installed, stated, size.parameter, size.position)
        for stated in _present(file, installed, "admits"):
            admits = table.get(Admits, stated.name)
            for path, _ in admits.unless if admits is not None else ():
                yield stated, _problem(installed, stated, path.partition(".")[0], None)
        for stated in _present(file, installed, "http-answer"):
            yield from _problems_of_answer(installed, stated)

    assert _problems(check()) == []


def test_answers_are_made_as_the_facts_say(file: FactsFile, installed: Installed) -> None:
    """Keywords that declare an answer, narrow a dump or say how a file is opened are ones the
    callable takes, and what is answered stands where the facts say."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "answers"):
            answers = table.get(Answers, stated.name)
            for keyword in (*answers.model, *answers.narrowed_by) if answers is not None else ():
                yield stated, _problem(installed, stated, keyword, None)
        for stated in _present(file, installed, "responds"):
            responds = table.get(Responds, stated.name)
            if responds is not None:
                yield stated, _argument(installed, stated, responds.parameter, responds.position)
        for stated in _present(file, installed, "dumps"):
            dumps = table.get(Dumps, stated.name)
            for keyword in dumps.narrowed_by if dumps is not None else ():
                yield stated, _problem(installed, stated, keyword, None)
        for stated in _present(file, installed, "changes-disk"):
            changes = table.get(ChangesDisk, stated.name)
            if changes is not None and changes.mode is not None:
                yield stated, _problem(installed, stated, changes.mode, changes.mode_position)

    assert _problems(check()) == []


def test_what_tells_of_failures_is_accepted(file: FactsFile, installed: Installed) -> None:
    """Keywords on which a partial failure depends, and where kept failures come from, exist."""

    def check() -> Iterator[tuple[Stated, str]]:
        for stated in _present(file, installed, "partial-failure"):
            fact = _facts().get(PartialFailure, stated.name)
            for keyword, _ in fact.only_if if fact is not None else ():
                yield stated, "" if installed.accepts(stated.name, keyword) else f"no {keyword}"
        for stated in _present(file, installed, "keeps-failure"):
            kept = _facts().get(KeepsFailure, stated.name)
            if kept is not None:
                index = kept.position
                yield stated, _argument(installed, stated, None, index)
                if kept.parameter is not None and len(installed.positional(stated.name)) > 1:
                    yield stated, _problem(installed, stated, kept.parameter, index)
                for keyword in kept.told_by:
                    yield stated, _problem(installed, stated, keyword, None)

    assert _problems(check()) == []


def _problems_of_answer(installed: Installed, stated: Stated) -> Iterator[tuple[Stated, str]]:
    table = _facts()
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
        yield stated, _problem(installed, stated, keyword, None)
    if fact.constructor:
        client = stated.name.rpartition(".")[0]
        if isinstance(installed.find(client), type):
            for keyword in fact.constructor:
                yield (
                    stated,
                    ("" if installed.accepts(client, keyword) else f"{client} takes no {keyword}"),
                )


def test_answers_tell_what_failed(file: FactsFile, installed: Installed) -> None:
    """The keys that tell what failed of a batch of AWS are in the answer of some service."""
    wanted: dict[str, tuple[str, ...]] = {}
    for stated in file.stated:
        fact = _facts().get(PartialFailure, stated.name)
        if stated.name.startswith("botocore.client.BaseClient.") and fact is not None:
            wanted[stated.name.rpartition(".")[2]] = fact.told_in
    told = _answers_of_aws(installed, frozenset(wanted)) if wanted else {}
    assert [name for name, keys in wanted.items() if not set(keys) <= told[name]] == []


def _answers_of_aws(installed: Installed, methods: frozenset[str]) -> dict[str, set[str]]:
    """Return the keys of what these methods answer, of all services that have them."""
    loader = typing.cast("Any", installed.find("botocore.loaders.Loader"))()
    spelt = typing.cast("Callable[[str], str]", installed.find("botocore.xform_name"))
    told: dict[str, set[str]] = {method: set() for method in methods}
    for service in loader.list_available_services("service-2"):
        model = loader.load_service_model(service, "service-2")
        for operation, described in model["operations"].items():
            shape = described.get("output", {}).get("shape")
            if shape is not None and spelt(operation) in methods:
                told[spelt(operation)].update(model["shapes"][shape]["members"])
    return told


def test_exceptions_have_their_codes(file: FactsFile, installed: Installed) -> None:
    """What tells failures apart is an attribute of the class, or is set in its source."""
    missing = []
    for stated in file.stated:
        fact = _facts().get(FailureCode, stated.name)
        if "failure-code" not in stated.kinds or fact is None or stated.may_be_missing():
            continue
        try:
            found = installed.find(stated.name)
        except (NotThere, Unknowable):
            continue
        attribute = re.split(r"[.\[(]", fact.attribute)[0]
        if not hasattr(found, attribute) and not _is_set_in(found, attribute):
            missing.append(f"{stated.name}: {attribute}")
    assert missing == []


def _is_set_in(cls: object, attribute: str) -> bool:
    """Return whether the source of a class or its bases speaks of an attribute, if there is one."""
    for base in getattr(cls, "__mro__", ()):
        try:
            source = inspect.getsource(base)
        except (OSError, TypeError):
            return True
        if re.search(rf"\b{attribute}\b", source):
            return True
    return False


def _argument(
    installed: Installed, stated: Stated, parameter: str | None, index: int | None
) -> str:
    if parameter is not None:
        return _problem(installed, stated, parameter, index)
    parameters = installed.parameters(stated.name)
    variadic = any(each.kind is each.VAR_POSITIONAL for each in parameters)
    if index is not None and index >= len(installed.positional(stated.name)) and not variadic:
        return f"no positional argument {index}"
    return ""


def test_commands_and_changes_take_what_the_facts_say(
    file: FactsFile, installed: Installed
) -> None:
    """What is run, what checks its end, what simulates a change and what marks an owner are
    arguments of the callable."""

    def check() -> Iterator[tuple[Stated, str]]:
        table = _facts()
        for stated in _present(file, installed, "runs-command"):
            runs = table.get(RunsCommand, stated.name)
            assert runs is not None
            parameters = installed.parameters(stated.name)
            handed_on = any(each.kind is each.VAR_POSITIONAL for each in parameters)
            if runs.parameter is not None and not handed_on:
                yield stated, _problem(installed, stated, runs.parameter, runs.position)
            for parameter in (runs.checked_by, runs.unchecked_by):
                if parameter is not None:
                    yield stated, _problem(installed, stated, parameter, None)
        for stated in _present(file, installed, "mutates"):
            change = table.get(Mutates, stated.name)
            assert change is not None
            for index, name in ((change.mode, "mode"), (change.method, "method")):
                if index is not None:
                    yield stated, _problem(installed, stated, name, index)
            for index in (change.path, change.statement):
                if index is not None and index >= 0:
                    yield stated, _argument(installed, stated, None, index)
        for stated in _present(file, installed, "detached"):
            task = table.get(Detached, stated.name)
            assert task is not None
            yield stated, _argument(installed, stated, task.parameter, task.position)
        for stated in _present(file, installed, "owned"):
            owned = table.get(Owned, stated.name)
            assert owned is not None
            for mark in owned.marks:
                yield stated, _problem(installed, stated, mark, None)

    assert _problems(check()) == []


def test_methods_made_of_descriptions_exist() -> None:
    """Each name of a method of AWS clients that changes something is that of some service."""
    botocore = pytest.importorskip("botocore.session")
    session = botocore.get_session()
    loader = session.get_component("data_loader")
    from botocore import xform_name

    methods = set()
    for service in session.get_available_services():
        model = loader.load_service_model(service, "service-2")
        methods |= {xform_name(operation) for operation in model["operations"]}
    table = _facts()
    pattern = "botocore.client.BaseClient.*"
    change, owned = table.stated(Mutates, pattern), table.stated(Owned, pattern)
    assert change is not None
    assert owned is not None
    names = (*change.names, *change.destroying, *change.harmless, *owned.names)
    singles = {name: table.stated(OneByOne, name) for name in table.names(OneByOne)}
    assert singles
    names += (*(name.rpartition(".")[2] for name in singles),)
    names += (*(fact.many for fact in singles.values() if fact is not None),)
    assert [
        name for name in names if not fnmatch.filter(methods, name) and name != "upload_*"
    ] == []


def test_what_must_be_closed_can_be(file: FactsFile, installed: Installed) -> None:
    """The methods that close a resource, and its way into `with`, are those of its class."""
    enter = {"with": ["__enter__"], "async with": ["__aenter__"], "none": []}
    problems = []
    for stated in file.stated:
        fact = _facts().get(Resource, stated.name)
        if "resource" not in stated.kinds or stated.is_pattern or fact is None:
            continue
        if stated.is_set_on_instances:
            continue
        made = _class_made(installed, stated.name)
        if made is None:
            continue
        wanted = [*fact.close]
        if _facts().get(Enters, stated.name) is None:
            wanted += enter.get(fact.context, ["__enter__", "__aenter__"])
        problems += [f"{stated.name}: {made} has no {method}" for method in wanted
                     if not hasattr(made, method)]  # fmt: skip
    assert problems == []


def _class_made(installed: Installed, name: str) -> type | None:
    fact = _facts().get(Returns, name)
    try:
        made = installed.find(fact.type if fact is not None else name)
    except (NotThere, Unknowable):
        return None
    if isinstance(made, type) and not made.__module__.startswith("typing"):
        return made
    return None


def test_classes_named_by_facts_exist(file: FactsFile, installed: Installed) -> None:
    """What a call gives or enters, and what should be called instead, is installed or foreign."""
    missing = set()
    for stated in file.stated:
        if stated.may_be_missing():
            continue
        for name in _classes(stated):
            if not installed.is_importable(name):
                continue
            try:
                installed.find(name)
            except NotThere:
                missing.add(f"{stated.name}: {name}")
            except Unknowable:
                continue
    assert sorted(missing) == []


def _classes(stated: Stated) -> Iterator[str]:
    of = _facts().entries.get(stated.name, {})
    getters: tuple[tuple[type, Callable[..., str | None]], ...] = (
        (Returns, lambda fact: fact.type),
        (Enters, lambda fact: fact.type),
        (Finds, lambda fact: fact.gives if "." in fact.gives else None),
        (Receives, lambda fact: fact.type),
        (Blocking, lambda fact: fact.instead),
        (TemporaryPath, lambda fact: fact.context),
        (TemporaryPath, lambda fact: fact.closer),
    )
    for kind, getter in getters:
        fact = of.get(kind)
        name = getter(fact) if fact is not None else None
        if name is not None:
            yield name


def test_what_takes_the_same_arguments_does(installed: Installed) -> None:
    """What a fix writes in place of a callable, with its arguments, takes them in this order."""
    problems = []
    compared = 0
    for name, kinds in _facts().entries.items():
        blocking, path = kinds.get(Blocking), kinds.get(TemporaryPath)
        instead = blocking.instead if isinstance(blocking, Blocking) and blocking.drop_in else None
        if isinstance(path, TemporaryPath) and path.context is not None:
            instead = path.context
        if instead is None:
            continue
        try:
            given, taken = installed.positional(name), installed.positional(instead)
        except (NotThere, Unknowable):
            continue
        compared += 1
        for index, parameter in enumerate(given):
            same = index < len(taken) and (
                parameter.kind is parameter.POSITIONAL_ONLY or taken[index].name == parameter.name
            )
            problems += [] if same else [f"{instead} takes no {parameter.name} like {name}"]
    assert problems == []
    assert compared


def test_bases_are_bases(installed: Installed) -> None:
    """A class that inherits facts has every method its stated base has facts about."""
    problems = []
    table = _facts()
    for name, bases in table.parents.items():
        try:
            derived = installed.find(name)
            below = [(base, installed.find(base)) for base in bases]
        except (NotThere, Unknowable):
            continue
        for base, found in below:
            if not (isinstance(derived, type) and isinstance(found, type)):
                continue
            if issubclass(derived, found):
                continue
            prefix = f"{base}."
            methods = {entry.removeprefix(prefix).partition(".")[0] for entry in table.entries
                       if entry.startswith(prefix)} - {"*", "**"}  # fmt: skip
            missing = sorted(method for method in methods if not hasattr(derived, method))
            problems += [f"{name} has no {method}, which {base} has" for method in missing]
    assert problems == []
