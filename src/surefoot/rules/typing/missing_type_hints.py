"""`missing-type-hints`: a public function whose signature says nothing of types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import libcst as cst

from surefoot.edits import annotate_return
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.decorators import is_neutral
from surefoot.semantics.evident import evident_result, is_builtin
from surefoot.semantics.visibility import (
    has_public_interface,
    is_accessor,
    is_overloaded,
    is_override,
    is_public,
)

_CALLBACKS = frozenset({"handler", "signal-handler", "startup", "shutdown", "cli", "test"})
_RESULT = "its result"
_FIXTURES = re.compile(r"pytest(_asyncio)?(\.plugin)?\.fixture")
_TYPE_COMMENT = re.compile(r"#\s*type:\s*(?!ignore)")


class MissingTypeHints(Rule):
    """A public function does not say what it takes or what it gives.

    Without hints a type checker checks neither the body nor the calls: an argument of the
    wrong type, or a None that nobody expected, is found by a request in production. Annotate
    the parameters and the result of what other modules call.
    """

    code = "SF501"
    severity = Severity.INFO
    examples = (
        Bad(
            """
            def turnover(orders, currency):
                return sum(order.total(currency) for order in orders)
            """
        ),
        Bad(
            """
            class Ledger:
                def __init__(self, path):
                    self.path = path

                def balance(self):
                    return 1

                async def book(self, amount: int, *, account) -> None:
                    pass
            """,
            fixed="""
            class Ledger:
                def __init__(self, path):
                    self.path = path

                def balance(self) -> int:
                    return 1

                async def book(self, amount: int, *, account) -> None:
                    pass
            """,
            count=3,
        ),
        Bad(
            """
            def fetch(url: str, retries=3):
                return url * retries
            """
        ),
        Bad(
            """
            __all__ = ["load"]

            def load(path) -> str:
                return path.read_text()

            def unlisted(path):
                return path
            """
        ),
        Bad(
            """
            class Box:
                @property
                def size(self):
                    return 1

                @staticmethod
                def of(value) -> "Box":
                    return Box()

                @classmethod
                def empty(cls):
                    return cls()
            """,
            fixed="""
            class Box:
                @property
                def size(self) -> int:
                    return 1

                @staticmethod
                def of(value) -> "Box":
                    return Box()

                @classmethod
                def empty(cls):
                    return cls()
            """,
            count=3,
        ),
        Bad(
            """
            import sys

            def announce(
                text: str,  # what
                times=3,
            ):  # aloud
                for _ in range(times):
                    if not text:
                        return
                    print(text)

            async def is_known(name: str, names: list[str]):
                if name:
                    return name in names
                return False

            def label(name: str):
                try:
                    return "".join(reversed(name))
                except TypeError:
                    return f"<{name}>"

            def first(name: str, names: list[str]):
                if name in names:
                    return True

            def fail(text: str):
                raise SystemExit(text)

            def serve(text: str):
                while True:
                    print(text)

            def numbers():
                print("one")
                yield 1

            class Plugin:
                def start(self):
                    \"\"\"Others do.\"\"\"

                def str(self):
                    self.name = "a"

                def shown(self):
                    return "a"
            """,
            fixed="""
            import sys

            def announce(
                text: str,  # what
                times=3,
            ) -> None:  # aloud
                for _ in range(times):
                    if not text:
                        return
                    print(text)

            async def is_known(name: str, names: list[str]) -> bool:
                if name:
                    return name in names
                return False

            def label(name: str) -> str:
                try:
                    return "".join(reversed(name))
                except TypeError:
                    return f"<{name}>"

            def first(name: str, names: list[str]):
                if name in names:
                    return True

            def fail(text: str):
                raise SystemExit(text)

            def serve(text: str):
                while True:
                    print(text)

            def numbers():
                print("one")
                yield 1

            class Plugin:
                def start(self):
                    \"\"\"Others do.\"\"\"

                def str(self) -> None:
                    self.name = "a"

                def shown(self):
                    return "a"
            """,
            count=10,
        ),
        Good(
            """
            def turnover(orders: list[int], currency: str = "EUR", *rates, **options) -> int:
                return sum(orders)
            """,
            because="all is said; `*rates` and `**options` may take anything",
        ),
        Good(
            """
            def _turnover(orders):
                return sum(orders)

            class _Cache:
                def get(self, key):
                    return key

            class Store:
                def _load(self, key):
                    return key

                def __eq__(self, other):
                    return self is other
            """,
            because="not public; the special methods have known signatures",
        ),
        Good(
            """
            class Client:
                def __init__(self, url: str, timeout=5, verify=True):
                    self.url = url

                def __call__(self, _request, page=1) -> str:
                    return self.url

                @property
                def host(self) -> str:
                    return self.url

                @host.setter
                def host(self, value):
                    self.url = value
            """,
            because="`__init__` gives None; a literal default shows the type; the getter says it",
        ),
        Good(
            """
            from typing import overload
            from typing_extensions import override

            class Parser(list):
                @override
                def append(self, item):
                    pass

                @overload
                def read(self, source: str) -> str: ...
                @overload
                def read(self, source: bytes) -> bytes: ...
                def read(self, source):
                    return source
            """,
            because="the base class, and the overloads, give the types",
        ),
        Good(
            """
            def decorate(name: str) -> object:
                def wrapper(function):
                    def inner(value):
                        return function(value)
                    return inner
                return wrapper
            """,
            because="functions inside functions are not public",
        ),
        Good(
            """
            import pytest
            from django.core.management.base import BaseCommand
            from flask import Flask

            app = Flask(__name__)

            @app.route("/users/<name>")
            def user(name):
                return name

            @pytest.fixture
            def client():
                return app.test_client()

            class Command(BaseCommand):
                def handle(self, *args, **options):
                    return None
            """,
            because="the framework calls them",
        ),
        Good(
            """
            def test_turnover(orders):
                assert orders
            """,
            because="tests are called by their runner",
            path="tests/test_orders.py",
        ),
        Good(
            """
            def upgrade(engine):
                return engine
            """,
            because="a migration is run once, by its tool",
            path="app/migrations/0001_initial.py",
        ),
        Good(
            """
            def scale(value, factor):  # type: (int, int) -> int
                return value * factor

            def shift(value, by):
                # type: (int, int) -> int
                return value + by
            """,
            because="comments give the types",
        ),
    )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        file = self.file
        if not has_public_interface(file) or not is_public(file, node):
            return
        missing = self._missing(node)
        if not missing:
            return
        if is_accessor(node) or is_override(file, node) or is_overloaded(file, node):
            return
        if self._is_called_by_framework(node) or self._has_type_comment(node):
            return
        qualname = file.scope_of(node).qualname
        self.report(
            node,
            f"`{qualname}` gives no type for {_listed(missing)}",
            fix_data=() if missing == [_RESULT] else None,
        )

    def fix_at(self, node: Any) -> Fix | None:
        """Say what it gives, where that is evident and nothing else is missing."""
        if not all(
            is_neutral(self.file.world, self.file.symbol(item.decorator))
            for item in node.decorators
        ):
            return None
        evident = evident_result(self.file, node)
        if evident is None or not is_builtin(self.file, evident, node):
            return None
        if evident.endswith("| None") and not self._postpones:
            return None
        is_method = self._is_method(node)
        if evident == "None" and is_method and node.decorators:
            return None  # a property, which gives something, elsewhere
        is_sure = evident == "None" or not is_method
        title = f"Say that it gives `{evident}`"
        edits = annotate_return(self.file, node, evident)
        return Fix(title, edits, Safety.SAFE if is_sure else Safety.UNSAFE)

    @property
    def _postpones(self) -> bool:
        """Whether annotations are not evaluated, so that Python 3.9 does not mind `|`."""
        found = self.file.tree.top.bindings.get("annotations", ())
        return any(binding.value == "__future__.annotations" for binding in found)

    def _missing(self, node: cst.FunctionDef) -> list[str]:
        params = node.params
        plain = [*params.posonly_params, *params.params]
        if self._is_method(node):
            plain = plain[1:]
        missing = [
            f"`{param.name.value}`"
            for param in (*plain, *params.kwonly_params)
            if param.annotation is None
            and not param.name.value.startswith("_")
            and not self._shows_type(param.default)
        ]
        if node.returns is None and node.name.value != "__init__":
            missing.append(_RESULT)
        return missing

    def _is_method(self, node: cst.FunctionDef) -> bool:
        """Whether the first parameter is the instance or the class."""
        owner = self.file.scope_of(node).parent
        if owner is None or owner.kind != "class":
            return False
        return all(
            self.file.name(item.decorator) != "builtins.staticmethod" for item in node.decorators
        )

    def _shows_type(self, default: cst.BaseExpression | None) -> bool:
        """Whether a default is a literal of the type that is meant."""
        match default:
            case cst.Name(value=value):
                return value in ("True", "False")
            case cst.UnaryOperation(expression=inner):
                return self._shows_type(inner)
        return isinstance(default, (cst.BaseNumber, cst.BaseString))

    def _is_called_by_framework(self, node: cst.FunctionDef) -> bool:
        file = self.file
        if file.roles.get(file.scope_of(node).qualname, set()) & _CALLBACKS:
            return True
        return any(
            _FIXTURES.fullmatch(file.name(item.decorator) or "") is not None
            for item in node.decorators
        )

    def _has_type_comment(self, node: cst.FunctionDef) -> bool:
        match node.body:
            case cst.IndentedBlock(header=header, body=[cst.SimpleStatementLine() as first, *_]):
                return _has_type(header.comment) or any(
                    _has_type(line.comment) for line in first.leading_lines
                )
        return False


def _has_type(comment: cst.Comment | None) -> bool:
    return comment is not None and _TYPE_COMMENT.match(comment.value) is not None


def _listed(items: Sequence[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
