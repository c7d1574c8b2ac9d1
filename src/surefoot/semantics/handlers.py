"""What is caught, and what is done about it: the evidence that a failure was handled."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Blocking, NoReturn, Reports, Reraises
from surefoot.semantics.file import File
from surefoot.semantics.literals import is_blank
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import PENDING
from surefoot.semantics.world import World
from surefoot.syntax.shape import CHILDREN
from surefoot.syntax.tree import dotted


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException"})
_LOGGER = re.compile(r"(?i)(.*_)?_*(log|logs|logger|logging)\d*_*|.*[a-z](Log|Logger)")
_SLEEPS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep"})
_HARMLESS = words(
    """
    builtins.dict builtins.list builtins.set builtins.frozenset builtins.tuple builtins.int
    builtins.str builtins.float builtins.bool builtins.bytes builtins.len builtins.object
    """
)
_UNDOING = frozenset({"close", "aclose", "rollback", "disconnect"})
_CURRENT_EXCEPTION = frozenset({"sys.exc_info", "sys.exception"})
_NEVER = frozenset(
    {"typing.NoReturn", "typing.Never", "typing_extensions.NoReturn", "typing_extensions.Never"}
)
_DEFINITIONS: frozenset[type[cst.CSTNode]] = frozenset({cst.FunctionDef, cst.ClassDef, cst.Lambda})
_BINDING: frozenset[type[cst.CSTNode]] = frozenset(
    {
        cst.Assign,
        cst.AnnAssign,
        cst.NamedExpr,
        cst.For,
        cst.WithItem,
        cst.Import,
        cst.ImportFrom,
    }
)


class Caught(NamedTuple):
    """The canonical names of the exception classes caught; `pending` when some are not known
    before other modules are."""

    names: frozenset[str]
    pending: bool = False

    @property
    def everything(self) -> bool:
        """Whether any failure is caught."""
        return not self.names.isdisjoint(EVERYTHING)


_BARE = Caught(frozenset({"builtins.BaseException"}))


def caught(world: World, symbol: Symbol) -> Caught:
    """Return what `except symbol` or `suppress(symbol)` catches."""
    names: set[str] = set()
    pending = False
    stack = [symbol]
    while stack:
        value = world.value(stack.pop())
        if value == PENDING:
            pending = True
        elif value is not None and value[0] == "t":
            stack.extend(value[1])
        elif value is not None and value[0] == "n":
            names.add(value[1])
    return Caught(frozenset(names), pending)


def caught_by(file: File, handler: cst.ExceptHandler) -> Caught:
    """Return what a handler catches; a bare one catches `BaseException`."""
    return file.once(_caught_by, handler)


def _caught_by(file: File, handler: cst.ExceptHandler) -> Caught:
    if handler.type is None:
        return _BARE
    return caught(file.world, file.symbol(handler.type))


class Response(enum.Flag):
    """What is done about an exception; NOTHING: it is as if it had not happened."""

    NOTHING = 0
    RAISES = enum.auto()
    """Something is raised, or the process ends."""
    REPORTS = enum.auto()
    """A record is left for people."""
    KEEPS = enum.auto()
    """The exception itself is passed on, stored, returned or looked at."""
    RECORDS = enum.auto()
    """A mark is left for the program: a counter, a flag, a state."""
    SUBSTITUTES = enum.auto()
    """Another way is taken: a value is computed or named instead."""
    ACTS = enum.auto()
    """Something is called of which nothing is known."""


_PLAIN: dict[type[cst.CSTNode], Response] = {
    cst.FunctionDef: Response.ACTS,
    cst.ClassDef: Response.ACTS,
    cst.Lambda: Response.ACTS,
    cst.Yield: Response.ACTS,
    cst.Raise: Response.RAISES,
    cst.Assert: Response.RAISES,
    cst.Import: Response.SUBSTITUTES,
    cst.ImportFrom: Response.SUBSTITUTES,
    cst.AugAssign: Response.RECORDS,
}
ANYTHING = ~Response.NOTHING
"""Whatever it is that is done."""


class Reaction(NamedTuple):
    """The response of a stretch of code, and the blank values it puts in place of a result.

    `defaults` are pairs of what gets the value (None: it is returned) and the value.
    """

    response: Response
    defaults: tuple[tuple[cst.BaseExpression | None, cst.BaseExpression | None], ...] = ()


def reaction(
    file: File,
    statements: Iterable[cst.CSTNode],
    *,
    exception: str | None = None,
    computed: Callable[[], frozenset[str]] = frozenset,
    in_helper: bool = False,
    enough: Response | None = None,
) -> Reaction:
    """Return what statements do about the exception they run for.

    `exception` is its name there. `computed` gives the code of the targets that the guarded
    work assigns: a blank value given to another one is a mark, not a default. In a helper
    function values returned mean nothing, and no other helper is looked into. Once part of
    `enough` is found no further is looked: what is called is costly to find out.
    """
    found = Response.NOTHING
    defaults: list[tuple[cst.BaseExpression | None, cst.BaseExpression | None]] = []
    calls: list[cst.Call] = []
    dropped: set[cst.CSTNode] = set()
    for node in inside(statements):
        kind = type(node)
        if type(node) is cst.Call:
            calls.append(node)
        elif type(node) is cst.Name:
            if node.value == exception and node not in dropped:
                found |= Response.KEEPS
        elif _drops(node, exception):
            dropped.update(inside([node]))
        elif kind in _PLAIN:
            found |= _PLAIN[kind]
        elif type(node) is cst.Return:
            if in_helper:
                continue
            if node.value is None or is_blank(node.value):
                defaults.append((None, node.value))
            else:
                found |= Response.SUBSTITUTES
        elif type(node) is cst.Assign:
            for target in node.targets:
                if not is_blank(node.value):
                    found |= Response.SUBSTITUTES
                elif names_of(file, target.target) & computed():
                    defaults.append((target.target, node.value))
                else:
                    found |= Response.RECORDS
        elif type(node) is cst.AnnAssign and node.value is not None:
            if is_blank(node.value) and names_of(file, node.target) & computed():
                defaults.append((node.target, node.value))
            else:
                found |= Response.SUBSTITUTES
    for call in calls:
        if enough is not None and found & enough:
            break
        found |= response_to_call(file, call, in_helper)
    return Reaction(found, tuple(defaults))


def _drops(node: cst.CSTNode, exception: str | None) -> bool:
    """Whether a statement only says that an exception is not needed: `_ = error`, `del error`."""
    match node:
        case (
            cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value="_"))], value=cst.Name(value=name)
            )
            | cst.Del(target=cst.Name(value=name))
        ):
            return name == exception
    return False


def inside(
    nodes: Iterable[cst.CSTNode], *, into: tuple[type[cst.CSTNode], ...] = ()
) -> Iterator[cst.CSTNode]:
    """Yield nodes and what is in them, in source order; of definitions not what is in them,
    unless their class is one of `into`."""
    children_of = CHILDREN
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        kind = node.__class__
        if kind in _DEFINITIONS and kind not in into:
            continue
        children = children_of.get(kind)
        if children is not None:
            stack.extend(reversed(children(node)))


def assigned(file: File, statements: Iterable[cst.CSTNode]) -> frozenset[str]:
    """Return the code of the targets that get anything but a blank value in statements."""
    found: set[str] = set()
    for node in inside(statements):
        if type(node) not in _BINDING:
            continue
        match node:
            case cst.Assign(targets=targets, value=value) if not is_blank(value):
                for target in targets:
                    found |= names_of(file, target.target)
            case (
                cst.AnnAssign(target=target, value=value)
                | cst.NamedExpr(target=target, value=value)
            ) if value is not None and not is_blank(value):
                found |= names_of(file, target)
            case cst.For(target=target):
                found |= names_of(file, target)
            case cst.WithItem(asname=cst.AsName(name=target)):
                found |= names_of(file, target)
            case cst.Import(names=names) | cst.ImportFrom(names=[*names]):
                for alias in names:
                    bound = alias.asname.name if alias.asname is not None else alias.name
                    found |= names_of(file, bound)
    return frozenset(found)


def names_of(file: File, target: cst.CSTNode) -> set[str]:
    """Return the code of a target, or of each of those it is taken apart into."""
    if isinstance(target, (cst.Tuple, cst.List)):
        return {name for item in target.elements for name in names_of(file, item.value)}
    return {spelling(file, target)}


def spelling(file: File, node: cst.CSTNode) -> str:
    """Return the code of an expression; that of a dotted name at no cost."""
    return dotted(node) or file.code(node)


def response_to_call(file: File, node: cst.Call, in_helper: bool = False) -> Response:
    """Return what calling this does about an exception."""
    receiver = node.func.value if isinstance(node.func, cst.Attribute) else None
    if gives_traceback(node):
        return Response.REPORTS
    if receiver is not None and is_logger(receiver):
        return Response.REPORTS
    call = file.call(node)
    name = call.name
    if name is not None:
        if call.fact(Reports) is not None:
            return Response.REPORTS
        if call.fact(NoReturn) is not None or call.fact(Reraises) is not None:
            return Response.RAISES
        if name in _CURRENT_EXCEPTION or name.startswith("traceback."):
            return Response.KEEPS
        blocking = call.fact(Blocking)
        if name in _HARMLESS or name in _SLEEPS or (blocking and blocking.what == "sleep"):
            return Response.NOTHING
        if file.world.function(name) is not None:
            return Response.ACTS if in_helper else _of_helper(file, name)
    if receiver is not None and last_name(node.func) in _UNDOING and not node.args:
        return Response.NOTHING
    return Response.ACTS


def is_logger(node: cst.CSTNode) -> bool:
    """Whether an expression is, by its last name, a logger."""
    return _LOGGER.fullmatch(last_name(node)) is not None


def gives_traceback(node: cst.Call) -> bool:
    """Whether a call is told by `exc_info` to record the traceback."""
    return any(
        argument.keyword is not None
        and argument.keyword.value == "exc_info"
        and not (isinstance(argument.value, cst.Name) and argument.value.value in ("False", "None"))
        for argument in node.args
    )


def _of_helper(file: File, name: str) -> Response:
    """What a function of this file does, looking no further than its own statements."""
    summary = file.world.function(name)
    node = file.tree.nodes[summary.place] if summary is not None else None
    if not isinstance(node, cst.FunctionDef):
        return Response.ACTS
    if node.returns is not None and file.name(node.returns.annotation) in _NEVER:
        return Response.RAISES
    return file.once(_of_body, node)


def _of_body(file: File, node: cst.FunctionDef) -> Response:
    return reaction(file, [node.body], in_helper=True).response


def last_name(node: cst.CSTNode) -> str:
    """Return the last name of a dotted expression, or of what is called or indexed."""
    while True:
        if type(node) is cst.Attribute:
            return node.attr.value
        if type(node) is cst.Name:
            return node.value
        if type(node) is cst.Call:
            node = node.func
        elif type(node) is cst.Subscript:
            node = node.value
        elif type(node) is cst.Await:
            node = node.expression
        else:
            return ""


def body_of(node: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """Return the statements of a suite: compound ones, and small ones freed of their line."""
    found: list[cst.CSTNode] = []
    for item in node.body:
        if isinstance(item, cst.SimpleStatementLine):
            found.extend(item.body)
        else:
            found.append(item)
    return found
