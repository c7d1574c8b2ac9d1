"""From all that was found to what is reported: suppression, severities, what is ignored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from surefoot import suppress
from surefoot.config import SYNTAX_ERROR, Config, RuleKey, ignored_in, never_suppressed, severities
from surefoot.failures import finding_of
from surefoot.model import Examination, Failure, Finding, Suppression


@dataclass(frozen=True, slots=True)
class Verdict:
    """Findings that stand, sorted, and those a comment suppresses, with the comment."""

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...]


def judge(
    examinations: Iterable[Examination],
    linked: Sequence[Finding],
    failures: Sequence[Failure],
    config: Config,
    rules: Sequence[RuleKey],
    enabled: Collection[str],
    *,
    unlinked: bool = False,
) -> Verdict:
    """Return the verdict on the files of `examinations`.

    `linked` may speak of other files too; `failures` are all of these files. `rules` are
    all that exist, `enabled` the names of those that ran; `unlinked` tells that the files
    were not judged together, so that a suppression may be of use there.
    """
    examined = {examination.path: examination for examination in examinations}
    found = [finding for each in examined.values() for finding in each.findings]
    found += [finding for finding in linked if finding.path in examined]
    kept, suppressed, own = suppress.apply(
        found,
        {path: each.suppressions for path, each in examined.items()},
        rules,
        enabled,
        never={*never_suppressed(config, rules), SYNTAX_ERROR},
        incomplete=examined if unlinked else {failure.path for failure in failures},
    )
    told = [finding for failure in failures if (finding := finding_of(failure)) is not None]
    levels = severities(config, rules)
    ignored = {path: ignored_in(config, path, rules) for path in examined}

    def stands(finding: Finding) -> bool:
        return finding.confidence >= config.min_confidence and finding.rule not in ignored.get(
            finding.path, ()
        )

    def levelled(finding: Finding) -> Finding:
        level = levels.get(finding.rule)
        return finding if level is None else finding.with_severity(level)

    standing = [levelled(finding) for finding in (*kept, *own) if stands(finding)]
    return Verdict(
        findings=tuple(sorted((*standing, *told), key=lambda finding: finding.order)),
        suppressed=tuple(
            (levelled(finding), by)
            for finding, by in sorted(suppressed, key=lambda pair: pair[0].order)
            if stands(finding)
        ),
    )
