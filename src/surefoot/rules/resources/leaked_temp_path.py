"""`leaked-temp-path`: a temporary file or directory that nobody removes."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from surefoot.edits import entered_until_unneeded, import_name, source
from surefoot.facts.kinds import TemporaryPath
from surefoot.linking.custody import PathCustody
from surefoot.linking.project import Project, full_name
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Link, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.handlers import last_name
from surefoot.semantics.lending import LendingPaths
from surefoot.semantics.ownership import SETTLED, made_by_return
from surefoot.semantics.temporary import path_fate

_MAKES = re.compile(r"(?i)te?mp|scratch|work_?(dir|space)|stag(e|ing)|sandbox")
_DIR = {"tempfile.mkdtemp": 2, "tempfile.mkstemp": 2, "tempfile.NamedTemporaryFile": 6}
"""Where the directory to work in stands among the positional arguments."""


class LeakedTempPath(Rule):
    """A temporary file or directory is made and its path neither removed nor handed over.

    Each call leaves something behind until the disk, or the directory for temporary
    files, is full; then everything on the machine that writes fails. Use
    `TemporaryDirectory` or `NamedTemporaryFile` in a `with` statement, or remove the path
    in `finally`.
    """

    code = "SF303"
    severity = Severity.WARNING
    facts = (TemporaryPath,)
    needs_tree = True
    examples = (
        Bad(
            """
            import tempfile

            def run():
                folder = tempfile.mkdtemp(prefix="run-")
                work(folder)
                print("done")
            """,
            fixed="""
            import tempfile

            def run():
                with tempfile.TemporaryDirectory(prefix="run-") as folder:
                    work(folder)
                print("done")
            """,
        ),
        Bad(
            """
            import json
            import tempfile
            from pathlib import Path

            def export(orders):
                folder = Path(tempfile.mkdtemp())
                target = folder / "orders.json"
                target.write_text(json.dumps(orders), encoding="utf-8")
                return target.stat().st_size
            """,
            fixed="""
            import json
            import tempfile
            from pathlib import Path

            def export(orders):
                with tempfile.TemporaryDirectory() as directory:
                    folder = Path(directory)
                    target = folder / "orders.json"
                    target.write_text(json.dumps(orders), encoding="utf-8")
                    return target.stat().st_size
            """,
        ),
        Bad(
            """
            import os
            import subprocess
            import tempfile

            def render(text):
                descriptor, path = tempfile.mkstemp(suffix=".tex")
                os.write(descriptor, text)
                os.close(descriptor)
                return subprocess.run(["pdflatex", path], timeout=60).returncode
            """
        ),
        Bad(
            """
            import subprocess
            import tempfile

            def render(text):
                with tempfile.NamedTemporaryFile("w", delete=False) as source:
                    source.write(text)
                return subprocess.run(["pdflatex", source.name], timeout=60).returncode
            """
        ),
        Bad(
            """
            import os
            import tempfile

            def render(text):
                folder = tempfile.mkdtemp()
                path = os.path.join(folder, "page.html")
                write(path, text)

            def write(path, text):
                with open(path, "w") as target:
                    target.write(text)
            """,
            fixed="""
            import os
            import tempfile

            def render(text):
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "page.html")
                    write(path, text)

            def write(path, text):
                with open(path, "w") as target:
                    target.write(text)
            """,
        ),
        Bad(
            """
            # file: folders.py
            import os
            import tempfile

            def make_workdir():
                path = tempfile.mkdtemp(prefix="job-")
                os.makedirs(os.path.join(path, "in"))
                return path
            # file: render.py
            import os
            import shutil
            from folders import make_workdir

            def render(text):
                folder = make_workdir()
                with open(os.path.join(folder, "page.txt"), "w") as page:
                    page.write(text)

            def check(text):
                folder = make_workdir()
                try:
                    with open(os.path.join(folder, "page.txt"), "w") as page:
                        page.write(text)
                finally:
                    shutil.rmtree(folder)
            """
        ),
        Good(
            """
            import shutil
            import tempfile

            def run():
                folder = tempfile.mkdtemp()
                try:
                    work(folder)
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
            """,
            because="it is removed in `finally`",
        ),
        Good(
            """
            import os
            import tempfile

            def write(target, text):
                descriptor, path = tempfile.mkstemp(dir=target.parent)
                os.write(descriptor, text)
                os.close(descriptor)
                os.replace(path, target)
            """,
            because="it is moved to its place",
        ),
        Good(
            """
            import tempfile

            def stage(text, folder):
                with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as source:
                    source.write(text)
            """,
            because="whoever owns the directory may remove it as a whole",
        ),
        Good("import tempfile\n\ndef make():\n    return tempfile.mkdtemp()\n", because="returned"),
        Good(
            """
            import tempfile
            from pathlib import Path

            class Job:
                def __init__(self):
                    self.folder = Path(tempfile.mkdtemp())

            def prepare():
                folder = tempfile.mkdtemp()
                return Workspace(folder)
            """,
            because="an object keeps it",
        ),
        Good(
            """
            import atexit
            import shutil
            import tempfile

            def run():
                folder = tempfile.mkdtemp()
                atexit.register(shutil.rmtree, folder, ignore_errors=True)
                work(folder)
            """,
            because="an exit hook removes it",
        ),
        Good(
            """
            import os
            import tempfile

            def render(text):
                with tempfile.NamedTemporaryFile("w", delete=False) as source:
                    source.write(text)
                try:
                    return compile_page(source.name)
                finally:
                    os.unlink(source.name)
            """,
            because="its name is unlinked",
        ),
        Good(
            """
            import tempfile

            def render(text):
                with tempfile.NamedTemporaryFile("w") as source:
                    source.write(text)
                    source.flush()
                    return compile_page(source.name)
            """,
            because="the file removes itself",
        ),
        Good(
            """
            import tempfile
            from pathlib import Path

            def export(text):
                folder = Path(tempfile.mkdtemp())
                target = folder / "page.html"
                target.write_text(text)
                return target
            """,
            because="the caller gets a path inside it",
        ),
        Good(
            """
            import shutil
            import tempfile

            def run():
                folder = tempfile.mkdtemp()
                finish(folder)

            def finish(folder):
                shutil.rmtree(folder)
            """,
            because="a function removes it",
        ),
        Good(
            """
            # file: work.py
            import shutil

            def use(folder):
                shutil.rmtree(folder)
            # file: app.py
            import tempfile
            from work import use

            def run():
                use(tempfile.mkdtemp())
            """,
            because="a function elsewhere may remove it",
        ),
        Good(
            """
            import tempfile
            import warnings

            def debug(page):
                path = tempfile.mkdtemp()
                page.dump(path)
                print(f"wrote the page to {path}")

            def save(page):
                target = tempfile.NamedTemporaryFile("w", delete=False).name
                warnings.warn(f"no name is given, {page} is saved to {target}")
                with open(target, "w") as file:
                    file.write(str(page))
            """,
            because="it is left for whoever runs the program, who is told",
        ),
        Good(
            """
            import tempfile

            CACHE = tempfile.mkdtemp()

            def cached(name):
                return CACHE + "/" + name
            """,
            because="made once and kept for all",
        ),
    )

    def check_call(self, call: Call, fact: TemporaryPath) -> None:
        node = call.node
        if node is None or self.file.is_test or self.file.function(node) is None:
            return
        for keyword, value in fact.only_if:
            if call.arguments.constant(keyword) != (value,):
                return
        place = ("dir", _DIR.get(call.shown))
        if call.arguments.has(*place) and call.arguments.constant(*place) is None:
            return  # made in a directory that may be removed as a whole
        paths = LendingPaths(self.file)
        if path_fate(node, fact, paths) & SETTLED:
            if fact.path == "result" and made_by_return(self.file, node, LendingPaths(self.file)):
                self.note(node, "makes", full_name(call.module, call.function), call.shown)
            return
        what = "directory" if call.shown.endswith(("mkdtemp", "Directory")) else "file"
        message = _message(call.function, what, call.shown)
        if paths.onward:
            self.note(node, "hands", message, tuple(paths.onward), fact.context)
        else:
            self.report(call, message, fix_data=(fact.context,))

    def visit_Call(self, node: cst.Call) -> None:
        """Leave a note of a call, of a function of the project whose name tells of temporary
        paths, whose result is merely read from and written to."""
        if self.file.is_test or not _MAKES.search(last_name(node.func)):
            return
        call = self.file.call(node)
        known = call.name is not None and call.world.function(call.name) is not None
        if not call.function or not (known or call.pending):
            return
        paths = LendingPaths(self.file)
        if not paths.fate(node) & SETTLED:
            self.note(node, "uses", call.function, tuple(paths.onward))

    def fix_at(self, node: Any, context: str | None) -> Fix | None:
        """Make it in a `with` statement, which removes it when it is no longer needed."""
        if context is None:
            return None
        module, _, name = context.rpartition(".")
        written, imports = import_name(self.file, node, module, name)
        manager = written + source(self.file, node).removeprefix(source(self.file, node.func))
        names = ("directory", "temporary")
        edits = entered_until_unneeded(self.file, node, manager, *names, is_path=True)
        title = f"Use `{name}`, which removes it when it is no longer needed"
        return Fix(title, (*edits, *imports), Safety.UNSAFE)

    def link(self, project: Project) -> None:
        """Report the paths that are handed only to functions that merely read or write them."""
        makers: dict[str, tuple[Link, str]] = {}
        uses: list[tuple[str, Any]] = []
        for examination, note in project.notes(self.name):
            kind, *rest = note.data
            if kind == "makes":
                function, shown = map(str, rest)
                text = f"`{shown}` makes it, and `{function.rpartition('.')[2]}` returns it"
                makers[function] = (Link(examination.path, note.place, text), shown)
                continue
            if kind == "uses":
                uses.append((examination.path, note))
                continue
            message, onward, context = rest
            custody = project.once(PathCustody)
            borrowers = custody.borrowers(examination.path, onward)  # type: ignore[arg-type]
            if borrowers is not None:
                chain = custody.links(borrowers)
                self.report(
                    note, str(message), path=examination.path, chain=chain, fix_data=(context,)
                )
        for path, note in uses if makers else ():
            call = project.calls_at.get((path, note.place))
            made = makers.get(call.name or "") if call is not None else None
            if call is None or made is None:
                continue
            custody = project.once(PathCustody)
            borrowers = custody.borrowers(path, note.data[2])
            if borrowers is not None:
                message = _message(str(note.data[1]), "directory", made[1])
                self.report(note, message, path=path, chain=[made[0], *custody.links(borrowers)])


def _message(function: str, what: str, shown: str) -> str:
    return (
        f"`{function.rpartition('.')[2]}` leaves the {what} from `{shown}` behind each time it "
        "gets here: nothing removes it or takes it over"
    )
