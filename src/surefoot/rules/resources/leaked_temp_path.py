"""`leaked-temp-path`: a temporary file or directory that nobody removes."""

from __future__ import annotations

from typing import Any

from surefoot.edits import entered_until_unneeded, import_name, source
from surefoot.facts.kinds import TemporaryPath
from surefoot.linking.custody import PathCustody
from surefoot.linking.project import Project
from surefoot.model import Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.lending import LendingPaths
from surefoot.semantics.ownership import SETTLED
from surefoot.semantics.temporary import path_fate

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

            def debug(page):
                path = tempfile.mkdtemp()
                page.dump(path)
                print(f"wrote the page to {path}")
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
            return
        what = "directory" if call.shown.endswith(("mkdtemp", "Directory")) else "file"
        message = (
            f"`{call.function.rpartition('.')[2]}` leaves the {what} from `{call.shown}` behind "
            "each time it gets here: nothing removes it or takes it over"
        )
        if paths.onward:
            self.note(node, message, tuple(paths.onward), fact.context)
        else:
            self.report(call, message, fix_data=(fact.context,))

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
        for examination, note in project.notes(self.name):
            message, onward, context = note.data
            custody = project.once(PathCustody)
            borrowers = custody.borrowers(examination.path, onward)  # type: ignore[arg-type]
            if borrowers is not None:
                chain = custody.links(borrowers)
                self.report(
                    note, str(message), path=examination.path, chain=chain, fix_data=(context,)
                )
