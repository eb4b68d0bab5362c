"""An import from its files to its result, the rows it rejected, and mappings kept for the next time."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.records.models import Batch
from qualityloop.foundation.wording import shown

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text

    Long = models.TextField[str, str]
    Json = models.JSONField[Any, Any]


class ImportState(models.TextChoices):
    """How far an import is."""

    UPLOADED = "uploaded", _("files handed in")
    MAPPED = "mapped", _("mapping ready")
    CHECKING = "checking", _("dry run in progress")
    CHECKED = "checked", _("dry run done")
    RUNNING = "running", _("being imported")
    DONE = "done", _("imported")
    FAILED = "failed", _("failed")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


OPEN_STATES = frozenset({ImportState.UPLOADED, ImportState.MAPPED, ImportState.CHECKED, ImportState.FAILED})
BUSY_STATES = frozenset({ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING})


class SavedMapping(models.Model):
    """A mapping under a name; `fingerprint` recognises files with the same columns."""

    name: Text = models.CharField(_("name"), max_length=100, unique=True)
    source: Text = models.CharField(_("source"), max_length=100)
    fingerprint: Text = models.CharField(_("fingerprint of the columns"), max_length=64, db_index=True)
    text: Long = models.TextField(_("mapping"))
    headers: Json = models.JSONField(_("columns of its files"), default=dict)  # file name → fingerprint
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("mapping")
        verbose_name_plural = _("mappings")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class ImportRun(models.Model):
    """One import. `delivered` says how many rows of each data set have been handed over, so that a broken run goes on.

    `counts`: data set → created, updated, unchanged, rejected. `checked`: the same as the dry run expects it.
    `found`: what looking at the files said; `read`: what reading them said (set when the rejected rows are kept).
    """

    files: Any  # related managers
    rejects: Any
    batch_id: int | None
    saved_mapping_id: int | None

    label: Text = models.CharField(_("what is imported"), max_length=200)
    source: Text = models.CharField(_("source"), max_length=100, default="files")
    state: Text = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.UPLOADED, db_index=True
    )
    mapping: Long = models.TextField(_("mapping"), blank=True)
    saved_mapping: models.ForeignKey[Any, Any] = models.ForeignKey(
        SavedMapping,
        verbose_name=_("saved mapping"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job_number: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("background job"), null=True)
    found: Json = models.JSONField(_("found when looking"), default=dict, blank=True)
    read: Json = models.JSONField(_("found when reading"), default=dict, blank=True)
    checked: Json = models.JSONField(_("dry run"), default=dict, blank=True)
    delivered: Json = models.JSONField(_("handed over"), default=dict, blank=True)
    counts: Json = models.JSONField(_("result"), default=dict, blank=True)
    error_json: Long = models.TextField(_("error"), blank=True)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("handed in"), default=timezone.now, db_index=True
    )
    started_at: Moment = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at: Moment = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def error(self) -> str:
        """Why it failed, in words."""
        return shown(self.error_json)

    @property
    def is_open(self) -> bool:
        """Whether its mapping may still be changed."""
        return self.state in OPEN_STATES

    @property
    def is_busy(self) -> bool:
        """Whether a job works on it."""
        return self.state in BUSY_STATES

    def total(self, kind: str) -> int:
        """Rows of that kind over all data sets."""
        return sum(int(of.get(kind, 0)) for of in self.counts.values())

    @property
    def rows(self) -> int:
        """Rows that were taken, whether they changed anything or not."""
        return self.total("created") + self.total("updated") + self.total("unchanged")

    @property
    def seconds(self) -> float | None:
        """How long it took; None where it has not ended."""
        return (self.ended_at - self.started_at).total_seconds() if self.started_at and self.ended_at else None


class ImportFile(models.Model):
    """A file of an import, under a name that no other of its files has."""

    run: models.ForeignKey[Any, Any] = models.ForeignKey(
        ImportRun, verbose_name=_("import"), on_delete=models.CASCADE, related_name="files"
    )
    stored: models.ForeignKey[Any, Any] = models.ForeignKey(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+"
    )
    name: Text = models.CharField(_("file name"), max_length=255)
    position: models.IntegerField[int, int] = models.IntegerField(_("position"))

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of an import")
        ordering: ClassVar[list[str]] = ["run", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "name"], name="import_file_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RejectState(models.TextChoices):
    """What became of a rejected row."""

    OPEN = "open", _("open")
    READY = "ready", _("repaired, not yet imported")
    REPAIRED = "repaired", _("repaired and imported")
    DISMISSED = "dismissed", _("set aside")


class RejectedRow(models.Model):
    """A row that could not be imported, as it came, with the reason in words.

    `raw_json` holds its cells by column (`cells`), or its text where it could not be split into cells (`text`);
    JSON with everything outside ASCII escaped, so that any text survives any database.
    """

    run_id: int
    count: int  # rows with the same reason, where a query has counted them

    run: models.ForeignKey[Any, Any] = models.ForeignKey(
        ImportRun, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rejects"
    )
    file: Text = models.CharField(_("file"), max_length=300)
    row: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("row"), null=True)
    dataset: Text = models.CharField(_("data set"), max_length=64)
    column: Text = models.CharField(_("column"), max_length=300, blank=True)
    reason_key: Text = models.CharField(_("kind of reason"), max_length=200)
    reason_json: Long = models.TextField(_("reason"))
    raw_json: Long = models.TextField(_("as it came"))
    repaired_json: Long = models.TextField(_("repaired"), blank=True)
    state: Text = models.CharField(_("state"), max_length=10, choices=RejectState.choices, default=RejectState.OPEN)
    remark: Text = models.CharField(_("remark"), max_length=500, blank=True)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at: Moment = models.DateTimeField(_("changed"), null=True)

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering: ClassVar[list[str]] = ["pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run", "state", "id"], name="reject_by_state"),
            models.Index(fields=["run", "file", "row"], name="reject_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"

    @property
    def reason(self) -> str:
        """Why, in the reader's language."""
        return shown(self.reason_json)

    @property
    def cells(self) -> dict[str, str | None]:
        """The cells as they came; empty where the row could not be split."""
        return json.loads(self.raw_json).get("cells") or {}

    @property
    def text(self) -> str:
        """The row as one line."""
        raw = json.loads(self.raw_json)
        return str(raw["text"]) if "text" in raw else ", ".join(cell or "" for cell in raw["cells"].values())

    @property
    def repaired(self) -> dict[str, str | None]:
        """The cells as somebody put them right; as they came where nobody has."""
        return json.loads(self.repaired_json) if self.repaired_json else self.cells

    @property
    def is_open(self) -> bool:
        """Whether something can still be done about it."""
        return self.state in (RejectState.OPEN, RejectState.READY)
