"""`blocking-file-io-in-async`: a file is read or written on the event loop."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import hand_to_thread
from surefoot.facts.kinds import Blocking, Resource
from surefoot.linking.project import full_name
from surefoot.model import Confidence, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.loops import blocking, has_loop_to_itself, is_apart, is_script
from surefoot.semantics.summary import At

_PATH = re.compile(r"(^builtins\.(str|bytes)|Path\w*|\.DirEntry)$")
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})
_ANSWERS = frozenset({"handler", "job"})


class BlockingFileIoInAsync(Rule):
    """A coroutine opens, reads, writes or moves whole files itself.

    The event loop waits for the disk. That is short on the machine of a developer, and seconds
    on a network volume or under load, and nothing else runs meanwhile. In a loop, or where requests
    are answered, it adds up. Hand it to a thread, `asyncio.to_thread(path.read_text)`.
    """

    code = "SF410"
    severity = Severity.INFO
    facts = (Blocking,)
    silenced_as = ("ASYNC240",)
    examples = (
        Bad(
            """
            import shutil
            from pathlib import Path

            async def store(folder: Path, text):
                (folder / "new").write_text(text)
                with open("log.txt", "a") as log:
                    log.write(text)
                shutil.copytree(folder, "copy")
            """,
            fixed="""
            import asyncio
            import shutil
            from pathlib import Path

            async def store(folder: Path, text):
                await asyncio.to_thread((folder / "new").write_text, text)
                with open("log.txt", "a") as log:
                    log.write(text)
                await asyncio.to_thread(shutil.copytree, folder, "copy")
            """,
            count=3,
        ),
        Bad(
            """
            # file: paths.py
            from pathlib import Path

            ROOT = Path("data")
            # file: service.py
            from paths import ROOT

            async def load():
                return ROOT.read_bytes()
            """,
            fixed="""
            # file: paths.py
            from pathlib import Path

            ROOT = Path("data")
            # file: service.py
            import asyncio

            from paths import ROOT

            async def load():
                return await asyncio.to_thread(ROOT.read_bytes)
            """,
        ),
        Good(
            """
            import asyncio
            import os
            from pathlib import Path

            async def load(path: Path):
                if not path.exists():
                    return os.path.abspath(path)
                first = await asyncio.to_thread(lambda: path.read_bytes())
                return first + await asyncio.to_thread(path.read_bytes)

            async def show(folder: Path):
                return await asyncio.to_thread(list, folder.glob("*"))
            """,
            because="the thread reads, and asking for a path is quick",
        ),
        Good(
            """
            import anyio

            def load(path):
                with open(path) as file:
                    return file.read()

            async def load_later(path):
                async with await anyio.open_file(path) as file:
                    return await file.read()
            """,
            because="no event loop waits here",
        ),
        Good(
            """
            import zipfile
            from io import BytesIO

            import pandas as pd

            async def candles(answer):
                content = await answer.read()
                with zipfile.ZipFile(BytesIO(content)) as archive:
                    with archive.open(archive.namelist()[0]) as stream:
                        return pd.read_csv(stream)
            """,
            because="the archive is in memory, and so is what it holds",
        ),
        Good(
            """
            import io
            import pandas
            import wave
            import zipfile

            async def export(rows):
                with io.BytesIO() as buffer:
                    pandas.DataFrame(rows).to_parquet(path=buffer)
                    return buffer.getvalue()

            async def pack(texts):
                buffer = io.BytesIO()
                with zipfile.ZipFile(buffer, "w") as archive:
                    archive.writestr("a", texts)
                return wave.open(io.BytesIO(texts))
            """,
            because="these are in memory",
        ),
        Good(
            """
            async def load(path, archive):
                archive.open(path)
                return path.read_text()
            """,
            because="nothing is known of these",
        ),
    )

    def check_call(self, call: Call, fact: Blocking) -> None:
        if fact.what != "file" or not call.in_async or blocking(call) is None:
            return
        if _is_in_memory(call) or (call.receiver is None and self._is_no_path(call)):
            return
        busy = At.LOOP in call.at or bool(self._roles(call) & _ANSWERS)
        message = f"`{call.shown}` stops every task of the event loop until the disk has answered"
        self.report(
            call,
            message + (", each time round the loop" if At.LOOP in call.at else ""),
            severity=Severity.WARNING if busy else None,
            confidence=self._confidence(call),
            fix_data=(fact.can_move,) if call.fact(Resource) is None else None,
        )

    def fix_at(self, node: Any, can_move: bool) -> Fix | None:
        """Let a thread make the call, where all is done in one."""
        if not can_move:
            return None
        title = "Let a thread make the call (Python 3.9 and newer): other tasks run meanwhile"
        return Fix(title, hand_to_thread(self.file, node), Safety.UNSAFE)

    def _is_no_path(self, call: Call) -> bool:
        """Whether a function is given, in place of a path, something that is open or in memory."""
        if call.node is not None:
            value = self.file.value(call.node.args[0].value) if call.node.args else None
        else:
            given = call.arguments.positional
            value = call.world.value(given[0]) if given else None
        return value is not None and value[0] == "i" and _PATH.search(value[1]) is None

    def _roles(self, call: Call) -> set[str]:
        if call.node is not None:
            return self.file.role(call.node)
        return self.project.roles.get(full_name(call.module, call.function), set())

    def _confidence(self, call: Call) -> Confidence:
        if is_script(call.path) or is_apart(call.function) or At.TEARDOWN in call.at:
            return Confidence.LOW
        name = full_name(call.module, call.function)
        if call.node is None:
            callers = self.project.callers.get(name, ())
            alone = has_loop_to_itself(callers, self.project.calls_in[name])
        else:
            calls = [self.file.call(node) for node in self.file.tree.of(cst.Call)]
            alone = has_loop_to_itself(
                (other for other in calls if other.name == name),
                (other for other in calls if other.function == call.function),
            )
        return Confidence.LOW if alone else Confidence.HIGH


def _is_in_memory(call: Call) -> bool:
    """Whether a call is given something in memory to write to or to read from."""
    arguments = call.arguments
    values = map(call.world.value, (*arguments.positional, *arguments.keywords.values()))
    return any(each is not None and each[0] == "i" and each[1] in _IN_MEMORY for each in values)
