"""Findings in words."""

from __future__ import annotations

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.datasets import DATASETS
from qualityloop.collection.cleaning.models import Finding, RuleKey


def dataset_name(dataset: str) -> str:
    """What a fact table is called in the language of whoever reads."""
    return DATASETS[dataset].label.in_language(get_language() or "zh")


def evidence_words(finding: Finding) -> str:
    """What the rule saw, in one sentence."""
    seen = finding.evidence
    if finding.rule == RuleKey.EXACT:
        return _("Same customer, same text as %(other)s.") % {"other": finding.other_number}
    if finding.rule == RuleKey.NEAR:
        share = f"{100 * float(seen.get('similarity', 0)):.0f}"
        return _("Same customer, text %(share)s %% like that of %(other)s.") % {
            "share": share, "other": finding.other_number,
        }  # fmt: skip
    if finding.rule == RuleKey.TRIAL:
        if "customer" in seen:
            return _("The customer “%(name)s” exists for testing.") % {"name": seen["customer"]}
        return _("The text says nothing but “%(words)s”.") % {"words": seen.get("words", "")}
    return _times(finding)


def _times(finding: Finding) -> str:
    seen = finding.evidence
    dataset = DATASETS[finding.dataset]
    column = dataset.column(seen.get("column") or dataset.instant or "")
    at = parse_datetime(str(seen.get("at", "")))
    values = {
        "column": column.label.in_language(get_language() or "zh") if column else "",
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "",
    }
    texts = {
        "before_creation": _("%(column)s %(at)s lies before the creation."),
        "future": _("%(column)s %(at)s lies in the future."),
        "before_founding": _("%(column)s %(at)s lies before the organisation existed."),
    }
    return texts.get(str(seen.get("why")), "%(column)s %(at)s") % values
