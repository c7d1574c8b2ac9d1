"""From paths to the Python files to examine, and from a file to its module name."""

from surefoot.discover.files import (
    Files,
    MissingPath,
    asked_files,
    has_python_shebang,
    is_excluded,
    project_files,
)
from surefoot.discover.listing import PYTHON
from surefoot.discover.modules import is_package, module_name, source_roots

__all__ = [
    "PYTHON",
    "Files",
    "MissingPath",
    "asked_files",
    "has_python_shebang",
    "is_excluded",
    "is_package",
    "module_name",
    "project_files",
    "source_roots",
]
