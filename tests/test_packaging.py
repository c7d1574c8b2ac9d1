"""The wheel holds what an installed surefoot needs, and nothing else."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without the network."""
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed here")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(
        [*command, "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules with the wheel in it, far from the checkout."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python with only the installed surefoot, not the checkout, on its path."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True
    )


def test_wheel_holds_all_knowledge(wheel: Path) -> None:
    """Every YAML file of `rules/` is in the wheel, below `surefoot/knowledge/`."""
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "rules"
    expected = {
        f"surefoot/knowledge/{path.relative_to(source).as_posix()}"
        for path in source.rglob("*.yaml")
    }
    assert expected
    assert expected <= names


def test_wheel_holds_code_and_type_marker_only(wheel: Path) -> None:
    """The wheel is the package, typed, and its metadata: no tests, examples or scripts."""
    names = zipfile.ZipFile(wheel).namelist()
    assert "surefoot/py.typed" in names
    tops = {name.partition("/")[0] for name in names}
    assert {top.partition("-")[0] for top in tops} == {"surefoot"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_is_for_every_platform_and_small(wheel: Path) -> None:
    """One wheel of pure Python, under two megabytes."""
    assert wheel.name.endswith("-py3-none-any.whl")
    assert wheel.stat().st_size < 2_000_000


def test_installed_package_finds_its_facts(installed: Path, tmp_path: Path) -> None:
    """An installed surefoot reads the facts that were shipped with it, not a checkout's."""
    code = "from surefoot.facts.shipped import facts_files; print(*facts_files(), sep='\\n')"
    done = run(installed, "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    files = [Path(line) for line in done.stdout.splitlines()]
    assert len(files) == len(list((ROOT / "rules" / "facts").rglob("*.yaml")))
    assert all(installed in file.parents for file in files)


def test_installed_package_checks_a_file(installed: Path, tmp_path: Path) -> None:
    """`python -m surefoot check` works from the wheel alone."""
    (tmp_path / "service.py").write_text("import requests\nrequests.get('https://example.com')\n")
    done = run(installed, "-m", "surefoot", "check", "--format", "concise", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "missing-timeout" in done.stdout


def test_checkout_finds_its_facts() -> None:
    """A source checkout reads the facts of `rules/`."""
    from surefoot.facts.shipped import facts_files

    assert set(facts_files()) == set((ROOT / "rules" / "facts").rglob("*.yaml"))
