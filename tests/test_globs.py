from __future__ import annotations

import pytest

from surefoot.config.globs import GlobError, Globs


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("build", "build", True),
        ("build", "a/build/b.py", True),
        ("build", "rebuild/b.py", False),
        ("build/", "a/build/b.py", True),
        ("/build", "a/build/b.py", False),
        ("./build", "build/b.py", True),
        ("*_pb2.py", "a/b/x_pb2.py", True),
        ("a/*.py", "a/x.py", True),
        ("a/*.py", "a/b/x.py", False),
        ("a/*.py", "z/a/x.py", False),
        ("tests/*", "tests/unit/deep/t.py", True),
        ("tests/**", "tests/unit/t.py", True),
        ("**/gen/*.py", "gen/x.py", True),
        ("**/gen/*.py", "a/b/gen/x.py", True),
        ("a/**/z.py", "a/z.py", True),
        ("a/**/z.py", "a/b/c/z.py", True),
        ("a/**/z.py", "ab/z.py", False),
        ("?.py", "a.py", True),
        ("?.py", "ab.py", False),
        ("[ab].py", "b.py", True),
        ("[!ab].py", "b.py", False),
        ("[!ab].py", "c.py", True),
        ("v[]]", "v]", True),
        ("{a,b*}.py", "bc.py", True),
        ("{a,b*}.py", "c.py", False),
        ("a.py", "axpy", False),
        ("new\nline*.py", "new\nline\n.py", True),
        ("{a/b,c}/x.py", "a/b/x.py", True),
    ],
)
def test_cover(pattern: str, path: str, covered: bool) -> None:
    """A glob covers what it matches and everything below it."""
    assert Globs([pattern]).cover(path) is covered


def test_cover_below() -> None:
    """What covers a directory as a whole does not count below it, other matches do."""
    patterns = Globs(["gen", "gen/old", "*_pb2.py"])
    assert not patterns.cover("gen/a.py", "gen")
    assert patterns.cover("gen/gen/a.py", "gen")
    assert patterns.cover("gen/old/a.py", "gen")
    assert patterns.cover("gen/a_pb2.py", "gen")


def test_none() -> None:
    """No glob covers nothing."""
    assert not Globs([]).cover("")
    assert not Globs([]).cover("a")


@pytest.mark.parametrize("pattern", ["", "/", "./", "a\\b", "a/../b", "[", "[z-a]", "{a", "{{a}}"])
def test_bad(pattern: str) -> None:
    """A glob that makes no sense is refused."""
    with pytest.raises(GlobError):
        Globs([pattern])
