"""Loops that ask again and again whether something has come about, and what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import libcst as cst

from surefoot.facts.kinds import Blocking, Offload
from surefoot.semantics.file import File
from surefoot.semantics.handlers import body_of, inside, last_name
from surefoot.semantics.loop_shape import is_unconditional
from surefoot.semantics.summary import At

_BOUNDS = re.compile(
    r"(?i).*(deadline|end_?time|end_at|give_?up|time_?out|expir|elapsed|remaining|budget|stop|running|shut_?down|clos|cancel"
    r"|quit|exit|abort|interrupt|kill|terminat|alive|active|enabled|connected|attempt|retr|tries"
    r"|count|times|iterations|polls|max|limit|until|started_at|start_time|now|monotonic|perf_counter"
    r"|clock|waited|duration|is_set|disposed|destroyed|enough|progress|keep_?going).*"
)
"""Names that, in a loop, tell of an end that does not depend on what is asked."""
_STATES = re.compile(
    r"(?i).*(stop|running|shut_?down|clos|cancel|quit|exit|abort|interrupt|kill|terminat|alive"
    r"|active|enabled|connected|disposed|destroyed|enough|progress|keep_?going).*"
)
"""Those of them that are no end of their own where they are part of the answer."""
_LIMITS = re.compile(r"(?i).*(deadline|time_?out|attempt|retr|tries|polls|max|limit|stop_?at).*")
"""Those of them that are limits where they are constants; others are states."""
_SERVES = re.compile(
    r"(?i)(.*_)?(run|serve|main|worker|loop|watch|watcher|follow|monitor|listen|tail|consume|forever"
    r"|daemon|heartbeat|schedule|scheduler|stream|keep_?alive|supervise|background|monitoring)(_.*)?"
)
"""Functions that are meant to go on."""
_ENDS = re.compile(r"(?i)(.*_)?(run|main|watch|follow|monitor)(_.*)?")
"""Those of them that end, if they look for a state by its name."""
_PAUSES = re.compile(r"(?i)_*(async_?)?(sleep|pause|delay|nap|back_?off)(_.*)?")
_TRIES = re.compile(r"(?i)_*(async_)?(re)?(connect|open|login|register|subscribe|start)(_.*)?")
"""Calls that are tried, not asked."""
_LOCAL = re.compile(
    r"(asyncio|threading|queue|multiprocessing|concurrent|collections|subprocess|builtins|os|posix"
    r"|signal|select|selectors|shutil|pathlib|sys|random|gc|weakref|re|math|inspect|time)\..*"
)
"""Calls that ask nobody outside the process, or a child of it."""
_IN_PROCESS = frozenset(
    {"alive", "appendleft", "busy", "done", "empty", "full", "get", "get_nowait", "has_pending"}
    | {"idle", "is_alive", "is_empty", "is_set", "isEmpty", "items", "join", "keys", "len", "lower"}
    | {"locked", "poll", "pop", "popleft", "put", "qsize", "read", "readline", "recv", "strip"}
    | {"upper", "values", "is_running", "is_closed", "getattr", "isinstance", "str", "int"}
    | {"issubset", "issuperset", "isdisjoint", "startswith", "endswith", "exists", "is_file"}
)
_REFRESHES = re.compile(
    r"(?i)_*(re)?(fresh|load|update|poll|fetch|sync|check|get|describe|query).*"
)
"""Methods that ask anew, and change what is looked at."""
_OWN_REFRESHES = re.compile(r"(?i)_*(re)?(fresh|load|update|poll|fetch|sync|describe|query).*")
"""Those that say so of an object's own state too."""
_SENDS = re.compile(r"(?i)_*(send|post|publish|upload|push|ship|forward)(_.*)?")
_SAYS = re.compile(
    r"(?i).*(debug|info|warn|error|exception|critical|log|print|echo|write|flush"
    r"|raise_for_status|raise_on_error).*"
)
_CLOCKS = frozenset({"time", "monotonic", "perf_counter", "now", "utcnow"})
_SHORTEST = 0.2
"""Who sleeps for fewer seconds looks at something of its own process."""
_SLEEPS = frozenset({"asyncio.sleep", "anyio.sleep", "trio.sleep", "tornado.gen.sleep"})


class PollLoop:
    """A `while` loop that sleeps between two looks at something outside the process."""

    def __init__(self, file: File, node: cst.While) -> None:
        self.file = file
        self.node = node

    @cached_property
    def sleep(self) -> cst.Call | None:
        """The call that sleeps, on the way that looks again."""
        for statement in _unguarded(self.node.body):
            for item in inside([statement]):
                if isinstance(item, cst.Call) and self._sleeps(item):
                    return item
        return None

    def _sleeps(self, node: cst.Call) -> bool:
        if _PAUSES.fullmatch(last_name(node.func)) is None:
            return False
        call = self.file.call(node)
        fact = call.fact(Blocking)
        own = call.name is None or not self.file.facts.covers(call.name)
        if not own and call.name not in _SLEEPS and (fact is None or fact.what != "sleep"):
            return False
        seconds = self.file.constant(node.args[0].value) if node.args else None
        known = seconds[0] if seconds is not None else None
        return not isinstance(known, (int, float)) or known >= _SHORTEST

    @cached_property
    def conditions(self) -> list[cst.BaseExpression]:
        """What decides whether the loop ends: its own test, or those of its ways out."""
        if not is_unconditional(self.node):
            return [self.node.test]
        found: list[cst.BaseExpression] = []
        for item in inside(_unguarded(self.node.body)):
            if isinstance(item, cst.If) and any(
                isinstance(leaf, (cst.Return, cst.Break)) for leaf in inside([item.body])
            ):
                found.append(item.test)
        return found

    @cached_property
    def asked(self) -> cst.Call | None:
        """The call whose answer decides, where it asks outside the process."""
        for condition in self.conditions:
            for item in inside([condition]):
                if isinstance(item, cst.Call) and self._asks(item):
                    return item
                if isinstance(item, cst.Name):
                    source = self._source(item.value)
                    if source is not None:
                        return source
                if isinstance(item, cst.Attribute):
                    source = self._refresh(item.value)
                    if source is not None:
                        return source
        return None

    def _refresh(self, owner: cst.BaseExpression) -> cst.Call | None:
        """The call in the loop that asks anew for the state of an object."""
        own = isinstance(owner, cst.Name) and owner.value == "self"
        words = _OWN_REFRESHES if own else _REFRESHES
        for item in inside([self.node.body]):
            match item:
                case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=name))) if (
                    words.fullmatch(name) and value.deep_equals(owner) and self._asks(item)
                ):
                    return item
        return None

    def _source(self, name: str, deeper: bool = True) -> cst.Call | None:
        """The call in the loop from which a name gets its value."""
        for item in inside([self.node.test, self.node.body]):
            match item:
                case cst.NamedExpr(target=cst.Name(value=target), value=value) if target == name:
                    pass
                case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value) if (
                    name in _names(target)
                ):
                    pass
                case _:
                    continue
            parts = list(inside([value]))
            for part in parts if deeper else ():
                if isinstance(part, cst.Name) and part.value != name:
                    found = self._source(part.value, deeper=False)
                    if found is not None:
                        return found
            for part in parts:
                if isinstance(part, cst.Call) and self._asks(part):
                    return part
        return None

    def _is_answer(self, node: cst.CSTNode) -> bool:
        """Whether an expression is, or is part of, what is asked for in the loop."""
        while isinstance(node, (cst.Attribute, cst.Subscript)):
            if self._refresh(node.value) is not None:
                return True
            node = node.value
        return isinstance(node, cst.Name) and self._source(node.value) is not None

    def _asks(self, node: cst.Call) -> bool:
        call = self.file.call(node)
        fact = call.fact(Blocking)
        if fact is not None and fact.what in ("network", "database"):
            return True
        offload = call.fact(Offload)
        if offload is not None and len(node.args) > offload.position:
            name = self.file.name(node.args[offload.position].value)
            return name is None or _LOCAL.fullmatch(name) is None
        last = last_name(node.func)
        if last in _IN_PROCESS or last[:1].isupper() or _TRIES.fullmatch(last):
            return False
        name = self.file.name(node.func)
        return name is None or _LOCAL.fullmatch(name) is None

    @cached_property
    def asks_itself(self) -> bool:
        """Whether, as far as can be seen, the answer comes from this process: a coroutine that
        asks without waiting, or a method that looks at nothing but its own object."""
        if self.asked is None:
            return False
        fact = self.file.call(self.asked).fact(Blocking)
        if fact is not None and fact.what in ("network", "database"):
            return False
        if isinstance(self.file.parent(self.asked), cst.Await):
            return False
        if self.file.in_async(self.node):
            return True
        name = self.file.name(self.asked.func)
        summary = self.file.world.function(name) if name is not None else None
        body = self.file.tree.nodes[summary.place] if summary is not None else None
        return isinstance(body, cst.FunctionDef) and not any(
            isinstance(item, cst.Call) and self._asks(item) for item in inside([body.body])
        )

    @property
    def is_paced(self) -> bool:
        """Whether the answer itself says how long to wait: the peer wants to be asked again."""
        return (
            self.sleep is not None
            and bool(self.sleep.args)
            and isinstance(self.sleep.args[0].value, (cst.Attribute, cst.Subscript))
            and self._is_answer(self.sleep.args[0].value)
        )

    @cached_property
    def works(self) -> bool:
        """Whether each round does something else than look, sleep and tell of it."""
        asks_first = self.asked is not None and self.asked in set(inside([self.node.test]))
        return any(
            (isinstance(item, cst.Expr) and self._does(item.value))
            or (asks_first and isinstance(item, cst.Call) and self._asks(item) and self._does(item))
            for item in inside([self.node.body])
        )

    def _does(self, value: cst.BaseExpression) -> bool:
        inner = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(inner, cst.Call):
            return not isinstance(inner, (cst.SimpleString, cst.ConcatenatedString, cst.Ellipsis))
        name = last_name(inner.func)
        if _SENDS.fullmatch(name) is not None:
            return True
        return not self._sleeps(inner) and not (_REFRESHES.fullmatch(name) or _SAYS.fullmatch(name))

    @cached_property
    def is_bounded(self) -> bool:
        """Whether something other than the answer may end the loop."""
        at = self.file.at(self.node)
        if At.DEADLINE in at:
            return True
        function = self.file.function(self.node)
        if function is None:
            return True
        name = function.name.value
        if _SERVES.fullmatch(name) and not (_ENDS.fullmatch(name) and self._names_states):
            return True
        return any(self._bounds(item) for item in inside([self.node.test, self.node.body]))

    @cached_property
    def _names_states(self) -> bool:
        """Whether what ends the loop compares an answer with texts."""
        for condition in self.conditions:
            for item in inside([condition]):
                if isinstance(item, cst.Comparison) and any(
                    isinstance(part, cst.SimpleString)
                    for target in item.comparisons
                    for part in inside([target.comparator])
                ):
                    return True
        return False

    def _bounds(self, item: cst.CSTNode) -> bool:
        match item:
            case cst.Comparison():
                return any(
                    isinstance(part, cst.Call) and last_name(part.func) in _CLOCKS
                    for part in inside([item])
                )
            case cst.AugAssign() | cst.Yield() | cst.With():
                return not isinstance(item, cst.With) or any(
                    "timeout" in self.file.code(each.item)
                    or "deadline" in self.file.code(each.item)
                    for each in item.items
                )
            case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
                words = _LIMITS if name.isupper() else _BOUNDS
                if words.fullmatch(name) is None or self._only_sleeps_by(item):
                    return False
                parent = self.file.parent(item)
                if isinstance(parent, cst.Arg) and parent.keyword is item:
                    return False
                if isinstance(parent, cst.Attribute) and parent.attr is item:
                    return False  # the attribute itself comes by
                return _STATES.fullmatch(name) is None or not self._is_answer(item)
        return False

    def _only_sleeps_by(self, item: cst.CSTNode) -> bool:
        """Whether a name stands in the argument of the sleep, or a text for the log."""
        return self.sleep is not None and any(item is part for part in inside([self.sleep]))


def _names(target: cst.CSTNode) -> set[str]:
    """The names that an assignment to a target binds."""
    return {item.value for item in inside([target]) if isinstance(item, cst.Name)}


def _unguarded(body: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """The statements of a loop that run where nothing fails."""
    for statement in body_of(body):
        if isinstance(statement, cst.Try):
            yield from body_of(statement.body)
            if statement.orelse is not None:
                yield from body_of(statement.orelse.body)
        else:
            yield statement
