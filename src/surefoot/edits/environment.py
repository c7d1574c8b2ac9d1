"""Edits to what reads environment variables."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.expressions import replace
from surefoot.edits.imports import Written, import_name
from surefoot.edits.text import Unfixable
from surefoot.model import Edit
from surefoot.semantics.file import File


def demand(file: File, reading: cst.CSTNode) -> tuple[Edit, ...]:
    """Have a variable read so that a missing one raises: `os.environ[...]`.

    A default, and an `or` behind the reading, go.
    """
    if not isinstance(reading, cst.Call) or not 1 <= len(reading.args) <= 2:
        raise Unfixable("it is no plain reading of a variable")
    if any(item.star or item.keyword is not None for item in reading.args[:1]):
        raise Unfixable("the name is given in an unusual way")
    environ = _environ(file, reading)
    whole: cst.BaseExpression = reading
    match file.parent(reading):
        case cst.BooleanOperation(operator=cst.Or(), left=left) as either if left is reading:
            whole = either
    if "#" in file.code(whole):
        raise Unfixable("a comment may stand in it")
    text = f"{environ.text}[{file.code(reading.args[0].value)}]"
    return (*replace(file, whole, text), *environ.edits)


def _environ(file: File, reading: cst.Call) -> Written:
    name = file.name(reading.func)
    match reading.func:
        case cst.Attribute(value=owner) if name == "os.environ.get":
            return Written(file.code(owner))
        case cst.Attribute(value=owner) if name == "os.getenv":
            return Written(f"{file.code(owner)}.environ")
        case cst.Name() if name == "os.getenv":
            return import_name(file, reading, "os", "environ")
    raise Unfixable("it does not read the environment of the process")
