"""What one file tells the linker about doing the same thing twice: what asks, what is guarded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside, last_name
from surefoot.semantics.loop_shape import assigned_names

KEY = re.compile(
    r"(?i)(x[-_])?idempoten(cy|ce|t)([-_]?(key|token|id))?|client_?(request_?)?token|"
    r"(message_?)?dedup(e|lication)?_?(id|key)|paypal-request-id|if(-none)?-match"
)
"""Keywords and headers that let the other side recognise a repeated request."""

_MENTION = re.compile(r"(?i)(?<!non)(?<!non-)(?<!not )idempoten")
_SENDS = re.compile(r"(?i)post|patch|urlopen|.*request.*|_?call|_?send")
_CONNECTS = re.compile(
    r"(?i)(^|[^a-z])(re)?(connect|connection|login|open|session|client|socket)(?![a-z])"
)
_ASIDE = frozenset({"auth", "cookies", "headers", "proxies", "timeout", "verify", "cert"})
_READS = re.compile(
    r"(?i)(^|[^a-z])(m?search|quer(y|ies)|graph ?ql|gql|sparql|sql|tokens?|"
    r"oauth2?|o?auth|authenticate|login|log ?in|sign ?in|introspect|count|look ?up|find|lists?|"
    r"fetch|read|get|retrieve|select|scroll|download|validat\w*|verif\w*|checks?|poll|"
    r"embed\w*|completions?|complete|chat|generat\w*|predict\w*|rerank\w*|rank|infer\w*|llms?|"
    r"prompts?|messages|translat\w*|transcri\w*|tokeni[sz]e\w*|classif\w*|scor\w*|summari\w*|"
    r"detect\w*|analy\w*|extract\w*|recogni\w*|pars\w*|convert\w*|render\w*|preview|estimat\w*|"
    r"calculat\w*|evaluat\w*|match|resolve|suggest\w*|scrape|crawl|ping|health|heartbeat|"
    r"metrics?|telemetry|statistics|stats|models?|inputs?|grant ?type|jsonrpc|rpc|ask|load\w*|"
    r"vectors?|similar\w*|retriev\w*|agents?|openai|anthropic|ollama|filters?)(?![a-z])"
)
_WRITES = re.compile(
    r"(?i)(^|[^a-z])(mutation|creat\w*|send\w*|submit|charge|pay|payment|publish|notif\w*|insert|"
    r"place|order|book|transfer|refund|upload|trigger|enqueue|emit|deliver|alert)(?![a-z])"
)
_NAMED_READING = re.compile(
    r"(?i)(^|[^a-z])(m?search\w*|quer(y|ies)|graph ?ql|gql|sparql|sql|tokens?|oauth2?|auth|"
    r"authenticate|login|introspect|count|look ?up|find|lists?|fetch\w*|read\w*|get|retriev\w*|"
    r"select|scroll|download\w*|validat\w*|verif\w*|checks?(?! ?out)|poll|embed\w*|"
    r"completions?|complete|chat|generat\w*|predict\w*|rerank\w*|infer\w*|llms?|prompts?|"
    r"translat\w*|transcri\w*|tokeni[sz]e\w*|classif\w*|scor\w*|summari\w*|detect\w*|"
    r"analy\w*|extract\w*|recogni\w*|pars\w*|render\w*|preview|estimat\w*|calculat\w*|evaluat\w*|suggest\w*|scrape\w*|"
    r"crawl\w*|ping|health\w*|heartbeat|ask|load\w*|describe|export\w*|telemetry|metrics?)(?![a-z])"
)
_STATE = re.compile(
    r"(?i)(^|[^a-z])(already|sent|done|status|state|notified|processed|completed?|finished|paid|"
    r"charged|delivered|published|handled|seen|exists|acquired?|lock|dedup\w*|\w+_at)(?![a-z])"
)


def spaced(name: str) -> str:
    """Return a name of code with its words apart."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").replace(".", " ")


def reads_by_name(name: str) -> bool:
    """Whether a function, by its name or that of its class, only asks for something."""
    words = spaced(name)
    return _NAMED_READING.search(words) is not None and _WRITES.search(words) is None


def asks(file: File, call: cst.Call) -> bool:
    """Whether a POST, by its address and body, asks for something and changes nothing."""
    if _SENDS.fullmatch(last_name(call.func)) is None:
        return False
    texts = " ".join(_texts(file, call))
    return _READS.search(spaced(texts)) is not None and "mutation" not in texts


def _texts(file: File, call: cst.Call) -> Iterator[str]:
    """The source of the address and the body, with that of the variables in them."""
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value in _ASIDE:
            continue
        yield file.code(argument.value)
        for item in inside([argument.value]):
            if isinstance(item, cst.Name):
                owner = file.scope(item).find(item.value)
                for binding in owner.bindings[item.value] if owner is not None else ():
                    if binding.kind == "assign" and isinstance(binding.value, cst.CSTNode):
                        yield file.code(binding.value)
            elif isinstance(item, cst.Attribute):
                constant = file.constant(item)
                if constant is not None:
                    yield str(constant[0])


def renewed(loop: cst.For | cst.While) -> set[str]:
    """Return the variables that a loop connects or opens anew each time."""
    found: set[str] = set()
    for item in inside([loop.body]):
        if type(item) is cst.Assign and type(item.value) in (cst.Call, cst.Await):
            names = assigned_names(item.targets)
            if _CONNECTS.search(spaced(" ".join([last_name(item.value), *names]))):
                found |= names
    return found


def _speaks_of_idempotency(file: File, _: cst.Module) -> bool:
    return "dempoten" in file.text


def is_guarded(file: File, function: cst.FunctionDef) -> bool:
    """Whether a function speaks of idempotency, or returns early where its work is done."""
    if file.once(_speaks_of_idempotency, file.tree.module):
        first, last = file.extent(function)
        if any(_MENTION.search(file.line(number)) for number in range(first, last + 1)):
            return True
    for statement in body_of(function.body):
        if statement.__class__ is cst.If:
            end = body_of(statement.body)[-1:]
            ends = bool(end) and isinstance(end[0], (cst.Return, cst.Raise))
            if ends and _STATE.search(spaced(file.code(statement.test))):
                return True
    return False
