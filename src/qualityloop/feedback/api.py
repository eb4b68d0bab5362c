"""Registering feedback by hand; the lists are served by themselves."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.feedback import permissions
from qualityloop.feedback.forms import PraiseForm
from qualityloop.feedback.models import Praise
from qualityloop.feedback.services import praise_register
from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled_form
from qualityloop.foundation.audit.sessions import address_of

praise = Router(tags=[spoken(_("Praise"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Named = Annotated[str, Field(max_length=200)]


class NewPraise(Strict):
    """A customer's thanks. A ticket tells agent, team and customer where they are left out."""

    text: str = Field(min_length=1, max_length=20_000)
    ticket_number: Named = ""
    customer_number: Named = ""
    agent: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    team: Number | None = Field(None, description=spoken(_("Id of a department")))
    channel: str = Field("", max_length=50)


class PraiseAnswer(BaseModel):
    """Praise as it was registered."""

    id: int
    number: str
    received_at: datetime
    text: str
    ticket: int | None
    customer: int | None
    agent: int | None
    team: int | None
    channel: str


@praise.post(
    "",
    response={201: PraiseAnswer},
    operation_id="praise_add",
    **allows(permissions.PRAISE_ADD, _("Register praise"), _("It gets the next number; a ticket tells the rest.")),
)
def praise_add(request: HttpRequest, new: NewPraise) -> Status[dict[str, Any]]:
    """It gets the next number; a ticket tells the rest."""
    form = filled_form(partial(PraiseForm, user=request.user), new.model_dump())
    return Status(201, _said(praise_register(actor=request.user, address=address_of(request), **form.values)))


def _said(one: Praise) -> dict[str, Any]:
    related = {name: getattr(one, f"{name}_id") for name in ("ticket", "customer", "agent", "team")}
    shown = {name: getattr(one, name) for name in ("number", "received_at", "text", "channel")}
    return {"id": one.pk, **shown, **related}


register_router("praise", praise)
