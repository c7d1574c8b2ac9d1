"""Comments that give a reason, told from directives to tools and code put out of use."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

import libcst as cst

_DIRECTIVES = re.compile(
    r"(?i)\b(noqa|nosec|nosonar)\b(\s*:?\s*[A-Z]+\d+(\s*,?\s*[A-Z]+\d+)*)?"
    r"|\bpragma\s*:\s*no[ -]?\w+"
    r"|\b(type|pyright|ty)\s*:\s*ignore(\[[^\]]*\])?"
    r"|\bpylint\s*:\s*[\w-]+\s*=\s*[\w-]+(\s*,\s*[\w-]+)*"
    r"|\bnoinspection\s+\w+"
    r"|\b(surefoot|ruff|flake8|mypy|fmt|isort|lgtm|codeql)\s*:\s*\S+"
)
_ADMISSION = re.compile(r"(?i)\b(todo|fixme|xxx|hack)\b")
_LETTER = re.compile(r"[^\W\d_]")
_LENIENT = re.compile(
    r"(?i)\b(best[- ]effort|never (raise|fail|break|block|crash)s?|"
    r"non-?(fatal|blocking|critical)|expected to fail|"
    r"((does|do|must|should|will) not|(does|do|must|should|wo)n't) (raise|fail|break|block|crash)|"
    r"(ignor|swallow|suppress|eat)(e|es|s|ed|ing)? ((all|any|the) )?(error|exception|failure)s?|"
    r"(error|exception|failure)s?\b[^.]{0,40}\b(is|are|be) "
    r"(ignored|swallowed|suppressed|skipped|tolerated|harmless|fine|ok)\b|"
    r"(silently|safely) (ignore|skip|fail|drop)\w*|fails? (silently|soft|open|closed)|"
    r"(returns?|yields?|empty|none|false|falls? back|ignored|skipped)\b[^.]{0,60}"
    r" (on|upon|in case of|case of) (any |an )?(failure|error|exception)s?|"
    r"(returns?|yields?|empty|none|false|falls? back|ignored|skipped)\b[^.]{0,60}"
    r" (if|when|unless) [^.:]{0,60}\b(fails?|failed|raises?|cannot be|can't be|could not be)\b|"
    r"doesn't like|not supported|costs? (the caller )?nothing)"
)
_OF_FAILURE = re.compile(
    r"(?i)\b(fail|error|exception|raise|unavailable|unsupported|optional|ignor|might|may not|"
    r"not (all|be|available|supported|usable|installed)|missing)"
)
_FEWEST_WORDS = 3
_PROSE = (  # what words make when read as code: "name is unique", "gone or non-critical"
    ast.Expr,
    ast.BinOp,
    ast.Sub,
    ast.Name,
    ast.Compare,
    ast.Is,
    ast.IsNot,
    ast.In,
    ast.NotIn,
    ast.BoolOp,
    ast.boolop,
    ast.UnaryOp,
    ast.Not,
    ast.expr_context,
)


def is_lenient_text(text: str) -> bool:
    """Whether a text says that failing is foreseen and does no harm."""
    return _LENIENT.search(text) is not None


def says_lenient(nodes: Iterable[cst.CSTNode]) -> bool:
    """Whether a comment in or on one of the nodes says that failing does no harm."""
    return is_lenient_text(" ".join(comment for node in nodes for comment in _comments(node)))


def gives_reason(nodes: Iterable[cst.CSTNode], *, of_failure: bool = False) -> bool:
    """Whether a comment in or on one of the nodes says that failing does no harm, or explains
    something in three words or more; `of_failure`: in words of failure."""
    text = " ".join(comment for node in nodes for comment in _comments(node))
    if is_lenient_text(text):
        return True
    if of_failure and not _OF_FAILURE.search(text):
        return False
    words = [word for word in text.split() if _LETTER.search(word)]
    return len(words) >= _FEWEST_WORDS


def _comments(node: cst.CSTNode) -> Iterator[str]:
    """Yield the prose of the comments in a node: no directives, admissions or dead code."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.Comment):
            text = _DIRECTIVES.sub(" ", current.value.lstrip("# !:")).strip()
            if text and not _ADMISSION.search(text) and not _is_code(text):
                yield text
        elif not isinstance(current, cst.BaseExpression):
            stack.extend(reversed(current.children))


def _is_code(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return not all(
        isinstance(part, _PROSE) for item in tree.body for part in (item, *ast.walk(item))
    )
