"""`return-in-finally`: leaving a `finally` block throws the exception away."""

from __future__ import annotations

import libcst as cst

from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule


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
                self.report(node, f"`{word}` in `finally` throws away any exception on its way out")
                return
            if block.kind == "loop" and word != "return":
                return
            if block.parent is None:
                return
            block = block.parent
