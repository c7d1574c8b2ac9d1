"""`ignored-exit-status`: a command may fail, and nobody looks."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import import_name, import_qualified, replace, set_keyword
from surefoot.facts.kinds import EndsCommand, MayFail, RunsCommand
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.commands import Command, command_text
from surefoot.semantics.handlers import inside, last_name
from surefoot.semantics.remarks import gives_reason
from surefoot.semantics.summary import At

_ASIDE = At.HANDLER | At.LAMBDA
_ENDS = re.compile(
    r"_*(abort|a?close|a?exit|cancel|clean_?up|del|dispose|finali[sz]e|kill|shut_?down|tear_?down|uninstall)(_.*|_*)"
)
_OPENS = re.compile(r"open|read_\w+|load\w*|exists|is_?file|stat|getsize")
_WAITS = frozenset({"communicate", "wait"})
_STOPS = re.compile(r"kill|terminate|send_signal")
_OUTPUT = frozenset({"stdout", "stderr", "args"})


class IgnoredExitStatus(Rule):
    """The exit status of a command is dropped.

    A command that fails, because a file is missing, the network is down or an argument is
    wrong, says so by its exit status alone. Nobody reads it here: the code goes on as if the
    work were done. Pass `check=True`, or look at `returncode`; where failure is fine, say so
    with `check=False`.
    """

    code = "SF1104"
    severity = Severity.WARNING
    facts = (RunsCommand, EndsCommand)
    needs_tree = True
    silenced_as = ("PLW1510", "subprocess-run-check")
    examples = (
        Bad(
            """
            import subprocess

            def drain(node):
                subprocess.run(["kubectl", "drain", node])
            """,
            fixed="""
            import subprocess

            def drain(node):
                subprocess.run(["kubectl", "drain", node], check=True)
            """,
        ),
        Bad(
            """
            import os

            def backup(path):
                os.system(f"tar czf /backup/all.tgz {path}")
                os.remove(path)
            """
        ),
        Bad(
            """
            import subprocess

            def restart(name):
                subprocess.call(["systemctl", "restart", name])
            """,
            fixed="""
            import subprocess

            def restart(name):
                subprocess.check_call(["systemctl", "restart", name])
            """,
        ),
        Bad(
            """
            import subprocess

            def mounts():
                found = subprocess.run(["lsblk", "-J"], capture_output=True, text=True)
                return found.stdout.splitlines()
            """,
            fixed="""
            import subprocess

            def mounts():
                found = subprocess.run(["lsblk", "-J"], capture_output=True, text=True, check=True)
                return found.stdout.splitlines()
            """,
        ),
        Bad(
            """
            import shutil
            import subprocess

            def drain(node):
                subprocess.call([shutil.which("kubectl"), "drain", node])
            """,
            fixed="""
            import shutil
            import subprocess

            def drain(node):
                subprocess.check_call([shutil.which("kubectl"), "drain", node])
            """,
        ),
        Bad(
            """
            import os
            import shlex
            import subprocess

            def install(folder, names):
                command = "yum install -y gcc".split()
                if os.geteuid() != 0:
                    command.insert(0, "sudo")
                subprocess.call(command)
                subprocess.call(shlex.split(f"tar czf /backup.tgz {folder}"))
                os.system(f"cd {folder} && make install")
            """,
            count=3,
        ),
        Good(
            """
            import subprocess

            def drain(node):
                subprocess.run(["kubectl", "drain", node], check=True)
                subprocess.check_call(["kubectl", "delete", node])
                subprocess.run(["kubectl", "uncordon", "n1"], check=False)
            """,
            because="a failure raises, or was said not to matter",
        ),
        Good(
            """
            import subprocess

            def drain(node):
                done = subprocess.run(["kubectl", "drain", node], capture_output=True)
                if done.returncode != 0:
                    raise RuntimeError(done.stderr)
                status = subprocess.call(["kubectl", "delete", node])
                return status == 0
            """,
            because="the status is read",
        ),
        Good(
            """
            import subprocess

            def drain(node, options):
                return subprocess.run(["kubectl", "drain", node])

            def run(words, **options):
                subprocess.run(words, **options)
            """,
            because="the caller has the status, or may have asked for an exception",
        ),
        Good(
            """
            import os
            import subprocess

            def show(text):
                editor = os.environ.get("EDITOR") or "vi"
                subprocess.run([editor, "+1", text])
                os.system("clear")
                subprocess.call(["notify-send", text])
                os.system("rm -f /tmp/x || true")
                with open(os.devnull, "w") as null:
                    subprocess.call(["restorecon", text], stdout=null, stderr=null)
            """,
            because="nothing depends on these, or nobody is to hear of them",
        ),
        Good(
            """
            import shutil
            import subprocess

            def label(path, host):
                restorecon = shutil.which("restorecon")
                if restorecon:
                    subprocess.call([restorecon, path])
                subprocess.call(["ssh-keygen", "-R", host])
            """,
            because="they may fail in the ordinary course of things",
        ),
        Good(
            """
            import subprocess

            class Mount:
                def close(self):
                    subprocess.call(["umount", "/mnt"])

            def reload():
                # nginx may not be running yet
                subprocess.call(["nginx", "-s", "reload"])
            """,
            because="it is the way out, or the author says why it may fail",
        ),
        Good(
            """
            import subprocess

            def render(source, target):
                subprocess.run(["render", source, target])
                with open(target) as stream:
                    return stream.read()

            def kill_job(number):
                subprocess.call(["bkill", number])
            """,
            because="the file will be missed, and a job to be killed may have ended",
        ),
        Bad(
            """
            import asyncio
            import subprocess

            def sync(bucket):
                process = subprocess.Popen(["rsync", "-a", "/data", bucket])
                process.communicate()
                with subprocess.Popen(["helm", "upgrade", bucket]) as upgrade:
                    upgrade.wait()
                subprocess.Popen(f"aws s3 sync /data s3://{bucket}", shell=True).wait()

            async def migrate():
                process = await asyncio.create_subprocess_exec("alembic", "upgrade", "head")
                await process.wait()
            """,
            count=4,
        ),
        Good(
            """
            import asyncio
            import subprocess
            import sys

            def sync(bucket):
                process = subprocess.Popen(["rsync", "-a", "/data", bucket])
                process.wait()
                if process.returncode:
                    sys.exit(process.returncode)
                server = subprocess.Popen(["redis-server"])
                check(bucket)
                server.terminate()
                server.wait()
                other = subprocess.Popen(["rsync", "-a", "/data", bucket])
                other.wait()
                return other

            async def migrate():
                process = await asyncio.create_subprocess_exec("alembic", "upgrade", "head")
                await process.communicate()
                if await process.wait() != 0:
                    raise RuntimeError("alembic")
            """,
            because="the status is read, the caller has it, or the program was stopped",
        ),
        Good(
            """
            import subprocess

            def listing(path):
                done = subprocess.run(["lsblk", path], stdout=subprocess.PIPE)
                done.check_returncode()
                return done.stdout
            """,
            because="the status is checked",
        ),
    )

    def check_call(self, call: Call, fact: RunsCommand | EndsCommand) -> None:
        node = call.node
        if isinstance(fact, EndsCommand):
            if node is not None and At.STATEMENT in call.at and not _ASIDE & call.at:
                self._judge_end(call, node, fact)
            return
        if node is None or fact.status in ("raised", "nowhere", "later") or _ASIDE & call.at:
            return
        if fact.checked_by is not None and call.arguments.has(fact.checked_by):
            return
        if self._is_leaving(node):
            return
        dropped = At.STATEMENT in call.at
        if not dropped and not self._reads_only_output(node, fact):
            return
        command = command_text(self.file, node, fact)
        if command is not None and _says_so(command, command.fact(self.file.world, MayFail)):
            return
        silenced = {"stdout", "stderr"} <= call.arguments.keywords.keys()
        if (dropped and silenced) or self._has_reason(node) or self._is_missed(node):
            return
        what = f"`{call.shown}`"
        if command is not None and command.program is not None:
            what = f"`{command.program}`"
        happens = "nobody looks whether it failed"
        if not dropped:
            happens = "only its output is read: a failure passes for an empty answer"
        confidence = Confidence.MEDIUM
        if At.CAUGHT in call.at or not dropped or command is None or not command.is_known:
            confidence = Confidence.LOW
        elif command.program is not None:
            confidence = Confidence.HIGH
        fix_data = None
        if fact.checked_by is not None or (fact.raised_by is not None and dropped):
            fix_data = (fact.checked_by, fact.raised_by)
        message = f"{what} is run, and {happens}"
        self.report(node, message, confidence=confidence, fix_data=fix_data)

    def _judge_end(self, call: Call, node: cst.Call, fact: EndsCommand) -> None:
        """Judge a call that waits for the end of a program that was started."""
        if At.CAUGHT in call.at or not isinstance(node.func, cst.Attribute):
            return
        started = self._started(node.func.value, fact)
        runs = self.file.fact(RunsCommand, started) if started is not None else None
        if started is None or runs is None:
            return
        if self._is_leaving(node) or self._has_reason(node) or self._has_reason(started):
            return
        command = command_text(self.file, started, runs)
        if command is None or command.program is None:
            return
        silenced = {"stdout", "stderr"} <= self.file.call(started).arguments.keywords.keys()
        if silenced or _says_so(command, command.fact(self.file.world, MayFail)):
            return
        if self._is_missed(started):
            return
        self.report(
            node,
            f"`{command.program}` is waited for, and nobody looks whether it failed",
            confidence=Confidence.MEDIUM,
        )

    def _started(self, process: cst.BaseExpression, fact: EndsCommand) -> cst.Call | None:
        """Return the call that started a process, if nobody else has the process and nobody
        asks it how it ended."""
        if not isinstance(process, cst.Name):
            return process if isinstance(process, cst.Call) else None
        scope = self.file.scope(process)
        bindings = scope.bindings.get(process.value, ()) if scope.kind == "function" else ()
        if len(bindings) != 1 or bindings[0].path:
            return None
        started = bindings[0].value
        if isinstance(started, cst.Await):
            started = started.expression
        for use in self.file.uses(process.value, scope):
            parent = self.file.parent(use)
            if isinstance(parent, (cst.AssignTarget, cst.AsName)):
                continue
            if not isinstance(parent, cst.Attribute) or _STOPS.fullmatch(parent.attr.value):
                return None
            if parent.attr.value in _WAITS | {*fact.read_at}:
                if not self._is_dropped(parent):
                    return None
                if self.file.tree.place(use) < self.file.tree.place(process):
                    return None  # that one is judged
        return started if isinstance(started, cst.Call) else None

    def _is_dropped(self, method: cst.Attribute) -> bool:
        """Whether a method is called and nothing is done with its answer."""
        node = self.file.parent(method)
        return (
            isinstance(node, cst.Call)
            and node.func is method
            and At.STATEMENT in self.file.call(node).at
        )

    def fix_at(self, node: Any, keyword: str | None, twin: str | None) -> Fix:
        """Ask for an exception, by keyword or of the function that raises one."""
        if keyword is not None:
            edits = set_keyword(self.file, node, keyword, "True")
            return Fix(f"Pass `{keyword}=True`, which raises", edits, Safety.UNSAFE)
        assert twin is not None
        if isinstance(node.func, cst.Name):
            module, _, name = twin.rpartition(".")
            written, imports = import_name(self.file, node, module, name)
        else:
            written, imports = import_qualified(self.file, node, twin)
        edits = (*replace(self.file, node.func, written), *imports)
        return Fix(f"Call `{written}`, which raises", edits, Safety.UNSAFE)

    def _reads_only_output(self, node: cst.Call, fact: RunsCommand) -> bool:
        """Whether all that is done with the result is to read the output from it."""
        if not _OUTPUT.intersection(fact.output):
            return False
        parent = self.file.parent(node)
        if isinstance(parent, cst.Attribute):
            return parent.attr.value in _OUTPUT
        if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
            return False
        target = parent.targets[0].target
        if not isinstance(target, cst.Name):
            return False
        scope = self.file.scope(node)
        if scope.kind != "function" or len(scope.bindings.get(target.value, ())) != 1:
            return False
        uses = [use for use in self.file.uses(target.value, scope) if use is not target]
        if not uses:
            return False
        for use in uses:
            read = self.file.parent(use)
            if not isinstance(read, cst.Attribute) or read.attr.value not in _OUTPUT:
                return False
        return not any(
            read.attr.value == "stderr"
            for use in uses
            if isinstance(read := self.file.parent(use), cst.Attribute)
        )

    def _is_leaving(self, node: cst.Call) -> bool:
        """Whether something is being put away here, as far as that goes."""
        function = self.file.function(node)
        if function is not None and _ENDS.fullmatch(function.name.value):
            return True
        return any(isinstance(item, cst.Finally) for item in self.file.ancestors(node))

    def _is_missed(self, node: cst.Call) -> bool:
        """Whether a file named in the command is opened next, which fails if it is not there."""
        function = self.file.function(node)
        if function is None or not node.args:
            return False
        parts = [node.args[0].value]
        if isinstance(parts[0], cst.Name):
            bindings = self.file.scope(node).bindings.get(parts[0].value, ())
            parts += [item.value for item in bindings if isinstance(item.value, cst.BaseExpression)]
        named = {item.value for item in inside(parts) if isinstance(item, cst.Name)}
        here = self.file.tree.place(node)
        return any(
            type(item) is cst.Call
            and self.file.tree.place(item) > here
            and _OPENS.fullmatch(last_name(item.func)) is not None
            and any(isinstance(part, cst.Name) and part.value in named for part in inside([item]))
            for item in inside([function.body])
        )

    def _has_reason(self, node: cst.Call) -> bool:
        """Whether a comment beside or above the statement explains it."""
        line = self.file.parent(self.file.statement(node))
        if not isinstance(line, cst.SimpleStatementLine):
            return False
        return gives_reason([*line.leading_lines, line.trailing_whitespace])


def _says_so(command: Command, fact: MayFail | None) -> bool:
    """Whether a command is known, or says itself, to be of little importance."""
    words = [word for word in command.words if word is not None]
    if fact is not None and (not fact.options or not {*fact.options}.isdisjoint(words)):
        return True
    return "||" in words or any(word.endswith(("||true", "&")) for word in words[-1:])
