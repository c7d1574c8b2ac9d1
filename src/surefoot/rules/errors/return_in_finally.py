"""`return-in-finally`: leaving a `finally` block throws the exception away."""

from __future__ import annotations

from itertools import islice
from typing import Any

import libcst as cst

from surefoot.edits import insert_after, remove_statement
from surefoot.edits.text import text_of
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import inside

_LEAVES = (cst.Return, cst.Break, cst.Continue, cst.Yield)


class ReturnInFinally(Rule):
    """A `finally` block that is left by `return`, `break` or `continue` throws away the exception
    on its way through.

    Whatever was raised in the `try` block, in a handler, or by a cancelled task or an
    interrupt, disappears without a trace, and so does the value another `return` was about to
    give. Let `finally` only clean up, and put what follows after it. From Python 3.14 the
    compiler warns of it as well.
    """

    code = "SF204"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            def store(lock, record):
                done = False
                try:
                    record.write()
                    done = True
                finally:
                    lock.release()
                    return done  # whatever happened
            """,
            fixed="""
            def store(lock, record):
                done = False
                try:
                    record.write()
                    done = True
                finally:
                    lock.release()
                return done  # whatever happened
            """,
        ),
        Bad(
            """
            def load(source):
                data = None
                try:
                    data = source.read()
                finally:
                    return data
            """
        ),
        Bad(
            """
            def drain(queue):
                while True:
                    try:
                        queue.get()
                    finally:
                        break
            """
        ),
        Bad(
            """
            def deliver(messages, send):
                for message in messages:
                    try:
                        send(message)
                    finally:
                        continue
            """
        ),
        Bad(
            """
            def load(source):
                try:
                    return source.read()
                finally:
                    for handle in source.handles:
                        if handle.stale:
                            return None
            """
        ),
        Bad(
            """
            async def load(source):
                try:
                    return await source.read()
                except OSError:
                    raise
                finally:
                    try:
                        await source.close()
                    except OSError:
                        return None
            """
        ),
        Good(
            """
            def load(source):
                try:
                    return source.read()
                finally:
                    source.close()
            """,
            because="the block only cleans up",
        ),
        Good(
            """
            def load(source):
                try:
                    return source.read()
                finally:
                    for handle in source.handles:
                        if handle.stale:
                            break
                        if handle.shared:
                            continue
                        handle.close()
            """,
            because="the loop in the block is left, not the block",
        ),
        Good(
            """
            def load(source):
                try:
                    return source.read()
                finally:
                    def close():
                        return source.close()
                    defer(close)
            """,
            because="the function in the block is left, not the block",
        ),
        Good(
            """
            def load(source):
                try:
                    return source.read()
                finally:
                    source.on_close(lambda: None)
                    rest = [item for item in source if item]
            """,
            because="a lambda and a comprehension leave nothing",
        ),
        Good(
            """
            def load(source):
                try:
                    data = source.read()
                except OSError:
                    return None
                else:
                    return data
            """,
            because="there is no `finally`",
        ),
        Good(
            """
            def sweep(items):
                for item in items:
                    try:
                        item.sweep()
                    finally:
                        while item.busy:
                            item.wait()
                        else:
                            item.free()
                    if item.last:
                        break
            """,
            because="the loop is left after the block",
        ),
    )

    def visit_Return(self, node: cst.Return) -> None:
        self._check(node, "return")

    def visit_Break(self, node: cst.Break) -> None:
        self._check(node, "break")

    def visit_Continue(self, node: cst.Continue) -> None:
        self._check(node, "continue")

    def _check(self, node: cst.CSTNode, word: str) -> None:
        block = self.file.block(node)
        while block.kind not in ("function", "lambda", "class", "module"):
            if block.kind == "finally":
                self.report(
                    node,
                    f"`{word}` in `finally` throws away any exception on its way out",
                    fix_data=(),
                )
                return
            if block.kind == "loop" and word != "return":
                return
            if block.parent is None:
                return
            block = block.parent

    def fix_at(self, node: Any) -> Fix | None:
        """Put a last `return` behind the statement, where nothing else leaves that."""
        line, suite, final, statement = islice(self.file.ancestors(node), 4)
        if not isinstance(final, cst.Finally) or not isinstance(node, cst.Return):
            return None
        if len(line.body) > 1 or suite.body[-1] is not line:
            return None
        if any(isinstance(item, _LEAVES) for item in inside([statement]) if item is not node):
            return None
        where, span = text_of(self.file), self.file.span(node)
        if span.line != span.end_line:
            return None
        if len(suite.body) > 1:
            removed = remove_statement(self.file, node)
        else:
            start = where.offset(self.file.span(final).line, 1)
            end = where.offset(span.end_line + 1, 1)
            if not statement.handlers or "#" in where.text[start:end]:
                return None
            removed = (where.edit(start, end, ""),)
        text = where.line(span.line)[span.column - 1 :].rstrip()
        edits = (*removed, *insert_after(self.file, statement, text))
        return Fix("Return after the statement", edits, Safety.UNSAFE)
