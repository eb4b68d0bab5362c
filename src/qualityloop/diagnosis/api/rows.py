"""Problems, and the rows behind a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from qualityloop.analysis.indicators.rows import Side
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.diagnosis import permissions, queries, services
from qualityloop.diagnosis.api.question import FIRST_YEAR, LAST_YEAR, Asked, Question, Source, asked
from qualityloop.diagnosis.codec import to_problem
from qualityloop.foundation.api import ApiError, Day, Whole, allows, spoken
from qualityloop.foundation.api.faults import Problem as Error

problems = Router(tags=[spoken(_("Problems"))])
MOST = 1000  # rows of a page
FURTHEST = 1_000_000  # rows that may be skipped


class DriverOut(BaseModel):
    """A segment that accounts for more of the gap than its size explains."""

    group: dict[str, str | None]
    value: float | None
    n: int
    share_of_gap: float = Field(description=spoken(_("Its part of the gap to the target")))
    share_of_rows: float | None


class ProblemOut(BaseModel):
    """An indicator that misses its target for sure."""

    rank: int
    indicator: str
    group: dict[str, str | None]
    grade: str
    value: float
    target: float
    n: int
    low: float | None
    high: float | None
    affected: float = Field(description=spoken(_("Rows on the wrong side of the target")))
    score: float = Field(description=spoken(_("By which problems are ranked")))
    months_missed: int = Field(description=spoken(_("Periods in a row that missed the target")))
    sentence: str | None = Field(description=spoken(_("In words; only for those who may see records")))
    drivers: list[DriverOut]


class ProblemsOut(Source):
    """Problems by rank."""

    items: list[ProblemOut]


@problems.get(
    "",
    response={200: ProblemsOut, 409: Error},
    operation_id="problems_list",
    **allows(permissions.OVERVIEW, _("Problems"), _("What misses its target for sure, the most urgent first.")),
)
def problems_list(request: HttpRequest, query: Query[Question]) -> dict[str, Any]:
    """Problems by rank."""
    ask = asked(request, query)
    found = [to_problem(item) for item in services.overview(ask.lake, ask.choice)["problems"]]
    return {**ask.source(), "items": [_problem(ask, one) for one in found]}


def _problem(ask: Asked, one: Any) -> dict[str, Any]:
    names = [n for n in ProblemOut.model_fields if n not in ("group", "sentence", "drivers")]
    drivers = [
        {"group": dict(d.group), **{n: getattr(d, n) for n in DriverOut.model_fields if n != "group"}}
        for d in one.drivers
    ]
    return {
        **{name: getattr(one, name) for name in names},
        "group": dict(one.group),
        "sentence": ask.say(one.sentence) if ask.sees_rows else None,  # sentences and drivers may name persons
        "drivers": drivers if ask.sees_rows else [],
    }


# ---- rows -------------------------------------------------------------------------------------------------


class RowsQuestion(Question):
    """Which rows of an indicator."""

    first: Day | None = Field(None, alias="from", description=spoken(_("First day; the first of the period")))
    last: Day | None = Field(None, alias="to", description=spoken(_("Last day, included; the last of the period")))
    g: list[str] = Field(
        [], max_length=4, description=spoken(_("Only a group, such as team:夜班组; may be given several times"))
    )
    side: Side = Field("all", description=spoken(_("Rows of which part of a share")))
    limit: Whole = Field(100, ge=1, le=MOST, description=spoken(_("Rows of a page")))
    skip: Whole = Field(0, ge=0, le=FURTHEST, description=spoken(_("Rows to skip")))


class Rows(Source):
    """Rows behind a value."""

    key: str
    start: date
    end: date
    count: int = Field(description=spoken(_("Rows in all")))
    items: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Wanted:
    indicator: Indicator
    start: date
    end: date
    group: Group
    side: Side
    order: str | None = None
    descending: bool = True


def rows_behind(ask: Asked, key: str, query: RowsQuestion) -> dict[str, Any]:
    """The rows, and how many there are."""
    indicator = ask.indicator(key)
    first, last = query.first or ask.choice.period, query.last or ask.choice.end
    if first > last or not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        raise ApiError(422, "invalid", gettext("The first day of “{name}” lies after the last.").format(name="from"))
    shares = indicator.formula.startswith("share")
    sides = ("all", "denominator") if indicator.per else ("all", "numerator", "not_numerator") if shares else ("all",)
    if query.side not in sides:
        text = gettext("Of this indicator one can ask for {sides}.")
        raise ApiError(422, "invalid", text.format(sides=", ".join(sides)))
    wanted = _Wanted(indicator, first, last, ask.group(indicator, query.g, people=True), query.side)
    items = list(queries.indicator_rows(ask.lake, wanted, limit=query.limit, offset=query.skip))
    count = queries.indicator_count(ask.lake, wanted)
    return {**ask.source(), "key": key, "start": first, "end": last, "count": count, "items": items}
