"""The pipeline: the same project gives the same findings, however it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from surefoot import examining, reading
from surefoot.catalog import load_catalog
from surefoot.config import ConfigError, load_config, with_command_line
from surefoot.discover import Files, MissingPath
from surefoot.facts.load import FactError
from surefoot.failures import finding_of, is_lasting
from surefoot.model import Failure, FileError, Run, Severity, Span
from surefoot.pool import files as pool_files
from surefoot.run import StandardInput, cache_directory, check

CATALOG = load_catalog()
LATE = "import requests\n\n\ndef fetch(url: str) -> object:\n    return requests.get(url)\n"
PROJECT = {
    "pyproject.toml": "[tool.surefoot]\nselect = ['missing-timeout']\n",
    "app/__init__.py": "",
    "app/clients.py": "import requests\n\nsession = requests.Session()\n",
    "app/late.py": LATE,
    "app/views.py": (
        "from app.clients import session\n\n\ndef view(url):\n    return session.get(url)\n"
    ),
    "app/broken.py": "x = (\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a finding in one file, one that takes two files, and a broken file."""
    return write(tmp_path / "project", PROJECT)


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def run(root: Path, *paths: str, stdin: StandardInput | None = None, **settings: Any) -> Run:
    named = [str(root / path) for path in paths] or [str(root)]
    config = with_command_line(load_config(named), **settings)
    return check(config, CATALOG, named, cwd=str(root), stdin=stdin)


def found(outcome: Run) -> list[tuple[str, int, str]]:
    return [(finding.path, finding.span.line, finding.rule) for finding in outcome.findings]


EVERYTHING = [
    ("app/broken.py", 1, "syntax-error"),
    ("app/late.py", 5, "missing-timeout"),
    ("app/views.py", 5, "missing-timeout"),
]


def test_findings_of_one_file_and_of_several(project: Path) -> None:
    """What one file shows and what only two show together are reported, in order."""
    outcome = run(project)
    assert found(outcome) == EVERYTHING
    assert outcome.examined == 5
    assert outcome.cached == 0
    assert [failure.path for failure in outcome.failures] == ["app/broken.py"]
    assert outcome.metrics.initial_violations == outcome.metrics.final_violations == 3


def test_the_second_run_remembers(project: Path) -> None:
    """A second run examines nothing and says the same, to the last word."""
    first, second = run(project), run(project)
    assert second.cached == second.examined == 5
    assert second.findings == first.findings
    assert second.failures == first.failures
    assert second.lines == first.lines


def test_a_remembered_link_is_not_computed_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing changed, neither files nor links are looked at again."""
    run(project)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr("surefoot.linking.link.link", refuse)
    monkeypatch.setattr("surefoot.examine.examine", refuse)
    monkeypatch.setattr("surefoot.facts.load.load", refuse)
    assert found(run(project)) == EVERYTHING


def test_places_are_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When another file changes, a file with linked findings is not parsed for their place."""
    run(project)
    write(project, {"app/late.py": "x = 1\n"})

    def refuse(*_: object) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr(examining.Examiner, "_looked", refuse)
    outcome = run(project)
    assert found(outcome) == [EVERYTHING[0], EVERYTHING[2]]
    assert outcome.cached == 4


def test_places_do_not_depend_on_the_rules(project: Path) -> None:
    """A linked finding stands in its place also where other rules look at small nodes."""
    loop = "for number in range(3):\n    if number:\n        continue\n    break\n\n\n"
    view = PROJECT["app/views.py"].replace("def view", f"{loop}def view")
    write(project, {"app/views.py": view})
    outcome = run(project, "app/views.py", select=("missing-timeout", "return-in-finally"))
    assert found(outcome) == [("app/views.py", 11, "missing-timeout")]
    assert outcome.findings[0].span == Span(11, 12, 11, 23)


@pytest.mark.parametrize("warm", [False, True])
@pytest.mark.parametrize("path", ["app/late.py", "app/views.py", "app/broken.py"])
def test_a_named_file_gets_the_findings_of_the_whole(project: Path, path: str, warm: bool) -> None:
    """Naming files chooses what is reported, not what is known."""
    if warm:
        run(project)
    outcome = run(project, path)
    assert found(outcome) == [finding for finding in EVERYTHING if finding[0] == path]
    assert outcome.checked == (path,)
    assert outcome.examined == 5


@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_change_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Worker processes find the same in the same order."""
    monkeypatch.setitem(pool_files.examine_files.__kwdefaults__, "many", 1)
    assert run(project, jobs=jobs).findings == run(project, jobs=jobs).findings
    monkeypatch.undo()
    assert (
        run(project).findings
        == check(load_config([str(project)]), CATALOG, use_cache=False, cwd=str(project)).findings
    )


def test_an_interrupted_run_is_not_lost(project: Path) -> None:
    """What was examined before an interrupt need not be examined again."""

    def interrupt(finished: int, total: int) -> None:
        if finished == 3:
            raise KeyboardInterrupt

    config = load_config([str(project)])
    with pytest.raises(KeyboardInterrupt):
        check(config, CATALOG, cwd=str(project), progress=interrupt)
    assert run(project).cached == 3


def test_without_a_cache_nothing_is_written(project: Path) -> None:
    """Switching the cache off leaves no directory behind."""
    check(load_config([str(project)]), CATALOG, cwd=str(project), use_cache=False)
    assert not (project / ".surefoot_cache").exists()


def test_a_lost_summary_is_made_again(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When part of what is remembered is lost, the file is examined again."""
    run(project)
    write(project, {"app/late.py": "x = 1\n"})
    digest = examining.digest

    def other(*parts: str | bytes) -> bytes:
        return digest(*("lost" if part == "linkable" else part for part in parts))

    monkeypatch.setattr(examining, "digest", other)
    assert found(run(project)) == [EVERYTHING[0], EVERYTHING[2]]


def test_changed_facts_change_the_answer(project: Path) -> None:
    """A project's own facts are obeyed at once, remembered or not."""
    code = "from ourhttp import fetch\n\nfetch('x')\n"
    write(project, {"pyproject.toml": PROJECT["pyproject.toml"] + "facts = ['our.yaml']\n"})
    facts = "library: ourhttp\nread-against: '1'\napis:\n  - name: ourhttp.{}\n    timeout: limit\n"
    write(project, {"app/own.py": code, "our.yaml": facts.format("other")})
    assert found(run(project, "app/own.py")) == []
    write(project, {"our.yaml": facts.format("fetch")})
    assert found(run(project, "app/own.py")) == [("app/own.py", 3, "missing-timeout")]


def test_a_mistake_in_facts_is_an_error(project: Path) -> None:
    """Facts that cannot be understood are never passed over."""
    write(project, {"pyproject.toml": "[tool.surefoot]\nfacts = ['our.yaml']\n"})
    write(project, {"our.yaml": "library: [\n"})
    for _ in range(2):
        with pytest.raises((FactError, ConfigError)):
            run(project)


def test_selection_and_severity_are_obeyed(project: Path) -> None:
    """Rules that are off find nothing; a configured severity is the finding's."""
    assert found(run(project, ignore=("missing-timeout",))) == EVERYTHING[:1]
    outcome = run(project, severity={"missing-timeout": Severity.INFO})
    assert [finding.severity for finding in outcome.findings] == [
        Severity.ERROR,
        Severity.INFO,
        Severity.INFO,
    ]


def test_ignores_by_file(project: Path) -> None:
    """What is ignored in a file is not reported there, except that it is broken."""
    ignores = "per-file-ignores = {'app/late.py' = ['ALL'], 'app/broken.py' = ['ALL']}\n"
    write(project, {"pyproject.toml": PROJECT["pyproject.toml"] + ignores})
    assert found(run(project)) == [EVERYTHING[0], EVERYTHING[2]]


def test_comments_suppress_also_what_is_linked(project: Path) -> None:
    """A suppression works on findings of one file and of several, and is not called unused."""
    comment = "  # surefoot: ignore[missing-timeout] the proxy cuts it off\n"
    for path in ("app/late.py", "app/views.py"):
        write(project, {path: PROJECT[path].rstrip("\n") + comment})
    outcome = run(project)
    assert found(outcome) == EVERYTHING[:1]
    assert [(finding.path, by.reason) for finding, by in outcome.suppressed] == [
        ("app/late.py", "the proxy cuts it off"),
        ("app/views.py", "the proxy cuts it off"),
    ]


def test_standard_input_stands_in_for_its_file(project: Path) -> None:
    """Text from an editor is judged in place of the saved file, with the whole project."""
    text = b"\n\n" + PROJECT["app/views.py"].encode()
    outcome = run(project, stdin=StandardInput("app/views.py", text))
    assert found(outcome) == [("app/views.py", 7, "missing-timeout")]
    assert outcome.checked == ("app/views.py",)
    assert not outcome.notices


def test_standard_input_for_a_new_file(project: Path) -> None:
    """The file need not exist yet; other files see it."""
    stdin = StandardInput("app/new.py", PROJECT["app/views.py"].encode())
    assert found(run(project, stdin=stdin)) == [("app/new.py", 5, "missing-timeout")]


def test_standard_input_outside_any_project(tmp_path: Path) -> None:
    """Alone, a file is judged by itself, and a notice says what that leaves out."""
    lone = write(tmp_path / "lone", {"neighbour.py": LATE})
    outcome = run(lone, "new.py", stdin=StandardInput("new.py", LATE.encode()))
    assert found(outcome) == [("new.py", 5, "missing-timeout")]
    assert outcome.examined == 1
    assert outcome.notices == (reading.ALONE,)


def test_a_file_outside_any_project_drags_nothing_in(tmp_path: Path) -> None:
    """Checking one file in a directory of many does not read the others."""
    lone = write(tmp_path / "lone", {"a.py": LATE, "b.py": LATE, "sub/c.py": LATE})
    assert run(lone, "a.py").examined == 1
    assert run(lone, "sub").checked == ("c.py",)


def test_excluded_standard_input(project: Path) -> None:
    """With `force-exclude`, excluded input is skipped and said to be."""
    stdin = StandardInput("build/x.py", LATE.encode())
    outcome = run(project, stdin=stdin, force_exclude=True)
    assert (found(outcome), outcome.checked) == ([], ())
    assert [skipped.path for skipped in outcome.skipped] == ["build/x.py"]


@pytest.mark.parametrize("asked", [(), ("app/late.py",)])
def test_a_file_that_vanishes(
    project: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    """A file that goes away between finding and reading it is a finding where asked about."""
    listed = reading.project_files

    def with_ghost(root: str, config: Any) -> Files:
        files = listed(root, config)
        return Files((*files.files, "app/zombie.py"), files.skipped, files.notices, files.roots)

    monkeypatch.setattr(reading, "project_files", with_ghost)
    outcome = run(project, *asked)
    ghosts = [finding for finding in outcome.findings if finding.path == "app/zombie.py"]
    assert [ghost.rule for ghost in ghosts] == ([] if asked else ["syntax-error"])
    assert all("cannot be read" in ghost.message for ghost in ghosts)


def test_a_missing_path_is_an_error(project: Path) -> None:
    """A path that is not there is never passed over."""
    with pytest.raises(MissingPath):
        run(project, "app/nowhere.py")


@pytest.mark.parametrize("error", FileError)
def test_failures_become_findings(error: FileError) -> None:
    """Every failure of a file is a finding of its own; only lasting ones are remembered."""
    failure = Failure("a.py", error, "the reason", 3, 2, rule=None)
    finding = finding_of(failure)
    if error is FileError.RULE_CRASH:
        assert finding is None
    else:
        assert finding is not None
        assert (finding.rule, finding.severity) == ("syntax-error", Severity.ERROR)
        assert (finding.span.line, finding.span.column) == (3, 2)
        assert "the reason" in finding.message
    assert is_lasting(failure) == (error in (FileError.SYNTAX, FileError.ENCODING))


def test_a_damaged_cache_is_survived(project: Path) -> None:
    """A cache that is rubbish costs a notice and time, not findings."""
    run(project)
    (database,) = (project / ".surefoot_cache").glob("entries-*.sqlite")
    database.write_bytes(b"rubbish" * 1000)
    outcome = run(project)
    assert found(outcome) == EVERYTHING
    assert any("damaged" in notice for notice in outcome.notices)
    assert run(project).cached == 5


def test_a_cache_that_cannot_be_written_is_survived(project: Path) -> None:
    """Without a place for the cache, all is as without one, but for one notice."""
    outcome = run(project, cache_dir=os.devnull)
    assert found(outcome) == EVERYTHING
    assert len(outcome.notices) == 1


def test_where_the_cache_is(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line outranks the environment, the environment the file."""
    config = load_config([str(project)])
    assert cache_directory(config) == project.resolve() / ".surefoot_cache"
    monkeypatch.setenv("SUREFOOT_CACHE_DIR", "/elsewhere")
    assert cache_directory(config) == Path("/elsewhere")
    asked = with_command_line(config, cache_dir="/asked")
    assert cache_directory(asked) == Path("/asked")


def test_a_rule_added_in_a_checkout_is_not_answered_from_the_past(project: Path) -> None:
    """Another selection of rules is another question."""
    assert found(run(project, select=("syntax-error",))) == EVERYTHING[:1]
    assert found(run(project)) == EVERYTHING


WARM = """
import json, sys
from surefoot.catalog import load_catalog
from surefoot.config import load_config
from surefoot.run import cache_directory, check
config = load_config(sys.argv[1:])
outcome = check(config, load_catalog(cache_directory(config)), sys.argv[1:])
heavy = "libcst rich yaml multiprocessing concurrent.futures difflib pathspec".split()
print(json.dumps([outcome.cached, len(outcome.findings), [m for m in heavy if m in sys.modules]]))
"""


def test_a_warm_run_imports_nothing_heavy(project: Path) -> None:
    """With nothing changed, neither parser nor YAML nor processes are even imported."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def fresh() -> Any:
        command = [sys.executable, "-S", "-c", WARM, str(project)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, cwd=project
        )
        return json.loads(done.stdout)

    cold = fresh()
    assert cold[:2] == [0, 3]
    assert "libcst" in cold[2]
    cached, findings, heavy = fresh()
    assert (cached, findings) == (5, 3)
    assert heavy == []
