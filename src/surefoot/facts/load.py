"""YAML -> facts, with file, line and the nearest known word for every mistake."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path

import yaml

from surefoot.facts.kinds import Fact
from surefoot.facts.table import FactTable, Library

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENTRY_KEYS = frozenset({"name", "see", "because", "history"})
_FILE_KEYS = frozenset(
    {"library", "distribution", "read-against", "docs", "aliases", "bases", "apis"}
)
_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(\.\*{1,2})?")


class FactError(Exception):
    """A mistake in a file of facts: `file`, `line` (from 1) and what is wrong."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.file, self.line, self.reason = file, line, reason


def load(files: Iterable[Path], versions: Mapping[str, str] | None = None) -> FactTable:
    """Read files of facts into one table; later files override earlier ones.

    `versions` maps distributions to the release a project uses; it picks, among the
    releases listed under `history`, what holds for that project.

    Raises `FactError` for the first mistake.
    """
    table = FactTable()
    libraries: list[Library] = []
    for file in files:
        libraries.append(_load_file(file, table, dict(versions or {})))
    table.libraries = tuple(libraries)
    return table


def _load_file(path: Path, table: FactTable, versions: Mapping[str, str]) -> Library:
    file = _File(path)
    root = file.mapping(file.root(), _FILE_KEYS)
    for required in ("library", "read-against"):
        if required not in root:
            raise FactError(file.name, 1, f"`{required}` is missing")
    library = file.text(root["library"])
    distribution = file.text(root["distribution"]) if "distribution" in root else None
    version = versions.get(distribution or "")
    if "aliases" in root:
        for canonical, node in file.pairs(root["aliases"]):
            for alias in file.names(node):
                table.aliases[alias] = canonical
    if "bases" in root:
        for name, node in file.pairs(root["bases"]):
            table.parents[name] = tuple(file.names(node))
    own: dict[tuple[str, type[Fact]], int] = {}
    for entry in file.items(root["apis"]) if "apis" in root else ():
        keys = file.mapping(entry, _ENTRY_KEYS | Fact.kinds.keys())
        if "name" not in keys:
            raise FactError(file.name, file.line(entry), "an entry needs a `name`")
        names = file.names(keys["name"])
        facts = _facts_of(file, keys, version)
        if not facts:
            raise FactError(file.name, file.line(entry), "an entry needs at least one fact")
        for name in names:
            for kind, fact in facts.items():
                line = own.setdefault((name, kind), file.line(entry))
                if line != file.line(entry):
                    reason = f"`{name}` has `{kind.key}` already on line {line}"
                    raise FactError(file.name, file.line(entry), reason)
                table.entries.setdefault(name, {})[kind] = fact
    return Library(
        name=library,
        distribution=distribution,
        read_against=file.text(root["read-against"]),
        docs=file.text(root["docs"]) if "docs" in root else "",
        source=path.name,
    )


def _facts_of(
    file: _File, keys: Mapping[str, yaml.Node], version: str | None
) -> dict[type[Fact], Fact | None]:
    chosen = dict(keys)
    if "history" in keys:
        for release in file.items(keys["history"]):
            older = file.mapping(release, {"below", *Fact.kinds})
            if "below" not in older:
                raise FactError(file.name, file.line(release), "`below` is missing")
            if version is not None and _release(version) < _release(file.text(older["below"])):
                chosen.update({key: node for key, node in older.items() if key != "below"})
                break
    facts: dict[type[Fact], Fact | None] = {}
    for key, node in chosen.items():
        if key in Fact.kinds:
            kind = Fact.kinds[key]
            facts[kind] = file.fact(kind, node)
    return facts


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:4])


@cache
def _types(kind: type[Fact]) -> dict[str, object]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]


class _File:
    """One YAML file as a tree of nodes that know their lines."""

    def __init__(self, path: Path) -> None:
        self.name = path.as_posix()
        self._path = path
        self._constructor = yaml.constructor.SafeConstructor()

    def root(self) -> yaml.Node:
        try:
            node = yaml.compose(self._path.read_bytes(), Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            raise FactError(
                self.name, mark.line + 1 if mark else 1, error.problem or "not YAML"
            ) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise FactError(self.name, 1, f"not YAML: {error}") from None
        except OSError as error:
            raise FactError(self.name, 1, error.strerror or str(error)) from None
        if node is None:
            raise FactError(self.name, 1, "the file is empty")
        return node

    def line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + 1

    def value(self, node: yaml.Node) -> object:
        try:
            return self._constructor.construct_object(node, deep=True)
        except yaml.YAMLError as error:
            raise FactError(self.name, self.line(node), str(error)) from None

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise FactError(self.name, self.line(node), "expected a word")
        return str(node.value)

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode):
            raise FactError(self.name, self.line(node), "expected a list")
        return list(node.value)

    def pairs(self, node: yaml.Node) -> list[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise FactError(self.name, self.line(node), "expected a mapping")
        pairs = [(self.text(key), value) for key, value in node.value]
        seen: set[str] = set()
        for key, value in pairs:
            if key in seen:
                raise FactError(self.name, self.line(value), f"`{key}` is given twice")
            seen.add(key)
        return pairs

    def mapping(self, node: yaml.Node, known: Iterable[str]) -> dict[str, yaml.Node]:
        pairs, words = self.pairs(node), sorted(known)
        for (key, _), (key_node, _) in zip(pairs, node.value, strict=True):
            if key not in words:
                near = difflib.get_close_matches(key, words, 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                raise FactError(self.name, self.line(key_node), f"unknown key `{key}`{hint}")
        return dict(pairs)

    def names(self, node: yaml.Node) -> list[str]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        names = [self.text(item) for item in nodes]
        for name, item in zip(names, nodes, strict=True):
            if not _NAME.fullmatch(name):
                raise FactError(self.name, self.line(item), f"`{name}` is not a dotted name")
        return names

    def fact(self, kind: type[Fact], node: yaml.Node) -> Fact | None:
        """Build a fact; `false` takes back what a pattern, a base or an earlier file says."""
        types = _types(kind)  # type: ignore[arg-type]
        if isinstance(node, yaml.MappingNode) and not self.is_value_of(types, node):
            known = {name.replace("_", "-"): name for name in types}
            given = {known[key]: value for key, value in self.mapping(node, known).items()}
        else:
            bare = self.value(node)
            if bare is None or bare is False:
                return None
            given = {next(iter(types)): node}
        values = {name: self.convert(value, types[name]) for name, value in given.items()}
        try:
            return kind(**values)
        except TypeError as error:
            reason = f"`{kind.key}`: {str(error).partition(') ')[2] or error}"
            raise FactError(self.name, self.line(node), reason) from None

    def is_value_of(self, types: Mapping[str, object], node: yaml.MappingNode) -> bool:
        """Return whether the mapping is itself the value of the one field of its kind."""
        (name, hint), *others = types.items()
        arguments = typing.get_args(hint)
        of_pairs = bool(arguments) and typing.get_origin(arguments[0]) is tuple
        named = [key.value for key, value in node.value if isinstance(value, yaml.MappingNode)]
        return of_pairs and not others and named != [name]

    def convert(self, node: yaml.Node, hint: object) -> object:
        value = self.value(node)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin is tuple:
            if typing.get_origin(arguments[0]) is tuple:
                if not isinstance(value, dict):
                    raise FactError(self.name, self.line(node), "expected a mapping")
                return tuple((str(key), item) for key, item in value.items())
            items = value if isinstance(value, list) else [value]
            if arguments[0] is str and not all(isinstance(item, str) for item in items):
                raise FactError(self.name, self.line(node), "expected words")
            return tuple(items)
        allowed = arguments or (hint,)
        if float in allowed and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) not in allowed:
            words = " or ".join(getattr(kind, "__name__", str(kind)) for kind in allowed)
            raise FactError(
                self.name, self.line(node), f"expected {words.replace('NoneType', 'null')}"
            )
        return value
