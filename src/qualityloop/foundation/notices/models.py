"""Notices, their deliveries, and how a person wants to be told."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices.kinds import label_of
from qualityloop.foundation.wording import shown

if TYPE_CHECKING:
    Moment = models.DateTimeField[datetime | None, datetime | None]
    Hour = models.TimeField[time | None, time | None]


class Notice(models.Model):
    """Something that one person is told, in their language. `on_page`: it shows in the bell."""

    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("to"), on_delete=models.CASCADE, related_name="+"
    )
    kind: models.CharField[str, str] = models.CharField(_("kind of notice"), max_length=80)
    subject: models.CharField[str, str] = models.CharField(_("subject"), max_length=200)
    text: models.TextField[str, str] = models.TextField(_("text"), blank=True)
    url: models.CharField[str, str] = models.CharField(_("page"), max_length=500, blank=True)
    links: models.JSONField[Any, Any] = models.JSONField(_("links"), default=list, blank=True)  # [words, page]
    once: models.CharField[str, str] = models.CharField(_("not twice"), max_length=200, blank=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    on_page: models.BooleanField[bool, bool] = models.BooleanField(_("on the page"), default=True)
    read_at: Moment = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-at"], name="notice_by_user"),
            models.Index(fields=["user"], condition=models.Q(on_page=True, read_at__isnull=True), name="notice_unread"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "once"], condition=~models.Q(once=""), name="notice_once"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def kind_name(self) -> str:
        """The kind in words."""
        return label_of(self.kind)


class Sent(models.TextChoices):
    """Where a delivery is."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    UNSURE = "unsure", _("perhaps sent")
    FAILED = "failed", _("not sent")
    SKIPPED = "skipped", _("not needed")


class Delivery(models.Model):
    """A notice on its way by one transport.

    SENDING is written before the first byte goes out and SENT after the answer. Who finds SENDING later cannot know
    what happened in between: it becomes UNSURE, which is shown and never repeated without a person's word.
    """

    notice: models.ForeignKey[Any, Any] = models.ForeignKey(
        Notice, verbose_name=_("notice"), on_delete=models.CASCADE, related_name="deliveries"
    )
    transport: models.CharField[str, str] = models.CharField(_("by"), max_length=20)
    state: models.CharField[str, str] = models.CharField(
        _("state"), max_length=10, choices=Sent.choices, default=Sent.WAITING
    )
    digest: models.BooleanField[bool, bool] = models.BooleanField(_("in the digest"), default=False)
    due_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("due"), default=timezone.now)
    attempts: models.IntegerField[int, int] = models.IntegerField(_("attempts"), default=0)
    parcel: models.CharField[str, str] = models.CharField(max_length=32, blank=True, db_index=True)
    message_id: models.CharField[str, str] = models.CharField(_("key of the message"), max_length=200, blank=True)
    error_json: models.TextField[str, str] = models.TextField(_("reason"), blank=True)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-changed_at"], name="delivery_by_time"),
            models.Index(fields=["transport", "due_at"], condition=models.Q(state="waiting"), name="delivery_waiting"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["notice", "transport"], name="delivery_once"),
            models.CheckConstraint(condition=models.Q(state__in=Sent.values), name="delivery_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.transport} {self.pk}"

    @property
    def error(self) -> str:
        """Why it has not arrived, in words."""
        return shown(self.error_json)

    @property
    def transport_name(self) -> str:
        """The transport in words."""
        from qualityloop.foundation.notices.transports import TRANSPORTS

        return str(TRANSPORTS[self.transport].label) if self.transport in TRANSPORTS else self.transport


class How(models.TextChoices):
    """How a kind of notice comes by a transport."""

    OFF = "off", _("not")
    NOW = "now", _("at once")
    DIGEST = "digest", _("in the daily digest")


class Wishes(models.Model):
    """How one person wants to be told: where, when, and when not."""

    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE, related_name="notice_wishes"
    )
    digest_hour: models.PositiveSmallIntegerField[int, int] = models.PositiveSmallIntegerField(
        _("hour of the daily digest"), default=8, validators=[MaxValueValidator(23)]
    )
    quiet_from: Hour = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to: Hour = models.TimeField(_("quiet until"), null=True, blank=True)
    dingtalk_url: models.CharField[str, str] = models.CharField(_("DingTalk robot"), max_length=500, blank=True)
    dingtalk_secret: models.CharField[str, str] = models.CharField(_("its secret"), max_length=200, blank=True)
    feishu_url: models.CharField[str, str] = models.CharField(_("Feishu robot"), max_length=500, blank=True)
    feishu_secret: models.CharField[str, str] = models.CharField(_("its secret"), max_length=200, blank=True)
    wecom_url: models.CharField[str, str] = models.CharField(_("WeCom robot"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("notice settings")
        verbose_name_plural = _("notice settings")

    def __str__(self) -> str:
        return str(self.user)


class Choice(models.Model):
    """A choice that differs from what the kind is shipped with."""

    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    kind: models.CharField[str, str] = models.CharField(max_length=80)
    transport: models.CharField[str, str] = models.CharField(max_length=20)
    how: models.CharField[str, str] = models.CharField(max_length=10, choices=How.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind", "transport"], name="notice_choice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.transport} {self.how}"
