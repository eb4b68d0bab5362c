"""The tables of the audit log. Rows are added by `recording.record` only; triggers refuse every change."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.chain import COVERED, START, digest


class AuditEntry(models.Model):
    """One write: who did what to which record, when, from where, and why.

    Before and after are kept as text, not as a JSON column: PostgreSQL rewrites numbers and keys in those,
    and the hash covers every character.
    """

    sequence: models.BigIntegerField[int, int] = models.BigIntegerField(_("number"), primary_key=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), db_index=True)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.PROTECT,  # who has done something is closed, never deleted
        related_name="+",
        db_index=False,
    )
    actor_name: models.CharField[str, str] = models.CharField(_("who"), max_length=320, blank=True)
    action: models.CharField[str, str] = models.CharField(_("action"), max_length=64)
    model: models.CharField[str, str] = models.CharField(_("kind of record"), max_length=100, blank=True)
    record_id: models.CharField[str, str] = models.CharField(_("record"), max_length=64, blank=True)
    record_label: models.CharField[str, str] = models.CharField(_("record"), max_length=200, blank=True)
    before_json: models.TextField[str, str] = models.TextField(_("before"), default="null")
    after_json: models.TextField[str, str] = models.TextField(_("after"), default="null")
    reason: models.TextField[str, str] = models.TextField(_("reason"), blank=True)
    address: models.CharField[str, str] = models.CharField(_("address"), max_length=64, blank=True)
    previous_hash: models.CharField[str, str] = models.CharField(max_length=64)
    hash: models.CharField[str, str] = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["model", "record_id", "sequence"], name="audit_by_record"),
            models.Index(fields=["actor", "sequence"], name="audit_by_actor"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action} {self.record_label}"

    @property
    def before(self) -> Any:
        """The record's values before the write, None where there was none."""
        return json.loads(self.before_json)

    @property
    def after(self) -> Any:
        """The record's values after the write, None where it is gone."""
        return json.loads(self.after_json)

    def digest(self) -> str:
        """The hash that this entry must have."""
        return digest({name: getattr(self, name) for name in COVERED})


class AuditHead(models.Model):
    """The end of the chain, one row: whoever adds an entry locks it first, so numbers have no gaps."""

    ONLY = 1

    id: models.SmallIntegerField[int, int] = models.SmallIntegerField(primary_key=True, default=ONLY)
    sequence: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    hash: models.CharField[str, str] = models.CharField(max_length=64, default=START)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.hash}"
