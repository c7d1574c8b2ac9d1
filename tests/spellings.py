"""The same code, spelt in the ways people spell it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import libcst as cst

_IMPORT = re.compile(r"import ([a-z_][\w.]*)$")


def spellings(code: str, *, local: bool = True) -> Iterator[tuple[str, str]]:
    """Yield a name and the code, for each way of spelling it that means the same.

    `local`: definitions mean the same in a function as at module level.
    """
    yield "as written", code
    yield "with CRLF", code.replace("\n", "\r\n")
    remarked = re.sub(r"(?m)^(?=\S)(?!#)", "# a remark\n", code, count=1)
    yield "with comments", f"{remarked}# the end\n"
    aliased = _aliased(code)
    if aliased != code:
        yield "with aliased imports", aliased
    taken = _from_imports(code)
    if taken != code:
        yield "with from-imports", taken
    head, body = _split(code)
    if body.strip() and not re.search(r"(?m)^(global|from __future__)", code):
        inner = textwrap.indent(body, "    ")
        if local or not _DEFINES_PUBLIC.search(body):
            yield "nested in a function", f"{head}def outer():\n{inner}"
            method = textwrap.indent(inner, "    ")
            yield "nested in a method", f"{head}class Outer:\n    def method(self):\n{method}"
        if "__name__" not in body:
            yield "under a condition", f"{head}if True:\n{inner}"


_DEFINES_PUBLIC = re.compile(r"(?m)^(async def|def|class) [a-z_A-Z]")


def _split(code: str) -> tuple[str, str]:
    """Split leading imports from the rest."""
    lines = code.splitlines(keepends=True)
    index = 0
    while index < len(lines) and (
        lines[index].startswith(("import ", "from ")) or not lines[index].strip()
    ):
        index += 1
    return "".join(lines[:index]), "".join(lines[index:])


def _aliased(code: str) -> str:
    """`import a.b` becomes `import a.b as a_b_`, and its uses follow."""
    lines = code.splitlines()
    for index, line in enumerate(lines):
        found = _IMPORT.match(line)
        if found is None:
            continue
        name = found[1]
        if "." not in name and any(other.startswith(f"import {name}.") for other in lines):
            continue
        if re.search(rf"[\"'][^\"'\n]*\b{re.escape(name)}\.", code):  # a quoted annotation
            continue
        alias = name.replace(".", "_") + "_"
        rest = "\n".join(lines[:index] + lines[index + 1 :])
        renamed = _rename(rest, name, alias)
        lines = renamed.split("\n")
        lines.insert(index, f"import {name} as {alias}")
    return "\n".join(lines) + "\n"


def _from_imports(code: str) -> str:
    """`import a` with `a.b` used becomes `from a import b`, where nothing else is called b."""
    lines = code.splitlines()
    for line in list(lines):
        found = _IMPORT.match(line)
        if found is None:
            continue
        name = found[1]
        text = "\n".join(item for item in lines if item != line)
        used = sorted(set(re.findall(rf"(?<![\w.]){re.escape(name)}\.(\w+)", text)))
        bare = re.search(rf"(?<![\w.]){re.escape(name)}(?!\.?\w)", text)
        taken = [part for part in used if re.search(rf"(?<!\.)\b{part}\b(?!=[^=])", text)]
        if not used or bare or taken or f"import {name}." in text or f"from {name}" in text:
            continue
        index = lines.index(line)
        text = re.sub(rf"(?<![\w.]){re.escape(name)}\.(\w+)", r"\1", text)
        lines = text.split("\n")
        lines.insert(index, f"from {name} import {', '.join(used)}")
    return "\n".join(lines) + "\n"


def _rename(code: str, name: str, alias: str) -> str:
    """Rename a module in code, in names and attribute chains only."""

    class Renamer(cst.CSTTransformer):
        def visit_Attribute(self, node: cst.Attribute) -> bool:
            return False

        def leave_Attribute(self, original: cst.Attribute, updated: cst.Attribute) -> cst.CSTNode:
            if _dotted(original) == name:
                return cst.Name(alias)
            return original.with_changes(value=original.value.visit(Renamer()))

        def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.Name:
            return cst.Name(alias) if updated.value == name else updated

        def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> cst.Arg:
            return updated.with_changes(keyword=original.keyword)

        def leave_Param(self, original: cst.Param, updated: cst.Param) -> cst.Param:
            return updated.with_changes(name=original.name)

        def visit_Import(self, node: cst.Import) -> bool:
            return False

        def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
            return False

    return cst.parse_module(code).visit(Renamer()).code


def _dotted(node: cst.CSTNode) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join([node.value, *reversed(parts)])
