"""What functions of automation do besides: leave records, wait, look, keep their pace."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import Response, inside, last_name, response_to_call

_RECORDS = re.compile(
    r"(?i).*audit.*|_*(emit|notify|publish|announce|record|journal|report|log|send)(_?event.*|_.*)?|"
    r"_*(print|echo|secho|write_out|display|info|warning)"
)
_VERBS = frozenset({"delete", "get", "head", "patch", "post", "put", "request"})
_OPTIONS = frozenset(
    {"allow_redirects", "auth", "content", "data", "headers", "json", "params", "timeout", "verify"}
)
_ADDRESS = re.compile(r"(https?:/)?/.*")


def leaves_record(file: File, node: cst.FunctionDef) -> bool:
    """Whether a function tells anybody what it does: a log, an event, an audit record."""
    return file.once(_leaves_record, node)


def _leaves_record(file: File, node: cst.FunctionDef) -> bool:
    if any(_RECORDS.fullmatch(last_name(item.decorator)) for item in node.decorators):
        return True
    return any(
        type(item) is cst.Call
        and (
            _RECORDS.fullmatch(last_name(item.func)) is not None
            or (isinstance(item.func, cst.Attribute) and "audit" in last_name(item.func.value))
            or Response.REPORTS in response_to_call(file, item)
        )
        for item in inside([node.body], into=(cst.FunctionDef,))
    )


def calls_like(node: cst.CSTNode, names: re.Pattern[str]) -> bool:
    """Whether something in a node is called by a name that matches, or is used in `with`."""
    return any(
        type(item) is cst.Call and names.search(last_name(item.func)) is not None
        for item in inside([node], into=(cst.FunctionDef, cst.Lambda))
    )


def verb_of(node: cst.Call) -> str | None:
    """Return the HTTP method a call sends, told by its form: `api.delete("/pods/1", timeout=3)`,
    where nothing is known of `api`."""
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value not in _VERBS:
        return None
    if not node.args or node.args[0].keyword is not None or node.args[0].star:
        return None
    first = node.args[0].value
    text = ""
    match first:
        case cst.SimpleString(value=value):
            text = value.strip("rbuRBU\"'")
        case cst.FormattedString(parts=[cst.FormattedStringText(value=value), *_]):
            text = value
    given = {item.keyword.value for item in node.args if item.keyword is not None}
    if _ADDRESS.fullmatch(text) is None or not given & _OPTIONS:
        return None
    return node.func.attr.value
