"""`test-without-assertion`: a test that checks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.linking.project import Project
from surefoot.model import Confidence, Note, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.handlers import body_of, last_name
from surefoot.semantics.remarks import is_lenient_text
from surefoot.semantics.summary import Symbol
from surefoot.semantics.testing import calls_in, is_check, is_check_name, tests_in

_MERELY_RUNS = re.compile(
    r"(?i)(.*_)?(smoke|imports?|importable|compiles?|no_(error|exception|crash|raise|op)s?|noop|"
    r"(does|do|is|will|should)_?(not|nt)_.*|doesnt_.*|"
    r"(not|never|without)_.*(rais|crash|fail|err|throw|exception|block|hang|leak|warn).*|"
    r"(can|could|may)_.*|works?|runs?|ok|valid|accept\w*|allow\w*|ignor\w*|succe\w*|safe\w*|"
    r"idempotent|twice|pickl\w*|repr|str|example\w*|docs?|demo|benchmark|perf\w*|debug|deadlock|"
    r"leak\w*|regression|bug|issue\w*|gh\w*|ticket)(_.*)?"
)
_SAYS_SO = re.compile(
    r"(?i)smoke|does(n't| not)|do(n't| not)|should(n't| not)|must(n't| not)|will not|won't|"
    r"no (error|exception|crash|raise)|without (error|exception|rais|crash|fail|an? )|"
    r"not (raise|crash|fail|throw|error|hang|block)|just|only|make sure|ensure|check that|verify|"
    r"sanity|regression|works?|is (ok|fine|allowed|valid|accepted)|can be|never|no-?op|nothing"
)
_LEAVES_OUT = re.compile(
    r"(?i).*(skip|xfail|expected_?failure|raises|assert|expect|throws|compar|warns|"
    r"no_|check|figures|benchmark|parametrize_?with).*"
)
_PARAMETERS_LEAVE_OUT = re.compile(r"skip|xfail|raises|nullcontext")
_BUILTIN = frozenset(
    {"print", "len", "str", "list", "dict", "set", "tuple", "range", "super", "open"}
)
_DEEPEST = 4


class TestWithoutAssertion(Rule):
    """A test checks nothing of what it runs.

    It stays green whatever the code gives back, as long as nothing is raised: it counts as
    coverage and finds no mistake. Compare the result, or say in the name that running is all
    that is asked (`test_..._does_not_raise`).
    """

    code = "SF1002"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    looks_at_tests = True
    examples = (
        Bad(
            """
            def create(data):
                return dict(data)

            def test_x():
                create({"a": 1})
            """,
            path="test_x.py",
        ),
        Bad(
            """
            def add(a, b):
                return a + b

            def test_add():
                result = add(1, 2)
                result == 3
            """,
            path="test_add.py",
        ),
        Bad(
            """
            import unittest
            from shop import price

            class TestPrice(unittest.TestCase):
                def test_price(self):
                    total = price("a", 3)
                    print(total)
            """,
            path="tests/price.py",
        ),
        Bad(
            """
            import unittest
            import pytest
            from shop import price

            class PriceSuite(unittest.TestCase):
                def test_price(self):
                    self.total(3) == 9

                def total(self, count):
                    return price("a", count)

            @pytest.mark.parametrize(("count", "expected"), [(1, 3), (2, 6)])
            def test_price(count, expected):
                price("a", count) == expected
            """,
            count=2,
            path="tests/test_price.py",
        ),
        Bad(
            """
            # file: shop.py
            def price(name, count):
                assert count > 0
                return 3 * count
            # file: tests/test_price.py
            from shop import price

            def test_price():
                total = price("a", 3)
            """
        ),
        Bad(
            """
            # file: pkg/users.py
            def create(data):
                return User(**data)
            # file: tests/test_users.py
            from pkg.users import create

            def test_x():
                create({"a": 1})
            """
        ),
        Good(
            """
            # file: pkg/users.py
            def remove(user):
                user.delete()
            # file: tests/test_users.py
            from pkg.users import remove

            def test_x(user):
                remove(user)
            """,
            because="it gives nothing back that could be checked",
        ),
        Good(
            """
            def test_imports_smoke():
                import pkg

            def test_close_does_not_raise(client):
                client.close()

            def test_page(client):
                _ = client.page(3)

            def test_close_twice(client):
                client.close()
                client.close()
            """,
            because="by their names, or `_`, running is all that is asked",
            path="test_x.py",
        ),
        Good(
            """
            def create(data):
                return dict(data)

            def check_user(user):
                assert user

            def same(user):
                check_user(user)

            def test_y():
                r = create({"a": 1})
                check_user(r)

            def test_z():
                same(create({"a": 1}))
            """,
            because="a function that it calls checks",
            path="test_y.py",
        ),
        Good(
            """
            # file: tests/users.py
            def whole(user):
                assert user["id"]
            # file: tests/test_users.py
            from tests.users import whole

            def test_user():
                whole({"id": 1})
            """,
            because="a function of another file checks",
        ),
        Good(
            """
            import pytest
            import unittest

            def test_refused(client):
                with pytest.raises(ValueError):
                    client.send("")

            def test_sent(client, mocker):
                post = mocker.patch("requests.post")
                client.send("x")
                post.assert_called_once_with("x")

            class TestClient(unittest.TestCase):
                def test_sent(self):
                    self.assertEqual(self.client.send("x"), 1)
            """,
            because="an exception, a call or a value is checked",
            path="test_client.py",
        ),
        Good(
            """
            import pytest

            @pytest.mark.skip(reason="not written")
            def test_later(client):
                client.send("x")

            def test_shown(run):
                run("select 1")

            class TestBase(Base):
                def test_inherited(self):
                    self.round_trip("x")

            def test_close(client):
                # must not raise
                client.close()
            """,
            because="left out; a fixture or an inherited method may check; a remark says so",
            path="test_client.py",
        ),
        Good(
            """
            def test_errors(client):
                try:
                    client.send("")
                except ConnectionError:
                    return
                raise RuntimeError("nothing was raised")
            """,
            because="it fails by hand",
            path="test_client.py",
        ),
    )

    def visit_Module(self, node: cst.Module) -> None:
        file = self.file
        if not (file.is_test or "test" in file.path):
            return
        tests = tests_in(file)
        for function in file.tree.of(cst.FunctionDef):
            if function not in tests and self._checks(function):
                self.note(function, "checks", file.symbols.definition(file.scope_of(function)))
        for test in tests:
            if not self._is_excused(test) and not self._checks(test):
                self._judge(test)

    def _judge(self, test: cst.FunctionDef) -> None:
        for statement in _statements(test):
            if isinstance(statement, cst.Expr) and isinstance(statement.value, cst.Comparison):
                self.report(
                    statement,
                    "the comparison is made and its result dropped: the test passes either way",
                    confidence=Confidence.HIGH,
                )
                return
        statements = list(_statements(test))
        unread = any(map(self._is_left_unread, statements))
        dropped = [symbol for symbol in map(self._dropped, statements) if symbol is not None]
        if not (unread or dropped):
            return  # what it runs may do all it does elsewhere
        callees = []
        for call in calls_in(self.file, test):
            name = last_name(call.func)
            if isinstance(call.func, cst.Name) and self._is_given(test, name):
                return
            if isinstance(call.func, cst.Attribute) and _is_self(call.func.value):
                return
            if name not in _BUILTIN:
                callees.append(self.file.symbol(call.func))
        self.note(test, "test", test.name.value, tuple(callees), unread, tuple(dropped))

    def _dropped(self, statement: cst.CSTNode) -> Symbol:
        """Return the function that a statement calls for nothing but what it does."""
        match statement:
            case cst.Expr(value=cst.Call(func=cst.Name() as function, args=[_, *_])):
                return self.file.symbol(function)
        return None

    def _is_left_unread(self, statement: cst.CSTNode) -> bool:
        """Whether a statement works a value out and nobody looks at it again."""
        match statement:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if name.startswith("_") or not isinstance(value, (cst.Call, cst.Await)):
                    return False
                owner = self.file.scope(statement).find(name)
                return owner is not None and all(
                    self._is_unread(use) for use in self.file.uses(name, owner)
                )
        return False

    def _is_unread(self, use: cst.Name) -> bool:
        parent = self.file.parent(use)
        if isinstance(parent, cst.AssignTarget):
            return True
        call = self.file.parent(parent) if isinstance(parent, cst.Arg) else None
        return isinstance(call, cst.Call) and last_name(call.func) == "print"

    def _is_given(self, test: cst.FunctionDef, name: str) -> bool:
        """Whether a name is a parameter of the test, or of nothing that is known."""
        owner = self.file.scope(test.body).find(name)
        return owner is not None and owner.node is test

    def _is_excused(self, test: cst.FunctionDef) -> bool:
        if _MERELY_RUNS.fullmatch(test.name.value.removeprefix("test").lstrip("_")):
            return True
        if any(self._leaves_out(item.decorator) for item in test.decorators):
            return True
        cls = self.file.cls(test)
        if cls is not None and any(
            isinstance(item, cst.FunctionDef)
            and "ear" in item.name.value
            and "own" in item.name.value
            for item in body_of(cls.body)
        ):
            return True
        names = self.file.scope_of(test).bindings
        if any(is_check_name(name) and not name.startswith("expected") for name in names):
            return True
        text = " ".join(_comments(test))
        return _SAYS_SO.search(text) is not None or is_lenient_text(text)

    def _leaves_out(self, decorator: cst.BaseExpression) -> bool:
        """Whether a decorator, as it reads, leaves a test out or checks something for it."""
        code = self.file.code(decorator)
        if isinstance(decorator, cst.Call) and last_name(decorator.func) == "parametrize":
            return _PARAMETERS_LEAVE_OUT.search(code) is not None
        return _LEAVES_OUT.fullmatch(code) is not None

    def _checks(self, function: cst.FunctionDef) -> bool:
        """Whether a function asserts, raises or calls what by its name checks something."""
        stack: list[cst.CSTNode] = [function.body]
        while stack:
            node = stack.pop()
            if isinstance(node, (cst.Assert, cst.Raise, cst.Yield)):
                return True
            if isinstance(node, cst.Call) and is_check(self.file, node):
                return True
            stack.extend(node.children)
        return False

    def link(self, project: Project) -> None:
        tests: list[tuple[str, Note]] = []
        checking: set[str] = set()
        for examination, note in project.notes(self.name):
            if note.data[0] == "checks":
                checking.add(str(note.data[1]))
            else:
                tests.append((examination.path, note))
        for path, note in tests:
            _, _, callees, unread, dropped = note.data
            assert isinstance(dropped, tuple)
            if not (unread or any(_gives_value(project, symbol) for symbol in dropped)):
                continue
            if not self._reaches(project, checking, callees):
                self.report(
                    note,
                    f"`{note.data[1]}` checks nothing: it passes whatever comes back",
                    path=path,
                    confidence=Confidence.MEDIUM if unread else Confidence.LOW,
                )

    def _reaches(self, project: Project, checking: set[str], callees: object) -> bool:
        """Whether one of the functions called, or called by these in turn, checks something,
        or may do so because it is not known."""
        reached: list[str] = []
        for symbol in callees:  # type: ignore[attr-defined]
            value = project.world.value(symbol)
            if value is not None and value[0] in ("n", "m"):
                reached.append(str(value[1]))
            elif symbol is not None and symbol[0] == "n":
                return True
        seen: set[str] = set()
        for _ in range(_DEEPEST):
            if not checking.isdisjoint(reached):
                return True
            if any(is_check_name(name.rpartition(".")[2]) for name in reached):
                return True
            seen.update(reached)
            reached = [
                call.name
                for name in reached
                if "test" in name and project.function(name) is not None
                for call in project.calls_in.get(name, ())
                if call.name is not None and call.name not in seen
            ]
        return False


def _gives_value(project: Project, symbol: Symbol) -> bool:
    """Whether a symbol means a function of the project that gives something back."""
    value = project.world.value(symbol)
    function = project.function(value[1]) if value is not None and value[0] == "n" else None
    return function is not None and function.returns != ("k", None) and not function.is_generator


def _statements(test: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    stack: list[cst.CSTNode] = list(reversed(body_of(test.body)))
    while stack:
        statement = stack.pop()
        yield statement
        body = getattr(statement, "body", None)
        if isinstance(body, cst.BaseSuite) and not isinstance(
            statement, (cst.FunctionDef, cst.ClassDef)
        ):
            stack.extend(reversed(body_of(body)))


def _is_self(node: cst.CSTNode) -> bool:
    match node:
        case cst.Name(value="self" | "cls") | cst.Call(func=cst.Name(value="super")):
            return True
    return False


def _comments(function: cst.FunctionDef) -> Iterator[str]:
    stack: list[cst.CSTNode] = [function]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Comment) or (
            isinstance(node, cst.SimpleString)
            and node.prefix == ""
            and node.quote[:1] * 3 in (node.quote)
        ):
            yield node.value
        stack.extend(node.children)
