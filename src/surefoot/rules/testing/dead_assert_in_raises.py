"""`dead-assert-in-raises`: an assertion stands after the call that raises, in the same block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

import libcst as cst

from surefoot.edits.statements import move_behind
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.testing import expected, is_check, root

_ANYTHING = frozenset({"AssertionError", "BaseException", "Exception", "Failed"})
_BY_ACCESS = frozenset({"AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"})
_OF_MOCKS = re.compile(r"assert_(any_|has_|not_)?(call|await)\w*")
_READING = frozenset({"str", "repr", "len", "isinstance", "list", "dict", "set", "sorted", "type"})


class DeadAssertInRaises(Rule):
    """An assertion stands after the call that raises, inside the block that expects it.

    The call leaves the block, so the assertion never runs: it may say anything, and the test
    stays green. Move it below the block.
    """

    code = "SF1001"
    severity = Severity.WARNING
    looks_at_tests = True
    examples = (
        Bad(
            """
            import pytest

            def test_v():
                with pytest.raises(ValueError):
                    f(); assert g() == 1
            """,
            path="test_v.py",
        ),
        Bad(
            """
            import pytest

            def test_refused(client):
                with pytest.raises(ValueError) as caught:
                    client.send("")
                    assert "empty" in str(caught.value)
            """,
            fixed="""
            import pytest

            def test_refused(client):
                with pytest.raises(ValueError) as caught:
                    client.send("")
                assert "empty" in str(caught.value)
            """,
            path="test_client.py",
        ),
        Bad(
            """
            import unittest

            class TestClient(unittest.TestCase):
                def test_refused(self):
                    with self.assertRaises(ConnectionError):
                        answer = send("")
                        self.assertIsNone(answer)
                        self.assertEqual(len(sent), 0)
            """,
            path="test_client.py",
        ),
        Good(
            """
            import pytest

            def test_refused(client):
                with pytest.raises(ValueError) as caught:
                    client.send("")
                assert "empty" in str(caught.value)
            """,
            because="it runs after the block",
            path="test_client.py",
        ),
        Good(
            """
            import pytest

            def test_refused(client):
                with pytest.raises(AssertionError):
                    client.send("")
                    assert client.sent
                with pytest.raises(ValueError):
                    client.send("")
                    assert False, "not reached"
                with pytest.raises(ValueError):
                    client.send("")
                    pytest.fail("not reached")
            """,
            because="the assertion is what may fail, or says that nothing was raised",
            path="test_client.py",
        ),
        Good(
            """
            import pytest

            def test_refused(make):
                with pytest.raises(ConnectionError):
                    client = make()
                    assert client.send("").is_done()
                with pytest.raises(ConnectionError):
                    assert make().send("")
            """,
            because="the assertion makes the call that raises",
            path="test_client.py",
        ),
        Good(
            """
            import pytest

            def test_later(client):
                with pytest.raises(ConnectionError):
                    for _ in range(3):
                        client.send("")
                    assert client.send("last")
                with pytest.raises(ConnectionError):
                    client.send("")
                    assert client.sent == 1
                    client.send("")
            """,
            because="it is not known which of the calls raises",
            path="test_client.py",
        ),
        Good(
            """
            import pytest
            from settings import Settings

            def test_missing():
                with pytest.raises(KeyError):
                    settings = Settings({"a": 1})
                    settings.assert_keys_exist("a", "b")
            """,
            because="a method of what is tested, and it is what raises",
            path="test_settings.py",
        ),
        Good(
            """
            import pytest

            def test_missing(client):
                with pytest.raises(AttributeError):
                    client.open()
                    assert client.nothing
            """,
            because="reading the attribute raises",
            path="test_client.py",
        ),
    )

    def visit_With(self, node: cst.With) -> None:
        if not self.file.is_test:
            return
        for item in node.items:
            exception = expected(self.file, item.item)
            if exception is not None:
                self._judge(exception, self._target(item), body_of(node.body))
                return

    def _target(self, item: cst.WithItem) -> str:
        name = item.asname.name if item.asname is not None else None
        return name.value if isinstance(name, cst.Name) else ""

    def _judge(
        self, exception: cst.BaseExpression, target: str, statements: Sequence[cst.CSTNode]
    ) -> None:
        classes = self._names(exception)
        index = len(statements)
        while index > 0 and self._is_assertion(statements[index - 1]):
            index -= 1
        if index in (0, len(statements)) or not classes.isdisjoint(_ANYTHING):
            return
        before, first = statements[:index], statements[index]
        if any(map(self._is_assertion, before)):
            return
        act = self._acts(before[-1])
        if act is None:
            return
        reads_target = bool(target) and any(root(name) == target for name in self._names_in(first))
        foreign = any(self._is_foreign(call) for call in self._calls(first))
        confidence = Confidence.HIGH
        if not reads_target:
            if foreign and (isinstance(before[-1], cst.Assign) or len(before) > 1):
                return
            if not classes.isdisjoint(_BY_ACCESS) and self._accesses(first):
                return
            if len(before) > 1 or foreign:
                confidence = Confidence.MEDIUM
        self.report(
            first,
            f"this assertion never runs: `{act}` raises `{self.file.code(exception)}` before it",
            confidence=confidence,
            fix_data=(),
        )

    def fix_at(self, node: Any) -> Fix | None:
        """Move the assertions behind the block, unless they ask for what the call would give."""
        _, block = islice(self.file.ancestors(node), 2)
        statements = body_of(block)
        index = next(i for i, item in enumerate(statements) if item is node)
        match statements[index - 1]:
            case cst.Assign(targets=targets):
                given = {root(each.target) for each in targets}
                given |= {root(name) for each in targets for name in self._names_in(each.target)}
                rest = [name for item in statements[index:] for name in self._names_in(item)]
                if any(root(name) in given for name in rest):
                    return None
            case cst.AnnAssign():
                return None
        edits = move_behind(self.file, node)
        return Fix("Move what never runs below the block", edits, Safety.UNSAFE)

    def _names(self, exception: cst.BaseExpression) -> set[str]:
        if isinstance(exception, cst.Tuple):
            return {last_name(element.value) for element in exception.elements}
        return {last_name(exception)}

    def _acts(self, statement: cst.CSTNode) -> str | None:
        """Return what a plain statement calls last; None for any other."""
        if not isinstance(statement, (cst.Expr, cst.Assign, cst.AnnAssign)):
            return None
        value = statement.value
        if isinstance(value, cst.Await):
            value = value.expression
        return last_name(value.func) if isinstance(value, cst.Call) else None

    def _is_assertion(self, statement: cst.CSTNode) -> bool:
        match statement:
            case cst.Assert(test=cst.Name(value="False" | "None") | cst.Integer()):
                return False
            case cst.Assert():
                return True
            case cst.Expr(value=cst.Call() as call):
                name = last_name(call.func)
                return name.startswith("assert") and self._checks(call, name)
        return False

    def _checks(self, call: cst.Call, name: str) -> bool:
        """Whether a call asserts for the test: a method of another object, whatever its name,
        may be what is tested."""
        if isinstance(call.func, cst.Attribute) and _OF_MOCKS.fullmatch(name) is None:
            owner = root(call.func)
            scope = self.file.scope(call).find(owner)
            bindings = scope.bindings[owner] if scope is not None else ()
            if owner not in ("self", "cls") and any(each.kind != "import" for each in bindings):
                return False
        return is_check(self.file, call)

    def _calls(self, statement: cst.CSTNode) -> list[cst.Call]:
        return [call for call in self._inside(statement) if isinstance(call, cst.Call)]

    def _names_in(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        return [name for name in self._inside(statement) if isinstance(name, cst.Name)]

    def _accesses(self, statement: cst.CSTNode) -> bool:
        return any(
            isinstance(item, cst.Subscript)
            or (isinstance(item, cst.Attribute) and root(item) != "self")
            for item in self._inside(statement)
        )

    def _is_foreign(self, call: cst.Call) -> bool:
        """Whether a call may be one that raises what is expected."""
        name = last_name(call.func)
        return not (name in _READING or is_check(self.file, call))

    def _inside(self, statement: cst.CSTNode) -> list[cst.CSTNode]:
        found, stack = [], [statement]
        while stack:
            node = stack.pop()
            found.append(node)
            stack.extend(node.children)
        return found
