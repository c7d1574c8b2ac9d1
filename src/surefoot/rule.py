"""The contract of a rule, and the checks a rule passes when it is defined."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import libcst as cst

from surefoot.facts.kinds import Fact
from surefoot.model import (
    NO_DEFAULTS,
    Confidence,
    Defaults,
    Finding,
    Fix,
    Located,
    Note,
    Severity,
    Step,
)
from surefoot.ruleset import RuleEntry

if TYPE_CHECKING:
    from surefoot.linking.project import Project
    from surefoot.semantics.call import Call
    from surefoot.semantics.file import File

_CODE = re.compile(r"SF\d{3,4}")


@dataclass(frozen=True)
class Bad:
    """Code in which the rule finds `count` mistakes; `fixed` is the code after its fixes, in
    a project that has set `defaults`.

    Several files stand in one text under lines `# file: name.py`; otherwise the code is
    the file `path`.
    """

    code: str
    fixed: str | None = None
    count: int = 1
    path: str = "service.py"
    defaults: Defaults = NO_DEFAULTS


@dataclass(frozen=True)
class Good:
    """Code in which the rule finds nothing, and the reason."""

    code: str
    because: str
    path: str = "service.py"


class Rule:
    """A check, made of LibCST visitor methods and the facts it needs.

    A subclass states `code`, `severity` and `examples`, and a docstring: the first
    sentence says what is wrong; the rest why it hurts and what to do. It finds mistakes
    in any of these, all optional:

    - `visit_<Node>(self, node)` for LibCST node classes, called for each such node;
    - `check_call(self, call, fact)`, called for each call that one of `facts` speaks
      about: in the file where the callee is known there, when the project is linked
      where it lies in another module;
    - `link(self, project)`, called once when all files are known.

    Rules keep no state: they ask `self.file`, and for their fixes `self.defaults`. What they
    find in tests is dropped unless `looks_at_tests`: a test that hangs or leaks takes no
    service down. `silenced_as` are names under which other linters report the same: their
    fixes take these out of the comments that silence those linters.
    """

    name: ClassVar[str]
    family: ClassVar[str]
    code: ClassVar[str]
    severity: ClassVar[Severity]
    confidence: ClassVar[Confidence] = Confidence.HIGH
    default: ClassVar[bool] = True
    facts: ClassVar[tuple[type[Fact], ...]] = ()
    needs_tree: ClassVar[bool] = False
    looks_at_tests: ClassVar[bool] = False
    silenced_as: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[Bad | Good, ...]]
    summary: ClassVar[str]
    description: ClassVar[str]

    file: File
    project: Project
    defaults: Defaults

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        cls.family = cls.__module__.split(".")[-2] if "." in cls.__module__ else ""
        _check_definition(cls)
        text = inspect.cleandoc(cls.__doc__ or "")
        first, _, rest = text.partition("\n\n")
        cls.summary = " ".join(first.split())
        cls.description = rest.strip()

    @classmethod
    def entry(cls) -> RuleEntry:
        """Return by what name and from where the rule can be imported."""
        return RuleEntry(cls.name, cls.__module__, cls.__qualname__)

    @classmethod
    def visitors(cls) -> dict[type[cst.CSTNode], str]:
        """Return the names of the visitor methods by the node class they visit."""
        return {
            getattr(cst, method.removeprefix("visit_")): method
            for method in dir(cls)
            if method.startswith("visit_")
        }

    def check_call(self, call: Call, fact: Any) -> None:
        """Judge a call that `fact` speaks about."""

    def link(self, project: Project) -> None:
        """Judge what only the whole project shows."""

    def report(
        self,
        where: cst.CSTNode | Call | Note,
        message: str,
        *,
        path: str = "",
        fix: Fix | None = None,
        fix_data: tuple[object, ...] | None = None,
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        chain: Iterable[Link] = (),
    ) -> None:
        """Report a finding at a node, a call, or a note of the file `path`.

        With `fix_data`, which is plain, `fix_at` is asked for its fix. `chain` leads to
        what is wrong elsewhere.
        """
        self._sink(
            Report(
                rule=self,
                where=where,
                message=message,
                path=path,
                fix=fix,
                fix_data=fix_data,
                severity=self.severity if severity is None else severity,
                confidence=self.confidence if confidence is None else confidence,
                chain=tuple(chain),
            )
        )

    def fix_at(self, node: Any, *data: Any) -> Fix | None:
        """Return the fix of what was reported at a node of `self.file` with this `fix_data`.

        It is asked where the tree is: at once for what is found in a file, and in a second
        look at the file for what is found when the project is linked. It writes its edits
        with `surefoot.edits`; None, or an `Unfixable` raised, is no fix.
        """
        return None

    def note(self, node: cst.CSTNode, *data: object) -> None:
        """Keep plain data about a node for `link`."""
        self.file.add_note(self.name, node, data)

    _sink: Callable[[Report], None]


@dataclass(frozen=True)
class Link:
    """A step of a chain: what happens at a place of a file."""

    path: str
    place: int
    text: str


@dataclass(frozen=True)
class Report:
    """What a rule reported, before its place has become a span."""

    rule: Rule
    where: cst.CSTNode | Call | Note
    message: str
    path: str
    fix: Fix | None
    fix_data: tuple[object, ...] | None
    severity: Severity
    confidence: Confidence
    chain: tuple[Link, ...]

    def finding(
        self, path: str, located: Located, scope: str, chain: tuple[Step, ...], fix: Fix | None
    ) -> Finding:
        """Return the finding at a span."""
        return Finding(
            path=path,
            span=located.span,
            rule=self.rule.name,
            code=self.rule.code,
            message=self.message,
            severity=self.severity,
            confidence=self.confidence,
            scope=scope,
            anchor=located.anchor,
            chain=chain,
            fix=fix,
        )


def _check_definition(cls: type[Rule]) -> None:
    """Refuse a rule that could not work, with what to change."""
    for required in ("code", "severity", "examples"):
        if not hasattr(cls, required):
            raise TypeError(f"{cls.__name__} states no `{required}`")
    if not _CODE.fullmatch(cls.code):
        raise TypeError(f"{cls.__name__}.code is {cls.code!r}, not like SF101")
    if not (cls.__doc__ or "").strip():
        raise TypeError(f"{cls.__name__} needs a docstring that says what is wrong")
    if "\n\n" not in inspect.cleandoc(cls.__doc__ or ""):
        raise TypeError(f"{cls.__name__}: after the first sentence, say why it hurts")
    if not any(isinstance(example, Bad) for example in cls.examples):
        raise TypeError(f"{cls.__name__} needs a Bad example")
    for method in dir(cls):
        if method.startswith(("visit_", "leave_")):
            node = getattr(cst, method.removeprefix("visit_"), None)
            if not (isinstance(node, type) and issubclass(node, cst.CSTNode)):
                raise TypeError(f"{cls.__name__}.{method}: LibCST has no such node")


def files_of(example: Bad | Good) -> dict[str, str]:
    """Return the files of an example: their names and their code."""
    return _files(example.code, example.path)


def fixed_files(example: Bad) -> dict[str, str]:
    """Return the files of an example after its fixes; none where it shows no fix."""
    return _files(example.fixed, example.path) if example.fixed is not None else {}


def _files(text: str, path: str) -> dict[str, str]:
    code = textwrap.dedent(text).strip("\n") + "\n"
    parts = re.split(r"^# file: (\S+)\n", code, flags=re.MULTILINE)
    if len(parts) == 1:
        return {path: code}
    return dict(zip(parts[1::2], parts[2::2], strict=True))
