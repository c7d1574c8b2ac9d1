"""Run the rules that need the whole project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from surefoot.facts.table import FactTable
from surefoot.linking.project import Project
from surefoot.model import (
    Examination,
    Failure,
    FileError,
    Finding,
    FixRequest,
    Looked,
    Note,
    Step,
)
from surefoot.rule import Report, Rule
from surefoot.ruleset import RuleSet
from surefoot.semantics.call import Call
from surefoot.semantics.file import is_test_path

Look = Callable[[str, Collection[int], Collection[FixRequest]], Looked]
"""Given a path, places in it and fixes that are wanted there, look at the file again."""


def link(
    examinations: Sequence[Examination],
    rules: RuleSet,
    facts: FactTable,
    look: Look,
) -> tuple[list[Finding], list[Failure]]:
    """Return the findings only the whole project shows, sorted, and the rules that failed.

    `look` is asked for the places of findings and their chains, and for their fixes, once
    per file.
    """
    project = Project(examinations, facts)
    reports: list[Report] = []
    failures: list[Failure] = []
    made = [cls() for cls in rules.classes()]
    for rule in made:
        rule.project = project
        rule.defaults = rules.defaults
        rule._sink = reports.append
    broken: set[str] = set()
    for rule in made:
        if type(rule).link is not Rule.link:
            try:
                rule.link(project)
            except Exception as error:
                broken.add(rule.name)
                failures.append(_failure(rule, error))
    _judge_calls(project, made, broken, failures)
    return sorted(_findings(reports, look), key=lambda finding: finding.order), failures


def _judge_calls(
    project: Project, rules: Sequence[Rule], broken: set[str], failures: list[Failure]
) -> None:
    """Show the calls that no file could judge alone to the rules their facts concern."""
    interests: dict[type, list[Rule]] = {}
    for rule in rules:
        if type(rule).check_call is not Rule.check_call and not rule.needs_tree:
            for kind in rule.facts:
                interests.setdefault(kind, []).append(rule)
    for call in project.calls:
        if not call.was_pending or call.name is None:
            continue
        for kind, fact in call.facts.items():
            for rule in interests.get(kind, ()):
                if rule.name not in broken:
                    try:
                        rule.check_call(call, fact)
                    except Exception as error:
                        broken.add(rule.name)
                        failures.append(_failure(rule, error, call.path))


def _failure(rule: Rule, error: Exception, path: str = "") -> Failure:
    message = f"the rule {rule.name} failed: {type(error).__name__}: {error}"
    return Failure(path, FileError.RULE_CRASH, message, rule=rule.name)


def _findings(reports: Sequence[Report], look: Look) -> list[Finding]:
    reports = [
        report
        for report in reports
        if report.rule.looks_at_tests or not is_test_path(_places(report)[0][0])
    ]
    wanted: dict[str, set[int]] = {}
    for report in reports:
        for path, place in _places(report):
            wanted.setdefault(path, set()).add(place)
    requests: dict[str, dict[FixRequest, None]] = {}
    for report in reports:
        if (request := _request(report)) is not None:
            requests.setdefault(_places(report)[0][0], {})[request] = None
    looked = {
        path: look(path, sorted(places), list(requests.get(path, ())))
        for path, places in sorted(wanted.items())
    }
    found: dict[tuple[object, ...], Finding] = {}
    for report in reports:
        (path, place), *_ = _places(report)
        located = looked[path].places.get(place)
        if located is None:
            continue
        steps = tuple(
            Step(item.path, step.span.line, item.text)
            for item in report.chain
            if (step := looked[item.path].places.get(item.place)) is not None
        )
        scope = report.where.function if isinstance(report.where, Call) else report.where.scope  # type: ignore[union-attr]
        request = _request(report)
        fix = report.fix if request is None else looked[path].fixes.get(request)
        finding = report.finding(path, located, scope, steps, fix)
        found.setdefault((path, located.span, finding.rule, finding.message), finding)
    return list(found.values())


def _request(report: Report) -> FixRequest | None:
    if report.fix_data is None:
        return None
    return FixRequest(report.rule.name, _places(report)[0][1], report.fix_data)


def _places(report: Report) -> list[tuple[str, int]]:
    where = report.where
    if isinstance(where, Call):
        first = (where.path, where.place)
    elif isinstance(where, Note):
        first = (report.path, where.place)
    else:
        raise TypeError("the linker reports calls and notes, it knows no nodes")
    return [first, *((item.path, item.place) for item in report.chain)]
