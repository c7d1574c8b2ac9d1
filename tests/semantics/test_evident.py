"""Types that functions give for certain."""

from __future__ import annotations

import libcst as cst
import pytest

from surefoot.semantics.evident import evident_result
from tests.fixing.test_edits import opened


@pytest.mark.parametrize(
    ("parameters", "body", "wanted"),
    [
        ("x: str", "return x", "str"),
        ("x: str = ''", "return x", "str"),
        ("x: str = None", "return x", None),
        ("*x: str", "return x", None),
        ("x: 'str'", "return x", None),
        ("x: list", "return x", None),
        ("x: str", "if x:\n  return x\n return None", "str | None"),
        ("x: str", "if x:\n  return True", "bool | None"),
        ("x: str", "for y in x:\n  return 1", "int | None"),
        ("x: str", "return x.strip().split(',')", "list[str]"),
        ("x: str", "return x.split()[0]", None),
        ("x", "return x.split()", None),
        ("x: str", "return {'a': x}", "dict[str, str]"),
        ("x: str", "return {'a': x, **x}", None),
        ("x: str", "return {'a': x, 'b': 1}", None),
        ("x: str", "return {}", None),
        ("", "n = 0\n for y in z:\n  n += 1\n return n", "int"),
        ("", "n = 0\n n += z\n return n", None),
        ("", "n = 1\n n /= 2\n return n", None),
        ("", "n = 1\n n = 'a'\n return n", None),
        ("", "n = n\n return n", None),
        ("", "for n in z:\n  pass\n return n", None),
        ("", "global n\n n = 1\n return n", None),
        ("", "n = []\n n.append(1)\n return n", None),
        ("x: float", "return x / 2", "float"),
        ("x: int", "return x + 1", "int"),
        ("x: int", "return x + y", None),
        ("x: int", "return 'a%s' % x", "str"),
        ("x: int", "return len(z) > x and x == 2", "bool"),
        ("x: int", "return x == y", None),
        ("x: int", "return x if x else 'a'", None),
        ("x: int", "def g():\n  nonlocal x\n  x = ''\n return x", None),
        ("x: int", "yield x", None),
        ("x: int", "while True:\n  print(x)", None),
    ],
)
def test_results(parameters: str, body: str, wanted: str | None) -> None:
    """All that a function returns is of one type, or nothing is said."""
    file = opened(f"n = 1\ndef f({parameters}):\n {body}\n")
    function = file.tree.module.body[1]
    assert isinstance(function, cst.FunctionDef)
    assert evident_result(file, function) == wanted
