"""Dry runs: which functions can be told to change nothing, and what they do all the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Mutates, NoReturn, RunsCommand, TemporaryPath
from surefoot.semantics.commands import command_text, destroys
from surefoot.semantics.file import File
from surefoot.semantics.handlers import Response, body_of, inside, last_name, response_to_call
from surefoot.syntax.scopes import Scope

FLAG = re.compile(
    r"(?i)_*(is_|do_|in_|a_)?(dry_?run(_mode)?|dry_?mode|check_mode|no_?op(_mode)?|simulate(_only)?|what_?if|no_act|"
    r"pretend)_*"
)
_KEPT = re.compile(
    r"(?i)_*(is_|do_|in_|a_)?(dry_?run(_mode)?|dry_?mode|check_mode|no_?op(_mode)?|no_act)_*"
)
"""Attributes that keep such a flag; the other names are those of methods, too."""
_MENTION = re.compile(
    r"(?i)dry[-_]?run|dry_?mode|check_mode|no_?op|simulate|what_?if|no_act|pretend"
)
_OWN = re.compile(
    r"(?i)(^|[^a-z])(te?mp\w*|scratch\w*|cache\w*|work_?dir|work_?path|build\w*|staging\w*|locks?|lock_?\w*|pid_?\w*|"
    r"sock\w*|logs?|log_?\w*|report\w*|out|output\w*|dump\w*|debug\w*|trace\w*|profile\w*|stats|manifest\w*|stdout|stderr|"
    r"dev_?null)(?![a-z])|tmp|temp"
)
_FILLS = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})
_SETS = re.compile(
    r"_*(set|configure|config|init|setup|enable|use|register|apply_options)(_.*|[A-Z].*)?"
)
_UNDOES = re.compile(
    r"(?i).*(roll_?back|savepoint|undo|revert|restore|set_rollback|begin_nested).*"
)
_DESTROYING_NAME = re.compile(
    r"_*(delete|destroy|terminate|drop|purge|wipe|erase|truncate|deregister|revoke|rmtree|unlink)(_.*)?"
)
_DECIDES = (cst.If, cst.IfExp, cst.While)


class Rehearsal(NamedTuple):
    """A function with a flag for a dry run, and the calls it makes whatever the flag says.

    `calls` are their places; `tested_after` those of them that come before a test of the
    flag; `named` those whose callee is not known but says by its name that it destroys, with
    that name. `given` are the places of those made whatever the flag says that are told of it.
    `ran` are the places of programs that destroy and are run whatever the flag says, with
    their words. `handed` tells that the flag is kept where other functions may find it.
    """

    function: str
    flag: str
    is_read: bool
    handed: bool
    calls: tuple[int, ...]
    tested_after: tuple[int, ...]
    named: tuple[tuple[int, str], ...]
    given: tuple[int, ...]
    ran: tuple[tuple[int, str], ...]


def flag_of(names: Sequence[str]) -> str | None:
    """Return the first of some names that is a flag for a dry run."""
    return next((name for name in names if FLAG.fullmatch(name)), None)


def rehearsal(file: File, node: cst.FunctionDef) -> Rehearsal | None:
    """Return what a function with a flag for a dry run does whatever the flag says."""
    return file.once(_rehearsal, node)


def _rehearsal(file: File, node: cst.FunctionDef) -> Rehearsal | None:
    params = node.params
    flag = flag_of(
        [
            item.name.value
            for item in (*params.posonly_params, *params.params, *params.kwonly_params)
        ]
    )
    if flag is None or is_stub(node):
        return None
    return _Reading(file, node, flag).result()


def is_stub(node: cst.FunctionDef) -> bool:
    """Whether a function has no body of its own: an overload, an abstract method."""
    return all(
        isinstance(item, (cst.Pass, cst.Raise))
        or (isinstance(item, cst.Expr) and isinstance(item.value, (cst.BaseString, cst.Ellipsis)))
        for item in body_of(node.body)
    )


def kept_rehearsal(file: File, node: cst.FunctionDef) -> Rehearsal | None:
    """Return what a function does whatever a flag for a dry run says that is kept in an
    attribute: of its object, or of the options it reads."""
    return file.once(_kept_rehearsal, node)


def _kept_rehearsal(file: File, node: cst.FunctionDef) -> Rehearsal | None:
    if not file.once(_speaks_of_it, file.tree.module) or rehearsal(file, node) is not None:
        return None
    parent = file.scope_of(node).parent
    if parent is None or parent.kind == "function" or is_stub(node):
        return None
    if node.name.value in ("__init__", "__post_init__") or _sets_flag(file, node):
        return None
    flag = asked_attribute(file, node)
    if flag is None and parent.kind == "class":
        flag = _flag_of_class(file, node, parent)
    return _Reading(file, node, flag).result() if flag is not None else None


def asked_attribute(file: File, node: cst.FunctionDef) -> str | None:
    """Return the first attribute a function reads that keeps a flag for a dry run."""
    for item in inside([node.body], into=(cst.FunctionDef, cst.Lambda)):
        if _is_kept(file, item) and not isinstance(file.parent(item), cst.AssignTarget):
            return file.code(item)
    return None


def _sets_flag(file: File, node: cst.FunctionDef) -> bool:
    return any(
        _is_kept(file, item) and isinstance(file.parent(item), cst.AssignTarget)
        for item in inside([node.body])
    )


def _is_kept(file: File, node: cst.CSTNode) -> bool:
    """Whether a node is an attribute that keeps a flag: a method of that name is none."""
    if type(node) is not cst.Attribute or not _KEPT.fullmatch(node.attr.value):
        return False
    parent = file.parent(node)
    return not (isinstance(parent, cst.Call) and parent.func is node)


def _flag_of_class(file: File, node: cst.FunctionDef, owner: Scope) -> str | None:
    """Return the flag that the object of a method keeps, as the method would read it."""
    if not isinstance(owner.node, cst.ClassDef) or any(
        last_name(item.decorator) in ("classmethod", "staticmethod") for item in node.decorators
    ):
        return None
    for value in file.world.lineage(file.symbols.definition(owner)):
        cls = file.world.cls(value[1]) if value[0] == "n" else None
        for name in cls.members if cls is not None else ():
            if _KEPT.fullmatch(name) and file.world.function(f"{value[1]}.{name}") is None:
                return f"self.{name}"
    return None


class _Reading:
    """One function, read for what depends on its flag.

    `told` are the names whose values depend on the flag.
    """

    def __init__(self, file: File, node: cst.FunctionDef, flag: str) -> None:
        self.file = file
        self.node = node
        self.flag = flag
        self.scope: Scope = file.scope_of(node)
        self.told = {flag}
        self.handed = False
        self.nodes = list(inside([node.body], into=(cst.FunctionDef, cst.Lambda)))

    def result(self) -> Rehearsal:
        is_read = self._says(self.node.body) or any(
            type(item) is cst.Call and last_name(item.func) in ("locals", "vars")
            for item in self.nodes
        )
        if is_read:
            size = -1
            while size != len(self.told):
                size = len(self.told)
                self._follow()
        calls, after, named, given, ran = [], [], [], [], []
        tests = [
            item for item in self.nodes if isinstance(item, _DECIDES) and self._says(item.test)
        ]
        leaving = [item for item in tests if isinstance(item, cst.If) and self._leaves(item)]
        place = self.file.tree.place
        last_test = max(map(place, tests), default=-1)
        first_leave = min(map(place, leaving), default=None)
        asserted = [
            place(item) for item in self.nodes if type(item) is cst.Assert and self._says(item)
        ]
        undone = any(
            type(item) is cst.Call and _UNDOES.fullmatch(last_name(item.func))
            for item in self.nodes
        )
        for item in self.nodes:
            if type(item) is not cst.Call or self._is_guarded(item):
                continue
            here = place(item)
            if first_leave is not None and here > first_leave:
                continue
            if any(here > other for other in asserted):
                continue
            if self._says(item):
                given.append(here)
                continue
            if undone and self.file.call(item).fact(Mutates) is not None:
                continue
            calls.append(here)
            if here < last_test:
                after.append(here)
            call = self.file.call(item)
            runs = call.fact(RunsCommand)
            command = command_text(self.file, item, runs) if runs is not None else None
            program = destroys(self.file.world, command) if command is not None else None
            if program is not None and not undone:
                ran.append((here, program))
            name = last_name(item.func)
            if (
                call.name is None
                and not call.pending
                and isinstance(item.func, cst.Attribute)
                and _DESTROYING_NAME.fullmatch(name)
                and not undone
            ):
                named.append((here, self.file.code(item.func)))
        return Rehearsal(
            self.scope.qualname,
            self.flag,
            is_read,
            self.handed,
            tuple(calls),
            tuple(after),
            tuple(named),
            tuple(given),
            tuple(ran),
        )

    # -- what depends on the flag ----------------------------------------------------------

    def _says(self, node: cst.CSTNode) -> bool:
        """Whether an expression mentions the flag, or what depends on it."""
        return any(
            (type(item) is cst.Name and item.value in self.told) or _is_kept(self.file, item)
            for item in inside([node], into=(cst.Lambda,))
        )

    def _follow(self) -> None:
        for item in self.nodes:
            match item:
                case cst.Assign(targets=targets, value=value):
                    if self._says(value) or self._depends(item):
                        for target in targets:
                            self._tell(target.target)
                case (
                    cst.AnnAssign(target=target, value=value)
                    | cst.AugAssign(target=target, value=value)
                    | cst.NamedExpr(target=target, value=value)
                ) if value is not None:
                    if self._says(value) or self._depends(item):
                        self._tell(target)
                case cst.For(target=target, iter=value):
                    if self._says(value):
                        self._tell(target)
                case cst.WithItem(item=value, asname=cst.AsName(name=target)):
                    if self._says(value):
                        self._tell(target)
                case cst.Call():
                    self._hear(item)
                case cst.FunctionDef(name=name, body=body):
                    if self._says(body):
                        self.told.add(name.value)

    def _tell(self, target: cst.CSTNode) -> None:
        match target:
            case cst.Name(value=name):
                self.told.add(name)
                if self.scope.outer.get(name) == "global":
                    self.handed = True
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._tell(element.value)
            case cst.Attribute() | cst.Subscript():
                root = root_of(target)
                if root is not None:
                    if root.value not in self.scope.bindings or root.value in ("self", "cls"):
                        self.handed = True
                    self.told.add(root.value)

    def _hear(self, call: cst.Call) -> None:
        """Take in a call that is given the flag, or made only under it."""
        given = any(self._says(argument.value) for argument in call.args)
        name = last_name(call.func)
        changed = name in _FILLS or (given and self._is_statement(call))
        if changed and isinstance(call.func, cst.Attribute) and (given or self._depends(call)):
            root = root_of(call.func)
            if root is not None and Response.REPORTS not in response_to_call(self.file, call):
                self.told.add(root.value)
        if given and _SETS.fullmatch(name):
            self.handed = True

    def _is_statement(self, call: cst.Call) -> bool:
        return isinstance(self.file.parent(call), cst.Expr)

    def _depends(self, node: cst.CSTNode) -> bool:
        """Whether a node is reached only as the flag says."""
        child = node
        for parent in self.file.ancestors(node):
            if parent is self.node:
                return False
            match parent:
                case cst.If(test=test) | cst.IfExp(test=test) | cst.While(test=test) if (
                    test is not child
                ):
                    if self._says(test):
                        return True
                case cst.For(iter=value) | cst.CompFor(iter=value) if value is not child:
                    if self._says(value):
                        return True
                case cst.With(items=items, body=body) if body is child:
                    if any(self._says(item.item) for item in items):
                        return True
                case cst.BooleanOperation(left=left, right=right) if right is child:
                    if self._says(left):
                        return True
                case cst.Match(subject=subject) if self._says(subject):
                    return True
                case (
                    cst.ListComp(for_in=loop)
                    | cst.SetComp(for_in=loop)
                    | cst.GeneratorExp(for_in=loop)
                ):
                    if self._says(loop):
                        return True
            child = parent
        return False

    # -- calls -----------------------------------------------------------------------------

    def _is_guarded(self, call: cst.Call) -> bool:
        if self._depends(call):
            return True
        child: cst.CSTNode = call
        for parent in self.file.ancestors(call):
            if parent is self.node:
                break
            if isinstance(parent, (cst.FunctionDef, cst.Lambda, cst.ExceptHandler, cst.Finally)):
                return True
            if (
                isinstance(parent, cst.If)
                and isinstance(child, cst.BaseSuite)
                and _is_undoing(parent)
            ):
                return True
            child = parent
        return is_own_path(self.file, call)

    def _leaves(self, node: cst.If) -> bool:
        """Whether a test of the flag may end the function, the turn of a loop, or the process."""
        parts: list[cst.CSTNode] = [node.body]
        if node.orelse is not None:
            parts.append(node.orelse)
        for item in inside(parts):
            if isinstance(item, (cst.Return, cst.Raise, cst.Continue, cst.Break)):
                return True
            if type(item) is cst.Call and self.file.call(item).fact(NoReturn) is not None:
                return True
        return False


def _is_undoing(node: cst.If) -> bool:
    return any(
        type(item) is cst.Call and _UNDOES.fullmatch(last_name(item.func))
        for item in inside([node.body])
    )


def is_own_path(file: File, node: cst.Call) -> bool:
    """Whether a call changes a file of the program's own: temporary, a cache, a log, a report."""
    call = file.call(node)
    fact = call.fact(Mutates)
    if fact is None or fact.path is None:
        return False
    path: cst.CSTNode | None = None
    if fact.path < 0:
        path = node.func.value if isinstance(node.func, cst.Attribute) else None
    elif fact.path < len(node.args):
        path = node.args[fact.path].value
    if path is None:
        return False
    return any(_is_own(file, item) for item in _sources(file, path))


def _sources(file: File, path: cst.CSTNode, depth: int = 0) -> Iterator[cst.CSTNode]:
    """Yield an expression, and what the variables in it were assigned."""
    yield path
    if depth == 3:
        return
    for item in inside([path]):
        if type(item) is cst.Name:
            owner = file.scope(item).find(item.value)
            for binding in owner.bindings[item.value] if owner is not None else ():
                if binding.kind in ("assign", "enter", "iterate") and isinstance(
                    binding.value, cst.CSTNode
                ):
                    yield from _sources(file, binding.value, depth + 1)


def _is_own(file: File, node: cst.CSTNode) -> bool:
    if _OWN.search(file.code(node)):
        return True
    return any(
        type(item) is cst.Call and file.call(item).fact(TemporaryPath) is not None
        for item in inside([node])
    )


def _speaks_of_it(file: File, _: cst.Module) -> bool:
    return _MENTION.search(file.text) is not None


def mentions_flag(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function asks anything whether this is a dry run."""
    if not file.once(_speaks_of_it, file.tree.module):
        return False
    for item in inside([node.params, node.body], into=(cst.FunctionDef, cst.Lambda)):
        name = ""
        if type(item) is cst.Name or type(item) is cst.SimpleString:
            name = item.value
        elif type(item) is cst.Attribute:
            name = item.attr.value
        if name and _MENTION.search(name):
            return True
    return False


def root_of(node: cst.CSTNode) -> cst.Name | None:
    """Return the name a dotted, indexed or called expression begins with."""
    while isinstance(node, (cst.Attribute, cst.Subscript, cst.Call)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node if isinstance(node, cst.Name) else None
