"""`patching-the-subject`: a test replaces the very function it then calls."""

from __future__ import annotations

import libcst as cst

from surefoot.linking.project import Project
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import inside
from surefoot.semantics.summary import Symbol
from surefoot.semantics.testing import Patch, calls_in, is_check, is_mock, mocked, root, tests_in

_HARMLESS = frozenset(
    f"builtins.{name}"
    for name in ("dict", "int", "isinstance", "len", "list", "print", "range", "str", "tuple")
)


class PatchingTheSubject(Rule):
    """A test replaces a function by a mock, and then calls that function.

    The mock is called, and says what a mock says. The code under test never runs: the test is
    green whatever is in it. Replace what the function calls, not the function.
    """

    code = "SF1004"
    severity = Severity.ERROR
    looks_at_tests = True
    examples = (
        Bad(
            """
            # file: pkg/users.py
            def create(data):
                return dict(data)
            # file: tests/test_users.py
            from unittest.mock import patch
            import pkg.users

            @patch("pkg.users.create")
            def test_w(c):
                pkg.users.create({})
                c.assert_called_once()
            """
        ),
        Bad(
            """
            # file: pkg/users.py
            def create(data):
                return dict(data)
            # file: tests/test_users.py
            from unittest import mock
            from pkg import users

            def test_created():
                with mock.patch.object(users, "create") as create:
                    create.return_value = {"id": 1}
                    assert users.create({})["id"] == 1

            def test_fetched(mocker):
                mocker.patch("pkg.users.create", return_value=3)
                from pkg.users import create
                assert create({}) == 3
            """,
            count=2,
        ),
        Bad(
            """
            # file: pkg/client.py
            class Client:
                def send(self, text):
                    return text
            # file: tests/test_client.py
            from unittest.mock import patch
            from pkg.client import Client

            @patch("pkg.client.Client.send", return_value="ok")
            def test_send(send):
                client = Client()
                assert client.send("x") == "ok"

            @patch.object(Client, "send")
            def test_sent(send):
                Client().send("x")
                send.assert_called_once_with("x")
            """,
            count=2,
        ),
        Bad(
            """
            # file: pkg/users.py
            def create(data):
                return dict(data)
            # file: tests/test_users.py
            import unittest
            from unittest.mock import Mock, patch
            import pytest
            from pkg import users

            @pytest.fixture
            def created():
                with patch("pkg.users.create") as create:
                    yield create

            def test_created(created):
                created.return_value = 3
                assert users.create({}) == 3

            def test_replaced(monkeypatch):
                monkeypatch.setattr(users, "create", Mock(return_value=3))
                assert users.create({}) == 3

            class TestUsers(unittest.TestCase):
                def setUp(self):
                    patcher = patch("pkg.users.create", return_value=2)
                    self.create = patcher.start()
                    self.addCleanup(patcher.stop)

                def test_create(self):
                    self.assertEqual(users.create({}), 2)

            @patch("pkg.users.create", return_value=2)
            class TestMore(unittest.TestCase):
                def test_create(self, create):
                    self.assertEqual(users.create({}), 2)
            """,
            count=4,
        ),
        Good(
            """
            # file: pkg/users.py
            def create(data):
                return dict(data)
            # file: tests/test_users.py
            import unittest
            from unittest.mock import Mock, patch
            import pytest
            from pkg import users

            @pytest.fixture
            def made():
                with patch("pkg.users.create") as create:
                    create.return_value = 3
                return create

            def test_created(made):
                assert users.create({"a": 1}) == {"a": 1}

            def test_worked(monkeypatch):
                monkeypatch.setattr(users, "create", Mock(side_effect=users.create))
                assert users.create({}) == {}

            class TestUsers(unittest.TestCase):
                def setUp(self):
                    self.patcher = patch("pkg.users.load")

                def test_create(self):
                    self.assertEqual(users.create({}), {})
            """,
            because="the mock is gone by then, does the work, or stands for something else",
        ),
        Good(
            """
            # file: pkg/users.py
            from pkg.store import save

            def create(data):
                return save(data)
            # file: pkg/store.py
            def save(data):
                return data
            # file: tests/test_users.py
            from unittest.mock import patch
            from pkg import users
            from pkg.users import create

            @patch("pkg.users.save")
            def test_saved(save):
                users.create({})
                save.assert_called_once()

            @patch("pkg.users.create")
            def test_not_looked_up(replaced):
                assert create({}) == {}
            """,
            because="what it calls is replaced; the name imported before is the real function",
        ),
        Good(
            """
            # file: pkg/users.py
            def create(data):
                return dict(data)
            # file: tests/test_users.py
            from unittest.mock import patch
            from pkg import users

            def test_created():
                with patch("pkg.users.create") as create:
                    create.assert_not_called()
                assert users.create({}) == {}

            def test_spied():
                with patch.object(users, "create", wraps=users.create) as create:
                    users.create({})
                create.assert_called_once()

            def test_replaced():
                with patch("pkg.users.create", fake):
                    users.create({})
            """,
            because="the mock is gone by then, hands on to the real function, or is a stand-in",
        ),
        Good(
            """
            # file: pkg/nova.py
            def client(context):
                return connect(context)

            def same_host(volume, servers):
                return client(None).host(volume) in servers
            # file: tests/test_nova.py
            from unittest import mock
            from pkg import nova

            @mock.patch("pkg.nova.client")
            def test_same_host(client):
                server = nova.client(context=3).servers.create("a")
                assert not nova.same_host(server, [])
            """,
            because="the mock prepares the test, and something else is called",
        ),
        Good(
            """
            import time
            from unittest.mock import patch

            @patch("time.time", return_value=3)
            def test_time(now):
                assert time.time() == 3
            """,
            because="it is no function of the project",
            path="tests/test_time.py",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if not self.file.is_test or "patch" not in self.file.text:
            return
        for test in tests_in(self.file):
            calls = calls_in(self.file, test)
            for patch in mocked(self.file, test, before=True, made=True):
                for call in calls:
                    if self._reaches(patch, call, test) and self._is_alone(call, calls):
                        func = call.func
                        base = func.value if isinstance(func, cst.Attribute) else None
                        self.note(
                            call,
                            test.name.value,
                            patch.path,
                            patch.name,
                            patch.owner,
                            self.file.symbol(base),
                        )
                        break

    def _reaches(self, patch: Patch, call: cst.Call, test: cst.FunctionDef) -> bool:
        """Whether a call, where it stands, looks up a name of the patched one's."""
        if call is patch.node or not self._holds(patch, call, test):
            return False
        match call.func:
            case cst.Attribute(value=base, attr=cst.Name(value=name)):
                return name == patch.name and self._is_same_owner(patch, base)
            case cst.Name(value=name):
                owner = self.file.scope_of(test)
                bindings = owner.bindings.get(name, ())
                return len(bindings) == 1 and bindings[0].value == (patch.path or None)
        return False

    def _is_same_owner(self, patch: Patch, base: cst.CSTNode) -> bool:
        """Whether the name may be looked up on what was patched: decided when it is linked."""
        symbol = self.file.symbol(base)
        return symbol is not None and root(base) not in ("self", "mocker", "mock", "monkeypatch")

    def _holds(self, patch: Patch, call: cst.Call, test: cst.FunctionDef) -> bool:
        """Whether a patch is in force where a call stands."""
        if any(item.decorator is patch.node for item in test.decorators):
            return True
        if self.file.function(patch.node) is not test:
            return self._lasts(patch.node)
        for ancestor in self.file.ancestors(patch.node):
            if isinstance(ancestor, cst.WithItem):
                block = self.file.parent(ancestor)
                inside = isinstance(block, cst.With) and any(
                    around is block.body for around in self.file.ancestors(call)
                )
                return inside
            if isinstance(ancestor, cst.FunctionDef):
                break
        place = self.file.tree.place
        fixture = root(patch.node) in ("mocker", "monkeypatch")
        started = fixture or "start" in self._method_on(patch.node)
        return started and place(call) > place(patch.node)

    def _lasts(self, patch: cst.Call) -> bool:
        """Whether what is put in place before a test is there until it ends: by a decorator, by
        what is started, or around the `yield` of a fixture."""
        if root(patch) in ("mocker", "monkeypatch"):
            return True
        for ancestor in self.file.ancestors(patch):
            match ancestor:
                case cst.Decorator():
                    return isinstance(self.file.parent(ancestor), cst.ClassDef)
                case cst.With(body=body):
                    return any(isinstance(node, cst.Yield) for node in inside([body]))
                case cst.Assign(value=value):
                    return value is patch or "start" in self._method_on(patch)
                case cst.FunctionDef():
                    break
        return "start" in self._method_on(patch)

    def _method_on(self, node: cst.CSTNode) -> str:
        parent = self.file.parent(node)
        return parent.attr.value if isinstance(parent, cst.Attribute) else ""

    def _is_alone(self, subject: cst.Call, calls: list[cst.Call]) -> bool:
        """Whether nothing of the project but the subject is called in a test."""
        return all(
            call is subject
            or is_check(self.file, call)
            or is_mock(self.file, call)
            or self.file.name(call) in _HARMLESS
            or "patch" in self.file.code(call.func)
            or self._makes_receiver(call, subject)
            for call in calls
        )

    def _makes_receiver(self, call: cst.Call, subject: cst.Call) -> bool:
        """Whether a call makes the instance the subject is called on."""
        base = subject.func.value if isinstance(subject.func, cst.Attribute) else None
        if base is call:
            return True
        parent = self.file.parent(call)
        return (
            isinstance(base, cst.Name)
            and isinstance(parent, cst.Assign)
            and any(
                isinstance(target.target, cst.Name) and target.target.value == base.value
                for target in parent.targets
            )
        )

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            test, path, name, owner, base = note.data
            patched = self._patched(project, str(path), str(name), owner)  # type: ignore[arg-type]
            if patched is None:
                continue
            called = (
                self._owners(project, base)
                if base is not None
                else [str(path)[: -len(str(name)) - 1]]
            )
            if patched[0] in called and project.function(patched[1]) is not None:
                shown = patched[1].rpartition(".")[2]
                self.report(
                    note,
                    f"`{test}` calls the mock it has put in the place of `{shown}`, not `{shown}`",
                    path=examination.path,
                )

    def _patched(
        self, project: Project, path: str, name: str, owner: Symbol
    ) -> tuple[str, str] | None:
        """Return the full names of the owner of what was patched, and of the function itself."""
        if path:
            value = project.world.name(path)
            holder: str | None = path[: -len(name) - 1]
        else:
            of = project.world.value(owner)
            value = project.world.attribute(of, name)
            holder = str(of[1]) if of is not None and of[0] in ("n", "i") else None
        if value is None or value[0] not in ("n", "m") or holder is None:
            return None
        resolved = project.world.name(holder)
        return (str(resolved[1]) if resolved is not None and resolved[0] == "n" else holder), str(
            value[1]
        )

    def _owners(self, project: Project, base: object) -> list[str]:
        value = project.world.value(base)  # type: ignore[arg-type]
        if value is None or value[0] not in ("n", "i"):
            return []
        return [str(value[1])]
