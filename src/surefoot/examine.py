"""One file's bytes -> all that is known of it without looking at any other."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any

import libcst as cst

from surefoot.edits import Unfixable
from surefoot.edits.remarks import silence_no_more
from surefoot.edits.text import Overlap, changes, text_of
from surefoot.facts.kinds import Fact
from surefoot.facts.table import FactTable
from surefoot.model import (
    Examination,
    Failure,
    FileError,
    Finding,
    Fix,
    FixRequest,
    Located,
    Looked,
    SourceFile,
    Span,
    Step,
)
from surefoot.rule import Report, Rule
from surefoot.ruleset import RuleSet
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.lending import lent, lent_paths
from surefoot.semantics.module import WANTED
from surefoot.semantics.properties import property_reads
from surefoot.semantics.raising import Raising
from surefoot.semantics.summary import At, CallSummary
from surefoot.semantics.working import is_stream
from surefoot.suppress import find_suppressions
from surefoot.syntax.parse import Unparsable, parse
from surefoot.syntax.places import Places
from surefoot.syntax.tree import Tree


@dataclasses.dataclass(frozen=True)
class _Prepared:
    """The rules of a run, made once per process, and who wants to see what."""

    rules: tuple[Rule, ...]
    visitors: dict[type[cst.CSTNode], list[tuple[Rule, str]]]
    interests: dict[type[Fact], list[Rule]]


@functools.lru_cache(maxsize=4)
def prepare(rules: RuleSet) -> _Prepared:
    """Make the rules of a set and sort their methods by what they look at."""
    made = tuple(cls() for cls in rules.classes())
    for rule in made:
        rule.defaults = rules.defaults
    visitors: dict[type[cst.CSTNode], list[tuple[Rule, str]]] = {}
    interests: dict[type[Fact], list[Rule]] = {}
    for rule in made:
        for node, method in rule.visitors().items():
            visitors.setdefault(node, []).append((rule, method))
        if type(rule).check_call is not Rule.check_call:
            for kind in rule.facts:
                interests.setdefault(kind, []).append(rule)
    return _Prepared(made, visitors, interests)


def examine(source: SourceFile, rules: RuleSet, facts: FactTable) -> Examination:
    """Examine one file. Never raises for what is in it: bad input gives failures."""
    try:
        return _examine(source, prepare(rules), facts)
    except Unparsable as error:
        failure = Failure(source.path, error.error, error.message, error.line, error.column)
    except RecursionError:
        failure = Failure(source.path, FileError.CRASH, "nested too deeply to be examined")
    except Exception as error:
        message = f"surefoot failed: {type(error).__name__}: {error}"
        failure = Failure(source.path, FileError.CRASH, message)
    return Examination(source.path, source.module, source.content.count(b"\n"), failures=(failure,))


def _examine(source: SourceFile, prepared: _Prepared, facts: FactTable) -> Examination:
    parsed = parse(source.content)
    tree = Tree(parsed.module, source.module, source.is_package, {*WANTED, *prepared.visitors})
    file = File(source, parsed, tree, facts)
    collector = _Collector(file)
    for rule in prepared.rules:
        rule.file = file
        rule._sink = collector.add
    for kind, methods in prepared.visitors.items():
        for node in tree.of(kind):
            for rule, method in methods:
                if rule.name not in collector.crashed:
                    try:
                        getattr(rule, method)(node)
                    except Exception as error:
                        collector.crash(rule, error)
    calls = []
    raising = Raising(file)
    for node in tree.of(cst.Call):
        call = file.call(node)
        if call.symbol is None:
            continue
        if _judge(call, prepared.interests, collector):
            at = call.at | At.PENDING if call.pending else call.at
            guards = raising.around(node) if (At.GUARDED & at) or raising.suppresses else ()
            calls.append(CallSummary(call.place, call.symbol, call.function, int(at), guards))
    calls.extend(property_reads(file))
    calls.sort(key=lambda item: item.place)
    return Examination(
        path=source.path,
        module=source.module,
        lines=len(file.lines) - (not file.lines[-1]),
        findings=tuple(sorted(collector.findings, key=lambda finding: finding.order)),
        notes=tuple(file.notes),
        suppressions=tuple(find_suppressions(parsed.text)),
        summary=file.summary._replace(
            calls=tuple(calls),
            lent=lent(file, calls),
            lent_paths=lent_paths(file, calls),
            raises=tuple(raising.raised()),
            guards=raising.guards,
            workers=_workers(file),
        ),
        failures=tuple(collector.crashed.values()),
    )


def _workers(file: File) -> tuple[str, ...]:
    """The qualnames of the functions that loop over work as it comes."""
    loops = (
        node for node in file.tree.of(cst.For) if is_stream(file.world, file.symbol(node.iter))
    )
    functions = (file.function(node) for node in loops)
    return tuple(file.scope_of(node).qualname for node in functions if node is not None)


def _judge(call: Call, interests: Mapping[type[Fact], list[Rule]], collector: _Collector) -> bool:
    """Show a call to the rules its facts concern; return whether the linker needs it too."""
    if call.pending:
        return True
    name = call.name
    if name is None:
        return False
    facts = call.facts
    for kind, fact in facts.items():
        for rule in interests.get(kind, ()):
            if rule.name not in collector.crashed:
                try:
                    rule.check_call(call, fact)
                except Exception as error:
                    collector.crash(rule, error)
    world = call.world
    spoken_of = any(kind.of_calls for kind in facts)
    return spoken_of or world.function(name) is not None or world.cls(name) is not None


class _Collector:
    """Turns what rules report into findings of one file, each once."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.crashed: dict[str, Failure] = {}
        self._seen: set[tuple[str, object, str]] = set()

    def add(self, report: Report) -> None:
        file = self.file
        if file.is_test and not report.rule.looks_at_tests:
            return
        node: Any = report.where.node if isinstance(report.where, Call) else report.where
        scope = file.qualname(node)
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            scope = file.scope_of(node).qualname
        span = _marked(node, file.span)
        located = Located(span, file.line(span.line).strip())
        key = (report.rule.name, located.span, report.message)
        if key in self._seen:
            return
        self._seen.add(key)
        chain = tuple(
            Step(link.path, file.span(file.tree.nodes[link.place]).line, link.text)
            for link in report.chain
        )
        fix = report.fix
        if report.fix_data is not None:
            fix = _fix(report.rule, node, report.fix_data)
        self.findings.append(report.finding(file.path, located, scope, chain, fix))

    def crash(self, rule: Rule, error: Exception) -> None:
        message = f"the rule {rule.name} failed: {type(error).__name__}: {error}"
        self.crashed[rule.name] = Failure(
            self.file.path, FileError.RULE_CRASH, message, rule=rule.name
        )


def _marked(node: Any, span: Callable[[cst.CSTNode], Span]) -> Span:
    """Return what to mark for a node: of a call its callee, of a definition its name, of a
    handler what it catches."""
    match node:
        case cst.Call(func=part) | cst.FunctionDef(name=part) | cst.ClassDef(name=part):
            return span(part)
        case cst.ExceptHandler(type=cst.BaseExpression() as part):
            return span(part)
        case cst.ExceptHandler():
            whole = span(node)
            end = whole.column + len("except")
            return Span(whole.line, whole.column, whole.line, end)
    return span(node)


def _fix(rule: Rule, node: cst.CSTNode, data: tuple[object, ...]) -> Fix | None:
    """Ask a rule, whose file is set, for a fix."""
    with contextlib.suppress(Unfixable):
        fix = rule.fix_at(node, *data)
        if fix is None or not fix.edits or not rule.silenced_as:
            return fix
        more = silence_no_more(rule.file, node, rule.silenced_as)
        with contextlib.suppress(Overlap):
            changes(text_of(rule.file), (*fix.edits, *more))
            return dataclasses.replace(fix, edits=(*fix.edits, *more))
        return fix
    return None


def look(
    source: SourceFile,
    places: Collection[int],
    requests: Collection[FixRequest],
    rules: RuleSet,
    facts: FactTable,
) -> Looked:
    """Return where places of a file are, and the fixes that are asked for.

    Raises `Unparsable` if the file has no tree.
    """
    if not requests:
        return Looked(locate(source, places), {})
    prepared = prepare(rules)
    parsed = parse(source.content)
    tree = Tree(parsed.module, source.module, source.is_package, {*WANTED, *prepared.visitors})
    file = File(source, parsed, tree, facts)
    fixes: dict[FixRequest, Fix | None] = dict.fromkeys(requests)
    by_name = {rule.name: rule for rule in prepared.rules}
    for request in requests:
        rule = by_name[request.rule]
        rule.file = file
        with contextlib.suppress(Exception):  # a finding without its fix is still a finding
            fixes[request] = _fix(rule, tree.nodes[request.place], request.data)
    found = {}
    for place in places:
        span = _marked(tree.nodes[place], file.span)
        found[place] = Located(span, file.line(span.line).strip())
    return Looked(found, fixes)


def locate(source: SourceFile, places: Collection[int]) -> dict[int, Located]:
    """Return where places of a file are, as findings mark them.

    Raises `Unparsable` if the file has no tree.
    """
    parsed = parse(source.content)
    tree = Tree(parsed.module, source.module, source.is_package, ())
    spans = Places(tree, parsed.text)
    lines = parsed.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = {}
    for place in places:
        span = _marked(tree.nodes[place], spans.span)
        found[place] = Located(span, lines[span.line - 1].strip())
    return found
