"""`unspecced-mock`: a mock that takes any call in the place of a class or function."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import import_name, set_keyword
from surefoot.linking.project import Project
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.file import is_test_path
from surefoot.semantics.testing import is_mock, mocked, tests_in

_TIED = ("autospec", "spec", "spec_set")


class UnspeccedMock(Rule):
    """A mock without a specification stands in for a class or function of the project.

    It has every method and takes every argument: when the real one is renamed or wants one
    argument more, the test stays green and production fails. Give it `autospec=True` or `spec`.
    """

    code = "SF1006"
    severity = Severity.INFO
    default = False
    looks_at_tests = True
    examples = (
        Bad(
            """
            # file: shop/mail.py
            class Mail:
                def send(self, text):
                    return text

            def connect(host):
                return Mail()
            # file: tests/test_mail.py
            from unittest.mock import patch
            from shop import mail

            @patch("shop.mail.Mail")
            def test_mail(made):
                mail.connect("x")
                made.assert_called_once_with()

            def test_connected():
                with patch.object(mail, "connect") as connect:
                    mail.Mail().send("x")
                connect.assert_not_called()
            """,
            fixed="""
            # file: shop/mail.py
            class Mail:
                def send(self, text):
                    return text

            def connect(host):
                return Mail()
            # file: tests/test_mail.py
            from unittest.mock import patch
            from shop import mail

            @patch("shop.mail.Mail", autospec=True)
            def test_mail(made):
                mail.connect("x")
                made.assert_called_once_with()

            def test_connected():
                with patch.object(mail, "connect", autospec=True) as connect:
                    mail.Mail().send("x")
                connect.assert_not_called()
            """,
            count=2,
        ),
        Bad(
            """
            # file: shop/orders.py
            class Mail:
                def send(self, text):
                    return text

            class Orders:
                def __init__(self, mail: Mail, limit: int = 3):
                    self.mail = mail
            # file: tests/test_orders.py
            from unittest.mock import Mock
            from shop.orders import Orders

            def test_orders():
                assert Orders(Mock()).mail
                assert Orders(mail=Mock()).mail
            """,
            fixed="""
            # file: shop/orders.py
            class Mail:
                def send(self, text):
                    return text

            class Orders:
                def __init__(self, mail: Mail, limit: int = 3):
                    self.mail = mail
            # file: tests/test_orders.py
            from unittest.mock import Mock
            from shop.orders import Orders
            from shop.orders import Mail

            def test_orders():
                assert Orders(Mock(spec=Mail)).mail
                assert Orders(mail=Mock(spec=Mail)).mail
            """,
            count=2,
        ),
        Good(
            """
            # file: shop/mail.py
            class Mail:
                def send(self, text):
                    return text

            class Orders:
                def __init__(self, mail: Mail, limit):
                    self.mail = mail
            # file: tests/test_mail.py
            from unittest.mock import Mock, patch
            from shop.mail import Mail, Orders

            @patch("shop.mail.Mail", autospec=True)
            @patch("shop.mail.Mail.send", spec=True)
            @patch("time.time")
            def test_mail(now, send, made):
                Orders(Mock(spec=Mail), Mock())

            class Fake:
                def send(self, text):
                    return text

            def test_fake():
                with patch.object(Fake, "send"):
                    Fake().send("x")
            """,
            because="it is tied to what it stands in for, or stands in for nothing of the project",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if not self.file.is_test or not ("Mock" in self.file.text or "patch" in self.file.text):
            return
        for test in tests_in(self.file):
            for patch in mocked(self.file, test):
                arguments = self.file.call(patch.node).arguments
                if not any(map(arguments.has, _TIED)):
                    self.note(patch.node, "patch", patch.path, patch.owner, patch.name)
        for call in self.file.tree.of(cst.Call):
            if call.args:
                for index, argument in enumerate(call.args):
                    made = argument.value
                    if isinstance(made, cst.Call) and not made.args and is_mock(self.file, made):
                        keyword = argument.keyword.value if argument.keyword is not None else ""
                        function = self.file.symbol(call.func)
                        self.note(made, "argument", function, index, keyword)

    def link(self, project: Project) -> None:
        for examination, note in project.notes(self.name):
            kind, *data = note.data
            what = self._patched(project, data) if kind == "patch" else self._passed(project, data)
            if what is not None:
                shown = what.rpartition(".")[2]
                self.report(
                    note,
                    f"the mock in the place of `{shown}` takes calls that `{shown}` would refuse",
                    path=examination.path,
                    fix_data=self._fix_data(project, kind, what),
                )

    def _fix_data(self, project: Project, kind: object, what: str) -> tuple[str, ...] | None:
        if kind == "patch":
            return () if not self._is_given_its_object(project, what) else None
        module, name = project.world.split(what)
        return (module.module, name) if module is not None and "." not in name else None

    def _is_given_its_object(self, project: Project, what: str) -> bool:
        """Whether what is replaced is a method: its mock would be called with the object, too,
        and what the test says of its calls would no longer hold."""
        function = project.world.function(what)
        owner = project.world.cls(what.rpartition(".")[0])
        return function is not None and owner is not None and not function.decorators

    def fix_at(self, node: Any, module: str = "", name: str = "") -> Fix:
        """Tie the mock to what it stands for."""
        if not name:
            edits = set_keyword(self.file, node, "autospec", "True")
            return Fix("Pass `autospec=True`", edits, Safety.UNSAFE)
        written = import_name(self.file, node, module, name)
        edits = set_keyword(self.file, node, "spec", written.text)
        return Fix(f"Pass `spec={written.text}`", (*edits, *written.edits), Safety.UNSAFE)

    def _patched(self, project: Project, data: list[object]) -> str | None:
        """Return the class or function of the project that is replaced."""
        path, owner, name = str(data[0]), data[1], str(data[2])
        world = project.world
        value = world.name(path) if path else world.attribute(world.value(owner), name)  # type: ignore[arg-type]
        if value is None or value[0] not in ("n", "m"):
            return None
        full = str(value[1])
        module = world.split(full)[0]
        if module is None or is_test_path(module.path):
            return None  # the test's own
        return full if world.cls(full) is not None or world.function(full) is not None else None

    def _passed(self, project: Project, data: list[object]) -> str | None:
        """Return the class of the project that the parameter a mock is passed for wants."""
        symbol, index, keyword = data
        value = project.world.value(symbol)  # type: ignore[arg-type]
        if value is None or value[0] not in ("n", "m"):
            return None
        name = str(value[1])
        made = project.world.cls(name) is not None
        if made:
            init = project.world.attribute(("i", name, None), "__init__")
            name = str(init[1]) if init is not None else ""
        function = project.function(name)
        if function is None:
            return None
        positional = [item for item in function.parameters if item.kind == "positional"]
        if made or value[0] == "m":
            positional = positional[1:]
        if keyword:
            found = [item for item in function.parameters if item.name == keyword]
        else:
            found = positional[index : index + 1] if isinstance(index, int) else []
        wanted = project.world.value(found[0].annotation) if found else None
        if wanted is None or wanted[0] != "i" or project.world.cls(str(wanted[1])) is None:
            return None
        module = project.world.split(str(wanted[1]))[0]
        if module is None or is_test_path(module.path):
            return None
        return str(wanted[1])
