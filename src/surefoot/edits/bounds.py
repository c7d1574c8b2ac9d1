"""The fix that gives a call the bound a project has chosen."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.edits.arguments import set_keyword
from surefoot.edits.expressions import replace
from surefoot.edits.imports import Written, constant, import_name, import_qualified
from surefoot.edits.statements import insert_after, wrap_statements
from surefoot.edits.text import Unfixable
from surefoot.facts.kinds import TimeoutValue
from surefoot.model import Defaults, Edit, Fix, Safety
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside

_EXPIRED = "subprocess.TimeoutExpired"
_MADE = (cst.Call, cst.Await, cst.Subscript, cst.NamedExpr)
_SMALL = (cst.Assign, cst.AnnAssign, cst.Expr, cst.Return)
_MILLISECONDS = re.compile(r".*(MS|_ms|_millis|Millis)")


def bounded(file: File, call: cst.Call, keyword: str, defaults: Defaults) -> Fix:
    """Return the fix that passes the project's timeout as `keyword`.

    Where the project has not said what it is, nobody can know: the fix is then a suggestion
    without edits. A keyword that counts milliseconds gets them.
    """
    if defaults.timeout is None:
        return _asked(keyword)
    value, edits = _written(file, call, keyword, defaults.timeout)
    title = f"Pass `{keyword}={value}`"
    return Fix(title, (*set_keyword(file, call, keyword, value), *edits), Safety.UNSAFE)


def bounded_child(file: File, call: cst.Call, keyword: str, defaults: Defaults) -> Fix:
    """Return the fix that passes the project's timeout where a child process is waited for, and
    ends the child when it is over, as `subprocess.run` does."""
    if defaults.timeout is None:
        return _asked(keyword)
    child, span = getattr(call.func, "value", None), file.span(call)
    if child is None or any(isinstance(item, _MADE) for item in inside([child])):
        raise Unfixable("the child has no name")
    value, imports = _written(file, call, keyword, defaults.timeout)
    edits = (*set_keyword(file, call, keyword, value), *imports)
    title = f"Pass `{keyword}={value}`"
    statement = file.statement(call)
    line = file.parent(statement)
    if not isinstance(statement, _SMALL) or not isinstance(line, cst.SimpleStatementLine):
        raise Unfixable("the statement does more")
    if file.scope(call) is not file.scope(statement):
        raise Unfixable("it is done for several")
    if len(line.body) > 1 or span.line != span.end_line:
        raise Unfixable("the line does not hold it alone")
    expired, more = import_qualified(file, call, _EXPIRED)
    name = file.code(child)
    handler = f"except {expired}:\n    {name}.kill()\n    {name}.wait()\n    raise"
    edits += (*wrap_statements(file, line, line, "try:"), *insert_after(file, line, handler), *more)
    return Fix(f"{title}, and end the child when it is over", edits, Safety.UNSAFE)


def rebounded(
    file: File,
    call: cst.Call,
    parameters: tuple[str, ...],
    position: int | None,
    defaults: Defaults,
    made_with: str | None = None,
) -> Fix | None:
    """Return the fix that passes the project's timeout where `None` is written, by keyword or
    by position; None where it is not. `made_with` is the class of what is passed, if not a
    number."""
    for index, argument in enumerate(call.args):
        if argument.star:
            return None
        keyword = argument.keyword.value if argument.keyword is not None else ""
        if keyword not in parameters if keyword else index != position:
            continue
        if not (isinstance(argument.value, cst.Name) and argument.value.value == "None"):
            continue
        name = keyword or (parameters[0] if parameters else "timeout")
        if defaults.timeout is None:
            return _asked(name)
        value, edits = _written(file, call, name, defaults.timeout)
        if made_with is not None:
            value, edits = _made(file, call, made_with, value, edits)
        given = replace(file, argument.value, value)
        return Fix(f"Pass `{value}` in place of `None`", (*given, *edits), Safety.UNSAFE)
    return None


def _made(
    file: File, call: cst.Call, made_with: str, value: str, edits: tuple[Edit, ...]
) -> Written:
    fact = file.world.fact(TimeoutValue, made_with)
    if fact is None:
        raise Unfixable(f"nobody knows how to make a `{made_with}`")
    module, _, name = made_with.rpartition(".")
    written = import_name(file, call, module, name)
    return Written(f"{written.text}({fact.total}={value})", (*edits, *written.edits))


def _asked(keyword: str) -> Fix:
    title = f"Pass `{keyword}`; with `default-timeout` set, surefoot inserts it"
    return Fix(title, (), Safety.SUGGESTION)


def _written(file: File, call: cst.Call, keyword: str, timeout: float | str) -> Written:
    """How to write a timeout, in milliseconds where the keyword counts those."""
    value, edits = constant(file, call, timeout)
    if _MILLISECONDS.fullmatch(keyword):
        is_name = isinstance(timeout, str)
        value = f"int({value} * 1000)" if is_name else str(int(float(value) * 1000))
    return Written(value, edits)
