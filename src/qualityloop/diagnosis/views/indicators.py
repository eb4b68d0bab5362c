"""指标: all indicators of a standard, and one of them with all that stands behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.language import parse_condition, parse_formula
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group, Value
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.problems.wording import (
    SIGNAL_WORDS,
    STATUS_WORDS,
    column_label,
    format_value,
    group_label,
    value_label,
)
from qualityloop.diagnosis import payloads, permissions, services
from qualityloop.diagnosis.choices import dimensions_of, group_parameters, parse_group
from qualityloop.diagnosis.codec import to_not_computed, to_value
from qualityloop.diagnosis.offers import offers_for
from qualityloop.diagnosis.presentation import Card, Shown, series_by_key, worst_first
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.export import FORMATS, Cell, table_response
from qualityloop.foundation.permissions import requires
from qualityloop.standards.indicators.words import UNIT_WORDS

BARS = 24  # groups drawn; the table has them all

VALUE_COLUMNS: tuple[Message | Text, ...] = (
    Text("开始日期", "Period from"),
    Text("数值", "Value"),
    Text("样本量", "n"),
    Text("分子", "Numerator"),
    Text("分母", "Denominator"),
    Text("区间下限", "Interval low"),
    Text("区间上限", "Interval high"),
    Text("状态", "Status"),
    Text("上期", "Previous period"),
    Text("去年同期", "Same period last year"),
    Text("控制判断", "Signal or noise"),
)
NUMBERS = (
    *("value", "n", "numerator", "denominator", "low", "high", "interval", "status", "previous", "year_ago"),
    *("signal", "center", "lower_limit", "upper_limit"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list of indicators."""

    card: Card | None
    name: str
    dimension: str
    owner: str
    goal: str
    url: str
    reason: str


@requires(permissions.INDICATORS)
@require_safe
@asked
def indicators(ask: Asked) -> HttpResponseBase:
    """Every indicator of the standard with its value in the chosen period."""
    found = services.values(ask.lake, ask.choice, None, ())
    series = series_by_key([to_value(item) for item in found["values"]])
    form = ask.request.GET.get("format", "")
    if form in (*FORMATS, "json"):
        return _list_export(ask, series, form)
    reasons = {item.key: item.reason for item in map(to_not_computed, found["not_computed"])}
    status = ask.request.GET.get("status", "")
    search = ask.request.GET.get("q", "").strip()[:60]
    lines = _lines(ask, series, reasons)
    counts = {
        word: sum(line.card is not None and line.card.shown.status == word for line in lines) for word in STATUS_WORDS
    }
    if status in STATUS_WORDS:
        lines = [line for line in lines if line.card and line.card.shown.status == status]
    if search:
        lines = [line for line in lines if search.casefold() in f"{line.name} {line.owner} {line.dimension}".casefold()]
    if ask.request.GET.get("sort") == "worst":
        order = {id(c): at for at, c in enumerate(worst_first([line.card for line in lines if line.card]))}
        lines = sorted(lines, key=lambda line: order.get(id(line.card), len(order)))
    return ask.render(
        "indicators.html",
        lines=lines,
        status=status,
        search=search,
        sort=ask.request.GET.get("sort", ""),
        statuses=[(key, ask.speaker.say(word), counts[key]) for key, word in STATUS_WORDS.items()],
    )


def _lines(ask: Asked, series: dict[str, list[Value]], reasons: dict[str, Message]) -> list[Line]:
    standard, speaker = ask.choice.standard, ask.speaker
    lines = []
    for indicator in standard.indicators:
        dimension = standard.dimensions.get(indicator.dimension)
        no_rows = message("There are no rows in this period.")
        lines.append(
            Line(
                card=speaker.card(indicator, series.get(indicator.key, [])),
                name=speaker.say(indicator.name),
                dimension=speaker.say(dimension) if dimension else indicator.dimension,
                owner=speaker.say(indicator.owner) if indicator.owner else "",
                goal=speaker.goal(indicator),
                url=speaker.indicator_url(indicator.key),
                reason=speaker.say(reasons.get(indicator.key, no_rows)),
            )
        )
    return lines


def _list_export(ask: Asked, series: dict[str, list[Value]], form: str) -> HttpResponseBase:
    speaker, standard = ask.speaker, ask.choice.standard
    known = {i.key: i for i in standard.indicators}
    values = [v for key in known for v in series.get(key, [])]
    if form == "json":
        return _json(ask, values)
    header = [speaker.say(t) for t in (Text("指标编码", "Key"), Text("指标", "Indicator"), *VALUE_COLUMNS)]
    rows = ([v.key, speaker.say(known[v.key].name), *_cells(ask, v)] for v in values)
    return table_response(f"indicators-{standard.key}-{ask.choice.period}", form, header, rows)


def _cells(ask: Asked, value: Value) -> list[Cell]:
    status = ask.speaker.say(STATUS_WORDS[value.status]) if value.status else ""
    numbers = (value.numerator, value.denominator, value.low, value.high)
    signal = ask.speaker.say(SIGNAL_WORDS[value.signal])
    return [value.period, value.value, value.n, *numbers, status, value.previous, value.year_ago, signal]


def _json(ask: Asked, values: Iterable[Value]) -> HttpResponseBase:
    body = {
        "snapshot": ask.lake.snapshot,
        "standard": {"key": ask.choice.standard.key, "version": ask.choice.standard.version},
        "versions": [{"version": e.standard.version, "from": first.isoformat()} for e, first, _ in ask.choice.runs()],
        "grain": ask.choice.grain,
        "indicators": [
            {
                "key": v.key,
                "period": v.period.isoformat(),
                "group": dict(v.group),
                **{name: getattr(v, name) for name in NUMBERS},
            }
            for v in values
        ],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


@requires(permissions.INDICATORS)
@require_safe
@asked
def indicator(ask: Asked, key: str) -> HttpResponseBase:
    """One indicator: what it means, how it went, who makes it so."""
    found = ask.indicator(key)
    offered = dimensions_of(found, ask.lake, people=ask.sees_rows)
    group, notes = parse_group(ask.request.GET.getlist("g"), frozenset(offered))
    fixed = {column for column, _ in group}
    splits = [name for name in offered if name not in fixed]
    by = ask.request.GET.get("by", "")
    if by and by not in splits:
        notes.append(message("There is no “{text}” to choose; the usual choice is shown.", text=by[:40]))
    by = by if by in splits else (splits[0] if splits else "")
    answer = _find(ask, found, group, by, splits)
    form = ask.request.GET.get("format", "")
    if form == "json":
        return _json(ask, [*answer.own, *answer.parts])
    if form in FORMATS:
        return _export(ask, found, [*answer.own, *answer.parts], form)
    return ask.render("indicator.html", *notes, **_page(ask, answer))


@dataclass(frozen=True, slots=True)
class Found:
    """An indicator for a group: its values (oldest first), those of its parts by `by`, and why there are none."""

    indicator: Indicator
    group: Group
    by: str
    splits: tuple[str, ...]
    own: tuple[Value, ...]
    parts: tuple[Value, ...]
    reason: Message | None


def _find(ask: Asked, indicator: Indicator, group: Group, by: str, splits: Sequence[str]) -> Found:
    columns = tuple(column for column, _ in group)
    answer = services.values(ask.lake, ask.choice, indicator.key, columns)
    own = sorted((v for v in map(to_value, answer["values"]) if v.group == group), key=lambda v: v.period)
    reason = next((to_not_computed(item).reason for item in answer["not_computed"]), None)
    parts: list[Value] = []
    if by:
        split = services.values(ask.lake, ask.choice, indicator.key, (*columns, by))
        parts = [v for v in map(to_value, split["values"]) if len(v.group) > len(group) and set(group) <= set(v.group)]
    return Found(indicator, group, by, tuple(splits), tuple(own), tuple(parts), reason)


def _page(ask: Asked, found: Found) -> dict[str, object]:
    speaker, language, indicator, own = ask.speaker, ask.language, found.indicator, found.own
    now = next((v for v in own if v.period == ask.choice.period), None)
    label = group_label(found.group, indicator.dataset, language) if found.group else ""
    group = group_parameters(found.group)
    return {
        "indicator": indicator,
        "name": speaker.say(indicator.name),
        "group_name": label,
        "group": group,
        "kept_fields": [*(("g", item) for item in group), *([("by", found.by)] if found.by else [])],
        "offers": offers_for(ask.request, ask.choice, indicator.key, found.group),
        "whole_url": speaker.indicator_url(indicator.key, by=found.by or None),
        "now": speaker.shown(indicator, now) if now else None,
        "goal": speaker.goal(indicator),
        "definition": _definition(ask, indicator),
        "trend": _trend(ask, indicator, own, label) if own else None,
        "table": [(speaker.shown(indicator, v), ask.choice.version_of(v.period)) for v in reversed(own)],
        "reason": speaker.say(found.reason) if found.reason else "",
        "by": found.by,
        "by_name": column_label(found.by, indicator.dataset, language) if found.by else "",
        "splits": [(column, column_label(column, indicator.dataset, language)) for column in found.splits],
        "group_query": ask.choice.query(g=group or None, by=found.by or None),
        **_groups(ask, indicator, found.by, found.parts),
    }


def _trend(ask: Asked, indicator: Indicator, own: Sequence[Value], label: str) -> payloads.Payload:
    standards = ask.standards_of(own)
    return payloads.trend(indicator, own, ask.choice.grain, ask.language, label, standards=standards)


def _groups(ask: Asked, found: Indicator, by: str, parts: Sequence[Value]) -> dict[str, object]:
    """Bars and table of the chosen period, the largest groups first among the bars, worst first."""
    speaker = ask.speaker
    newest = [v for v in parts if v.period == ask.choice.period and v.value is not None]
    newest.sort(key=lambda v: (-v.n, str(v.group)))
    rows: list[tuple[str, str, Shown]] = []
    for value in newest:
        own = dict(value.group)
        name = value_label(by, own[by], found.dataset, ask.language)
        url = speaker.indicator_url(found.key, g=group_parameters(value.group))
        rows.append((name, url, speaker.shown(found, value)))
    drawn = sorted(rows[:BARS], key=lambda row: row[2].value.value or 0, reverse=found.better == "lower")
    if not drawn:
        return {"groups": [], "bars": None}
    label = speaker.say(message("{name} by group", name=speaker.say(found.name)))
    items = [(name, shown.value, url) for name, url, shown in drawn]
    return {
        "groups": rows,
        "bars": payloads.bars(found, items, label, ask.language),
        "bars_left_out": max(0, len(rows) - BARS),
    }


def _definition(ask: Asked, found: Indicator) -> list[tuple[str, str, bool]]:
    """The definition as its users read it: (term, text, whether it is code)."""
    say, dataset = ask.speaker.say, DATASETS[found.dataset]
    lines: list[tuple[Text, str, bool]] = []
    if found.definition:
        lines.append((Text("口径", "Definition"), say(found.definition), False))
    formula = parse_formula(found.formula, dataset)
    lines.append((Text("怎么算", "How it is counted"), formula.explain(ask.language), False))
    lines.append((Text("公式", "Formula"), found.formula, True))
    if found.where:
        lines.append((Text("只计", "Only"), parse_condition(found.where, dataset).explain(ask.language), False))
        lines.append((Text("条件", "Condition"), found.where, True))
    lines.append((Text("数据表", "Dataset"), say(dataset.label), False))
    period = dataset.column(found.period)
    lines.append((Text("归期依据", "Put into periods by"), say(period.label) if period else found.period, False))
    if found.per:
        other = DATASETS[found.per.dataset]
        explained = parse_formula(found.per.formula, other).explain(ask.language)
        lines.append(
            (Text("分母", "Divided by"), say(message("{name}: {text}", name=other.label, text=explained)), False)
        )
    lines.append((Text("单位", "Unit"), say(UNIT_WORDS[found.unit]), False))
    for term, limit in (
        (Text("基准值", "Baseline"), found.baseline),
        (Text("目标值", "Target"), found.target),
        (Text("预警值", "Warning value"), found.warning),
    ):
        if limit is not None:
            lines.append((term, format_value(limit, found.unit, ask.language), False))
    better = Text("越高越好", "Higher is better") if found.better == "higher" else Text("越低越好", "Lower is better")
    lines.append((Text("方向", "Direction"), say(better), False))
    for term, text in (
        (Text("适用范围", "Scope"), found.scope),
        (Text("责任部门", "Owner"), found.owner),
        (Text("数据来源", "Source"), found.source),
    ):
        if text:
            lines.append((term, say(text), False))
    return [(say(term), text, code) for term, text, code in lines]


def _export(ask: Asked, found: Indicator, values: Sequence[Value], form: str) -> HttpResponseBase:
    say = ask.speaker.say
    header = [say(t) for t in (Text("分组", "Group"), *VALUE_COLUMNS)]
    rows = ([group_label(v.group, found.dataset, ask.language), *_cells(ask, v)] for v in values)
    return table_response(f"{found.key}-{ask.choice.period}", form, header, rows)
