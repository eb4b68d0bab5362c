"""Operations on mails that were kept as they came; the list serves itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel

from qualityloop.collection.mail.taking import mails_again
from qualityloop.collection.models import MailItem
from qualityloop.collection.permissions import SOURCES
from qualityloop.foundation.api import allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.permissions import person

mails = Router(tags=[spoken(_("Mails"))])


class MailsRead(BaseModel):
    """How many mails were read again, and how many of them could be read."""

    read: int
    good: int


@mails.post(
    "/again",
    response=MailsRead,
    operation_id="mails_again",
    **allows(SOURCES, _("Read mails again"), _("Those that wait or could not be read, at most 500 at once.")),
)
def all_again(request: HttpRequest) -> dict[str, Any]:
    """Those that wait or could not be read, at most 500 at once."""
    read, good = mails_again(actor=person(request))
    return {"read": read, "good": good}


@mails.post(
    "/{pk}/again",
    response=MailsRead,
    operation_id="mails_one_again",
    **allows(SOURCES, _("Read a mail again"), _("One that is in a ticket already stays as it is.")),
)
def one_again(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One that is in a ticket already stays as it is."""
    if not MailItem.objects.filter(pk=pk).exists():
        raise Http404
    read, good = mails_again(actor=person(request), number=pk)
    return {"read": read, "good": good}


register_router("mails", mails)
