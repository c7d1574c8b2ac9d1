"""What a text gives away: the expressions in it that are, or hold, a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.facts.kinds import ReadsConfiguration, Settings, ShowsFields
from surefoot.semantics import secrets
from surefoot.semantics.environment import ENVIRON
from surefoot.semantics.file import File
from surefoot.semantics.handlers import inside, last_name, words
from surefoot.semantics.summary import ClassSummary
from surefoot.semantics.texts import LITERALS, assigned, written

_SHOWING = frozenset({"str", "repr", "format", "dict", "dumps", "vars", "asdict"})
_SHOWING_METHODS = frozenset(
    {"decode", "encode", "strip", "format", "rstrip", "lstrip", "get_secret_value", "dict", "json"}
    | {"model_dump", "model_dump_json", "copy", "get"}
)
_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "x-auth-token"})
_TEXTS = frozenset({"builtins.str", "builtins.bytes"})
_PLAIN_TYPES = frozenset(
    {
        "builtins.bool",
        "builtins.int",
        "builtins.float",
        "pydantic.SecretStr",
        "pydantic.SecretBytes",
    }
)
_MASKED = re.compile(
    r"(?i)mask|redact|hash|hide|hidden|obfuscat|sanitiz|censor|scrub|clean|safe|digest|encrypt|"
    r"fingerprint|anonym|strip_(password|secret|auth)|len|bool|id|type"
)
_LESS = re.compile(r"(?i)hash|mask|redact|digest|fingerprint|encrypted")
"""What is called so is made of the secret, and does not give it away."""
_SUBJECT = re.compile(
    r"(?i)lexer|tokeniz|tokenis|parser|grammar|syntax|yacc|(?-i:\bast\b)|page_token|next_token|"
    r"next_page|continuation|max_tokens|cancel_token|num_tokens|replicat|stream_?(token|pos|ordering)|"
    r"\b(since|from|resume|sync|pagination)_token"
)
_COOKIES = re.compile(r"(?i)cookie|django|flask")
_SIGN_IN = re.compile(r"(?i)authorization|bearer|oauth|environ|(access|api|ingress|session)_token")
_SIGNS_IN = words(
    """
    access account admin api app auth authentication authorization bearer bot client csrf device
    github gitlab id identity invite jwt login magic oauth personal private push refresh
    registration registry renewal reset secret security service session slack sso telegram user
    vault verification webhook xsrf deploy npm pypi hub hf huggingface consul nomad agent server
    cluster kube kubernetes k8s stripe discord google aws azure spotify bitbucket cloudflare
    datadog mailgun twilio notion sentry upload installation ci job
    """
)
"""What tokens to sign in with are called; others may be positions in a stream or a text."""
_MARKS = frozenset({"cwd", "getcwd", "getpwd", "isoformat", "strftime"})
_PAIR = re.compile(r"(?i)secret_?(access_?)?key|\bec2\b")
_PATH = re.compile(r"(?i)_(path|file|filename|dir|folder|location)$")
_OPENS = frozenset({"open", "Path", "exists", "isfile", "load_cert_chain", "read_text", "abspath"})
_OF_TEXTS = frozenset({*dir(str), *dir(bytes), *dir(dict), "get_secret_value"})
_DEEPEST = 3


def disclosed(file: File, node: cst.CSTNode | None, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield what the text an expression becomes gives away: the name of each secret, and what
    it is."""
    match node:
        case cst.FormattedString(parts=parts):
            for part in parts:
                if isinstance(part, cst.FormattedStringExpression):
                    yield from disclosed(file, part.expression, depth)
        case cst.ConcatenatedString(left=left, right=right):
            yield from disclosed(file, left, depth)
            yield from disclosed(file, right, depth)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            yield from disclosed(file, left, depth)
            yield from disclosed(file, right, depth)
        case cst.BinaryOperation(left=left, operator=cst.Modulo(), right=right):
            if isinstance(left, LITERALS) or file.type_of(left) == "builtins.str":
                yield from disclosed(file, right, depth)
        case cst.IfExp(body=body, orelse=orelse):
            yield from disclosed(file, body, depth)
            yield from disclosed(file, orelse, depth)
        case cst.BooleanOperation(left=left, operator=operator, right=right):
            if isinstance(operator, cst.Or):
                yield from disclosed(file, left, depth)
            yield from disclosed(file, right, depth)
        case (
            cst.Tuple(elements=elements) | cst.List(elements=elements) | cst.Dict(elements=elements)
        ):
            for element in elements:
                if not isinstance(element, (cst.StarredDictElement, cst.StarredElement)):
                    yield from disclosed(file, element.value, depth)
        case cst.Await(expression=inner):
            yield from disclosed(file, inner, depth)
        case cst.Call():
            yield from _of_call(file, node, depth)
        case cst.Subscript():
            yield from _of_element(file, node)
        case cst.Name() | cst.Attribute():
            yield from _of_name(file, node, depth)


def _of_call(file: File, node: cst.Call, depth: int) -> Iterator[tuple[str, str]]:
    match node.func:
        case cst.Attribute(value=receiver, attr=cst.Name(value="format")) if isinstance(
            receiver, LITERALS
        ):
            for argument in node.args:
                yield from disclosed(file, argument.value, depth)
            return
        case cst.Attribute(value=receiver, attr=cst.Name(value="get_secret_value")):
            yield file.code(receiver), "a secret"
            return
        case cst.Attribute(value=receiver, attr=cst.Name(value=name)) if (
            name in _SHOWING_METHODS and name != "get"
        ):
            yield from disclosed(file, receiver, depth)
    fact = file.fact(ReadsConfiguration, node)
    if fact is not None and node.args:
        variable = file.constant(node.args[0].value)
        if variable is not None and isinstance(variable[0], str):
            yield from _named(file, variable[0], variable[0])
        return
    match node.func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)) if name in _SHOWING:
            for argument in node.args[:1]:
                yield from disclosed(file, argument.value, depth)
        case cst.Attribute(attr=cst.Name(value="get")) if node.args:
            key = written(node.args[0].value)
            if key is not None and not _is_switch(node):
                yield from _named(file, key, key, is_key=True)


def _of_element(file: File, node: cst.Subscript) -> Iterator[tuple[str, str]]:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]:
            name = written(key) or ""
            yield from _named(file, name, name, is_key=True)


def _named(file: File, name: str, shown: str, *, is_key: bool = False) -> Iterator[tuple[str, str]]:
    """Yield a thing of this name, where the name says that it is a secret."""
    if is_key and name.lower() in _HEADERS:
        yield shown, "a secret"
        return
    kind = secrets.secret_kind(name)
    if name == "session_key" and not _COOKIES.search(file.text):
        return  # the number of a session, of a player or a job
    if kind in (None, "dsn") or not shown.isprintable():
        return  # the password of a connection text is seen where it is put together
    parts = secrets.words_of(name)
    plain = parts in (("token",), ("secret",))
    if (plain and is_key) or _is_unclear(file, parts):
        return
    yield shown, f"a {kind}"


def _is_unclear(file: File, parts: tuple[str, ...]) -> bool:
    """Whether a token may be one of a text, a place in a list or a coin: nothing signs in with
    it, as far as the file tells."""
    plain = parts in (("token",), ("secret",))
    if not plain and (parts[-1] != "token" or not _SIGNS_IN.isdisjoint(parts)):
        return False
    return not _SIGN_IN.search(file.text) or bool(_SUBJECT.search(file.text)) or not plain


def _of_name(file: File, node: cst.Name | cst.Attribute, depth: int) -> Iterator[tuple[str, str]]:
    name = node.value if isinstance(node, cst.Name) else node.attr.value
    value = file.value(node)
    if value == ENVIRON and isinstance(assigned(file, node), cst.Subscript):
        return  # one variable of it, and no name says which
    if value == ENVIRON:
        yield "os.environ", "every secret of the environment"
        return
    if name.lower().replace("_", "-") in _HEADERS and file.type_of(node) == "builtins.str":
        if not _is_harmless(file, node, value):
            yield file.code(node), "a secret"
        return
    if secrets.secret_kind(name) not in (None, "dsn"):
        if _is_harmless(file, node, value):
            return
        yield from _named(file, name, file.code(node))
        return
    if value is not None and value[0] == "d":
        yield from _of_dictionary(file, node, value)
    elif value is not None and value[0] == "i":
        yield from _of_settings(file, node, value[1])
    if depth < _DEEPEST and not _PATH.search(name) and not _LESS.search(name):
        source = assigned(file, node)
        if isinstance(source, (*LITERALS, cst.BinaryOperation)) or (
            isinstance(source, cst.Call) and not _is_masking(source)
        ):
            yield from disclosed(file, source, depth + 1)


def _is_harmless(file: File, node: cst.CSTNode, value: tuple[object, ...] | None) -> bool:
    """Whether what has the name of a secret is a class, flag, number or mask."""
    if value is not None:
        if value[0] in ("n", "m", "P", "co", "cm", "d", "t", "l"):
            return True
        if value[0] == "k":
            text = value[1]
            return not isinstance(text, str) or not secrets.looks_random(text)
        if value[0] == "i" and (
            value[1] in _PLAIN_TYPES or str(value[1]).rpartition(".")[2] in ("Token", "SecretStr")
        ):
            return True
    sources = _sources(file, node)
    if any(map(_is_mask, sources)) or any(map(_is_switch, sources)) or _is_piece(file, node):
        return True
    if any(_is_mark(file, source) for source in sources):
        return True
    judges = (_is_empty_here, _is_looked_up, _is_known_to_all, _is_record, _is_public_half)
    return any(judge(file, node) for judge in judges)


def _is_piece(file: File, node: cst.CSTNode) -> bool:
    """Whether a plain `token` is a piece of a text that a loop goes through."""
    if not isinstance(node, cst.Name) or node.value != "token":
        return False
    owner = file.scope(node).find(node.value)
    return owner is not None and any(
        binding.kind == "iterate" for binding in owner.bindings[node.value]
    )


def _is_mark(file: File, source: cst.CSTNode) -> bool:
    """Whether what a name is given is a directory, a date, or an entry of another name: of
    `entry.get("image_token")`."""
    if isinstance(source, cst.Call) and last_name(source.func) in _MARKS:
        return True
    match source:
        case (
            cst.Call(args=[cst.Arg(value=cst.SimpleString() as text), *_])
            | cst.Subscript(
                slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as text))]
            )
        ):
            key = (written(text) or "").lower()
            return key.endswith("token") and _is_unclear(file, secrets.words_of(key))
    return False


def _is_public_half(file: File, node: cst.CSTNode) -> bool:
    """Whether a name is that of the access key of a pair, which says who signs in: its other
    half is the secret."""
    words = secrets.words_of(file.code(node).rpartition(".")[2])
    return words[-2:] == ("access", "key") and bool(_PAIR.search(file.text))


def _is_known_to_all(file: File, node: cst.CSTNode) -> bool:
    """Whether the code around opens a file of this name, or verifies signatures by this key: a
    path tells no secret, and the key that others sign with is public."""
    shown = file.code(node)
    name = shown.rpartition(".")[2]
    function = file.function(node)
    for call in inside([function.body] if function is not None else file.tree.module.body):
        if not isinstance(call, cst.Call) or not call.args:
            continue
        called = last_name(call.func)
        if called in _OPENS and file.code(call.args[0].value) == shown:
            return True
        if name.endswith("signing_key") and "verify" in called:
            return any(last_name(argument.value) == name for argument in call.args)
    return False


def _is_record(file: File, node: cst.CSTNode) -> bool:
    """Whether a name stands for an object with attributes of its own, no text or dictionary."""
    owner = file.scope(node).find(node.value) if isinstance(node, cst.Name) else None
    return owner is not None and any(
        isinstance(parent := file.parent(use), cst.Attribute)
        and parent.value is use
        and parent.attr.value not in _OF_TEXTS
        for use in file.uses(node.value, owner)  # type: ignore[attr-defined]
    )


def _is_empty_here(file: File, node: cst.CSTNode) -> bool:
    """Whether an `if` around has found that the value is no text, or is missing."""
    code = re.escape(file.code(node))
    absent = re.compile(rf"\bnot (isinstance\({code},|{code}\b(?![.(\[]))|\b{code} is None\b")
    child = node
    for parent in file.ancestors(node):
        if isinstance(parent, cst.If) and parent.body is child:
            found = absent.search(file.code(parent.test))
            if found is not None:
                return True
        elif isinstance(parent, (cst.FunctionDef, cst.Lambda)):
            return False
        child = parent
    return False


def _is_looked_up(file: File, node: cst.CSTNode) -> bool:
    """Whether a name is also the key of a dictionary: what it holds names a secret, then."""
    owner = file.scope(node).find(node.value) if isinstance(node, cst.Name) else None
    if owner is None:
        return False
    for use in file.uses(node.value, owner):  # type: ignore[attr-defined]
        parent = file.parent(use)
        if isinstance(parent, cst.Index):
            return True
        match file.parent(parent) if isinstance(parent, cst.Arg) else None:
            case cst.Call(
                func=cst.Attribute(attr=cst.Name(value="get" | "pop" | "setdefault")),
                args=[first, *_],
            ) if first is parent:
                return True
    return False


def _sources(file: File, node: cst.CSTNode) -> list[cst.CSTNode]:
    """What a name is assigned anywhere in its scope, an attribute anywhere in the file."""
    if not isinstance(node, cst.Name):
        code = file.code(node)
        return [
            item.value
            for item in file.tree.of(cst.Assign)
            if any(file.code(target.target) == code for target in item.targets)
        ]
    owner = file.scope(node).find(node.value)
    if owner is None:
        return []
    found: list[cst.CSTNode] = [
        binding.value
        for binding in owner.bindings[node.value]
        if isinstance(binding.value, cst.BaseExpression)
    ]
    if isinstance(owner.node, cst.FunctionDef):
        params = owner.node.params
        found += [
            param.default
            for param in (*params.posonly_params, *params.params, *params.kwonly_params)
            if param.name.value == node.value and param.default is not None
        ]
    return found


def _is_switch(source: cst.CSTNode) -> bool:
    """Whether an expression is true or false: what else has that value has no text to give."""
    if isinstance(source, cst.Call):
        args = source.args[1:2] if last_name(source.func) in ("get", "getattr", "pop") else ()
        return any(map(_is_switch, (item.value for item in args)))
    return isinstance(source, cst.Name) and source.value in ("True", "False")


def _is_mask(source: cst.CSTNode) -> bool:
    """Whether an expression gives less than the secret it is made of."""
    match source:
        case cst.Call():
            return _is_masking(source)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Slice())]) | cst.Comparison():
            return True
        case cst.BinaryOperation(left=left, right=right):
            return "*" in f"{written(left)}{written(right)}" or _is_mask(left)
        case cst.FormattedString():
            return "*" in (written(source) or "")
    return False


def _is_masking(call: cst.Call) -> bool:
    match call.func:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return _MASKED.search(name) is not None
    return False


def _of_dictionary(
    file: File, node: cst.CSTNode, value: tuple[object, ...]
) -> Iterator[tuple[str, str]]:
    items = dict(value[1])  # type: ignore[call-overload]
    for key, symbol in items.items():
        is_secret = isinstance(key, str) and (
            key.lower() in _HEADERS or secrets.secret_kind(key) in ("password", "key", "secret")
        )
        given = file.world.value(symbol)
        if is_secret and not (given is not None and given[0] in ("k", "n")):
            yield file.code(node), f"a secret under {key!r}"
            return


def _of_settings(file: File, node: cst.CSTNode, cls: str) -> Iterator[tuple[str, str]]:
    """Yield a settings model, or another record, that shows the secret in one of its fields when
    it is printed."""
    summary = file.world.cls(cls)
    if summary is None or {"__repr__", "__str__"} & set(summary.members):
        return
    is_settings = file.world.fact(Settings, cls) is not None
    if not is_settings and not _shows_fields(file, cls, summary):
        return
    for name, symbol in summary.members.items():
        kind = secrets.secret_kind(name)
        field = file.world.value(symbol)
        if kind is None or _is_hidden(symbol):
            continue
        if is_settings:
            shown = field is None or field[1] not in _PLAIN_TYPES
        else:
            shown = field is not None and field[1] in _TEXTS and kind in ("password", "secret")
        if shown:
            yield file.code(node), f"the field `{name}`"
            return


def _shows_fields(file: File, cls: str, summary: ClassSummary) -> bool:
    """Whether an instance of a class, printed, shows its fields."""
    if file.world.fact(ShowsFields, cls) is not None:
        return True
    for decorator in summary.decorators:
        name = file.world.target(decorator)
        fact = file.world.fact(ShowsFields, name) if name is not None else None
        if fact is not None and not _is_hidden(decorator):
            return True
    return False


def _is_hidden(symbol: object) -> bool:
    """Whether a field, or a class, is defined with `repr=False`."""
    if not isinstance(symbol, tuple):
        return False
    return symbol == ("repr", ("k", False)) or any(map(_is_hidden, symbol))
