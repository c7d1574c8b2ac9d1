"""`over-mocked-test`: a test with more mocks than things that work."""

from __future__ import annotations

import libcst as cst

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
            count = len(mocks) + sum(1 for _ in mocked(self.file, test))
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
