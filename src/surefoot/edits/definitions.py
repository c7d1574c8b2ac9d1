"""Edits to the heads of functions: decorators and annotations."""

from __future__ import annotations

import io
import re
import tokenize

import libcst as cst

from surefoot.edits.statements import first_line
from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_EQUALS = re.compile(r"[ \t]*=[ \t]*")


def add_decorator(
    file: File, definition: cst.FunctionDef | cst.ClassDef, text: str, *, outermost: bool = False
) -> tuple[Edit, ...]:
    """Decorate a function or class, next to its `def` or around all other decorators."""
    where = text_of(file)
    line = first_line(file, definition) if outermost else file.extent(definition)[0]
    start = where.offset(line, 1)
    return (where.edit(start, start, f"{where.indent(line)}@{text}{where.newline(line)}"),)


def remove_decorator(file: File, decorator: cst.Decorator) -> tuple[Edit, ...]:
    """Take the lines of a decorator away."""
    where = text_of(file)
    span = file.span(decorator)
    start = where.offset(span.line, 1)
    return (where.edit(start, where.offset(span.end_line + 1, 1), ""),)


def annotate_parameter(file: File, param: cst.Param, annotation: str) -> tuple[Edit, ...]:
    """Say what type a parameter has that says nothing."""
    if param.annotation is not None:
        raise Unfixable("the parameter has an annotation")
    where = text_of(file)
    start, _ = where.range(file.span(param))
    end = start + len(param.star if isinstance(param.star, str) else "") + len(param.name.value)
    if not file.text.startswith(param.name.value, end - len(param.name.value)):
        raise Unfixable("the parameter is written in an unusual way")
    if param.default is None:
        return (where.edit(end, end, f": {annotation}"),)
    equals = _EQUALS.match(file.text, end)
    if equals is None:
        raise Unfixable("the default is written in an unusual way")
    return (where.edit(end, equals.end(), f": {annotation} = "),)


def annotate_return(file: File, function: cst.FunctionDef, annotation: str) -> tuple[Edit, ...]:
    """Say what type a function gives that says nothing."""
    if function.returns is not None:
        raise Unfixable("the function has an annotation")
    where = text_of(file)
    first = file.extent(function)[0]
    at = _closing(file.text[where.offset(first, 1) :], first)
    start = where.offset(*at)
    return (where.edit(start, start, f" -> {annotation}"),)


def _closing(text: str, first: int) -> tuple[int, int]:
    """The position behind the parenthesis that ends the parameters."""
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type != tokenize.OP:
                continue
            depth += (token.string in "([{") - (token.string in ")]}")
            if token.string == ")" and depth == 0:
                line, column = token.end
                return first + line - 1, column + 1
    except (tokenize.TokenError, SyntaxError):
        pass
    raise Unfixable("the head of the function is written in an unusual way")
