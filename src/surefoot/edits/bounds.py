"""The fix that gives a call the bound a project has chosen."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.edits.arguments import set_keyword
from surefoot.edits.imports import constant
from surefoot.model import Defaults, Fix, Safety
from surefoot.semantics.file import File

_MILLISECONDS = re.compile(r".*(MS|_ms|_millis|Millis)")


def bounded(file: File, call: cst.Call, keyword: str, defaults: Defaults) -> Fix:
    """Return the fix that passes the project's timeout as `keyword`.

    Where the project has not said what it is, nobody can know: the fix is then a suggestion
    without edits. A keyword that counts milliseconds gets them.
    """
    if defaults.timeout is None:
        title = f"Pass `{keyword}`; with `default-timeout` set, surefoot inserts it"
        return Fix(title, (), Safety.SUGGESTION)
    value, edits = constant(file, call, defaults.timeout)
    if _MILLISECONDS.fullmatch(keyword):
        is_name = isinstance(defaults.timeout, str)
        value = f"int({value} * 1000)" if is_name else str(int(float(value) * 1000))
    title = f"Pass `{keyword}={value}`"
    return Fix(title, (*set_keyword(file, call, keyword, value), *edits), Safety.UNSAFE)
