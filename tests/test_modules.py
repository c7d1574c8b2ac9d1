from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.config import Config
from surefoot.discover import is_package, module_name, project_files, source_roots
from surefoot.reading import read


def roots(files: list[str], *markers: str, configured: tuple[str, ...] | None = None) -> set[str]:
    config = Config(root="/nowhere", roots=configured)
    return set(source_roots("/nowhere", config, sorted(files), markers))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.py", "a"),
        ("a.pyi", "a"),
        ("pkg/__init__.py", "pkg"),
        ("pkg/sub/__init__.pyi", "pkg.sub"),
        ("pkg/__main__.py", "pkg.__main__"),
        ("src/pkg/a.py", "pkg.a"),
        ("src/name/space/a.py", "name.space.a"),
        ("tests/unit/test_a.py", "tests.unit.test_a"),
        ("services/api/app/a.py", "app.a"),
        ("services/api/src/lib/a.py", "lib.a"),
        ("services/other/a.py", "services.other.a"),
        ("bin/tool", "bin.tool"),
        ("srcs/a.py", "srcs.a"),
        ("v1.2.py", "v1.2"),
    ],
)
def test_module_name(path: str, name: str) -> None:
    """The deepest source root that holds a file gives its module name."""
    where = {"": "", "src": "", "services/api": "", "services/api/src": ""}
    assert module_name(path, where) == name


def test_root_in_a_package() -> None:
    """Where the project is itself a package, its modules are below that name."""
    assert module_name("a.py", {"": "outer.inner"}) == "outer.inner.a"
    assert module_name("__init__.py", {"": "outer.inner"}) == "outer.inner"


def test_is_package() -> None:
    """Only `__init__` files are packages."""
    assert is_package("__init__.py")
    assert is_package("a/b/__init__.pyi")
    assert not is_package("a/__init__x.py")


def test_shown_roots() -> None:
    """`src`, and directories with a project file, are source roots if they hold Python."""
    files = ["a.py", "src/pkg/__init__.py", "api/app/x.py", "api/src/y.py"]
    found = roots(files, "pyproject.toml", "api/manage.py", "web/pyproject.toml")
    assert found == {"", "src", "api", "api/src"}


def test_packages_are_no_roots() -> None:
    """A directory that is a package is no source root, whatever lies in it."""
    files = ["src/__init__.py", "src/a.py", "tests/__init__.py", "tests/t.py"]
    assert roots(files, "tests/requirements.txt") == {""}


def test_configured_roots() -> None:
    """Configured source roots replace those shown by the layout."""
    assert roots(["src/a.py", "lib/b.py"], configured=("lib", ".")) == {"lib", ""}


def test_project_in_a_package(tmp_path: Path) -> None:
    """A directory inside a package that is checked by itself keeps its full module names."""
    for name in ("outer/__init__.py", "outer/inner/__init__.py", "outer/inner/a.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    root = str(tmp_path / "outer/inner")
    found = project_files(root, Config(root=root))
    assert [module_name(path, found.roots) for path in found.files] == [
        "outer.inner",
        "outer.inner.a",
    ]


def test_roots_below_a_directory_that_is_no_project(tmp_path: Path) -> None:
    """Where the directory that is checked shows nothing, the projects in it still do."""
    for name in ("orders-1.0/setup.py", "orders-1.0/orders/__init__.py", "mail/src/mail/send.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "mail/pyproject.toml").touch()
    read_in = read(Config(root=str(tmp_path)), (".",), cwd=str(tmp_path))
    assert {source.path: source.module for source in read_in.sources} == {
        "mail/src/mail/send.py": "mail.send",
        "orders-1.0/orders/__init__.py": "orders",
        "orders-1.0/setup.py": "setup",
    }
