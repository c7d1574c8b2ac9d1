"""Tell how much of a project's call graph is known, and show some of its edges for reading.

    python scripts/callgraph.py DIRECTORY [--sample N] [--seed S] [--unknown REASON]

All Python files below DIRECTORY that surefoot would check are examined and linked. Every call
in a function or method counts: those that run a function or class of the project, those of
libraries and builtins, and those that are not known, by the first thing on the way to the
callee that nothing is known of. `--sample` prints edges of the project picked at random, with
the source around the call and that of the callee; with `--unknown`, calls that are unknown for
that reason instead.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

import libcst as cst  # noqa: E402

from surefoot.config import load_config  # noqa: E402
from surefoot.examine import locate  # noqa: E402
from surefoot.facts.load import load  # noqa: E402
from surefoot.facts.shipped import facts_files  # noqa: E402
from surefoot.facts.table import FactTable  # noqa: E402
from surefoot.model import SourceFile  # noqa: E402
from surefoot.reading import read  # noqa: E402
from surefoot.semantics.file import File  # noqa: E402
from surefoot.semantics.module import WANTED  # noqa: E402
from surefoot.semantics.summary import ModuleSummary, Symbol  # noqa: E402
from surefoot.semantics.values import Value  # noqa: E402
from surefoot.semantics.world import World  # noqa: E402
from surefoot.syntax.parse import Unparsable, parse  # noqa: E402
from surefoot.syntax.tree import Tree  # noqa: E402

PROJECT, LIBRARY, BUILTIN = "project", "library", "builtin"
KNOWN = (PROJECT, LIBRARY, BUILTIN)


@dataclass(frozen=True)
class Site:
    """A call in a function. `reason` tells why its own file cannot say what is called."""

    path: str
    place: int
    symbol: Symbol
    reason: str


@dataclass(frozen=True)
class Edge:
    """A call and what it runs: `kind` is one of `KNOWN`, or why that is not known."""

    site: Site
    kind: str
    callee: str = ""


# -- reading ---------------------------------------------------------------------------------


def look_at(source: SourceFile, facts: FactTable) -> tuple[ModuleSummary, list[Site]]:
    """Return the summary of a file and its calls. Raises `Unparsable`."""
    parsed = parse(source.content)
    tree = Tree(parsed.module, source.module, source.is_package, WANTED)
    file = File(source, parsed, tree, facts)
    sites = [
        Site(
            source.path,
            tree.place(node),
            file.symbol(node),
            untold(file, node.func) if file.symbol(node.func) is None else "",
        )
        for node in tree.of(cst.Call)
        if file.function(node) is not None
    ]
    return file.summary, sites


def untold(file: File, node: cst.CSTNode, depth: int = 0) -> str:
    """Why an expression, which has no symbol, says nothing."""
    match node:
        case cst.Name(value=name):
            return _unbound(file, node, name, depth)
        case (
            cst.Attribute(value=inner)
            | cst.Call(func=inner)
            | cst.Await(expression=inner)
            | cst.Subscript(value=inner)
        ) if file.symbol(inner) is None:
            return untold(file, inner, depth + 1) if depth < 30 else "chain too long"
    return f"expression: {type(node).__name__}"


def _unbound(file: File, node: cst.Name, name: str, depth: int) -> str:
    scope = file.scope(node).find(name)
    if scope is None:
        return "undefined name"
    bindings = scope.bindings[name]
    if len(bindings) > 1:
        return "bound more than once"
    (binding,) = bindings
    if binding.kind == "param":
        return "parameter"
    if binding.kind in ("assign", "iterate", "enter") and isinstance(binding.value, cst.CSTNode):
        if binding.path:
            return "unpacked"
        if depth < 30 and file.symbol(binding.value) is None:
            return untold(file, binding.value, depth + 1)
    return f"bound by {binding.kind}"


# -- linking ---------------------------------------------------------------------------------


def edge(world: World, site: Site) -> Edge:
    """Return what a call runs, as far as the linked project tells."""
    if site.symbol is None or site.symbol[0] != "c":
        reason = site.reason or "super without a class"
        return Edge(site, BUILTIN if site.symbol is not None else reason)
    value = world.value(site.symbol[1])
    while value is not None and value[0] == "P":
        value = value[1]
    if value is not None and value[0] == "i":
        value = world.attribute(value, "__call__") or ("m", f"{value[1]}.__call__", value)
    if value is None or value[0] not in ("n", "m"):
        return Edge(site, unknown(world, site.symbol[1]))
    name = str(value[1])
    if world.function(name) is not None or world.cls(name) is not None:
        return Edge(site, PROJECT, name)
    root = name.partition(".")[0]
    if root in {module.partition(".")[0] for module in world.modules}:
        return Edge(site, "project name that is not there", name)
    return Edge(site, BUILTIN if root == "builtins" else LIBRARY, name)


def unknown(world: World, symbol: Symbol, depth: int = 0) -> str:
    """Why a symbol has no value: the first part of it that has none."""
    if symbol is None or depth > 40:
        return "lost"
    value = world.value(symbol)
    if value is not None:
        return _dead_end(value)
    match symbol:
        case ("n", name):
            return _unknown_name(world, name)
        case ("a", base, attr):
            owner = world.value(base)
            if owner is None:
                return unknown(world, base, depth + 1)
            return _unknown_attribute(world, owner, attr, depth)
        case ("c", callee, _):
            called = world.value(callee)
            if called is None:
                return unknown(world, callee, depth + 1)
            return _unknown_result(world, called)
        case ("x", inner, _):
            if world.value(inner) is None:
                return unknown(world, inner, depth + 1)
            return "subscripted or iterated"
        case ("w" | "e" | "I", inner):
            return unknown(world, inner, depth + 1)
        case ("A", _, inner):
            return unknown(world, inner, depth + 1)
        case ("u", items, _):
            for item in items:
                if world.value(item) is None:
                    return unknown(world, item, depth + 1)
            return "one of several"
    return f"symbol {symbol[0]}"


def _dead_end(value: Value) -> str:
    kinds = {"p": "parameter", "k": "constant", "t": "items", "l": "items", "d": "dictionary"}
    return kinds.get(value[0], f"value {value[0]}") if value is not None else "lost"


def _unknown_name(world: World, name: str) -> str:
    module, rest = world.split(name)
    if module is None or not rest:
        return "name of nothing known"
    if rest.partition(".")[0] in module.names:
        return "untyped module variable"
    return "no such name in its module"


def _unknown_attribute(world: World, owner: tuple[object, ...], attr: str, depth: int) -> str:
    name = str(owner[1])
    if owner[0] in ("i", "n") and world.cls(name) is not None:
        for base in world.lineage(name):
            summary = world.cls(str(base[1]))
            if summary is not None and attr in summary.members:
                member = summary.members[attr]
                if member is None or world.value(member) is None:
                    return "untyped attribute"
                return "attribute: " + _dead_end(world.value(member))
        return "no such attribute in the class"
    if owner[0] == "s":
        return "super of an unknown base"
    if owner[0] in ("n", "m") and world.function(name) is not None:
        return "attribute of a function"
    return _dead_end(owner)


def _unknown_result(world: World, called: tuple[object, ...]) -> str:
    if called[0] in ("n", "m"):
        return "result of " + ("the project" if world.function(str(called[1])) else "a library")
    return _dead_end(called)


# -- printing --------------------------------------------------------------------------------


def print_shares(edges: list[Edge]) -> None:
    """Print how many calls there are of each kind."""
    counts = Counter(each.kind for each in edges)
    total = len(edges)
    missing = {kind: count for kind, count in counts.items() if kind not in KNOWN}
    open_calls = counts[PROJECT] + sum(missing.values())
    print(f"{total:8,} calls in functions")
    for kind in KNOWN:
        print(f"{counts[kind]:8,} {counts[kind] / max(total, 1):6.1%}  {kind}")
    lost = sum(missing.values())
    print(f"{lost:8,} {lost / max(total, 1):6.1%}  unknown")
    for kind, count in sorted(missing.items(), key=lambda item: (-item[1], item[0])):
        print(f"{count:16,} {count / max(total, 1):6.1%}  {kind}")
    print(f"{counts[PROJECT] / max(open_calls, 1):15.1%}  project, of project and unknown")


def print_samples(
    edges: list[Edge], world: World, sources: dict[str, SourceFile], count: int, seed: int
) -> None:
    """Print edges picked at random, each with the source of both sides."""
    chosen = random.Random(seed).sample(edges, min(count, len(edges)))
    for number, each in enumerate(chosen, 1):
        site = each.site
        print(f"\n[{number}] -> {each.callee or each.kind}")
        _print_source(sources[site.path], site.place, before=2)
        for path, place in _definitions(world, each.callee):
            _print_source(sources[path], place, before=0)


def _definitions(world: World, name: str) -> Iterator[tuple[str, int]]:
    module, rest = world.split(name)
    if module is not None:
        found = module.functions.get(rest) or module.classes.get(rest)
        if found is not None:
            yield module.path, found.place


def _print_source(source: SourceFile, place: int, before: int) -> None:
    line = locate(source, [place])[place].span.line
    lines = parse(source.content).text.splitlines()
    for index in range(max(line - before - 1, 0), min(line + 1, len(lines))):
        mark = ">" if index == line - 1 else " "
        print(f"  {mark} {source.path}:{index + 1}: {lines[index][:110]}")


def main() -> int:
    """Examine, link, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="print so many edges")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--unknown", metavar="REASON", help="sample calls unknown for this reason")
    options = parser.parse_args()

    facts = load(facts_files())
    reading = read(load_config((str(options.directory),)), [str(options.directory)])
    modules: dict[str, ModuleSummary] = {}
    sites: list[Site] = []
    gc.disable()
    for source in reading.sources:
        try:
            summary, found = look_at(source, facts)
        except Unparsable as error:
            print(f"left out: {source.path}: {error}", file=sys.stderr)
            continue
        modules.setdefault(summary.module, summary)
        sites += found
    world = World(modules, facts)
    edges = [edge(world, site) for site in sites]
    print_shares(edges)
    wanted = options.unknown or PROJECT
    sources = {source.path: source for source in reading.sources}
    sampled = [each for each in edges if each.kind == wanted]
    print_samples(sampled, world, sources, options.sample, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
