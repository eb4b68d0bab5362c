"""The picture of a warning: its series with control limits beside the target, or counts per day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate.periods import period_of
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import message
from qualityloop.diagnosis import payloads, services
from qualityloop.diagnosis.choices import Choice, choose
from qualityloop.diagnosis.codec import to_value
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.store import kept
from qualityloop.diagnosis.warnings.gathering import Source, daily_counts, rate_series
from qualityloop.diagnosis.warnings.models import EarlyWarning, Watch
from qualityloop.foundation.lake import cache_path, current_lake

SHOWN_DAYS = 70
MEMORY_LIMIT = "1GB"


def choice_of(warning: EarlyWarning, lake: Lake) -> Choice | None:
    """The standard, grain and period that a warning about an indicator speaks of."""
    detail = warning.evidence.get("detail", {})
    grain = detail.get("grain", "month")
    period = period_of(date.fromisoformat(warning.evidence["to"][:10]), grain).isoformat()
    standard = (warning.evidence.get("standard") or {}).get("key", settings.QUALITYLOOP_STANDARD)
    asked = {"standard": standard, "grain": grain, "period": period}
    return choose(asked, lake, courses(settings.QUALITYLOOP_HOME), settings.QUALITYLOOP_STANDARD)


def indicator_key(warning: EarlyWarning) -> str:
    """The indicator that a warning is about; empty where it is about counts or sources."""
    if not warning.evidence.get("standard"):
        watch = Watch.objects.filter(key=warning.series).first() if warning.rule == "watch" else None
        return watch.indicator if watch else ""
    return warning.series


def picture(warning: EarlyWarning, language: str) -> dict[str, Any] | None:
    """What the chart `trend` is given; None where the lake has nothing to show."""
    lake = current_lake()
    if lake is None:
        return None
    key = indicator_key(warning)
    if key:
        return _indicator(warning, lake, key, language)
    return _counts(warning, lake, language) if warning.rule in ("surge", "complaint_rate", "silence") else None


def _indicator(warning: EarlyWarning, lake: Lake, key: str, language: str) -> dict[str, Any] | None:
    choice = choice_of(warning, lake)
    if choice is None or key not in {i.key for i in choice.standard.indicators}:
        return None
    group = tuple((str(column), value) for column, value in warning.grouping)
    found = services.values(lake, choice, key, tuple(column for column, _ in group))
    values = [v for v in (to_value(item) for item in found["values"]) if v.group == group]
    if not values:
        return None
    standards = [choice.edition(v.period).standard for v in values]
    return payloads.trend(
        choice.standard.indicator(key), values, choice.grain, language, warning.name(language), standards=standards
    )


def _counts(warning: EarlyWarning, lake: Lake, language: str) -> dict[str, Any] | None:
    asked = {"picture": warning.rule, "series": warning.series, "group": warning.grouping, "until": warning.until}
    found = kept(cache_path() / "pages", lake.snapshot, asked, lambda: _counted(warning, lake))
    if not found.get("labels"):
        return None
    at = len(found["labels"]) - 1 if warning.rule == "complaint_rate" else _place(found["labels"], warning.until)
    limit = warning.evidence.get("limit")
    return {
        "unit": "percent" if warning.rule == "complaint_rate" else "count",
        "better": "lower",
        "labels": [label[5:] for label in found["labels"]],
        "series": [{"name": warning.name(language), "values": found["values"]}],
        "upper": [None] * at + [limit] if limit is not None and "/hour" not in warning.series else [],
        "signals": [at] if at >= 0 else [],
        "words": {
            "label": message("Trend of {name}", name=warning.name(language)).in_language(language),
            "limits": message("Control limits").in_language(language),
            "signal": message("Signal: outside the control limits").in_language(language),
        },
    }  # fmt: skip


def _place(labels: list[str], day: date) -> int:
    return labels.index(day.isoformat()) if day.isoformat() in labels else len(labels) - 1


def _counted(warning: EarlyWarning, lake: Lake) -> dict[str, Any]:
    """Days (or weeks) as labels, and a value for each."""
    group = tuple((str(column), value) for column, value in warning.grouping)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        source = Source(lake, engine)
        if warning.rule == "complaint_rate":
            one = next((s for s in rate_series(source) if s.group == group), None)
            if one is None:
                return {}
            values = (one.events / one.units).tolist()
            return {"labels": [p.isoformat() for p in one.periods], "values": values}
        dataset = warning.series.partition("/")[0]
        first, counts = daily_counts(source, dataset, group[0][0] if group else None)
        row = counts.get(group[0][1] if group else None)
    if row is None:
        return {}
    start = max(0, (warning.until - first).days - SHOWN_DAYS + 7)
    shown = row[start : start + SHOWN_DAYS]
    labels = [(first + timedelta(days=start + i)).isoformat() for i in range(len(shown))]
    return {"labels": labels, "values": shown.tolist()}
