"""A warning's evidence as facts, the way to its rows, its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.problems.wording import format_number, format_value
from qualityloop.diagnosis.choices import group_parameters, query_string
from qualityloop.diagnosis.permissions import ROWS
from qualityloop.diagnosis.warnings.models import EarlyWarning
from qualityloop.diagnosis.warnings.pictures import indicator_key
from qualityloop.diagnosis.warnings.wording import rule_words
from qualityloop.foundation.panels import Fact, Moment, known
from qualityloop.foundation.wording import language, shown, value_word
from qualityloop.standards.versions.queries import titled

LISTS = {"tickets": ("operations:tickets", "created"), "complaints": ("feedback:complaints", "received")}
TONES = {"urgent": "missed", "important": "warning", "ordinary": "insufficient"}


def rows_url(warning: EarlyWarning, user: object) -> str:
    """The rows behind the evidence; empty where the reader may not see them or there is no list of them."""
    evidence, key = warning.evidence, indicator_key(warning)
    start, end = evidence["from"][:10], evidence["to"][:10]
    if key:
        if not ROWS.allows(user):
            return ""
        group = tuple((str(column), value) for column, value in warning.grouping)
        standard = evidence.get("standard") or {}
        query = query_string(
            standard=standard.get("key"), version=standard.get("version"), **{"from": start}, to=end,
            g=group_parameters(group) or None,
        )  # fmt: skip
        return reverse("diagnosis:rows", args=[key]) + query
    dataset = "complaints" if warning.rule == "complaint_rate" else warning.series.partition("/")[0]
    if dataset not in LISTS or warning.rule == "silence":
        return ""
    name, filtered = LISTS[dataset]
    chosen = {str(column): value for column, value in warning.grouping}
    try:
        return reverse(name) + query_string(**{f"{filtered}_from": start, f"{filtered}_to": end}, **chosen)
    except NoReverseMatch:
        return ""


def value_text(warning: EarlyWarning, value: float | None) -> str:
    """A value of the series in its unit."""
    unit = "percent" if warning.rule == "complaint_rate" else warning.evidence.get("unit", "count")
    return format_value(value, cast(Unit, unit), language())


def evidence_facts(warning: EarlyWarning, user: object) -> list[Fact]:
    """Value, limit, n, interval, probability, period, snapshot and version of the standard."""
    said, now = warning.evidence, language()
    unit = "percent" if warning.rule == "complaint_rate" else said.get("unit", "count")
    detail = said.get("detail", {})
    cusum = warning.rule == "drift"

    def number(value: Any) -> str:
        if value is None:
            return ""
        return format_number(value, now) if cusum else format_value(value, cast(Unit, unit), now)

    low, high = number(said.get("low")), number(said.get("high"))
    version = said.get("standard") or {}
    period = said["from"][:10] if said["from"][:10] == said["to"][:10] else f"{said['from'][:16]} – {said['to'][:16]}"
    n = said.get("n")
    return known([
        Fact(_("Rule"), rule_words(warning.rule)),
        Fact(_("Value"), number(said.get("value"))),
        Fact(_("Limit"), number(said.get("limit"))),
        Fact(_("Usual"), format_number(detail["expected"], now) if detail.get("expected") is not None else ""),
        Fact(_("Rows (n)"), format_number(n, now, 0) if n else "", rows_url(warning, user)),
        Fact(_("95 % interval"), f"{low or '…'} – {high or '…'}" if low or high else ""),
        Fact(_("Probability by chance"), _chance(said.get("p"))),
        Fact(_("Period"), period.replace("T", " ")),
        Fact(_("Worst groups"), "、".join(_group(g) for g in detail.get("groups", []))),
        Fact(_("Other rules"), "、".join(rule_words(rule) for rule in detail.get("rules_also", []))),
        Fact(_("Standard"), titled("indicators", version["key"], version["version"]) if version else ""),
        Fact(_("Snapshot"), said.get("snapshot", "")),
    ])  # fmt: skip


def _chance(p: float | None) -> str:
    if p is None:
        return ""
    return "< 0.0001" if p < 0.0001 else f"{p:.2g}"


def _group(pairs: list[list[Any]]) -> str:
    return " · ".join(value_word(str(column), str(value)) for column, value in pairs)


def moments(request: HttpRequest, warning: EarlyWarning) -> Iterator[Moment]:
    """What was seen when, and what came of it."""
    for seen in warning.sightings.all():
        text = _("Evidence until {day}").format(day=seen.until)
        yield Moment(seen.at, shown(seen.said_kept), "bell", text, tone=TONES[seen.severity])
    for ending in warning.endings.select_related("actor"):
        text = (
            f"{_('Cause')}: {ending.cause} · {_('Corrective action')}: {ending.action} · {_('Lesson')}: {ending.lesson}"
        )
        yield Moment(ending.at, _("Ended"), "check", text, str(ending.actor), tone="met")
