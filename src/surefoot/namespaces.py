"""Which classes and functions a file defines: all that its findings may be known to lie in."""

from __future__ import annotations

import warnings


def namespaces(content: bytes) -> frozenset[str] | None:
    """Return the qualified names of the classes and functions of a module; None for no Python.

    They are spelt as `__qualname__` spells them.
    """
    import ast

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: set[str] = set()
    todo: list[tuple[ast.AST, str]] = [(module, "")]
    while todo:
        node, prefix = todo.pop()
        for child in ast.iter_child_nodes(node):
            inside = prefix
            if isinstance(child, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                found.add(prefix + child.name)
                is_class = isinstance(child, ast.ClassDef)
                inside = f"{prefix}{child.name}." + ("" if is_class else "<locals>.")
            todo.append((child, inside))
    return frozenset(found)
