"""Files that could not be examined, as findings: silence must never pass for a clean file."""

from __future__ import annotations

from surefoot.catalog.entries import OWN
from surefoot.config import SYNTAX_ERROR
from surefoot.model import Failure, FileError, Finding, Span

_RULE = next(rule for rule in OWN if rule.name == SYNTAX_ERROR)
_LASTING = frozenset({FileError.SYNTAX, FileError.ENCODING})


def finding_of(failure: Failure) -> Finding | None:
    """Return the finding that tells of a file's failure; `None` where only a rule failed."""
    if failure.error is FileError.RULE_CRASH:
        return None
    start = (max(failure.line, 1), max(failure.column, 1))
    return Finding(
        path=failure.path,
        span=Span(*start, *start),
        rule=_RULE.name,
        code=_RULE.code,
        message=failure.message,
        severity=_RULE.severity,
        confidence=_RULE.confidence,
    )


def is_lasting(failure: Failure) -> bool:
    """Whether the same bytes will fail in the same way the next time."""
    return failure.error in _LASTING
