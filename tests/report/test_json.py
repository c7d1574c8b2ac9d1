from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from surefoot.model import Failure, FileError, Run, Severity, fingerprints
from surefoot.report import write
from tests.report.samples import finding, options, rich_run, run, text

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs/schema/report.schema.json").read_text("utf-8")
)
UNREADABLE = Failure("x.py", FileError.UNREADABLE, "Permission denied")


def loaded(a_run: Run, **values: Any) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(text("json", a_run, **values))
    return report


@pytest.mark.parametrize(
    ("a_run", "values"),
    [
        pytest.param(run(), {}, id="empty"),
        pytest.param(rich_run(), {}, id="everything"),
        pytest.param(rich_run(), {"fail_on": None, "hidden": 3}, id="never-fails"),
        pytest.param(run(failures=(UNREADABLE,)), {}, id="unreadable"),
        pytest.param(run(finding(path=os.fsdecode(b"caf\xe9.py"))), {}, id="bytes"),
        pytest.param(run(checked=(), examined=0), {}, id="no-files"),
    ],
)
def test_schema(a_run: Run, values: dict[str, Any]) -> None:
    """Every report keeps to the published schema."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(loaded(a_run, **values))


def test_schema_describes_every_key() -> None:
    """The schema knows each key of a report, so that none is published unawares."""

    def unknown(value: Any, schema: dict[str, Any], where: str) -> list[str]:
        parts = [schema, *schema.get("allOf", []), *schema.get("oneOf", [])]
        parts = [SCHEMA["$defs"][p["$ref"].split("/")[-1]] if "$ref" in p else p for p in parts]
        parts += [q for p in parts for q in p.get("allOf", [])]
        parts = [SCHEMA["$defs"][p["$ref"].split("/")[-1]] if "$ref" in p else p for p in parts]
        if isinstance(value, list):
            items = [p["items"] for p in parts if "items" in p]
            return [u for item in value for s in items[:1] for u in unknown(item, s, where)]
        if not isinstance(value, dict):
            return []
        known = {k: v for p in parts for k, v in p.get("properties", {}).items()}
        if any("additionalProperties" in p for p in parts):
            return []
        missing = [f"{where}.{key}" for key in value if key not in known]
        nested = [u for k, v in value.items() if k in known for u in unknown(v, known[k], k)]
        return missing + nested

    assert unknown(loaded(rich_run()), SCHEMA, "") == []


def test_contract() -> None:
    """The keys other tools rely on are spelt as agreed."""
    report = loaded(run(finding()))
    assert report["status"] == "failed"
    violation = report["violations"][0]
    agreed = {key: violation[key] for key in ("file", "line", "check", "violation", "severity")}
    assert agreed == {
        "file": "app/client.py",
        "line": 2,
        "check": "missing-timeout",
        "violation": "`requests.get` waits for ever unless given `timeout`",
        "severity": "error",
    }
    metrics = report["metrics"]
    assert {key: metrics[key] for key in list(metrics)[:8]} == {
        "sessionId": "20260101T000000Z-00000000",
        "initialViolations": 1,
        "iterations": 1,
        "fixesApplied": 0,
        "finalViolations": 1,
        "fixRate": 1.0,
        "mode": "informative",
        "duration": 0.25,
    }


def test_everything_about_a_finding() -> None:
    """A violation carries its place, identity, fix and way."""
    report = loaded(rich_run())
    violation = report["violations"][2]
    assert (violation["column"], violation["endLine"], violation["endColumn"]) == (12, 2, 24)
    assert violation["fingerprint"] == fingerprints(rich_run().findings)[2]
    assert violation["fix"] == {
        "safety": "unsafe",
        "title": "Give it `timeout=10`",
        "edits": [{"line": 2, "column": 35, "endLine": 2, "endColumn": 35, "text": ", timeout=10"}],
    }
    assert violation["chain"] == [
        {"file": "app/views.py", "line": 7, "text": "`show` calls `fetch`"}
    ]
    assert report["suppressed"][0]["suppression"]["reason"] == "the proxy cuts it off"
    assert [error["kind"] for error in report["errors"]] == ["syntax", "rule-crash"]


@pytest.mark.parametrize(
    ("a_run", "fail_on", "status"),
    [
        (run(), Severity.INFO, "success"),
        (run(finding()), Severity.ERROR, "failed"),
        (run(finding()), Severity.CRITICAL, "success"),
        (run(finding()), None, "success"),
        (run(failures=(UNREADABLE,)), Severity.CRITICAL, "failed"),
    ],
)
def test_status(a_run: Run, fail_on: Severity | None, status: str) -> None:
    """A run fails by a finding at or above the level, and by whatever could not be examined."""
    assert loaded(a_run, fail_on=fail_on)["status"] == status


def test_path_that_is_no_text() -> None:
    """A byte in a path that is no text is spelt out, and the report is ASCII."""
    output = text("json", run(finding(path=os.fsdecode(b"caf\xe9/\xff.py"), message="naïve")))
    assert output.isascii()
    violation = json.loads(output)["violations"][0]
    assert violation["file"] == r"caf\xe9/\xff.py"
    assert violation["violation"] == "naïve"


def test_narrow_stream() -> None:
    """The report can be written to a stream that knows ASCII only."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    write("json", run(finding(message="漢字 \ud800")), stream, options())
    stream.flush()
    assert json.loads(raw.getvalue())["violations"][0]["violation"] == r"漢字 \ud800"
