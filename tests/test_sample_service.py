"""The sample service: every planted mistake is found, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from surefoot.catalog import all_rules

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "examples" / "orders"
PLANTED = re.compile(r"# planted: (?P<rules>[a-z-]+(?:, [a-z-]+)*)$")

Place = tuple[str, int, str]


@pytest.fixture(scope="module")
def planted() -> set[Place]:
    """File, line and rule of every planted mistake."""
    return {
        (path.relative_to(SERVICE).as_posix(), number, rule)
        for path in sorted(SERVICE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (comment := PLANTED.search(line))
        for rule in comment["rules"].split(", ")
    }


@pytest.fixture(scope="module")
def reported() -> set[Place]:
    """File, line and rule of everything the command line reports, as JSON."""
    command = [sys.executable, "-m", "surefoot", "check", "--no-cache", "--format", "json"]
    done = subprocess.run([*command, "."], cwd=SERVICE, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["errors"] == []
    return {(each["file"], each["line"], each["check"]) for each in report["violations"]}


def test_planted_mistakes_are_found(planted: set[Place], reported: set[Place]) -> None:
    """Every line marked as a mistake is reported, by the rule it names."""
    assert sorted(planted - reported) == []


def test_correct_twins_are_silent(planted: set[Place], reported: set[Place]) -> None:
    """No other line is reported."""
    assert sorted(reported - planted) == []


def test_sample_service_shows_every_family(planted: set[Place]) -> None:
    """Most families have a mistake planted, and every name is that of a rule."""
    families = {rule.name: rule.family for rule in all_rules()}
    shown = {families[rule] for _, _, rule in planted}
    assert shown >= {"network", "errors", "resources", "concurrency", "typing", "configuration"}
    assert shown >= {"architecture", "automation"}
