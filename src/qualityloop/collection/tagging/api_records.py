"""Tagging records, and judging what was learned, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from qualityloop.collection.tagging import queries, services
from qualityloop.collection.tagging.api import tags
from qualityloop.collection.tagging.jobs import LEARN
from qualityloop.collection.tagging.models import Learning, Suggestion, Tag
from qualityloop.collection.tagging.permissions import TAG, TAGS
from qualityloop.foundation.api import Strict, Whole, allows, register_router, spoken
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.permissions import person

suggestions = Router(tags=[spoken(_("Tag suggestions"))])

LIKELIEST = Order("-score", "score")


class TagGiven(BaseModel):
    """A tag that a record has."""

    tag: int
    name: str
    origin: Literal["rule", "hand", "accepted"]
    by: str | None = Field(description=spoken(_("Account of whoever gave it; null where a rule did")))


class TagLikely(BaseModel):
    """A tag that is suggested for a record."""

    suggestion: int
    tag: int
    name: str
    score: float


class TagOffered(BaseModel):
    """A tag in use."""

    id: int
    name: str
    description: str


class RecordTags(BaseModel):
    """The tags of a record."""

    dataset: str
    record: int
    given: list[TagGiven]
    suggested: list[TagLikely]
    offered: list[TagOffered] = Field(description=spoken(_("Tags in use, the most used first")))


class SuggestionAnswer(BaseModel):
    """A tag that waits for a person."""

    id: int
    tag: int
    name: str
    dataset: str
    record: int
    number: str
    text: str
    score: float
    url: str = Field(description=spoken(_("Address of the record's page")))


class SuggestionPage(BaseModel):
    """A page of suggestions."""

    items: list[SuggestionAnswer]
    next: str | None = Field(description=spoken(_("“after” of the next page; null on the last")))


class SuggestionsAsked(Strict):
    """Which page."""

    after: str | None = Field(None, max_length=2000, description=spoken(_("“next” of the page before")))
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("Rows of a page")))


class SuggestionVerdict(Strict):
    """Whether the record has the tag."""

    verdict: Literal["accept", "reject"]


class LearningAnswer(BaseModel):
    """The last time that suggestions were learned."""

    version: str | None
    at: datetime | None
    texts: int | None
    target: float | None = Field(description=spoken(_("Precision aimed at")))
    job: int | None = Field(description=spoken(_("Background job that is learning; /api/v1/jobs says how far")))


class LearningAsked(BaseModel):
    """That suggestions are being learned."""

    job: int


@tags.get(
    "/records/{dataset}/{pk}",
    response=RecordTags,
    operation_id="tags_of_record",
    **allows(TAG, _("Tags of a record"), _("Those that it has, those that are suggested, and all that may be given.")),
)
def tags_of_record(request: HttpRequest, dataset: str, pk: Key) -> dict[str, Any]:
    """Those that it has, those that are suggested, and all that may be given."""
    _record(request, dataset, pk)
    return _tags(dataset, pk)


@tags.put(
    "/records/{dataset}/{pk}/{number}",
    response=RecordTags,
    operation_id="tags_give",
    **allows(TAG, _("Give a record a tag"), _("One that is in use. A suggestion of it counts as accepted.")),
)
def tag_give(request: HttpRequest, dataset: str, pk: Key, number: Key) -> dict[str, Any]:
    """One that is in use. A suggestion of it counts as accepted."""
    return _set(request, dataset, pk, number, wanted=True)


@tags.delete(
    "/records/{dataset}/{pk}/{number}",
    response=RecordTags,
    operation_id="tags_take",
    **allows(TAG, _("Take a tag off a record"), _("No rule and no suggestion brings it back.")),
)
def tag_take(request: HttpRequest, dataset: str, pk: Key, number: Key) -> dict[str, Any]:
    """No rule and no suggestion brings it back."""
    return _set(request, dataset, pk, number, wanted=False)


@suggestions.get(
    "",
    response=SuggestionPage,
    operation_id="tag_suggestions_list",
    **allows(TAG, _("Tag suggestions"), _("For records that the caller may see, the likeliest first.")),
)
def suggestions_list(request: HttpRequest, query: Query[SuggestionsAsked]) -> dict[str, Any]:
    """For records that the caller may see, the likeliest first."""
    page, after = page_of(queries.suggestions_for(request.user), LIKELIEST, query.after, query.limit)
    return {"items": [_suggestion(one) for one in queries.waiting(page)], "next": after}


@suggestions.get(
    "/learning",
    response=LearningAnswer,
    operation_id="tag_suggestions_learned",
    **allows(TAGS, _("What suggestions were learned from"), _("The last time, and the job where one is learning.")),
)
def learned(request: HttpRequest) -> dict[str, Any]:
    """The last time, and the job where one is learning."""
    last = Learning.objects.first()
    run = JobRun.objects.filter(key=LEARN).order_by("-pk").first()
    said = {name: getattr(last, name) if last else None for name in ("version", "at", "texts", "target")}
    return {**said, "job": run.pk if run and run.is_live else None}


@suggestions.post(
    "/learning",
    response=LearningAsked,
    operation_id="tag_suggestions_learn",
    **allows(
        TAGS, _("Learn suggestions anew"), _("A background job learns from the tags that people gave or refused.")
    ),
)
def learn(request: HttpRequest) -> dict[str, Any]:
    """A background job learns from the tags that people gave or refused."""
    return {"job": enqueue(LEARN, actor=person(request), once=LEARN).pk}


@suggestions.post(
    "/{pk}/judge",
    response=RecordTags,
    operation_id="tag_suggestions_judge",
    **allows(
        TAG, _("Judge a suggested tag"), _("Accepted, the record has the tag; rejected, it is not suggested again.")
    ),
)
def judge(request: HttpRequest, pk: Key, body: SuggestionVerdict) -> dict[str, Any]:
    """Accepted, the record has the tag; rejected, it is not suggested again."""
    found = queries.suggestions_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    services.suggestion_judge(
        actor=person(request), suggestion=found, accept=body.verdict == "accept", address=address_of(request)
    )
    return _tags(found.dataset, found.record_id)


def _set(request: HttpRequest, dataset: str, pk: int, number: int, *, wanted: bool) -> dict[str, Any]:
    record = _record(request, dataset, pk)
    tag = Tag.objects.filter(pk=number, **({"active": True} if wanted else {})).first()
    if tag is None:
        raise Http404
    services.tag_set(actor=person(request), subject=record, tag=tag, wanted=wanted, address=address_of(request))
    return _tags(dataset, pk)


def _record(request: HttpRequest, dataset: str, pk: int) -> Any:
    found = queries.record_for(request.user, dataset, pk)
    if found is None:
        raise Http404
    return found


def _tags(dataset: str, pk: int) -> dict[str, Any]:
    """As the panel on the record's page shows them."""
    shown, active = queries.chips(dataset, pk)
    return {
        "dataset": dataset, "record": pk,
        "given": [
            {"tag": one.tag.pk, "name": one.tag.name, "origin": one.given.origin,
             "by": one.given.actor.username if one.given.actor else None}
            for one in shown if one.given
        ],
        "suggested": [
            {"suggestion": one.suggested.pk, "tag": one.tag.pk, "name": one.tag.name, "score": one.suggested.score}
            for one in shown if one.suggested and not one.given and one.tag.active
        ],
        "offered": [{"id": tag.pk, "name": tag.name, "description": tag.description} for tag in active],
    }  # fmt: skip


def _suggestion(one: queries.Waiting) -> dict[str, Any]:
    found: Suggestion = one.suggestion
    return {
        "id": found.pk, "tag": found.tag_id, "name": found.tag.name, "dataset": found.dataset,
        "record": found.record_id, "number": found.number, "text": one.text, "score": found.score, "url": one.url,
    }  # fmt: skip


register_router("tag-suggestions", suggestions)
