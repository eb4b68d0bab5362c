"""Indicators and their values."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Status, Value
from qualityloop.diagnosis import permissions, services
from qualityloop.diagnosis.api.question import Asked, Question, Source, asked
from qualityloop.diagnosis.api.rows import Rows, RowsQuestion, rows_behind
from qualityloop.diagnosis.choices import dimensions_of
from qualityloop.diagnosis.codec import to_not_computed, to_value
from qualityloop.foundation.api import ApiError, allows, spoken
from qualityloop.foundation.api.faults import Problem as Error

indicators = Router(tags=[spoken(_("Indicators"))])
Key = Annotated[str, Path(max_length=100, description=spoken(_("Key of the indicator")))]


class ValueOut(BaseModel):
    """A number with everything that is needed to read it honestly."""

    period: date = Field(description=spoken(_("First day of the period")))
    group: dict[str, str | None] = Field(description=spoken(_("Of which rows; empty for all")))
    value: float | None
    n: int = Field(description=spoken(_("Rows that were counted")))
    numerator: float | None
    denominator: float | None
    low: float | None = Field(description=spoken(_("Lower end of the 95 % interval")))
    high: float | None = Field(description=spoken(_("Upper end of the 95 % interval")))
    interval: str | None = Field(description=spoken(_("How the interval was computed")))
    status: Status | None
    previous: float | None = Field(description=spoken(_("The value of the period before")))
    year_ago: float | None = Field(description=spoken(_("The value of the same period last year")))
    signal: int | None = Field(description=spoken(_("1 above the control limits, -1 below, 0 between them")))
    center: float | None
    lower_limit: float | None = Field(description=spoken(_("Lower control limit")))
    upper_limit: float | None = Field(description=spoken(_("Upper control limit")))


class IndicatorOut(BaseModel):
    """An indicator, and its value in the period."""

    key: str
    name: str
    dimension: str
    dataset: str
    formula: str
    where: str | None
    unit: str
    better: str
    baseline: float | None
    target: float | None
    warning: float | None
    now: ValueOut | None = Field(description=spoken(_("Its value in the period")))
    reason: str | None = Field(description=spoken(_("Why it has none")))


class IndicatorsOut(Source):
    """All indicators of a standard."""

    items: list[IndicatorOut]


class ValuesOut(Source):
    """An indicator over the periods that end with the one asked for."""

    key: str
    values: list[ValueOut]
    reason: str | None = Field(description=spoken(_("Why it has none")))


class ValuesQuestion(Question):
    """Of which rows, and split by what."""

    g: list[str] = Field(
        [], max_length=4, description=spoken(_("Only a group, such as team:夜班组; may be given several times"))
    )
    by: str | None = Field(None, max_length=64, description=spoken(_("A column to split by, such as team")))


@indicators.get(
    "",
    response={200: IndicatorsOut, 409: Error},
    operation_id="indicators_list",
    **allows(permissions.INDICATORS, _("Indicators"), _("Every indicator of a standard with its value in the period.")),
)
def indicators_list(request: HttpRequest, query: Query[Question]) -> dict[str, Any]:
    """Every indicator of a standard."""
    ask = asked(request, query)
    found = services.values(ask.lake, ask.choice, None, ())
    now = {v.key: v for v in map(to_value, found["values"]) if v.period == ask.choice.period and v.group == ()}
    reasons = {item.key: item.reason for item in map(to_not_computed, found["not_computed"])}
    items = [
        {**_definition(ask, one), "now": _plain(now.get(one.key)), "reason": ask.say(reasons.get(one.key))}
        for one in ask.choice.standard.indicators
    ]
    return {**ask.source(), "items": items}


@indicators.get(
    "/{key}/values",
    response={200: ValuesOut, 409: Error},
    operation_id="indicators_values",
    **allows(
        permissions.INDICATORS,
        _("Values of an indicator"),
        _("Over the periods that end with the one asked for; of a group, and split by a column, where that is asked."),
    ),
)
def indicators_values(request: HttpRequest, key: Key, query: Query[ValuesQuestion]) -> dict[str, Any]:
    """Values over time."""
    ask = asked(request, query)
    indicator = ask.indicator(key)
    group = ask.group(indicator, query.g, people=ask.sees_rows)
    columns = tuple(column for column, _value in group)
    splits = [c for c in dimensions_of(indicator, ask.lake, people=ask.sees_rows) if c not in columns]
    if query.by is not None and query.by not in splits:
        names = ", ".join(splits)
        raise ApiError(422, "invalid", gettext("It can be split by one of: {columns}").format(columns=names))
    grouping = (*columns, query.by) if query.by else columns
    found = services.values(ask.lake, ask.choice, key, grouping)
    values = [v for v in map(to_value, found["values"]) if len(v.group) == len(grouping) and set(group) <= set(v.group)]
    reason = next((to_not_computed(item).reason for item in found["not_computed"]), None)
    values.sort(key=lambda v: (v.period, str(v.group)))
    return {**ask.source(), "key": key, "values": [_plain(v) for v in values], "reason": ask.say(reason)}


@indicators.get(
    "/{key}/rows",
    response={200: Rows, 409: Error},
    operation_id="indicators_rows",
    **allows(
        permissions.ROWS,
        _("Rows behind a value"),
        _("The records that were counted, with all their columns; instants are on the organisation's clock."),
    ),
)
def indicators_rows(request: HttpRequest, key: Key, query: Query[RowsQuestion]) -> dict[str, Any]:
    """The rows behind a number."""
    return rows_behind(asked(request, query), key, query)


def _plain(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    names = [name for name in ValueOut.model_fields if name != "group"]
    return {"group": dict(value.group), **{name: getattr(value, name) for name in names}}


def _definition(ask: Asked, one: Indicator) -> dict[str, Any]:
    dimension = ask.choice.standard.dimensions.get(one.dimension)
    names = ("key", "dataset", "formula", "where", "unit", "better", "baseline", "target", "warning")
    shown = {name: getattr(one, name) for name in names}
    return {**shown, "name": ask.say(one.name), "dimension": ask.say(dimension) or one.dimension}
