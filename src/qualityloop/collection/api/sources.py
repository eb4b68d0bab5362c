"""Operations on data sources; their secrets never come back out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.collection import sourcing
from qualityloop.collection.forms import SourceForm
from qualityloop.collection.models import DataSource
from qualityloop.collection.permissions import SOURCES as RIGHT
from qualityloop.collection.sources import SOURCES
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.faults import Fault
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person

sources = Router(tags=[spoken(_("Data sources"))])
kinds = Router(tags=[spoken(_("Data sources"))])

SHOWN = 20
EMPTY = ("mapping", "cron", "quiet_hours")  # what null empties
Line = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=500)]
Options = Annotated[dict[Line, Text | Annotated[list[Text], Field(max_length=50)]], Field(max_length=50)]
Mapping_ = Annotated[
    int | None, Field(ge=1, le=2**63 - 1, description=spoken(_("Id of a saved mapping; null: whichever is recognised")))
]
Hours = Annotated[
    float | None, Field(ge=0, le=100_000, description=spoken(_("Alert after so many hours without news")))
]


class SourceFields(Strict):
    """What may be said about a source; null empties what may be empty."""

    mapping: Mapping_ = None
    cron: str | None = Field(None, max_length=100, description=spoken(_("Minute, hour, day, month, weekday")))
    quiet_hours: Hours = None
    active: bool | None = None
    options: Options = Field(
        default_factory=dict, description=spoken(_("Settings of its kind; a secret that is left out stays"))
    )


class NewSource(SourceFields):
    """A source of a kind."""

    name: Line
    kind: str = Field(min_length=1, max_length=40, description=spoken(_("Key of a kind, of /api/v1/source-kinds")))


class SourceChange(SourceFields):
    """What is to be changed; what is left out stays."""

    name: Line | None = None


class SourceRunAnswer(BaseModel):
    """One time a source was asked."""

    at: datetime
    ended_at: datetime | None
    found: int
    known: int
    error: str
    run: int | None = Field(description=spoken(_("Id of its import")))


class SourceProblem(BaseModel):
    """A file that could not be taken."""

    id: int
    name: str
    at: datetime
    problem: str


class SourceAnswer(BaseModel):
    """A source, without its secrets."""

    id: int
    name: str
    kind: str
    mapping: int | None
    cron: str
    quiet_hours: float | None
    active: bool
    options: dict[str, str | list[str]]
    has_secret: bool
    next_at: datetime | None
    last_at: datetime | None
    last_news_at: datetime | None


class SourceDetails(SourceAnswer):
    """A source with its last runs and the files that could not be taken."""

    runs: list[SourceRunAnswer]
    problems: list[SourceProblem]


class SourceAsked(BaseModel):
    """That a source is being asked."""

    asked: bool


class KindOption(BaseModel):
    """A setting of a kind of source."""

    key: str
    label: str
    help: str
    required: bool
    secret: bool
    several: bool
    choices: list[str]


class SourceKind(BaseModel):
    """A way by which records come in by themselves."""

    key: str
    label: str
    help: str
    options: list[KindOption]


@kinds.get(
    "",
    response=list[SourceKind],
    operation_id="source_kinds",
    **allows(RIGHT, _("Kinds of data sources"), _("With their settings.")),
)
def kinds_list(request: HttpRequest) -> list[dict[str, Any]]:
    """With their settings."""
    return [
        {
            "key": one.key, "label": str(one.label), "help": str(one.help),
            "options": [
                {
                    "key": o.key, "label": str(o.label), "help": str(o.help), "required": o.required,
                    "secret": o.secret, "several": o.several, "choices": [key for key, _label in o.choices],
                }
                for o in one.options
            ],
        }
        for one in SOURCES.values()
    ]  # fmt: skip


@sources.get(
    "",
    response=list[SourceAnswer],
    operation_id="sources_list",
    **allows(RIGHT, _("Data sources"), _("By name, without their secrets.")),
)
def sources_list(request: HttpRequest) -> list[dict[str, Any]]:
    """By name, without their secrets."""
    return [_source(one) for one in DataSource.objects.order_by("name")]


@sources.post(
    "",
    response={201: SourceDetails},
    operation_id="sources_add",
    **allows(RIGHT, _("Set up a data source"), _("Its settings are tried out first.")),
)
def source_add(request: HttpRequest, source: NewSource) -> Status[dict[str, Any]]:
    """Its settings are tried out first."""
    if source.kind not in SOURCES:
        fault = Fault(where="body.kind", message=gettext("is not known here"))
        raise ApiError(422, "invalid", fault.message, fields=[fault])
    return Status(201, _details(_save(request, DataSource(kind=source.kind), source)))


@sources.get(
    "/{pk}",
    response=SourceDetails,
    operation_id="sources_one",
    **allows(RIGHT, _("One data source"), _("With its last runs and the files that could not be taken.")),
)
def source_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its last runs and the files that could not be taken."""
    return _details(_found(pk))


@sources.patch(
    "/{pk}",
    response=SourceDetails,
    operation_id="sources_change",
    **allows(RIGHT, _("Change a data source"), _("What is left out stays, secrets too.")),
)
def source_change(request: HttpRequest, pk: Key, change: SourceChange) -> dict[str, Any]:
    """What is left out stays, secrets too."""
    found = _found(pk)
    if found.kind not in SOURCES:
        raise Http404
    return _details(_save(request, found, change))


@sources.post(
    "/{pk}/ask",
    response={202: SourceAsked},
    operation_id="sources_ask",
    **allows(RIGHT, _("Ask a data source now"), _("A background job does so; its runs say what came of it.")),
)
def source_ask(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """A background job does so; its runs say what came of it."""
    sourcing.source_ask(actor=person(request), source=_found(pk))
    return Status(202, {"asked": True})


@sources.delete(
    "/{pk}/problems/{mark}",
    response={204: None},
    operation_id="sources_forget",
    **allows(
        RIGHT, _("Try a file again"), _("One that could not be taken; it is tried the next time the source is asked.")
    ),
)
def source_forget(request: HttpRequest, pk: Key, mark: Key) -> Status[None]:
    """One that could not be taken; it is tried the next time the source is asked."""
    seen = _found(pk).seen.filter(pk=mark).first()
    if seen is None:
        raise Http404
    sourcing.seen_forget(actor=person(request), seen=seen, address=address_of(request))
    return Status(204, None)


def _save(request: HttpRequest, found: DataSource, sent: SourceFields) -> DataSource:
    """The source as its page's form keeps it."""
    way = SOURCES[found.kind]
    changes = sent.model_dump(exclude_unset=True, exclude={"kind", "options"})
    known = {option.key for option in way.options}
    if unknown := [key for key in sent.options if key not in known]:
        faults = [Fault(where=f"body.options.{key}", message=gettext("is not known here")) for key in unknown]
        raise ApiError(422, "invalid", gettext("The request does not make sense; “fields” says where."), fields=faults)
    form = SourceForm(instance=found, way=way)
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    values |= {name: value for name, value in changes.items() if value is not None or name in EMPTY}
    values |= {f"option_{key}": value for key, value in sent.options.items()}
    form = SourceForm({name: "" if value is None else value for name, value in values.items()}, instance=found, way=way)
    if not form.is_valid():
        text = gettext("The request does not make sense; “fields” says where.")
        raise ApiError(422, "invalid", text, fields=_faults(form))
    return sourcing.source_save(
        actor=person(request), source=form.save(commit=False), options=form.options(), address=address_of(request)
    )


def _faults(form: SourceForm) -> list[Fault]:
    return [
        Fault(where="body." + name.replace("option_", "options.", 1), message=str(text))
        for name, texts in form.errors.items()
        for text in texts
    ]


def _found(pk: int) -> DataSource:
    found = DataSource.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _source(one: DataSource) -> dict[str, Any]:
    names = ("name", "kind", "cron", "quiet_hours", "active", "next_at", "last_at", "last_news_at")
    way = SOURCES.get(one.kind)
    options = way.options if way else ()
    return {
        "id": one.pk, **{name: getattr(one, name) for name in names}, "mapping": one.mapping_id,
        "options": {o.key: one.options.get(o.key) or ("" if not o.several else []) for o in options if not o.secret},
        "has_secret": any(o.secret and one.options.get(o.key) for o in options),
    }  # fmt: skip


def _details(one: DataSource) -> dict[str, Any]:
    runs = [
        {"at": run.at, "ended_at": run.ended_at, "found": run.found, "known": run.known, "error": run.error,
         "run": run.run_id}
        for run in one.runs.all()[:SHOWN]
    ]  # fmt: skip
    problems = [
        {"id": seen.pk, "name": seen.name, "at": seen.at, "problem": seen.problem}
        for seen in one.seen.exclude(problem_json="")[:SHOWN]
    ]
    return {**_source(one), "runs": runs, "problems": problems}


register_router("sources", sources)
register_router("source-kinds", kinds)
