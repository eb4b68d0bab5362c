"""Subscriptions of other systems, what was announced, and every call that was made."""

from __future__ import annotations

import json
import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.webhooks.events import label_of
from qualityloop.foundation.wording import shown

PREFIX = "whsec_"


def new_secret() -> str:
    """A key of 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


class Subscription(models.Model):
    """Another system, and what it wants to hear."""

    name: models.CharField[str, str] = models.CharField(_("name"), max_length=100)
    url: models.CharField[str, str] = models.CharField(_("address"), max_length=500)
    secret: models.CharField[str, str] = models.CharField(_("secret"), max_length=100, default=new_secret)
    events_json: models.TextField[str, str] = models.TextField(_("events"), default="[]")
    active: models.BooleanField[bool, bool] = models.BooleanField(_("active"), default=True)
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return self.name

    @property
    def events(self) -> list[str]:
        """Keys of the events."""
        return json.loads(self.events_json)  # type: ignore[no-any-return]

    @events.setter
    def events(self, keys: list[str]) -> None:
        self.events_json = json.dumps(sorted(set(keys)))

    @property
    def event_names(self) -> list[str]:
        """The events in words."""
        return [label_of(key) for key in self.events]


class Announcement(models.Model):
    """Something that happened; the body that every subscription gets."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid.uuid4)
    event: models.CharField[str, str] = models.CharField(_("event"), max_length=80)
    body: models.TextField[str, str] = models.TextField(_("content"))
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")

    def __str__(self) -> str:
        return f"{self.event} {self.id}"

    @property
    def event_name(self) -> str:
        """The event in words."""
        return label_of(self.event)


class CallState(models.TextChoices):
    """Where a call is."""

    WAITING = "waiting", _("waiting")
    DONE = "done", _("taken")
    FAILED = "failed", _("not taken")
    SKIPPED = "skipped", _("not needed")


class Call(models.Model):
    """An announcement on its way to one subscription; its key is what the receiver knows a repetition by."""

    id: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(primary_key=True, default=uuid.uuid4)
    announcement: models.ForeignKey[Any, Any] = models.ForeignKey(
        Announcement, verbose_name=_("event"), on_delete=models.CASCADE, related_name="calls"
    )
    subscription: models.ForeignKey[Any, Any] = models.ForeignKey(
        Subscription, verbose_name=_("subscription"), on_delete=models.CASCADE, related_name="calls"
    )
    state: models.CharField[str, str] = models.CharField(
        _("state"), max_length=10, choices=CallState.choices, default=CallState.WAITING
    )
    attempts_made: models.IntegerField[int, int] = models.IntegerField(_("attempts"), default=0)
    status: models.IntegerField[int | None, int | None] = models.IntegerField(_("answer"), null=True, blank=True)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )

    class Meta:
        verbose_name = _("webhook call")
        verbose_name_plural = _("webhook calls")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["announcement", "subscription"], name="webhook_call_once"),
            models.CheckConstraint(condition=models.Q(state__in=CallState.values), name="webhook_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement.event_name} → {self.subscription}"


class Attempt(models.Model):
    """One attempt of a call, and what came back."""

    call: models.ForeignKey[Any, Any] = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attempts")
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    status: models.IntegerField[int | None, int | None] = models.IntegerField(_("answer"), null=True)
    milliseconds: models.IntegerField[int | None, int | None] = models.IntegerField(_("took"), null=True)
    answer: models.TextField[str, str] = models.TextField(_("text of the answer"), blank=True)
    error_json: models.TextField[str, str] = models.TextField(_("error"), blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.at} {self.status}"

    @property
    def error(self) -> str:
        """What went wrong, in words."""
        return shown(self.error_json)
