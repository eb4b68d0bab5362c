"""Operations on one's own notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Strict, Whole, YesNo, allows, register_router, spoken
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.notices.queries import notices_for, unread_count
from qualityloop.foundation.notices.services import notices_read
from qualityloop.foundation.permissions import SIGNED_IN

notices = Router(tags=[spoken(_("Notices"))])


class NoticeAnswer(BaseModel):
    """Something that the caller is told."""

    id: int
    kind: str
    subject: str
    text: str
    url: str
    at: datetime
    read_at: datetime | None


class NoticesAnswer(BaseModel):
    """A page of notices, newest first."""

    items: list[NoticeAnswer]
    next: str | None
    unread: int = Field(description=spoken(_("How many are not read, on all pages")))


class NoticesAsked(Strict):
    """Filters of the notices."""

    unread: YesNo = Field(False, description=spoken(_("Only those that are not read")))
    after: str | None = Field(None, max_length=200, description=spoken(_("“next” of the page before")))
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("Rows of a page")))


class ReadAnswer(BaseModel):
    """How many notices were marked as read."""

    read: int


@notices.get(
    "",
    response=NoticesAnswer,
    operation_id="notices_list",
    **allows(SIGNED_IN, _("One's notices"), _("Newest first.")),
)
def listed(request: HttpRequest, query: Query[NoticesAsked]) -> dict[str, Any]:
    """Newest first."""
    rows = notices_for(_me(request), unread=query.unread)
    found, after = page_of(rows, Order("-at", "at"), query.after, query.limit)
    return {"items": [_notice(one) for one in found], "next": after, "unread": unread_count(_me(request))}


@notices.post(
    "/read",
    response=ReadAnswer,
    operation_id="notices_read_all",
    **allows(SIGNED_IN, _("Mark all notices as read"), _("Says how many were not.")),
)
def read_all(request: HttpRequest) -> dict[str, int]:
    """Says how many were not."""
    return {"read": notices_read(_me(request))}


@notices.post(
    "/{pk}/read",
    response=NoticeAnswer,
    operation_id="notices_read",
    **allows(SIGNED_IN, _("Mark a notice as read"), _("One's own only.")),
)
def read(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One's own only."""
    found = Notice.objects.filter(user=_me(request), pk=pk).first()
    if found is None:
        raise Http404
    notices_read(_me(request), found)
    found.refresh_from_db()
    return _notice(found)


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _notice(one: Notice) -> dict[str, Any]:
    names = ("kind", "subject", "text", "url", "at", "read_at")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


register_router("notices", notices)
