"""Whether a module that begins to import another would import itself."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping

from surefoot.syntax.parse import Unparsable, decode
from surefoot.syntax.tree import absolute


class Importing:
    """What the modules of a project import as they are imported themselves.

    `modules` are their names by path; `content` gives what is in a file now.
    """

    def __init__(self, modules: Mapping[str, str], content: Callable[[str], bytes]) -> None:
        self._modules = modules
        self._paths = {name: path for path, name in modules.items() if name}
        self._content = content

    def closes_circle(self, path: str, new: bytes) -> bool:
        """Whether a file, with this new content, imports a module it did not, by way of which
        it is imported itself."""
        module = self._modules.get(path, "")
        added = self._imported(path, new) - self._imported(path, self._content(path))
        pending, seen = [name for name in added if name != module], set(_around(module))
        while pending:
            for name in _around(pending.pop()):
                if name == module:
                    return True
                if name not in seen and name in self._paths:
                    seen.add(name)
                    other = self._paths[name]
                    pending += self._imported(other, self._content(other))
        return False

    def _imported(self, path: str, content: bytes) -> set[str]:
        """The modules of the project that a file imports at its top."""
        module, is_package = self._modules.get(path, ""), path.endswith("__init__.py")
        found = set()
        for name in _names(_parsed(content), module, is_package):
            known = next((each for each in _around(name) if each in self._paths), None)
            if known is not None:
                found.add(known)
        return found


def _parsed(content: bytes) -> ast.AST:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(decode(content))
    except (SyntaxError, ValueError, RecursionError, Unparsable):
        return ast.Module([], [])


def _names(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    """The full names of what is imported while a module is; what only type checkers see, and
    what functions import, is not."""
    for item in ast.iter_child_nodes(node):
        match item:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(names=names):
                source = absolute(module, is_package, item.level, item.module or "") or ""
                yield from (f"{source}.{alias.name}" for alias in names)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                pass
            case ast.If(test=ast.Name(id=test) | ast.Attribute(attr=test)) if (
                test == "TYPE_CHECKING"
            ):
                yield from _names(ast.Module(item.orelse, []), module, is_package)
            case ast.stmt() | ast.ExceptHandler():
                yield from _names(item, module, is_package)


def _around(name: str) -> Iterator[str]:
    """A name and the packages it is in."""
    while name:
        yield name
        name = name.rpartition(".")[0]
