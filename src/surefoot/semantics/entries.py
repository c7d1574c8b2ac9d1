"""Where a program begins: what runs under `__name__ == "__main__"`, and what becomes of the
value it gives."""

from __future__ import annotations

from typing import NamedTuple

import libcst as cst

from surefoot.semantics.circumstances import is_main_guard
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside

_RUNNERS = frozenset({"asyncio.run", "anyio.run", "trio.run", "uvloop.run"})


class Entry(NamedTuple):
    """A function that a program begins with; `is_dropped`: nobody looks at what it returns;
    `is_last`: the program does nothing after it."""

    qualname: str
    is_dropped: bool
    is_last: bool = True


def entries(file: File) -> dict[str, Entry]:
    """Return the functions of a file that run when it is run as a program, by qualname."""
    return file.once(_entries, file.tree.module)


def _entries(file: File, _: cst.Module) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    if "__main__" not in file.text:
        return found
    for guard in file.tree.module.body:
        if not isinstance(guard, cst.If) or not is_main_guard(guard):
            continue
        last = set(inside(body_of(guard.body)[-1:]))
        for node in inside([guard.body]):
            if type(node) is not cst.Call:
                continue
            name = file.call(node).name
            if name in _RUNNERS and node.args and isinstance(node.args[0].value, cst.Call):
                name = file.call(node.args[0].value).name
            if name is None or file.world.function(name) is None:
                continue
            qualname = file.world.split(name)[1]
            parent = file.parent(node)
            entry = Entry(qualname, isinstance(parent, cst.Expr), node in last)
            found.setdefault(qualname, entry)
    for definition in file.tree.module.body if found else ():
        if isinstance(definition, cst.FunctionDef) and definition.name.value in found:
            known = found[definition.name.value]
            inner = _run_last(file, definition)
            if inner is not None and known.is_last:
                found.setdefault(inner, Entry(inner, True))
    return found


def _run_last(file: File, definition: cst.FunctionDef) -> str | None:
    """Return the coroutine, by qualname, that a function runs as its last deed, and of which it
    drops the result."""
    statements = [item for item in body_of(definition.body) if not isinstance(item, cst.Return)]
    while statements and isinstance(statements[-1], cst.Try):
        statements = list(body_of(statements[-1].body))
    match statements[-1:]:
        case [cst.Expr(value=cst.Call(args=[cst.Arg(value=cst.Call() as work), *_]) as run)]:
            name = file.call(work).name if file.call(run).name in _RUNNERS else None
            if name is not None and file.world.function(name) is not None:
                return file.world.split(name)[1]
    return None
