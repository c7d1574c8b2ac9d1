"""Which lines of a project changed, asked of git, and which findings that concerns."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from surefoot.git import GitError, ask, index_of_commit, unquoted
from surefoot.model import Finding, Run

_DIFF = (
    "diff",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--text",
    "--no-renames",
    "--ignore-submodules=all",
    "--relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class ChangeError(Exception):
    """What changed cannot be told; the text says why, and which command would help."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of a file that a diff replaces: `count` lines from `start` on, before and after.

    A side that has no lines has a count of 0, and its start is the line before.
    """

    start: int
    count: int
    new_start: int
    new_count: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The changed lines of each changed file, ascending; None for a file that is all new.

    Paths are relative to the project's root, with `/`. Where lines were only taken out, the
    lines on both sides of the gap count as changed.
    """

    lines: Mapping[str, tuple[int, ...] | None]

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether any of the lines from `first` to `last`, inclusive, changed."""
        if path not in self.lines:
            return False
        lines = self.lines[path]
        if lines is None:
            return True
        index = bisect_left(lines, first)
        return index < len(lines) and lines[index] <= last

    def concern(self, finding: Finding) -> bool:
        """Whether a line of the finding, or of a step of its chain, changed."""
        span = finding.span
        return self.touch(finding.path, span.line, span.end_line) or any(
            self.touch(step.path, step.line, step.line) for step in finding.chain
        )


def uncommitted(root: str) -> Changes:
    """Return what differs from the last commit: in the work tree, the index, and new files.

    Raises `ChangeError` where git cannot tell.
    """
    return _with_untracked(root, _diff(root, _head(root)))


def since(root: str, reference: str) -> Changes:
    """Return what differs from where this branch left `reference`, uncommitted work included.

    Raises `ChangeError` where that is unknown, as in a shallow clone.
    """
    return _with_untracked(root, _diff(root, _merge_base(root, reference)))


def staged(root: str) -> Changes:
    """Return what the next commit would change, by the lines of the files in the work tree.

    Raises `ChangeError` where git cannot tell.
    """
    try:
        index = index_of_commit(root)
    except GitError as error:
        raise ChangeError(_told(root, error)) from error
    planned = _diff(root, "--cached", _head(root), variables=index)
    unstaged = _diff(root, variables=index)
    found: dict[str, tuple[int, ...] | None] = {}
    for path, hunks in planned.items():
        found[path] = tuple(_moved(_new_lines(hunks), unstaged.get(path, [])))
    return Changes(found)


def only_changed(run: Run, changes: Changes) -> Run:
    """Return the run with the findings that concern what changed, and no others."""
    findings = tuple(finding for finding in run.findings if changes.concern(finding))
    suppressed = tuple(pair for pair in run.suppressed if changes.concern(pair[0]))
    return replace(run, findings=findings, suppressed=suppressed)


def _head(root: str) -> str:
    """Return what the work tree is compared with: nothing, where there is no commit."""
    try:
        ask(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitError as error:
        _repository(root, error)
        empty, _ = ask(root, "hash-object", "-t", "tree", "--stdin")
        return empty.decode("ascii").strip()
    return "HEAD"


def _merge_base(root: str, reference: str) -> str:
    if reference.startswith("-"):
        raise ChangeError(f"`{reference}` is no name of a commit")
    try:
        ask(root, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}")
    except GitError as error:
        _repository(root, error)
        remote, _, branch = reference.partition("/")
        fetch = f"git fetch {remote} {branch}" if branch else f"git fetch origin {reference}"
        raise ChangeError(f"git knows no commit `{reference}`; try `{fetch}`") from error
    try:
        base, _ = ask(root, "merge-base", reference, "HEAD")
    except GitError as error:
        shallow, _ = ask(root, "rev-parse", "--is-shallow-repository")
        if shallow.strip() == b"true":
            raise ChangeError(
                f"this clone is shallow and does not reach back to where it left `{reference}`; "
                "try `git fetch --unshallow`"
            ) from error
        raise ChangeError(
            f"`{reference}` and this branch have no commit in common; name another with "
            "`--diff-base`"
        ) from error
    return base.decode("ascii").strip()


def _diff(
    root: str, *arguments: str, variables: Mapping[str, str] | None = None
) -> dict[str, list[Hunk]]:
    """Return the hunks of each file that differs and is there."""
    try:
        answer, _ = ask(root, *_DIFF, *arguments, "--", variables=variables)
    except GitError as error:
        raise ChangeError(_told(root, error)) from error
    return _parsed(os.fsdecode(answer).split("\n"))


def _parsed(lines: Iterable[str]) -> dict[str, list[Hunk]]:
    found: dict[str, list[Hunk]] = {}
    path = ""
    removed = added = 0
    for line in lines:
        if removed or added:  # the content of a hunk may look like anything
            removed -= line.startswith("-")
            added -= line.startswith("+")
            continue
        if line.startswith("diff --git "):
            path = ""
        elif line.startswith("+++ "):
            name = unquoted(line[4:].removesuffix("\t"))
            path = name[2:] if name.startswith("b/") else ""
            if path:
                found[path] = []
        elif hunk := _HUNK.match(line):
            start, count, new_start, new_count = (int(group or 1) for group in hunk.groups())
            count = 0 if hunk[2] == "0" else count
            new_count = 0 if hunk[4] == "0" else new_count
            removed, added = count, new_count
            if path:
                found[path].append(Hunk(start, count, new_start, new_count))
    return found


def _new_lines(hunks: Iterable[Hunk]) -> list[int]:
    """Return the changed lines of the new side, those around a gap included."""
    lines: set[int] = set()
    for hunk in hunks:
        if hunk.new_count:
            lines.update(range(hunk.new_start, hunk.new_start + hunk.new_count))
        else:
            lines.update((hunk.new_start, hunk.new_start + 1))
    return sorted(lines)


def _moved(lines: Iterable[int], hunks: list[Hunk]) -> Iterator[int]:
    """Yield where lines stand after a further diff; what it replaces is all of its new lines."""
    found: set[int] = set()
    for line in lines:
        shift = 0
        for hunk in hunks:
            end = hunk.start + hunk.count
            if hunk.count and hunk.start <= line < end:
                found.update(range(hunk.new_start, hunk.new_start + max(1, hunk.new_count)))
                break
            if (end if hunk.count else hunk.start + 1) > line:
                found.add(line + shift)
                break
            shift += hunk.new_count - hunk.count
        else:
            found.add(line + shift)
    yield from sorted(found)


def _with_untracked(root: str, hunks: dict[str, list[Hunk]]) -> Changes:
    try:
        answer, _ = ask(root, "ls-files", "--others", "--exclude-standard", "-z")
    except GitError as error:
        raise ChangeError(_told(root, error)) from error
    lines: dict[str, tuple[int, ...] | None] = {
        path: tuple(_new_lines(found)) for path, found in hunks.items()
    }
    lines.update(dict.fromkeys(os.fsdecode(answer).split("\0")[:-1]))
    return Changes(lines)


def _told(root: str, error: GitError) -> str:
    _repository(root, error)
    return f"git cannot tell what changed: {error}"


def _repository(root: str, error: GitError) -> None:
    """Raise `ChangeError` if `root` is in no repository, whatever git said."""
    try:
        ask(root, "rev-parse", "--is-inside-work-tree")
    except GitError as outside:
        raise ChangeError(
            f"{root} lies in no git repository, so nothing can be told to have changed: {outside}"
        ) from error
