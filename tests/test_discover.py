from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import surefoot.git
from surefoot.config import Config, load_config, with_command_line
from surefoot.discover import (
    Files,
    MissingPath,
    asked_files,
    is_excluded,
    project_files,
)
from surefoot.model import Skipped


def tree(top: Path, *files: str, **texts: str) -> None:
    for name in files:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(name, ""), encoding="utf-8")


def git(top: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", *identity, "-C", str(top), *arguments]
    subprocess.run(command, check=True, capture_output=True, env=clean_environment())


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}


def config_of(top: Path, text: str = "") -> Config:
    (top / "surefoot.toml").write_text(text, encoding="utf-8")
    return load_config(cwd=str(top))


def project(top: Path, text: str = "") -> Files:
    config = config_of(top, text)
    return project_files(config.root, config)


def asked(top: Path, *paths: str, text: str = "", cwd: Path | None = None, **cli: object) -> Files:
    config = with_command_line(config_of(top, text), **cli)
    everything = project_files(config.root, config)
    return asked_files(paths, config.root, config, everything, cwd=str(cwd or top))


@pytest.fixture(params=["git", "no repository", "no git"])
def top(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project: in a work tree, outside one, and in one on a machine without git."""
    place = tmp_path / "project"
    place.mkdir()
    if request.param != "no repository":
        git(place, "init", "--quiet")
    if request.param == "no git":
        (tmp_path / "empty").mkdir()
        monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    return place


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    place = tmp_path / "repository"
    place.mkdir()
    git(place, "init", "--quiet")
    return place


class TestProject:
    def test_python_files(self, top: Path) -> None:
        """Python files and stubs are found, sorted, with `/`; nothing else is."""
        tree(top, "b.py", "a/z.py", "a/x.pyi", "a/y.txt", "Makefile", "c.pyc", ".hidden.py")
        assert project(top).files == (".hidden.py", "a/x.pyi", "a/z.py", "b.py")

    def test_default_excludes(self, top: Path) -> None:
        """Directories that hold no source of the project are left out."""
        tree(top, "a.py", ".venv/lib/x.py", "deep/node_modules/x.py", "build/lib/x.py")
        tree(top, "__pycache__/x.py", "venv/lib/site-packages/x.py", ".tox/x.py", "dist/x.py")
        assert project(top).files == ("a.py",)

    def test_package_called_build(self, top: Path) -> None:
        """A package of the project is kept though it is called like a build directory."""
        tree(top, "src/app/build/__init__.py", "src/app/build/x.py", "build/x.py")
        assert project(top).files == ("src/app/build/__init__.py", "src/app/build/x.py")
        excluded = project(top, 'extend-exclude = ["build"]')
        assert excluded.files == ()

    def test_exclude(self, top: Path) -> None:
        """`exclude` replaces the defaults, `extend-exclude` adds to them."""
        tree(top, "a.py", "gen/x.py", "dist/x.py", "x_pb2.py")
        assert project(top, 'exclude = ["gen"]').files == ("a.py", "dist/x.py", "x_pb2.py")
        assert project(top, 'extend-exclude = ["*_pb2.py"]').files == ("a.py", "gen/x.py")

    def test_gitignore(self, top: Path) -> None:
        """Nested .gitignore files count, the nearest first."""
        tree(
            top,
            ".gitignore", "sub/.gitignore", "gen.py", "a.py", "sub/gen.py", "sub/local.py",
            "sub/deep/local.py", "local.py", "out/x.py", "sub/out/x.py", "other/sub.py",
            **{".gitignore": "gen.py\n/out/\n", "sub/.gitignore": "!gen.py\nlocal.py\n"},
        )  # fmt: skip
        expected = ("a.py", "local.py", "other/sub.py", "sub/gen.py", "sub/out/x.py")
        assert project(top).files == expected
        assert len(project(top, "respect-gitignore = false").files) == 9

    def test_gitignore_with_nonsense(self, top: Path) -> None:
        """A line of .gitignore that is no pattern is passed over."""
        tree(top, ".gitignore", "a.py", "b.py", **{".gitignore": "x\\\n!\nb.py\r\n"})
        files = project(top).files
        assert "a.py" in files

    @pytest.mark.skipif(sys.platform != "linux", reason="names are bytes only on Linux")
    def test_hostile_names(self, top: Path) -> None:
        """File names with spaces, quotes, newlines and bytes that are not UTF-8 are found."""
        names = ["a b.py", "new\nline.py", 'quo"te.py', "back\\slash.py", "-rf.py", "\udcff.py"]
        for name in (*names, "d\n\udcfe é/x.py"):
            path = os.path.join(top, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8"):
                pass
        assert project(top).files == tuple(sorted([*names, "d\n\udcfe é/x.py"]))

    def test_links(self, top: Path) -> None:
        """Links to files are files; links to directories are not followed, so no loop ends us."""
        tree(top, "a/x.py")
        (top / "a/loop").symlink_to(top)
        (top / "y.py").symlink_to(top / "a/x.py")
        (top / "self.py").symlink_to("self.py")
        (top / "dir.py").symlink_to(top / "a")
        (top / ".#x.py").symlink_to("user@host.1234")
        found = project(top)
        assert found.files == ("a/x.py", "y.py")
        assert found.skipped == (Skipped("self.py", "a broken link"),)

    def test_pipe(self, top: Path) -> None:
        """A named pipe is not a file to examine."""
        os.mkfifo(top / "pipe.py")
        assert project(top).files == ()
        assert asked(top, "pipe.py").skipped == (Skipped("pipe.py", "not a regular file"),)

    def test_directory_called_like_a_file(self, top: Path) -> None:
        """A directory may be called `x.py`."""
        tree(top, "x.py/y.py")
        assert project(top).files == ("x.py/y.py",)

    def test_unreadable_directory(self, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A directory that cannot be read is told of."""
        tree(top, "a.py", "locked/b.py")
        scandir = os.scandir

        def refuse(path: str) -> object:
            if os.path.basename(path) == "locked":
                raise PermissionError(13, "Permission denied")
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        found = project(top)
        assert found.files == ("a.py",)
        assert found.skipped == (Skipped("locked", "cannot be read: Permission denied"),)
        assert asked(top, ".").skipped == found.skipped

    def test_empty(self, top: Path) -> None:
        """A project without Python is empty, and no error."""
        assert project(top).files == ()
        assert asked(top, ".").files == ()


class TestGit:
    def test_tracked_files_stay(self, repository: Path) -> None:
        """A file that git tracks is examined though .gitignore names it."""
        tree(repository, "a.py", "b.py", ".gitignore", **{".gitignore": "*.py"})
        git(repository, "add", "--force", "a.py")
        assert project(repository).files == ("a.py",)

    def test_deleted_files_are_gone(self, repository: Path) -> None:
        """A file that is in the index only is not there."""
        tree(repository, "a.py", "b.py", "c/d.py")
        git(repository, "add", ".")
        (repository / "b.py").unlink()
        shutil.rmtree(repository / "c")
        assert project(repository).files == ("a.py",)

    def test_directory_below_the_work_tree(self, repository: Path) -> None:
        """A project may be a part of a repository, whose .gitignore counts."""
        tree(repository, ".gitignore", "x.py", "part/a.py", "part/b.py", **{".gitignore": "b.py"})
        assert project(repository / "part").files == ("a.py",)

    def test_ignored_project(self, repository: Path) -> None:
        """A project that lies in an ignored directory is examined, not passed as empty."""
        tree(repository, ".gitignore", "scratch/p/a.py", **{".gitignore": "scratch/"})
        assert project(repository / "scratch/p").files == ("a.py",)

    def test_repository_in_the_project(self, repository: Path) -> None:
        """Untracked repositories inside the project belong to it, with their own rules."""
        tree(repository, "a.py")
        tree(repository, "inner/b.py", "inner/c.py", "inner/.gitignore")
        (repository / "inner/.gitignore").write_text("c.py\n", encoding="utf-8")
        git(repository / "inner", "init", "--quiet")
        assert project(repository).files == ("a.py", "inner/b.py")
        assert project(repository, 'extend-exclude = ["inner"]').files == ("a.py",)

    def test_submodule(self, repository: Path, tmp_path: Path) -> None:
        """The files of a submodule belong to the project."""
        tree(tmp_path / "library", "lib.py")
        git(tmp_path / "library", "init", "--quiet")
        git(tmp_path / "library", "add", ".")
        git(tmp_path / "library", "commit", "--quiet", "-m", "x")
        tree(repository, "a.py")
        allow = ("-c", "protocol.file.allow=always")
        git(repository, *allow, "submodule", "add", str(tmp_path / "library"), "vendored/lib")
        assert project(repository).files == ("a.py", "vendored/lib/lib.py")
        assert project(repository / "vendored").files == ("lib/lib.py",)

    def test_variables_of_a_hook(
        self, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The variables git sets for a hook do not lead to another repository's files."""
        tree(repository, "a.py")
        monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere/.git"))
        monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere/index"))
        monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
        tree(repository, "ignored.py", ".gitignore", **{".gitignore": "ignored.py"})
        assert project(repository).files == ("a.py",)

    def test_monitor_is_not_started(self, repository: Path) -> None:
        """A repository cannot have a program of its own run while files are looked for."""
        script = repository / "monitor"
        script.write_text(f"#!/bin/sh\ntouch {repository}/started\n", encoding="utf-8")
        script.chmod(0o755)
        git(repository, "config", "core.fsmonitor", str(script))
        tree(repository, "a.py")
        assert project(repository).files == ("a.py",)
        assert not (repository / "started").exists()

    def test_broken_repository(self, repository: Path) -> None:
        """Where git refuses to answer the directory is walked."""
        tree(repository, "a.py", "b.py", ".gitignore", **{".gitignore": "b.py"})
        (repository / ".git/HEAD").write_text("nonsense", encoding="utf-8")
        assert project(repository).files == ("a.py",)

    def test_slow_git(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where git does not answer in time the directory is walked, and that is said."""
        tree(repository, "a.py")

        def run(*arguments: object, **options: object) -> None:
            raise subprocess.TimeoutExpired("git", 1)

        monkeypatch.setattr(subprocess, "run", run)
        monkeypatch.setattr(surefoot.git, "TIMEOUT", 1.0)
        found = project(repository)
        assert found.files == ("a.py",)
        assert found.notices == (f"git did not list {repository} within 1 s; walked it",)

    def test_directory_git_cannot_read(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A directory that git complains about is told of."""
        answer = subprocess.CompletedProcess(
            [], 0, b"a.py\0", b"warning: could not open directory 'x/y/': Permission denied\n"
        )
        tree(repository, "a.py")
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
        assert project(repository).skipped == (Skipped("x/y", "cannot be read: Permission denied"),)


class TestAsked:
    def test_directory(self, top: Path) -> None:
        """A directory stands for the project's files in it, not for its namesakes."""
        tree(top, "a/x.py", "a/b/y.py", "ab/z.py", "a.py")
        assert asked(top, "a").files == ("a/b/y.py", "a/x.py")
        assert asked(top, "a/", "./a", "a/x.py").files == ("a/b/y.py", "a/x.py")
        assert asked(top).files == ("a.py", "a/b/y.py", "a/x.py", "ab/z.py")

    def test_relative_to_the_current_directory(self, top: Path) -> None:
        """Paths are those of the current directory; answers those of the project."""
        tree(top, "a/x.py", "b/y.py")
        found = asked(top, "x.py", "../b", str(top / "a"), cwd=top / "a")
        assert found.files == ("a/x.py", "b/y.py")

    def test_missing(self, top: Path) -> None:
        """A path that does not exist is an error that spells it as it was given."""
        tree(top, "a.py")
        for path in ("./b.py", "nowhere/x.py", "a.py/x"):
            with pytest.raises(MissingPath) as error:
                asked(top, "a.py", path)
            assert error.value.path == path

    def test_excluded_file(self, top: Path) -> None:
        """A file that is named is examined though it is excluded, unless told otherwise."""
        tree(top, "gen/x.py", "a.py")
        text = 'extend-exclude = ["gen"]'
        assert asked(top, "gen/x.py", text=text).files == ("gen/x.py",)
        found = asked(top, "gen/x.py", "a.py", text=text, force_exclude=True)
        assert found.files == ("a.py",)
        assert found.skipped == (Skipped("gen/x.py", "excluded by the configuration"),)

    def test_ignored_file(self, top: Path) -> None:
        """A file that git ignores is examined when it is named, unless told otherwise."""
        tree(top, "x.py", ".gitignore", **{".gitignore": "x.py"})
        assert asked(top, "x.py").files == ("x.py",)
        found = asked(top, "x.py", force_exclude=True)
        assert (found.files, found.skipped) == ((), (Skipped("x.py", "ignored by git"),))

    def test_excluded_directory(self, top: Path) -> None:
        """A directory that is named is examined though it is excluded, but not all in it."""
        tree(top, "build/x.py", "build/y_pb2.py", "build/build/z.py", "build/.venv/z.py")
        text = 'extend-exclude = ["*_pb2.py"]'
        assert asked(top, "build", text=text).files == ("build/x.py",)
        found = asked(top, "build", text=text, force_exclude=True)
        assert found.files == ()
        assert found.skipped == (Skipped("build", "excluded by the configuration"),)

    def test_ignored_directory(self, top: Path) -> None:
        """A directory that git ignores is examined when it is named."""
        tree(top, "out/x.py", "a.py", ".gitignore", **{".gitignore": "out/"})
        assert asked(top, "out").files == ("out/x.py",)
        assert asked(top).files == ("a.py",)

    def test_scripts(self, top: Path) -> None:
        """A file without extension is examined when it is named and calls Python."""
        tree(top, "tool", "shell", "data.txt", "notes.ipynb",
             tool="#!/usr/bin/env python3\n", shell="#!/bin/sh\n")  # fmt: skip
        found = asked(top, "tool", "shell", "data.txt", "notes.ipynb")
        assert found.files == ("tool",)
        assert found.skipped == tuple(
            Skipped(name, "not a Python file") for name in ("shell", "data.txt", "notes.ipynb")
        )

    def test_outside_the_project(self, top: Path, tmp_path: Path) -> None:
        """A file beside the project is named from its root."""
        tree(tmp_path, "beside/x.py")
        assert asked(top, "../beside/x.py").files == ("../beside/x.py",)
        assert asked(top, "../beside").files == ("../beside/x.py",)

    def test_through_a_link(self, top: Path, tmp_path: Path) -> None:
        """A file asked for by way of a linked directory is the file itself."""
        tree(top, "real/x.py")
        (top / "link").symlink_to(top / "real")
        (tmp_path / "shortcut").symlink_to(top)
        assert asked(top, "link/x.py", "link").files == ("real/x.py",)
        assert asked(top, str(tmp_path / "shortcut" / "real")).files == ("real/x.py",)

    def test_broken_link(self, top: Path) -> None:
        """A broken link that is named is skipped with the reason."""
        (top / "x.py").symlink_to("nowhere")
        assert asked(top, "x.py").skipped == (Skipped("x.py", "a broken link"),)

    def test_is_excluded(self, tmp_path: Path) -> None:
        """Text from standard input can be asked about by its name alone."""
        config = config_of(tmp_path, 'extend-exclude = ["gen"]')
        assert is_excluded("gen/x.py", config)
        assert is_excluded("a/node_modules/x.py", config)
        assert not is_excluded("a/x.py", config)


def test_templates_are_left_out(top: Path) -> None:
    """What lies below a folder or in a file with a placeholder in its name is no Python yet, not
    even when it is named; each such folder is told once."""
    folder = "{{cookiecutter.slug}}"
    tree(top, "main.py", f"new/{folder}/a.py", f"new/{folder}/b/c.py", "{% if x %}d.py")
    found = project(top)
    assert found.files == ("main.py",)
    reasons = {each.path: each.reason for each in found.skipped}
    assert reasons.keys() == {f"new/{folder}", "{% if x %}d.py"}
    assert all("template" in reason for reason in reasons.values())
    named = asked(top, f"new/{folder}/a.py", f"new/{folder}", "main.py")
    assert named.files == ("main.py",)
    assert {each.path for each in named.skipped} == {f"new/{folder}/a.py", f"new/{folder}"}


def test_projects_below_a_plain_directory(tmp_path: Path) -> None:
    """A directory that is no project itself may hold some: their modules are named as theirs."""
    tree(tmp_path, "api-1.2/pyproject.toml", "api-1.2/src/api/__init__.py", "jobs/run/a.py")
    tree(tmp_path, "jobs/manage.py", "plain/b.py")
    config = Config(root=str(tmp_path))
    found = asked_files(["."], config.root, config, Files((), roots={"": ""}), cwd=config.root)
    assert set(found.roots) == {"", "api-1.2", "api-1.2/src", "jobs"}
    found = asked_files(["jobs"], config.root, config, Files((), roots={"": ""}), cwd=config.root)
    assert set(found.roots) == {"", "jobs"}
    named = ["plain/b.py"]
    found = asked_files(named, config.root, config, Files((), roots={"": ""}), cwd=config.root)
    assert found.roots == {"": ""}
