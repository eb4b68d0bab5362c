"""What the charts are given: numbers with the words to read them. Fields are those of frontend/README.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from qualityloop.analysis.effect import Effect
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Value
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import STATUS_WORDS

Payload = dict[str, Any]


def _words(language: str, **texts: Message) -> dict[str, str]:
    return {name: text.in_language(language) for name, text in texts.items()}


def short_label(period: date, grain: Grain) -> str:
    """A period on an axis: 2026-10, 10-19 (a week's Monday), 2026Q3."""
    if grain == "year":
        return str(period.year)
    if grain == "quarter":
        return f"{period.year}Q{(period.month + 2) // 3}"
    if grain == "month":
        return f"{period.year}-{period.month:02d}"
    return f"{period.month:02d}-{period.day:02d}"


def trend(
    indicator: Indicator,
    values: Sequence[Value],
    grain: Grain,
    language: str,
    name: str = "",
    *,
    standards: Sequence[Standard] = (),
) -> Payload:
    """Values of one series, oldest first, with interval, control limits, target and warning.

    `standards` are the versions that judge each of the values: where they differ the lines step, and a mark says so.
    """
    title = name or indicator.name.in_language(language)
    return {
        **_by_version(indicator, standards),
        "unit": indicator.unit,
        "better": indicator.better,
        "labels": [short_label(v.period, grain) for v in values],
        "series": [
            {
                "name": title,
                "values": [v.value for v in values],
                "low": [v.low for v in values],
                "high": [v.high for v in values],
                "n": [v.n for v in values],
            }
        ],
        "target": indicator.target,
        "warning": indicator.warning,
        "center": [v.center for v in values],
        "lower": [v.lower_limit for v in values],
        "upper": [v.upper_limit for v in values],
        "signals": [index for index, v in enumerate(values) if v.signal],
        "words": {
            "label": message("Trend of {name}", name=title).in_language(language),
            **_words(
                language,
                target=message("Target"),
                warning=message("Warning line"),
                center=message("Centre line"),
                limits=message("Control limits"),
                interval=message("95 % interval"),
                n=message("Rows (n)"),
                signal=message("Signal: outside the control limits"),
            ),
        },
    }


def _by_version(indicator: Indicator, standards: Sequence[Standard]) -> Payload:
    marks = [
        {"at": at, "text": f"v{standards[at].version}"}
        for at in range(1, len(standards))
        if standards[at].version != standards[at - 1].version
    ]
    if not marks:
        return {}
    then = [next((i for i in s.indicators if i.key == indicator.key), None) for s in standards]
    lines: Payload = {"marks": marks}
    for name in ("target", "warning"):
        limits = [getattr(i, name) if i else None for i in then]
        if any(limit != getattr(indicator, name) for limit in limits):
            lines[f"{name}s"] = limits
    return lines


def spark(indicator: Indicator, values: Sequence[Value]) -> Payload:
    """The small line on a card; its status is that of the last value."""
    return {
        "values": [v.value for v in values],
        "status": values[-1].status if values else None,
        "target": indicator.target,
    }


def pareto(items: Sequence[tuple[str, float, str | None]], label: str, language: str) -> Payload:
    """Bars in falling order with their running share; (name, count, address)."""
    return {
        "items": [
            {"name": name, "value": value, **({"href": address} if address else {})} for name, value, address in items
        ],
        "line": 0.8,
        "words": {"label": label, **_words(language, count=message("Count"), cumulative=message("Cumulative share"))},
    }


def bars(indicator: Indicator, items: Sequence[tuple[str, Value, str | None]], label: str, language: str) -> Payload:
    """One value per group with interval and status; (name, value, address)."""
    return {
        "unit": indicator.unit,
        "items": [
            {
                "name": name,
                "value": v.value,
                "low": v.low,
                "high": v.high,
                "n": v.n,
                "status": v.status,
                **({"href": address} if address else {}),
            }
            for name, v, address in items
        ],
        "target": indicator.target,
        "warning": indicator.warning,
        "words": {
            "label": label,
            **_words(
                language,
                value=message("Value"),
                target=message("Target"),
                warning=message("Warning line"),
                interval=message("95 % interval"),
                n=message("Rows (n)"),
            ),
            **{status: word.in_language(language) for status, word in STATUS_WORDS.items()},
        },
    }


def process(found: Mapping[str, Any], language: str) -> Payload:
    """The map of `ProcessMap.to_json()`: steps as nodes, directly-follows edges with their waiting in seconds."""
    repeats = {item["activity"]: item["extra"] for item in found["rework"]}
    return {
        "nodes": [
            {
                "id": step["activity"],
                "name": step["activity"],
                "count": step["events"],
                "starts": found["start"].get(step["activity"], 0),
                "ends": found["end"].get(step["activity"], 0),
                "repeats": repeats.get(step["activity"], 0),
            }
            for step in found["steps"]
        ],
        "edges": [
            {
                "source": edge["source"],
                "target": edge["target"],
                "count": edge["count"],
                "median": edge["median_seconds"],
                "p90": edge["p90_seconds"],
            }
            for edge in found["edges"]
        ],
        "words": _words(
            language,
            label=message("Process map: steps and how often one follows another"),
            count=message("Times"),
            median=message("Median waiting"),
            p90=message("Waiting, 90th percentile"),
            starts=message("Cases start here"),
            ends=message("Cases end here"),
            start=message("Start"),
            end=message("End"),
            repeats=message("Repeats"),
            filter=message("Frequent paths"),
            fit=message("Show the whole map"),
            zoom_in=message("Zoom in"),
            zoom_out=message("Zoom out"),
        ),
    }


def effect(found: Effect, language: str) -> Payload:
    """A measure's picture: what was seen, and with its band what would have been; a mark where the measure begins."""
    indicator = found.question.indicator
    begin = next((i for i, p in enumerate(found.points) if p.phase != "before"), None)
    return {
        "unit": indicator.unit,
        "better": indicator.better,
        "labels": [short_label(p.period, found.grain) for p in found.points],
        "series": [
            {
                "name": indicator.name.in_language(language),
                "values": [p.value for p in found.points],
                "n": [p.n for p in found.points],
            }
        ],
        "target": indicator.target,
        "center": [p.counterfactual for p in found.points],
        "lower": [p.low for p in found.points],
        "upper": [p.high for p in found.points],
        "marks": [] if begin is None else [{"at": begin, "text": message("Start").in_language(language)}],
        "words": _words(
            language,
            label=message("With and without the measure"),
            target=message("Target"),
            center=message("Without the measure"),
            limits=message("95 % interval"),
            n=message("Rows (n)"),
        ),
    }
