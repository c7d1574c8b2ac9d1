"""Edits to expressions."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.edits.text import Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_LOCKS = re.compile(r"(?i)lock|mutex|semaphore|condition")
_ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.BaseNumber,
    cst.SimpleString,
    cst.FormattedString,
    cst.Ellipsis,
    cst.List,
    cst.Set,
    cst.Dict,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
)
_LOOSE = (cst.Tuple, cst.Yield, cst.NamedExpr, cst.GeneratorExp)
_LOOSER = (cst.BooleanOperation, cst.IfExp)
_ALONE = (
    cst.Arg,
    cst.Assign,
    cst.AnnAssign,
    cst.AugAssign,
    cst.Return,
    cst.Expr,
    cst.Element,
    cst.DictElement,
    cst.Index,
    cst.Param,
    cst.Assert,
    cst.Raise,
    cst.If,
    cst.While,
    cst.For,
    cst.Annotation,
)


def replace(file: File, node: cst.BaseExpression, text: str) -> tuple[Edit, ...]:
    """Put the expression `text` in the place of a node, in parentheses where it needs them."""
    try:
        new = cst.parse_expression(text)
    except cst.ParserSyntaxError:
        raise Unfixable(f"`{text}` is no expression") from None
    where = text_of(file)
    start, end = where.range(file.span(node))
    if not node.lpar and (_needs_parentheses(file, node, new) or _would_stick(file.text, start)):
        text = f"({text})"
    return (where.edit(start, end, text),)


def rename_attribute(file: File, attribute: cst.Attribute, name: str) -> tuple[Edit, ...]:
    """Ask for another attribute of the same thing."""
    where = text_of(file)
    _, end = where.range(file.span(attribute))
    return (where.edit(end - len(attribute.attr.value), end, name),)


def insert_await(file: File, node: cst.BaseExpression) -> tuple[Edit, ...]:
    """Await an expression that a coroutine evaluates."""
    before, after = around_awaited(file, node)
    where = text_of(file)
    start, end = where.range(file.span(node))
    return (where.edit(start, start, before), *([where.edit(end, end, after)] if after else []))


def surround(file: File, call: cst.Call, before: str, after: str) -> tuple[Edit, ...]:
    """Put text before and after a call, such as that of another call around it."""
    where = text_of(file)
    start, end = where.range(file.span(call))
    if call.lpar or _would_stick(file.text, start):
        raise Unfixable("the call is written in an unusual way")
    _, opening = where.range(file.span(call.func))
    inner = file.text[start:opening]
    return (where.edit(start, opening, f"{before}{inner}"), where.edit(end, end, after))


def rewrite(file: File, node: cst.CSTNode, text: str) -> tuple[Edit, ...]:
    """Put text in the place of a node, a small statement for instance, as it is."""
    where = text_of(file)
    return (where.edit(*where.range(file.span(node)), text),)


def insert_behind(file: File, node: cst.CSTNode, text: str) -> tuple[Edit, ...]:
    """Put text right behind a node."""
    where = text_of(file)
    _, end = where.range(file.span(node))
    return (where.edit(end, end, text),)


def around_awaited(file: File, node: cst.BaseExpression) -> tuple[str, str]:
    """Return what must stand before and after an expression for a coroutine to await it.

    Raises `Unfixable` where nothing can be awaited, and where a lock of threads is held: the
    tasks that run meanwhile might want it.
    """
    if not file.in_async(node):
        raise Unfixable("only a coroutine can await")
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, cst.GeneratorExp):
            raise Unfixable("`await` would make another generator of it")
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            break
        if isinstance(ancestor, cst.With) and ancestor.asynchronous is None:
            for item in ancestor.items:
                if _LOCKS.search(f"{file.type_of(item.item)} {file.code(item.item)}"):
                    raise Unfixable("a lock is held")
    if node.lpar:
        return "await ", ""
    match file.parent(node):
        case (
            cst.Attribute(value=held)
            | cst.Subscript(value=held)
            | cst.Call(func=held)
            | cst.Await(expression=held)
        ) if held is node:
            return "(await ", ")"
    return "await ", ""


def _needs_parentheses(file: File, node: cst.BaseExpression, new: cst.BaseExpression) -> bool:
    if isinstance(new, _ATOMS) or new.lpar:
        match new, file.parent(node):
            case cst.Integer(), cst.Attribute():
                return True
        return False
    if isinstance(new, _LOOSE):
        return True
    if isinstance(new, cst.Comparison) and isinstance(file.parent(node), _LOOSER):
        return False
    return not isinstance(file.parent(node), _ALONE)


def _would_stick(text: str, start: int) -> bool:
    """Whether a word stands right before, as in `1if x else[2]`."""
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_")
