"""Under which circumstances a call runs: awaited, in a loop, under a deadline, on the way out."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import Deadline
from surefoot.semantics.call import Arguments, Given
from surefoot.semantics.prompt import expects_to_wait
from surefoot.semantics.summary import At, Symbol
from surefoot.semantics.symbols import Symbols
from surefoot.semantics.working import is_endless
from surefoot.semantics.world import World
from surefoot.syntax.scopes import Block, Scope
from surefoot.syntax.tree import Tree

_TEARDOWN = re.compile(
    r"_*(async_)?(a?close|a?stop|shut_?down|terminate|tear_?down|clean_?up|disconnect|drain|"
    r"a?exit|del|finali[sz]e|dispose|release|quit|kill)(_.*|_*)"
)
_DATA_ERRORS = frozenset(
    {"ArithmeticError", "AttributeError", "IndexError", "JSONDecodeError", "KeyError"}
    | {"LookupError", "NotImplementedError", "StopAsyncIteration", "StopIteration", "TypeError"}
    | {"UnicodeDecodeError", "UnicodeError", "ValidationError", "ValueError"}
)
_TRANSPARENT = (cst.Arg, cst.Element, cst.StarredElement)


def is_teardown_name(name: str) -> bool:
    """Whether a function of this name, by convention, ends the life of something."""
    return _TEARDOWN.fullmatch(name) is not None


def enclosing_function(scope: Scope) -> Scope | None:
    """The innermost `def` around a scope, looking through lambdas and comprehensions."""
    current: Scope | None = scope
    while current is not None and current.kind != "function":
        if current.kind in ("class", "module"):
            return None
        current = current.parent
    return current


def circumstances(tree: Tree, symbols: Symbols, world: World, node: cst.CSTNode) -> At:
    """Return the circumstances of an expression."""
    at = _around(tree, node)
    if At.ARGUMENT in at and _is_bounded_argument(tree, symbols, world, node):
        at |= At.DEADLINE
    block: Block | None = tree.block(node)
    while block is not None:
        kind = block.kind
        if kind in ("loop", "comprehension"):
            at |= At.LOOP
            if At.ENDLESS not in at and is_endless(block.node, symbols, world):
                at |= At.ENDLESS
        elif kind == "with":
            if At.DEADLINE not in at and _has_deadline(block.node, symbols, world):
                at |= At.DEADLINE
        elif kind == "handler":
            at |= At.HANDLER
        elif kind == "finally":
            at |= At.TEARDOWN
        elif kind == "try":
            at |= At.GUARDED
            if At.CAUGHT not in at and keeps_failures(block.node):
                at |= At.CAUGHT
            if expects_to_wait(block):
                at |= At.PROMPT
        elif kind == "lambda":
            at |= At.LAMBDA
            at &= ~(At.LOOP | At.ENDLESS | At.GUARDED | At.CAUGHT | At.TEARDOWN | At.HANDLER)
        elif kind == "function":
            assert isinstance(block.node, cst.FunctionDef)
            if block.node.asynchronous is not None:
                at |= At.ASYNC
            if is_teardown_name(block.node.name.value):
                at |= At.TEARDOWN
            return at
        elif kind == "class":
            return at
        block = block.parent
    if any(isinstance(item, cst.If) and is_main_guard(item) for item in tree.ancestors(node)):
        at |= At.MAIN_GUARD
    return at


def _around(tree: Tree, node: cst.CSTNode) -> At:
    """What is done with the value of an expression at once."""
    at = At.NOWHERE
    parent = tree.parents.get(node)
    while parent is not None:
        match parent:
            case cst.Await():
                at |= At.AWAITED
            case cst.Expr():
                return at | At.STATEMENT
            case cst.WithItem():
                return at | At.WITH_ITEM
            case cst.Return():
                return at | At.RETURNED
            case cst.Decorator():
                return at | At.DECORATOR
            case cst.Arg():
                return at | At.ARGUMENT
            case _:
                return at
        parent = tree.parents.get(parent)
    return at


def _is_bounded_argument(tree: Tree, symbols: Symbols, world: World, node: cst.CSTNode) -> bool:
    """Whether an expression is what a call such as `asyncio.wait_for` puts a bound on."""
    argument = tree.parents[node]
    call = tree.parents.get(argument)
    if not isinstance(call, cst.Call) or not call.args or call.args[0] is not argument:
        return False
    symbol = symbols.of(call)
    name = world.target(symbol)
    fact = world.fact(Deadline, name) if name is not None else None
    if fact is None or fact.by != "argument" or symbol is None:
        return False
    bound = Arguments(symbol[2], world).get(fact.parameter or (), fact.position)
    return bound is not Given.ABSENT and bound != ("k", None)


def _has_deadline(node: cst.CSTNode, symbols: Symbols, world: World) -> bool:
    assert isinstance(node, cst.With)
    for item in node.items:
        symbol = symbols.of(item.item)
        if symbol is None or symbol[0] != "c":
            continue
        name = world.target(symbol)
        fact = world.fact(Deadline, name) if name is not None else None
        if fact is not None and fact.by == "context":
            if fact.parameter is None and fact.position is None:
                return True
            arguments = Arguments(symbol[2], world)
            bound = arguments.get(fact.parameter or (), fact.position)
            if bound is not Given.ABSENT and bound != ("k", None):
                return True
        elif "timeout" in _last(symbol[1]).lower():
            return True
    return False


def keeps_failures(node: cst.CSTNode) -> bool:
    """Whether a `try` has a handler that may end without raising, for more than bad data."""
    handlers = node.handlers if isinstance(node, (cst.Try, cst.TryStar)) else ()
    return any(
        not always_raises(handler.body) and not _catches_data_errors(handler.type)
        for handler in handlers
    )


def always_raises(body: cst.BaseSuite) -> bool:
    """Whether a suite, by its form, ends in `raise` on every way through it."""
    last: cst.CSTNode | None = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Raise():
            return True
        case cst.If(body=then, orelse=cst.If() as other):
            return always_raises(then) and always_raises(cst.IndentedBlock([other]))
        case cst.If(body=then, orelse=cst.Else(body=other)):
            return always_raises(then) and always_raises(other)
        case cst.With(body=inner):
            return always_raises(inner)
    return False


def _catches_data_errors(caught: cst.BaseExpression | None) -> bool:
    match caught:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in _DATA_ERRORS
        case cst.Tuple(elements=elements):
            return all(_catches_data_errors(element.value) for element in elements)
    return False


def _last(symbol: Symbol) -> str:
    """The last name of a callee, known or not."""
    if symbol is None or symbol[0] not in ("n", "a"):
        return ""
    return str(symbol[2] if symbol[0] == "a" else symbol[1].rpartition(".")[2])


def is_main_guard(node: cst.If) -> bool:
    """Whether an `if` asks for `__name__ == "__main__"`."""
    match node.test:
        case cst.Comparison(
            left=cst.Name(value="__name__"),
            comparisons=[
                cst.ComparisonTarget(operator=cst.Equal(), comparator=cst.SimpleString() as name)
            ],
        ):
            return name.evaluated_value == "__main__"
    return False
