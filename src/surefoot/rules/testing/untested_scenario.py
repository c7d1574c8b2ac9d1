"""`untested-scenario`: a way a function was written to take, and that no test takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import Resource, Timeout
from surefoot.linking.project import Project, full_name
from surefoot.model import Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call, Given
from surefoot.semantics.file import is_test_path
from surefoot.semantics.visibility import has_public_interface, is_public

_REHEARSAL = re.compile(r"(is_)?(dry_?run|no_?op|check_mode|simulate|what_if)")
_LATE = re.compile(r"(?i)time_?d?_?out|too_?slow|slow_|stall")
_COLLECTION = re.compile(
    r"(?i)(typing\.|collections\.abc\.|t\.)?(list|set|tuple|dict|sequence|iterable|collection|"
    r"mapping|frozenset)\b"
)


class UntestedScenario(Rule):
    """Tests call a function, and none takes a way that it was written to take.

    The dry run that deletes after all, the empty list that divides by zero, the timeout that
    nobody catches: each is a line that was never run before it mattered.
    """

    code = "SF1008"
    severity = Severity.INFO
    default = False
    looks_at_tests = True
    examples = (
        Bad(
            """
            # file: pkg/nodes.py
            def drain(nodes: list[str], dry_run: bool = False):
                for node in nodes:
                    if not dry_run:
                        remove(node)
            # file: tests/test_nodes.py
            from pkg.nodes import drain

            def test_drain():
                drain(["a"], dry_run=False)
            """,
            count=2,
        ),
        Bad(
            """
            # file: pkg/rates.py
            import requests

            def rate(currency):
                return requests.get("https://rates.acme.io/" + currency, timeout=3).json()
            # file: tests/test_rates.py
            from pkg.rates import rate

            def test_rate():
                assert rate("EUR")
            """
        ),
        Good(
            """
            # file: pkg/nodes.py
            import requests

            def drain(nodes: list[str], dry_run: bool = False):
                for node in nodes:
                    if not dry_run:
                        requests.delete("https://nodes.acme.io/" + node, timeout=3)

            def unused(nodes: list[str], dry_run: bool = False):
                return [node for node in nodes]
            # file: tests/test_nodes.py
            import pytest
            import requests
            from pkg.nodes import drain

            @pytest.mark.parametrize("dry", [True, False])
            def test_drain(dry, nodes):
                drain(nodes, dry_run=dry)

            def test_timeout(mocker):
                mocker.patch("requests.delete", side_effect=requests.Timeout)
                with pytest.raises(requests.Timeout):
                    drain(["a"])
            """,
            because="what is passed may be each of them, a test has the call time out",
        ),
        Good(
            """
            # file: pkg/work.py
            import queue

            waiting = queue.Queue()

            def following():
                return waiting.get(timeout=3)
            # file: tests/test_work.py
            from pkg.work import following, waiting

            def test_following():
                waiting.put(1)
                assert following() == 1
            """,
            because="nothing outside of the process is waited for",
        ),
        Good(
            """
            # file: pkg/store.py
            import redis

            def client(url):
                return redis.Redis.from_url(url)
            # file: tests/test_store.py
            from pkg.store import client

            def test_client():
                assert client("redis://localhost")
            """,
            because="a client is made, and nobody waited for",
        ),
        Good(
            """
            # file: pkg/walks.py
            from collections.abc import Sequence

            def walk(top: str, ignore: Sequence[str] = (), only: list[str] | None = None):
                return [each for each in ignore], [each for each in only or ()]
            # file: tests/test_walks.py
            from pkg.walks import walk

            def test_walk():
                assert walk("a") == ([], [])
            """,
            because="what is left out is empty",
        ),
        Good(
            """
            # file: pkg/nodes.py
            def drain(nodes: list[str], dry_run: bool = False):
                return [node for node in nodes if not dry_run]
            # file: tests/test_nodes.py
            from pkg.nodes import drain

            def test_drain():
                assert drain(["a"], dry_run=True) == []
                assert drain([]) == []
            """,
            because="a test takes each way",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        if self.file.is_test or not has_public_interface(self.file):
            return
        params = [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]
        if not is_public(self.file, node):
            return
        name = self.file.symbols.definition(self.file.scope_of(node))
        positional = [*node.params.posonly_params, *node.params.params]
        first = 1 if self.file.scope_of(node).parent is not self.file.tree.top else 0
        for param in params:
            word = param.name.value
            index = positional.index(param) - first if param in positional else None
            if _REHEARSAL.fullmatch(word):
                self.note(node, "rehearsal", name, word, index)
            elif self._is_walked(node, param):
                self.note(node, "empty", name, word, index)

    def _is_walked(self, function: cst.FunctionDef, param: cst.Param) -> bool:
        """Whether a parameter is declared to be a collection, and a loop goes through it."""
        if param.default is not None and _is_nothing(param.default):
            return False  # left out is empty
        if param.annotation is None or not _COLLECTION.match(
            self.file.code(param.annotation.annotation)
        ):
            return False
        uses = self.file.uses(param.name.value, self.file.scope_of(function))
        return any(
            isinstance(parent, (cst.For, cst.CompFor)) and parent.iter is use
            for use in uses
            for parent in (self.file.parent(use),)
        )

    def visit_Module(self, node: cst.Module) -> None:
        if self.file.is_test and _LATE.search(self.file.text):
            self.note(node, "late")

    def link(self, project: Project) -> None:
        late: set[str] = set()
        notes: list[tuple[str, Note]] = []
        for examination, note in project.notes(self.name):
            if note.data[0] == "late":
                late.add(examination.path)
            else:
                notes.append((examination.path, note))
        for path, note in notes:
            kind, name, word, index = note.data
            calls = self._tests(project, str(name))
            position = index if isinstance(index, int) else None
            given = [call.arguments.get(str(word), position) for call in calls]
            if not calls or not all(_is_other(value, kind == "empty") for value in given):
                continue
            shown = str(name).rpartition(".")[2]
            way = f"with an empty `{word}`" if kind == "empty" else f"with `{word}=True`"
            self.report(note, f"no test calls `{shown}` {way}", path=path)
        for name, call in self._waits(project):
            calls = self._tests(project, name)
            if calls and not any(test.path in late for test in calls):
                shown = name.rpartition(".")[2]
                self.report(
                    call,
                    f"no test of `{shown}` has `{call.shown}` time out",
                    path=call.path,
                )

    def _waits(self, project: Project) -> Iterator[tuple[str, Call]]:
        """Yield the functions that wait for another side, each with its first such call."""
        seen: set[str] = set()
        for call in project.calls_about(Timeout):
            fact = call.fact(Timeout)
            if fact is None or fact.wait != "network" or call.fact(Resource) is not None:
                continue  # a client that is made waits for nobody yet
            name = full_name(call.module, call.function)
            if call.function and name not in seen and not is_test_path(call.path):
                seen.add(name)
                yield name, call

    def _tests(self, project: Project, name: str) -> list[Call]:
        return [call for call in project.callers.get(name, ()) if is_test_path(call.path)]


def _is_nothing(default: cst.BaseExpression) -> bool:
    """Whether a default is None or an empty collection."""
    match default:
        case cst.Name(value="None") | cst.Call(args=[]):
            return True
        case cst.Tuple(elements=[]) | cst.List(elements=[]) | cst.Dict(elements=[]):
            return True
    return False


def _is_other(value: object, empty: bool) -> bool:
    """Whether an argument is known to be another than True, or than an empty collection."""
    if value is Given.ABSENT:
        return True
    if not isinstance(value, tuple):
        return False
    if empty:
        return value[0] in ("t", "d") and bool(value[1])
    return value in (("k", False), ("k", None))
