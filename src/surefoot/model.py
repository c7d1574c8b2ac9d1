"""The plain data that flows between the stages: frozen, picklable, free of syntax trees.

Lines and columns are counted from 1; columns are code points; an end is exclusive.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace


class Severity(enum.IntEnum):
    """How bad a finding is when it is right; ordered, so levels can be compared."""

    INFO = 1
    WARNING = 2
    ERROR = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Severity:
        """Return the severity spelt `label`; `KeyError` for any other word."""
        return cls[label.upper()]


class Confidence(enum.IntEnum):
    """How sure a finding is."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        return self.name.lower()

    @classmethod
    def from_label(cls, label: str) -> Confidence:
        """Return the confidence spelt `label`; `KeyError` for any other word."""
        return cls[label.upper()]


class Safety(enum.IntEnum):
    """How far a fix may be trusted."""

    SUGGESTION = 1
    UNSAFE = 2
    SAFE = 3

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of source text."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding: text edits to one file that belong together."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety


@dataclass(frozen=True, slots=True)
class FixRequest:
    """Asks a rule for the fix of what it found at a place; `data` is plain, as in a note."""

    rule: str
    place: int
    data: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a project wants inserted where a bound is missing; `None` where it has not said.

    Each is a number, or the name of a constant: `app.settings.TIMEOUT`, with a colon where
    the module ends before the last dot (`django.conf:settings.TIMEOUT`).
    """

    timeout: float | str | None = None
    retries: int | str | None = None
    backoff: float | str | None = None


NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class Step:
    """One place on the way to a finding, for instance a call in a chain of calls."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake at one place.

    `path` is relative to the project root, with `/`. `scope` is the dotted name of the
    enclosing class and function, empty at module level. `anchor` is the text of the
    finding's first line without surrounding white space. `chain` leads, step by step,
    to what is wrong when that lies elsewhere.
    """

    path: str
    span: Span
    rule: str
    code: str
    message: str
    severity: Severity
    confidence: Confidence
    scope: str = ""
    anchor: str = ""
    chain: tuple[Step, ...] = ()
    fix: Fix | None = None

    @property
    def order(self) -> tuple[str, Span, str, str]:
        """The key by which findings are sorted everywhere."""
        return (self.path, self.span, self.code, self.message)

    def with_severity(self, severity: Severity) -> Finding:
        return replace(self, severity=severity)


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return one identity per finding that survives lines being moved.

    It is made of rule, path, enclosing scope and the text of the line; equal ones are
    told apart by their order in the file.
    """
    seen: dict[tuple[str, str, str, str], int] = {}
    identities = []
    for finding in findings:
        key = (finding.rule, finding.path, finding.scope, finding.anchor)
        ordinal = seen[key] = seen.get(key, -1) + 1
        text = "\0".join((*key, str(ordinal)))
        identities.append(
            hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
        )
    return identities


@dataclass(frozen=True, slots=True)
class Suppression:
    """A comment that asks for findings to be left out.

    `rules` holds the names or codes as written. `lines` are the lines it covers
    (first and last, inclusive); `None` means the whole file. `span` is the comment,
    `anchor` the text of its line without surrounding white space. `removal` takes all of
    it away, `removals` one of the `rules` each.
    """

    rules: tuple[str, ...]
    reason: str
    span: Span
    lines: tuple[int, int] | None
    anchor: str = ""
    removal: Edit | None = None
    removals: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """What a rule saw in one file and wants to look at again when all files are known.

    `data` is plain (strings, numbers, tuples). `place` is an index of a node of that
    file's tree; the linker turns it into a span when a finding is made of the note.
    """

    rule: str
    place: int
    scope: str
    data: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to examine: where it is, what module it is, and its bytes.

    `path` is relative to the project root, with `/`. `module` is the dotted name by
    which the project imports it (`app.views`, for a package its own name).
    """

    path: str
    module: str
    content: bytes
    is_package: bool = False
    is_stub: bool = False
    packages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place is, found when a finding is made of it; `anchor` as in `Finding`."""

    span: Span
    anchor: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What a second look at a file gave: where places are, and the fixes asked for."""

    places: Mapping[int, Located]
    fixes: Mapping[FixRequest, Fix | None]


class FileError(enum.Enum):
    """Why a file could not be examined."""

    SYNTAX = "syntax"
    ENCODING = "encoding"
    UNREADABLE = "unreadable"
    CRASH = "crash"
    TIMEOUT = "timeout"
    RULE_CRASH = "rule-crash"
    UNWRITABLE = "unwritable"


BROKEN_SOURCE = frozenset({FileError.SYNTAX, FileError.ENCODING})
"""What is wrong with the file itself, and not with how it was examined."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be examined, or not by every rule; `rule` is set for the latter."""

    path: str
    error: FileError
    message: str
    line: int = 1
    column: int = 1
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All that is known of one file without looking at any other.

    `summary` is a `surefoot.semantics.summary.ModuleSummary`; it is `None` where the
    file failed.
    """

    path: str
    module: str
    lines: int = 0
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    summary: object | None = None
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that was named or found but not examined, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """What came of the findings of one rule in a run.

    `found` counts the findings at first, `fixable` those of them with a fix that may be
    carried out. Of the fixes, `applied` were carried out and stayed, `undone` were taken
    back. `settled` counts the findings at first that are there no more.
    """

    rule: str
    found: int
    fixable: int
    applied: int = 0
    settled: int = 0
    undone: int = 0


@dataclass(frozen=True, slots=True)
class Metrics:
    """The figures of one run, as the JSON report spells them (`duration` in seconds).

    Findings are followed through the fixes one by one: `settled` of the initial ones are
    gone, `brought` were not there at first. `rules` has the figures of each rule.
    """

    session_id: str
    initial_violations: int
    iterations: int
    fixes_applied: int
    final_violations: int
    fix_rate: float
    mode: str
    duration: float
    settled: int = 0
    brought: int = 0
    rules: tuple[RuleFigures, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class BaselineEntry:
    """Findings that are known: how many, of which rule, where; `why` is for people.

    `text` is a digest of the line of the findings.
    """

    path: str
    rule: str
    scope: str
    text: str
    count: int = 1
    why: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return (self.rule, self.path, self.scope)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Findings against the baseline in `file`.

    `new` are not in it, `carried` are. `kept` are its entries, with the counts that are
    still needed, those that the run could not judge included; `stale` are those that are
    needed no longer. `judged` counts the findings of the entries the run looked at.
    """

    file: str
    new: tuple[Finding, ...]
    carried: tuple[Finding, ...]
    kept: tuple[BaselineEntry, ...]
    stale: tuple[BaselineEntry, ...]
    judged: int


@dataclass(frozen=True, slots=True)
class Run:
    """The outcome of a run: what every report is made of.

    `findings` are sorted, after selection and suppression; where there is a baseline, they are
    the new ones, and `baseline` tells of the others. `checked` are the paths
    findings are reported for; `examined` counts all files of the project that were
    looked at to judge them, `cached` those of them whose examination was known. `fixed`
    are the findings, as they were, whose fixes have been carried out.
    """

    root: str
    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...]
    failures: tuple[Failure, ...]
    skipped: tuple[Skipped, ...]
    checked: tuple[str, ...]
    examined: int
    cached: int
    lines: int
    rules: tuple[str, ...]
    metrics: Metrics
    notices: tuple[str, ...] = field(default=())
    baseline: Comparison | None = None
    fixed: tuple[Finding, ...] = field(default=())
