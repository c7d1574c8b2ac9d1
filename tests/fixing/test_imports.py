"""Imports that fixes add where a file has reasons to import otherwise than at its top."""

from __future__ import annotations

import pytest

from surefoot import edits
from surefoot.model import Edit
from surefoot.semantics.file import File
from tests.fixing.test_edits import call, edited, opened


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "if TYPE_CHECKING:\n    from app.settings import T\ndef g(a: T):\n    f(a)\n",
            (
                "if TYPE_CHECKING:\n    from app.settings import T\ndef g(a: T):\n"
                "    from app.settings import T\n    f(a)\n"
            ),
        ),
        (
            "def h():\n\tfrom . import settings\ndef g(a):\n\t'''Doc.\n\t'''\n\t# so\n\tf(a)\n",
            (
                "def h():\n\tfrom . import settings\ndef g(a):\n\t'''Doc.\n\t'''\n"
                "\tfrom app.settings import T\n\t# so\n\tf(a)\n"
            ),
        ),
        (
            "def g():\n    from app.settings import U\n    def h(a):\n        f(a)\n",
            (
                "def g():\n    from app.settings import U\n    def h(a):\n"
                "        from app.settings import T\n        f(a)\n"
            ),
        ),
        (
            "try:\n    from .settings import U\nexcept ImportError:\n    U = 1\nf(U)\n",
            (
                "try:\n    from .settings import U\n    from app.settings import T\n"
                "except ImportError:\n    U = 1\nf(U)\n"
            ),
        ),
        (
            "try:\n    import app.settings as s\nexcept ImportError:\n    s = None\nf(1)\n",
            "try:\n    import app.settings as s\nexcept ImportError:\n    s = None\nf(1)\n",
        ),
        ("try:\n    s = None\nexcept OSError:\n    import app.settings\ndef g():\n    f()\n", None),
        ("def g():\n    import app.settings\nf(1)\n", None),
        ("def g():\n    import app.settings\ndef h(a): f(a)\n", None),
        ("if U:\n    from app.settings import T\ndef g():\n    f()\n", None),
    ],
)
def test_import_beside_others(before: str, after: str | None) -> None:
    """What is imported late, for type checkers, or where it may be missing, is not imported at
    the top."""

    def write(file: File) -> tuple[Edit, ...]:
        return edits.constant(file, call(file), "app.settings:T").edits

    if after is None:
        with pytest.raises(edits.Unfixable):
            edited(before, write)
    else:
        assert edited(before, write) == after


def test_import_of_what_may_be_missing() -> None:
    """What takes the place of a missing module does not make its name another's."""
    file = opened("try:\n    import asyncio\nexcept ImportError:\n    asyncio = None\nf()\n")
    assert edits.import_module(file, call(file), "asyncio") == edits.Written("asyncio")
    file = opened("try:\n    import asyncio\nexcept OSError:\n    asyncio = None\nf()\n")
    assert edits.import_module(file, call(file), "asyncio").text == "asyncio_"


def test_import_beside_others_of_a_library() -> None:
    """One more import of an optional library stands with the others."""
    code = "try:\n    import tenacity.stop as s\nexcept ImportError:\n    pass\nf()\n"
    file = opened(code)
    written = edits.import_name(file, call(file), "tenacity", "retry")
    after = code.replace("as s\n", "as s\n    from tenacity import retry\n")
    assert edits.apply(code, written.edits) == after
