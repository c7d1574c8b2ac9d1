from __future__ import annotations

import json
from pathlib import Path

import pytest

from surefoot.config import locked_versions
from surefoot.config.locked import normalized


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_normalized() -> None:
    """Distributions are compared as the index compares them."""
    assert normalized("Foo._-Bar") == "foo-bar"


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock"])
def test_toml_locks(tmp_path: Path, name: str) -> None:
    """Packages of a lock file are read; one locked to several versions is left out."""
    write(
        tmp_path / name,
        """
version = 1

[[package]]
name = "Requests_Toolbelt"
version = "1.0.0"
source = { registry = "https://pypi.org/simple" }

[package.dependencies]
version = "9"

[[package]]
name = "numpy"
version = "1.26.0"

[[package]]
name = "numpy"
version = "2.2.0"

[[package]]
name = "no-version"
""",
    )
    locked = locked_versions(str(tmp_path))
    assert locked.versions == {"requests-toolbelt": "1.0.0"}
    assert locked.notices == ()


def test_pipfile_lock(tmp_path: Path) -> None:
    """Exact versions of all groups of a Pipfile.lock are read."""
    data = {
        "default": {"redis": {"version": "==5.0.1"}, "mine": {"path": "."}},
        "develop": {"pytest": {"version": "==8.0.0"}},
    }
    write(tmp_path / "Pipfile.lock", json.dumps(data))
    assert locked_versions(str(tmp_path)).versions == {"redis": "5.0.1", "pytest": "8.0.0"}


def test_requirements(tmp_path: Path) -> None:
    """Only exact pins of requirements count, with extras, markers and hashes around."""
    write(
        tmp_path / "requirements.txt",
        "# requests==1.0\nrequests[socks]==2.31.0 ; python_version > '3' \\\n"
        "    --hash=sha256:aa==bb\nhttpx>=0.27\nredis==5.*\nCelery===5.3.6\n-r other.txt\n",
    )
    write(tmp_path / "requirements-dev.txt", "requests==2.0.0\npytest==8.1\n")
    write(tmp_path / "requirements/prod.txt", "boto3 == 1.34.0\n")
    assert locked_versions(str(tmp_path)).versions == {
        "requests": "2.31.0",
        "celery": "5.3.6",
        "pytest": "8.1",
        "boto3": "1.34.0",
    }


def test_pyproject(tmp_path: Path) -> None:
    """Exact requirements of a pyproject.toml count, the standard's and Poetry's."""
    write(
        tmp_path / "pyproject.toml",
        """
[project]
dependencies = ["requests==2.31.0", "httpx>=0.27"]
[project.optional-dependencies]
a = ["redis[hiredis]==5.0.1; extra == 'x'"]
[dependency-groups]
dev = ["pytest==8.1", {include-group = "other"}]
[tool.poetry.dependencies]
python = "3.12"
celery = "5.3.6"
kombu = "^5.3"
boto3 = {version = "1.34.0", extras = ["crt"]}
""",
    )
    assert locked_versions(str(tmp_path)).versions == {
        "requests": "2.31.0",
        "redis": "5.0.1",
        "pytest": "8.1",
        "celery": "5.3.6",
        "boto3": "1.34.0",
    }


def test_precedence(tmp_path: Path) -> None:
    """A lock file counts before requirements, and fills in nothing it is unsure of."""
    lock = '[[package]]\nname = "a"\nversion = "1"\n[[package]]\nname = "a"\nversion = "2"\n'
    write(tmp_path / "uv.lock", lock + '[[package]]\nname = "b"\nversion = "3"\n')
    write(tmp_path / "requirements.txt", "a==9\nb==9\nc==9\n")
    assert locked_versions(str(tmp_path)).versions == {"b": "3", "c": "9"}


def test_broken_files(tmp_path: Path) -> None:
    """Files that make no sense are passed over with a notice each."""
    (tmp_path / "uv.lock").write_bytes(b"\xff\xfe")
    write(tmp_path / "poetry.lock", "<<<<<<< HEAD\n")
    write(tmp_path / "Pipfile.lock", "{")
    write(tmp_path / "pyproject.toml", "[project\ndependencies = ['a==1']")
    write(tmp_path / "requirements.txt", "a==1\n")
    locked = locked_versions(str(tmp_path))
    assert locked.versions == {"a": "1"}
    names = [notice.partition(":")[0] for notice in locked.notices]
    assert names == ["uv.lock", "poetry.lock", "Pipfile.lock", "pyproject.toml"]


def test_directory_with_glob_characters(tmp_path: Path) -> None:
    """The project's directory may be called anything."""
    write(tmp_path / "a[b]*/requirements.txt", "a==1\n")
    assert locked_versions(str(tmp_path / "a[b]*")).versions == {"a": "1"}
