"""The baseline of a project, as the commands find and use it."""

from __future__ import annotations

import os
from dataclasses import replace

from surefoot.catalog import Catalog
from surefoot.config import Config, never_baselined
from surefoot.model import Run


def baseline_file(config: Config) -> str | None:
    """Return the baseline that was asked for, or else the one in the root if there is one."""
    from surefoot.baseline import FILE

    if config.baseline is not None:
        return config.baseline
    path = os.path.join(config.root, FILE)
    return path if os.path.exists(path) else None


def against(run: Run, path: str, config: Config, catalog: Catalog) -> Run:
    """Return the run with the findings that the baseline at `path` does not hold.

    Raises `BaselineError`.
    """
    from surefoot.baseline import compare, read_baseline, renames

    entries = read_baseline(path)
    found = compare(
        run,
        path,
        entries,
        never=never_baselined(config, catalog.rules),
        renamed=renames(config.root, path, entries),
        whole=len(run.checked) == run.examined,
        existing=catalog.by_word,
    )
    return replace(run, findings=found.new, baseline=found)
