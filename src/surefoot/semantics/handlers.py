"""What is caught, and what is done about it: the evidence that a failure was handled."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from surefoot.facts.kinds import Blocking, NoReturn, Reports
from surefoot.semantics.file import File
from surefoot.semantics.literals import is_blank
from surefoot.semantics.summary import Symbol
from surefoot.semantics.values import PENDING, World
from surefoot.syntax.shape import CHILDREN


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
_DEFINITIONS = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


class Caught(NamedTuple):
    """The canonical names of the exception classes caught; `pending` when some are not known
    before other modules are."""

    names: frozenset[str]
    pending: bool = False

    @property
    def everything(self) -> bool:
        """Whether any failure is caught."""
        return not self.names.isdisjoint(EVERYTHING)


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
    if handler.type is None:
        return Caught(frozenset({"builtins.BaseException"}))
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
    computed: frozenset[str] = frozenset(),
    in_helper: bool = False,
) -> Reaction:
    """Return what statements do about the exception they run for.

    `exception` is its name there. `computed` holds the code of the targets that the guarded
    work assigns: a blank value given to another one is a mark, not a default. In a helper
    function values returned mean nothing, and no other helper is looked into.
    """
    found = Response.NOTHING
    defaults: list[tuple[cst.BaseExpression | None, cst.BaseExpression | None]] = []
    for node in inside(statements):
        match node:
            case cst.FunctionDef() | cst.ClassDef() | cst.Lambda() | cst.Yield():
                found |= Response.ACTS
            case cst.Raise() | cst.Assert():
                found |= Response.RAISES
            case cst.Import() | cst.ImportFrom():
                found |= Response.SUBSTITUTES
            case cst.AugAssign():
                found |= Response.RECORDS
            case cst.Name(value=name) if name == exception:
                found |= Response.KEEPS
            case cst.Call():
                found |= response_to_call(file, node, in_helper)
            case cst.Return(value=value) if not in_helper:
                if value is None or is_blank(value):
                    defaults.append((None, value))
                else:
                    found |= Response.SUBSTITUTES
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    if not is_blank(value):
                        found |= Response.SUBSTITUTES
                    elif _names(file, target.target) & computed:
                        defaults.append((target.target, value))
                    else:
                        found |= Response.RECORDS
            case cst.AnnAssign(target=target, value=value) if value is not None:
                if is_blank(value) and _names(file, target) & computed:
                    defaults.append((target, value))
                else:
                    found |= Response.SUBSTITUTES
    return Reaction(found, tuple(defaults))


def inside(
    nodes: Iterable[cst.CSTNode], *, into: tuple[type[cst.CSTNode], ...] = ()
) -> Iterator[cst.CSTNode]:
    """Yield nodes and what is in them, in source order; of definitions not what is in them,
    unless their class is one of `into`."""
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, _DEFINITIONS) and not isinstance(node, into):
            continue
        children = CHILDREN.get(node.__class__)
        if children is not None:
            stack.extend(reversed(children(node)))


def assigned(file: File, statements: Iterable[cst.CSTNode]) -> frozenset[str]:
    """Return the code of the targets that get anything but a blank value in statements."""
    found: set[str] = set()
    for node in inside(statements):
        match node:
            case cst.Assign(targets=targets, value=value) if not is_blank(value):
                for target in targets:
                    found |= _names(file, target.target)
            case (
                cst.AnnAssign(target=target, value=value)
                | cst.NamedExpr(target=target, value=value)
            ) if value is not None and not is_blank(value):
                found |= _names(file, target)
            case cst.For(target=target):
                found |= _names(file, target)
            case cst.WithItem(asname=cst.AsName(name=target)):
                found |= _names(file, target)
            case cst.Import(names=names) | cst.ImportFrom(names=[*names]):
                for alias in names:
                    bound = alias.asname.name if alias.asname is not None else alias.name
                    found |= _names(file, bound)
    return frozenset(found)


def _names(file: File, target: cst.CSTNode) -> set[str]:
    if isinstance(target, (cst.Tuple, cst.List)):
        return {name for item in target.elements for name in _names(file, item.value)}
    return {file.code(target)}


def response_to_call(file: File, node: cst.Call, in_helper: bool = False) -> Response:
    """Return what calling this does about an exception."""
    call = file.call(node)
    if _gives_traceback(node):
        return Response.REPORTS
    name = call.name
    if name is not None:
        if call.fact(Reports) is not None:
            return Response.REPORTS
        if call.fact(NoReturn) is not None:
            return Response.RAISES
        if name in _CURRENT_EXCEPTION or name.startswith("traceback."):
            return Response.KEEPS
    if isinstance(node.func, cst.Attribute) and _LOGGER.fullmatch(last_name(node.func.value)):
        return Response.REPORTS
    if name is not None:
        blocking = call.fact(Blocking)
        if name in _HARMLESS or name in _SLEEPS or (blocking and blocking.what == "sleep"):
            return Response.NOTHING
        if file.world.function(name) is not None:
            return Response.ACTS if in_helper else _of_helper(file, name)
    undoes = isinstance(node.func, cst.Attribute) and node.func.attr.value in _UNDOING
    if undoes and not node.args:
        return Response.NOTHING
    return Response.ACTS


def _gives_traceback(node: cst.Call) -> bool:
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
    return reaction(file, [node.body], in_helper=True).response


def last_name(node: cst.CSTNode) -> str:
    """Return the last name of a dotted expression, or of what is called or indexed."""
    while isinstance(node, (cst.Call, cst.Subscript, cst.Await)):
        if isinstance(node, cst.Call):
            node = node.func
        else:
            node = node.value if isinstance(node, cst.Subscript) else node.expression
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def body_of(node: cst.BaseSuite) -> Sequence[cst.CSTNode]:
    """Return the statements of a suite: compound ones, and small ones freed of their line."""
    found: list[cst.CSTNode] = []
    for item in node.body:
        if isinstance(item, cst.SimpleStatementLine):
            found.extend(item.body)
        else:
            found.append(item)
    return found
