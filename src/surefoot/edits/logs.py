"""Edits that leave a record of a caught exception."""

from __future__ import annotations

import libcst as cst

from surefoot.edits.arguments import set_keyword
from surefoot.edits.expressions import rename_attribute
from surefoot.edits.handlers import answer_first
from surefoot.edits.text import Unfixable
from surefoot.model import Edit
from surefoot.semantics.file import File
from surefoot.semantics.guarded import guarded_by
from surefoot.semantics.handlers import gives_traceback, is_logger
from surefoot.syntax.scopes import Binding, Scope

_STANDARD = "logging.Logger"
_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


def record_failure(file: File, handler: cst.ExceptHandler) -> tuple[Edit, ...]:
    """Have a handler log first what it caught, with the traceback, by the logger of its module.

    Raises `Unfixable` where the module has none.
    """
    logger = module_logger(file, handler)
    if logger is None:
        raise Unfixable("the module has no logger")
    text = _said(file, handler)
    said = f'"{text}"' if '"' not in text and "\\" not in text else repr(text)
    return answer_first(file, handler, f"{logger}.exception({said})")


def _said(file: File, handler: cst.ExceptHandler) -> str:
    """What failed: the call, where it is one, or part of the function."""
    described = guarded_by(file, handler).described
    function = file.function(handler)
    if " other call" in described and function is not None:
        return f"part of {function.name.value} failed"
    return f"{described.replace('`', '')} failed"


def with_traceback(file: File, call: cst.Call) -> tuple[Edit, ...]:
    """Have a record of an exception hold its traceback: `error` becomes `exception`, and others
    get `exc_info=True` where the logger is known to take it."""
    match call.func:
        case cst.Attribute(attr=cst.Name(value="error")) as method:
            if is_standard(file, call) or _is_trusted(file, call):
                return rename_attribute(file, method, "exception")
    if not is_standard(file, call) or gives_traceback(call):
        raise Unfixable("nobody knows whether the logger takes `exc_info`")
    return set_keyword(file, call, "exc_info", "True")


def is_standard(file: File, call: cst.Call) -> bool:
    """Whether a call is one of the standard library's loggers."""
    owner, _, method = (file.call(call).name or "").rpartition(".")
    return owner in ("logging", _STANDARD) and method in _METHODS


def module_logger(file: File, at: cst.CSTNode) -> str | None:
    """Return the name of the logger that a node sees in its module, the nearest first.

    One from elsewhere counts if the file calls its `exception` itself.
    """
    proven: list[str] = []
    scope: Scope | None = file.scope(at)
    while scope is not None:
        for name, bindings in scope.bindings.items():
            if len(bindings) != 1 or file.scope(at).find(name) is not scope:
                continue
            (binding,) = bindings
            if _is_standard_logger(file, binding) and _stands_before(file, binding, at):
                return name
            if (
                is_logger(cst.Name(name))
                and _calls_exception(file, name)
                and _stands_before(file, binding, at)
            ):
                proven.append(name)
        scope = scope.parent
    return proven[0] if proven else None


def _is_standard_logger(file: File, binding: Binding) -> bool:
    if binding.kind != "assign" or binding.path or not isinstance(binding.value, cst.CSTNode):
        return False
    return file.type_of(binding.value) == _STANDARD


def _stands_before(file: File, binding: Binding, at: cst.CSTNode) -> bool:
    return file.extent(binding.node)[0] < file.extent(at)[0]


def _is_trusted(file: File, call: cst.Call) -> bool:
    """Whether facts, or the file's own use of the logger, tell that it knows `exception`."""
    assert isinstance(call.func, cst.Attribute)
    if (file.call(call).name or "").startswith(("loguru.", "structlog.")):
        return True
    return _calls_exception(file, file.code(call.func.value))


def _calls_exception(file: File, logger: str) -> bool:
    return f"{logger}.exception(" in file.text
