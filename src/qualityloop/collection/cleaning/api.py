"""Taking records back, for programs; the list serves itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.cleaning import services
from qualityloop.collection.cleaning.jobs import clean_soon
from qualityloop.collection.cleaning.models import Finding
from qualityloop.collection.cleaning.permissions import CLEANING
from qualityloop.collection.cleaning.queries import findings_for
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.preferences import language_of

cleaning = Router(tags=[spoken(_("Data cleaning"))])


class Judgement(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=500, description=spoken(_("Why, for the history")))


class SetAsideAnswer(BaseModel):
    """A record that a rule caught."""

    id: int
    number: str
    dataset: str
    rule: str
    copy_of: str
    state: str
    reason: str


class RunAsked(BaseModel):
    """That a run was asked for."""

    asked: bool


def _found(request: HttpRequest, pk: int) -> Finding:
    found = findings_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answer(found: Finding) -> dict[str, Any]:
    return {
        "id": found.pk, "number": found.number, "dataset": found.dataset, "rule": found.rule,
        "copy_of": found.other_number, "state": found.state, "reason": found.reason,
    }  # fmt: skip


@cleaning.post(
    "/{pk}/take-back",
    response=SetAsideAnswer,
    operation_id="set_aside_take_back",
    **allows(CLEANING, _("Take a record back"), _("It counts again; the rule does not catch it any more.")),
)
def take_back(request: HttpRequest, pk: Key, judgement: Judgement) -> dict[str, Any]:
    """Let a record count again."""
    return _judged(request, services.finding_take_back, _found(request, pk), judgement)


@cleaning.post(
    "/{pk}/set-aside",
    response=SetAsideAnswer,
    operation_id="set_aside_again",
    **allows(CLEANING, _("Set a record aside again"), _("Undoes a taking back.")),
)
def set_aside(request: HttpRequest, pk: Key, judgement: Judgement) -> dict[str, Any]:
    """Undo a taking back."""
    return _judged(request, services.finding_set_aside, _found(request, pk), judgement)


def _judged(request: HttpRequest, act: Any, found: Finding, judgement: Judgement) -> dict[str, Any]:
    try:
        done = act(actor=request.user, finding=found, reason=judgement.reason, address=address_of(request))
    except AnalysisError as error:
        raise ApiError(422, "refused", error.in_language(language_of(request))) from error
    return _answer(done)


@cleaning.post(
    "/run",
    response=RunAsked,
    operation_id="set_aside_run",
    **allows(
        CLEANING,
        _("Have all records looked at by the cleaning rules"),
        _("A background job does so; its findings are set aside as usual."),
    ),
)
def run(request: HttpRequest) -> dict[str, Any]:
    """Ask for a run over all records."""
    clean_soon(request.user, everything=True)  # type: ignore[arg-type]  # `allows` has seen to it
    return {"asked": True}


register_router("set-aside", cleaning)
