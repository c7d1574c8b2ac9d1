"""Programs that are run, and what is done with their exit status and their output."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import libcst as cst

from surefoot.facts.kinds import Destroys, Fact, MayFail, ReadsConfiguration, RunsCommand
from surefoot.semantics.call import Arguments, Call
from surefoot.semantics.environment import ENVIRON
from surefoot.semantics.file import File
from surefoot.semantics.handlers import last_name
from surefoot.semantics.summary import Symbol
from surefoot.semantics.texts import FILLED, written
from surefoot.semantics.world import World

_BEFORE = frozenset({"sudo", "env", "nohup", "nice", "time", "exec", "command"})
_ASSIGNS = re.compile(r"\w+=.*")
_TEXT_METHODS = frozenset(
    {"casefold", "decode", "lower", "lstrip", "rstrip", "split", "splitlines", "strip", "upper"}
)
_LOOKS_UP = frozenset({"find_executable", "which"})
_FILLED_IN = re.compile(rf"{FILLED}|\{{\w*\}}|%[sdr(]")
_DEEPEST = 8


class Command(NamedTuple):
    """The literal words of a command, None for those not known; `is_text`: it was one text."""

    words: tuple[str | None, ...]
    is_text: bool = False

    @property
    def program(self) -> str | None:
        """The name of the program, without its path."""
        words = self._own
        if not words or words[0] is None:
            return None
        return re.split(r"[/\\]", words[0])[-1].removesuffix(".exe")

    @property
    def is_known(self) -> bool:
        """Whether anything stands there that tells what is run."""
        return any(self.words)

    @property
    def _own(self) -> tuple[str | None, ...]:
        """The words from the program on."""
        words = self.words
        if self.is_text and words[:1] == ("cd",) and "&&" in words:
            words = words[words.index("&&") + 1 :]
        while len(words) > 1 and words[0] is not None:
            if words[0] not in _BEFORE and not _ASSIGNS.fullmatch(words[0]):
                break
            words = words[1:]
            while len(words) > 1 and (words[0] or "").startswith("-"):
                words = words[1:]
        return words

    @property
    def rest(self) -> tuple[str | None, ...]:
        """The words after the program."""
        return self._own[1:]

    def fact(self, world: World, kind: type[Fact]) -> Any:
        """Return a fact about the program, or None."""
        name = self.program
        if name is None or not re.fullmatch(r"[\w.+-]+", name):
            return None
        plain = re.sub(r"\W", "_", re.sub(r"[\d.]+$", "", name))
        return world.facts.get(kind, f"command_line.{plain}")


_UNKNOWN = Command((None,))


def destroys(world: World, command: Command) -> str | None:
    """Say what a command that destroys is: `kubectl delete`; None for others."""
    fact = command.fact(world, Destroys)
    words = [word for word in command.rest if word is not None]
    if fact is None or _among(words, fact.simulated_by) is not None:
        return None
    if not fact.words:
        return command.program
    found = _among(words, fact.words)
    return f"{command.program} {found}" if found is not None else None


def _among(words: list[str], patterns: tuple[str, ...]) -> str | None:
    """Return the first word that one of the patterns fits."""
    fits = (word for word in words if any(fnmatchcase(word, pattern) for pattern in patterns))
    return next(fits, None)


def command_of(call: Call, fact: RunsCommand) -> Command | None:
    """Return the command a call runs, as far as its words are literals."""
    symbol = call.arguments.symbol(fact.parameter or (), fact.position)
    return _command(call.world, symbol) if isinstance(symbol, tuple) else None


def _command(world: World, symbol: Symbol) -> Command | None:
    value = world.value(symbol)
    if value is None:
        return None
    if value[0] == "k" and isinstance(value[1], str):
        return Command(tuple(value[1].split()), is_text=True)
    if value[0] == "t":
        words = [world.value(item) for item in value[1]]
        return Command(
            tuple(
                word[1] if word and word[0] == "k" and isinstance(word[1], str) else None
                for word in words
            )
        )
    return None


def command_text(file: File, node: cst.Call, fact: RunsCommand) -> Command | None:
    """Return the command a call runs; of a formatted text and of a list with more behind it the
    words that stand there."""
    call = file.call(node)
    known = command_of(call, fact)
    if known is not None and known.program is not None:
        return known
    for argument in node.args:
        if (argument.keyword is None and not argument.star) or (
            argument.keyword is not None and argument.keyword.value == fact.parameter
        ):
            return _written(file, argument.value) or known
    return known


def _written(file: File, node: cst.BaseExpression, depth: int = 0) -> Command | None:
    match node:
        case cst.FormattedString() | cst.SimpleString() | cst.ConcatenatedString():
            text = (written(node) or "").split()
            return Command(
                tuple(None if _FILLED_IN.search(word) else word for word in text), is_text=True
            )
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return Command(tuple(_word(file, element) for element in elements))
        case cst.BinaryOperation(left=left, operator=cst.Modulo()):
            return _written(file, left, depth)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
            first, second = _written(file, left, depth), _written(file, right, depth)
            if first is None and second is None:
                return None
            words = (first or _UNKNOWN).words + (second or _UNKNOWN).words
            return Command(words, (first or second or _UNKNOWN).is_text)
        case cst.Call(args=[cst.Arg(value=text)]) if file.name(node.func) == "shlex.split":
            return _written(file, text, depth)
        case cst.Call(
            func=cst.Attribute(
                value=text, attr=cst.Name("format" | "split" | "splitlines" | "strip")
            )
        ):
            return _written(file, text, depth)
        case cst.Name(value=name) if depth < 2:
            owner = file.scope(node).find(name)
            bindings = owner.bindings[name] if owner is not None else []
            if len(bindings) == 1 and isinstance(bindings[0].value, cst.BaseExpression):
                found = _written(file, bindings[0].value, depth + 1)
                return Command((*found.words, None), found.is_text) if found is not None else None
    return None


def _word(file: File, element: cst.BaseElement) -> str | None:
    if isinstance(element, cst.StarredElement):
        return None
    value = element.value
    constant = file.constant(value) or file.constant(_looked_up(file, value))
    if constant is None:
        return _variable(file, value)
    return constant[0] if isinstance(constant[0], str) else None


def _variable(file: File, node: cst.BaseExpression, depth: int = 0) -> str | None:
    """Return the variable of the environment that names the program, where it is a known one."""
    match node:
        case cst.Name() if depth < 1:
            owner = file.scope(node).find(node.value)
            bindings = owner.bindings[node.value] if owner is not None else []
            value = bindings[0].value if len(bindings) == 1 else None
            return _variable(file, value, 1) if isinstance(value, cst.BaseExpression) else None
        case cst.BooleanOperation(left=left):
            return _variable(file, left, depth)
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=key))]):
            name = file.constant(key) if file.value(node.value) == ENVIRON else None
        case cst.Call(args=[cst.Arg(value=key), *_]):
            name = file.constant(key) if file.fact(ReadsConfiguration, node) is not None else None
        case _:
            return None
    known = name is not None and Command((str(name[0]),)).fact(file.world, MayFail) is not None
    return str(name[0]) if name is not None and known else None


def _looked_up(file: File, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return the name of a program whose path an expression is: of `which("git")` that of git."""
    if isinstance(node, cst.Name):
        owner = file.scope(node).find(node.value)
        bindings = owner.bindings[node.value] if owner is not None else []
        value = bindings[0].value if len(bindings) == 1 else None
    else:
        value = node
    if isinstance(value, cst.Call) and value.args and last_name(value.func) in _LOOKS_UP:
        return value.args[0].value
    return None


class Output(NamedTuple):
    """The output of a command, or a part of it; `is_error`: what it wrote to its error stream."""

    call: Call
    command: Command
    is_error: bool


def output_of(file: File, node: cst.BaseExpression) -> Output | None:
    """Return the command whose output, cut into pieces or not, an expression is."""
    symbol = file.symbol(node)
    part = ""
    for _ in range(_DEEPEST):
        match symbol:
            case ("c", ("a", inner, method), _) if method in _TEXT_METHODS:
                symbol = inner
            case ("c", ("a", inner, "communicate" | "read" as method), _):
                symbol, part = inner, part or method
            case ("a", ("I", ("n" | "C", owner)), attribute):
                cls = file.world.cls(owner)
                symbol = cls.members.get(attribute) if cls is not None else None
                if symbol is not None and symbol[0] == "A":
                    symbol = symbol[2]
            case ("a", inner, attribute):
                symbol, part = inner, attribute
            case ("x", inner, key):
                if isinstance(inner, tuple) and inner[0] == "c" and isinstance(key, int):
                    part = f"item {key}"
                symbol = inner
            case ("w" | "e", inner):
                symbol = inner
            case ("c", callee, arguments):
                return _of_call(file, callee, arguments, part)
            case _:
                return None
    return None


def _of_call(file: File, callee: Symbol, arguments: tuple[Any, ...], part: str) -> Output | None:
    world = file.world
    name = world.target(callee)
    fact: RunsCommand | None = world.fact(RunsCommand, name) if name is not None else None
    if fact is None or (part or "result") not in fact.output:
        return None
    symbol = Arguments(arguments, world).symbol(fact.parameter or (), fact.position)
    command = _command(world, symbol) if isinstance(symbol, tuple) else None
    if command is None:
        return None
    call = Call(
        world=world,
        module=file.module_name,
        path=file.path,
        symbol=("c", callee, arguments),
        function="",
    )
    return Output(call, command, part == "stderr")
