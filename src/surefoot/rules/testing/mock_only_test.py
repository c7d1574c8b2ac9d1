"""`mock-only-test`: a test that asks a mock for what it has just told it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.testing import calls_in, is_check, is_mock, preparing, root, tests_in

_READING = frozenset(
    f"builtins.{name}"
    for name in ("bool", "dict", "int", "len", "list", "next", "repr", "set", "str", "tuple")
)
_LIBRARIES = ("unittest", "mock", "pytest", "builtins", "typing", "collections")


class MockOnlyTest(Rule):
    """A test asks a mock for what it has just told it, and runs nothing else.

    None of the project's code runs, so no mistake in it can make the test fail. Hand the mock to
    the code that is meant to use it, and check what that makes of it.
    """

    code = "SF1003"
    severity = Severity.WARNING
    looks_at_tests = True
    examples = (
        Bad(
            """
            from unittest.mock import Mock

            def test_z():
                m = Mock()
                m.get.return_value = 3
                assert m.get() == 3
            """,
            path="test_z.py",
        ),
        Bad(
            """
            import unittest
            from unittest import mock

            class TestStore(unittest.TestCase):
                def test_save(self):
                    store = mock.MagicMock(return_value={"id": 1})
                    saved = store("x")
                    self.assertEqual(saved["id"], 1)
                    store.assert_called_once_with("x")
            """,
            path="test_store.py",
        ),
        Bad(
            """
            from unittest.mock import AsyncMock

            async def test_fetch():
                client = AsyncMock()
                client.fetch.return_value = b"x"
                answer = await client.fetch("a")
                assert answer == b"x"
            """,
            path="test_fetch.py",
        ),
        Bad(
            """
            from unittest import TestCase
            from unittest.mock import AsyncMock, MagicMock
            import pytest

            class TestNotifier(TestCase):
                def setUp(self):
                    super().setUp()
                    self.notifier = MagicMock()

                def test_sends(self):
                    self.notifier.send.return_value = True
                    self.assertTrue(self.notifier.send("a"))
                    self.notifier.send.assert_called_once_with("a")

            @pytest.fixture
            def store():
                return MagicMock()

            def test_saves(store):
                store.save.return_value = 7
                assert store.save(3) == 7

            @pytest.mark.asyncio
            async def test_charges():
                gateway = AsyncMock()
                gateway.charge.side_effect = [1, 2]
                assert await gateway.charge(10) == 1
            """,
            count=3,
            path="test_notifier.py",
        ),
        Good(
            """
            from unittest import TestCase
            from unittest.mock import MagicMock
            from shop import Shop
            import pytest

            class TestShop(TestCase):
                def setUp(self):
                    self.mail = MagicMock()
                    self.shop = Shop(self.mail)

                def test_sends(self):
                    self.mail.send.return_value = True
                    self.assertTrue(self.shop.send("a"))

            @pytest.fixture
            def shop(store):
                return Shop(store)

            @pytest.fixture
            def store():
                return MagicMock()

            def test_saves(shop, store):
                store.save.return_value = 7
                assert shop.save(3) == 7
            """,
            because="what the fixtures and `setUp` make of the mocks runs",
            path="test_shop.py",
        ),
        Good(
            """
            from unittest.mock import Mock
            from shop import Cart

            def test_total():
                prices = Mock()
                prices.get.return_value = 3
                assert Cart(prices).total() == 3
            """,
            because="the project's code runs",
            path="test_cart.py",
        ),
        Good(
            """
            from unittest.mock import Mock
            import shop

            def test_limit():
                m = Mock()
                m.get.return_value = shop.LIMIT
                assert m.get() == shop.LIMIT
            """,
            because="something of the project is looked at",
            path="test_limit.py",
        ),
        Good(
            """
            from unittest.mock import Mock

            def test_client(client):
                m = Mock()
                client.transport = m
                m.send.return_value = 3
                assert m.send() == 3

            def test_fixture(patched):
                m = Mock()
                assert m.get() is patched.get()
            """,
            because="what a fixture gives may be the project's code",
            path="test_client.py",
        ),
        Good(
            """
            from unittest.mock import Mock

            def test_order():
                m = Mock(side_effect=[1, 2])
                m.attach_mock(helper, "helper")
                assert run(m) == 3

            def test_nothing():
                m = Mock()
                m()
            """,
            because="a function is run; nothing is asserted",
            path="test_order.py",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if not self.file.is_test or "Mock" not in self.file.text:
            return
        for test in tests_in(self.file):
            if all(map(_is_mark, test.decorators)) and self._is_about_mocks(test):
                self.report(
                    test, f"`{test.name.value}` runs nothing but its mocks: it can never fail"
                )

    def _is_about_mocks(self, test: cst.FunctionDef) -> bool:
        """Whether a test has mocks, asserts something of them, and has to do with nothing else."""
        scope = self.file.scope_of(test)
        mocks = {
            name
            for name, bindings in scope.bindings.items()
            if any(is_mock(self.file, binding.value) for binding in bindings)  # type: ignore[arg-type]
        }
        prepared = self._prepared(test)
        mocks |= prepared
        if not mocks or any(
            binding.kind in ("function", "class", "import")
            for bindings in scope.bindings.values()
            for binding in bindings
        ):
            return False
        if not all(self._is_known(call, mocks) for call in calls_in(self.file, test)):
            return False
        return self._sees_only_own(test, scope.first, prepared) and self._asserts(test, mocks)

    def _prepared(self, test: cst.FunctionDef) -> set[str]:
        """The fixtures that are mocks, and `self.name` for those that `setUp` makes.

        A `setUp` that does anything else with one of them may make the code under test use it.
        """
        found = set()
        for function in preparing(self.file, test):
            statements = [each for each in body_of(function.body) if not _is_super(each)]
            for statement in statements:
                match statement:
                    case cst.Return(value=made) if made and is_mock(self.file, made):
                        found.add(function.name.value)
                    case cst.Assign(
                        targets=[
                            cst.AssignTarget(
                                target=cst.Attribute(value=cst.Name(value="self"), attr=attr)
                            )
                        ],
                        value=made,
                    ) if is_mock(self.file, made):
                        found.add(f"self.{attr.value}")
                    case _:
                        return set()
        return found

    def _is_known(self, call: cst.Call, mocks: set[str]) -> bool:
        """Whether a call makes or uses a mock, checks something, or only reads."""
        if is_mock(self.file, call) or root(call.func) in mocks:
            return True
        if _of_self(call.func) in mocks:
            return True
        name = self.file.name(call)
        if isinstance(call.func, cst.Attribute) and root(call.func) not in ("self", "pytest"):
            name = None
        return is_check(self.file, call) or name in _READING

    def _sees_only_own(self, test: cst.FunctionDef, first: str | None, prepared: set[str]) -> bool:
        """Whether every name in a test is its own, or of a library for tests."""
        scope = self.file.scope_of(test)
        for node in _names(test.body):
            owner = scope.find(node.value)
            if owner is None:
                continue  # a built-in name
            if owner is scope or owner.parent is scope:
                if owner is scope and owner.bindings[node.value][0].kind == "param":
                    parent = self.file.parent(node)
                    if node.value in prepared or _of_self(parent) in prepared:
                        continue
                    checks = isinstance(parent, cst.Attribute) and parent.attr.value.startswith(
                        "assert"
                    )
                    if node.value != first or not checks or self.file.cls(test) is None:
                        return False
                continue
            bindings = owner.bindings[node.value]
            if not all(
                binding.kind == "import" and str(binding.value).startswith(_LIBRARIES)
                for binding in bindings
            ):
                return False
        return True

    def _asserts(self, test: cst.FunctionDef, mocks: set[str]) -> bool:
        """Whether a test asserts something of what its mocks were told."""
        configured = any(
            isinstance(node, cst.Attribute) and node.attr.value in ("return_value", "side_effect")
            for node in _all(test.body)
        ) or any(
            argument.keyword is not None
            and argument.keyword.value in ("return_value", "side_effect")
            for call in calls_in(self.file, test)
            for argument in call.args
        )
        asserted = any(isinstance(node, cst.Assert) for node in _all(test.body)) or any(
            is_check(self.file, call) for call in calls_in(self.file, test)
        )
        return configured and asserted


def _is_mark(decorator: cst.Decorator) -> bool:
    """Whether a decorator says only on what loop a test runs, or what it belongs to."""
    node = decorator.decorator
    name = last_name(node.func if isinstance(node, cst.Call) else node)
    return name in ("anyio", "asyncio", "slow", "unit")


def _is_super(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.Expr(
            value=cst.Call(func=cst.Attribute(value=cst.Call(func=cst.Name(value="super"))))
        ):
            return True
        case cst.Expr(value=cst.SimpleString()):
            return True
    return False


def _of_self(node: cst.CSTNode | None) -> str:
    """Return `self.name` for a chain of attributes and calls that starts so."""
    while node is not None:
        match node:
            case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
                return f"self.{name}"
            case cst.Attribute(value=inner) | cst.Call(func=inner) | cst.Subscript(value=inner):
                node = inner
            case _:
                return ""
    return ""


def _all(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(current.children)


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    """Yield the names that are looked up in code, not those of attributes and keywords."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.Name):
            yield current
        elif isinstance(current, (cst.Arg, cst.Attribute)):
            stack.append(current.value)
        else:
            stack.extend(current.children)
