"""Work that may fail unnoticed: letting go of things, leaving records, looking, trying again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeGuard

import libcst as cst

from surefoot.facts.kinds import Blocking, RemovesPath
from surefoot.semantics.file import File
from surefoot.semantics.handlers import (
    Response,
    body_of,
    inside,
    last_name,
    response_to_call,
    words,
)
from surefoot.semantics.literals import is_blank
from surefoot.semantics.summary import At
from surefoot.syntax.tree import dotted

_LETS_GO = re.compile(
    r"_*(force_|safe_|do_|on_)?((a?close|shut_?down|disconnect|terminate|dispose|clean_?up|tear_?down)(_.*|_*)"
    r"|a?stop|kill|killpg|quit|unlink|rmtree|rollback|join|detach|wait_closed|__a?exit__|unlock|"
    r"logout|release|cancel|reset|uninstall|connection_lost|remove_?handler|remove_(reader|writer|signal_handler)|(kill|unregister|deregister|unsubscribe)_.*|unregister|deregister|unsubscribe)"
)
_LETS_GO_OF_ITSELF = frozenset({"release", "cancel", "reset", "stop"})
_TAKES_AWAY = re.compile(
    r"_*(delete|remove|discard|clear|reset|purge|unsubscribe|unregister|deregister|drain|wait|exit|"
    r"send_signal|pop|drop|destroy|untrack|revoke|release|cancel|stop|close|end|finish|communicate|"
    r"kill|set_result|write_eof|abort)(_.*|_*)"
)
_LENIENT_NAME = re.compile(
    r"_*(is|has|have|can|supports?|try|maybe|safe|safely)_.*|.*(_safe|_safely|_or_none|_or_default|"
    r"_or_empty|_best_effort)"
)
_LENIENT_METHODS = frozenset({"__del__", "__repr__", "__str__"})
_LOOKUPS = words(
    """
    builtins.getattr builtins.setattr builtins.hasattr builtins.isinstance builtins.issubclass
    builtins.len builtins.str builtins.repr builtins.type builtins.vars builtins.dir builtins.bool
    builtins.list builtins.tuple builtins.dict builtins.set builtins.sorted builtins.min
    builtins.max builtins.callable builtins.id builtins.any builtins.all
    os.getcwd os.fstat os.path.abspath os.path.realpath inspect.getmodule operator.itemgetter
    """
)
_LOOKUP_METHODS = words(
    """
    get setdefault decode encode strip lstrip rstrip split rsplit partition rpartition lower upper
    startswith endswith replace format join keys values items index find copy pop tell
    """
)
_CONVERSIONS = words(
    """
    builtins.int builtins.float builtins.complex builtins.bytes builtins.ord builtins.chr
    builtins.hex builtins.round json.loads json.dumps ast.literal_eval
    base64.b64decode base64.urlsafe_b64decode base64.b64encode base64.urlsafe_b64encode
    base64.decodebytes binascii.hexlify binascii.unhexlify
    uuid.UUID decimal.Decimal datetime.datetime
    datetime.datetime.fromisoformat datetime.datetime.strptime datetime.datetime.fromtimestamp
    datetime.date.fromisoformat time.strptime urllib.parse.urlparse urllib.parse.urlsplit
    urllib.parse.unquote urllib.parse.quote os.path.basename os.path.dirname os.path.join
    os.path.splitext os.path.normpath zoneinfo.ZoneInfo ast.parse
    ipaddress.ip_address ipaddress.ip_network inspect.getsource
    inspect.signature inspect.getfile inspect.getsourcefile typing.get_type_hints re.compile
    re.search re.match re.fullmatch re.findall re.sub struct.unpack dateutil.parser.parse
    """
)
_SURROUNDINGS = words(
    """
    getpass.getuser os.cpu_count os.environ.get os.getenv os.getlogin os.getpid os.getppid
    os.getuid os.uname platform.architecture platform.machine platform.node platform.platform
    platform.processor platform.python_version platform.release platform.system platform.uname
    platform.version pwd.getpwuid pwd.getpwnam grp.getgrgid grp.getgrnam
    socket.getfqdn socket.gethostname sys.getfilesystemencoding fcntl.ioctl struct.pack
    os.get_terminal_size shutil.get_terminal_size
    uuid.getnode dis.findlinestarts importlib.metadata.distribution importlib.metadata.metadata
    importlib.metadata.version importlib_metadata.version pkg_resources.get_distribution
    """
)
_CONVERTING_METHODS = words(
    """
    json loads dumps group groups timestamp isoformat fromisoformat strptime strftime
    total_seconds validate_python validate_json model_validate model_validate_json model_dump
    parse_obj parse_raw astimezone
    """
)
_CONVERTER = re.compile(
    r"_*(parse|unescape|decode|unquote|b64decode|deserialize)(_\w+)?"
    r"|_*extract_(?!all|archive|file|tar|to|zip)\w+|datetime|date|timedelta|Decimal|UUID|Version"
    r"|_*to_(str|string|text|bytes|int|float|number|decimal|bool|dict|list|json|datetime|python)"
)
"""What is called thus makes one value of another, whoever has written it."""

_REMOTE = re.compile(r"(?i)(.*_)?(client|session|api|https?|requests|conn|connection|redis|s3)")
_ADDS = words("add append appendleft discard extend insert update")
_CONTAINERS = words(
    "builtins.dict builtins.list builtins.set collections.defaultdict collections.deque"
)
_TELEMETRY = re.compile(
    r"(?i)(.*[_.\W])?(telemetry|tracing|tracer|spans?|otel|opentelemetry|analytics|metrics?|statsd|"
    r"measurements?|observability)([_.\W].*)?"
)
_TERMINAL = frozenset({"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"})
_MAKES_LOGGER = frozenset({"logging.getLogger", "structlog.get_logger", "structlog.getLogger"})
_DEFINITIONS = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


def is_leaving(file: File, node: cst.CSTNode) -> bool:
    """Whether a statement runs when something ends: in `finally`, in a method that closes."""
    function = file.function(node)
    if function is not None and _LETS_GO.fullmatch(function.name.value):
        return True
    return At.TEARDOWN in file.at(node) or "shutdown" in file.role(node)


def only_lets_go(file: File, node: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether all that work, which stands at `node`, does is to let go of things."""
    if not all(_lets_go(file, item, True) for item in work):
        return False
    if not any(type(item) in (cst.Call, cst.Await) for item in inside(work)):
        return False
    if all(_lets_go(file, item, False) for item in work):
        return True
    return At.HANDLER in file.at(node) or is_leaving(file, node)


def _lets_go(file: File, item: cst.CSTNode, leaving: bool) -> bool:
    match item:
        case cst.Pass() | cst.Del() | cst.Expr(value=cst.BaseString()):
            return True
        case cst.Assign(value=value):
            return is_blank(value)
        case cst.Expr(value=value) | cst.Return(value=cst.BaseExpression() as value):
            return _expression_lets_go(file, value, leaving)
        case cst.If(body=body, orelse=None) | cst.For(body=body) | cst.With(body=body):
            return all(_lets_go(file, part, leaving) for part in body_of(body))
        case cst.If(body=body, orelse=cst.CSTNode() as rest):
            parts = [rest] if isinstance(rest, cst.If) else body_of(rest.body)
            return all(_lets_go(file, part, leaving) for part in (*body_of(body), *parts))
    return False


def _expression_lets_go(file: File, node: cst.CSTNode, leaving: bool) -> bool:
    if isinstance(node, cst.Await) and not is_call(node.expression):
        return leaving or _has_cancelled(file, node)
    while isinstance(node, cst.Await):
        node = node.expression
    if not is_call(node):
        return False
    if _is_record(file, node):
        return True
    call = file.call(node)
    if call.name is not None and call.fact(RemovesPath) is not None:
        return True
    if call.name in ("asyncio.wait_for", "asyncio.shield") and node.args:
        inner = node.args[0].value
        if not is_call(inner):
            return leaving or _has_cancelled(file, node)
        return _expression_lets_go(file, inner, leaving)
    if call.name in ("asyncio.gather", "asyncio.wait"):
        return leaving or _has_cancelled(file, node)
    name = last_name(node.func)
    if _LETS_GO.fullmatch(name):
        return leaving or not node.args or name not in _LETS_GO_OF_ITSELF
    if name in ("result", "exception") and not node.args and isinstance(node.func, cst.Attribute):
        return leaving or _is_parameter(file, node.func.value)
    return leaving and _TAKES_AWAY.fullmatch(name) is not None


def _has_cancelled(file: File, node: cst.CSTNode) -> bool:
    """Whether the function has cancelled something before."""
    function = file.function(node)
    return function is not None and any(
        is_call(item)
        and isinstance(item.func, cst.Attribute)
        and item.func.attr.value == "cancel"
        and file.tree.place(item) < file.tree.place(node)
        for item in inside([function.body])
    )


def _is_parameter(file: File, node: cst.CSTNode) -> bool:
    """Whether an expression is a parameter: the future a callback is called with."""
    if not isinstance(node, cst.Name):
        return False
    scope = file.scope(node).find(node.value)
    return scope is not None and any(
        binding.kind == "param" for binding in scope.bindings[node.value]
    )


def only_records(file: File, work: Sequence[cst.CSTNode]) -> bool:
    """Whether all that work does is to leave records for people: where would a failure of
    that be recorded?"""
    return all(_records(file, item) for item in work) and any(
        _is_record(file, item) for item in inside(work)
    )


def _records(file: File, item: cst.CSTNode) -> bool:
    match item:
        case cst.Expr(value=value):
            return _is_record(file, value)
        case cst.Return(value=value):
            return value is None
        case cst.Assign(value=value) | cst.AnnAssign(value=cst.BaseExpression() as value):
            return all(
                file.call(call).name in _MAKES_LOGGER | _LOOKUPS
                for call in inside([value])
                if is_call(call)
            )
        case cst.Import() | cst.ImportFrom() | cst.Pass():
            return True
        case cst.If(body=body, orelse=rest):
            parts = [] if rest is None else [rest] if isinstance(rest, cst.If) else [rest.body]
            return all(_records(file, part) for part in (*body_of(body), *_flat(parts)))
    return False


def _flat(parts: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
    return [
        item
        for part in parts
        for item in (body_of(part) if isinstance(part, cst.BaseSuite) else [part])
    ]


def _is_record(file: File, node: cst.CSTNode) -> bool:
    return is_call(node) and (
        Response.REPORTS in response_to_call(file, node) or _writes_to_terminal(file, node)
    )


def _writes_to_terminal(file: File, node: cst.Call) -> bool:
    match node:
        case cst.Call(func=cst.Name(value="print"), args=args):
            return not any(arg.keyword is not None and arg.keyword.value == "file" for arg in args)
        case cst.Call(func=cst.Attribute(value=stream, attr=cst.Name(value="write" | "flush"))):
            return dotted(stream) in _TERMINAL or (
                dotted(stream) == "os" and bool(node.args) and _is_terminal(node.args[0].value)
            )
    return False


def _is_terminal(node: cst.BaseExpression) -> bool:
    """Whether an expression is the number of the standard output or error."""
    match node:
        case cst.Integer(value="1" | "2"):
            return True
        case cst.Call(func=cst.Attribute(value=stream, attr=cst.Name(value="fileno"))):
            return dotted(stream) in _TERMINAL
    return False


def only_looks(file: File, work: Sequence[cst.CSTNode]) -> bool:
    """Whether work only looks at values at hand: attributes, items, text."""
    return _only_calls(file, work, _LOOKUPS, _LOOKUP_METHODS)


def only_converts(file: File, work: Sequence[cst.CSTNode]) -> bool:
    """Whether work only reads values out of others, or out of the machine it runs on: parses,
    validates, computes."""
    functions = _LOOKUPS | _CONVERSIONS | _SURROUNDINGS
    methods = _LOOKUP_METHODS | _CONVERTING_METHODS
    return _only_calls(file, work, functions, methods, of_name=_CONVERTER, may_import=True)


def _only_calls(
    file: File,
    work: Sequence[cst.CSTNode],
    functions: frozenset[str],
    methods: frozenset[str],
    of_name: re.Pattern[str] | None = None,
    may_import: bool = False,
) -> bool:
    for item in inside(work):
        match item:
            case cst.Call(func=func):
                call = file.call(item)
                if call.name in functions:
                    continue
                if call.name is not None and call.fact(Blocking) is not None:
                    return False
                if of_name is not None and of_name.fullmatch(last_name(func)):
                    continue
                if not isinstance(func, cst.Attribute):
                    return False
                method = func.attr.value
                if method in methods and not _may_ask_others(item, func):
                    continue
                if method not in _ADDS or not _is_container(file, func.value):
                    return False
            case cst.Yield() | cst.While() | cst.With():
                return False
            case cst.Import() | cst.ImportFrom() if not may_import:
                return False
            case cst.FunctionDef():
                return False
    return True


def _may_ask_others(node: cst.Call, func: cst.Attribute) -> bool:
    """Whether `get` is, by the names, more than looking up a key: a client is asked."""
    if func.attr.value not in ("get", "find") or not _REMOTE.fullmatch(last_name(func.value)):
        return False
    key = node.args[0].value if node.args else None
    return not (isinstance(key, cst.SimpleString) and "/" not in key.value)


def _is_container(file: File, node: cst.CSTNode) -> bool:
    value = file.value(node)
    return value is not None and (
        value[0] in ("l", "d", "t") or (value[0] == "i" and value[1] in _CONTAINERS)
    )


def only_imports(work: Sequence[cst.CSTNode]) -> bool:
    """Whether work is nothing but imports and what is made known of them."""
    kinds = (cst.Import, cst.ImportFrom, cst.Assign, cst.Pass)
    return any(isinstance(item, kinds[:2]) for item in work) and all(
        isinstance(item, kinds) for item in work
    )


def marks_success(work: Sequence[cst.CSTNode]) -> bool:
    """Whether work sets a flag once something is done, so that failure shows by its absence."""
    for item in work if len(work) == 1 else work[1:]:
        match item:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name())],
                value=cst.Name(value="True" | "False") | cst.Integer(),
            ):
                return True
    return False


def is_retried(file: File, statement: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether a loop around `statement` runs the very same work until it does not fail.

    It is taken for granted that the work ends the loop when it does not fail.
    """
    for parent in file.ancestors(statement):
        if isinstance(parent, _DEFINITIONS):
            return False
        if isinstance(parent, cst.While):
            return True
        if isinstance(parent, cst.For):
            turn = {item.value for item in inside([parent.target]) if isinstance(item, cst.Name)}
            return not any(
                isinstance(item, cst.Name) and item.value in turn for item in inside(work)
            )
    return False


def is_lenient(file: File, node: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether the function says by its name that it does not fail, or all it calls does."""
    function = file.function(node)
    if function is not None:
        name = function.name.value
        if name in _LENIENT_METHODS or _LENIENT_NAME.fullmatch(name):
            return True
    calls = [item for item in inside(work) if is_call(item)]
    return bool(calls) and all(
        last_name(item.func).startswith(("try_", "_try_"))
        or (file.call(item).name or "").startswith("webbrowser.open")
        for item in calls
    )


def is_telemetry(file: File, node: cst.CSTNode, work: Sequence[cst.CSTNode]) -> bool:
    """Whether work, by the names around it, is measuring that must not do harm."""
    function = file.function(node)
    names = [file.path.removesuffix(".py").replace("/", ".")]
    if function is not None:
        names.append(function.name.value)
    names.extend(file.code(item.func) for item in inside(work) if is_call(item))
    return any(_TELEMETRY.fullmatch(name) for name in names)


def is_call(node: cst.CSTNode) -> TypeGuard[cst.Call]:
    """Whether a node is a call."""
    return node.__class__ is cst.Call
