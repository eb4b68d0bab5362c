"""From all that was found to few warnings: sure enough among so many tests, one for each indicator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qualityloop.analysis.messages import Message
from qualityloop.analysis.multiplicity import benjamini_hochberg
from qualityloop.analysis.warning.finding import SEVERITIES, Finding
from qualityloop.analysis.warning.registry import RULES

FALSE_DISCOVERY = 0.05
NAMED = 5  # groups and other rules that a warning names


def selected(findings: Sequence[Finding], tests: dict[str, int]) -> list[Finding]:
    """One finding per subject, the most serious first.

    Findings of groups stay where Benjamini–Hochberg over all `tests` (rule → groups looked at) lets them. Where the
    whole is found, its groups are named in its `detail`; else the worst group stands for the subject. Other rules
    that found the same are named too.
    """
    subjects: dict[str, list[Finding]] = {}
    for finding in _sure(findings, tests):
        subjects.setdefault(finding.subject, []).append(finding)
    made = [_one(group) for group in subjects.values()]
    return sorted(made, key=_weight, reverse=True)


def _sure(findings: Sequence[Finding], tests: dict[str, int]) -> list[Finding]:
    kept = []
    for rule in dict.fromkeys(f.rule for f in findings):
        mine = [f for f in findings if f.rule == rule]
        kept += [f for f in mine if not f.group]
        grouped = [f for f in mine if f.group and f.p is not None]
        p = [f.p for f in grouped if f.p is not None]
        others = max(tests.get(rule, 0) - len(p), 0)  # tests that found nothing count as p = 1
        adjusted: Sequence[float] = benjamini_hochberg([*p, *([1.0] * others)])[: len(p)].tolist() if p else []
        kept += [f for f, q in zip(grouped, adjusted, strict=True) if q <= FALSE_DISCOVERY]
    return kept


def _weight(finding: Finding) -> tuple[int, int, float]:
    order = list(RULES)
    return SEVERITIES.index(finding.severity), -order.index(finding.rule), -(finding.p or 0.0)


def _one(found: list[Finding]) -> Finding:
    whole = [f for f in found if not f.group]
    ordered = sorted(whole or found, key=_weight, reverse=True)
    first = ordered[0]
    groups = sorted((f for f in found if f.group and f is not first), key=_weight, reverse=True)
    also: dict[str, Message] = {f.rule: f.said for f in found if f.rule != first.rule}
    worst = list(dict.fromkeys(f.group for f in groups if f.group != first.group))[:NAMED]
    detail = {**first.detail, "groups": [list(map(list, g)) for g in worst], "rules_also": list(also)}
    return replace(first, detail=detail)
