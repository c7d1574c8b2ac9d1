"""What one file tells the linker about its `try` statements: plain data about their handlers."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from surefoot.model import Note
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.summary import Symbol

_BROAD = frozenset({"Exception", "BaseException", "RetryError"})
_UNTRIED = frozenset(
    {"AttributeError", "ImportError", "IndexError", "KeyError", "ModuleNotFoundError"}
    | {"NameError", "StopIteration", "StopAsyncIteration", "SystemExit", "KeyboardInterrupt"}
    | {"GeneratorExit", "UnicodeDecodeError", "AssertionError", "CancelledError"}
)


@dataclass(frozen=True)
class Attempt:
    """A `try` as its file tells of it: its body stands between two places.

    `handlers` are the places of its handlers and the symbols of what they catch; none where one
    of them catches everything. `alone`: its body is one statement.
    """

    first: int
    last: int
    handlers: tuple[tuple[int, Symbol], ...]
    alone: bool
    place: int
    scope: str


def attempt_note(file: File, node: cst.Try) -> tuple[object, ...] | None:
    """Return the plain data about a `try` that catches named exceptions, or that lies in
    another one and catches everything; None for any other."""
    if not node.handlers:
        return None
    types = [handler.type for handler in node.handlers]
    words = [last_name(item) for kind in types for item in _listed(kind)]
    place = file.tree.place
    first, last = place(node.body), place(node.handlers[0])
    if None in types or not _BROAD.isdisjoint(words):
        return ("try", first, last, (), False) if _is_nested(file, node) else None
    if all(word in _UNTRIED for word in words):
        return None
    handlers = tuple((place(item), file.symbol(item.type)) for item in node.handlers)
    return ("try", first, last, handlers, len(body_of(node.body)) == 1)


def _listed(kind: cst.BaseExpression | None) -> list[cst.BaseExpression]:
    match kind:
        case cst.Tuple(elements=elements):
            return [element.value for element in elements]
        case cst.BaseExpression():
            return [kind]
    return []


def _is_nested(file: File, node: cst.Try) -> bool:
    block = file.block(node)
    while block.kind not in ("function", "module", "class", "lambda"):
        if block.kind == "try":
            return True
        if block.parent is None:
            return False
        block = block.parent
    return False


def attempt_of_note(note: Note) -> Attempt:
    """Return the `try` that a note of `attempt_note` describes."""
    _, first, last, handlers, alone = note.data
    return Attempt(first, last, handlers, bool(alone), note.place, note.scope)  # type: ignore[arg-type]
