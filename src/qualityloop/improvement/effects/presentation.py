"""Evaluations and proposals as pages show them: colours, words, links to rows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qualityloop.analysis.effect.verdict import change_text
from qualityloop.analysis.problems.wording import format_value
from qualityloop.diagnosis.choices import group_parameters, query_string
from qualityloop.foundation.panels import Tone
from qualityloop.foundation.wording import language
from qualityloop.improvement.effects.asking import GRAIN
from qualityloop.improvement.effects.models import Evaluation, ProposalState, Verdict

VERDICT_TONES: dict[str, Tone] = {
    Verdict.EFFECTIVE: "met", Verdict.NOT_EFFECTIVE: "missed", Verdict.CANNOT_TELL: "warning",
}  # fmt: skip
PROPOSAL_TONES: dict[str, Tone] = {
    ProposalState.PROPOSED: "insufficient", ProposalState.DRAFTED: "warning", ProposalState.ACCEPTED: "warning",
    ProposalState.DONE: "met", ProposalState.REJECTED: "insufficient",
}  # fmt: skip


def said(one: Evaluation) -> str:
    """The verdict in one sentence."""
    return str(one.result["sentence"][language()])


def change_words(one: Evaluation, value: float | None) -> str:
    """A change in the unit of the indicator, with its sign."""
    if value is None:
        return ""
    return change_text(value, one.result["unit"]).in_language(language())


def when_words(one: Evaluation) -> str:
    """When it can be told, where it cannot yet; and what an early look is worth."""
    if not one.final:
        goal = one.prediction.get("effect_until") or ""
        return _("An early look: the plan has set {day}; only from then on does it count.").format(day=goal)
    if one.verdict == Verdict.CANNOT_TELL and one.told_on is not None:
        return _("It could be told on {day}; it will be evaluated again then.").format(day=f"{one.told_on:%Y-%m-%d}")
    return ""


def cautions(one: Evaluation) -> list[str]:
    """Warnings in words."""
    found = [str(warning[language()]) for warning in one.result["warnings"]]
    if one.plan.frozen_at is not None and one.plan.frozen_at.date() > one.starts_on:
        text = _("The plan was frozen on {day}, after its measure had begun.")
        found.insert(0, text.format(day=f"{one.plan.frozen_at:%Y-%m-%d}"))
    return found


def figures(one: Evaluation) -> list[tuple[str, str]]:
    """The numbers behind the verdict in words."""
    key = language()
    return [(name[key], words[key]) for name, words in one.result["figures"]]


def placebos(one: Evaluation) -> list[dict[str, Any]]:
    """Placebos: what was tried, and each estimate with whether it holds zero."""
    shown = []
    for placebo in one.result["placebos"]:
        rows = []
        for tried in placebo["estimates"]:
            estimate = tried["estimate"]
            texts = [change_words(one, estimate[name]) for name in ("value", "low", "high")]
            holds = (estimate["low"] or 0) <= 0 <= (estimate["high"] or 0)
            rows.append({"at": tried["at"], "value": texts[0], "low": texts[1], "high": texts[2], "holds": holds})
        shown.append({**placebo, "rows": rows})
    return shown


def periods(one: Evaluation, *, with_rows: bool) -> list[dict[str, Any]]:
    """The series as a table, newest first, each period with the rows behind it."""
    unit, shown = one.result.get("unit", "number"), []
    group = tuple((column, value) for column, value in one.prediction["group"])
    page = reverse("diagnosis:rows", args=[one.indicator])
    for point in reversed(one.result["points"]):
        query = query_string(
            standard=one.standard, grain=GRAIN, period=point["period"], g=group_parameters(group) or None
        )  # fmt: skip
        texts = {n: format_value(point[n], unit, language()) for n in ("value", "counterfactual", "low", "high")}
        url = page + query if with_rows and point["n"] else ""
        shown.append({**texts, "period": point["period"], "phase": point["phase"], "n": point["n"], "rows_url": url})
    return shown
