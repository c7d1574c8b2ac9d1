"""`untested-error-path`: a function raises what no test expects."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.linking.project import Project, full_name
from surefoot.model import Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.file import is_test_path
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.testing import expected
from surefoot.semantics.values import PENDING
from surefoot.semantics.visibility import has_public_interface, is_public

_OWN_ERRORS = frozenset({"builtins.TypeError", "builtins.ValueError"})
_CHECKING = re.compile(r"_*(assert|check|validate|ensure|require|raise|fail|abort)(_.*)?")


class UntestedErrorPath(Rule):
    """A function that tests call raises an exception that no test expects.

    The path was written and never run: a wrong name in its message, or a condition the wrong
    way round, shows in production, on top of the error it was meant to report.
    """

    code = "SF1007"
    severity = Severity.INFO
    default = False
    looks_at_tests = True
    examples = (
        Bad(
            """
            # file: pkg/users.py
            class InvalidUser(Exception):
                pass

            def create(d):
                if not d:
                    raise InvalidUser("empty")
                return d
            # file: tests/test_users.py
            from pkg.users import create

            def test_create():
                assert create({"a": 1})
            """
        ),
        Bad(
            """
            # file: pkg/users.py
            class Users:
                def create(self, d):
                    if not d:
                        raise ValueError("empty")
                    return d
            # file: tests/test_users.py
            import pytest
            from pkg.users import Users
            from pkg.other import other

            def test_create():
                assert Users().create({"a": 1})

            def test_other():
                with pytest.raises(ValueError):
                    other()
            """
        ),
        Good(
            """
            # file: pkg/users.py
            class UserError(Exception):
                pass

            class InvalidUser(UserError):
                pass

            def create(d):
                if not d:
                    raise InvalidUser("empty")
                return d

            def remove(d):
                if not d:
                    raise ValueError("empty")
            # file: tests/test_users.py
            import pytest
            from pkg.users import InvalidUser, UserError, create, remove

            def test_create():
                assert create({"a": 1})

            def test_create_bad():
                with pytest.raises(UserError):
                    create({})

            def test_remove():
                remove({"a": 1})
                with pytest.raises((KeyError, ValueError)):
                    remove({})
            """,
            because="a test expects the exception, or a base of it",
        ),
        Good(
            """
            # file: pkg/users.py
            def create(d):
                if not d:
                    raise ValueError("empty")
                return d

            def remove(d):
                if not d:
                    raise ValueError("empty")
            # file: tests/tools.py
            import pytest

            assert_raises = pytest.raises
            # file: tests/test_users.py
            from pkg.users import create, remove
            from tests.tools import assert_raises

            def test_create():
                create({"a": 1})
                remove({"a": 1})
                assert_raises(ValueError, create, {})

            def test_remove():
                with assert_raises(ValueError):
                    remove({})
            """,
            because="by its name, the helper expects the exception",
        ),
        Good(
            """
            # file: pkg/users.py
            class InvalidUser(Exception):
                pass

            def create(d):
                if not d:
                    raise InvalidUser("empty")
                return d

            def _inner(d):
                raise InvalidUser("inner")

            def later(d):
                raise NotImplementedError(d)
            # file: tests/test_users.py
            from pkg.users import _inner, later

            def test_inner():
                _inner(3)
                later(3)
            """,
            because="no test calls it, it is private, or not written yet",
        ),
        Good(
            """
            # file: pkg/users.py
            class Users:
                def __init__(self, limit):
                    if limit < 1:
                        raise ValueError(limit)

                def remove(self, name):
                    if not name:
                        raise ValueError(name)

                def add(self, name):
                    try:
                        if len(name) > 9:
                            raise ValueError(name)
                    except ValueError:
                        return None
                    return name
            # file: tests/test_users.py
            import unittest
            from pkg.users import Users

            class TestUsers(unittest.TestCase):
                def test_users(self):
                    users = Users(3)
                    users.add("a")
                    users.remove("a")

                def test_refused(self):
                    self.assertRaises(ValueError, self.users.remove, "")
                    with self.assertRaises(ValueError):
                        self.make(Users(0))
            """,
            because="the exception is expected of it by name, or caught where it is raised",
        ),
    )

    def visit_Raise(self, node: cst.Raise) -> None:
        if self.file.is_test or node.exc is None or not has_public_interface(self.file):
            return
        function = self.file.function(node)
        if function is None or not is_public(self.file, function):
            return
        made = node.exc.func if isinstance(node.exc, cst.Call) else node.exc
        if _CHECKING.fullmatch(function.name.value) or not last_name(made)[:1].isupper():
            return
        if self._is_caught(node):
            return
        name = self.file.symbols.definition(self.file.scope_of(function))
        self.note(node, "raises", name, self.file.symbol(made))

    def _is_caught(self, node: cst.Raise) -> bool:
        """Whether a handler of the same function has the exception first."""
        child: cst.CSTNode = node
        for parent in self.file.ancestors(node):
            if isinstance(parent, cst.FunctionDef):
                return False
            if isinstance(parent, cst.Try) and parent.body is child and parent.handlers:
                return True
            child = parent
        return False

    def visit_Call(self, node: cst.Call) -> None:
        if not self.file.is_test:
            return
        exception = expected(self.file, node)
        if exception is not None:
            elements = exception.elements if isinstance(exception, cst.Tuple) else ()
            classes = [element.value for element in elements] or [exception]
            symbols = tuple(self.file.symbol(item) for item in classes)
            self.note(node, "expects", symbols, tuple(sorted(self._subjects(node))))

    def _subjects(self, node: cst.Call) -> set[str]:
        """Return the names of what is called where an exception is expected."""
        parent = self.file.parent(node)
        block = self.file.parent(parent) if isinstance(parent, cst.WithItem) else None
        if isinstance(block, cst.With):
            calls = inside([block.body], into=(cst.FunctionDef, cst.Lambda))
            return {last_name(item.func) for item in calls if type(item) is cst.Call}
        return {last_name(item.value) for item in node.args}

    def link(self, project: Project) -> None:
        anywhere: set[str] = set()
        by_test: dict[tuple[str, str], set[str]] = {}
        by_subject: dict[str, set[str]] = {}
        for examination, note in project.notes(self.name):
            if note.data[0] == "expects":
                names = set(self._names(project, note.data[1]))
                anywhere |= names
                by_test.setdefault((examination.path, note.scope), set()).update(names)
                for subject in note.data[2]:  # type: ignore[attr-defined]
                    by_subject.setdefault(str(subject), set()).update(names)
        for examination, note in project.notes(self.name):
            if note.data[0] != "raises":
                continue
            function = str(note.data[1])
            value = project.world.value(note.data[2])  # type: ignore[arg-type]
            if value is None or value[0] != "n":
                continue
            exception = str(value[1])
            own = project.world.cls(exception) is not None
            if not own and exception not in _OWN_ERRORS:
                continue
            tests = [call for call in project.callers.get(function, ()) if is_test_path(call.path)]
            shown = function.removesuffix(".__init__").rpartition(".")[2]
            known = anywhere
            if not own:
                known = set(by_subject.get(shown, ())).union(
                    *(by_test.get((call.path, call.function), set()) for call in tests)
                )
            if not tests or not known.isdisjoint(self._bases(project, exception)):
                continue
            callers = [call.function.rpartition(".")[2] for call in tests]
            first = next((each for each in callers if each.startswith("test")), callers[0])
            caller = first or full_name(tests[0].module, "")
            self.report(
                note,
                f"no test expects the `{exception.rpartition('.')[2]}` that `{shown}` raises here, "
                f"and `{caller}` takes another way",
                path=examination.path,
            )

    def _names(self, project: Project, symbols: object) -> Iterator[str]:
        """Yield the classes that are expected, `builtins.Exception` for one that is not known."""
        for symbol in symbols:  # type: ignore[attr-defined]
            value = project.world.value(symbol)
            known = value is not None and value[0] == "n"
            yield str(value[1]) if value is not None and known else "builtins.Exception"

    def _bases(self, project: Project, exception: str) -> set[str]:
        """Return the class and all that are bases of it, or may be."""
        found = {"builtins.Exception", "builtins.BaseException", exception}
        for owner in project.world.lineage(exception):
            if owner != PENDING:
                found.add(str(owner[1]))
                found.update(project.facts.ancestors(str(owner[1])))
        return found
