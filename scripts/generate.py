"""Write what follows from the rules and the kinds of facts: rule pages and the facts' schema.

python scripts/generate.py           write the files
python scripts/generate.py --check   fail if any of them is not what it would be
"""

from __future__ import annotations

import argparse
import json
import sys
import typing
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from surefoot.catalog import all_rules, load_catalog  # noqa: E402
from surefoot.facts.kinds import Fact  # noqa: E402
from surefoot.facts.load import load  # noqa: E402
from surefoot.facts.shipped import facts_files  # noqa: E402
from surefoot.page import index_page, own_page, rule_page  # noqa: E402

PAGES = Path("docs/rules")
SCHEMA = Path("docs/schema/facts.schema.json")


def generated() -> dict[Path, str]:
    """Return the text of every generated file by its path in the repository."""
    facts = load(facts_files())
    catalog = load_catalog()
    pages = {PAGES / "index.md": index_page(catalog.rules)}
    for info in catalog.rules:
        if info.own:
            pages[PAGES / info.family / f"{info.name}.md"] = own_page(info)
    for rule in all_rules():
        pages[PAGES / rule.family / f"{rule.name}.md"] = rule_page(rule, facts)
    pages[SCHEMA] = json.dumps(facts_schema(), indent=2) + "\n"
    return pages


def facts_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of facts, made from the kinds of facts."""
    kinds = {key: {"$ref": f"#/$defs/{key}"} for key in sorted(Fact.kinds)}
    name = {"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)*(\.\*{1,2})?$"}
    names = {"anyOf": [name, {"type": "array", "items": name}]}
    text = {"type": "string"}
    release = {
        "type": "object",
        "required": ["below"],
        "additionalProperties": False,
        "properties": {"below": text, **kinds},
    }
    entry = {
        "type": "object",
        "required": ["name"],
        "minProperties": 2,
        "additionalProperties": False,
        "properties": {
            "name": names,
            "see": text,
            "because": text,
            "history": {"type": "array", "items": release},
            **kinds,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "surefoot facts",
        "description": "What the callables and classes of one library do.",
        "type": "object",
        "required": ["library", "read-against"],
        "additionalProperties": False,
        "properties": {
            "library": text,
            "distribution": text,
            "read-against": text,
            "docs": text,
            "aliases": {"type": "object", "additionalProperties": names},
            "bases": {"type": "object", "additionalProperties": names},
            "apis": {"type": "array", "items": entry},
        },
        "$defs": {key: _kind(kind) for key, kind in sorted(Fact.kinds.items())},
    }


def _kind(kind: type[Fact]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    members = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    properties = {name.replace("_", "-"): _value(hints[name]) for name in members}
    required = [
        name.replace("_", "-")
        for name, field in members.items()
        if field.default is MISSING and field.default_factory is MISSING
    ]
    mapping: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    if required:
        mapping["required"] = required
    short = [next(iter(properties.values()))] if len(required) <= 1 else []
    description = " ".join((kind.__doc__ or "").split())
    return {"description": description, "anyOf": [mapping, *short, {"enum": [False, None]}]}


def _value(hint: Any) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if typing.get_origin(arguments[0]) is tuple:
            return {"type": "object"}
        item = _value(arguments[0])
        return {"anyOf": [{"type": "array", "items": item}, item]} if item else {}
    if arguments:
        return {"anyOf": [_value(argument) for argument in arguments]}
    words = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {"type": words[hint]} if hint in words else {}


def main() -> int:
    """Write or compare the generated files; return 1 if any of them differs."""
    parser = argparse.ArgumentParser(description="Write the files that follow from the rules.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    files = generated()
    present = {path.relative_to(ROOT) for path in (ROOT / PAGES).rglob("*.md")}
    stale = sorted(present - files.keys())
    changed = [path for path, text in sorted(files.items()) if _read(ROOT / path) != text]
    for path in stale:
        print(f"{path}: no rule makes this page")
    for path in changed:
        print(f"{path}: {'not up to date' if check else 'written'}")
    if not check:
        for path in stale:
            (ROOT / path).unlink()
        for path in changed:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(files[path], encoding="utf-8", newline="\n")
        return 0
    if stale or changed:
        print("run `python scripts/generate.py`", file=sys.stderr)
    return 1 if stale or changed else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
