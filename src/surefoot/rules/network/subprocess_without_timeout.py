"""`subprocess-without-timeout`: waiting for a child process without an upper bound."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import bounded, bounded_child
from surefoot.facts.kinds import Timeout
from surefoot.linking.effects import said_caller
from surefoot.linking.project import Project, full_name
from surefoot.model import Confidence, Defaults, Fix, Note, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call, LinkedCall
from surefoot.semantics.file import is_test_path
from surefoot.semantics.summary import At
from surefoot.semantics.timeouts import Bound, bound_of

_SERVING = frozenset({"handler", "job", "worker"})
_HOPS = 2


class SubprocessWithoutTimeout(Rule):
    """A child process that is waited for without an upper bound.

    A program that asks for a password, waits for a lock or hangs on the network never comes
    back, and with it the request or job that started it. In scripts that is what the user
    expects; in a handler or a job it takes a worker out of service, and a coroutine never ends.

    Pass `timeout`, and kill and reap the child when it has run out.
    """

    code = "SF104"
    severity = Severity.INFO
    confidence = Confidence.LOW
    facts = (Timeout,)
    examples = (
        Bad(
            """
            import subprocess

            def convert(path):
                subprocess.run(["convert", path, "out.png"], check=True)
            """,
            fixed="""
            import subprocess

            def convert(path):
                subprocess.run(["convert", path, "out.png"], check=True, timeout=60)
            """,
            defaults=Defaults(timeout=60),
        ),
        Bad(
            """
            import subprocess
            from celery import shared_task

            @shared_task
            def convert(path):
                return subprocess.check_output(["convert", path, "-"])
            """
        ),
        Bad(
            """
            import asyncio

            async def convert(path):
                child = await asyncio.create_subprocess_exec("convert", path)
                await child.communicate()
            """
        ),
        Bad(
            """
            import subprocess

            def convert(path):
                child = subprocess.Popen(["convert", path])
                child.communicate()
            """,
            fixed="""
            import subprocess

            def convert(path):
                child = subprocess.Popen(["convert", path])
                try:
                    child.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                    raise
            """,
            defaults=Defaults(timeout=60),
        ),
        Bad(
            """
            # file: shell.py
            import subprocess

            def output_of(*words):
                return subprocess.check_output(words, text=True)
            # file: jobs.py
            from celery import shared_task
            from shell import output_of

            @shared_task
            def back_up(name):
                return output_of("pg_dump", name)
            """
        ),
        Good(
            """
            import subprocess

            def convert(path):
                subprocess.run(["convert", path, "out.png"], check=True, timeout=60)
            """,
            because="the wait is bounded",
        ),
        Good(
            """
            import asyncio

            async def convert(path):
                child = await asyncio.create_subprocess_exec("convert", path)
                await asyncio.wait_for(child.communicate(), 60)
            """,
            because="`wait_for` bounds it",
        ),
        Good(
            """
            import subprocess
            import sys

            def main():
                sys.exit(subprocess.call(["vim", "notes.txt"]))
            """,
            because="the process has nothing to do but to wait for its child",
        ),
        Good(
            """
            import subprocess

            def stop(child: subprocess.Popen):
                child.kill()
                child.wait()
            """,
            because="a killed child ends",
        ),
        Good(
            """
            import subprocess

            def convert(path):
                child = subprocess.Popen(["convert", path], stdout=subprocess.PIPE)
                try:
                    output, _ = child.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    child.kill()
                return child.wait()
            """,
            because="after `communicate` the child has ended",
        ),
    )

    def check_call(self, call: Call, fact: Timeout) -> None:
        if fact.wait != "subprocess" or fact.default is not None or At.DEADLINE in call.at:
            return
        if bound_of(call, fact) is Bound.POSSIBLE or At.TEARDOWN in call.at:
            return
        if call.node is None:
            name = full_name(call.module, call.function)
            self._report(call, "", call.shown, name, At.ASYNC in call.at, _fixable(call, fact))
        elif not self._is_the_end(call):
            is_async = At.ASYNC in call.at and not self._is_handed_in(call)
            self.note(call.node, call.shown, call.function, is_async, _fixable(call, fact))

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            shown, function, is_async, fix_data = note.data
            name = full_name(examination.module, str(function))
            self._report(note, examination.path, str(shown), name, bool(is_async), fix_data)  # type: ignore[arg-type]

    def _report(
        self,
        where: Call | Note,
        path: str,
        shown: str,
        function: str,
        is_async: bool,
        fix_data: tuple[object, ...] | None,
    ) -> None:
        way = self._served_by(function)
        serving = way is not None
        self.report(
            where,
            f"waiting for `{shown}` has no upper bound",
            path=path,
            severity=Severity.WARNING if serving else None,
            confidence=Confidence.MEDIUM if serving or is_async else None,
            chain=[Link(call.path, call.place, f"`{said_caller(call)}` calls it") for call in way]
            if way
            else (),
            fix_data=fix_data,
        )

    def _served_by(self, function: str, hops: int = _HOPS) -> list[LinkedCall] | None:
        """The calls on the way from a handler or a job to a function, nearest first; None where
        there is no such way."""
        if _SERVING & self.project.roles.get(function, set()):
            return []
        for call in self.project.callers.get(function, ()) if hops else ():
            if At.DEADLINE in call.at or is_test_path(call.path):
                continue
            way = self._served_by(full_name(call.module, call.function), hops - 1)
            if way is not None:
                return [call, *way]
        return None

    def fix_at(self, node: Any, parameter: str, is_child: bool) -> Fix:
        if is_child:
            return bounded_child(self.file, node, parameter, self.defaults)
        return bounded(self.file, node, parameter, self.defaults)

    def _is_handed_in(self, call: Call) -> bool:
        """Whether the function is given the child, so that its caller may bound the wait."""
        assert call.node is not None
        function = self.file.function(call.node)
        match call.node.func:
            case cst.Attribute(value=cst.Name(value=name)) if function is not None:
                given = [*function.params.posonly_params, *function.params.params]
                return any(param.name.value == name for param in given)
        return False

    def _is_the_end(self, call: Call) -> bool:
        """Whether the child has ended or been told to, or its exit status is the process's own."""
        assert call.node is not None
        parent = self.file.parent(call.node)
        outer = self.file.parent(parent) if parent is not None else None
        if self.file.name(outer) == "sys.exit":
            return True
        receiver = call.receiver
        if receiver is None:
            return False
        function = self.file.function(call.node)
        for node in self.file.tree.of(type(call.node)):
            other = self.file.call(node)
            told = (other.name or "").endswith((".kill", ".terminate"))
            if (other.name or "").endswith(".communicate") and other is not call:
                told = self.file.tree.place(node) < call.place
            if told and other.receiver == receiver and self.file.function(node) is function:
                return True
        return False


def _fixable(call: Call, fact: Timeout) -> tuple[str, bool] | None:
    """What `fix_at` needs: the keyword, and whether it is a child that is waited for, which must
    not be left running; none for methods of others."""
    is_child = (call.name or "").startswith("subprocess.Popen.")
    if not fact.parameter or (call.receiver is not None and not is_child):
        return None
    return fact.parameter[0], is_child
