"""`hidden-global-effect`: a function changes what the whole process shares."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import ChangesProcess
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.loops import is_script

_SAYS_SO = re.compile(
    r"_*(\w+_)?(activate|bootstrap|chdir|clear|configure|disable|enable|enter|environ|env|exit|global|"
    r"init|initiali[sz]e|install|invalidate|load|main|patch|prepare|register|reload|reset|restore|run|"
    r"seed|serve|set|set_?up|shutdown|signals?|start|startup|stop|tear_?down|teardown|unregister|"
    r"unset|update|use|add|remove|singleton|cache|cwd|clean_?up|cli|command|cmd|drop)(_\w+)?|__\w+__"
)
_LOCK = re.compile(r"(?i)lock|mutex|semaphore|condition")
_ENVIRONMENT = "the environment"


class HiddenGlobalEffect(Rule):
    """A function changes the directory, the environment or a global of the whole process.

    Other threads, other requests and every later test see the change, and nothing in the name
    of the function warns of it. Two that run at once undo each other.

    Hand the value over, or do it in the function that sets the process up.
    """

    code = "SF711"
    severity = Severity.INFO
    default = False
    confidence = Confidence.MEDIUM
    facts = (ChangesProcess,)
    examples = (
        Bad(
            """
            import locale
            import os

            rate = 1

            def build(folder):
                os.chdir(folder)
                os.environ["BUILD"] = folder
                os.environ["TARGET"] = folder
                locale.setlocale(locale.LC_ALL, "C")

            def convert(amount, new):
                global rate
                rate = new
                return amount * rate
            """,
            count=4,
        ),
        Good(
            """
            import locale
            import os

            def main():
                os.chdir("/srv")
                locale.setlocale(locale.LC_ALL, "C")

            def setup_environment():
                os.environ["MODE"] = "batch"

            os.environ["TZ"] = "UTC"
            """,
            because="the process is set up here",
        ),
        Good(
            """
            import os

            def build(folder):
                before = os.getcwd()
                os.chdir(folder)
                try:
                    return os.listdir(".")
                finally:
                    os.chdir(before)
            """,
            because="it is put back",
        ),
        Good(
            """
            import os
            import click
            from contextlib import contextmanager

            def connect(socket, client):
                before = os.environ.get("SSH_AUTH_SOCK")
                os.environ["SSH_AUTH_SOCK"] = socket
                try:
                    return client.connect()
                finally:
                    if before is None:
                        os.environ.pop("SSH_AUTH_SOCK", None)
                    else:
                        os.environ["SSH_AUTH_SOCK"] = before

            @contextmanager
            def region(name):
                os.environ["REGION"] = name
                yield
                del os.environ["REGION"]

            @click.command()
            def devserver():
                os.environ["MODE"] = "development"
            """,
            because="the environment is put back; a command is the process",
        ),
        Good(
            """
            import os

            _client = None

            def client():
                global _client
                if _client is None:
                    _client = object()
                return _client

            def copy():
                environ = dict(os.environ)
                environ["A"] = "1"
                return environ

            number = 0
            importing = False

            def following(lock):
                global number
                with lock:
                    number += 1
                    return number

            def importing_now():
                global importing
                importing = True
                yield
                importing = False
            """,
            because="made once when it is needed first, a copy, locked, undone",
        ),
    )

    def check_call(self, call: Call, fact: ChangesProcess) -> None:
        if not isinstance(call.node, cst.Call):
            return
        function = self.file.function(call.node)
        if function is None or self._may(function):
            return
        if fact.what == _ENVIRONMENT:
            self._changes(call.node)
            return
        same = sum(
            1
            for node in inside([function.body])
            if isinstance(node, cst.Call) and self.file.call(node).name == call.name
        )
        if same < 2:
            name = function.name.value
            self.report(call, f"`{name}` changes {fact.what} for all threads of the process")

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            match target.target:
                case cst.Subscript(value=cst.Attribute() | cst.Name() as owner):
                    if self.file.function(node) and self.file.name(owner) == "os.environ":
                        self._changes(node)

    def visit_Global(self, node: cst.Global) -> None:
        function = self.file.function(node)
        if function is None or self._may(function):
            return
        for item in node.names:
            name = item.name.value
            if not (_is_lazy(function, name) or _is_locked(function, name)):
                self.report(
                    node, f"`{function.name.value}` changes the global `{name}` for everybody"
                )
                return

    def _changes(self, node: cst.CSTNode) -> None:
        function = self.file.function(node)
        if function is None or self._may(function):
            return
        changes = self.file.once(_changes, function)
        if not self.file.once(_puts_back, function) and (not changes or changes[0] is node):
            name = function.name.value
            self.report(node, f"`{name}` changes {_ENVIRONMENT} for all threads of the process")

    def _may(self, function: cst.FunctionDef) -> bool:
        return (
            _SAYS_SO.fullmatch(function.name.value) is not None
            or is_script(self.file.path)
            or "cli" in self.file.role(function.body)
        )


def _changes(file: File, function: cst.FunctionDef) -> tuple[cst.CSTNode, ...]:
    """The places where a function changes the environment, in source order."""
    found: list[cst.CSTNode] = []
    for node in inside([function.body]):
        match node:
            case cst.Call():
                fact = file.fact(ChangesProcess, node)
                if fact is not None and fact.what == _ENVIRONMENT:
                    found.append(node)
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript(value=owner)), *_]):
                if file.name(owner) == "os.environ":
                    found.append(node)
    return tuple(found)


def _puts_back(file: File, function: cst.FunctionDef) -> bool:
    """Whether a function touches the environment again when all is done, or goes on after its
    caller has."""
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            return True
        if isinstance(node, cst.Finally) and any(
            isinstance(part, (cst.Attribute, cst.Name)) and file.name(part) == "os.environ"
            for part in inside([node.body])
        ):
            return True
        stack.extend(node.children)
    return False


def _is_locked(function: cst.FunctionDef, name: str) -> bool:
    """Whether a function sets a global only within a lock, or for as long as a `with` lasts."""
    free = 0
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        match node:
            case cst.Yield():
                return True
            case cst.With(items=items):
                if any(_LOCK.search(last_name(_callee(item.item))) for item in items):
                    continue
            case (
                cst.AssignTarget(target=cst.Name(value=target))
                | cst.AugAssign(target=cst.Name(value=target))
            ) if target == name:
                free += 1
        stack.extend(node.children)
    return free == 0


def _callee(node: cst.BaseExpression) -> cst.BaseExpression:
    return node.func if isinstance(node, cst.Call) else node


def _is_lazy(function: cst.FunctionDef, name: str) -> bool:
    """Whether a function tests a global before it sets it, or never sets it."""
    sets = False
    for node in inside([function.body]):
        match node:
            case cst.If(test=test):
                if any(
                    isinstance(part, cst.Name) and part.value == name for part in inside([test])
                ):
                    return True
            case cst.AssignTarget(target=cst.Name(value=target)) if target == name:
                sets = True
            case cst.AugAssign(target=cst.Name(value=target)) if target == name:
                sets = True
    return not sets
