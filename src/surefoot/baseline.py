"""The baseline: findings a project lives with for now, so that only new ones are reported.

One JSON object per line, sorted, without line numbers, dates or totals, so that branches
merge: `{"rule":"missing-timeout","path":"app/client.py","scope":"fetch","text":"8f3c..."}`.
An entry is known by its rule, path and enclosing scope; entries of one scope are told apart
by the text of their line where that still stands, else by their order. That key follows from
measurements on real histories: it survives edits above and on the line, and renames are asked
of git.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surefoot import git
from surefoot.model import BaselineEntry, Comparison, Finding, Run

FILE = "surefoot-baseline.jsonl"

_MOST_ENTRIES = 1_000_000


class BaselineError(Exception):
    """A mistake in a baseline; the text says in which file and line, and what."""


@dataclass
class _Left:
    """An entry, under the path it has today, and how many of its findings were not seen yet."""

    entry: BaselineEntry
    path: str
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.entry.count


def read_baseline(path: str) -> tuple[BaselineEntry, ...]:
    """Return the entries of a file, sorted; raises `BaselineError` for what is none.

    Equal entries, as a merge of two branches leaves them, are one: the larger count holds.
    """
    found: dict[tuple[str, ...], BaselineEntry] = {}
    try:
        with open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    entry = _entry(line, f"{path}:{number}")
                    key = (*entry.key, entry.text)
                    known = found.get(key)
                    if known is None or known.count < entry.count:
                        found[key] = entry
    except OSError as error:
        raise BaselineError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BaselineError(f"{path}: is not UTF-8 text: {error.reason}") from error
    return tuple(sorted(found.values()))


def baseline_text(entries: Iterable[BaselineEntry]) -> str:
    """Return the entries as the text of a baseline file."""
    return "".join(f"{_line(entry)}\n" for entry in sorted(entries))


def _line(entry: BaselineEntry) -> str:
    data: dict[str, object] = {"rule": entry.rule, "path": entry.path, "scope": entry.scope}
    data["text"] = entry.text
    if entry.count != 1:
        data["n"] = entry.count
    if entry.why:
        data["why"] = entry.why
    return json.dumps(data, separators=(",", ":"))


def entries_of(findings: Iterable[Finding]) -> tuple[BaselineEntry, ...]:
    """Return entries for all of the findings."""
    counts = Counter(
        (finding.path, finding.rule, finding.scope, digest(finding)) for finding in findings
    )
    return tuple(sorted(BaselineEntry(*key, count) for key, count in counts.items()))


def digest(finding: Finding) -> str:
    """Return a short digest of the text of a finding's line, whatever white space is in it."""
    text = " ".join(finding.anchor.split())
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def compare(
    run: Run,
    file: str,
    entries: Iterable[BaselineEntry],
    *,
    never: Collection[str] = (),
    renamed: Mapping[str, str] | None = None,
    whole: bool = True,
) -> Comparison:
    """Compare what a run found with the entries of the baseline `file`.

    Findings of the rules `never` are always new. `renamed` maps old paths to new ones.
    `whole` tells that the run checked all of the project: only then is the absence of a
    file known. Rules that did not run and files that were not checked, or failed, are not
    judged: their entries are kept as they are.
    """
    lefts = [_Left(entry, (renamed or {}).get(entry.path, entry.path)) for entry in entries]
    usable = [left for left in lefts if left.entry.rule not in never]
    by_key: dict[tuple[str, str, str], list[_Left]] = {}
    for left in usable:
        by_key.setdefault((left.entry.rule, left.path, left.entry.scope), []).append(left)
    open_, carried = list(run.findings), set()
    for same_text in (True, False):
        still = []
        for finding in open_:
            group = by_key.get((finding.rule, finding.path, finding.scope), ())
            text = digest(finding) if same_text else ""
            found = _take(group, text)
            if found:
                carried.add(id(finding))
            else:
                still.append(finding)
        open_ = still
    gone = [left for left in usable if left.left and not _is_there(run, left.path)]
    for finding in open_ if gone else ():
        moved = [left for left in gone if _looks_like(left.entry, finding)]
        if _take(moved, digest(finding)):
            carried.add(id(finding))
    return _told(run, file, lefts, carried, whole)


def _take(group: Iterable[_Left], text: str) -> bool:
    """Use up one of the findings of `group` with this text; without a text, any."""
    for left in group:
        if left.left and text in ("", left.entry.text):
            left.left -= 1
            return True
    return False


def _looks_like(entry: BaselineEntry, finding: Finding) -> bool:
    return entry.rule == finding.rule and entry.scope == finding.scope


def _told(
    run: Run, file: str, lefts: Iterable[_Left], carried: Collection[int], whole: bool
) -> Comparison:
    checked, failed = set(run.checked), {failure.path for failure in run.failures}
    kept, stale, judged = [], [], 0
    for left in lefts:
        entry = replace(left.entry, path=left.path)
        known = left.path in checked or (whole and not _is_there(run, left.path))
        if entry.rule not in run.rules or left.path in failed or not known:
            kept.append(entry)
            continue
        judged += entry.count
        if entry.count > left.left:
            kept.append(replace(entry, count=entry.count - left.left))
        if left.left:
            stale.append(replace(entry, count=left.left))
    return Comparison(
        file=file,
        new=tuple(finding for finding in run.findings if id(finding) not in carried),
        carried=tuple(finding for finding in run.findings if id(finding) in carried),
        kept=tuple(sorted(kept)),
        stale=tuple(sorted(stale)),
        judged=judged,
    )


def _is_there(run: Run, path: str) -> bool:
    return os.path.lexists(os.path.join(run.root, path))


def renames(root: str, baseline: str, entries: Iterable[BaselineEntry]) -> dict[str, str]:
    """Return the new paths of files in `entries` that git knows to have been renamed.

    Git is asked what was renamed since the baseline was last committed, and only where a file
    is gone. Without git, or without an answer, nothing is known to have been renamed.
    """
    gone = {entry.path for entry in entries if not os.path.lexists(os.path.join(root, entry.path))}
    if not gone:
        return {}
    try:
        commit, _ = git.ask(root, "log", "-1", "--format=%H", "--", os.path.abspath(baseline))
        if not commit.strip():
            return {}
        since = commit.decode("ascii").strip()
        answer, _ = git.ask(
            root, "diff", "--name-status", "-M", "-z", "--diff-filter=R", "--relative", since
        )
    except git.GitError:
        return {}
    found = dict(_pairs(os.fsdecode(answer).split("\0")))
    return {old: new for old, new in found.items() if old in gone}


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    for index in range(0, len(words) - 2, 3):
        yield words[index + 1], words[index + 2]


def _entry(line: str, where: str) -> BaselineEntry:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{where}: is no line of a baseline: {error}") from error
    if not isinstance(data, dict):
        raise BaselineError(f"{where}: is no line of a baseline: an object is needed")
    unknown = data.keys() - {"rule", "path", "scope", "text", "n", "why"}
    if unknown:
        raise BaselineError(f"{where}: unknown key `{min(unknown)}`")
    path, rule, scope, text = (_word(data, key, where) for key in ("path", "rule", "scope", "text"))
    count = data.get("n", 1)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count < _MOST_ENTRIES:
        raise BaselineError(f"{where}: `n` must be a whole number from 1, not {count!r}")
    return BaselineEntry(path, rule, scope, text, count, _word({"why": "", **data}, "why", where))


def _word(data: Mapping[str, Any], key: str, where: str) -> str:
    word = data.get(key)
    if not isinstance(word, str):
        raise BaselineError(f"{where}: `{key}` must be a text")
    return word
