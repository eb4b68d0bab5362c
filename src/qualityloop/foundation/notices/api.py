"""Operations on one's own notices, on how one wants to be told, and on what goes out of the house."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, Whole, YesNo, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled_form
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.forms import ROBOTS, WishesForm
from qualityloop.foundation.notices.models import Delivery, Notice
from qualityloop.foundation.notices.queries import deliveries_for, notices_for, unread_count, wishes_of
from qualityloop.foundation.notices.services import notices_read, send_again, wishes_save
from qualityloop.foundation.notices.transports import TRANSPORTS
from qualityloop.foundation.permissions import SIGNED_IN, person

notices = Router(tags=[spoken(_("Notices"))])
deliveries = Router(tags=[spoken(_("Notices"))])

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description=spoken(_("Such as 22:30")))]
Robot = Annotated[str, Field(max_length=500, description=spoken(_("Address of a robot; empty takes it away")))]
Sign = Annotated[str, Field(max_length=200, description=spoken(_("Secret of a robot; empty takes it away")))]


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


class NoticeChoice(Strict):
    """How a kind of notice comes by a transport."""

    kind: str = Field(max_length=80)
    transport: str = Field(max_length=20)
    how: Literal["now", "digest", "off"]


class WishesChange(Strict):
    """What is to be changed; what is left out stays. Null for both ends takes the quiet hours away."""

    digest_hour: int | None = Field(None, ge=0, le=23)
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    dingtalk_url: Robot | None = None
    dingtalk_secret: Sign | None = None
    feishu_url: Robot | None = None
    feishu_secret: Sign | None = None
    wecom_url: Robot | None = None
    choices: list[NoticeChoice] = Field([], max_length=500, description=spoken(_("Others stay as they are.")))


class KindWishes(BaseModel):
    """How a kind of notice comes, by transport."""

    kind: str
    label: str
    by: dict[str, str] = Field(description=spoken(_("Transport to now, digest or off")))


class TransportReach(BaseModel):
    """A way by which notices come."""

    key: str
    label: str
    reaches: bool = Field(description=spoken(_("Whether the caller can be reached so")))


class WishesAnswer(BaseModel):
    """How the caller wants to be told. Of robots it says only whether they are known."""

    digest_hour: int
    quiet_from: time | None
    quiet_to: time | None
    has_dingtalk_url: bool
    has_dingtalk_secret: bool
    has_feishu_url: bool
    has_feishu_secret: bool
    has_wecom_url: bool
    transports: list[TransportReach]
    kinds: list[KindWishes]


class DeliveryAnswer(BaseModel):
    """A notice on its way out of the house."""

    id: int
    notice: int
    user: int
    subject: str
    transport: str
    state: Literal["waiting", "sending", "sent", "unsure", "failed", "skipped"]
    digest: bool
    attempts: int
    due_at: datetime
    changed_at: datetime
    error: str = Field(description=spoken(_("Why it has not arrived, in words")))


class DeliveriesAnswer(BaseModel):
    """A page of deliveries, those that changed last first."""

    items: list[DeliveryAnswer]
    next: str | None


class DeliveriesAsked(Strict):
    """Filters of the deliveries."""

    state: Literal["waiting", "sending", "sent", "unsure", "failed", "skipped"] | None = None
    transport: str = Field("", max_length=20)
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
    rows = notices_for(person(request), unread=query.unread)
    found, after = page_of(rows, Order("-at", "at"), query.after, query.limit)
    return {"items": [_notice(one) for one in found], "next": after, "unread": unread_count(person(request))}


@notices.post(
    "/read",
    response=ReadAnswer,
    operation_id="notices_read_all",
    **allows(SIGNED_IN, _("Mark all notices as read"), _("Says how many were not.")),
)
def read_all(request: HttpRequest) -> dict[str, int]:
    """Says how many were not."""
    return {"read": notices_read(person(request))}


@notices.post(
    "/{pk}/read",
    response=NoticeAnswer,
    operation_id="notices_read",
    **allows(SIGNED_IN, _("Mark a notice as read"), _("One's own only.")),
)
def read(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One's own only."""
    found = Notice.objects.filter(user=person(request), pk=pk).first()
    if found is None:
        raise Http404
    notices_read(person(request), found)
    found.refresh_from_db()
    return _notice(found)


@notices.get(
    "/settings",
    response=WishesAnswer,
    operation_id="notices_settings",
    **allows(SIGNED_IN, _("One's notice settings"), _("Kinds by transport, digest, quiet hours, one's robots.")),
)
def settings(request: HttpRequest) -> dict[str, Any]:
    """Kinds by transport, digest, quiet hours, one's robots."""
    return _wishes(person(request))


@notices.patch(
    "/settings",
    response=WishesAnswer,
    operation_id="notices_settings_change",
    **allows(SIGNED_IN, _("Change one's notice settings"), _("Addresses of robots go in and never come out.")),
)
def settings_change(request: HttpRequest, change: WishesChange) -> dict[str, Any]:
    """Addresses of robots go in and never come out."""
    user = person(request)
    make = partial(WishesForm, user, wishes_of(user))
    form = filled_form(make, _changes(make(), change))
    wishes_save(user=user, values=form.values, choices=form.choices, address=address_of(request))
    return _wishes(user)


@deliveries.get(
    "",
    response=DeliveriesAnswer,
    operation_id="notice_deliveries_list",
    **allows(SIGNED_IN, _("Deliveries of notices"), _("All for whoever answers for them, one's own for all others.")),
)
def deliveries_list(request: HttpRequest, query: Query[DeliveriesAsked]) -> dict[str, Any]:
    """All for whoever answers for them, one's own for all others."""
    wanted = {name: value for name in ("state", "transport") if (value := getattr(query, name))}
    rows = deliveries_for(person(request)).filter(**wanted)
    found, after = page_of(rows, Order("-changed_at", "changed_at"), query.after, query.limit)
    return {"items": [_delivery(one) for one in found], "next": after}


@deliveries.get(
    "/{pk}",
    response=DeliveryAnswer,
    operation_id="notice_deliveries_one",
    **allows(SIGNED_IN, _("One delivery"), _("How far it got, and why not further.")),
)
def delivery_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """How far it got, and why not further."""
    return _delivery(_delivery_found(request, pk))


@deliveries.post(
    "/{pk}/again",
    response={202: DeliveryAnswer},
    operation_id="notice_deliveries_again",
    **allows(SIGNED_IN, _("Send a notice again"), _("Only what has not arrived, or perhaps not.")),
)
def delivery_again(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """Only what has not arrived, or perhaps not."""
    found = _delivery_found(request, pk)
    if not send_again(actor=person(request), delivery=found, address=address_of(request)):
        raise ApiError(409, "not_stuck", gettext("It is on its way or has arrived."))
    return Status(202, _delivery(_delivery_found(request, pk)))


def _changes(form: WishesForm, change: WishesChange) -> dict[str, Any]:
    """What was sent, as the fields of the form."""
    sent = change.model_dump(exclude_unset=True, exclude={"choices"})
    found = {name: value for name, value in sent.items() if value is not None or name.startswith("quiet_")}
    for place, choice in enumerate(change.choices):
        name = f"how-{choice.kind}-{choice.transport}"
        if name not in form.fields or choice.how not in dict(form.fields[name].choices):  # type: ignore[attr-defined]
            raise ValidationError({f"choices.{place}": gettext("There is no such choice for you.")})
        found[name] = choice.how
    return found


def _wishes(user: User) -> dict[str, Any]:
    kept = wishes_of(user)
    form = WishesForm(user, kept)
    return {
        **{name: getattr(kept, name) for name in ("digest_hour", "quiet_from", "quiet_to")},
        **{f"has_{name}": bool(getattr(kept, name)) for name in ROBOTS},
        "transports": [
            {"key": one.key, "label": str(one.label), "reaches": reaches} for one, reaches in form.transports()
        ],
        "kinds": [{"kind": kind.key, "label": str(kind.label), "by": _by(fields)} for kind, fields in form.table()],
    }


def _by(fields: list[Any]) -> dict[str, str]:
    return {transport: str(field.initial) for transport, field in zip(TRANSPORTS, fields, strict=True)}


def _delivery_found(request: HttpRequest, pk: int) -> Delivery:
    found = deliveries_for(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _delivery(one: Delivery) -> dict[str, Any]:
    names = ("transport", "state", "digest", "attempts", "due_at", "changed_at", "error")
    shown = {name: getattr(one, name) for name in names}
    return {
        "id": one.pk, "notice": one.notice.pk, "user": one.notice.user.pk, "subject": one.notice.subject, **shown,
    }  # fmt: skip


def _notice(one: Notice) -> dict[str, Any]:
    names = ("kind", "subject", "text", "url", "at", "read_at")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


register_router("notices", notices)
register_router("notice-deliveries", deliveries)
