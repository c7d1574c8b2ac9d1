"""Edits to the arguments of calls."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.edits.expressions import replace
from surefoot.edits.text import Text, Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_COMMA = re.compile(r"[ \t]*,")
_REST = re.compile(r"[ \t\f]*(#[^\r\n]*)?")


def set_keyword(file: File, call: cst.Call, keyword: str, value: str) -> tuple[Edit, ...]:
    """Give a keyword argument of a call this value; a new one stands before `**options`.

    Arguments on lines of their own get another line.
    """
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == keyword:
            return replace(file, argument.value, value)
    where = text_of(file)
    given = f"{keyword}={value}"
    if not call.args:
        return (_in_empty(file, where, call, given),)
    for argument in call.args:
        if argument.star == "**":
            start, _ = where.range(file.span(argument))
            indent = _own_line(where, start)
            gap = " " if indent is None else where.newline(where.position(start)[0]) + indent
            return (where.edit(start, start, f"{given},{gap}"),)
    return _after(file, where, call, given)


def remove_argument(file: File, call: cst.Call, argument: cst.Arg) -> tuple[Edit, ...]:
    """Take an argument, and the comma that belongs to it, out of a call."""
    where = text_of(file)
    index = next(i for i, item in enumerate(call.args) if item is argument)
    start, end = where.range(file.span(argument))
    if index + 1 < len(call.args):
        follower, _ = where.range(file.span(call.args[index + 1]))
        if "#" in file.text[end:follower]:
            raise Unfixable("a comment stands behind the argument")
        return (where.edit(start, follower, ""),)
    if index:
        _, before = where.range(file.span(call.args[index - 1]))
        if "#" in file.text[before:start]:
            raise Unfixable("a comment stands before the argument")
        return (where.edit(before, end, ""),)
    comma = _COMMA.match(file.text, end)
    return (where.edit(start, comma.end() if comma else end, ""),)


def _in_empty(file: File, where: Text, call: cst.Call, given: str) -> Edit:
    """The edit that gives a call without arguments its first."""
    _, end = where.range(file.span(call))
    inside = end - 1
    if not isinstance(call.whitespace_before_args, cst.SimpleWhitespace):
        raise Unfixable("the parentheses hold a comment or lines of their own")
    blank = len(call.whitespace_before_args.value)
    return where.edit(inside - blank, inside, given)


def _after(file: File, where: Text, call: cst.Call, given: str) -> tuple[Edit, ...]:
    last = call.args[-1]
    start, end = where.range(file.span(last))
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar and last.keyword is None:
        return (where.edit(start, start, "("), where.edit(end, end, f"), {given}"))
    indent = _own_line(where, start)
    if indent is None or _in_short_string(file, call):
        return (where.edit(end, end, f", {given}"),)
    line, _ = where.position(end)
    newline = where.newline(line)
    comma = _COMMA.match(file.text, end)
    rest = _REST.match(file.text, comma.end() if comma else end)
    assert rest is not None
    if where.position(rest.end())[1] <= len(where.line(line)):  # more code follows on the line
        return (where.edit(end, end, f",{newline}{indent}{given}"),)
    if comma:
        return (where.edit(rest.end(), rest.end(), f"{newline}{indent}{given},"),)
    if rest.end() == end:
        return (where.edit(end, end, f",{newline}{indent}{given}"),)
    return (
        where.edit(end, end, ","),
        where.edit(rest.end(), rest.end(), f"{newline}{indent}{given}"),
    )


def _own_line(where: Text, start: int) -> str | None:
    """The indentation of what starts at an index, where it is the first on its line."""
    line, column = where.position(start)
    before = where.line(line)[: column - 1]
    return before if before.strip(" \t\f") == "" else None


def _in_short_string(file: File, call: cst.Call) -> bool:
    """Whether a call stands in an f-string, where lines are not to be broken."""
    return any(isinstance(ancestor, cst.FormattedString) for ancestor in file.ancestors(call))
