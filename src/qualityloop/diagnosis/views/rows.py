"""The rows behind a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from qualityloop.analysis.datasets import DATASETS, Dataset
from qualityloop.analysis.datasets.values import known_value
from qualityloop.analysis.indicators.rows import Side
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.problems.wording import column_label, format_number, group_label, rows_label
from qualityloop.diagnosis import permissions, queries
from qualityloop.diagnosis.choices import (
    column_names,
    day_range,
    dimensions_of,
    group_parameters,
    parse_group,
    query_string,
)
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.export import FORMATS, Cell, table_response
from qualityloop.foundation.paging import page_asked
from qualityloop.foundation.permissions import requires

MOST_JSON = 10_000
FIRST_COLUMNS = 9  # shown unless all are asked for
SIDES: dict[Side, Text] = {
    "all": Text("全部记录", "All rows that count"),
    "numerator": Text("计入分子", "In the numerator"),
    "not_numerator": Text("未计入分子", "Not in the numerator"),
    "denominator": Text("分母记录", "Rows of the denominator"),
}
USEFUL = ("subject", "channel", "team", "shift", "agent", "product", "category", "status", "region", "comment", "text")
YES, NO = Text("是", "yes"), Text("否", "no")


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows: of an indicator in the days start..end, of a group, on one side of the share."""

    indicator: Indicator
    start: date
    end: date
    group: Group
    side: Side
    order: str | None
    descending: bool

    @property
    def dataset(self) -> Dataset:
        """Whose rows they are."""
        per = self.indicator.per
        return DATASETS[per.dataset if per and self.side == "denominator" else self.indicator.dataset]


@requires(permissions.ROWS)
@require_safe
@asked
def rows(ask: Asked, key: str) -> HttpResponseBase:
    """Rows that an indicator counted, paged and sorted, or all of them as a file."""
    question, notes = _question(ask, ask.indicator_then(key))
    present = column_names(question.dataset, ask.lake)
    form = ask.request.GET.get("format", "")
    name = f"{key}-{question.start}-{question.end}"
    if form in FORMATS:
        header = [_export_header(c, question.dataset, ask) for c in present]
        found = queries.indicator_rows(ask.lake, question)
        return table_response(name, form, header, ([_cell(row.get(c)) for c in present] for row in found))
    if form == "json":
        found = queries.indicator_rows(ask.lake, question, limit=MOST_JSON)
        body = {"snapshot": ask.lake.snapshot, "indicator": key, "from": question.start, "to": question.end}
        return JsonResponse({**body, "rows": list(found)}, json_dumps_params={"ensure_ascii": False})
    return _page(ask, question, present, notes)


def _question(ask: Asked, indicator: Indicator) -> tuple[Question, list[Message]]:
    asked_for = ask.request.GET
    start, end, notes = day_range(asked_for, ask.choice.first, ask.choice.last)
    allowed = frozenset(dimensions_of(indicator, ask.lake, people=True))
    group, more = parse_group(asked_for.getlist("g"), allowed)
    side: Side = next((s for s in _sides(indicator) if s == asked_for.get("side")), "all")
    order = asked_for.get("sort", "")
    column = order.removeprefix("-")
    known = (
        DATASETS[indicator.dataset].column(column) is not None
        and column in ask.lake.datasets.get(indicator.dataset, ask.lake.datasets[next(iter(ask.lake.datasets))]).columns
    )
    if order and not known:
        more.append(message("There is no “{text}” to choose; the usual choice is shown.", text=order[:40]))
    chosen = column if known and side != "denominator" else None
    return Question(indicator, start, end, group, side, chosen, order.startswith("-") or not chosen), [*notes, *more]


def _sides(indicator: Indicator) -> tuple[Side, ...]:
    if indicator.per:
        return ("all", "denominator")
    return ("all", "numerator", "not_numerator") if indicator.formula.startswith("share") else ("all",)


def _page(ask: Asked, question: Question, present: list[str], notes: list[Message]) -> HttpResponseBase:
    page, say, indicator, dataset = page_asked(ask.request.GET), ask.speaker.say, question.indicator, question.dataset
    total = queries.indicator_count(ask.lake, question)
    if page.offset >= total:
        page = page_asked({})
    found = list(queries.indicator_rows(ask.lake, question, limit=page.size, offset=page.offset))
    everything = ask.request.GET.get("columns") == "all"
    shown = present if everything else _first_columns(question, present)
    fixed = {
        "standard": ask.choice.standard.key,
        "version": ask.request.GET.get("version") or None,
        "from": question.start.isoformat(),
        "to": question.end.isoformat(),
        "g": group_parameters(question.group),
    }
    side = None if question.side == "all" else question.side
    columns = "all" if everything else None
    sort = f"{'-' if question.descending else ''}{question.order}" if question.order else None
    return ask.render(
        "rows.html",
        *notes,
        indicator=indicator,
        name=say(indicator.name),
        group_name=group_label(question.group, indicator.dataset, ask.language) if question.group else "",
        start=question.start,
        end=question.end,
        count=rows_label(total, dataset.name, ask.language),
        sides=[
            (say(SIDES[s]), query_string(**fixed, columns=columns, side=None if s == "all" else s), s == question.side)
            for s in _sides(indicator)
        ],
        header=[_heading(ask, question, c, query_string(**fixed, side=side, columns=columns)) for c in shown],
        rows=[[_text(row.get(c), c, ask) for c in shown] for row in found],
        page=page.among(more=page.offset + page.size < total, of=total),
        query=query_string(**fixed, side=side, columns=columns, sort=sort),
        columns_query=query_string(**fixed, side=side, sort=sort, columns=None if everything else "all"),
        everything=everything,
        column_count=len(present),
        indicator_url=ask.speaker.indicator_url(indicator.key, g=group_parameters(question.group) or None),
    )


def _first_columns(question: Question, present: list[str]) -> list[str]:
    """Key, time, what the formula and condition read, then what helps to recognise a row."""
    dataset = question.dataset
    read = queries.columns_read(question.indicator) if question.side != "denominator" else frozenset()
    wanted = [
        *dataset.key,
        dataset.instant,
        *(c for c in present if c in read),
        *(c for c, _ in question.group),
        *USEFUL,
    ]
    return [c for c in dict.fromkeys(wanted) if c in present][:FIRST_COLUMNS]


def _heading(ask: Asked, question: Question, column: str, query: str) -> tuple[str, str, str]:
    """Label, address that sorts by it, and how it is sorted now (for aria-sort)."""
    label = column_label(column, question.dataset, ask.language)
    if question.side == "denominator":
        return label, "", ""
    if column != question.order:
        return label, f"{query}&sort=-{column}", ""
    now = "descending" if question.descending else "ascending"
    return label, f"{query}&sort={'' if question.descending else '-'}{column}", now


def _export_header(column: str, dataset: Dataset, ask: Asked) -> str:
    """The column's own name, so that a formula can be computed again, with its label."""
    return f"{column} ({column_label(column, dataset, ask.language)})"


def _cell(value: Any) -> Cell:
    return value if isinstance(value, str | int | float | bool | date | datetime) or value is None else str(value)


def _text(value: Any, column: str, ask: Asked) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return ask.speaker.say(YES if value else NO)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float):
        return format_number(value, ask.language)
    word = known_value(column, str(value))
    return ask.speaker.say(word) if word else str(value)
