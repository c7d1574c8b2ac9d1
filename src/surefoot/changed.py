"""Which lines of a project changed, asked of git, and which findings that concerns."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from surefoot.git import GitError, GitMissing, ask, blobs, index_of_commit, is_shallow, unquoted
from surefoot.model import BROKEN_SOURCE, Finding, Run

_DIFF = (
    "diff",
    "--unified=0",
    "--inter-hunk-context=0",
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
_RAW = (
    "diff",
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-ext-diff",
    "--no-renames",
    "--ignore-submodules=all",
    "--relative",
)
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")

_MAY_BE_PYTHON = ("", ".py", ".pyi")


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
    lines on both sides of the gap count as changed. `contents` are those of files that are not
    on disk as they are to be judged: what is staged, where the work tree differs.
    """

    lines: Mapping[str, tuple[int, ...] | None]
    contents: Mapping[str, bytes] = field(default_factory=dict)

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
    """Return what the next commit would change, and what it holds that the work tree does not.

    Raises `ChangeError` where git cannot tell.
    """
    try:
        index = index_of_commit(root)
        planned = _diff(root, "--cached", _head(root), variables=index)
        differing, unmerged = _unstaged(root, index)
        contents = blobs(root, differing.values())
    except GitError as error:
        raise ChangeError(_told(root, error)) from error
    lines: dict[str, tuple[int, ...] | None] = {
        path: tuple(_new_lines(hunks)) for path, hunks in planned.items()
    }
    lines.update(dict.fromkeys(unmerged))
    return Changes(
        lines,
        {path: contents[blob] for path, blob in differing.items() if blob in contents},
    )


def _unstaged(root: str, index: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the blobs of regular files that differ from the work tree, and what is unmerged."""
    answer, _ = ask(root, *_RAW, "--", variables=index)
    words = os.fsdecode(answer).split("\0")[:-1]
    differing: dict[str, str] = {}
    unmerged: list[str] = []
    for description, path in zip(words[::2], words[1::2], strict=True):
        mode, _, blob, _, status = description.lstrip(":").split(" ")
        if status == "U":
            unmerged.append(path)
        elif mode.startswith("100") and os.path.splitext(path)[1] in _MAY_BE_PYTHON:
            differing[path] = blob
    return {path: blob for path, blob in differing.items() if path not in unmerged}, unmerged


def only_changed(run: Run, changes: Changes) -> Run:
    """Return the run with the findings that concern what changed, and no others.

    That a file is no Python is news only where the file changed; a notice tells how many
    others there are.
    """
    findings = tuple(finding for finding in run.findings if changes.concern(finding))
    suppressed = tuple(pair for pair in run.suppressed if changes.concern(pair[0]))
    old = {
        failure.path
        for failure in run.failures
        if failure.error in BROKEN_SOURCE and failure.path not in changes.lines
    }
    notices = run.notices
    if old:
        others = f" and {len(old) - 1:,} more" if len(old) > 1 else ""
        notices = (
            *notices,
            f"{min(old)}{others} did not change, and cannot be parsed: nothing is known of it",
        )
    return replace(
        run,
        findings=findings,
        suppressed=suppressed,
        failures=tuple(failure for failure in run.failures if failure.path not in old),
        notices=notices,
    )


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
        raise ChangeError(f"git knows no commit `{reference}`{_remedy(root, reference)}") from error
    try:
        base, _ = ask(root, "merge-base", reference, "HEAD")
    except GitError as error:
        if is_shallow(root):
            raise ChangeError(
                f"this clone is shallow and does not reach back to where it left `{reference}`; "
                "try `git fetch --unshallow`"
            ) from error
        raise ChangeError(
            f"`{reference}` and this branch have no commit in common; name another with "
            "`--diff-base`"
        ) from error
    return base.decode("ascii").strip()


def _remedy(root: str, reference: str) -> str:
    """Return which command brings a commit that is not known, where one may."""
    deeper = "--unshallow " if is_shallow(root) else ""
    if set(reference) & set("~^@:"):
        return "; this clone is shallow: try `git fetch --unshallow`" if deeper else ""
    remote, _, branch = reference.removeprefix("refs/remotes/").partition("/")
    remotes, _ = ask(root, "remote")
    if branch and remote in ("origin", *os.fsdecode(remotes).split()):
        there = f"refs/remotes/{remote}/{branch}"
        return f"; try `git fetch {deeper}{remote} {branch}:{there}`"
    return f"; try `git fetch {deeper}origin {reference}`"


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
            removed -= not line.startswith(("+", "\\"))
            added -= not line.startswith(("-", "\\"))
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
    except GitMissing as missing:
        raise ChangeError(f"nothing can be told to have changed: {missing}") from error
    except GitError as outside:
        if "dubious ownership" in str(
            outside
        ):  # surefoot: ignore[exception-text-matching] git has no code for it
            raise ChangeError(
                f"git does not read {root}, which belongs to somebody else; "
                f"try `git config --global --add safe.directory {root}`"
            ) from error
        raise ChangeError(
            f"{root} lies in no git repository, so nothing can be told to have changed: {outside}"
        ) from error
