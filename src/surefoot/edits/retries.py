"""The fixes that give a retry policy the limit and the pause a project has chosen."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.arguments import set_keyword
from surefoot.edits.handlers import answer_last
from surefoot.edits.imports import constant, import_name, import_qualified
from surefoot.edits.statements import insert_before
from surefoot.edits.text import Unfixable, text_of
from surefoot.edits.waiting import expect_asyncio
from surefoot.facts.kinds import RetrySettings
from surefoot.model import Defaults, Edit, Fix, Safety
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside
from surefoot.semantics.retry_loops import RetryLoop

_SLEEP = {False: "time.sleep", True: "asyncio.sleep"}


def limited(file: File, node: cst.BaseExpression, fact: RetrySettings, defaults: Defaults) -> Fix:
    """Return the fix that has a policy give up after as many calls as the project wants."""
    if fact.stop is None:
        raise Unfixable("nobody knows what limits it")
    if defaults.retries is None:
        title = f"Pass `{fact.stop}`; with `default-retries` set, surefoot inserts it"
        return Fix(title, (), Safety.SUGGESTION)
    number, edits = constant(file, node, defaults.retries)
    return _set(file, node, fact.stop, _made(file, node, fact.stop_with, "", number), edits)


def paused(file: File, node: cst.BaseExpression, fact: RetrySettings, defaults: Defaults) -> Fix:
    """Return the fix that has a policy wait between calls for as long as the project wants."""
    if fact.pause is None:
        raise Unfixable("nobody knows what makes it wait")
    if defaults.backoff is None:
        title = f"Pass `{fact.pause}`; with `default-backoff` set, surefoot inserts it"
        return Fix(title, (), Safety.SUGGESTION)
    seconds, edits = constant(file, node, defaults.backoff)
    if fact.milliseconds:
        is_name = isinstance(defaults.backoff, str)
        seconds = f"int({seconds} * 1000)" if is_name else str(int(float(seconds) * 1000))
    made = _made(file, node, fact.pause_with, f"{fact.pause_argument}=", seconds)
    return _set(file, node, fact.pause, made, edits)


def slowed(file: File, loop: RetryLoop, defaults: Defaults) -> Fix:
    """Return the fix that has a hand-written loop wait, after a failure, for a random time: up to
    what the project wants, and up to twice as long each time where the attempts have numbers."""
    if defaults.backoff is None:
        title = "Wait before the next attempt; with `default-backoff` set, surefoot inserts it"
        return Fix(title, (), Safety.SUGGESTION)
    last = [body_of(handler.body)[-1] for handler in loop.again]
    bodies = [handler.body for handler in loop.again]
    if any(isinstance(item, cst.Continue) and item not in last for item in inside(bodies)):
        raise Unfixable("there are several ways to the next attempt")
    at = loop.again[0]
    seconds, edits = constant(file, at, defaults.backoff)
    uniform, more = import_qualified(file, at, "random.uniform")
    longest = seconds
    if isinstance(loop.node, cst.For) and loop.counter and not loop.counter.startswith("_"):
        longest = f"2**{loop.counter}" if seconds == "1" else f"{seconds} * 2**{loop.counter}"
    sleep, imports = import_qualified(file, at, _SLEEP[file.in_async(at)])
    text = f"{sleep}({uniform}(0, {longest}))"
    if file.in_async(at):
        expect_asyncio(file)
        text = f"await {text}"
    for handler, final in zip(loop.again, last, strict=True):
        if isinstance(final, cst.Continue):
            edits += insert_before(file, final, text)
        else:
            edits += answer_last(file, handler, text)
    return Fix("Wait before the next attempt", (*edits, *more, *imports), Safety.UNSAFE)


def _made(
    file: File, node: cst.CSTNode, maker: str | None, before: str, value: str
) -> tuple[str, tuple[Edit, ...]]:
    """A value as a policy takes it: alone, or given to what makes a condition of it."""
    if maker is None:
        return value, ()
    module, _, name = maker.rpartition(".")
    written = import_name(file, node, module, name)
    return f"{written.text}({before}{value})", written.edits


def _set(
    file: File,
    node: cst.BaseExpression,
    keyword: str,
    made: tuple[str, tuple[Edit, ...]],
    edits: tuple[Edit, ...],
) -> Fix:
    value, imports = made
    title = f"Pass `{keyword}={value}`"
    if isinstance(node, cst.Call):
        if any(not item.star and item.keyword is None for item in node.args[1:]):
            raise Unfixable("what is given by position may be just this")
        given = set_keyword(file, node, keyword, value)
    else:
        where = text_of(file)
        _, end = where.range(file.span(node))
        given = (where.edit(end, end, f"({keyword}={value})"),)
    return Fix(title, (*given, *edits, *imports), Safety.UNSAFE)
