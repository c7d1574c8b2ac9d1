"""`cli-failure-exits-zero`: a program fails and reports success."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import libcst as cst

from surefoot.edits import answer_last, import_module, replace, replace_statement
from surefoot.edits.text import text_of
from surefoot.facts.kinds import EndsProgram
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.circumstances import is_main_guard
from surefoot.semantics.entries import entries
from surefoot.semantics.handlers import (
    Response,
    body_of,
    caught_by,
    inside,
    last_name,
    response_to_call,
)
from surefoot.semantics.remarks import says_lenient

_SHOWS = frozenset(
    {"echo", "flush", "format", "pprint", "print", "print_exc", "print_exception", "secho", "write"}
)


class CliFailureExitsZero(Rule):
    """A program catches every failure, tells it, and ends with exit status 0.

    Schedulers, pipelines and `&&` look at the exit status and nothing else. A nightly job that
    prints "failed" and ends with 0 is green, every night, until somebody needs what it did not
    do. Let the exception pass, or end with `sys.exit(1)`.
    """

    code = "SF1105"
    severity = Severity.ERROR
    examples = (
        Bad(
            """
            def main():
                try:
                    run()
                except Exception as error:
                    print(f"failed: {error}")

            def run(): ...

            if __name__ == "__main__":
                main()
            """,
            fixed="""
            import sys


            def main():
                try:
                    run()
                except Exception as error:
                    print(f"failed: {error}")
                    sys.exit(1)

            def run(): ...

            if __name__ == "__main__":
                main()
            """,
        ),
        Bad(
            """
            import logging

            import click

            @click.command()
            def sync():
                try:
                    work()
                except Exception:
                    logging.exception("sync failed")
            """
        ),
        Bad(
            """
            import asyncio
            import logging
            import sys

            async def main():
                try:
                    await work()
                except Exception:
                    logging.exception("failed")
                    return 1

            if __name__ == "__main__":
                asyncio.run(main())
            """,
            fixed="""
            import asyncio
            import logging
            import sys

            async def main():
                try:
                    await work()
                except Exception:
                    logging.exception("failed")
                    sys.exit(1)

            if __name__ == "__main__":
                asyncio.run(main())
            """,
        ),
        Bad(
            """
            import sys

            def report(path):
                try:
                    send(path)
                except Exception as error:
                    print("cannot send:", error)
                    sys.exit(0)
            """,
            fixed="""
            import sys

            def report(path):
                try:
                    send(path)
                except Exception as error:
                    print("cannot send:", error)
                    sys.exit(1)
            """,
        ),
        Bad(
            """
            import traceback

            if __name__ == "__main__":
                try:
                    work()
                except Exception:
                    traceback.print_exc()
            """
        ),
        Good(
            """
            import logging
            import sys

            def main():
                try:
                    run()
                except Exception:
                    logging.exception("failed")
                    return 1
                return 0

            def run(): ...

            if __name__ == "__main__":
                sys.exit(main())
            """,
            because="the status is handed on",
        ),
        Good(
            """
            import logging

            def cached():
                try:
                    return open("c").read()
                except Exception:
                    logging.warning("no cache")
                return rebuild()

            def main():
                try:
                    print(cached())
                except Exception:
                    logging.warning("no cache")
                print("done")

            if __name__ == "__main__":
                main()
            """,
            because="the work goes on after the failure",
        ),
        Good(
            """
            import sys

            import click

            @click.command()
            def sync():
                try:
                    work()
                except Exception as error:
                    click.echo(error)
                    raise click.ClickException("failed")

            def main():
                try:
                    work()
                except Exception as error:
                    print(error)
                    sys.exit(1)

            def quit_program():
                try:
                    work()
                except KeyboardInterrupt:
                    print("bye")
                    sys.exit(0)

            if __name__ == "__main__":
                main()
            """,
            because="the failure is handed on, and stopping a program by Ctrl-C is none",
        ),
        Good(
            """
            def main():
                status = 0
                try:
                    work()
                except Exception as error:
                    print(error)
                    status = 1
                finally:
                    finish(status)

            def loop():
                while True:
                    try:
                        work()
                    except Exception as error:
                        print(error)

            if __name__ == "__main__":
                main()
                loop()
            """,
            because="the failure is remembered, and a loop goes on",
        ),
        Good(
            """
            import logging

            def warm_up(tokens):
                try:
                    tokens.load()
                except Exception:
                    logging.exception("the keys will be loaded by the first request")

            if __name__ == "__main__":
                warm_up(make_tokens())
                serve()
            """,
            because="it is a step, and the program goes on to its work",
        ),
        Bad(
            """
            import asyncio
            import logging

            import typer

            app = typer.Typer()

            @app.command()
            def pull():
                try:
                    work()
                except Exception as error:
                    typer.echo(f"pull failed: {error}")
                    raise typer.Exit()

            async def run():
                try:
                    await work()
                except Exception:
                    logging.exception("nightly job failed")

            def main():
                try:
                    asyncio.run(run())
                except Exception as error:
                    logging.critical("crashed: %s", error)
                    return 2
                return 0

            if __name__ == "__main__":
                main()
            """,
            count=3,
        ),
        Good(
            """
            import asyncio
            import logging
            import sys

            import typer

            app = typer.Typer()

            @app.command()
            def pull():
                try:
                    work()
                except Exception as error:
                    typer.echo(f"pull failed: {error}")
                    raise typer.Exit(code=1)

            async def warm_up():
                try:
                    await work()
                except Exception:
                    logging.exception("the first request will load it")

            def main():
                try:
                    asyncio.run(warm_up())
                    serve()
                except Exception as error:
                    logging.critical("crashed: %s", error)
                    return 2
                return 0

            if __name__ == "__main__":
                sys.exit(main())
            """,
            because="the status is not 0, or there is other work to do",
        ),
        Good(
            """
            def main():
                try:
                    publish()
                except Exception as error:  # best effort: the report is an extra
                    print("cannot publish", error)

            if __name__ == "__main__":
                main()
            """,
            because="the author says that it may fail",
        ),
    )

    def visit_Try(self, node: cst.Try) -> None:
        for handler in node.handlers:
            if not caught_by(self.file, handler).everything or _is_meant(handler):
                continue
            ends = [call for call in self._endings(handler) if self._is_success(call)]
            if ends:
                if self._tells(handler, ends[0]):
                    self.report(
                        ends[0],
                        "every failure ends the program here with exit status 0, success",
                        fix_data=(),
                    )
                continue
            name = self._entry(node, handler)
            if name is not None and self._tells(handler, None):
                self.report(
                    handler,
                    f"when it fails, {name} says so and ends with exit status 0, success",
                    confidence=Confidence.HIGH,
                    fix_data=(),
                )

    def fix_at(self, node: Any) -> Fix | None:
        """End with exit status 1: in the call that ends the program, or last in the handler."""
        title = "End with exit status 1"
        if isinstance(node, cst.Call):
            if len(node.args) == 1:
                edits = replace(self.file, node.args[0].value, "1")
                return Fix(title, edits, Safety.UNSAFE)
            where = text_of(self.file)
            _, end = where.range(self.file.span(node))
            return Fix(title, (where.edit(end - 1, end - 1, "1"),), Safety.UNSAFE)
        returns = [item for item in inside([node.body]) if isinstance(item, cst.Return)]
        last = body_of(node.body)[-1]
        if any(item is not last for item in returns):
            return None
        written = import_module(self.file, node, "sys")
        text = f"{written.text}.exit(1)"
        if returns:
            edits = replace_statement(self.file, last, text)
        else:
            edits = answer_last(self.file, node, text)
        return Fix(title, (*edits, *written.edits), Safety.UNSAFE)

    def _entry(self, node: cst.Try, handler: cst.ExceptHandler) -> str | None:
        """Return what a program begins with, if it ends with this statement and nobody hears
        of what the handler returns."""
        suite = self.file.parent(node)
        if not isinstance(suite, cst.IndentedBlock) or not _is_last(node, suite):
            return None
        if node.finalbody is not None and any(
            type(item) is cst.Call for item in inside([node.finalbody.body])
        ):
            return None
        around = self.file.parent(suite)
        returned = [
            item.value
            for item in inside([handler.body])
            if isinstance(item, cst.Return) and item.value is not None
        ]
        if isinstance(around, cst.If):
            return "the program" if is_main_guard(around) and not returned else None
        if not isinstance(around, cst.FunctionDef):
            return None
        name = f"`{around.name.value}`"
        entry = entries(self.file).get(self.file.scope_of(around).qualname)
        if entry is not None:
            dropped = entry.is_dropped and all(
                isinstance(value, (cst.Integer, cst.Name)) for value in returned
            )
            return name if entry.is_last and (not returned or dropped) else None
        if "cli" in self.file.roles.get(self.file.scope_of(around).qualname, ()):
            return name if not returned else None
        return None

    def _tells(self, handler: cst.ExceptHandler, ending: cst.Call | None) -> bool:
        """Whether a handler tells the failure and does nothing else about it."""
        told = False
        for item in inside(body_of(handler.body)):
            if item is ending:
                continue
            match item:
                case cst.Call():
                    response = response_to_call(self.file, item)
                    if Response.RAISES in response:
                        return False
                    if Response.REPORTS in response or last_name(item.func) in _SHOWS:
                        told = True
                    elif self._may_act(item):
                        return False
                case cst.Raise() if ending is None:
                    return False
                case cst.Assign() | cst.AugAssign() | cst.AnnAssign() | cst.If() | cst.Try():
                    return False
                case cst.For() | cst.While() | cst.Continue() | cst.Break() | cst.Yield():
                    return False
        return told

    def _may_act(self, call: cst.Call) -> bool:
        """Whether a call may do something about the failure: not so for one that only makes a
        text, as an argument of what shows it."""
        parent = self.file.parent(call)
        return isinstance(parent, (cst.Expr, cst.Await))

    def _endings(self, handler: cst.ExceptHandler) -> Iterator[cst.Call]:
        for item in inside([handler.body]):
            if type(item) is cst.Call and self.file.call(item).fact(EndsProgram) is not None:
                yield item

    def _is_success(self, call: cst.Call) -> bool:
        """Whether a call ends the process with exit status 0."""
        if not call.args:
            return True
        known = self.file.call(call)
        fact = known.fact(EndsProgram)
        if fact is None:
            return False
        constant = known.arguments.constant(fact.parameter or (), fact.position)
        return constant is not None and constant[0] in (0, None, False)


def _is_last(node: cst.Try, suite: cst.IndentedBlock) -> bool:
    """Whether nothing comes after a statement but the answer that all went well."""
    match suite.body[suite.body.index(node) + 1 :]:
        case []:
            return True
        case [cst.SimpleStatementLine(body=[cst.Return(value=value)])]:
            return value is None or (isinstance(value, cst.Integer) and value.value == "0")
    return False


def _is_meant(handler: cst.ExceptHandler) -> bool:
    """Whether a comment at the head of a handler says that failing does no harm."""
    nodes: list[cst.CSTNode] = [*handler.leading_lines]
    if isinstance(handler.body, cst.IndentedBlock):
        nodes.append(handler.body.header)
        first = handler.body.body[0] if handler.body.body else None
        if isinstance(first, cst.SimpleStatementLine):
            nodes += first.leading_lines
    return says_lenient(nodes)
