from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from surefoot.cli import main
from surefoot.model import Failure, FileError, Run
from tests.cli.commands import BAD, BROKEN, GOOD, clean_environment, project, surefoot


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"a": GOOD}, [], 0),
        ({"a": BAD}, [], 1),
        ({"a": BAD}, ["--exit-zero"], 0),
        ({"a": BAD}, ["--fail-on", "critical"], 0),
        ({"a": BAD}, ["--fail-on", "never"], 0),
        ({"a": BAD}, ["--fail-on", "info"], 1),
        ({"a": BAD}, ["--ignore", "SF101"], 0),
        ({"a": BAD}, ["--severity", "critical"], 0),
        ({"a": BROKEN}, [], 1),
        ({"a": BROKEN}, ["--ignore", "syntax-error"], 1),
        ({"a": BROKEN}, ["--fail-on", "critical"], 1),
        ({"a": BROKEN}, ["--fail-on", "never"], 1),
        ({"a": BROKEN}, ["--exit-zero"], 0),
        ({"a": b"x = '\xff'\n"}, [], 1),
        ({}, [], 0),
        ({"a": GOOD}, ["nowhere.py"], 2),
        ({"a": GOOD}, ["--select", "mising-timeout"], 2),
        ({"a": GOOD}, ["--no-such-option"], 2),
        ({"a": GOOD}, ["--jobs", "0"], 2),
        ({"a": GOOD}, ["--config", "nowhere.toml"], 2),
        ({"a": GOOD}, ["--output", "yaml"], 2),
        ({"a": BAD}, ["--profile", "strict"], 1),
        ({"a": GOOD}, ["--profile", "strickt"], 2),
        ({"a": GOOD}, ["--checklist", "automatoin"], 2),
        ({"a": GOOD}, ["--checklist", "automation", "--select", "SF101"], 2),
    ],
)
def test_exit_codes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str],
    arguments: list[str],
    code: int,
) -> None:
    """The exit code is 0 for nothing that fails, 1 for findings, 2 for what went wrong."""
    monkeypatch.chdir(project(tmp_path, **files))
    assert main(["check", *arguments]) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FileError.SYNTAX, 1),
        (FileError.ENCODING, 1),
        (FileError.UNREADABLE, 2),
        (FileError.CRASH, 2),
        (FileError.TIMEOUT, 2),
        (FileError.RULE_CRASH, 2),
    ],
)
@pytest.mark.parametrize("exit_zero", [False, True])
def test_exit_codes_of_failures(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: FileError,
    code: int,
    exit_zero: bool,
) -> None:
    """A failure of surefoot's own gives 2, whatever was asked; one of the file gives 1."""
    from dataclasses import replace

    from surefoot.cli import check as module

    real = module.check

    def failing(*args: Any, **kwargs: Any) -> Run:
        failure = Failure("a.py", error, "it went wrong", rule="missing-timeout")
        return replace(real(*args, **kwargs), failures=(failure,))

    monkeypatch.setattr(module, "check", failing)
    monkeypatch.chdir(project(tmp_path, a=GOOD))
    wanted = 0 if exit_zero and code == 1 else code
    assert main(["check", *(["--exit-zero"] if exit_zero else [])]) == wanted
    assert "it went wrong" in capsys.readouterr().out


def test_crash_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error nobody foresaw is told on standard error, with where it happened, and gives 2."""
    from surefoot.cli import check as module

    def crash(*_: Any, **__: Any) -> Run:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(module, "check", crash)
    monkeypatch.chdir(project(tmp_path))
    assert main(["check", "--format", "json"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "ZeroDivisionError: by accident" in captured.err
    assert "please report it" in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "nowhere.py"], "no such file or directory: nowhere.py"),
        (["check", "--select", "mising-timeout"], "did you mean `missing-timeout`?"),
        (["chekc"], "no command and no path is called `chekc`; did you mean `check`?"),
        (["explain", "mising-timeout"], "did you mean `missing-timeout`?"),
        (["check", "--output", "report.json"], "write json:report.json"),
        (["check", "--output", "json:"], "names no file after the colon"),
        (["check", "--format", "json", "--output", "concise"], "cannot share standard output"),
        (["check", "--output", "json:x", "--output", "concise:./x"], "cannot share a file"),
        (["check", "-", "a.py"], "cannot be checked together"),
        (["check", "--stdin-filename", "a.py"], "goes with the path `-`"),
    ],
)
def test_mistakes_of_the_caller(tmp_path: Path, arguments: list[str], said: str) -> None:
    """A wrong call gives 2 and one sentence on standard error, without a traceback."""
    result = surefoot(*arguments, cwd=project(tmp_path, a=GOOD))
    assert result.returncode == 2
    assert result.stdout == b""
    assert said in result.stderr.decode()
    assert b"Traceback" not in result.stderr


def test_check_is_meant(tmp_path: Path) -> None:
    """Without a command, with options or paths alone, `check` is meant."""
    root = project(tmp_path, a=BAD)
    for arguments in ([], ["--format", "concise"], ["a.py"]):
        result = surefoot(*arguments, cwd=root)
        assert result.returncode == 1
        assert b"a.py:5:12" in result.stdout


def test_json_is_alone_on_standard_output(tmp_path: Path) -> None:
    """Standard output holds the JSON and nothing else, even where much goes wrong."""
    root = project(tmp_path, a=BAD, b=BROKEN, c=b"\xff\n")
    result = surefoot("check", "--format", "json", "--statistics", "--verbose", cwd=root)
    report = json.loads(result.stdout)
    assert [violation["file"] for violation in report["violations"]] == ["a.py", "b.py", "c.py"]
    assert report["scope"]["filesFailed"] == 2
    assert b"Checked 3 files" in result.stderr


def test_several_outputs(tmp_path: Path) -> None:
    """One run can report in several formats, into files and on standard output."""
    root = project(tmp_path, a=BAD)
    outputs = ["--output", "json:out/report.json", "--output", "checklist:list.md"]
    result = surefoot("check", *outputs, "--output", "concise", cwd=root)
    assert result.returncode == 1
    assert result.stdout.startswith(b"a.py:5:12: SF101")
    assert json.loads((root / "out/report.json").read_text())["status"] == "failed"
    assert (root / "list.md").read_text().startswith("# Review checklists")
    assert not list(root.rglob("*.tmp"))


def test_only_files(tmp_path: Path) -> None:
    """With reports for files alone, standard output stays empty."""
    result = surefoot("check", "--output", "json:report.json", cwd=project(tmp_path, a=BAD))
    assert result.stdout == b""
    assert b"1 finding" in result.stderr


def test_quiet(tmp_path: Path) -> None:
    """A quiet run without findings says nothing at all."""
    result = surefoot("check", "--quiet", cwd=project(tmp_path, a=GOOD))
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_no_files(tmp_path: Path) -> None:
    """A run that had nothing to check says so, rather than pass for a clean one."""
    result = surefoot("check", cwd=project(tmp_path))
    assert result.returncode == 0
    assert b"There was no Python file to check." in result.stdout
    assert b"No findings" not in result.stdout
    result = surefoot("check", "--format", "json", cwd=tmp_path)
    assert b"There was no Python file to check." in result.stderr


def test_paths_can_be_opened(tmp_path: Path) -> None:
    """Files are named as seen from where surefoot was called; in JSON, from the project's root."""
    (tmp_path / "service").mkdir()
    (tmp_path / "other").mkdir()
    root = project(tmp_path / "service", a=BAD)
    for directory, path in [(tmp_path, "service/a.py"), (tmp_path / "other", "../service/a.py")]:
        for format in ("terminal", "concise"):
            result = surefoot("check", str(root), "--format", format, cwd=directory)
            assert result.stdout.decode().startswith(f"{path}:5:12:")
    result = surefoot("check", str(root), "--format", "json", cwd=tmp_path)
    assert json.loads(result.stdout)["violations"][0]["file"] == "a.py"


def test_output_is_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that cannot be finished leaves the old file as it was."""
    from surefoot.cli import reporting as module

    def failing(format: str, run: Run, stream: Any, options: Any) -> None:
        stream.write("half")
        raise ZeroDivisionError

    root = project(tmp_path, a=GOOD)
    (root / "report.json").write_text("old")
    monkeypatch.setattr(module, "write", failing)
    monkeypatch.chdir(root)
    assert main(["check", "--output", "json:report.json"]) == 2
    assert (root / "report.json").read_text() == "old"
    assert not list(root.glob("*.tmp"))


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    """A file that cannot be written is an error that names it."""
    root = project(tmp_path, a=GOOD)
    result = surefoot("check", "--output", "json:a.py/report.json", cwd=root)
    assert result.returncode == 2
    assert b"cannot write a.py/report.json" in result.stderr


@pytest.mark.skipif(not os.path.exists("/dev/stderr"), reason="no such device")
def test_output_to_a_device(tmp_path: Path) -> None:
    """A device is written to, not replaced."""
    root = project(tmp_path, a=GOOD)
    result = surefoot("check", "--quiet", "--output", "json:/dev/stderr", cwd=root)
    assert json.loads(result.stderr)["status"] == "success"


def test_severity_hides(tmp_path: Path) -> None:
    """What is below the severity asked for is neither reported nor counted, but not forgotten."""
    root = project(tmp_path, a=BAD)
    result = surefoot("check", "--severity", "critical", "--format", "json", cwd=root)
    report = json.loads(result.stdout)
    assert report["status"] == "success"
    assert report["violations"] == []
    assert report["metrics"]["finalViolations"] == 0
    assert report["scope"]["hidden"] == 1
    assert b"1 below the severity or confidence asked for" in result.stderr


def test_selection(tmp_path: Path) -> None:
    """`--select` stands for the file's selection; words may be separated by commas."""
    root = project(tmp_path, a=BAD)
    result = surefoot("check", "--select", "SF9999", cwd=root)
    assert result.returncode == 2
    result = surefoot("check", "--select", "SF1,surefoot", "--format", "json", cwd=root)
    assert "missing-timeout" in json.loads(result.stdout)["scope"]["rules"]


def test_session_id(tmp_path: Path) -> None:
    """A run is called what the caller says."""
    root = project(tmp_path, a=GOOD)
    result = surefoot("check", "--session-id", "nightly-7", "--format", "json", cwd=root)
    assert json.loads(result.stdout)["metrics"]["sessionId"] == "nightly-7"


def test_standard_input(tmp_path: Path) -> None:
    """Text on standard input is checked as the file it passes for, and quoted."""
    root = project(tmp_path, a=GOOD)
    arguments = ["check", "-", "--stdin-filename", "a.py"]
    result = surefoot(*arguments, cwd=root, stdin=BAD.encode())
    assert result.returncode == 1
    assert b"a.py:5:12: error:" in result.stdout
    assert b" 5 |     return requests.get(url)" in result.stdout


def test_unnamed_standard_input(tmp_path: Path) -> None:
    """Text on standard input needs no name."""
    result = surefoot("check", "-", cwd=project(tmp_path), stdin=BAD.encode())
    assert result.returncode == 1
    assert b"stdin.py:5:12" in result.stdout


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_name_that_is_no_text(tmp_path: Path) -> None:
    """A file whose name is no text is checked and reported in every format."""
    root = project(tmp_path)
    with open(os.fsencode(root) + b"/caf\xe9\n.py", "wb") as file:
        file.write(BAD.encode())
    for format in ("terminal", "concise", "json", "checklist"):
        result = surefoot("check", "--format", format, cwd=root)
        assert result.returncode == 1, result.stderr
        assert rb"caf\xe9" in result.stdout.replace(rb"\\xe9", rb"\xe9")


def test_narrow_standard_output(tmp_path: Path) -> None:
    """Source in letters that the terminal's encoding lacks is no error."""
    source = BAD.replace("(url)\n", "(url, '漢字')\n")
    result = surefoot(
        "check", cwd=project(tmp_path, a=source), PYTHONUTF8="0", PYTHONIOENCODING="ascii"
    )
    assert result.returncode == 1
    assert rb"\u6f22\u5b57" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pipes differ")
@pytest.mark.parametrize("arguments", [["check"], ["check", "--format", "json"], ["rules"]])
def test_broken_pipe(tmp_path: Path, arguments: list[str]) -> None:
    """A reader that goes away early is no error worth telling."""
    root = project(tmp_path, a=BAD * 400)
    process = subprocess.Popen(
        [sys.executable, "-m", "surefoot", *arguments],
        cwd=root,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=120)
    assert b"Traceback" not in said
    assert b"BrokenPipe" not in said


def test_interrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends the run with 130."""
    from surefoot.cli import check as module

    def interrupted(*_: Any, **__: Any) -> Run:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "check", interrupted)
    monkeypatch.chdir(project(tmp_path))
    assert main(["check"]) == 130


def test_warm_run_imports_little(tmp_path: Path) -> None:
    """A run with nothing changed imports neither parser nor YAML nor worker processes."""
    root = project(tmp_path, a=BAD)
    assert surefoot("check", cwd=root).returncode == 1
    code = (
        "import sys; from surefoot.cli import main; main(['check']); "
        "heavy = {'libcst', 'yaml', 'multiprocessing', 'concurrent', 'difflib', 'pathspec'}; "
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env=clean_environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert b"a.py:5:12" in result.stdout
    assert result.stderr.decode().strip() == ""


def test_checklist(tmp_path: Path) -> None:
    """One checklist runs its rules and no others, and is ticked alone, opt-in rules included."""
    root = project(tmp_path, a=BAD)
    outputs = ["--output", "checklist", "--output", "json:report.json"]
    result = surefoot("check", "--checklist", "automation", *outputs, cwd=root)
    assert result.returncode == 1
    assert b"## Automation code" in result.stdout
    assert b"## Anti-patterns" not in result.stdout
    report = json.loads((root / "report.json").read_text())
    (violation,) = report["violations"]
    assert violation["check"] == "missing-timeout"
    assert "untyped-collection" not in report["scope"]["rules"]
    assert {check["checklist"] for check in report["checks"]} == {"automation"}
    failed = [check for check in report["checks"] if check["result"] == "failed"]
    assert [check["violations"] for check in failed] == [[violation["fingerprint"]]]
    assert all(check["reason"] for check in report["checks"] if "-" in check["result"])


def test_modules_of_the_project_are_not_imported(tmp_path: Path) -> None:
    """A file called like a module of Python's does no harm to the program that checks it."""
    root = project(tmp_path, token="raise SystemExit('imported')\n", json="raise ValueError\n")
    result = surefoot("check", cwd=root)
    assert (result.returncode, result.stderr) == (0, b"")
