"""From the source of the rules to what is known of them, and to the rules themselves.

What most runs need of a rule stands in its source as literals, so it is read without
importing the rule (which would import the parser), and kept as JSON in the cache
directory until a rule file changes.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from surefoot import __version__
from surefoot.catalog.entries import OWN, PACKAGE, Catalog, RuleInfo
from surefoot.model import Confidence, Severity

if TYPE_CHECKING:
    import ast

    from surefoot.rule import Rule

RULES = Path(__file__).parent.parent / "rules"
_INDEX = "catalog.json"


class CatalogError(Exception):
    """The rule files contradict each other or leave out what a rule must state."""


def load_catalog(cache_dir: Path | None = None, rules: Path = RULES) -> Catalog:
    """Describe all rules without importing them.

    With `cache_dir`, what was read is kept there; a directory that cannot be written is
    no error. Raises `CatalogError`.
    """
    files = _rule_files(rules)
    key = _key(files)
    kept = _read_index(cache_dir, key) if cache_dir else None
    if kept is not None:
        return kept
    described = [_describe(path) for path in files]
    catalog = Catalog(_checked([*OWN, *described]))
    if cache_dir:
        _keep_index(cache_dir, key, catalog)
    return catalog


def all_rules(package: str = PACKAGE) -> list[type[Rule]]:
    """Import every rule of `package` and return them sorted by code.

    Raises `CatalogError` where two share a name or a code.
    """
    import importlib
    import inspect
    import pkgutil

    from surefoot.rule import Rule

    root = importlib.import_module(package)
    found: list[type[Rule]] = []
    for module in pkgutil.walk_packages(root.__path__, prefix=f"{package}."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            if (
                inspect.isclass(value)
                and issubclass(value, Rule)
                and value is not Rule
                and value.__module__ == module.name
                and not value.__name__.startswith("_")
            ):
                found.append(value)
    _refuse_duplicates((rule.name, rule.code, rule.__module__) for rule in found)
    return sorted(found, key=lambda rule: _code_order(rule.code))


def _rule_files(rules: Path) -> list[Path]:
    return sorted(
        Path(file.path)
        for family in os.scandir(rules)
        if family.is_dir() and not family.name.startswith(("_", "."))
        for file in os.scandir(family.path)
        if file.name.endswith(".py") and not file.name.startswith(("_", "."))
    )


def _key(files: Sequence[Path]) -> str:
    stats = ((path, path.stat()) for path in files)
    state = [__version__, *(f"{path}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in stats)]
    return "\n".join(state)


def _read_index(cache_dir: Path, key: str) -> Catalog | None:
    try:
        kept = json.loads((cache_dir / _INDEX).read_text("utf-8"))
        if kept["key"] != key:
            return None
        return Catalog(
            tuple(
                RuleInfo(
                    **{
                        **rule,
                        "severity": Severity(rule["severity"]),
                        "confidence": Confidence(rule["confidence"]),
                    }
                )
                for rule in kept["rules"]
            )
        )
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _keep_index(cache_dir: Path, key: str, catalog: Catalog) -> None:
    temporary = cache_dir / f"{_INDEX}.{os.getpid()}"
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        rules = [asdict(rule) for rule in catalog.rules]
        temporary.write_text(json.dumps({"key": key, "rules": rules}), "utf-8")
        temporary.replace(cache_dir / _INDEX)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _describe(path: Path) -> RuleInfo:
    """Read name, code and the rest from the source of a rule."""
    import ast

    expected = path.stem.replace("_", "-")
    for node in ast.parse(path.read_bytes(), str(path)).body:
        if isinstance(node, ast.ClassDef) and _rule_name(node.name) == expected:
            attributes = _attributes(node)
            summary, _, description = (ast.get_docstring(node) or "").partition("\n\n")
            if not isinstance(attributes.get("code"), str):
                raise CatalogError(f"{path}: `{node.name}.code` must be a plain string")
            described = RuleInfo(
                name=expected,
                code=str(attributes["code"]),
                family=path.parent.name,
                severity=Severity.WARNING,
                confidence=Confidence.HIGH,
                default=attributes.get("default", True) is True,
                summary=" ".join(summary.split()),
                description=description.strip(),
                qualname=node.name,
            )
            return _with_levels(described, attributes, path)
    raise CatalogError(f"{path}: no class is called like the file, for the rule `{expected}`")


def _with_levels(rule: RuleInfo, attributes: dict[str, object], path: Path) -> RuleInfo:
    try:
        severity = str(attributes.get("severity", rule.severity.label))
        confidence = str(attributes.get("confidence", rule.confidence.label))
        return replace(
            rule,
            severity=Severity.from_label(severity),
            confidence=Confidence.from_label(confidence),
        )
    except KeyError as error:
        raise CatalogError(f"{path}: {error} is no level") from None


def _attributes(node: ast.ClassDef) -> dict[str, object]:
    """Return the class attributes that are literals or members of an enumeration."""
    import ast

    attributes: dict[str, object] = {}
    for statement in node.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                match value:
                    case ast.Constant(value=literal):
                        attributes[name] = literal
                    case ast.Attribute(value=ast.Name(), attr=member):
                        attributes[name] = member
    return attributes


def _rule_name(class_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", class_name).lower()


def _checked(rules: Iterable[RuleInfo]) -> tuple[RuleInfo, ...]:
    ordered = sorted(rules, key=lambda rule: _code_order(rule.code))
    _refuse_duplicates((rule.name, rule.code, f"{rule.family}/{rule.name}") for rule in ordered)
    return tuple(ordered)


def _refuse_duplicates(rules: Iterable[tuple[str, str, str]]) -> None:
    owners: dict[str, str] = {}
    for name, code, where in rules:
        for word in (name, code):
            other = owners.setdefault(word, where)
            if other != where:
                raise CatalogError(f"`{word}` is the name or code of both {other} and {where}")


def _code_order(code: str) -> tuple[int, str]:
    digits = re.sub(r"\D", "", code)
    return (int(digits) if digits else 0, code)
