"""`check --fix` and its companions, as processes of their own."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import GOOD, clean_environment, posix, surefoot

_CONFIG = '[tool.surefoot]\nselect = ["missing-timeout", "to-thread-called-not-passed"]\n'
_LATE = (
    "import asyncio\n\n\ndef load(name):\n    return {name: 1}\n\n\n"
    "async def show(name):\n    return await asyncio.to_thread(load(name))\n"
)
_MENDED = _LATE.replace("load(name))\n", "load, name)\n")
_SLOW = "import requests\n\n\ndef fetch(url):\n    return requests.get(url)\n"
_BOUNDED = _SLOW.replace("(url)\n", "(url, timeout=7)\n")
_KILLS = int(os.environ.get("SUREFOOT_KILLS", "6"))
"""How often `--fix` is killed; continuous integration may set hundreds."""


def project(root: Path, config: str = "", **files: str) -> Path:
    (root / "pyproject.toml").write_text(_CONFIG + config)
    for name, content in files.items():
        (root / f"{name}.py").write_bytes(content.encode())
    return root


def metrics(root: Path, *arguments: str) -> dict[str, object]:
    result = surefoot("check", "--format", "json", *arguments, cwd=root)
    found: dict[str, object] = json.loads(result.stdout)["metrics"]
    return found


def test_fix(tmp_path: Path) -> None:
    """Safe fixes are written, told of file by file, and what is left is reported."""
    root = project(tmp_path, "default-timeout = 7\n", late=_LATE, slow=_SLOW)
    result = surefoot("check", "--fix", cwd=root)
    output = result.stdout.decode()
    assert result.returncode == 1
    assert (root / "late.py").read_text() == _MENDED
    assert (root / "slow.py").read_text() == _SLOW
    assert "late.py: fixed: 1 to-thread-called-not-passed\n" in output
    assert "slow.py:5:12: error:" in output
    assert "Fixed 1 of 2 findings (50%), with 1 fix." in output


def test_unsafe_fixes(tmp_path: Path) -> None:
    """Fixes that may change behaviour are made where they are asked for."""
    root = project(tmp_path, "default-timeout = 7\n", late=_LATE, slow=_SLOW)
    assert surefoot("check", "--fix", "--unsafe-fixes", cwd=root).returncode == 0
    assert (root / "late.py").read_text() == _MENDED
    assert (root / "slow.py").read_text() == _BOUNDED
    assert surefoot("check", "--diff", "--unsafe-fixes", cwd=root).returncode == 0


def test_no_default(tmp_path: Path) -> None:
    """Where the project has not said how long to wait, no value is made up."""
    root = project(tmp_path, slow=_SLOW)
    result = surefoot("check", "--fix", "--unsafe-fixes", cwd=root)
    assert (root / "slow.py").read_text() == _SLOW
    assert b"fix (suggestion): Pass `timeout`; with `default-timeout` set" in result.stdout


def test_diff(tmp_path: Path) -> None:
    """`--diff` prints what `git apply` can carry out, changes nothing, and fails if it must."""
    root = project(tmp_path, late=_LATE.replace("\n", "\r\n"), good=GOOD)
    before = (root / "late.py").read_bytes()
    result = surefoot("check", "--diff", "--output", "json:report.json", cwd=root)
    assert result.returncode == 1
    assert (root / "late.py").read_bytes() == before
    assert result.stdout.startswith(b"--- a/late.py\n+++ b/late.py\n@@ ")
    assert result.stderr.endswith(b"Would fix 1 finding in 1 file.\n")
    report = json.loads((root / "report.json").read_text())
    assert report["metrics"]["mode"] == "informative"
    assert report["metrics"]["finalViolations"] == 1
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    subprocess.run(
        ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"],
        cwd=root,
        input=result.stdout,
        check=True,
    )
    assert (root / "late.py").read_bytes() == _MENDED.replace("\n", "\r\n").encode()
    again = surefoot("check", "--diff", cwd=root)
    assert (again.returncode, again.stdout) == (0, b"")


def test_standard_input(tmp_path: Path) -> None:
    """`--fix -` prints the fixed source, and the report beside it."""
    root = project(tmp_path)
    source = _LATE.replace("\n", "\r\n").encode()
    result = surefoot("check", "--fix", "-", cwd=root, stdin=source)
    assert result.returncode == 0
    assert result.stdout == _MENDED.replace("\n", "\r\n").encode()
    assert b"Fixed 1 of 1 finding" in result.stderr
    broken = surefoot("check", "--fix", "-", cwd=root, stdin=b"def (:\n")
    assert (broken.returncode, broken.stdout) == (1, b"def (:\n")


@posix
def test_diff_of_any_name(tmp_path: Path) -> None:
    """`git apply` and `patch` make of the diff what `--fix` makes, whatever files are called."""
    names = [
        "plain.py",
        "with space.py",
        "tab\there.py",
        'quote".py',
        "new\nline.py",
        "back\\slash.py",
        "-dash.py",
        "\u00fcml\u00e4ut.py",
        "caf\udce9.py",
        "a b/c.py",
    ]
    sources = [_LATE, _LATE.replace("\n", "\r\n"), "\ufeff" + _LATE, _LATE.rstrip("\n")]
    folders = [tmp_path / name for name in ("fixed", "applied", "patched")]
    for folder in folders:
        folder.mkdir()
        project(folder)
        for number, name in enumerate(names):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(sources[number % len(sources)].encode())
    fixed, applied, patched = folders
    difference = surefoot("check", "--diff", cwd=applied).stdout
    assert surefoot("check", "--fix", cwd=fixed).returncode == 0
    subprocess.run(["git", "init", "--quiet"], cwd=applied, check=True)
    commands = {
        applied: ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"],
        patched: ["patch", "--silent", "--strip=1", "--binary"],
    }
    for folder, command in commands.items():
        if shutil.which(command[0]):
            subprocess.run(command, cwd=folder, input=difference, check=True)
            for name in names:
                assert (folder / name).read_bytes() == (fixed / name).read_bytes(), name


@posix
def test_diff_of_links(tmp_path: Path) -> None:
    """A file with two names is in the diff once, by the name that is no link."""
    root = project(tmp_path)
    (root / "real").mkdir()
    (root / "real" / "late.py").write_text(_LATE)
    (root / "link.py").symlink_to("real/late.py")
    result = surefoot("check", "--diff", cwd=root)
    assert [line for line in result.stdout.splitlines() if line.startswith(b"+++")] == [
        b"+++ b/real/late.py"
    ]


def test_diff_from_below(tmp_path: Path) -> None:
    """Paths start from the current directory where they can, else from the project's root."""
    root = project(tmp_path, late=_LATE)
    below = root / "below"
    below.mkdir()
    (below / "late.py").write_text(_LATE)
    assert surefoot("check", "--diff", cwd=below).stdout.startswith(b"--- a/late.py\n")
    result = surefoot("check", "--diff", "..", cwd=below)
    assert b"+++ b/below/late.py\n" in result.stdout
    assert b"+++ b/late.py\n" in result.stdout
    assert f"start from {root}".encode() in result.stderr


def test_nothing_to_fix(tmp_path: Path) -> None:
    """Where there is nothing to fix, that is said."""
    result = surefoot("check", "--diff", cwd=project(tmp_path, good=GOOD))
    assert (result.returncode, result.stdout) == (0, b"")
    assert result.stderr.endswith(b"Nothing to fix.\n")


@pytest.mark.parametrize(
    ("answers", "fixed"),
    [
        ("y\nn\n", ["a"]),
        ("n\ny\n", ["b"]),
        ("a\n", ["a", "b"]),
        ("d\n", []),
        ("q\n", []),
        ("", []),
        ("?\nwhat\ny\nq\n", ["a"]),
    ],
)
def test_interactive(tmp_path: Path, answers: str, fixed: list[str]) -> None:
    """Each fix is shown with its diff and made or not, as is answered."""
    root = project(tmp_path, a=_LATE, b=_LATE)
    result = surefoot("check", "--fix", "--interactive", cwd=root, stdin=answers.encode())
    shown = result.stderr.decode()
    assert "safe: Pass the function uncalled\n" in shown
    assert "+    return await asyncio.to_thread(load, name)\n" in shown
    done = [name for name in "ab" if (root / f"{name}.py").read_text() == _MENDED]
    assert done == fixed


@posix
def test_interrupted_interactively(tmp_path: Path) -> None:
    """Ctrl-C at the prompt changes no file, and says so."""
    root = project(tmp_path, a=_LATE, b=_LATE)
    process = subprocess.Popen(
        [sys.executable, "-m", "surefoot", "check", "--fix", "--interactive"],
        cwd=root,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(b"y\n")
    process.stdin.flush()
    shown = b""
    while shown.count(b"[y,n,a,d,q,?] ") < 2:
        shown += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"\nInterrupted: no file was changed.\n" in told
    assert {(root / f"{name}.py").read_text() for name in "ab"} == {_LATE}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fix", "--diff"],
        ["--unsafe-fixes"],
        ["--interactive"],
        ["--fix", "--interactive", "-"],
        ["--diff", "--format", "json"],
        ["--no-baseline", "--baseline", "known.jsonl"],
        ["--no-baseline", "--fail-on-stale"],
        ["--baseline", "known.jsonl", "-"],
        ["--fail-on-stale", "-"],
        ["--staged", "--changed"],
        ["--staged", "--diff-base", "main"],
        ["--changed", "-"],
        ["--quiet", "--verbose"],
        ["--select", ""],
        ["--extend-select", " , "],
        ["--diff-base", ""],
        ["--baseline", ""],
        ["--config", ""],
        ["--cache-dir", ""],
        ["--stdin-filename", "x.py"],
    ],
)
def test_mixtures(tmp_path: Path, arguments: list[str]) -> None:
    """Options that contradict each other, or are empty, are refused."""
    root = project(tmp_path)
    (root / "known.jsonl").write_text("")
    result = surefoot("check", *arguments, cwd=root, stdin=b"")
    assert result.returncode == 2
    assert result.stderr.startswith(b"Usage: ")


def test_metrics(tmp_path: Path) -> None:
    """The metrics tell what was there, what was done, what came of it, and of which rule."""
    root = project(tmp_path, "default-timeout = 7\n", late=_LATE, slow=_SLOW)
    found = metrics(root, "--session-id", "nightly")
    assert (found["mode"], found["initialViolations"], found["finalViolations"]) == (
        "informative",
        2,
        2,
    )
    assert (found["fixRate"], found["fixesApplied"]) == (0.0, 0)
    found = metrics(root, "--fix", "--session-id", "nightly")
    assert found["sessionId"] == "nightly"
    assert (found["mode"], found["iterations"], found["fixesApplied"]) == ("executive", 1, 1)
    assert (found["initialViolations"], found["finalViolations"]) == (2, 1)
    assert (found["fixRate"], found["settled"], found["new"]) == (0.5, 1, 0)
    rules = found["fixesByRule"]
    assert isinstance(rules, dict)
    assert rules["to-thread-called-not-passed"] == {
        "found": 1,
        "fixable": 1,
        "applied": 1,
        "settled": 1,
        "undone": 0,
    }
    assert rules["missing-timeout"]["applied"] == 0


def test_statistics(tmp_path: Path) -> None:
    """`--statistics` has a line for each rule, the settled ones too."""
    root = project(tmp_path, late=_LATE, slow=_SLOW)
    output = surefoot("check", "--fix", "--statistics", cwd=root).stdout.decode()
    assert "found  fixable  applied  settled  undone  left  rule\n" in output
    assert "    1        1        1        1       0     0  to-thread-called-not-passed\n" in output


def test_hidden_findings_are_not_fixed(tmp_path: Path) -> None:
    """What a run would not show it does not mend."""
    root = project(tmp_path, late=_LATE)
    surefoot("check", "--fix", "--severity", "critical", cwd=root)
    assert (root / "late.py").read_text() == _LATE


def test_read_only_file(tmp_path: Path) -> None:
    """A file that cannot be written is named, its findings stay, and the run has failed."""
    root = project(tmp_path, a=_LATE, b=_LATE)
    (root / "a.py").chmod(0o444)
    result = surefoot("check", "--fix", cwd=root)
    output = result.stdout.decode()
    assert result.returncode == 2
    assert "a.py:1:1: not checked (unwritable): cannot be written: it is read-only" in output
    assert "Fixed 1 of 2 findings (50%), with 1 fix." in output
    assert ((root / "a.py").read_text(), (root / "b.py").read_text()) == (_LATE, _MENDED)


def test_unused_suppression(tmp_path: Path) -> None:
    """Idle suppressions are removed: words from their list, whole comments, whole lines."""
    code = (
        "# surefoot: ignore[missing-timeout] above\n"
        "x = 1\n"
        "y = 2  # surefoot: ignore[SF101] why\n"
        "z = 3  # surefoot: ignore[missing-timeout, SF404]  # pragma: no cover\n"
        "w = 4  # noqa: E501, SF101\n"
        "import requests\n"
        "requests.get('')  # surefoot: ignore[SF404, missing-timeout] needed\n"
    )
    root = project(tmp_path, a=code)
    result = surefoot("check", "--fix", cwd=root)
    assert result.returncode == 0, result.stdout.decode()
    assert (root / "a.py").read_text() == (
        "x = 1\n"
        "y = 2\n"
        "z = 3  # pragma: no cover\n"
        "w = 4  # noqa: E501\n"
        "import requests\n"
        "requests.get('')  # surefoot: ignore[missing-timeout] needed\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed(tmp_path: Path) -> None:
    """Killed at any moment, `--fix` leaves each file whole, old or new; what it may leave
    beside them the next run removes."""
    count = 25
    root = project(tmp_path, **{f"m{number}": _LATE for number in range(count)})
    files = [root / f"m{number}.py" for number in range(count)]
    command = [sys.executable, "-m", "surefoot", "check", "--fix", "--quiet"]
    environment = clean_environment()
    whole = float("inf")
    for _ in range(2):
        for file in files:
            file.write_text(_LATE)
        started = time.monotonic()
        subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
        whole = min(whole, time.monotonic() - started)
    chance = random.Random(20260101)
    killed = 0
    for delay in (0.05, *(chance.uniform(0.3, 1.05) * whole for _ in range(_KILLS))):
        for file in files:
            file.write_text(_LATE)
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        assert {file.read_text() for file in files} <= {_LATE, _MENDED}
    assert killed
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    assert result.returncode == 0
    assert {file.read_text() for file in files} == {_MENDED}
    left = {path.name for path in root.iterdir()} - {file.name for file in files}
    assert left == {"pyproject.toml", ".surefoot_cache"}


def test_baseline_and_changes(tmp_path: Path) -> None:
    """What the baseline holds, and what concerns no change, is not fixed."""
    root = project(tmp_path, a=_LATE, b="x = 1\n", c="x = 1\n")
    assert surefoot("baseline", "create", cwd=root).returncode == 0
    (root / "b.py").write_text(_LATE)
    for command in (["init", "-q"], ["add", "b.py"], ["commit", "-qm", "b"]):
        name = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *name, *command], cwd=root, check=True)
    (root / "c.py").write_text(_LATE)
    result = surefoot("check", "--fix", "--changed", cwd=root)
    assert result.returncode == 0, result.stdout.decode()
    read = [(root / f"{name}.py").read_text() for name in "abc"]
    assert read == [_LATE, _LATE, _MENDED]
    assert b"Fixed 1 new finding, with 1 fix.\n" in result.stdout
    found = metrics(root, "--fix")
    read = [(root / f"{name}.py").read_text() for name in "abc"]
    assert read == [_LATE, _MENDED, _MENDED]
    against = ("initialViolations", "finalViolations", "settled", "new", "fixRate", "fixesApplied")
    assert [found[name] for name in against] == [1, 1, 0, 0, 0.0, 1]
