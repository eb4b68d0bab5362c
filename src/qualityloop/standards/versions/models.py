"""The two tables that hold every standard: documents, and their versions with the content as JSON."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import Text
from qualityloop.foundation.audit.chain import canonical

Content = dict[str, Any]


class Document(models.Model):
    """A standard that exists in versions: an indicator table, a score sheet, a process map, an SLA policy …"""

    kind: models.CharField[str, str] = models.CharField(_("kind of document"), max_length=32)
    key: models.CharField[str, str] = models.CharField(_("key"), max_length=64)
    name_zh: models.CharField[str, str] = models.CharField(_("name (Chinese)"), max_length=200, blank=True)
    name_en: models.CharField[str, str] = models.CharField(_("name (English)"), max_length=200, blank=True)
    scope: models.JSONField[Any, Any] = models.JSONField(_("scope"), default=dict, blank=True)  # {"product_kind": "…"}
    review_on: models.DateField[date | None, date | None] = models.DateField(_("next review"), null=True, blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("created"), default=timezone.now)

    versions: models.QuerySet[Version]  # the manager that the other side makes

    class Meta:
        verbose_name = _("standard document")
        verbose_name_plural = _("standard documents")
        ordering: ClassVar[list[str]] = ["kind", "key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "key"], name="document_key"),
        ]

    def __str__(self) -> str:
        return self.name.in_language(get_language() or "zh") or self.key

    @property
    def name(self) -> Text:
        """The name in both languages."""
        return Text(self.name_zh, self.name_en)


class State(models.TextChoices):
    """How far a version has come. Whether a released one is in force is a matter of dates, see `queries`."""

    DRAFT = "draft", _("Draft")
    REVIEWED = "reviewed", _("Reviewed")
    RELEASED = "released", _("Released")
    WITHDRAWN = "withdrawn", _("Withdrawn")


OPEN = (State.DRAFT.value, State.REVIEWED.value)


class Version(models.Model):
    """One version of a document. From its release on nothing changes but `ended_at`, once; triggers see to it.

    The content is kept as text in its one canonical form, so that its hash holds on every database.
    """

    document: models.ForeignKey[Any, Any] = models.ForeignKey(
        Document, verbose_name=_("document"), on_delete=models.PROTECT, related_name="versions"
    )
    number: models.IntegerField[int, int] = models.IntegerField(_("version"))
    state: models.CharField[str, str] = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.DRAFT
    )
    content_json: models.TextField[str, str] = models.TextField(_("content"))
    content_hash: models.CharField[str, str] = models.CharField(_("hash"), max_length=64)
    reason: models.TextField[str, str] = models.TextField(_("reason of the change"), blank=True)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written at"), default=timezone.now)
    reviewer: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reviewed_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("reviewed"), null=True, blank=True
    )
    review_note: models.TextField[str, str] = models.TextField(_("reviewer's note"), blank=True)
    valid_from: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("in force from"), null=True, blank=True
    )
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True
    )

    document_id: int
    author_id: int | None
    reviewer_id: int | None

    class Meta:
        verbose_name = _("version of a standard")
        verbose_name_plural = _("versions of standards")
        ordering: ClassVar[list[str]] = ["document", "-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["document", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["document"], condition=models.Q(state__in=OPEN), name="version_one_open_per_document"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.RELEASED, valid_from__isnull=False) | ~models.Q(state=State.RELEASED),
                name="version_released_has_date",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["document", "state", "valid_from"], name="version_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"

    @property
    def content(self) -> Content:
        """What the version says; a new object each time."""
        found = json.loads(self.content_json)
        return found if isinstance(found, dict) else {}

    def write(self, content: Content) -> None:
        """Take over `content` with its hash; saving is for the caller."""
        self.content_json = canonical(content)
        self.content_hash = hash_of(self.content_json)

    @property
    def is_intact(self) -> bool:
        """Whether the content still has the hash that was noted when it was written."""
        return hash_of(self.content_json) == self.content_hash

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state in OPEN


def hash_of(text: str) -> str:
    """SHA-256 (hex) of a canonical content."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
