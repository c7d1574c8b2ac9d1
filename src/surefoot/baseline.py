"""The baseline: findings a project lives with for now, so that only new ones are reported.

One JSON object per line, sorted, without line numbers, dates or totals, so that branches
merge: `{"rule":"missing-timeout","path":"app/client.py","scope":"fetch","text":"8f3c..."}`.
An entry is known by its rule, path and enclosing scope; entries of one scope are told apart
by the text of their line where that still stands, else by their order. That key follows from
measurements on real histories: it survives edits above and on the line, renamed files are asked
of git, and a function that is no longer there is looked for under another name or in another
file.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from typing import Any

from surefoot import git
from surefoot.model import BaselineEntry, Comparison, Finding, Run
from surefoot.namespaces import namespaces
from surefoot.pairing import Sign, pair, sign

FILE = "surefoot-baseline.jsonl"

_MOST_ENTRIES = 1_000_000
_CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ", "||||||| ")


class BaselineError(Exception):
    """A mistake in a baseline; the text says in which file and line, and what."""


def read_baseline(path: str) -> tuple[BaselineEntry, ...]:
    """Return the entries of a file, sorted; raises `BaselineError` for what is none.

    Equal entries, as a merge of two branches leaves them, are one: the larger count holds.
    """
    found: dict[tuple[str, ...], BaselineEntry] = {}
    try:
        with open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if line.startswith(_CONFLICT):
                    raise BaselineError(
                        f"{path}:{number}: there is a merge conflict: keep the lines of both "
                        f"sides; `{FILE} merge=union` in .gitattributes does so by itself"
                    )
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
    counts = Counter(map(sign, findings))
    return tuple(
        sorted(
            BaselineEntry(each.path, each.rule, each.scope, each.text, count)
            for each, count in counts.items()
        )
    )


def compare(
    run: Run,
    file: str,
    entries: Iterable[BaselineEntry],
    *,
    never: Collection[str] = (),
    renamed: Mapping[str, str] | None = None,
    whole: bool = True,
    existing: Container[str] | None = None,
) -> Comparison:
    """Compare what a run found with the entries of the baseline `file`.

    Findings of the rules `never` are always new. `renamed` maps old paths to new ones.
    `whole` tells that the run checked all of the project: only then is the absence of a
    file known. Rules that did not run and files that were not checked, or failed, are not
    judged: their entries are kept as they are. Those of a rule that is not among `existing`, all
    that there are, are needed no longer, which is nobody's progress.
    """
    at = renamed or {}
    entries = [replace(entry, path=at.get(entry.path, entry.path)) for entry in entries]
    units = [
        number
        for number, entry in enumerate(entries)
        if entry.rule not in never
        for _ in range(entry.count)
    ]
    known = [entries[number] for number in units]
    found = [sign(finding) for finding in run.findings]
    places = _Places(run)
    pairs = pair(
        [Sign(entry.rule, entry.path, entry.scope, entry.text) for entry in known],
        found,
        places.is_gone,
    )
    seen: dict[int, list[Sign]] = {}
    for index, unit in pairs.items():
        seen.setdefault(units[unit], []).append(found[index])
    checked, failed = set(run.checked), {failure.path for failure in run.failures}
    kept, stale, judged = [], [], 0
    for number, entry in enumerate(entries):
        there = seen.get(number, [])
        kept += [_standing(entry, each) for each in there]
        left = entry.count - len(there)
        if existing is not None and entry.rule not in existing:
            stale.append(entry)
            continue
        is_known = entry.path in checked or (whole and not places.is_file(entry.path))
        if entry.rule not in run.rules or entry.path in failed or not is_known:
            judged += len(there)
            kept += [replace(entry, count=left)] if left else []
            continue
        judged += entry.count
        stale += [replace(entry, count=left)] if left else []
    return Comparison(
        file=file,
        new=tuple(each for index, each in enumerate(run.findings) if index not in pairs),
        carried=tuple(each for index, each in enumerate(run.findings) if index in pairs),
        kept=_summed(kept),
        stale=tuple(sorted(stale)),
        judged=judged,
    )


def _standing(entry: BaselineEntry, there: Sign) -> BaselineEntry:
    """Return the entry of one finding, which follows it to another file or scope."""
    if entry.key == there[:3]:
        return replace(entry, count=1)
    return replace(entry, path=there.path, scope=there.scope, text=there.text, count=1)


def _summed(entries: Iterable[BaselineEntry]) -> tuple[BaselineEntry, ...]:
    """Return the entries, sorted, with those that say the same as one."""
    counts: Counter[BaselineEntry] = Counter()
    for entry in entries:
        counts[replace(entry, count=1)] += entry.count
    return tuple(sorted(replace(entry, count=count) for entry, count in counts.items()))


class _Places:
    """What is still there of a project: files, and the functions and classes in them."""

    def __init__(self, run: Run) -> None:
        self._root = run.root
        self._checked = frozenset(run.checked)
        self._known: dict[str, frozenset[str] | None] = {}

    def is_file(self, path: str) -> bool:
        """Whether there is a file at a path."""
        return os.path.lexists(os.path.join(self._root, path))

    def is_gone(self, place: Sign) -> bool:
        """Whether the file of a finding is gone, or the function or class it was in."""
        if place.path not in self._checked and not self.is_file(place.path):
            return True
        if place.path not in self._known:
            self._known[place.path] = self._read(place.path)
        there = self._known[place.path]
        return bool(place.scope) and there is not None and place.scope not in there

    def _read(self, path: str) -> frozenset[str] | None:
        try:
            with open(os.path.join(self._root, path), "rb") as file:
                return namespaces(file.read())
        except OSError:
            return None


def renames(root: str, baseline: str, entries: Iterable[BaselineEntry]) -> dict[str, str]:
    """Return the new paths of files in `entries` that git knows to have been renamed.

    Git is asked what was renamed since the baseline was last committed, or since the last commit
    where it never was, and only where a file is gone. Without git, or without an answer,
    nothing is known to have been renamed.
    """
    gone = {entry.path for entry in entries if not os.path.lexists(os.path.join(root, entry.path))}
    if not gone:
        return {}
    try:
        commit, _ = git.ask(root, "log", "-1", "--format=%H", "--", os.path.abspath(baseline))
        found = git.renames(root, commit.decode("ascii").strip() or "HEAD")
    except git.GitError:
        return {}
    return {old: new for old, new in found.items() if old in gone}


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
