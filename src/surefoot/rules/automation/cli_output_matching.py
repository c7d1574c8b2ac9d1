"""`cli-output-matching`: a decision that hangs on words meant for people."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.facts.kinds import MachineOutput
from surefoot.model import Confidence, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.commands import Output, output_of
from surefoot.semantics.file import File

_RUNS = re.compile(r"subprocess|check_output|getoutput|popen|\.run\(|\.sudo\(")
_MATCHES = frozenset({"startswith", "endswith", "find", "index", "count", "rfind"})
_SEARCHES = frozenset({"re.search", "re.match", "re.fullmatch", "re.findall"})
_LITERALS = (cst.SimpleString, cst.ConcatenatedString)
_ABOUT_ITSELF = frozenset({"--version", "-V", "--help", "-h", "help"})
_SETTING = re.compile(r"\s*[\w.-]+=")
_LETTERS = re.compile(r"[^\W\d_]{2}")


class CliOutputMatching(Rule):
    """A decision hangs on the words a program prints for people.

    The words change with the release, the language of the system and the width of the terminal,
    and `NotReady` contains `Ready`. The program offers the same in a form made for programs:
    ask for JSON or for the one field you need, or look at the exit status.
    """

    code = "SF1106"
    severity = Severity.WARNING
    examples = (
        Bad(
            """
            import subprocess

            def ready():
                out = subprocess.run(
                    ["kubectl", "get", "nodes"], capture_output=True, text=True, check=True
                ).stdout
                return "NotReady" not in out
            """
        ),
        Bad(
            """
            import subprocess

            def running(name):
                output = subprocess.check_output(["systemctl", "status", "nginx"]).decode()
                for line in output.splitlines():
                    if line.startswith("Active: running"):
                        return True
                return False
            """
        ),
        Bad(
            """
            import re
            import subprocess

            def clean():
                done = subprocess.run("git status", shell=True, stdout=subprocess.PIPE, check=True)
                return re.search("nothing to commit", done.stdout.decode().lower()) is not None
            """
        ),
        Bad(
            """
            import subprocess

            class Host:
                def __init__(self, name):
                    words = ["systemctl", "status", name]
                    self.status = subprocess.run(words, capture_output=True, text=True)

                def is_up(self):
                    return "active (running)" in self.status.stdout
            """
        ),
        Good(
            """
            import json
            import subprocess

            def nodes():
                out = subprocess.check_output(["kubectl", "get", "nodes", "-o", "json"])
                return json.loads(out)

            def failed():
                words = ["kubectl", "get", "pods", "-o=jsonpath={.items[*].status.phase}"]
                return "Failed" in subprocess.check_output(words, text=True)

            def dirty():
                return "M" in subprocess.check_output(["git", "status", "--porcelain"], text=True)
            """,
            because="the output is made for programs",
        ),
        Good(
            """
            import subprocess

            def branch():
                name = subprocess.check_output(["git", "rev-parse", "--abbrev-ref", "HEAD"])
                return name.strip() == b"main"

            def active():
                out = subprocess.check_output(["systemctl", "is-active", "nginx"], text=True)
                return out.strip() == "active"
            """,
            because="these print one word, always the same",
        ),
        Good(
            """
            import subprocess

            def new_enough():
                out = subprocess.check_output(["docker", "--version"], text=True)
                return "version 20" in out

            def found(words):
                done = subprocess.run(words, capture_output=True, text=True)
                return "found" in done.stdout

            def listed():
                return "tar" in subprocess.check_output(["mytool", "list"], text=True)
            """,
            because="a version has no other form, and of the others nothing is known",
        ),
        Good(
            """
            import subprocess

            def formats(path):
                out = subprocess.check_output(["ffprobe", "-show_format", path], text=True)
                for line in out.splitlines():
                    if line.startswith("format_name="):
                        return line.partition("=")[2]
            """,
            because="names and values are written for programs",
        ),
        Good(
            """
            import subprocess

            def any_pods():
                out = subprocess.check_output(["kubectl", "get", "pods"], text=True)
                return out != "" and len(out) > 1
            """,
            because="no words are looked for",
        ),
    )

    def visit_Comparison(self, node: cst.Comparison) -> None:
        if len(node.comparisons) != 1:
            return
        (target,) = node.comparisons
        if not isinstance(node.left, _LITERALS) and not isinstance(target.comparator, _LITERALS):
            return
        if not self.file.once(_runs_commands, self.file.tree.module):
            return
        match target.operator:
            case cst.In() | cst.NotIn():
                self._judge(node, node.left, target.comparator)
            case cst.Equal() | cst.NotEqual():
                self._judge(node, target.comparator, node.left)
                self._judge(node, node.left, target.comparator)

    def visit_Call(self, node: cst.Call) -> None:
        if not node.args or not isinstance(node.args[0].value, _LITERALS):
            return
        if not self.file.once(_runs_commands, self.file.tree.module):
            return
        match node:
            case cst.Call(func=cst.Attribute(value=text, attr=cst.Name(value=method))) if (
                method in _MATCHES
            ):
                self._judge(node, node.args[0].value, text)
            case cst.Call(args=[cst.Arg(value=pattern), cst.Arg(value=text), *_]):
                if self.file.name(node.func) in _SEARCHES:
                    self._judge(node, pattern, text)

    def _judge(
        self, where: cst.CSTNode, literal: cst.BaseExpression, text: cst.BaseExpression
    ) -> None:
        if not isinstance(literal, _LITERALS):
            return
        value = literal.evaluated_value
        words = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        if not _LETTERS.search(words) or _SETTING.fullmatch(words):
            return
        output = output_of(self.file, text)
        if output is None or not _is_for_people(self.file, output):
            return
        program = output.command.program
        self.report(
            where,
            f"whether {literal.value if isinstance(literal, cst.SimpleString) else words!r} is in "
            f"what `{program}` prints for people decides here: another release or language of "
            f"`{program}` says it in other words",
            confidence=Confidence.MEDIUM if output.is_error else None,
        )


def _runs_commands(file: File, _: cst.Module) -> bool:
    return _RUNS.search(file.text) is not None


def _is_for_people(file: File, output: Output) -> bool:
    """Whether a command prints what is meant for people, though it could do otherwise."""
    fact = output.command.fact(file.world, MachineOutput)
    if fact is None:
        return False
    words = output.command.rest
    if any(word is None for word in words[:1]):
        return False
    for word in words:
        if word is None:
            continue
        if word in _ABOUT_ITSELF:
            return False
        if output.is_error:
            continue
        option = word.partition("=")[0]
        if option in fact.options or word in fact.options:
            return False
        if any(len(known) == 2 and word.startswith(known) for known in fact.options):
            return False
    command = next((word for word in words if word is not None and not word.startswith("-")), None)
    return output.is_error or command not in fact.commands
