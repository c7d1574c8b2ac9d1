from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.owners import NOBODY, read_owners

LINES = """
# comment
*               @all
/docs/          @writers @all   # those who write
apps/**/*.py    @apps
secret.py
[Quality][2] @quality
*.py
!generated.py
^[Optional]
*.sql @dba
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("main.c", ("@all",)),
        ("docs/a.txt", ("@writers", "@all")),
        ("apps/x/y/z.py", ("@apps", "@quality")),
        ("secret.py", ("@quality",)),
        ("generated.py", ("@all",)),
        ("a.sql", ("@all", "@dba")),
    ],
)
def test_last_match_wins(tmp_path: Path, path: str, owners: tuple[str, ...]) -> None:
    """In each section the last line that matches decides."""
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text(LINES)
    assert read_owners(str(tmp_path)).of(path) == owners


def test_project_below_the_top(tmp_path: Path) -> None:
    """The file may lie above the project, in the same repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "CODEOWNERS").write_text("/service/ @service\n")
    (tmp_path / "service").mkdir()
    assert read_owners(str(tmp_path / "service")).of("a.py") == ("@service",)


def test_nobody(tmp_path: Path) -> None:
    """Without a file, and where no line matches, nobody owns a file."""
    (tmp_path / ".git").mkdir()
    assert read_owners(str(tmp_path)).of("a.py") == (NOBODY,)
    (tmp_path / "CODEOWNERS").write_text("*.c @c\n[broken\n")
    assert read_owners(str(tmp_path)).of("a.py") == (NOBODY,)
