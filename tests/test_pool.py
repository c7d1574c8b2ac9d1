"""What happens to a run when a file breaks the process that examines it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from surefoot.facts.table import FactTable
from surefoot.model import Examination, Failure, FileError, SourceFile
from surefoot.pool import examine_files, is_hazardous
from surefoot.pool import workers as workers_module
from surefoot.ruleset import RuleSet

DEEP = "(" * 3000 + "1" + ")" * 3000


class Panic(BaseException):
    """Like what a native parser raises when it gives up."""


@dataclass(frozen=True)
class Behaviour:
    """Makes a function that does what the file says, and writes down where it was done."""

    diary: Path

    def __call__(self) -> Callable[[SourceFile], Examination]:
        return self.examine

    def examine(self, source: SourceFile) -> Examination:
        times = len(list(self.diary.glob(f"{source.module}-*")))
        (self.diary / f"{source.module}-{times}-{os.getpid()}").touch()
        match source.content.split()[0]:
            case b"exit":
                os._exit(3)
            case b"exit-first":
                if not times:
                    os._exit(3)
            case b"kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case b"hang":
                time.sleep(600)
            case b"raise":
                raise ValueError("no good")
            case b"panic":
                raise Panic("gave up")
            case b"recurse":
                self.recurse(5_000)
        return Examination(source.path, source.module, lines=7)

    def recurse(self, depth: int) -> None:
        if depth:
            self.recurse(depth - 1)


@dataclass(frozen=True)
class NeverReady:
    """Cannot be got ready in any process but the one it was made in."""

    pid: int
    diary: Path

    def __call__(self) -> Callable[[SourceFile], Examination]:
        if os.getpid() != self.pid:
            raise RuntimeError("not here")
        return Behaviour(self.diary)()


@dataclass(frozen=True)
class Engine:
    """The real thing, without rules."""

    def __call__(self) -> Callable[[SourceFile], Examination]:
        from surefoot.examine import examine

        return lambda source: examine(source, RuleSet(()), FactTable())


def files(*contents: str) -> list[SourceFile]:
    return [
        SourceFile(f"m{number}.py", f"m{number}", content.encode())
        for number, content in enumerate(contents)
    ]


def errors(examinations: Sequence[Examination]) -> list[tuple[str, list[Failure]]]:
    return [(each.path, list(each.failures)) for each in examinations if each.failures]


def pids(diary: Path, module: str) -> set[int]:
    return {int(path.name.rpartition("-")[2]) for path in diary.glob(f"{module}-*")}


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_the_order_of_the_files(tmp_path: Path, jobs: int) -> None:
    """Whatever the number of processes, examinations stand in the order of the files."""
    sources = files(*(["ok " + "x" * (37 * number % 11) for number in range(12)]))
    found = examine_files(sources, Behaviour(tmp_path), jobs=jobs, many=1)
    assert [each.path for each in found] == [source.path for source in sources]
    assert not errors(found)
    assert os.getpid() not in {pid for source in sources for pid in pids(tmp_path, source.module)}


def test_few_files_need_no_process(tmp_path: Path) -> None:
    """Below the limit, files are examined in this process."""
    examine_files(files("ok", "ok"), Behaviour(tmp_path), jobs=2)
    assert pids(tmp_path, "m0") == pids(tmp_path, "m1") == {os.getpid()}


@pytest.mark.parametrize(
    ("deed", "reason"),
    [("exit", "exit status 3"), ("kill", "killed by SIGKILL")],
)
def test_a_dying_worker_costs_one_file(tmp_path: Path, deed: str, reason: str) -> None:
    """A file that ends its process is named with the reason; all others are examined."""
    sources = files("ok", "ok", deed, "ok", "ok")
    found = examine_files(sources, Behaviour(tmp_path), jobs=2, many=1)
    [(path, [failure])] = errors(found)
    assert (path, failure.error) == ("m2.py", FileError.CRASH)
    assert reason in failure.message
    assert [each.lines for each in found if not each.failures] == [7, 7, 7, 7]


def test_a_file_gets_a_second_chance_alone(tmp_path: Path) -> None:
    """A worker may die for reasons that are not its file's: the file is looked at again."""
    found = examine_files(files("ok", "exit-first"), Behaviour(tmp_path), jobs=2, many=1)
    assert not errors(found)
    assert len(pids(tmp_path, "m1")) == 2


def test_a_hanging_file_is_given_up(tmp_path: Path) -> None:
    """A file that takes too long is reported as such; its worker is ended, the run goes on."""
    sources = files("ok", "hang", "ok")
    found = examine_files(sources, Behaviour(tmp_path), jobs=1, many=1, time_limit=3)
    [(path, [failure])] = errors(found)
    assert (path, failure.error) == ("m1.py", FileError.TIMEOUT)
    assert "longer than 3 s" in failure.message
    (worker,) = pids(tmp_path, "m1")
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.parametrize("many", [1, 48])
@pytest.mark.parametrize(("deed", "reason"), [("raise", "no good"), ("panic", "gave up")])
def test_an_exception_is_an_answer(tmp_path: Path, many: int, deed: str, reason: str) -> None:
    """What examining raises, even no Exception, is that file's failure and nobody else's."""
    found = examine_files(files("ok", deed), Behaviour(tmp_path), jobs=1, many=many)
    [(path, [failure])] = errors(found)
    assert (path, failure.error) == ("m1.py", FileError.CRASH)
    assert reason in failure.message


@pytest.mark.parametrize("many", [1, 48])
def test_deep_recursion_is_tried_with_a_deep_stack(tmp_path: Path, many: int) -> None:
    """What exceeds the usual recursion limit is examined, whoever met it first."""
    found = examine_files(files("recurse", "ok"), Behaviour(tmp_path), jobs=1, many=many)
    assert not errors(found)


def test_without_worker_processes_files_are_examined_here(tmp_path: Path) -> None:
    """Where no worker gets ready, this process does the work; dangerous files are refused."""
    sources = files("ok", "ok", DEEP)
    found = examine_files(sources, NeverReady(os.getpid(), tmp_path), jobs=2, many=1)
    [(path, [failure])] = errors(found)
    assert (path, failure.error) == ("m2.py", FileError.CRASH)
    assert "not here" in failure.message
    assert pids(tmp_path, "m0") == {os.getpid()}


def test_a_system_without_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where processes cannot be started at all, files are examined in this one."""

    def refuse(*_: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(workers_module, "_Worker", refuse)
    assert not errors(examine_files(files("ok", "ok"), Behaviour(tmp_path), jobs=2, many=1))


def test_progress_hears_of_each_file_once(tmp_path: Path) -> None:
    """Files that are tried twice are counted once."""
    heard: list[str] = []
    sources = files("ok", "raise", "exit-first", "ok")
    examine_files(
        sources, Behaviour(tmp_path), jobs=2, many=1, done=lambda each: heard.append(each.path)
    )
    assert sorted(heard) == [source.path for source in sources]


HOSTILE = {
    "brackets": ("x = " + DEEP + "\n", True),
    "unclosed brackets": ("(" * 5000, True),
    "lists": ("[" * 500 + "]" * 500, True),
    "dictionaries": ("{1:" * 400 + "1" + "}" * 400, True),
    "calls in calls": ("f(" * 300 + ")" * 300, True),
    "spread over lines": ("(\n" * 3000 + "1" + "\n)" * 3000, True),
    "signs": ("x = " + "-" * 3000 + "1", True),
    "attributes": ("a" + ".b" * 2000, True),
    "sums": ("x = " + "+".join(["1"] * 2000), True),
    "sums over lines": ("x = (" + "\n    + ".join(["1"] * 1500) + ")\n", True),
    "conjunctions over lines": ("x = (" + " and\n  ".join(["a"] * 1500) + ")\n", True),
    "branches": ("if a:\n    pass\n" + "elif b:\n    pass\n" * 12_000, True),
    "patterns": ("match x:\n    case " + "[" * 16 + "a" + "]" * 16 + ":\n        pass\n", True),
    "formatted strings": ("f'{" * 400 + "1" + "}'" * 400, True),
    "a long literal": ("x = '" + "a" * 1_000_000 + "'\n", True),
    "blocks": ("".join(" " * n + "if 1:\n" for n in range(90)) + " " * 90 + "pass\n", False),
    "too many blocks": ("".join(" " * n + "if 1:\n" for n in range(300)), False),
    "a null byte": ("x = 1\0\n", False),
    "many statements": ("x = 1\n" * 5_000, False),
    "a long table": ("x = [\n" + "    'a', 1,\n" * 5_000 + "]\n", False),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_told_apart_unparsed(kind: str) -> None:
    """What kills or stalls the parser is recognised; ordinary long files are not."""
    text, hazardous = HOSTILE[kind]
    assert is_hazardous(text.encode()) is hazardous


def test_hostile_files_break_nothing() -> None:
    """Every hostile file gets an examination: with a summary, or with the reason why not."""
    texts = [text for text, _ in HOSTILE.values()]
    raw = [b"x = '\xed\xa0\x80'\n", b"# -*- coding: nonsense -*-\n", b"\xff\xfe", b"\0" * 100]
    sources = files(*texts, "import os\nprint(os.name)\n")
    sources += [SourceFile(f"r{n}.py", f"r{n}", content) for n, content in enumerate(raw)]
    found = examine_files(sources, Engine(), jobs=2)
    assert [each.path for each in found] == [source.path for source in sources]
    assert all(each.failures or each.summary for each in found)
    assert found[len(texts)].summary
    assert {each.failures[0].error for each in found[-len(raw) :]} <= {
        FileError.ENCODING,
        FileError.SYNTAX,
    }


def test_workers_started_afresh_run_no_module_of_the_project(tmp_path: Path) -> None:
    """Where no process can be forked, a worker starts with Python's own modules, although the
    project it starts in has some of the same name."""
    project = tmp_path / "project"
    project.mkdir()
    for name in ("logging", "pickle", "random", "signal", "socket", "struct", "threading"):
        (project / f"{name}.py").write_text("open('has-run', 'w').close()\n")
    (project / "deep.py").write_text(f"value = {DEEP}\n")
    driver = tmp_path / "driver.py"
    driver.write_text(
        "import sys\n"
        "from surefoot.cli import main\n"
        "from surefoot.pool import workers\n"
        "workers._can_fork = lambda: False\n"
        "if __name__ == '__main__':\n"
        "    sys.exit(main(['check', '.', '--no-cache', '--exit-zero']))\n"
    )
    done = subprocess.run(
        [sys.executable, str(driver)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "could break surefoot" not in done.stdout
    assert not (project / "has-run").exists()
