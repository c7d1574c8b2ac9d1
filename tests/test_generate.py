from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from surefoot.facts.shipped import facts_files

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs/schema/facts.schema.json").read_text("utf-8"))


class _Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads `on` and `off` as words, as YAML 1.2 and editors do."""


_Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Words.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(r"^(?:true|false|True|False)$"),
    list("tTfF"),
)


def test_generated_files_are_up_to_date() -> None:
    """What is generated is what the rules and facts give now."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", facts_files(), ids=lambda path: path.stem)
def test_facts_keep_to_their_schema(path: Path) -> None:
    """The schema editors use accepts every shipped file of facts."""
    data: Any = yaml.load(path.read_bytes(), Loader=_Words)
    errors = Draft202012Validator(SCHEMA).iter_errors(data)
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def facts_of(entry: dict[str, Any]) -> dict[str, Any]:
    return {"library": "x", "read-against": "1", "apis": [entry]}


@pytest.mark.parametrize(
    "data",
    [
        {"read-against": "1"},
        facts_of({"name": "x.y"}),
        facts_of({"name": "x y", "blocking": "network"}),
        facts_of({"name": "x.y", "blocing": "network"}),
        facts_of({"name": "x.y", "timeout": {"params": 1}}),
        {
            "library": "x",
            "read-against": "1",
            "apis": [{"name": "x.y", "timeout": {"default": "5"}}],
        },
    ],
)
def test_schema_refuses_mistakes(data: dict[str, Any]) -> None:
    """The schema refuses what the loader refuses."""
    Draft202012Validator.check_schema(SCHEMA)
    assert not Draft202012Validator(SCHEMA).is_valid(data)
