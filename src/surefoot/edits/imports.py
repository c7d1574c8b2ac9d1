"""Imports that a fix needs, and the names they give."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any, NamedTuple

import libcst as cst

from surefoot.edits.statements import (
    after_line,
    first_line,
    insert_after,
    insert_first,
    last_line,
)
from surefoot.edits.text import Text, Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.syntax.scopes import Scope
from surefoot.syntax.tree import absolute, dotted

_STDLIB = frozenset(sys.stdlib_module_names)
_IMPORTS = (cst.Import, cst.ImportFrom)
_ABSENCE = frozenset({"Exception", "ImportError", "ModuleNotFoundError"})


class Written(NamedTuple):
    """An expression that can be written somewhere, and the edits it needs elsewhere."""

    text: str
    edits: tuple[Edit, ...] = ()


def constant(file: File, at: cst.CSTNode, value: float | str) -> Written:
    """Return how to write a number, or a constant by its full name, where a node stands.

    A colon, or else the last dot, tells where the name of the module ends.
    """
    if not isinstance(value, str):
        return Written(repr(value))
    module, colon, name = value.partition(":")
    if not colon:
        module, _, name = value.rpartition(".")
    return import_name(file, at, module, name)


def import_name(file: File, at: cst.CSTNode, module: str, name: str) -> Written:
    """Return how to write `name` of a module where a node stands, importing it if need be."""
    first, dot, rest = name.partition(".")
    if module == file.module_name:
        if file.scope(at).find(first) is not file.tree.top or not _is_before(file, first, at):
            raise Unfixable(f"`{first}` is not known here")
        return Written(name)
    known = _known(file, at, f"{module}.{first}") or _known(file, at, module, first)
    if known is not None:
        return Written(known + dot + rest)
    free = _free(file, at, first, f"{module}.{first}")
    taken = "" if free == first else f" as {free}"
    edit = _insertion(file, at, module, f"from {module} import {first}{taken}", True)
    return Written(free + dot + rest, (edit,))


def import_module(file: File, at: cst.CSTNode, module: str) -> Written:
    """Return how to write a module where a node stands, importing it if need be."""
    known = _known(file, at, module)
    if known is not None:
        return Written(known)
    first, dot, rest = module.partition(".")
    free = _free(file, at, first, first)
    if free == first:
        edit = _insertion(file, at, module, f"import {module}", False)
        return Written(first + dot + rest, (edit,))
    edit = _insertion(file, at, module, f"import {module} as {free}", False)
    return Written(free, (edit,))


def import_qualified(file: File, at: cst.CSTNode, full: str) -> Written:
    """Return how to write what has this full name where a node stands; if need be its module is
    imported."""
    module, _, name = full.rpartition(".")
    written = import_name(file, at, module, name)
    if not written.edits:
        return written
    text, edits = import_module(file, at, module)
    return Written(f"{text}.{name}", edits)


# -- names -----------------------------------------------------------------------------------


def _known(file: File, at: cst.CSTNode, target: str, member: str = "") -> str | None:
    """How to write what is imported already, at the top or in the function around."""
    tail = f".{member}" if member else ""
    for statement, bound, qualified, spelt in _imported(file, at):
        if qualified != target or not _sees(file, at, bound, statement):
            continue
        return spelt + tail
    return None


def _imported(file: File, at: cst.CSTNode) -> Iterator[tuple[Any, str, str, str]]:
    """The imports that are sure to have run when a node does: statement, bound name, what it
    is, how that is spelt."""
    bodies: list[Any] = [file.tree.module]
    function = file.function(at)
    if function is not None:
        bodies.append(function.body)
    for body in bodies:
        for line in _lines(body):
            for small in line.body:
                if isinstance(small, cst.Import):
                    for alias in small.names:
                        name = dotted(alias.name)
                        asname = alias.asname.name if alias.asname is not None else None
                        if isinstance(asname, cst.Name):
                            yield small, asname.value, name, asname.value
                        elif asname is None:
                            yield small, name.partition(".")[0], name, name
                elif isinstance(small, cst.ImportFrom) and not isinstance(
                    small.names, cst.ImportStar
                ):
                    tree, level = file.tree, len(small.relative)
                    source = absolute(
                        tree.module_name, tree.is_package, level, dotted(small.module)
                    )
                    for alias in small.names:
                        given = alias.asname.name if alias.asname is not None else alias.name
                        if source is not None and isinstance(given, cst.Name):
                            full = f"{source}.{dotted(alias.name)}".strip(".")
                            yield small, given.value, full, given.value


def _lines(body: Any) -> Iterator[cst.SimpleStatementLine]:
    """The lines of a block, with those that are tried and replaced where there is no module."""
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield statement
        elif isinstance(statement, cst.Try) and _minds_absence(statement):
            yield from _lines(statement.body)


def _minds_absence(statement: cst.Try) -> bool:
    """Whether a handler of a `try` may be for a module that is not there."""
    caught = [handler.type for handler in statement.handlers]
    return any(
        each is None or (isinstance(each, cst.Name) and each.value in _ABSENCE) for each in caught
    )


def _sees(file: File, at: cst.CSTNode, name: str, statement: cst.CSTNode) -> bool:
    """Whether a name means, where a node stands, what an import gave it. What takes the place of
    a module that is not there does not count: nothing else would give it."""
    owner = file.scope(at).find(name)
    if owner is None or owner is not file.scope(statement):
        return False
    tried = _tried(file, statement)
    instead = frozenset(tried.handlers) if tried is not None else frozenset()
    bindings = [
        binding
        for binding in owner.bindings[name]
        if instead.isdisjoint(file.ancestors(binding.node))
    ]
    if any(binding.kind != "import" for binding in bindings):
        return False
    if len({str(binding.value) for binding in bindings}) > 1:
        return False
    inner = owner is not file.tree.top and file.function(at) is owner.node
    deferred = file.function(at) is not None and not inner
    return deferred or file.span(statement).line < file.span(at).line


def _tried(file: File, statement: cst.CSTNode) -> cst.Try | None:
    """The `try` of the block of a function or module that an import stands in."""
    match [*islice(file.ancestors(statement), 3)]:
        case [cst.SimpleStatementLine(), cst.IndentedBlock() as block, cst.Try(body=body) as tried]:
            return tried if body is block else None
    return None


def _is_before(file: File, name: str, at: cst.CSTNode) -> bool:
    if file.function(at) is not None:
        return True
    nodes = [binding.node for binding in file.tree.top.bindings[name]]
    return min(file.span(node).line for node in nodes) < file.span(at).line


def _free(file: File, at: cst.CSTNode, name: str, target: str) -> str:
    """A name that a new import at the top can bind without changing what others mean."""
    for candidate in (name, f"{name}_", f"_{name}"):
        if _is_free(file, at, candidate, target):
            return candidate
    raise Unfixable(f"`{name}` already means something else")


def _is_free(file: File, at: cst.CSTNode, name: str, target: str) -> bool:
    top = file.tree.top
    if file.scope(at).find(name) not in (None, top):
        return False
    bindings = top.bindings.get(name)
    if bindings is not None:
        return all(each.kind == "import" and each.value == target for each in bindings)
    return not any(
        isinstance(node, cst.Name) and node.value == name and _looks_up(file, node, name)
        for node in file.tree.parents
    )


def _looks_up(file: File, node: cst.Name, name: str) -> bool:
    """Whether a use of a name would find one that is bound at the top."""
    scope: Scope = file.scope(node)
    return scope.find(name) is None


# -- places ----------------------------------------------------------------------------------


class _Place(NamedTuple):
    """An import at the top of a file: its group and its order in it."""

    line: int
    end: int
    group: int
    order: tuple[bool, str]


def _insertion(file: File, at: cst.CSTNode, module: str, text: str, is_from: bool) -> Edit:
    """The edit that puts an import among those at the top, by their groups and order; or where
    the file, for a reason it will have, imports the module otherwise."""
    alike = list(_alike(file, module))
    if alike and not any(_is_at_top(file, each) for each in alike):
        return _beside(file, at, alike, text)
    where = text_of(file)
    head, body = _after_head(file)
    present = list(_run(file, body))
    if file.function(at) is None and present:
        reach = file.span(at).line
        present = present if present[-1].end < reach else []
    if not present:
        return _first(file, where, head, body, text)
    new = _Place(0, 0, _group(file, module, 0), (is_from, module.lower()))
    spaced = _is_spaced(where, present)
    same = [each for each in present if each.group == new.group]
    lower = [each for each in same if each.order <= new.order]
    if lower:
        return after_line(where, lower[-1].end, text, "")
    if same:
        return _before(where, same[0].line, text, 0)
    earlier = [each for each in present if each.group < new.group]
    if earlier:
        return after_line(where, earlier[-1].end, f"\n{text}" if spaced else text, "")
    return _before(where, present[0].line, text, 1 if spaced else 0)


def _alike(file: File, module: str) -> Iterator[cst.CSTNode]:
    """The imports of a module, or of anything of a library, that there are in a file."""
    root = module.partition(".")[0]
    if root in _STDLIB:
        return
    tree = file.tree
    for statement in (*tree.of(cst.Import), *tree.of(cst.ImportFrom)):
        if isinstance(statement, cst.Import):
            names = [dotted(alias.name) for alias in statement.names]
        else:
            source = dotted(statement.module)
            level = len(statement.relative)
            known = absolute(tree.module_name, tree.is_package, level, source) or ""
            names = [known]
            if not isinstance(statement.names, cst.ImportStar):
                names += [f"{known}.{dotted(alias.name)}" for alias in statement.names]
        if any(
            name == module or (root not in file.packages and name.partition(".")[0] == root)
            for name in names
        ):
            yield statement


def _is_at_top(file: File, statement: cst.CSTNode) -> bool:
    _, outer = islice(file.ancestors(statement), 2)
    return isinstance(outer, cst.Module)


def _beside(file: File, at: cst.CSTNode, alike: list[cst.CSTNode], text: str) -> Edit:
    """The edit that imports where others are imported: in the same `try`, or late, in the
    function that needs it."""
    for statement in alike:
        tried = _tried(file, statement)
        if tried is None or not isinstance(file.parent(tried), cst.Module):
            continue
        if not _minds_absence(tried):
            continue
        if file.function(at) is not None or file.extent(tried)[1] < file.span(at).line:
            (edit,) = insert_after(file, statement, text)
            return edit
    function = file.function(at)
    is_late = any(file.function(each) is not None or _is_for_checkers(file, each) for each in alike)
    if function is None or not is_late:
        raise Unfixable("it is imported under a condition")
    body: Any = function.body
    first = body.body[0]
    match first:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.BaseString())]):
            (edit,) = insert_after(file, first, text)
        case _:
            (edit,) = insert_first(file, body, text)
    return edit


def _is_for_checkers(file: File, statement: cst.CSTNode) -> bool:
    return any(
        isinstance(ancestor, cst.If) and last_name(ancestor.test) == "TYPE_CHECKING"
        for ancestor in file.ancestors(statement)
    )


def _before(where: Text, line: int, text: str, blank: int) -> Edit:
    newline = where.newline(line)
    start = where.offset(line, 1)
    return where.edit(start, start, text + newline * (1 + blank))


def _after_head(file: File) -> tuple[int, list[Any]]:
    """The last line of docstring and `__future__` imports, 0 for none, and what follows them."""
    line, body = 0, list(file.tree.module.body)
    while body:
        match body[0]:
            case cst.SimpleStatementLine(
                body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]
            ) if line == 0:
                pass
            case cst.SimpleStatementLine(body=[cst.ImportFrom(module=cst.Name("__future__"))]):
                pass
            case _:
                break
        line = last_line(file, body.pop(0))
    return line, body


def _run(file: File, body: list[Any]) -> Iterator[_Place]:
    """The first imports at the top that follow each other."""
    started = False
    for statement in body:
        match statement:
            case cst.SimpleStatementLine(body=smalls) if all(
                isinstance(small, _IMPORTS) for small in smalls
            ):
                started = True
                small: Any = smalls[0]
                is_from = isinstance(small, cst.ImportFrom)
                name = dotted(small.module) if is_from else dotted(small.names[0].name)
                level = len(small.relative) if is_from else 0
                yield _Place(
                    first_line(file, statement),
                    last_line(file, statement),
                    _group(file, name, level),
                    (is_from, name.lower()),
                )
            case _ if started:
                return


def _group(file: File, module: str, level: int) -> int:
    """The group an import belongs to: standard library, others, the project's own, relative."""
    first = module.partition(".")[0]
    if level:
        return 3
    if first in _STDLIB:
        return 0
    return 2 if first in file.packages else 1


def _is_spaced(where: Text, present: list[_Place]) -> bool:
    """Whether blank lines part the groups of imports, as far as there are several."""
    return all(
        not where.line(after.line - 1).strip()
        for before, after in pairwise(present)
        if before.group != after.group
    )


def _first(file: File, where: Text, head: int, body: list[Any], text: str) -> Edit:
    """The edit that puts the only import of a file at its top."""
    if head:
        blank = head >= where.lines or not where.line(head + 1).strip()
        return after_line(where, head, f"\n{text}" if blank else f"\n{text}\n", "")
    line = first_line(file, body[0])
    above = line
    while above > 1 and where.line(above - 1).lstrip(" \t\f").startswith("#"):
        above -= 1
    compound = isinstance(body[0], (cst.FunctionDef, cst.ClassDef))
    return _before(where, above if above > 1 else line, text, 2 if compound else 1)
