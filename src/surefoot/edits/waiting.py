"""Edits by which a coroutine waits without holding up its event loop."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.expressions import around_awaited
from surefoot.edits.imports import import_module, import_qualified
from surefoot.edits.text import Text, Unfixable, text_of
from surefoot.model import Edit
from surefoot.semantics.file import File

_OTHER_LOOPS = frozenset({"anyio", "curio", "trio", "twisted"})


def await_twin(file: File, call: cst.Call, twin: str) -> tuple[Edit, ...]:
    """Await the function of this full name, given the same arguments, in place of a call."""
    expect_asyncio(file)
    before, after = around_awaited(file, call)
    text, edits = import_qualified(file, call, twin)
    where = text_of(file)
    start, end = _bare(file, where, call)
    _, opening = where.range(file.span(call.func))
    changed = [where.edit(start, opening, f"{before}{text}")]
    if after:
        changed.append(where.edit(end, end, after))
    return (*changed, *edits)


def hand_to_thread(file: File, call: cst.Call) -> tuple[Edit, ...]:
    """Let a thread make a call, and await what it gives; from Python 3.9 on.

    Raises `Unfixable` where the call is entered by `with`, or iterated as it stands.
    """
    expect_asyncio(file)
    if isinstance(file.parent(call), cst.WithItem):
        raise Unfixable("what is entered may have to be left in the same thread")
    if any(isinstance(arg.value, cst.GeneratorExp) and not arg.value.lpar for arg in call.args):
        raise Unfixable("the generator has no parentheses of its own")
    before, after = around_awaited(file, call)
    module, edits = import_module(file, call, "asyncio")
    where = text_of(file)
    start, end = _bare(file, where, call)
    _, behind = where.range(file.span(call.func))
    opening = file.text.index("(", behind)
    if file.text[behind:opening].strip() or call.func.lpar:
        raise Unfixable("the call is written in an unusual way")
    function = file.text[start:behind]
    if call.args:
        first, _ = where.range(file.span(call.args[0]))
        gap = file.text[opening + 1 : first]
        if "\n" in gap or "\r" in gap:  # the function gets a line like those of its arguments
            function = f"{gap}{function}" if not gap.strip() else function
        function += "," if gap else ", "
    changed = [where.edit(start, opening + 1, f"{before}{module}.to_thread({function}")]
    if after:
        changed.append(where.edit(end, end, after))
    return (*changed, *edits)


def await_started(file: File, call: cst.Call, *, is_called: bool) -> tuple[Edit, ...]:
    """Await, in place of a call that starts an event loop, the coroutine it is given; or, where
    that is not called yet, what the function gives for the arguments that follow it."""
    if not call.args or any(arg.keyword is not None or arg.star for arg in call.args):
        raise Unfixable("options are given")
    first, *others = call.args
    if not isinstance(first.value, (cst.Call, cst.Name, cst.Attribute)) or first.value.lpar:
        raise Unfixable("the coroutine is no plain expression")
    if is_called and others:
        raise Unfixable("options are given")
    before, after = around_awaited(file, call)
    where = text_of(file)
    start, end = _bare(file, where, call)
    begin, behind = where.range(file.span(first.value))
    given = "" if is_called else f"({', '.join(file.code(arg.value) for arg in others)})"
    if "#" in file.text[start:begin] or "#" in file.text[behind:end]:
        raise Unfixable("a comment stands around the coroutine")
    text = f"{before}{file.text[begin:behind]}{given}{after}"
    return (where.edit(start, end, text),)


def _bare(file: File, where: Text, call: cst.Call) -> tuple[int, int]:
    """The range of a call that can be awaited as it stands."""
    for ancestor in file.ancestors(call):
        if isinstance(ancestor, (cst.ListComp, cst.SetComp, cst.DictComp)):
            raise Unfixable("one after the other, each would wait for another thread or task")
        if isinstance(ancestor, cst.FunctionDef):
            break
    if call.lpar:
        raise Unfixable("the call stands in parentheses of its own")
    return where.range(file.span(call))


def expect_asyncio(file: File) -> None:
    """Raise `Unfixable` where the event loop may be that of another library."""
    imported = {name.partition(".")[0] for name in file.summary.imports}
    if imported & _OTHER_LOOPS and "asyncio" not in imported:
        raise Unfixable("the event loop may be that of another library")
