"""Operations on negative feedback: read a text, judge it, read the threshold, have it fitted."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.feedback.negatives import queries, services
from qualityloop.feedback.negatives.models import Opinion
from qualityloop.feedback.negatives.permissions import JUDGE, NEGATIVES
from qualityloop.feedback.negatives.sources import SOURCES
from qualityloop.foundation.api import Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person

judging = Router(tags=[spoken(_("Negative feedback"))])
texts = Router(tags=[spoken(_("Negative feedback"))])
thresholds = Router(tags=[spoken(_("Negative feedback"))])


class NegativeAnswer(BaseModel):
    """A text of a customer."""

    id: int
    kind: str
    record: int
    number: str
    at: str
    text: str
    stars: float | None
    score: float | None
    band: str
    by_stars: bool = Field(description=spoken(_("Whether the stars alone decided, because no threshold is fitted yet")))
    said: bool | None = Field(description=spoken(_("Whether it is negative, says a person")))


class NegativeJudging(Strict):
    """What a person says of a text."""

    negative: bool | None = Field(description=spoken(_("Empty: take back what was said")))


Order = Literal["drawn", "found"]


class NegativeQueueAsked(Strict):
    """In which order texts are judged."""

    of: Order = Field("drawn", description=spoken(_("drawn: in random order; found: the newest of those found")))


class NegativeQueueJudging(Strict):
    """What a person says of the text that came next."""

    text: int = Field(ge=1, le=2**62)
    negative: bool | None = Field(description=spoken(_("Empty: take back what was said")))
    of: Order = "drawn"


class NegativeQueueText(BaseModel):
    """A text to judge, without the machine's opinion, so that nobody is led by it."""

    id: int
    kind: str
    number: str
    at: str
    text: str


class NegativeQueueAnswer(BaseModel):
    """The text that comes next, and how far the judging is; none where all are judged."""

    text: NegativeQueueText | None
    judged_negative: int
    judged_other: int
    needed: int


class NegativeThresholdAnswer(BaseModel):
    """The threshold in force, and how far the judging is."""

    fitted_at: str | None
    basis: str | None
    judged: int | None
    low: float | None
    high: float | None
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    unsure: float | None
    measured_negative: int | None
    measured_other: int | None
    judged_negative: int
    judged_other: int
    needed: int


def _one(request: HttpRequest, pk: int) -> Opinion:
    found = queries.opinions_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _words(one: Opinion) -> str:
    source = SOURCES[one.kind]
    return source.model.objects.filter(pk=one.record_id).values_list(source.text, flat=True).first() or ""


def _queue(request: HttpRequest, *, drawn: bool) -> dict[str, Any]:
    one, done = queries.next_of(request.user, drawn=drawn), queries.progress()
    text = one and {
        "id": one.pk, "kind": one.kind, "number": one.number, "at": one.at.isoformat(), "text": _words(one),
    }  # fmt: skip
    return {
        "text": text, "judged_negative": done.positives, "judged_other": done.negatives, "needed": done.enough,
    }  # fmt: skip


def _answer(one: Opinion) -> dict[str, Any]:
    return {
        "id": one.pk, "kind": one.kind, "record": one.record_id, "number": one.number, "at": one.at.isoformat(),
        "text": _words(one), "stars": one.stars, "score": one.score, "band": one.band,
        "by_stars": one.threshold_id is None, "said": one.said,
    }  # fmt: skip


def _threshold() -> dict[str, Any]:
    now, done = queries.in_force(), queries.progress()
    names = ("basis", "judged", "low", "high", "precision", "precision_low", "precision_high", "recall", "recall_low",
             "recall_high", "unsure")  # fmt: skip
    return {
        **{name: getattr(now, name) if now else None for name in names},
        "fitted_at": now.made_at.isoformat() if now else None, "measured_negative": now.positives if now else None,
        "measured_other": now.negatives if now else None, "judged_negative": done.positives,
        "judged_other": done.negatives, "needed": done.enough,
    }  # fmt: skip


@texts.get(
    "/{pk}",
    response=NegativeAnswer,
    operation_id="negative_feedback_one",
    **allows(NEGATIVES, _("One text of a customer"), _("With its score and what people said of it.")),
)
def negative_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its score and what people said of it."""
    return _answer(_one(request, pk))


@texts.post(
    "/{pk}",
    response=NegativeAnswer,
    operation_id="negative_feedback_judge",
    **allows(JUDGE, _("Judge a text"), _("Say that it is negative, or that it is not, or take that back.")),
)
def negative_judge(request: HttpRequest, pk: Key, judging: NegativeJudging) -> dict[str, Any]:
    """Say that it is negative, or that it is not, or take that back."""
    one = _one(request, pk)
    made = services.opinion_judge(
        actor=person(request), opinion=one, negative=judging.negative, address=address_of(request)
    )
    return _answer(made)


@judging.get(
    "",
    response=NegativeQueueAnswer,
    operation_id="negative_judging_next",
    **allows(JUDGE, _("The text to judge next"), _("In random order, or the newest of those found.")),
)
def judging_next(request: HttpRequest, asked: Query[NegativeQueueAsked]) -> dict[str, Any]:
    """In random order, or the newest of those found."""
    return _queue(request, drawn=asked.of == "drawn")


@judging.post(
    "",
    response=NegativeQueueAnswer,
    operation_id="negative_judging_judge",
    **allows(JUDGE, _("Judge the text that came next"), _("In random order it counts as drawn; answers the next.")),
)
def judging_judge(request: HttpRequest, said: NegativeQueueJudging) -> dict[str, Any]:
    """In random order it counts as drawn; answers the next."""
    one, drawn = _one(request, said.text), said.of == "drawn"
    services.opinion_judge(
        actor=person(request), opinion=one, negative=said.negative, drawn=drawn, address=address_of(request)
    )
    return _queue(request, drawn=drawn)


@thresholds.get(
    "",
    response=NegativeThresholdAnswer,
    operation_id="negative_threshold",
    **allows(NEGATIVES, _("The threshold for negative feedback"), _("How good it is, and how far the judging is.")),
)
def threshold_one(request: HttpRequest) -> dict[str, Any]:
    """How good it is, and how far the judging is."""
    return _threshold()


@thresholds.post(
    "",
    response={202: NegativeThresholdAnswer},
    operation_id="negative_threshold_fit",
    **allows(JUDGE, _("Fit the threshold anew"), _("A job does it; 409 where too few texts are judged.")),
)
def threshold_fit(request: HttpRequest) -> Status[dict[str, Any]]:
    """A job does it; 409 where too few texts are judged."""
    with refused_as(409):
        services.fit_ask(actor=person(request))
    return Status(202, _threshold())


register_router("negative-feedback", texts)
register_router("negative-judging", judging)
register_router("negative-threshold", thresholds)
