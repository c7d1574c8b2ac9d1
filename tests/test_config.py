from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from surefoot.config import (
    DEFAULT_EXCLUDES,
    Config,
    ConfigError,
    load_config,
    settings_shown,
    with_command_line,
)
from surefoot.model import Confidence, Defaults, Severity


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def configured(tmp_path: Path, text: str) -> Config:
    write(tmp_path / "surefoot.toml", text)
    return load_config(cwd=str(tmp_path))


class TestFinding:
    def test_defaults(self, tmp_path: Path) -> None:
        """Without a file and without a marker the project is the directory itself."""
        config = load_config(["a.py"], cwd=str(tmp_path))
        assert config.root == str(tmp_path.resolve())
        assert config.file is None
        assert config.min_confidence is Confidence.MEDIUM
        assert config.fail_on is Severity.WARNING
        assert config.exclude == DEFAULT_EXCLUDES
        assert config.origin("select") == "default"

    def test_pyproject_table(self, tmp_path: Path) -> None:
        """The table of a pyproject.toml counts, and each value knows its line."""
        write(tmp_path / "pyproject.toml", '[project]\nname = "x"\n\n[tool.surefoot]\njobs = 3\n')
        config = load_config(cwd=str(tmp_path))
        assert config.jobs == 3
        assert config.origin("jobs") == "pyproject.toml:5"
        assert config.origin("select") == "default"

    def test_surefoot_toml_wins(self, tmp_path: Path) -> None:
        """In one directory, surefoot.toml counts and pyproject.toml is not merged."""
        write(tmp_path / "pyproject.toml", "[tool.surefoot]\njobs = 3\nforce-exclude = true\n")
        write(tmp_path / "surefoot.toml", "jobs = 4\n")
        config = load_config(cwd=str(tmp_path))
        assert (config.jobs, config.force_exclude) == (4, False)

    def test_nearest_wins(self, tmp_path: Path) -> None:
        """The nearest file upwards from the paths counts, not that of the current directory."""
        write(tmp_path / "surefoot.toml", "jobs = 1\n")
        write(tmp_path / "inner/surefoot.toml", "jobs = 2\n")
        write(tmp_path / "inner/deep/a.py", "")
        write(tmp_path / "other/b.py", "")
        assert load_config(["inner/deep/a.py"], cwd=str(tmp_path)).jobs == 2
        assert load_config(["inner/deep"], cwd=str(tmp_path)).jobs == 2
        assert load_config(["inner/deep/a.py", "other/b.py"], cwd=str(tmp_path)).jobs == 1

    def test_pyproject_without_table_is_skipped(self, tmp_path: Path) -> None:
        """A pyproject.toml without our table does not end the search."""
        write(tmp_path / "surefoot.toml", "jobs = 1\n")
        write(tmp_path / "inner/pyproject.toml", '[project]\nname = "surefoot-user"\n')
        config = load_config(["inner"], cwd=str(tmp_path))
        assert config.jobs == 1
        assert config.root == str(tmp_path.resolve())

    def test_broken_foreign_pyproject_is_skipped(self, tmp_path: Path) -> None:
        """A broken pyproject.toml that never mentions surefoot is none of its business."""
        write(tmp_path / "pyproject.toml", "[project\n")
        assert load_config(cwd=str(tmp_path)).root == str(tmp_path.resolve())

    def test_root_of_a_part_with_its_own_pyproject(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A pyproject.toml that says nothing of surefoot does not cut its folder off: settings
        farther up hold, and without any the whole repository is the project."""
        write(tmp_path / "top/services/pay/pyproject.toml", "[project]\nname = 'pay'\n")
        write(tmp_path / "top/services/pay/pay/main.py", "")
        part = tmp_path.resolve() / "top/services/pay"
        named = ["top/services/pay/pay/main.py"]
        assert load_config(named, cwd=str(tmp_path)).root == str(part)
        write(tmp_path / "top/services/pyproject.toml", "[project]\nname = 'all'\n")
        assert load_config(named, cwd=str(tmp_path)).root == str(part)
        (tmp_path / "top/.git").mkdir()
        assert load_config(named, cwd=str(tmp_path)).root == str(tmp_path.resolve() / "top")
        monkeypatch.setenv("HOME", str(tmp_path / "top"))
        monkeypatch.setenv("USERPROFILE", str(tmp_path / "top"))
        assert load_config(named, cwd=str(tmp_path)).root == str(part)
        write(tmp_path / "top/services/pyproject.toml", "[tool.surefoot]\n")
        assert load_config(named, cwd=str(tmp_path)).root == str(
            tmp_path.resolve() / "top/services"
        )

    def test_root_without_configuration(self, tmp_path: Path) -> None:
        """Without configuration the nearest directory with a project marker is the root."""
        write(tmp_path / "pyproject.toml", "")
        write(tmp_path / "pkg/a.py", "")
        assert load_config(["pkg/a.py"], cwd=str(tmp_path)).root == str(tmp_path.resolve())
        (tmp_path / "pkg/.git").mkdir()
        assert load_config(["pkg/a.py"], cwd=str(tmp_path)).root == str(tmp_path.resolve() / "pkg")

    def test_named_file(self, tmp_path: Path) -> None:
        """A file named by the user counts instead of the nearest; its directory is the root."""
        write(tmp_path / "surefoot.toml", "jobs = 1\n")
        write(tmp_path / "conf/strict.toml", "jobs = 7\n")
        config = load_config(cwd=str(tmp_path), config_file="conf/strict.toml")
        assert config.jobs == 7
        assert config.root == str(tmp_path.resolve() / "conf")

    @pytest.mark.parametrize("name", ["absent.toml", "."])
    def test_named_file_must_be_one(self, tmp_path: Path, name: str) -> None:
        """A configuration file that is named and cannot be read is an error."""
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(cwd=str(tmp_path), config_file=name)

    def test_named_pyproject_needs_table(self, tmp_path: Path) -> None:
        """A pyproject.toml that is named must have our table."""
        write(tmp_path / "pyproject.toml", "[project]\n")
        with pytest.raises(ConfigError, match=r"pyproject.toml: there is no table `\[tool.sure"):
            load_config(cwd=str(tmp_path), config_file="pyproject.toml")

    def test_byte_order_mark_and_crlf(self, tmp_path: Path) -> None:
        """A byte order mark and Windows line ends do no harm."""
        (tmp_path / "surefoot.toml").write_bytes(b"\xef\xbb\xbf# x\r\njobs = 2\r\n")
        config = load_config(cwd=str(tmp_path))
        assert config.jobs == 2
        assert config.origin("jobs") == "surefoot.toml:2"

    def test_frozen_and_picklable(self, tmp_path: Path) -> None:
        """A configuration cannot be changed and survives the way to another process."""
        config = configured(tmp_path, 'severity = {missing-timeout = "off"}\n')
        assert pickle.loads(pickle.dumps(config)) == config
        with pytest.raises(FrozenInstanceError):
            config.jobs = 3  # type: ignore[misc]

    def test_all_keys(self, tmp_path: Path) -> None:
        """Every key is read into its setting."""
        write(tmp_path / "lint/http.yaml", "")
        (tmp_path / "lib").mkdir()
        config = configured(
            tmp_path,
            """
            select = ["network"]
            extend-select = ["SF201"]
            ignore = ["infinite-timeout"]
            profile = "strict"
            min-confidence = "high"
            fail-on = "critical"
            never-suppress = ["missing-timeout"]
            exclude = ["gen"]
            extend-exclude = ["*_pb2.py"]
            respect-gitignore = false
            force-exclude = true
            roots = ["lib", "."]
            facts = ["lint/http.yaml"]
            exception-reporters = ["app.errors.report"]
            baseline = "known.jsonl"
            never-baseline = ["errors"]
            default-timeout = 2.5
            default-retries = "app.settings.RETRIES"
            default-backoff = "django.conf:settings.BACKOFF"
            cache-dir = ".cache/surefoot"
            jobs = 2
            [severity]
            missing-timeout = "critical"
            network = "off"
            [per-file-ignores]
            "tests/*" = ["ALL"]
            """,
        )
        root = str(tmp_path.resolve())
        assert config.select == ("network",)
        assert config.extend_select == ("SF201",)
        assert config.ignore == ("infinite-timeout",)
        assert config.severity == {"missing-timeout": Severity.CRITICAL, "network": None}
        assert config.per_file_ignores == {"tests/*": ("ALL",)}
        assert config.min_confidence is Confidence.HIGH
        assert config.fail_on is Severity.CRITICAL
        assert config.never_suppress == ("missing-timeout",)
        assert (config.exclude, config.extend_exclude) == (("gen",), ("*_pb2.py",))
        assert (config.respect_gitignore, config.force_exclude) == (False, True)
        assert config.roots == ("lib", ".")
        assert config.facts == (os.path.join(root, "lint", "http.yaml"),)
        assert config.exception_reporters == ("app.errors.report",)
        assert config.baseline == os.path.join(root, "known.jsonl")
        assert config.never_baseline == ("errors",)
        assert config.defaults == Defaults(
            2.5, "app.settings.RETRIES", "django.conf:settings.BACKOFF"
        )
        assert config.cache_dir == os.path.join(root, ".cache", "surefoot")
        assert config.jobs == 2
        assert {origin for _, _, origin in settings_shown(config)} == {
            f"surefoot.toml:{line}" for line in (*range(2, 24), 26)
        }


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('\nselct = ["x"]', "surefoot.toml:2: unknown key `selct`; did you mean `select`?"),
            ('select = "x"', 'surefoot.toml:1: `select` must be a list of strings, not "x"'),
            ("ignore = [\n3]", "surefoot.toml:1: `ignore` must hold strings only, not 3"),
            ('ignore = [" "]', "surefoot.toml:1: `ignore` holds an empty string"),
            ("jobs = true", "surefoot.toml:1: `jobs` must be a whole number from 1, not true"),
            ("jobs = 0", "`jobs` must be a whole number from 1, not 0"),
            ("force-exclude = 1", "`force-exclude` must be true or false, not 1"),
            ("cache-dir = 1", "`cache-dir` must be a path, not 1"),
            ("severity = []", "`severity` must be a table, not []"),
            (
                '[severity]\na = "error"\nmissing-timeout = "eror"',
                (
                    "surefoot.toml:3: `severity.missing-timeout`: unknown severity "
                    '"eror"; did you mean `error`?'
                ),
            ),
            (
                "severity = {missing-timeout = 3}",
                (
                    "surefoot.toml:1: `severity.missing-timeout`: unknown severity 3; it must be "
                    "one of `critical`, `error`, `info`, `off`, `warning`"
                ),
            ),
            ('fail-on = "off"', 'surefoot.toml:1: `fail-on`: unknown severity "off"'),
            (
                'min-confidence = "mid"',
                '`min-confidence` cannot be "mid"; it must be one of `high`, `low`, `medium`',
            ),
            ('profile = "strikt"', '`profile` cannot be "strikt"; did you mean `strict`?'),
            (
                'exclude = [\n  "a",\n  "b[",\n]',
                'surefoot.toml:3: `exclude`: bad glob "b[": `[` is never closed',
            ),
            (
                '[per-file-ignores]\n"a" = ["x"]\n"../b" = ["x"]',
                'surefoot.toml:3: `per-file-ignores`: bad glob "../b": a glob cannot leave',
            ),
            (
                '[per-file-ignores]\n"a" = "x"',
                'surefoot.toml:2: `per-file-ignores`: "a" must have a list of rules, not "x"',
            ),
            (
                'facts = [\n"lint/htp.yaml"]',
                (
                    'surefoot.toml:2: `facts`: there is no file "lint/htp.yaml"; '
                    "did you mean `http.yaml`?"
                ),
            ),
            ('roots = ["nowhere"]', '`roots`: there is no directory "nowhere"'),
            ('roots = [".."]', '`roots`: ".." lies outside the project'),
            ('exception-reporters = ["a.b()"]', '`exception-reporters`: "a.b()" is not a dotted'),
            ("default-timeout = 0", "`default-timeout` must be seconds above 0 or the name of"),
            ("default-timeout = true", "not true"),
            ("default-timeout = inf", "not inf"),
            ('default-timeout = "10"', 'not "10"'),
            ('default-timeout = "TIMEOUT"', "needs its module, as in `app.settings.TIMEOUT`"),
            ('default-timeout = "a.class.T"', 'not "a.class.T"'),
            ("default-retries = 1.5", "`default-retries` must be a whole number from 1 or the"),
            ('default-backoff = "a:b:c"', "`default-backoff` must be seconds above 0"),
            ("\n\njobs = = 1", "surefoot.toml:3: not valid TOML: Invalid value"),
            ("jobs = 1\njobs = 2", "not valid TOML: Cannot overwrite a value"),
        ],
    )
    def test_message(self, tmp_path: Path, text: str, message: str) -> None:
        """A mistake is an error that names file, line, key, value and the nearest valid one."""
        write(tmp_path / "lint/http.yaml", "")
        with pytest.raises(ConfigError) as error:
            configured(tmp_path, text)
        assert message in str(error.value)
        assert str(error.value).startswith("surefoot.toml")

    def test_lines_in_pyproject(self, tmp_path: Path) -> None:
        """Equal keys of other tables do not mislead the search for the line."""
        write(
            tmp_path / "pyproject.toml",
            '[tool.ruff]\nselect = ["E"]\n[tool.surefoot.severity]\nx = "no"\n',
        )
        with pytest.raises(ConfigError, match=r"^pyproject.toml:4: `severity.x`"):
            load_config(cwd=str(tmp_path))

    def test_dotted_and_quoted_keys(self, tmp_path: Path) -> None:
        """Dotted and quoted spellings of a key are found as well."""
        write(tmp_path / "pyproject.toml", '[tool]\n\n"surefoot" . jobs = "x"\n')
        with pytest.raises(ConfigError, match=r"^pyproject.toml:3: `jobs`"):
            load_config(cwd=str(tmp_path))

    def test_table_of_wrong_type(self, tmp_path: Path) -> None:
        """`tool.surefoot` must be a table."""
        write(tmp_path / "pyproject.toml", "[tool]\nsurefoot = 1\n")
        with pytest.raises(ConfigError, match=r"toml:2: `tool.surefoot` must be a table"):
            load_config(cwd=str(tmp_path))

    def test_not_utf8(self, tmp_path: Path) -> None:
        """A configuration that is not UTF-8 is an error with its line."""
        (tmp_path / "surefoot.toml").write_bytes(b"jobs = 1\n# \xff\n")
        with pytest.raises(ConfigError, match=r"^surefoot.toml:2: not UTF-8"):
            load_config(cwd=str(tmp_path))

    def test_path_is_shown_from_the_current_directory(self, tmp_path: Path) -> None:
        """The file is named as one would type it."""
        write(tmp_path / "surefoot.toml", "nonsense = 1\n")
        (tmp_path / "deep").mkdir()
        with pytest.raises(ConfigError) as error:
            load_config(cwd=str(tmp_path / "deep"))
        assert str(error.value).startswith(os.path.join("..", "surefoot.toml:1:"))


class TestCommandLine:
    def test_values_replace(self, tmp_path: Path) -> None:
        """A value given on the command line replaces that of the file and says so."""
        config = with_command_line(configured(tmp_path, "jobs = 1"), jobs=5, fail_on=None)
        assert config.jobs == 5
        assert config.origin("jobs") == "command line"
        assert config.origin("fail-on") == "default"

    def test_severities_are_merged(self, tmp_path: Path) -> None:
        """Severities of the command line are put over those of the file rule by rule."""
        config = configured(tmp_path, 'severity = {SF101 = "off", SF102 = "info"}')
        config = with_command_line(config, severity={"SF101": Severity.ERROR})
        assert config.severity == {"SF101": Severity.ERROR, "SF102": Severity.INFO}

    def test_selection_is_shown(self, tmp_path: Path) -> None:
        """The settings shown are those that count."""
        config = with_command_line(configured(tmp_path, 'select = ["SF101"]'), select=["SF2"])
        assert ("select", ("SF2",), "command line") in settings_shown(config)

    def test_strict_profile(self, tmp_path: Path) -> None:
        """The strict profile shows findings of low confidence unless told otherwise."""
        config = with_command_line(configured(tmp_path, ""), profile="strict")
        assert config.min_confidence is Confidence.LOW
        assert config.origin("min-confidence") == "profile strict"
        config = with_command_line(configured(tmp_path, 'profile = "strict"'), profile="default")
        assert config.min_confidence is Confidence.MEDIUM
        assert config.origin("min-confidence") == "default"
        config = configured(tmp_path, 'profile = "strict"\nmin-confidence = "high"')
        assert config.min_confidence is Confidence.HIGH

    def test_unknown_setting(self, tmp_path: Path) -> None:
        """A setting that does not exist is a mistake in the program."""
        with pytest.raises(TypeError, match="no such settings: selekt"):
            with_command_line(configured(tmp_path, ""), selekt=["x"])


def test_reading_a_configuration_imports_little(tmp_path: Path) -> None:
    """A sound configuration is read without the modules that only mistakes need."""
    write(tmp_path / "surefoot.toml", 'select = ["ALL"]\n[per-file-ignores]\n"a" = ["ALL"]\n')
    code = (
        "import sys; from surefoot.config import *; import surefoot.discover, surefoot.suppress\n"
        "validate(load_config(), frozenset(['ALL']))\n"
        "heavy = {'difflib', 'pathspec', 'yaml', 'libcst', 'rich', 'subprocess'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout == "[]\n"
