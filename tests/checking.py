"""Check code that stands in a test, in memory, as the pipeline would."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping

from surefoot.catalog import all_rules
from surefoot.discover import module_name
from surefoot.examine import examine, look
from surefoot.facts.load import load
from surefoot.facts.shipped import facts_files
from surefoot.facts.table import FactTable
from surefoot.fixing import Answer, Fixer, Outcome, Plan, Proposal
from surefoot.linking.link import link
from surefoot.model import (
    NO_DEFAULTS,
    Defaults,
    Finding,
    FixRequest,
    Looked,
    Safety,
    Severity,
    SourceFile,
)
from surefoot.rule import Rule
from surefoot.ruleset import RuleSet


@functools.cache
def shipped_facts() -> FactTable:
    """The facts surefoot comes with."""
    return load(facts_files())


def sources(files: Mapping[str, str | bytes]) -> list[SourceFile]:
    """The files of a project whose root is its only source root."""
    named = []
    for path, code in files.items():
        module = module_name(path, {"": ""})
        content = code.encode() if isinstance(code, str) else code
        named.append((path, module, content))
    packages = frozenset(module.partition(".")[0] for _, module, _ in named)
    return [
        SourceFile(
            path=path,
            module=module,
            content=content,
            is_package=path.endswith(("__init__.py", "__init__.pyi")),
            is_stub=path.endswith(".pyi"),
            packages=packages,
        )
        for path, module, content in named
    ]


def check(
    files: Mapping[str, str | bytes],
    rules: Iterable[type[Rule]],
    facts: FactTable | None = None,
    defaults: Defaults = NO_DEFAULTS,
) -> list[Finding]:
    """Examine and link a project; fails if a file or a rule does."""
    chosen = RuleSet(tuple(rule.entry() for rule in rules), defaults)
    known = facts if facts is not None else shipped_facts()
    project = sources(files)
    examinations = [examine(source, chosen, known) for source in project]
    failures = [failure for item in examinations for failure in item.failures]
    by_path = {source.path: source for source in project}

    def find(path: str, places: Collection[int], fixes: Collection[FixRequest]) -> Looked:
        return look(by_path[path], places, fixes, chosen, known)

    linked, broken = link(examinations, chosen, known, find)
    assert [*failures, *broken] == []
    found = [finding for item in examinations for finding in item.findings]
    return sorted([*found, *linked], key=lambda finding: finding.order)


def mend(
    files: Mapping[str, str | bytes],
    rules: Iterable[type[Rule]],
    defaults: Defaults = NO_DEFAULTS,
    *,
    least: Safety = Safety.UNSAFE,
    choose: Callable[[Proposal], Answer] | None = None,
) -> tuple[dict[str, bytes], Outcome]:
    """Carry out the fixes of some rules; return the files afterwards, and how it went."""
    contents = {source.path: source.content for source in sources(files)}
    chosen = tuple(rules)

    def findings(changed: Mapping[str, bytes]) -> list[Finding]:
        return check({**contents, **changed}, chosen, defaults=defaults)

    outcome = Fixer(contents, findings, Plan(least, choose=choose)).run()
    return {**contents, **outcome.changed}, outcome


@functools.cache
def _rule(name: str) -> type[Rule]:
    return next(rule for rule in all_rules() if rule.name == name)


def found(rule: str, code: str, path: str = "service.py") -> list[Finding]:
    """What a rule, given by its name, finds in one file, whose code may be indented."""
    return check({path: textwrap.dedent(code)}, [_rule(rule)])


def severities(rule: str, code: str, path: str = "service.py") -> list[Severity]:
    """How bad what a rule finds in one file is."""
    return [finding.severity for finding in found(rule, code, path)]
