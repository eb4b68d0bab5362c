"""The process map, and the cases behind its numbers."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from qualityloop.diagnosis import permissions, queries, services
from qualityloop.diagnosis.api.question import Asked, Question, Source, asked
from qualityloop.diagnosis.choices import standards
from qualityloop.diagnosis.segments import SEGMENTS, sides
from qualityloop.foundation.api import ApiError, Day, Whole, allows, spoken
from qualityloop.foundation.api.faults import Problem as Error

process = Router(tags=[spoken(_("Process"))])
LONGEST = 200


class ProcessQuestion(Question):
    """Of which cases."""

    channel: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this channel")))
    product: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets about this product")))
    team: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this team")))
    kind: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this kind of work")))
    product_kind: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only about this kind of product")))
    category: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this category")))
    tier: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of customers of this tier")))
    priority: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this priority")))
    region: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this region")))
    shift: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this shift")))


class Map(Source):
    """Steps, passages, variants, repeats; docs/PROCESS.md describes them."""

    model_config = ConfigDict(extra="allow")

    cases: int
    events: int
    edges: list[dict[str, Any]]
    variants: list[dict[str, Any]]
    rework: list[dict[str, Any]]
    steps: list[dict[str, Any]]


@process.get(
    "",
    response={200: Map, 409: Error},
    operation_id="process_map",
    **allows(permissions.PROCESS, _("Process"), _("How cases that began in the period went from step to step.")),
)
def process_map(request: HttpRequest, query: Query[ProcessQuestion]) -> dict[str, Any]:
    """The map."""
    ask = asked(request, query)
    found = services.process(ask.lake, ask.choice, _where(ask, query))
    return {**found, **ask.source()}


class CasesQuestion(ProcessQuestion):
    """Which cases: with a passage, a step, a variant …"""

    of: Literal["all", "edge", "start", "end", "step", "rework", "variant", "handed"] = Field(
        description=spoken(_("What the cases have in common"))
    )
    a: list[str] = Field(
        default_factory=list,
        max_length=500,
        description=spoken(_("The activities of it, in order; of “handed” team or actor, from whom, to whom")),
    )
    limit: Whole = Field(100, ge=1, le=1000, description=spoken(_("Rows of a page")))
    skip: Whole = Field(0, ge=0, le=1_000_000, description=spoken(_("Rows to skip")))


class Cases(Source):
    """Cases behind a number of the map."""

    items: list[dict[str, Any]]


@process.get(
    "/cases",
    response={200: Cases, 409: Error},
    operation_id="process_cases",
    **allows(permissions.PROCESS, _("Cases behind the process"), _("The cases behind a number of the process map.")),
)
def process_cases(request: HttpRequest, query: Query[CasesQuestion]) -> dict[str, Any]:
    """The cases."""
    ask = asked(request, query)
    where = _where(ask, query)
    about = queries.subject(query.of, query.a)
    if about is None:
        raise ApiError(422, "invalid", gettext("That many activities do not name it."))
    found = queries.cases(ask.lake, ask.choice, about, where, limit=query.limit, offset=query.skip)
    return {**ask.source(), "items": list(found)}


class CompareQuestion(ProcessQuestion):
    """Which two sides; every other filter holds for both."""

    against: Day | None = Field(
        None,
        description=spoken(
            _("Any day of the period of side A; the period before, or the same one where the segments differ")
        ),
    )
    a: str | None = Field(None, max_length=LONGEST, description=spoken(_("Cases of side A, like team:夜班组")))
    b: str | None = Field(None, max_length=LONGEST, description=spoken(_("Cases of side B, like team:白班组")))


class EstimateAnswer(BaseModel):
    """A value of one side; shares as shares, durations in seconds."""

    value: float | None
    low: float | None = Field(description=spoken(_("Lower end of the 95 % interval")))
    high: float | None
    cases: int = Field(description=spoken(_("Cases that it rests on")))


class ComparedAnswer(BaseModel):
    """One figure on both sides."""

    measure: str = Field(description=spoken(_("docs/PROCESS.md names them")))
    of: list[str] = Field(description=spoken(_("The step, the two steps, the departure or the hand-over")))
    one: EstimateAnswer
    other: EstimateAnswer
    difference: float | None = Field(description=spoken(_("B less A")))
    low: float | None
    high: float | None
    q: float | None = Field(description=spoken(_("p, made larger for the number of comparisons")))
    verdict: Literal["difference", "none", "too_few"]
    better: bool | None = Field(description=spoken(_("Whether B is better, where there is a difference")))


class SideAnswer(BaseModel):
    """What was counted on a side."""

    period: date
    filters: dict[str, str]
    cases: int
    events: int
    variants: int
    deviating: int | None = Field(description=spoken(_("Cases that left the process map; null without one")))
    open: int | None


class PassageAnswer(BaseModel):
    """A passage on both sides."""

    source: str
    target: str
    count: list[int]
    share: list[float] = Field(description=spoken(_("Of all waiting of the side")))


class ProcessComparisonAnswer(Source):
    """Both sides of the process, A being `one`, B `other`."""

    one: SideAnswer
    other: SideAnswer
    same_map: bool
    passages: list[PassageAnswer]
    rows: list[ComparedAnswer]


@process.get(
    "/compare",
    response={200: ProcessComparisonAnswer, 409: Error},
    operation_id="process_compare",
    **allows(
        permissions.PROCESS,
        _("Two sides of the process"),
        _("Two periods, teams or other segments beside each other, with what differs."),
    ),
)
def process_compare(request: HttpRequest, query: Query[CompareQuestion]) -> dict[str, Any]:
    """Both sides."""
    ask = asked(request, query)
    _where(ask, query)
    given = {name: str(value) for name, value in query.model_dump(exclude_none=True).items()}
    known = services.filter_values(ask.lake, SEGMENTS)
    one, other, notes = sides(given, ask.choice, ask.lake, standards(settings.QUALITYLOOP_HOME), known)
    ask.refuse(notes)
    if one.same_as(other):
        raise ApiError(422, "invalid", gettext("Both sides are the same."))
    found = services.compared(ask.lake, one, other)
    said = {
        name: {**found[name], "period": side.choice.period, "filters": dict(side.chosen)}
        for name, side in (("one", one), ("other", other))
    }
    return {**found, **said, **ask.source()}


def _where(ask: Asked, query: ProcessQuestion) -> str | None:
    if "ticket_events" not in ask.lake.datasets:
        raise ApiError(409, "no_records", gettext("No records have been loaded yet."))
    given = {name: value for name in SEGMENTS if (value := getattr(query, name)) is not None}
    known = services.filter_values(ask.lake, SEGMENTS) if given else {}
    for name, value in given.items():
        if value not in known.get(name, ()):
            raise ApiError(422, "invalid", gettext("There is no “{value}” among the values of {name}.").format(
                value=value[:40], name=name
            ))  # fmt: skip
    return queries.condition_text(given)
