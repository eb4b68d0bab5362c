"""Mails as they came: kept before anybody tries to read them, so that none is lost on the way."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.models.sources import DataSource
from qualityloop.foundation.wording import shown
from qualityloop.operations.models import Interaction, Ticket

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class MailState(models.TextChoices):
    """How far a mail has come."""

    KEPT = "kept", _("waiting to be read")
    TAKEN = "taken", _("in a ticket")
    IGNORED = "ignored", _("set aside")
    FAILED = "failed", _("could not be read")


class MailItem(models.Model):
    """One mail of a mailbox. `raw` is the mail byte for byte."""

    ticket_id: int | None

    source: models.ForeignKey[Any, Any] = models.ForeignKey(
        DataSource, verbose_name=_("data source"), on_delete=models.PROTECT, related_name="mails"
    )
    raw: models.ForeignKey[Any, Any] = models.ForeignKey(
        "files.StoredFile", verbose_name=_("the mail as it came"), on_delete=models.PROTECT, related_name="+"
    )
    sha256: Text = models.CharField(_("SHA-256"), max_length=64)
    place: Text = models.CharField(_("place in the mailbox"), max_length=80, blank=True)  # validity:uid
    state: Text = models.CharField(_("state"), max_length=10, choices=MailState.choices, default=MailState.KEPT)
    reason_json: models.TextField[str, str] = models.TextField(_("reason"), blank=True)
    attempts: models.IntegerField[int, int] = models.IntegerField(_("attempts"), default=0)
    message_id: Text = models.CharField(_("message id"), max_length=510, blank=True, db_index=True)
    sender: Text = models.CharField(_("sender"), max_length=320, blank=True, db_index=True)
    subject: Text = models.CharField(_("subject"), max_length=500, blank=True)
    sent_at: Moment = models.DateTimeField(_("sent, says the mail"), null=True, blank=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("fetched"), default=timezone.now, db_index=True
    )
    ticket: models.ForeignKey[Any, Any] = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    interaction: models.ForeignKey[Any, Any] = models.ForeignKey(
        Interaction, verbose_name=_("interaction"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "sha256"], name="mail_once"),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id or str(self.pk)

    @property
    def reason(self) -> str:
        """Why it is where it is, in words."""
        return shown(self.reason_json)
