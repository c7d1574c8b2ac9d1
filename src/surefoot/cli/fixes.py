"""`surefoot check --fix`: which fixes to carry out, asking where asked to, and showing them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

import click

from surefoot.model import Finding, Safety
from surefoot.report.screen import Screen
from surefoot.report.text import place, safe

if TYPE_CHECKING:
    from surefoot.fixing import Answer, Plan, Proposal

_QUOTED = re.compile(rb'[\x00-\x1f"\\\x7f]')
_NO_NEWLINE = b"\\ No newline at end of file\n"
_HELP = """\
  y  make this fix
  n  leave this finding as it is
  a  make the fixes of all findings of this rule
  d  leave all findings of this rule
  q  make no more fixes, and write those made so far
"""


def plan_of(
    *,
    unsafe: bool,
    interactive: bool,
    wanted: Callable[[Finding], bool],
    root: str,
    cwd: str,
    color: str,
) -> Plan:
    """Return which fixes to carry out; interactively all are offered, suggestions too."""
    from surefoot.fixing import Plan

    if interactive:
        dialog = _Dialog(Screen(sys.stderr, color), root, cwd)
        return Plan(least=Safety.SUGGESTION, wanted=wanted, choose=dialog.ask)
    return Plan(least=Safety.UNSAFE if unsafe else Safety.SAFE, wanted=wanted)


class _Dialog:
    """Shows fixes one by one on standard error, and reads what is to become of them."""

    def __init__(self, screen: Screen, root: str, cwd: str) -> None:
        self._screen, self._root, self._cwd = screen, root, cwd

    def ask(self, proposal: Proposal) -> Answer:
        """Show a fix and return what is to happen to it; the end of input is to quit."""
        from surefoot.fixing import Answer

        answers = {
            "y": Answer.YES,
            "n": Answer.NO,
            "a": Answer.ALL,
            "d": Answer.NONE,
            "q": Answer.QUIT,
        }
        self._show(proposal)
        while True:
            try:
                click.echo(f"Fix `{proposal.finding.rule}`? [y,n,a,d,q,?] ", nl=False, err=True)
                line = sys.stdin.readline()
            except KeyboardInterrupt:
                click.echo("\nInterrupted: no file was changed.", err=True)
                raise
            if not line:
                click.echo(err=True)
                return Answer.QUIT
            answer = answers.get(line.strip().lower()[:1])
            if answer is not None:
                return answer
            click.echo(_HELP, nl=False, err=True)

    def _show(self, proposal: Proposal) -> None:
        finding, fix = proposal.finding, proposal.fix
        path = place(finding.path, self._root, self._cwd)
        self._screen.line()
        self._screen.line(
            (f"{path}:{finding.span.line}: ", "bold"),
            (safe(finding.message), ""),
            (f" [{finding.rule}]", "dim"),
        )
        self._screen.line((f"{fix.safety.label}: ", "bold"), (safe(fix.title), ""))
        difference = unified(os.fsencode(finding.path), proposal.before, proposal.after)
        show_difference(difference, self._screen)


def unified(path: bytes, before: bytes, after: bytes) -> list[bytes]:
    """Return the lines of a unified diff of a file, as `patch` and `git apply` read it."""
    import difflib

    lines = difflib.diff_bytes(
        difflib.unified_diff,
        _lines(before),
        _lines(after),
        _name(b"a/" + path),
        _name(b"b/" + path),
        lineterm=b"\n",
    )
    return [line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE for line in lines]


def _name(path: bytes) -> bytes:
    """Return a path as git writes it in a diff: quoted, or with a tab after it, where it must."""
    if not _QUOTED.search(path):
        return path + b"\t" if b" " in path else path
    quoted = _QUOTED.sub(lambda match: b"\\%03o" % match[0][0], path)
    return b'"' + quoted + b'"'


def _lines(content: bytes) -> list[bytes]:
    """Split at line feeds alone, as `patch` does."""
    *lines, last = content.split(b"\n")
    return [line + b"\n" for line in lines] + ([last] if last else [])


def show_difference(lines: list[bytes], screen: Screen) -> None:
    """Show a diff to people: nothing in it can steer the terminal."""
    styles = {b"+": "green", b"-": "red", b"@": "cyan"}
    for line in lines:
        style = styles.get(line[:1], "")
        if line.startswith((b"+++ ", b"--- ")):
            style = "bold"
        for part in line.rstrip(b"\n").split(b"\n"):
            text = part.rstrip(b"\r").decode("utf-8", "replace").replace("\t", "    ")
            screen.line((safe(text), style))


def write_differences(
    before: Mapping[str, bytes],
    after: Mapping[str, bytes],
    stream: TextIO,
    *,
    root: str,
    cwd: str,
    color: str,
) -> str:
    """Write the diff of all files that differ: byte for byte, to a terminal as it can be read.

    A file with several names is written once, by that which is no link. Returns the directory
    the paths start from: `cwd` where all files lie in it, else the project's root.
    """
    targets: dict[str, str] = {}
    for path in sorted(after):
        targets.setdefault(os.path.realpath(os.path.join(root, path)), path)
    inside = cwd.rstrip(os.sep) + os.sep
    start = cwd if all(target.startswith(inside) for target in targets) else root
    for target, path in targets.items():
        name = os.path.relpath(target, start).replace(os.sep, "/")
        lines = unified(os.fsencode(name), before[path], after[path])
        if stream.isatty():
            show_difference(lines, Screen(stream, color))
        else:
            stream.flush()
            stream.buffer.writelines(lines)
    stream.flush()
    return start
