"""The process map, and the cases behind its numbers."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import ConfigDict, Field

from qualityloop.diagnosis import permissions, queries, services
from qualityloop.diagnosis.api.question import Asked, Question, Source, asked
from qualityloop.foundation.api import ApiError, Whole, allows, spoken
from qualityloop.foundation.api.faults import Problem as Error

process = Router(tags=[spoken(_("Process"))])
FILTERS = ("channel", "product", "team", "kind")
LONGEST = 200


class ProcessQuestion(Question):
    """Of which cases."""

    channel: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this channel")))
    product: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets about this product")))
    team: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this team")))
    kind: str | None = Field(None, max_length=LONGEST, description=spoken(_("Only tickets of this kind of work")))


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

    of: Literal["edge", "start", "end", "step", "rework", "variant"] = Field(
        description=spoken(_("What the cases have in common"))
    )
    a: list[str] = Field(max_length=500, description=spoken(_("The activities of it, in order")))
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


def _where(ask: Asked, query: ProcessQuestion) -> str | None:
    if "ticket_events" not in ask.lake.datasets:
        raise ApiError(409, "no_records", gettext("No records have been loaded yet."))
    chosen = {name: value for name in FILTERS if (value := getattr(query, name)) is not None}
    known = services.filter_values(ask.lake, FILTERS) if chosen else {}
    for name, value in chosen.items():
        if value not in known.get(name, ()):
            raise ApiError(422, "invalid", gettext("There is no “{value}” among the values of {name}.").format(
                value=value[:40], name=name
            ))  # fmt: skip
    return queries.condition_text(chosen)
