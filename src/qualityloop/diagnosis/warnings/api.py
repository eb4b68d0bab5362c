"""Operations on early warnings; the list is served by itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.diagnosis.warnings import permissions, services
from qualityloop.diagnosis.warnings.models import EarlyWarning, Ending
from qualityloop.diagnosis.warnings.queries import evidence_of, warnings_for
from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User

warnings = Router(tags=[spoken(_("Early warnings"))])


class EndingAnswer(BaseModel):
    """What came of a warning."""

    at: str
    actor: str
    cause: str
    action: str
    lesson: str


class WarningAnswer(BaseModel):
    """A warning with its evidence and what came of it."""

    id: int
    number: str
    rule: str
    series: str
    name: str
    said: str
    severity: str
    state: str
    owner: str | None
    opened_at: str
    due_at: str
    reopened: int
    evidence: dict[str, Any] = Field(description=spoken(_("Value, limit, n, interval, period, snapshot, standard")))
    endings: list[EndingAnswer]


class Handing(Strict):
    """To whom a warning goes."""

    to: str = Field(min_length=1, max_length=150, description=spoken(_("Name of an account")))
    reason: str = Field("", max_length=500)


class EndingOf(Strict):
    """How a warning ends: nothing may be empty."""

    cause: str = Field(min_length=1, max_length=2000)
    action: str = Field(min_length=1, max_length=2000, description=spoken(_("Corrective action")))
    lesson: str = Field(min_length=1, max_length=2000)


def _found(request: HttpRequest, pk: int) -> EarlyWarning:
    one = warnings_for(request.user).select_related("owner").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _answer(one: EarlyWarning) -> dict[str, Any]:
    return {
        "id": one.pk, "number": one.number, "rule": one.rule, "series": one.series, "name": one.name(),
        "said": one.sentence(), "severity": one.severity, "state": one.state,
        "owner": one.owner.username if one.owner else None, "opened_at": one.opened_at.isoformat(),
        "due_at": one.due_at.isoformat(), "reopened": one.reopened, "evidence": evidence_of(one),
        "endings": [_ending(e) for e in one.endings.select_related("actor")],
    }  # fmt: skip


def _ending(one: Ending) -> dict[str, str]:
    words = {"cause": one.cause, "action": one.action, "lesson": one.lesson}
    return {"at": one.at.isoformat(), "actor": one.actor.username, **words}


@warnings.get(
    "/{pk}",
    response=WarningAnswer,
    operation_id="warnings_one",
    **allows(permissions.WARNINGS, _("One early warning"), _("With its evidence and what came of it.")),
)
def warning_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its evidence and what came of it."""
    return _answer(_found(request, pk))


@warnings.post(
    "/{pk}/take",
    response=WarningAnswer,
    operation_id="warnings_take",
    **allows(permissions.WORK, _("Take an early warning"), _("Whoever takes it owns it.")),
)
def warning_take(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Whoever takes it owns it."""
    one = _found(request, pk)
    with refused_as(409):
        return _answer(services.warning_take(actor=request.user, warning=one, address=address_of(request)))


@warnings.post(
    "/{pk}/hand",
    response=WarningAnswer,
    operation_id="warnings_hand",
    **allows(permissions.WORK, _("Hand over an early warning"), _("The new owner is told.")),
)
def warning_hand(request: HttpRequest, pk: Key, handing: Handing) -> dict[str, Any]:
    """The new owner is told."""
    one = _found(request, pk)
    to = User.objects.filter(username=handing.to, is_active=True, role__in=permissions.WORK.roles).first()
    if to is None:
        raise ApiError(422, "refused", gettext("There is nobody of this name who may work on warnings."))
    with refused_as(409):
        kept = services.warning_hand(
            actor=request.user, warning=one, to=to, reason=handing.reason, address=address_of(request)
        )
    return _answer(kept)


@warnings.post(
    "/{pk}/end",
    response=WarningAnswer,
    operation_id="warnings_end",
    **allows(permissions.WORK, _("End an early warning"), _("With cause, corrective action and lesson.")),
)
def warning_end(request: HttpRequest, pk: Key, ending: EndingOf) -> dict[str, Any]:
    """With cause, corrective action and lesson."""
    one = _found(request, pk)
    with refused_as(409):
        kept = services.warning_end(actor=request.user, warning=one, address=address_of(request), **ending.model_dump())
    return _answer(kept)


register_router("warnings", warnings)
