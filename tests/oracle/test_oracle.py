"""Names, scopes and positions are those of LibCST's providers, on code nobody here wrote."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from tests.oracle.comparison import ON_PURPOSE, compare

_STDLIB = Path(sysconfig.get_path("stdlib"))
_PACKAGES = ("asyncio", "concurrent/futures", "email", "http", "logging", "unittest", "urllib")


def _files() -> list[Path]:
    single = [_STDLIB / f"{name}.py" for name in ("argparse", "dataclasses", "inspect", "typing")]
    return [
        *single,
        *(file for name in _PACKAGES for file in sorted((_STDLIB / name).glob("*.py"))),
    ]


@pytest.mark.parametrize("file", _files(), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_agreement(file: Path) -> None:
    """Each difference has one of the reasons for which surefoot differs on purpose."""
    outcome = compare(file)
    assert outcome.differences == []
    assert set(outcome.deliberate) <= set(ON_PURPOSE)
    assert outcome.positions > 0 or not file.read_bytes().strip()
