"""Tickets, their event log, interactions, messages, annotations. Their columns follow the fact tables of the core."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Customer
from qualityloop.foundation.records.models import Batch, Record
from qualityloop.operations.deadlines.states import State
from qualityloop.operations.priority import Degree
from qualityloop.operations.words import ENDED
from qualityloop.people.models import Department, Staff

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, Whole, YesNo


class Assigned(models.Model):
    """Who dealt with it and for whom. Each table has its own index of these by time, which serves its lists."""

    team: models.ForeignKey[Any, Any] = models.ForeignKey(
        Department,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    agent: models.ForeignKey[Any, Any] = models.ForeignKey(
        Staff,
        verbose_name=_("agent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    customer: models.ForeignKey[Any, Any] = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    shift: Text = models.CharField(_("shift"), max_length=50, blank=True)
    channel: Text = models.CharField(_("channel"), max_length=50, blank=True)
    product: Text = models.CharField(_("product"), max_length=200, blank=True)
    category: Text = models.CharField(_("category"), max_length=200, blank=True)

    class Meta:
        abstract = True


def by_time(name: str, moment: str) -> list[models.Index]:
    """Indexes of a table with the columns of `Assigned`, for the lists of a team, an agent, a customer."""
    return [
        models.Index(fields=[column, f"-{moment}"], name=f"{name}_by_{column}")
        for column in ("team", "agent", "customer")
    ]


class Ticket(Record, Assigned):
    """A request for service, from its registration to its end."""

    number: Text = models.CharField(_("ticket number"), max_length=200, unique=True)
    origin: Text = models.CharField(
        _("where it came up"), max_length=100, blank=True
    )  # the lake's `source`, where told
    subject: Text = models.CharField(_("subject"), max_length=500, blank=True)
    description: models.TextField[str, str] = models.TextField(_("description"), blank=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("created"), db_index=True)
    first_response_at: Moment = models.DateTimeField(_("first response"), null=True, blank=True)
    resolved_at: Moment = models.DateTimeField(_("resolved"), null=True, blank=True)
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True)
    due_at: Moment = models.DateTimeField(_("due"), null=True, blank=True)
    # what follows from the SLA policy of its time; `due_at` is what was agreed, or filled in for tickets kept here
    response_due_at: Moment = models.DateTimeField(_("first response due"), null=True, blank=True)
    resolution_due_at: Moment = models.DateTimeField(_("resolution due"), null=True, blank=True)
    sla_version: models.ForeignKey[Any, Any] = models.ForeignKey(
        "standards.Version", verbose_name=_("SLA policy"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+", db_index=False,
    )  # fmt: skip
    next_due_at: Moment = models.DateTimeField(_("next deadline"), null=True, blank=True, db_index=True)
    next_warn_at: Moment = models.DateTimeField(_("near from"), null=True, blank=True)
    next_look_at: Moment = models.DateTimeField(_("next look"), null=True, blank=True, db_index=True)
    sla_told: models.JSONField[Any, Any] = models.JSONField(_("told"), null=True, blank=True)
    kind: Text = models.CharField(_("kind of work"), max_length=100, blank=True)
    product_kind: Text = models.CharField(_("kind of product"), max_length=100, blank=True)
    priority: Text = models.CharField(_("priority"), max_length=50, blank=True)
    tier: Text = models.CharField(_("tier"), max_length=50, blank=True)  # at the time of the ticket
    region: Text = models.CharField(_("region"), max_length=100, blank=True)
    status: Text = models.CharField(_("status"), max_length=100, blank=True)
    contacts: Whole = models.IntegerField(_("contacts until solved"), null=True, blank=True)
    reopened: Whole = models.IntegerField(_("times reopened"), null=True, blank=True)
    escalated: YesNo = models.BooleanField(_("escalated"), null=True, blank=True)
    reassigned: Whole = models.IntegerField(_("times reassigned"), null=True, blank=True)
    handling_minutes: Measure = models.FloatField(_("handling time (minutes)"), null=True, blank=True)
    queue_seconds: Measure = models.FloatField(_("time in queue (seconds)"), null=True, blank=True)
    deviated: YesNo = models.BooleanField(_("deviated from the process"), null=True, blank=True)
    urgency: Text = models.CharField(_("urgency"), max_length=10, choices=Degree.choices, blank=True)
    impact: Text = models.CharField(_("impact"), max_length=10, choices=Degree.choices, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes: ClassVar[list[models.Index]] = by_time("ticket", "created_at")

    def __str__(self) -> str:
        return self.number

    @property
    def is_running(self) -> bool:
        """Whether it is still being worked on."""
        ended = self.resolved_at is not None or self.closed_at is not None
        return not ended and self.status.strip().casefold() not in ENDED

    @property
    def deadline(self) -> str:
        """How its next deadline stands, of an ended one how that of the resolution stood; empty where there is none."""
        now = timezone.now()
        if not self.is_running:
            due, end = self.due_at or self.resolution_due_at, self.resolved_at or self.closed_at
            if due is None or end is None:
                return ""
            return State.MET if end <= due else State.MISSED
        if self.next_due_at is None:
            return State.PAUSED if self.sla_version_id else ""  # type: ignore[attr-defined]
        if now > self.next_due_at:
            return State.OVERDUE
        return State.NEAR if self.next_warn_at and now >= self.next_warn_at else State.RUNNING


class TicketEvent(models.Model):
    """A step in a ticket's life. Events are added, never changed: the past stays as it was."""

    ticket: models.ForeignKey[Any, Any] = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="events", db_index=False
    )
    seq: models.IntegerField[int, int] = models.IntegerField(_("sequence"))
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"))
    activity: Text = models.CharField(_("activity"), max_length=200)
    lifecycle: Text = models.CharField(_("lifecycle"), max_length=100, blank=True)
    actor: Text = models.CharField(_("by"), max_length=150, blank=True)
    team: models.ForeignKey[Any, Any] = models.ForeignKey(
        Department,
        verbose_name=_("team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    note: models.TextField[str, str] = models.TextField(_("note"), blank=True)
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        ordering: ClassVar[list[str]] = ["ticket", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["ticket", "seq"], name="ticket_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.activity}"


class Interaction(Record, Assigned):
    """One call, chat or visit."""

    number: Text = models.CharField(_("interaction number"), max_length=200, unique=True)
    ticket: models.ForeignKey[Any, Any] = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, blank=True, on_delete=models.SET_NULL, related_name="interactions"
    )
    ticket_key: Text = models.CharField(_("ticket as delivered"), max_length=200, blank=True, db_index=True)
    started_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("started"), db_index=True)
    answered_at: Moment = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at: Moment = models.DateTimeField(_("ended"), null=True, blank=True)
    direction: Text = models.CharField(_("direction"), max_length=50, blank=True)
    complexity: Text = models.CharField(_("complexity"), max_length=50, blank=True)
    queue_seconds: Measure = models.FloatField(_("time in queue (seconds)"), null=True, blank=True)
    talk_seconds: Measure = models.FloatField(_("talk time (seconds)"), null=True, blank=True)
    hold_seconds: Measure = models.FloatField(_("hold time (seconds)"), null=True, blank=True)
    wrap_seconds: Measure = models.FloatField(_("wrap-up time (seconds)"), null=True, blank=True)
    abandoned: YesNo = models.BooleanField(_("abandoned"), null=True, blank=True)
    transferred: YesNo = models.BooleanField(_("transferred"), null=True, blank=True)
    solved: YesNo = models.BooleanField(_("solved"), null=True, blank=True)
    recording: models.ForeignKey[Any, Any] = models.ForeignKey(
        "files.StoredFile",
        verbose_name=_("recording"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta(Record.Meta):
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes: ClassVar[list[models.Index]] = by_time("interaction", "started_at")

    def __str__(self) -> str:
        return self.number


class Message(models.Model):
    """A sentence of an interaction: a chat message, or a stretch of a transcript."""

    interaction: models.ForeignKey[Any, Any] = models.ForeignKey(
        Interaction, verbose_name=_("interaction"), on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq: models.IntegerField[int, int] = models.IntegerField(_("sequence"))
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"))
    author: Text = models.CharField(_("said by"), max_length=150)  # agent, customer, bot, system, or a name
    text: models.TextField[str, str] = models.TextField(_("text"), blank=True)
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering: ClassVar[list[str]] = ["interaction", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["interaction", "seq"], name="message_once"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Annotation(models.Model):
    """A moment of an interaction that somebody marked."""

    class Kind(models.TextChoices):
        FIRST_RESPONSE = "first_response", _("First response")
        RESOLUTION = "resolution", _("Point of resolution")
        REMARK = "remark", _("Remark")

    interaction: models.ForeignKey[Any, Any] = models.ForeignKey(
        Interaction, verbose_name=_("interaction"), on_delete=models.CASCADE, related_name="annotations"
    )
    offset_seconds: models.FloatField[float, float] = models.FloatField(_("seconds after the start"))
    kind: Text = models.CharField(_("kind of moment"), max_length=20, choices=Kind.choices, default=Kind.REMARK)
    text: models.TextField[str, str] = models.TextField(_("remark"), blank=True)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("marked"), default=timezone.now)

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        ordering: ClassVar[list[str]] = ["offset_seconds", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.offset_seconds:.0f} s"  # type: ignore[attr-defined]
