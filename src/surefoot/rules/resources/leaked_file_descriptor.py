"""`leaked-file-descriptor`: a number that stands for an open file, and nobody closes it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from surefoot.edits import free_name, import_qualified, insert_after, replace, rewrite, source
from surefoot.facts.kinds import TemporaryPath
from surefoot.model import Edit, Fix, Safety, Severity
from surefoot.rule import Bad, Good, Rule
from surefoot.semantics.call import Call
from surefoot.semantics.descriptors import descriptor_fate
from surefoot.semantics.ownership import SETTLED


class LeakedFileDescriptor(Rule):
    """A temporary file comes with an open descriptor, and the descriptor is never closed.

    `mkstemp` gives a plain number, and no garbage collector closes a number: each call takes
    one of the process's descriptors for good, until nothing can be opened or accepted any more.
    Use `os.fdopen` in a `with` statement, close it at once if only the path is wanted, or use
    `NamedTemporaryFile`.
    """

    code = "SF305"
    severity = Severity.WARNING
    facts = (TemporaryPath,)
    needs_tree = True
    examples = (
        Bad(
            """
            import tempfile

            def make():
                _, path = tempfile.mkstemp()
                return path

            def name():
                descriptor, path = tempfile.mkstemp(
                    suffix=".txt",
                )  # for later
                return path
            """,
            fixed="""
            import os
            import tempfile

            def make():
                descriptor, path = tempfile.mkstemp()
                os.close(descriptor)
                return path

            def name():
                descriptor, path = tempfile.mkstemp(
                    suffix=".txt",
                )  # for later
                os.close(descriptor)
                return path
            """,
            count=2,
        ),
        Bad(
            """
            import os
            import tempfile

            def write(text):
                descriptor, path = tempfile.mkstemp()
                os.write(descriptor, text)
                return path
            """
        ),
        Bad(
            """
            from tempfile import mkstemp

            def write(text):
                path = mkstemp(suffix=".txt")[1]
                with open(path, "w") as target:
                    target.write(text)
                return path
            """,
            fixed="""
            import os
            from tempfile import mkstemp

            def write(text):
                descriptor, path = mkstemp(suffix=".txt")
                os.close(descriptor)
                with open(path, "w") as target:
                    target.write(text)
                return path
            """,
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
            because="it is closed",
        ),
        Good(
            """
            import os
            import tempfile

            def write(text):
                descriptor, path = tempfile.mkstemp()
                with os.fdopen(descriptor, "wb") as target:
                    target.write(text)
                number, other = tempfile.mkstemp()
                with open(number, "wb") as target:
                    target.write(text)
                return path, other
            """,
            because="a file object takes it over, and closes it",
        ),
        Good(
            """
            import tempfile

            class Spool:
                def __init__(self):
                    self.descriptor, self.path = tempfile.mkstemp()

            def pair():
                return tempfile.mkstemp()

            def lend(use):
                descriptor, path = tempfile.mkstemp()
                use(descriptor)
            """,
            because="somebody else has it",
        ),
        Good(
            """
            import tempfile

            def main():
                _, path = tempfile.mkstemp()
                convert(path)
            """,
            because="the process makes one, and ends",
        ),
    )

    def check_call(self, call: Call, fact: TemporaryPath) -> None:
        node = call.node
        if node is None or fact.descriptor is None or self.file.is_test:
            return
        function = self.file.function(node)
        if function is None or function.name.value == "main":
            return  # once in the life of the process
        if descriptor_fate(self.file, node, fact) & SETTLED:
            return
        self.report(
            call,
            f"each call of `{call.function.rpartition('.')[2]}` leaves the file descriptor from "
            f"`{call.shown}` open for the life of the process",
            fix_data=(int(fact.descriptor.removeprefix("item ")), fact.closer),
        )

    def fix_at(self, node: Any, index: int, closer: str | None) -> Fix | None:
        """Close the descriptor at once, where nobody uses it."""
        named = self._named(node, index) if closer is not None else None
        if closer is None or named is None:
            return None
        descriptor, edits = named
        written, imports = import_qualified(self.file, node, closer)
        added = insert_after(self.file, node, f"{written}({descriptor})")
        return Fix("Close the descriptor at once", (*edits, *added, *imports), Safety.SAFE)

    def _named(self, node: cst.Call, index: int) -> tuple[str, tuple[Edit, ...]] | None:
        """The name of a descriptor that nobody uses, and the edits that give it one."""
        parent: Any = self.file.parent(node)
        match parent:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple(elements=elements))]):
                target: Any = elements[index].value
                uses = self.file.uses(target.value, self.file.scope(node))
                if [use for use in uses if use is not target]:
                    return None
                if target.value.strip("_"):
                    return target.value, ()
                name = free_name(self.file, node, "descriptor", "handle")
                return name, replace(self.file, target, name)
            case cst.Subscript():
                assign: Any = self.file.parent(parent)
                match assign:
                    case cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as path)]):
                        name = free_name(self.file, node, "descriptor", "handle")
                        text = f"{name}, {path.value} = {source(self.file, node)}"
                        return name, rewrite(self.file, assign, text)
        return None
