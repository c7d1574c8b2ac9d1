"""The raw body of a request in one file: where a variable holds it, and what is done about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, spelling

_PLAIN = frozenset({"Any", "Dict", "JSON", "Mapping", "MutableMapping", "dict"})
_JUDGES = re.compile(
    r"(?i)\w*(valid|schema|check|clean|sanitiz|allow|permit|filter|verify|require|expect|ensure|"
    r"parse|convert|decode|assert|structure|load|whitelist|strip|from_dict|guard|serializ|form)\w*"
)
_READ = frozenset(
    {
        "POST",
        "body",
        "content",
        "data",
        "form",
        "get_data",
        "get_json",
        "json",
        "json_body",
        "media",
    }
)
_MEASURES = frozenset({"isinstance", "len", "set"})
_JUDGING: frozenset[type[cst.CSTNode]] = frozenset({cst.Comparison, cst.Del, cst.Call})
_CUTS = frozenset({"pop", "clear", "keys", "popitem"})
_BODY_DECORATOR = re.compile(
    r"(?i)\w*(valid|schema|expect|body|param|args|json|input|require|arguments|parse)\w*"
)
_ACCESS_DECORATOR = re.compile(
    r"(?i)(login|auth|perm|role|admin|staff|user|jwt|token|scope|access|session|csrf|api_?key|member|"
    r"owner|tenant|requires?_(post|get|put|patch|delete|safe|http_methods|https?|ssl|debug)$)"
)


def judging_decorator(file: File, node: cst.FunctionDef) -> str | None:
    """Return the full name of the decorator that a function is the wrapper of, if the wrapper
    looks at the data of the request before the handler does."""
    if not isinstance(node.params.star_arg, cst.Param):
        return None
    scope = file.scope(node)
    if scope.kind != "function" or not any(map(_reads_request, inside([node.body]))):
        return None
    while scope.parent is not None and scope.parent.kind == "function":
        scope = scope.parent
    return file.symbols.definition(scope)


def _is_about_access(decorator: str) -> bool:
    """Whether a decorator that requires something requires a user or a method, and no field."""
    return "equire" in decorator and _ACCESS_DECORATOR.search(decorator) is not None


def spread(file: File, node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield what becomes the keywords of a call: of a display of a dictionary, and of the name of
    one, the dictionaries in it; else the expression itself."""
    if isinstance(node, cst.Name):
        scope = file.scope(node).find(node.value)
        bindings = scope.bindings[node.value] if scope is not None else ()
        made = [binding.value for binding in bindings if binding.kind == "assign"]
        if len(made) == len(bindings) == 1 and isinstance(made[0], cst.Dict):
            node = made[0]
    if isinstance(node, cst.Dict):
        for element in node.elements:
            if isinstance(element, cst.StarredDictElement):
                yield element.value
    elif not isinstance(node, cst.DictComp):
        yield node


def _reads_request(node: cst.CSTNode) -> bool:
    match node:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=name)):
            return name in _READ and owner.endswith(("request", "req"))
        case cst.Attribute(value=cst.Attribute(attr=cst.Name(value=owner)), attr=attr):
            return attr.value in _READ and owner.endswith(("request", "req"))
    return False


def dictionary_parameter(file: File, node: cst.CSTNode) -> cst.FunctionDef | None:
    """Return the function of which a name is a parameter that takes any dictionary."""
    if not isinstance(node, cst.Name):
        return None
    owner = file.scope(node).find(node.value)
    if owner is None or not isinstance(owner.node, cst.FunctionDef):
        return None
    match owner.bindings[node.value]:
        case [binding] if isinstance(binding.node, cst.Param):
            annotation = binding.node.annotation
            if binding.node.star in ("*", "**"):
                return None
            if annotation is not None and _takes_anything(annotation.annotation):
                return owner.node
    return None


def _takes_anything(annotation: cst.BaseExpression) -> bool:
    match annotation:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name in _PLAIN
        case cst.Subscript(value=cst.Name(value="Annotated"), slice=[first, *_]):
            inner = first.slice
            return isinstance(inner, cst.Index) and _takes_anything(inner.value)
        case cst.Subscript(value=base):
            return _takes_anything(base)
    return False


def is_looked_at(file: File, body: cst.BaseExpression, at: cst.CSTNode) -> bool:
    """Whether the function around `at` judges a body or cuts it down: tests what is in it, hands
    it to a function that by its name judges data, or takes keys out of it."""
    function = file.function(at)
    if function is None:
        return False
    name = spelling(file, body)
    judged = file.once(_judged, function)
    return name in judged or any(name.startswith(f"{other}.") for other in judged)


def _judged(file: File, function: cst.FunctionDef) -> frozenset[str]:
    """The spellings of what a function judges or cuts down."""
    return frozenset(
        spelling(file, part)
        for node in inside([function.body])
        if node.__class__ in _JUDGING
        for part in _judged_by(node)
    )


def _judged_by(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match node:
        case cst.Comparison(left=left, comparisons=comparisons):
            yield from (left, *(item.comparator for item in comparisons))
        case cst.Del(target=cst.Subscript(value=owner)):
            yield owner
        case cst.Call(func=callee, args=arguments):
            match callee:
                case cst.Attribute(value=owner, attr=cst.Name(value=name)) if (
                    name in _CUTS or "valid" in name
                ):
                    yield owner
            if judges(callee):
                yield from (item.value for item in arguments if not item.star)


def judges(callee: cst.BaseExpression) -> bool:
    """Whether a function, by its name, judges or narrows data."""
    match callee:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name != "loads" and (name in _MEASURES or _JUDGES.fullmatch(name) is not None)
    return False


def is_checked_before(function: cst.FunctionDef) -> bool:
    """Whether a decorator of a function, by its name, judges what the function is sent."""
    for item in function.decorators:
        current = item.decorator
        if isinstance(current, cst.Call):
            current = current.func
        match current:
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                if _BODY_DECORATOR.fullmatch(name) and not _is_about_access(name):
                    return True
    return False
