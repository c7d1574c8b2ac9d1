"""Write `expected.json` of the small projects anew: `python -m tests.projects.update [NAME...]`.

The findings are those the comments in the sources ask for; what surefoot reports adds the
chains, which are to be read before they are committed. A project about which the two
disagree is left as it is, and the disagreement printed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from surefoot.catalog import load_catalog
from surefoot.config import load_config, with_command_line
from surefoot.run import check
from tests.projects.expectations import Project, all_projects, observed


def update(project: Project) -> list[str]:
    """Update a project; return the lines that tell where comments and findings disagree."""
    with tempfile.TemporaryDirectory() as temporary:
        root = str(project.copy(Path(temporary).resolve() / project.name))
        config = with_command_line(load_config([root]), select=project.rules, jobs=1)
        run = check(config, load_catalog(), [root], cwd=root, use_cache=False)
    found = observed(run.findings)
    places = [finding.place for finding in found]
    marked = project.marked()
    wrong = [f"missed: {file}:{line} {rule}" for file, line, rule in marked]
    wrong = [text for text, place in zip(wrong, marked, strict=True) if place not in places]
    wrong += [
        f"false alarm: {finding.path}:{finding.span.line} {finding.rule}: {finding.message}"
        for finding in run.findings
        if (finding.path, finding.span.line, finding.rule) not in marked
    ]
    wrong += [f"failed: {failure.path}: {failure.message}" for failure in run.failures]
    if not wrong:
        project.write(found)
    return wrong


def main(names: Sequence[str]) -> int:
    """Update the named projects, or all; return 1 where any was left as it is."""
    left = 0
    for project in all_projects():
        if names and project.name not in names:
            continue
        for line in update(project):
            print(f"{project.name}: {line}")
            left = 1
    return left


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
