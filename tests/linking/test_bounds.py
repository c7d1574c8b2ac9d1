"""Projects that go round and round, or on and on: linking ends, and says what it can."""

from __future__ import annotations

from surefoot.catalog import all_rules
from surefoot.model import Finding
from surefoot.rule import Rule
from tests.checking import check

NAMED = {rule.name: rule for rule in all_rules()}
TIMEOUT: list[type[Rule]] = [NAMED["missing-timeout"]]
ASYNC: list[type[Rule]] = [NAMED["blocking-reachable-from-async"]]


def places(findings: list[Finding]) -> list[tuple[str, int]]:
    return [(finding.path, finding.span.line) for finding in findings]


def test_names_that_only_refer_to_each_other() -> None:
    """Re-exports that go round name nothing; what stands beside them is still known."""
    files = {
        "one.py": "from two import session, get\nfrom two import *\n",
        "two.py": "from three import session\nfrom one import get\nfrom three import *\n",
        "three.py": "from one import *\nfrom one import session\nimport requests\n"
        "http = requests.Session()\n",
        "use.py": "from one import get, http, session\nsession.get(1)\nget(1)\nhttp.get(1)\n",
    }
    assert places(check(files, TIMEOUT)) == [("use.py", 4)]


def test_classes_that_inherit_from_each_other() -> None:
    """Bases that go round end; attributes of the classes are still found."""
    files = {
        "one.py": "import requests\nfrom two import B\n\nclass A(B):\n"
        "    http = requests.Session()\n",
        "two.py": "from one import A\n\nclass B(A):\n    pass\n\nclass C(C):\n    pass\n",
        "use.py": "from two import B, C\nB().http.get(1)\nB().other.get(1)\nC().http.get(1)\n",
    }
    assert places(check(files, TIMEOUT)) == [("use.py", 2)]


def test_a_value_that_is_made_of_itself() -> None:
    """Factories that call each other give nothing that is known."""
    files = {
        "one.py": "import two\n\ndef make():\n    return two.make()\n\nclient = two.client.child\n",
        "two.py": "import one\n\ndef make():\n    return one.make()\n\nclient = one.client.child\n",
        "use.py": "import one\none.make().get(1)\none.client.get(1)\n",
    }
    assert check(files, TIMEOUT) == []


def test_a_session_behind_many_reexports() -> None:
    """A name may be handed on by a dozen modules."""
    files = {"m0.py": "import requests\nsession = requests.Session()\n"}
    files |= {f"m{i}.py": f"from m{i - 1} import session\n" for i in range(1, 13)}
    files["use.py"] = "from m11 import session\nsession.get(1)\n"
    assert places(check(files, TIMEOUT)) == [("use.py", 2)]


def test_a_chain_of_a_thousand_modules() -> None:
    """Functions, names, bases and factories that go through a thousand modules end as unknown
    or known, without a failure; a wait nearby is found beside them."""
    files = {
        "m0.py": "import requests, time\n\nsession = requests.Session()\n\n"
        "class A: pass\n\ndef run():\n    time.sleep(1)\n\ndef make():\n    return session\n"
    }
    for i in range(1, 1000):
        below = f"m{i - 1}"
        files[f"m{i}.py"] = (
            f"import {below}\nfrom {below} import session\n\nclass A({below}.A): pass\n\n"
            f"def run():\n    return {below}.run()\n\ndef make():\n    return {below}.make()\n"
        )
    files["use.py"] = (
        "import m2, m999\n\n"
        "async def far():\n    m999.run()\n    m999.A().run()\n    return m999.make().run()\n\n"
        "async def near():\n    m2.run()\n"
    )
    assert places(check(files, [*ASYNC, *TIMEOUT])) == [("use.py", 9)]


def test_everybody_calls_everybody() -> None:
    """Where every function calls all others, each coroutine is told its shortest way."""
    names = [f"f{i}" for i in range(40)]
    body = "".join(f"    {name}()\n" for name in names)
    code = "import time\n" + "".join(f"def {name}():\n{body}" for name in names)
    code += "def f40():\n    time.sleep(1)\n    f0()\n"
    files = {
        "ring.py": code.replace("    f39()\n", "    f39()\n    f40()\n"),
        "use.py": "import ring\n\nasync def show():\n    ring.f7()\n",
    }
    (finding,) = check(files, ASYNC)
    assert [step.path for step in finding.chain] == ["use.py", "ring.py", "ring.py"]


def test_iterators() -> None:
    """An iterator that gives itself, one that gives another, and two that give each other."""
    files = {
        "own.py": "import requests\n\nclass Own:\n    def __iter__(self):\n        return self\n\n"
        "    def __next__(self):\n        return requests.Session()\n\n"
        "class Other:\n    def __iter__(self):\n        return Own()\n\n"
        "class Bare:\n    def __iter__(self):\n        return self\n",
        "ring.py": "class A:\n    def __iter__(self):\n        return B()\n\n"
        "class B:\n    def __iter__(self):\n        return A()\n",
        "use.py": "import own, ring\n\n"
        "for session in own.Own():\n    session.get(1)\n"
        "for session in own.Other():\n    session.get(1)\n"
        "for session in own.Bare():\n    session.get(1)\n"
        "for session in ring.A():\n    session.get(1)\n",
    }
    assert places(check(files, TIMEOUT)) == [("use.py", 4), ("use.py", 6)]
