"""Which modules are imported, and what their import sets off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from surefoot.linking.project import Project
from surefoot.semantics.file import is_test_path
from surefoot.semantics.loops import is_script
from surefoot.semantics.summary import ModuleSummary

_RUN = re.compile(
    r"(^|/)(setup|conftest|manage|noxfile|fabfile|tasks|wsgi|asgi|env|conf|gunicorn[^/]*|__main__)\.py$"
    r"|(^|/)(migrations?|alembic|versions|docs?|doc|tutorials?|notebooks?|recipes|bin|tools|contrib)/"
    r"|(^|/)(local_)?settings[^/]*(\.py$|/)"
)


class Imports:
    """The modules of a project that others import, or that serve requests and jobs."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._imported = frozenset(
            each
            for module in project.modules.values()
            if not is_test_path(module.path)
            for name in module.imports
            if not _inside(name, module.module)
            for each in _around(name)
        )
        self._serving = {
            module.module
            for function, names in project.roles.items()
            if names & {"handler", "job"} and (module := project.module_of(function)) is not None
        }

    def is_imported(self, module: ModuleSummary) -> bool:
        """Whether a module is imported by those who only want its names: not a script, not
        settings, not code that runs tests."""
        if is_test_path(module.path) or is_script(module.path) or _RUN.search(module.path):
            return False
        if module.module in self._serving:
            return True
        return bool(module.module) and module.module in self._imported


def _around(name: str) -> Iterator[str]:
    """Yield a name and the packages it is in."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _inside(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")
