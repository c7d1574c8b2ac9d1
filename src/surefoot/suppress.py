"""Suppressions: the comments that ask for findings to be left out, and what they do.

    call()  # surefoot: ignore[missing-timeout] the proxy cuts it off
    # surefoot: ignore[missing-timeout, SF201] a reason is welcome
    # surefoot: file-ignore[network] generated
    call()  # noqa: SF101, SF2

At the end of a line the comment covers the header of the statement it stands in: all
lines of a simple statement, and for a compound one those up to its colon, decorators
included, but not its body. On a line of its own between statements it covers the header
of the next one. `file-ignore` covers the file, wherever it stands. Rules are named by
name, code, family, or the code of a family. A `noqa` counts only with codes of ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from surefoot.config import RuleKey, selected_by, selectors
from surefoot.config.options import suggestion
from surefoot.model import Confidence, Edit, Finding, Fix, Safety, Span, Suppression

if TYPE_CHECKING:
    import tokenize

UNUSED = "unused-suppression"
UNKNOWN = "unknown-suppression"

_MENTION = re.compile(r"#[ \t]*surefoot[ \t]*:|noqa[ \t]*:[^\n]*\bSF\d", re.IGNORECASE)
_PRAGMA = re.compile(
    r"""(?:^|(?<=\s))\#\s*(?:
        surefoot\s*:\s*(?P<verb>file-ignore|ignore)\b(?!-)\s*(?P<list>\[(?P<rules>[^\]]*)\])?
      | surefoot\s*:\s*(?P<stray>[\w-]+\s*\[[^\]]*\])
      | (?i:noqa)\s*:\s*(?P<codes>[A-Z]+\d+(?:(?:\s*,\s*|\s+)[A-Z]+\d+)*)
    )(?P<reason>.*?)(?=\s\#|\s*$)""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\s,]+")
_OUR_CODE = re.compile(r"\bSF\d+\b")
_WHOLE_FILE = "file-ignore"
_VERBS = ("ignore", _WHOLE_FILE)


def find_suppressions(text: str) -> tuple[Suppression, ...]:
    """Return the suppressions in the source `text`, in order.

    Text in strings does not count. Where the text cannot be split into tokens, those
    before that place are returned. A comment whose verb is misspelt names, instead of
    a rule, what stands in it (`ignroe[rule]`); one without a list names none.
    """
    if "surefoot" not in text and "SF" not in text:
        return ()
    if not _MENTION.search(text):
        return ()
    unmarked = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    source_lines = unmarked.split("\n")
    return tuple(
        suppression
        for comments, lines in _statements(unmarked)
        for comment in comments
        for suppression in _parse(
            comment.string, comment.start, lines, source_lines[comment.start[0] - 1]
        )
    )


def _statements(text: str) -> Iterator[tuple[list[tokenize.TokenInfo], tuple[int, int]]]:
    """Yield the comments that belong to each statement's header, and the header's lines.

    Comments after the last statement get their own line.
    """
    import io
    import tokenize

    trivia = (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    comments: list[tokenize.TokenInfo] = []
    first = 0
    decorated = False
    inside = False
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                comments.append(token)
            elif token.type == tokenize.NEWLINE and inside:
                inside = False
                if not decorated:
                    yield comments, (first, token.start[0])
                    comments, first = [], 0
            elif token.type not in trivia and not inside:
                inside = True
                first = first or token.start[0]
                decorated = token.string == "@"
    except (tokenize.TokenError, SyntaxError):
        pass
    for comment in comments:
        line = comment.start[0]
        yield [comment], (line, line)


def _parse(
    comment: str, start: tuple[int, int], lines: tuple[int, int], source_line: str
) -> Iterator[Suppression]:
    """Yield the suppressions that one comment, starting at `start`, spells."""
    anchor = source_line.strip()
    line, offset = start
    for match in _PRAGMA.finditer(comment):
        span = Span(line, offset + match.start() + 1, line, offset + match.end() + 1)
        removal = _removal(span, match, comment, source_line)
        reason = match["reason"].strip().lstrip("-:\u2013\u2014").strip()
        if match["codes"]:
            rules = tuple(_OUR_CODE.findall(match["codes"]))
            if rules:
                removals = _removals(match["codes"], offset + match.start("codes"), line)
                removals = {word: edit for word, edit in removals.items() if word in rules}
                whole = removal if len(_WORD.findall(match["codes"])) == len(rules) else None
                yield Suppression(
                    rules, reason, span, lines, anchor, whole, tuple(removals[it] for it in rules)
                )
        elif match["stray"]:
            yield Suppression((match["stray"],), reason, span, lines, anchor)
        else:
            names = (name.strip() for name in (match["rules"] or "").split(","))
            covered = None if match["verb"] == _WHOLE_FILE else lines
            rules = tuple(filter(None, names))
            listed = match["rules"] or ""
            removals = _removals(listed, offset + match.start("rules"), line)
            single = len(removals) == len(rules)
            yield Suppression(
                rules,
                reason,
                span,
                covered,
                anchor,
                removal,
                tuple(removals[word] for word in rules) if single else (),
            )


def _removal(span: Span, match: re.Match[str], comment: str, source_line: str) -> Edit:
    """Return the edit that takes a suppression away, and its line if nothing else is on it."""
    before, after = source_line[: span.column - 1], source_line[span.end_column - 1 :]
    if not before.strip() and not after.strip():
        return Edit(Span(span.line, 1, span.line + 1, 1), "")
    if not after.strip():
        return Edit(Span(span.line, len(before.rstrip()) + 1, span.line, len(source_line) + 1), "")
    blank = len(after) - len(after.lstrip())
    return Edit(Span(span.line, span.column, span.line, span.end_column + blank), "")


def _removals(listed: str, offset: int, line: int) -> dict[str, Edit]:
    """Return, for each word of a list, the edit that takes it and a comma of its away."""
    words = list(_WORD.finditer(listed))
    edits = {}
    for number, word in enumerate(words):
        start, end = word.span()
        if number + 1 < len(words):
            end = words[number + 1].start()
        elif number:
            start = words[number - 1].end()
        edits[word[0]] = Edit(Span(line, offset + start + 1, line, offset + end + 1), "")
    return edits


class _Ledger:
    """The suppressions of one file, and which of their rules have suppressed something."""

    def __init__(self, suppressions: Sequence[Suppression], meanings: Mapping[str, frozenset[str]]):
        self._entries = [
            (suppression, word, meanings.get(word, frozenset()))
            for suppression in suppressions
            for word in suppression.rules
        ]
        self._used: set[tuple[Suppression, str]] = set()

    def suppress(self, finding: Finding) -> Suppression | None:
        """Return the most specific suppression of `finding`; all that cover it are used."""
        chosen: Suppression | None = None
        for suppression, word, names in self._entries:
            if finding.rule in names and _covers(suppression, finding.span.line):
                self._used.add((suppression, word))
                if chosen is None or (chosen.lines is None and suppression.lines is not None):
                    chosen = suppression
        return chosen

    def unused(self) -> Iterator[tuple[Suppression, str, frozenset[str]]]:
        """Yield each suppression and known word of it that has suppressed nothing."""
        for suppression, word, names in self._entries:
            if names and (suppression, word) not in self._used:
                yield suppression, word, names


def _covers(suppression: Suppression, line: int) -> bool:
    lines = suppression.lines
    return lines is None or lines[0] <= line <= lines[1]


def apply(
    findings: Sequence[Finding],
    suppressions: Mapping[str, Sequence[Suppression]],
    rules: Sequence[RuleKey],
    enabled: Collection[str],
    *,
    never: Collection[str] = (),
    incomplete: Collection[str] = (),
) -> tuple[list[Finding], list[tuple[Finding, Suppression]], list[Finding]]:
    """Return the findings that stay, those suppressed and by what, and findings of our own.

    `suppressions` are those of each path; `rules` all that exist, surefoot's own
    included, `enabled` the names of those that ran. Findings of rules in `never` stay.
    Our own are `unused-suppression`, but not for rules that did not run nor in files of
    `incomplete`, which could not be examined by all; and `unknown-suppression`. Give
    all findings of the rules that ran, before any are dropped for confidence or by
    `per-file-ignores`: what a comment suppressed is not to be called unused.
    """
    words = {word for each in suppressions.values() for one in each for word in one.rules}
    meanings = {word: _meaning(word, rules) for word in words}
    ledgers = {path: _Ledger(each, meanings) for path, each in suppressions.items() if each}
    kept, suppressed = _divide(findings, ledgers, never)
    own = {rule.name: rule for rule in rules if rule.name in (UNUSED, UNKNOWN)}
    extra: list[Finding] = []
    if UNKNOWN in enabled and UNKNOWN in own:
        extra.extend(_unknown(suppressions, meanings, own[UNKNOWN], rules))
    ran = frozenset(enabled)
    if UNUSED in enabled and UNUSED in own:
        for path, ledger in ledgers.items():
            if path not in incomplete:
                extra.extend(_unused(path, ledger, own[UNUSED], ran, frozenset(never)))
    extra, more = _divide(extra, ledgers, never)
    extra.sort(key=lambda finding: finding.order)
    return kept, suppressed + more, extra


def _divide(
    findings: Sequence[Finding], ledgers: Mapping[str, _Ledger], never: Collection[str]
) -> tuple[list[Finding], list[tuple[Finding, Suppression]]]:
    """Divide findings into those that stay and those suppressed."""
    kept: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    for finding in findings:
        ledger = ledgers.get(finding.path)
        by = ledger.suppress(finding) if ledger and finding.rule not in never else None
        if by is None:
            kept.append(finding)
        else:
            suppressed.append((finding, by))
    return kept, suppressed


def _meaning(word: str, rules: Sequence[RuleKey]) -> frozenset[str]:
    """Return the rules that `word` names in a comment, where everything is no answer."""
    return frozenset() if word in ("ALL", "SF") else selected_by(word, rules)


def _unused(
    path: str, ledger: _Ledger, rule: RuleKey, ran: frozenset[str], never: frozenset[str]
) -> Iterator[Finding]:
    idle = [
        (suppression, word, names)
        for suppression, word, names in ledger.unused()
        if rule.name not in names and names <= ran
    ]
    for suppression, word, names in idle:
        if names <= never:
            message = f"`{word}` may not be suppressed in this project"
        elif suppression.lines is None:
            message = f"there is no finding of `{word}` in this file to suppress"
        else:
            message = f"there is no finding of `{word}` here to suppress"
        unused = {other for each, other, _ in idle if each is suppression}
        fix = _fix(suppression, word, all_of_it=unused.issuperset(suppression.rules))
        yield _finding(path, suppression, rule, message, fix)


def _fix(suppression: Suppression, word: str, *, all_of_it: bool) -> Fix | None:
    """Return the fix that takes an idle suppression away, or one word of it."""
    edit = suppression.removal if all_of_it else None
    if edit is None:
        edits = dict(zip(suppression.rules, suppression.removals, strict=False))
        edit = edits.get(word)
    return Fix(f"Remove `{word}`", (edit,), Safety.SAFE) if edit is not None else None


def _unknown(
    suppressions: Mapping[str, Sequence[Suppression]],
    meanings: Mapping[str, frozenset[str]],
    rule: RuleKey,
    rules: Sequence[RuleKey],
) -> Iterator[Finding]:
    for path, of_file in suppressions.items():
        for suppression in of_file:
            if not suppression.rules:
                message = "this suppresses nothing: name the rules, as in `ignore[rule-name]`"
                yield _finding(path, suppression, rule, message)
            for word in suppression.rules:
                if not meanings[word]:
                    yield _finding(path, suppression, rule, _what_is_wrong(word, rules))


def _what_is_wrong(word: str, rules: Sequence[RuleKey]) -> str:
    """Return why `word` suppresses nothing, and what would."""
    if "[" in word:
        verb = word.partition("[")[0].strip()
        near = suggestion(verb, _VERBS)
        return f"this suppresses nothing: there is no `surefoot: {verb}`{near}"
    if word in ("ALL", "SF"):
        return f"`{word}` suppresses nothing: name the rules that are meant"
    return f"no rule is called `{word}`{suggestion(word, selectors(rules) - {'ALL', 'SF'})}"


def _finding(
    path: str, suppression: Suppression, rule: RuleKey, message: str, fix: Fix | None = None
) -> Finding:
    return Finding(
        path=path,
        span=suppression.span,
        rule=rule.name,
        code=rule.code,
        message=message,
        severity=rule.severity,
        confidence=Confidence.HIGH,
        anchor=suppression.anchor,
        fix=fix,
    )
