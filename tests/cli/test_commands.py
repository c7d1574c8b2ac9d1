from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from surefoot import __version__
from surefoot.catalog import all_rules, load_catalog
from surefoot.cli import COMMANDS, cli
from surefoot.cli.progress import Progress
from tests.cli.commands import BAD, GOOD, project, surefoot


def run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", [[], *[[name] for name in COMMANDS]])
def test_help(command: list[str]) -> None:
    """Every command explains itself."""
    assert run(*command, "--help").startswith("Usage:")


def test_help_lists_commands() -> None:
    """The help names every command with what it does."""
    output = run("--help")
    for name in COMMANDS:
        assert f"\n  {name} " in output


def test_version() -> None:
    """The version can be asked for."""
    assert run("--version") == f"surefoot {__version__}\n"


def test_version_is_cheap(tmp_path: Path) -> None:
    """Asking for the version loads no command."""
    import subprocess
    import sys

    from tests.cli.commands import clean_environment

    code = (
        "import sys; from surefoot.cli import main; main(['--version']); "
        "sys.exit(' '.join(name for name in sys.modules if name.startswith('surefoot.cli.')))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert result.stderr.decode().strip() == ""


@pytest.mark.parametrize("word", ["missing-timeout", "SF101", "sf101", "missing_timeout"])
def test_explain(word: str) -> None:
    """A rule is explained under its name or its code, as on its page."""
    page = Path(__file__).parents[2] / "docs/rules/network/missing-timeout.md"
    assert run("explain", word) == page.read_text("utf-8")


@pytest.mark.parametrize("name", ["syntax-error", "unused-suppression", "unknown-suppression"])
def test_explain_own(name: str) -> None:
    """What surefoot reports by itself is explained as well."""
    assert run("explain", name).startswith(f"# {name}\n")


def test_rules() -> None:
    """The table of rules has one line for each, under its family."""
    lines = run("rules").splitlines()
    for rule in load_catalog().rules:
        assert any(rule.code in line.split() and rule.name in line for line in lines)
        assert rule.family in lines


def test_rules_as_json() -> None:
    """The rules can be had as JSON, and agree with the rules themselves."""
    listed = {rule["name"]: rule for rule in json.loads(run("rules", "--json"))}
    for rule in all_rules():
        told = listed.pop(rule.name)
        assert told["code"] == rule.code
        assert told["severity"] == rule.severity.label
        assert told["confidence"] == rule.confidence.label
        assert told["family"] == rule.family
        assert told["default"] == rule.default
        assert told["summary"] == rule.summary
        assert told["description"] == rule.description
    assert {rule["family"] for rule in listed.values()} == {"surefoot"}


def test_config_show(tmp_path: Path) -> None:
    """Each setting is shown with the place it comes from."""
    output = surefoot("config", "show", cwd=project(tmp_path)).stdout.decode()
    rows = [line.split(maxsplit=2) for line in output.splitlines()]
    assert ["select", "pyproject.toml:2", '["missing-timeout"]'] in rows
    assert ["fail-on", "default", '"warning"'] in rows
    assert rows[1][:2] + rows[1][2].split() == ["project", "root", "pyproject.toml", str(tmp_path)]
    assert "no configuration file" not in output


def test_config_show_defaults(tmp_path: Path) -> None:
    """Where there is no configuration file that is said."""
    output = surefoot("config", "show", cwd=tmp_path).stdout.decode()
    assert "There is no configuration file" in output


def test_config_show_mistake(tmp_path: Path) -> None:
    """A mistake in the configuration is told, not shown."""
    (tmp_path / "surefoot.toml").write_text('fail-on = "eror"\n')
    result = surefoot("config", "show", cwd=tmp_path)
    assert result.returncode == 2
    assert b"surefoot.toml:1" in result.stderr
    assert b"did you mean `error`?" in result.stderr


def test_config_show_unknown_rule(tmp_path: Path) -> None:
    """A rule that does not exist is told when the configuration is shown, too."""
    (tmp_path / "surefoot.toml").write_text('ignore = ["mising-timeout"]\n')
    result = surefoot("config", "show", cwd=tmp_path)
    assert result.returncode == 2
    assert b"did you mean `missing-timeout`?" in result.stderr


def test_clean(tmp_path: Path) -> None:
    """Cleaning removes the cache and nothing else; doing it twice is no error."""
    root = project(tmp_path, a=GOOD)
    surefoot("check", cwd=root)
    assert (root / ".surefoot_cache").is_dir()
    assert b"Removed" in surefoot("clean", cwd=root).stdout
    assert sorted(path.name for path in root.iterdir()) == ["a.py", "pyproject.toml"]
    result = surefoot("clean", cwd=root)
    assert (result.returncode, result.stdout[:14]) == (0, b"Nothing is cac")


def test_cache_dir(tmp_path: Path) -> None:
    """The cache goes where the command line says, from there; without one nothing is kept."""
    (tmp_path / "p").mkdir()
    root = project(tmp_path / "p", a=BAD)
    surefoot("check", "p", "--cache-dir", "kept", cwd=tmp_path)
    assert (tmp_path / "kept").is_dir()
    surefoot("check", "--no-cache", cwd=root)
    assert not (root / ".surefoot_cache").exists()
    assert b"Removed" in surefoot("clean", "p", "--cache-dir", "kept", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("terminal", "late", "shown"), [(1, 1, True), (0, 1, False), (1, 0, False)]
)
def test_progress(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: int,
    late: int,
    shown: bool,
) -> None:
    """Progress is shown on a terminal, after a second, and leaves no line behind."""
    from surefoot.cli import progress as module

    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: bool(terminal), raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with Progress(color="never", quiet=False) as progress:
        now[0] = 1.5 if late else 0.5
        progress(3, 1200)
    written = capsys.readouterr().err
    assert bool(re.search(r"Examining .* +3/1200 files", written)) is shown
    assert written == "" or written.endswith("\x1b[1A\x1b[2K")
