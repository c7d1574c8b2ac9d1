"""Where the facts and checklists that come with surefoot lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent
_INSTALLED = _PACKAGE / "knowledge"
_CHECKOUT = _PACKAGE.parent.parent / "rules"


def facts_files() -> list[Path]:
    """Return the shipped facts files, sorted; `FileNotFoundError` if the folder is missing."""
    return _yaml_files("facts")


def checklist_files() -> list[Path]:
    """Return the shipped checklists, sorted; `FileNotFoundError` if the folder is missing."""
    return _yaml_files("checklists")


def _yaml_files(folder: str) -> list[Path]:
    """Look beside the installed package first, then in a source checkout."""
    knowledge = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    directory = knowledge / folder
    if not directory.is_dir():
        raise FileNotFoundError(f"surefoot is not installed completely: {directory} is missing")
    return sorted(directory.rglob("*.yaml"))
