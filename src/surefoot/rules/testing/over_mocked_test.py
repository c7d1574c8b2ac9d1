"""`over-mocked-test`: a test with more mocks than things that work."""

from __future__ import annotations

import libcst as cst

from surefoot.facts.kinds import Patches
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import last_name
from surefoot.semantics.testing import calls_in, is_mock, mocked, tests_in

_MANY = 4


class OverMockedTest(Rule):
    """A test replaces more by mocks than it leaves to work.

    It repeats, call by call, how the code is written today: it breaks with every change that
    does no harm, and stays green when the mocked parts no longer fit together. Use the real
    things, or one fake at the outer edge.
    """

    code = "SF1005"
    severity = Severity.INFO
    default = False
    looks_at_tests = True
    examples = (
        Bad(
            """
            from unittest.mock import Mock, patch
            from shop import orders

            @patch("shop.orders.load")
            @patch("shop.orders.price")
            @patch("shop.orders.tax")
            @patch("shop.orders.save")
            def test_order(save, tax, price, load):
                orders.place(3)
                save.assert_called_once()
            """,
            path="test_orders.py",
        ),
        Bad(
            """
            from unittest.mock import MagicMock, Mock
            from shop import Shop

            def test_order():
                store, prices, taxes, mail = Mock(), Mock(), MagicMock(), Mock()
                shop = Shop(store, prices, taxes, mail)
                assert shop.place(3) is store.save.return_value
            """,
            path="test_orders.py",
        ),
        Good(
            """
            from unittest.mock import Mock, patch
            from shop import Shop, Store

            def test_order():
                mail = Mock()
                shop = Shop(Store(), mail)
                with patch("shop.price", return_value=3):
                    shop.place(3)
                mail.send.assert_called_once()
            """,
            because="most of it works",
            path="test_orders.py",
        ),
        Good(
            """
            from unittest.mock import AsyncMock, Mock, patch
            from shop import Shop, orders

            def test_order():
                store = Mock(load=Mock(return_value=3), save=Mock(), close=Mock())
                store.open = Mock(side_effect=OSError)
                with patch.object(orders, "price", new=Mock(return_value=3)):
                    assert Shop(store).place(3)
            """,
            because="the methods of one mock are no more mocks",
            path="test_orders.py",
        ),
        Good(
            """
            from unittest.mock import Mock
            from shop import Basket, Item, Prices, Shop, Store, Taxes

            def test_order():
                rows = [Mock(), Mock(), Mock(), Mock()]
                shop = Shop(Store(rows), Prices(), Taxes(), Basket(Item(1)))
                assert shop.place(rows[0])
            """,
            because="more things work than are mocked",
            path="test_orders.py",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        if not self.file.is_test or not ("Mock" in self.file.text or "patch" in self.file.text):
            return
        for test in tests_in(self.file):
            calls = calls_in(self.file, test)
            mocks = [call for call in calls if is_mock(self.file, call)]
            own = sum(1 for call in mocks if not self._is_part(call))
            count = own + sum(1 for _ in mocked(self.file, test))
            if count < _MANY:
                continue
            real = {
                last_name(call.func)
                for call in calls
                if call not in mocks and last_name(call.func)[:1].isupper()
            }
            if count > len(real):
                things = "one real thing" if len(real) == 1 else f"{len(real) or 'no'} real things"
                self.report(test, f"`{test.name.value}` has {count} mocks and makes {things}")

    def _is_part(self, mock: cst.Call) -> bool:
        """Whether a mock is a method or an answer of another one, and no thing of its own."""
        parent = self.file.parent(mock)
        if isinstance(parent, cst.Arg):
            return self._is_told(self.file.parent(parent))
        match parent:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Attribute(value=owner))]):
                return self._is_told(owner)
        return False

    def _is_told(self, node: cst.CSTNode | None) -> bool:
        """Whether a node makes a mock or a patch, or is the name of one that was made."""
        match node:
            case cst.Call():
                return is_mock(self.file, node) or self.file.fact(Patches, node) is not None
            case cst.Attribute(value=owner):
                return self._is_told(owner)
            case cst.Name(value=name):
                scope = self.file.scope(node).find(name)
                bindings = scope.bindings[name] if scope is not None else ()
                return any(is_mock(self.file, item.value) for item in bindings)  # type: ignore[arg-type]
        return False
