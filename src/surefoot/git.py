"""Asking git: always with a list of arguments, a time limit, and nothing that runs programs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

TIMEOUT = 60.0

_STEERING_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIFF_OPTS",
    "GIT_DIR",
    "GIT_EXTERNAL_DIFF",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=true")


class GitError(Exception):
    """Git could not answer; the text says why, and what would help."""


class GitMissing(GitError):
    """Git cannot be run at all."""


class GitTimeout(GitError):
    """Git did not answer in time."""


def ask(
    directory: str,
    *arguments: str,
    timeout: float | None = None,
    variables: Mapping[str, str] | None = None,
    content: bytes = b"",
) -> tuple[bytes, bytes]:
    """Run git in `directory`, on the input `content`, and return its output and error output.

    A file system monitor that the repository configures is not started, and variables by
    which a hook points git at its own repository, or a user at another way to show what
    differs, are not passed on, unless they are in `variables`. Raises `GitError` where git
    fails, is missing, or takes longer than `timeout` seconds, by default `TIMEOUT`.
    """
    import subprocess

    limit = TIMEOUT if timeout is None else timeout
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    for variable in _STEERING_VARIABLES:
        environment.pop(variable, None)
    environment.update(variables or {})
    try:
        answer = subprocess.run(
            ["git", *_SAFE, "-C", directory, *arguments],
            input=content,
            capture_output=True,
            env=environment,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitTimeout(f"git did not answer within {limit:g} s: git {arguments[0]}") from error
    except OSError as error:
        raise GitMissing(f"git cannot be run: {error.strerror or error}") from error
    if answer.returncode:
        raise GitError(_reason(os.fsdecode(answer.stderr)) or f"git {arguments[0]} failed")
    return answer.stdout, answer.stderr


def _reason(told: str) -> str:
    """Return the line in which git says why it failed, or else its last one."""
    lines = told.strip().splitlines()
    for line in lines:
        kind, _, reason = line.partition(": ")
        if kind in ("fatal", "error"):
            return reason
    return lines[-1].strip() if lines else ""


def blobs(directory: str, names: Iterable[str]) -> dict[str, bytes]:
    """Return the contents of blobs by their names; those that are not there are left out.

    Raises `GitError`.
    """
    wanted = sorted(set(names))
    answer = b""
    if wanted:
        request = "".join(f"{name}\n" for name in wanted).encode("ascii")
        answer, _ = ask(directory, "cat-file", "--batch", content=request)
    found: dict[str, bytes] = {}
    start = 0
    for name in wanted:
        end = answer.index(b"\n", start)
        _, kind, *size = answer[start:end].split()
        start = end + 1
        if kind == b"blob":
            found[name] = answer[start : start + int(size[0])]
            start += int(size[0]) + 1
    return found


def renames(directory: str, since: str, until: str | None = None) -> dict[str, str]:
    """Return old and new paths, relative to `directory`, of files renamed after commit `since`.

    `until` is another commit, by default the work tree. Raises `GitError`.
    """
    commits = (since,) if until is None else (since, until)
    answer, _ = ask(
        directory, "diff", "--name-status", "-M", "-z", "--diff-filter=R", "--relative", *commits
    )
    words = os.fsdecode(answer).split("\0")
    return {words[index + 1]: words[index + 2] for index in range(0, len(words) - 2, 3)}


def is_shallow(directory: str) -> bool:
    """Return whether a clone lacks the past beyond some commits; raises `GitError`."""
    answer, _ = ask(directory, "rev-parse", "--is-shallow-repository")
    return answer.strip() == b"true"


def index_of_commit(directory: str) -> dict[str, str]:
    """Return the variable that names the index a commit is being made from.

    `git commit -a` and `git commit FILE` run their hooks with an index of their own; one that
    lies outside this repository is none of its business.
    """
    index = os.environ.get("GIT_INDEX_FILE")
    if not index:
        return {}
    inside, _ = ask(directory, "rev-parse", "--absolute-git-dir")
    home = os.path.realpath(os.fsdecode(inside).rstrip("\n"))
    path = os.path.realpath(index)
    return {"GIT_INDEX_FILE": path} if os.path.dirname(path) == home else {}


def unquoted(path: str) -> str:
    """Return a path as git quotes it in a diff in its own spelling."""
    if not path.startswith('"'):
        return path
    escapes = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}
    content = os.fsencode(path[1:-1])
    raw = bytearray()
    index = 0
    while index < len(content):
        if content[index] != ord("\\"):
            raw.append(content[index])
            index += 1
            continue
        following = chr(content[index + 1])
        if following in escapes:
            raw.append(escapes[following])
            index += 2
        else:
            raw.append(int(content[index + 1 : index + 4], 8))
            index += 4
    return os.fsdecode(bytes(raw))
