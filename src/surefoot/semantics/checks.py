"""Functions that tell whether something is in order, and do nothing else about it."""

from __future__ import annotations

import re

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside, last_name, words
from surefoot.semantics.literals import is_verdict

LEANS = re.compile(r"_*(validate|verify|check|ensure)(_.*)?")
CHECKS = re.compile(r"_*(validate|verify|check|is|has|can|ensure|are|should|may)(_.*)?")
_FAILS = re.compile(
    r"(?i)_*(fail|abort|exit|error|die|panic|raise|throw|reject|bail|usage|assert)(_.*)?|"
    r".*(_or_raise|_or_fail)|_*(fail|abort|exit|error)[A-Z].*"
)
_PROBLEMS = re.compile(
    r"(?i)_*(\w+_)?(errors?|problems?|violations?|failures?|issues?|mistakes|complaints)"
)
_PURE = words(
    """
    abs all any bool bytes dict enumerate filter float frozenset getattr hasattr hash id int
    isinstance issubclass len list map max min ord range repr reversed round set sorted str sum
    tuple type zip
    casefold count decode difference encode endswith find get index intersection isalnum isalpha
    isascii isdecimal isdigit isdisjoint isidentifier islower isnumeric isspace issubset
    issuperset istitle isupper items join keys lower lstrip partition replace rfind rpartition
    rsplit rstrip split splitlines startswith strip title union upper values
    compare_digest exists fullmatch is_dir is_file isdir isfile match monotonic now search time
    timedelta today total_seconds utcnow
    """
)
_ACTS = frozenset(
    {cst.Raise, cst.Assert, cst.Global, cst.Nonlocal, cst.Del, cst.Yield, cst.Import}
    | {cst.ImportFrom, cst.With, cst.FunctionDef, cst.ClassDef}
)
_ADDS = frozenset({"append", "add", "extend"})


def gives_verdict(file: File, node: cst.FunctionDef) -> bool:
    """Whether all a function does is to answer whether something is in order: it returns a
    verdict or a list of problems, raises and tells nothing, and changes nothing."""
    if node.decorators and not all(
        last_name(item.decorator) in ("staticmethod", "classmethod") for item in node.decorators
    ):
        return False
    annotated = node.returns is not None and file.name(node.returns.annotation) == "builtins.bool"
    scope = file.scope_of(node)
    local = set(scope.bindings)
    params = {
        name
        for name, bindings in scope.bindings.items()
        if any(b.kind == "param" for b in bindings)
    }
    returned: list[cst.BaseExpression] = []
    for item in inside(body_of(node.body)):
        if type(item) in _ACTS:
            return False
        match item:
            case cst.Assign(targets=targets):
                if not all(_is_local(target.target, local) for target in targets):
                    return False
            case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
                if not _is_local(target, local):
                    return False
            case cst.Call(func=func):
                if not _is_pure(func, local - params):
                    return False
            case cst.Return(value=value):
                if value is None:
                    return False
                returned.append(value)
    return _are_verdicts(returned, annotated)


def _is_pure(func: cst.BaseExpression, own: set[str]) -> bool:
    """Whether a call, by the name of what it calls, computes something and does no more."""
    name = last_name(func)
    if _FAILS.fullmatch(name):
        return False
    if name in _ADDS and isinstance(func, cst.Attribute):
        return isinstance(func.value, cst.Name) and func.value.value in own
    return name in _PURE or CHECKS.fullmatch(name) is not None


def leans_on(node: cst.FunctionDef) -> int:
    """Return how many other checks, which may raise, a function calls or hands on to be called."""
    return sum(
        (type(item) is cst.Call and LEANS.fullmatch(last_name(item.func)) is not None)
        or (
            type(item) is cst.Arg
            and isinstance(item.value, (cst.Name, cst.Attribute))
            and LEANS.fullmatch(last_name(item.value)) is not None
        )
        for item in inside([node.body])
    )


def is_calm(node: cst.FunctionDef) -> bool:
    """Whether a function, by its own statements, neither raises nor ends anything."""
    return not any(
        isinstance(item, (cst.Raise, cst.Assert))
        or (type(item) is cst.Call and _FAILS.fullmatch(last_name(item.func)) is not None)
        for item in inside([node.body])
    )


def _are_verdicts(returned: list[cst.BaseExpression], annotated: bool) -> bool:
    """Whether what a function returns tells whether something is in order: lists of problems,
    or truth values that are not always the same."""
    if not returned:
        return False
    problems = [item for item in returned if _is_problems(item)]
    if problems:
        return all(item in problems or isinstance(item, cst.List) for item in returned)
    if not all(annotated or is_verdict(item) for item in returned):
        return False
    return len({item.value if isinstance(item, cst.Name) else "" for item in returned}) > 1 or (
        not isinstance(returned[0], cst.Name) or returned[0].value not in ("True", "False")
    )


def _is_problems(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and _PROBLEMS.fullmatch(node.value) is not None


def _is_local(target: cst.CSTNode, local: set[str]) -> bool:
    match target:
        case cst.Name(value=name):
            return name in local
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return all(_is_local(element.value, local) for element in elements)
    return False
