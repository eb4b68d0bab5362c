"""Operations on webhook subscriptions and their calls."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, Whole, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.keyset import LIMIT, MOST
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.webhooks import services
from qualityloop.foundation.webhooks.events import EVENTS, PING
from qualityloop.foundation.webhooks.forms import SubscriptionForm
from qualityloop.foundation.webhooks.models import Call, Subscription
from qualityloop.foundation.webhooks.permissions import WEBHOOKS
from qualityloop.foundation.webhooks.queries import calls_for, subscriptions

webhooks = Router(tags=[spoken(_("Webhooks"))])
events = Router(tags=[spoken(_("Webhooks"))])

Line = Annotated[str, Field(min_length=1, max_length=100)]
Address = Annotated[str, Field(min_length=1, max_length=500)]
Events = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=100)]
CallKey = Annotated[UUID, Path(description=spoken(_("Key of the call, as in QualityLoop-Delivery")))]


class SubscriptionAnswer(BaseModel):
    """Another system, and what it wants to hear."""

    id: int
    name: str
    url: str
    events: list[str]
    active: bool
    made_at: datetime


class SecretAnswer(SubscriptionAnswer):
    """A subscription with its secret."""

    secret: str = Field(description=spoken(_("Shown this once")))


class NewSubscription(Strict):
    """Who is called, where, and about what."""

    name: Line
    url: Address = Field(description=spoken(_("A public address, or one that is allowed by QUALITYLOOP_OUTWARD")))
    events: Events = Field(default_factory=list)
    active: bool = True


class SubscriptionChange(Strict):
    """What is to be changed; what is left out stays."""

    name: Line | None = None
    url: Address | None = None
    events: Events | None = None
    active: bool | None = None


class CallAnswer(BaseModel):
    """A call and what became of it."""

    id: UUID
    event: str
    state: Literal["waiting", "done", "failed", "skipped"]
    status: int | None
    attempts: int
    changed_at: datetime


class CallsAsked(Strict):
    """Filters of the calls."""

    state: Literal["waiting", "done", "failed", "skipped"] | None = None
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("The newest so many")))


class WebhookEvent(BaseModel):
    """Something that other systems can be told."""

    key: str
    label: str


@events.get(
    "",
    response=list[WebhookEvent],
    operation_id="webhook_events",
    **allows(WEBHOOKS, _("Events of webhooks"), _("What other systems can be told.")),
)
def events_list(request: HttpRequest) -> list[dict[str, str]]:
    """What other systems can be told."""
    return [{"key": one.key, "label": str(one.label)} for one in EVENTS.values() if one is not PING]


@webhooks.get(
    "",
    response=list[SubscriptionAnswer],
    operation_id="webhooks_list",
    **allows(WEBHOOKS, _("Webhook subscriptions"), _("By name, without their secrets.")),
)
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    """By name, without their secrets."""
    return [_subscription(one) for one in subscriptions()]


@webhooks.post(
    "",
    response={201: SecretAnswer},
    operation_id="webhooks_make",
    **allows(WEBHOOKS, _("Make a subscription"), _("Its secret is in the answer, and nowhere else.")),
)
def make(request: HttpRequest, subscription: NewSubscription) -> Status[dict[str, Any]]:
    """Its secret is in the answer, and nowhere else."""
    made = _save(request, Subscription(), subscription.model_dump())
    return Status(201, {**_subscription(made), "secret": made.secret})


@webhooks.get(
    "/{pk}",
    response=SubscriptionAnswer,
    operation_id="webhooks_one",
    **allows(WEBHOOKS, _("One subscription"), _("Without its secret.")),
)
def one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Without its secret."""
    return _subscription(_found(pk))


@webhooks.patch(
    "/{pk}",
    response=SubscriptionAnswer,
    operation_id="webhooks_change",
    **allows(WEBHOOKS, _("Change a subscription"), _("What is left out stays.")),
)
def change(request: HttpRequest, pk: Key, change: SubscriptionChange) -> dict[str, Any]:
    """What is left out stays."""
    return _subscription(_save(request, _found(pk), change.model_dump(exclude_none=True)))


@webhooks.delete(
    "/{pk}",
    response={204: None},
    operation_id="webhooks_remove",
    **allows(WEBHOOKS, _("Remove a subscription"), _("With the log of its calls.")),
)
def remove(request: HttpRequest, pk: Key) -> Status[None]:
    """With the log of its calls."""
    services.subscription_remove(actor=person(request), subscription=_found(pk), address=address_of(request))
    return Status(204, None)


@webhooks.post(
    "/{pk}/secret",
    response=SecretAnswer,
    operation_id="webhooks_secret",
    **allows(WEBHOOKS, _("Give a subscription a new secret"), _("Calls from now on are signed with it.")),
)
def secret(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Calls from now on are signed with it."""
    found = _found(pk)
    made = services.subscription_renew(actor=person(request), subscription=found, address=address_of(request))
    return {**_subscription(found), "secret": made}


@webhooks.post(
    "/{pk}/test",
    response={202: CallAnswer},
    operation_id="webhooks_test",
    **allows(WEBHOOKS, _("Test a subscription"), _("Calls it once, whatever it listens to.")),
)
def test(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """Calls it once, whatever it listens to."""
    made = services.subscription_test(actor=person(request), subscription=_found(pk), address=address_of(request))
    return Status(202, _call(made))


@webhooks.get(
    "/{pk}/calls",
    response=list[CallAnswer],
    operation_id="webhooks_calls",
    **allows(WEBHOOKS, _("Calls of a subscription"), _("Newest first.")),
)
def calls(request: HttpRequest, pk: Key, query: Query[CallsAsked]) -> list[dict[str, Any]]:
    """Newest first."""
    found = calls_for(request.user).filter(subscription=_found(pk)).order_by("-changed_at", "-pk")
    if query.state:
        found = found.filter(state=query.state)
    return [_call(one) for one in found[: query.limit]]


@webhooks.post(
    "/{pk}/calls/{call}/again",
    response={202: CallAnswer},
    operation_id="webhooks_again",
    **allows(WEBHOOKS, _("Send a call again"), _("Its key stays, so that the receiver knows it.")),
)
def again(request: HttpRequest, pk: Key, call: CallKey) -> Status[dict[str, Any]]:
    """Its key stays, so that the receiver knows it."""
    found = calls_for(request.user).filter(subscription=_found(pk), pk=call).first()
    if found is None:
        raise Http404
    if not services.call_again(actor=person(request), call=found, address=address_of(request)):
        raise ApiError(409, "waiting", gettext("This call is still waiting to be sent."))
    found.refresh_from_db()
    return Status(202, _call(found))


def _save(request: HttpRequest, found: Subscription, changes: dict[str, Any]) -> Subscription:
    values = filled(partial(SubscriptionForm, found), changes)
    return services.subscription_save(
        actor=person(request), subscription=found, values=values, address=address_of(request)
    )


def _found(pk: int) -> Subscription:
    found = Subscription.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _subscription(one: Subscription) -> dict[str, Any]:
    names = ("name", "url", "events", "active", "made_at")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def _call(one: Call) -> dict[str, Any]:
    return {
        "id": one.pk, "event": one.announcement.event, "state": one.state, "status": one.status,
        "attempts": one.attempts_made, "changed_at": one.changed_at,
    }  # fmt: skip


register_router("webhooks", webhooks)
register_router("webhook-events", events)
