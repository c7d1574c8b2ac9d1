"""The text of an exception, and the tests of what it says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside

_MAKES_TEXT = frozenset({"builtins.str", "builtins.repr", "builtins.format", "builtins.ascii"})
_INNER = frozenset({"orig", "reason", "__cause__", "__context__"})
"""Attributes of an exception that hold the one it was made of."""

_SAME_TEXT = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "rstrip"})
_TESTS = frozenset({"startswith", "endswith", "find", "rfind", "index", "count", "__contains__"})
_SEARCHES = frozenset({"re.search", "re.match", "re.fullmatch", "re.findall", "re.compile"})
_CODE = re.compile(
    r"\b[A-Z]{2,8}-?\d{2,}\b|SQLSTATE|\[?(Err\w*|WinError) ?-?\d+|\b\d{3,6}\b"
    r"|^[A-Z][A-Z0-9]*_[A-Z0-9_]+$|^([A-Z][a-z]+){2,}$|^\w+\.\w+(\.\w+)*$|^[a-z]+(_[a-z]+)+$|\b[A-Z]+(_[A-Z]+){2,}\b"
)
"""A word that others agreed upon: `ORA-01017`, `[Errno 2]`, `404`, `ThrottlingException`."""

_SPEAKS = re.compile(r"[^\W_]")
_PATTERN = re.compile(r"\\.|\[[^]]*\]|\(\?P?<?[\w!=:]*>?")
"""What letters in an expression do not stand for themselves: `\\w`, `[a-z]`, `(?P<name>`."""


class Wording(NamedTuple):
    """A test of what the text of an exception says: where, and for which words."""

    node: cst.CSTNode
    words: tuple[str, ...]

    @property
    def is_code(self) -> bool:
        """Whether all it looks for are codes that stand in the text, not words."""
        return bool(self.words) and all(_CODE.search(word) for word in self.words)


def wordings(
    file: File, exceptions: Collection[str], body: Iterable[cst.CSTNode]
) -> Iterator[Wording]:
    """Yield the tests, in statements, of the text of exceptions under these names."""
    return _Reading(file, exceptions, list(body)).tests()


class _Reading:
    def __init__(self, file: File, exceptions: Collection[str], body: list[cst.CSTNode]) -> None:
        self.file = file
        self.exceptions = exceptions
        self.body = body
        self.texts: set[str] = set()

    def tests(self) -> Iterator[Wording]:
        for node in inside(self.body, into=(cst.Lambda,)):
            match node:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value
                ):
                    if self.is_text(value):
                        self.texts.add(name)
                case cst.NamedExpr(target=cst.Name(value=name), value=value):
                    if self.is_text(value):
                        self.texts.add(name)
                case cst.Comparison(left=left, comparisons=[only]):
                    words = self._compared(left, only)
                    if words is not None and any(map(_SPEAKS.search, words)):
                        yield Wording(node, words)
                case cst.Call():
                    words = self._called(node)
                    if words is not None and any(map(_SPEAKS.search, words)):
                        yield Wording(node, words)

    def is_text(self, node: cst.CSTNode) -> bool:
        """Whether an expression is the text of one of the exceptions."""
        match node:
            case cst.Name(value=name):
                return name in self.texts
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=method))):
                return method in _SAME_TEXT and self.is_text(value)
            case cst.Call(args=[cst.Arg(value=value)]):
                return self.file.name(node) in _MAKES_TEXT and (
                    self._is_exception(value) or self._is_first_argument(value)
                )
            case cst.Attribute(value=value, attr=cst.Name(value="message" | "msg")):
                return self._is_exception(value)
            case cst.FormattedString(parts=parts):
                return any(
                    isinstance(part, cst.FormattedStringExpression)
                    and self._is_exception(part.expression)
                    for part in parts
                )
        return self._is_first_argument(node)

    def _is_exception(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Attribute) and node.attr.value in _INNER:
            return self._is_exception(node.value)
        return isinstance(node, cst.Name) and node.value in self.exceptions

    def _is_first_argument(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.Subscript(
                value=cst.Attribute(value=value, attr=cst.Name(value="args")),
                slice=[cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0")))],
            ):
                return self._is_exception(value)
        return False

    def _compared(self, left: cst.CSTNode, only: cst.ComparisonTarget) -> tuple[str, ...] | None:
        match only.operator:
            case cst.In() | cst.NotIn():
                if self.is_text(only.comparator):
                    return self._words(left)
                return self._words(only.comparator) if self.is_text(left) else None
            case cst.Equal() | cst.NotEqual():
                if self.is_text(left):
                    return self._words(only.comparator)
                return self._words(left) if self.is_text(only.comparator) else None
        return None

    def _called(self, node: cst.Call) -> tuple[str, ...] | None:
        match node:
            case cst.Call(
                func=cst.Attribute(value=value, attr=cst.Name(value=method)), args=[first, *_]
            ):
                if method in _TESTS and self.is_text(value):
                    return self._words(first.value)
        match node:
            case cst.Call(args=[pattern, text, *_]):
                if self.is_text(text.value) and self.file.name(node) in _SEARCHES:
                    words = self._words(pattern.value)
                    return words and tuple(_PATTERN.sub("", word) for word in words)
        return None

    def _words(self, node: cst.CSTNode) -> tuple[str, ...] | None:
        """The texts an expression stands for; None if that is not known to be text."""
        match node:
            case (
                cst.Tuple(elements=elements)
                | cst.List(elements=elements)
                | cst.Set(elements=elements)
            ):
                found = [self._words(item.value) for item in elements]
                return tuple(word for words in found for word in words or ()) or None
            case cst.Name(value=name):
                owner = self.file.scope(node).find(name)
                for binding in owner.bindings[name] if owner is not None else ():
                    if binding.kind == "iterate" and isinstance(binding.value, cst.CSTNode):
                        return self._words(binding.value)
                    if isinstance(binding.value, (cst.Tuple, cst.List, cst.Set)):
                        return self._words(binding.value)
            case cst.BaseString():
                value = getattr(node, "evaluated_value", None)
                return (value,) if isinstance(value, str) and value else None
        constant = self.file.constant(node)
        if constant is not None and isinstance(constant[0], str) and constant[0]:
            return (constant[0],)
        return None
