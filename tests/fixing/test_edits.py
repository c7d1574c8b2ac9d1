"""Edits that rules write, on code as people write it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import libcst as cst
import pytest

from surefoot import edits
from surefoot.model import Edit, SourceFile
from surefoot.semantics.file import File
from surefoot.syntax.parse import parse
from surefoot.syntax.tree import Tree
from tests.checking import shipped_facts

Write = Callable[[File], tuple[Edit, ...]]


def opened(code: str, module: str = "app.service") -> File:
    source = SourceFile(f"{module}.py", module, code.encode(), packages=frozenset({"app"}))
    parsed = parse(source.content)
    return File(source, parsed, Tree(parsed.module, module, False, ()), shipped_facts())


def edited(code: str, write: Write, module: str = "app.service") -> str:
    """Return the code after edits; it must still parse."""
    file = opened(code, module)
    after = edits.apply(file.text, write(file))
    cst.parse_module(after)
    return after


def call(file: File, name: str = "f") -> cst.Call:
    """The call of a function by its name."""
    return next(
        node
        for node in file.tree.of(cst.Call)
        if file.code(node.func).rpartition(".")[2] in (name, f"({name})")
    )


def text(code: str) -> str:
    return textwrap.dedent(code).lstrip("\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f()", "f(t=1)"),
        ("f( )", "f(t=1)"),
        ("f (a)", "f (a, t=1)"),
        ("(f)(a)", "(f)(a, t=1)"),
        ("(f(a))", "(f(a, t=1))"),
        ("f(a,)", "f(a, t=1,)"),
        ("f(a , )", "f(a, t=1 , )"),
        ("f(a, t=None)", "f(a, t=1)"),
        ("f(*a)", "f(*a, t=1)"),
        ("f(**k)", "f(t=1, **k)"),
        ("f(a, **k, b=2)", "f(a, t=1, **k, b=2)"),
        ("f(x for x in y)", "f((x for x in y), t=1)"),
        ("f((x for x in y))", "f((x for x in y), t=1)"),
        ("f(lambda: 1)", "f(lambda: 1, t=1)"),
        ("f((a, b))", "f((a, b), t=1)"),
        ("f(')')  # f(", "f(')', t=1)  # f("),
        ("g(f(a)).h(b)", "g(f(a, t=1)).h(b)"),
        ("x = f'{f(a)!r:>10}'", "x = f'{f(a, t=1)!r:>10}'"),
        ("f(\n    a,\n    b,\n)", "f(\n    a,\n    b,\n    t=1,\n)"),
        ("f(\n    a,\n    b\n)", "f(\n    a,\n    b,\n    t=1\n)"),
        ("f(\n    a,\n    b)", "f(\n    a,\n    b,\n    t=1)"),
        ("f(\n    a,  # one\n    b,  # two\n)", "f(\n    a,  # one\n    b,  # two\n    t=1,\n)"),
        ("f(\n    a,\n    b  # two\n)", "f(\n    a,\n    b,  # two\n    t=1\n)"),
        ("f(\n    a,\n    **k,\n)", "f(\n    a,\n    t=1,\n    **k,\n)"),
        ("f(a,\n  b)", "f(a,\n  b,\n  t=1)"),
        ("f(\n    a, b\n)", "f(\n    a, b, t=1\n)"),
        ("f(\n\ta,\n\t# last\n)", "f(\n\ta,\n\tt=1,\n\t# last\n)"),
        ("f(\r\n    a,\r\n)\r\n", "f(\r\n    a,\r\n    t=1,\r\n)\r\n"),
        ("f(\r    a,\r)\r", "f(\r    a,\r    t=1,\r)\r"),
    ],
)
def test_keyword(before: str, after: str) -> None:
    """A keyword stands where people would put it, whatever the call looks like."""
    assert edited(before, lambda file: edits.set_keyword(file, call(file), "t", "1")) == after


def test_keyword_among_comments() -> None:
    """Parentheses that hold nothing but a comment are left to people."""
    file = opened("f(  # nothing yet\n)\n")
    with pytest.raises(edits.Unfixable):
        edits.set_keyword(file, call(file), "t", "1")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f(a, x=1)", "f(a)"),
        ("f(x=1, a=2)", "f(a=2)"),
        ("f(x=1)", "f()"),
        ("f(x=1,)", "f()"),
        ("f(\n    a,\n    x=1,\n)", "f(\n    a,\n)"),
        ("f(\n    x=1,\n    a=2,\n)", "f(\n    a=2,\n)"),
    ],
)
def test_argument_removed(before: str, after: str) -> None:
    """An argument goes with the comma that belongs to it."""

    def write(file: File) -> tuple[Edit, ...]:
        node = call(file)
        argument = next(each for each in node.args if each.keyword and each.keyword.value == "x")
        return edits.remove_argument(file, node, argument)

    assert edited(before, write) == after


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("x = f()", "a or b", "x = a or b"),
        ("x = not f()", "a or b", "x = not (a or b)"),
        ("x = f().y", "a", "x = a.y"),
        ("x = f().y", "1", "x = (1).y"),
        ("x = f() + 1", "a + b", "x = (a + b) + 1"),
        ("x = (f())", "a or b", "x = (a or b)"),
        ("x = f(),", "a, b", "x = (a, b),"),
        ("x = [f(), 1]", "a if b else c", "x = [a if b else c, 1]"),
        ("g(f())", "a, b", "g((a, b))"),
        ("x = 1if(f())else 2", "a", "x = 1if(a)else 2"),
    ],
)
def test_expression_replaced(before: str, new: str, after: str) -> None:
    """An expression gets parentheses where it would mean something else without."""
    assert edited(before, lambda file: edits.replace(file, call(file), new)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f()", "x = await f()"),
        ("x = f().y", "x = (await f()).y"),
        ("x = f()[0]", "x = (await f())[0]"),
        ("f()()", "(await f())()"),
        ("x = (f())", "x = (await f())"),
        ("x = -f() ** 2", "x = -await f() ** 2"),
        ("x = [f() for y in z]", "x = [await f() for y in z]"),
    ],
)
def test_await(before: str, after: str) -> None:
    """`await` binds to the expression it is put before."""
    around = "async def g():\n    {}\n"
    written = edited(around.format(before), lambda file: edits.insert_await(file, call(file)))
    assert written == around.format(after)


@pytest.mark.parametrize(
    "code",
    [
        "f()\n",
        "def g():\n    f()\n",
        "async def g():\n    return lambda: f()\n",
        "async def g():\n    return (f() for x in y)\n",
        "async def g():\n    def h():\n        f()\n",
    ],
)
def test_no_await(code: str) -> None:
    """Nothing is awaited outside of coroutines, nor where it would make another generator."""
    file = opened(code)
    with pytest.raises(edits.Unfixable):
        edits.insert_await(file, call(file))


def test_statements_beside() -> None:
    """Lines are put before and after a statement, decorators and comments considered."""
    code = text("""
        class A:
            @old  # why
            def m(self):
                if a:
                    f(1,
                      2)  # end
    """)
    before = edited(code, lambda file: edits.insert_before(file, call(file), "x = 1\ny = 2"))
    assert before == code.replace(
        "            f(1", "            x = 1\n            y = 2\n            f(1"
    )
    after = edited(code, lambda file: edits.insert_after(file, call(file), "done()"))
    assert after == f"{code}            done()\n"
    method = edited(
        code, lambda file: edits.insert_before(file, file.tree.of(cst.FunctionDef)[0], "n = 1")
    )
    assert method == code.replace("    @old", "    n = 1\n    @old")


def test_statement_after_the_last_line() -> None:
    """A file without a final newline has none afterwards either."""
    assert edited("a = 1\nf()", lambda file: edits.insert_after(file, call(file), "g()")) == (
        "a = 1\nf()\ng()"
    )


@pytest.mark.parametrize(
    "code", ["if a: f()\n", "if a:\n    pass\nelif f():\n    pass\n", "while a: f(); g()\n"]
)
def test_no_line_of_its_own(code: str) -> None:
    """Nothing is put beside what shares its line with a colon, nor before an `elif`."""
    file = opened(code)
    with pytest.raises(edits.Unfixable):
        edits.insert_before(file, call(file), "x = 1")


def test_wrapped() -> None:
    """Wrapped lines are indented, those inside strings and blank ones are not."""
    code = text('''
        def g():
        \tx = f("""one
          two
        \tthree""",
        \t  1)

        # far left
        \tif x:
        \t\t# a remark
        \t\tpass
        \treturn x
    ''')

    def write(file: File) -> tuple[Edit, ...]:
        body = file.tree.of(cst.FunctionDef)[0].body.body
        return edits.wrap_statements(file, body[0], body[1], "with y:")

    assert edited(code, write) == text('''
        def g():
        \twith y:
        \t\tx = f("""one
          two
        \tthree""",
        \t\t  1)

        # far left
        \t\tif x:
        \t\t\t# a remark
        \t\t\tpass
        \treturn x
    ''')


def test_wrapped_at_the_top() -> None:
    """Statements of a module are wrapped as well, with the newlines they have."""

    def write(file: File) -> tuple[Edit, ...]:
        return edits.wrap_statements(file, call(file), call(file, "g"), "with y:")

    assert edited("f()\r\n\r\ng()", write) == "with y:\r\n    f()\r\n\r\n    g()"


def test_statement_replaced_and_removed() -> None:
    """A statement goes with its lines; the only one of a block leaves `pass`."""
    code = "if a:\n    f()  # why\nb = 1\n"
    assert edited(code, lambda file: edits.remove_statement(file, call(file))) == (
        "if a:\n    pass  # why\nb = 1\n"
    )
    code = "if a:\n    f(1,\n      2)  # why\n    b = 1\n"
    assert edited(code, lambda file: edits.remove_statement(file, call(file))) == (
        "if a:\n    b = 1\n"
    )
    assert edited(code, lambda file: edits.replace_statement(file, call(file), "x\ny")) == (
        "if a:\n    x\n    y  # why\n    b = 1\n"
    )


def test_decorators() -> None:
    """A decorator is put next to the `def` or around the others, and taken away."""
    code = "@a\n# why\ndef g():\n    pass\n"

    def function(file: File) -> cst.FunctionDef:
        found: cst.FunctionDef = file.tree.of(cst.FunctionDef)[0]
        return found

    assert edited(code, lambda file: edits.add_decorator(file, function(file), "b")) == (
        "@a\n# why\n@b\ndef g():\n    pass\n"
    )
    outer = edited(
        code, lambda file: edits.add_decorator(file, function(file), "b", outermost=True)
    )
    assert outer == f"@b\n{code}"
    removed = edited(code, lambda file: edits.remove_decorator(file, function(file).decorators[0]))
    assert removed == "# why\ndef g():\n    pass\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def g(x):\n    pass\n", "def g(x: int) -> None:\n    pass\n"),
        ("def g(x=1) :\n    pass\n", "def g(x: int = 1) -> None :\n    pass\n"),
        ("def g(x = 1):\n    pass\n", "def g(x: int = 1) -> None:\n    pass\n"),
        ("def g(*x): pass\n", "def g(*x: int) -> None: pass\n"),
        (
            "def g(\n    x=(1, ')'),\n):  # :\n    pass\n",
            "def g(\n    x: int = (1, ')'),\n) -> None:  # :\n    pass\n",
        ),
    ],
)
def test_annotations(before: str, after: str) -> None:
    """Annotations stand where they belong, spaces around the default added."""

    def write(file: File) -> tuple[Edit, ...]:
        function = file.tree.of(cst.FunctionDef)[0]
        params = function.params
        param = params.params[0] if params.params else params.star_arg
        return (
            *edits.annotate_parameter(file, param, "int"),
            *edits.annotate_return(file, function, "None"),
        )

    assert edited(before, write) == after


@pytest.mark.parametrize(
    ("head", "wanted", "name"),
    [
        ("", "from app.settings import T\n\n", "T"),
        ('"""Doc."""\n', '"""Doc."""\n\nfrom app.settings import T\n\n', "T"),
        ('"""Doc."""\n\n', '"""Doc."""\n\nfrom app.settings import T\n\n', "T"),
        (
            "from __future__ import annotations\n\n",
            "from __future__ import annotations\n\nfrom app.settings import T\n\n",
            "T",
        ),
        (
            "#!/bin/python\n# -*- coding: utf-8 -*-\n",
            "#!/bin/python\n# -*- coding: utf-8 -*-\nfrom app.settings import T\n\n\n",
            "T",
        ),
        (
            "import os\n\nimport requests\n\n",
            "import os\n\nimport requests\n\nfrom app.settings import T\n\n",
            "T",
        ),
        (
            "import os\nimport requests\n",
            "import os\nimport requests\nfrom app.settings import T\n",
            "T",
        ),
        (
            "from app.models import M\nfrom app.views import V\n",
            "from app.models import M\nfrom app.settings import T\nfrom app.views import V\n",
            "T",
        ),
        (
            "from app.models import (\n    M,  # why\n)\n",
            "from app.models import (\n    M,  # why\n)\nfrom app.settings import T\n",
            "T",
        ),
        ("from app.settings import T\n", "from app.settings import T\n", "T"),
        ("from app.settings import T as D\n", "from app.settings import T as D\n", "D"),
        ("from .settings import T\n", "from .settings import T\n", "T"),
        ("from app import settings\n", "from app import settings\n", "settings.T"),
        ("import app.settings\n", "import app.settings\n", "app.settings.T"),
        ("T = 1\n", "from app.settings import T as T_\n\nT = 1\n", "T_"),
        (
            "def T():\n    pass\n",
            "from app.settings import T as T_\n\n\ndef T():\n    pass\n",
            "T_",
        ),
        ("print(T)\n", "from app.settings import T as T_\n\nprint(T)\n", "T_"),
    ],
)
def test_constant(head: str, wanted: str, name: str) -> None:
    """A constant is imported at its place, unless it is known; never over another meaning."""
    use = "def g(a):\n    f(a)\n"
    written = []

    def write(file: File) -> tuple[Edit, ...]:
        constant = edits.constant(file, call(file), "app.settings.T")
        written.append(constant.text)
        return constant.edits

    after = edited(head + use, write)
    assert written == [name]
    expected = wanted + use
    if wanted == "from app.settings import T\n\n":
        expected = f"from app.settings import T\n\n\n{use}"
    assert after == expected


def test_constants_of_other_shapes() -> None:
    """Numbers stand as they are; a colon parts a module from an attribute of an object."""
    file = opened("import os\n\ndef g(a):\n    f(a)\n")
    assert edits.constant(file, call(file), 2.5) == edits.Written("2.5")
    written = edits.constant(file, call(file), "django.conf:settings.T")
    assert written.text == "settings.T"
    assert [edit.text for edit in written.edits] == ["\nfrom django.conf import settings\n"]


def test_constant_of_the_module_itself() -> None:
    """In the module that defines it a constant needs no import, but must be there."""
    code = "T = 1\n\ndef g(a):\n    f(a)\n"
    file = opened(code, "app.settings")
    assert edits.constant(file, call(file), "app.settings.T") == edits.Written("T")
    early = opened("f(a)\nT = 1\n", "app.settings")
    with pytest.raises(edits.Unfixable):
        edits.constant(early, call(early), "app.settings.T")


def test_local_import() -> None:
    """An import in the function serves what follows it there, and nobody else."""
    code = "def g():\n    import asyncio\n    f()\n\ndef h():\n    k()\n"
    file = opened(code)
    assert edits.import_module(file, call(file), "asyncio") == edits.Written("asyncio")
    assert edits.import_module(file, call(file, "k"), "asyncio").edits


def test_shadowed_module() -> None:
    """A parameter of the same name makes the import take another one."""
    file = opened("def g(asyncio):\n    f()\n")
    written = edits.import_module(file, call(file), "asyncio")
    assert written.text == "asyncio_"
    assert written.edits[0].text.startswith("import asyncio as asyncio_")


def test_imports_at_one_place() -> None:
    """Imports that belong to the same place stand there one after the other."""
    code = "import requests\nimport sys\n\ndef g():\n    f()\n"
    file = opened(code)
    asyncio = edits.import_module(file, call(file), "asyncio").edits
    random = edits.import_module(file, call(file), "random").edits
    after = edits.apply(code, (*random, *asyncio))
    assert after == code.replace("import sys", "import asyncio\nimport random\nimport sys")


def test_overlap() -> None:
    """Edits that change the same text are refused, the same edit twice is one."""
    file = opened("f(a)\n")
    one = edits.set_keyword(file, call(file), "t", "1")
    assert edits.apply(file.text, (*one, *one)) == "f(a, t=1)\n"
    with pytest.raises(edits.Overlap):
        edits.apply(file.text, (*one, *edits.set_keyword(file, call(file), "t", "2")))
