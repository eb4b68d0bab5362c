"""Operations on tickets and interactions; their lists are served by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import File, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.customers.queries import customers_for
from qualityloop.foundation.api import ApiError, Instant, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.files.api import StoredFileAnswer, file_answer
from qualityloop.operations import permissions, services
from qualityloop.operations.deadlines.answering import ClocksAnswer, clocks_answer
from qualityloop.operations.models import Annotation, Interaction, Message, Ticket, TicketEvent
from qualityloop.operations.queries import FIRST, annotations_of, interaction_whole, ticket_whole
from qualityloop.operations.queues import Queue, queues
from qualityloop.people.models import Department, Staff

tickets = Router(tags=[spoken(_("Tickets"))])
waiting = Router(tags=[spoken(_("Tickets"))])
interactions = Router(tags=[spoken(_("Interactions"))])

Short = Annotated[str, Field(max_length=50)]
Line = Annotated[str, Field(max_length=200)]
Degree = Literal["", "high", "medium", "low"]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class TicketFields(Strict):
    """What may be said about a ticket."""

    description: Annotated[str, Field(max_length=20_000)] | None = None
    channel: Short | None = None
    kind: Annotated[str, Field(max_length=100)] | None = None
    category: Line | None = None
    product: Line | None = None
    urgency: Degree | None = None
    impact: Degree | None = None
    priority: Short | None = Field(None, description=spoken(_("Follows from urgency and impact where it is left out")))
    status: Annotated[str, Field(max_length=100)] | None = None
    escalated: bool | None = None
    due_at: Instant | None = None
    team: Number | None = Field(None, description=spoken(_("Id of a department")))
    agent: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    customer: Number | None = Field(None, description=spoken(_("Id of a customer")))


class NewTicket(TicketFields):
    """A request for service."""

    subject: str = Field(min_length=1, max_length=500)


class TicketChange(TicketFields):
    """What is to be changed; what is left out stays."""

    subject: str | None = Field(None, min_length=1, max_length=500)
    reason: str = Field("", max_length=500, description=spoken(_("Why, for the history")))


class TicketAnswer(BaseModel):
    """A ticket after it was written."""

    id: int
    number: str
    subject: str
    status: str
    priority: str
    created_at: datetime
    team: int | None
    agent: int | None
    customer: int | None
    acknowledgement: str = Field(description=spoken(_("What the customer is told")))


class EventAnswer(BaseModel):
    """A step in a ticket's life."""

    seq: int
    at: datetime
    activity: str
    lifecycle: str
    actor: str
    note: str


class MessageAnswer(BaseModel):
    """A sentence of an interaction."""

    seq: int
    at: datetime
    author: str
    text: str


class Mark(Strict):
    """A moment to mark."""

    kind: Literal["first_response", "resolution", "remark"]
    offset_seconds: float = Field(ge=-86_400, le=864_000, allow_inf_nan=False)
    text: str = Field("", max_length=2000)


class MarkChange(Strict):
    """Another text or place for a mark of one's own."""

    offset_seconds: float | None = Field(None, ge=-86_400, le=864_000, allow_inf_nan=False)
    text: str | None = Field(None, max_length=2000)


class MarkAnswer(BaseModel):
    """A marked moment."""

    id: int
    kind: str
    offset_seconds: float
    text: str
    author: str
    mine: bool
    at: datetime


@tickets.post(
    "",
    response={201: TicketAnswer},
    operation_id="tickets_register",
    **allows(permissions.TICKET_EDIT, _("Register a ticket"), _("It gets the next number of the year.")),
)
def ticket_register(request: HttpRequest, ticket: NewTicket) -> Status[dict[str, Any]]:
    """It gets the next number of the year."""
    values = _with_rows(request, {k: v for k, v in ticket.model_dump(exclude_unset=True).items() if v is not None})
    made = services.ticket_register(actor=request.user, address=address_of(request), **values)
    return Status(201, _ticket(made))


@tickets.patch(
    "/{pk}",
    response=TicketAnswer,
    operation_id="tickets_change",
    **allows(permissions.TICKET_EDIT, _("Change a ticket"), _("What differs enters history and event log.")),
)
def ticket_change(request: HttpRequest, pk: Key, change: TicketChange) -> dict[str, Any]:
    """What differs enters history and event log."""
    values = change.model_dump(exclude_unset=True)
    reason = values.pop("reason", "")
    related = ("team", "agent", "customer", "due_at", "escalated")
    values = {name: value for name, value in values.items() if value is not None or name in related}
    one = services.ticket_change(
        actor=request.user, ticket=_ticket_of(request, pk), reason=reason, address=address_of(request),
        **_with_rows(request, values),
    )  # fmt: skip
    return _ticket(one)


class QueueAnswer(BaseModel):
    """Tickets that have not ended."""

    name: str = Field(description=spoken(_("Empty where none is filled in, and of all tickets")))
    waiting: int
    unanswered: int = Field(description=spoken(_("Without a first response")))
    near: int = Field(description=spoken(_("Due soon")))
    overdue: int
    oldest: datetime | None = Field(description=spoken(_("When the one that waits longest was created")))


class TeamQueueAnswer(QueueAnswer):
    """Those of a team."""

    id: int | None


class QueuesAnswer(BaseModel):
    """What waits now, of the tickets that one may see."""

    at: datetime
    whole: QueueAnswer
    teams: list[TeamQueueAnswer]
    statuses: list[QueueAnswer]


@waiting.get(
    "",
    response=QueuesAnswer,
    operation_id="tickets_queues",
    **allows(permissions.TICKETS, _("Tickets that wait"), _("How many wait now, by team and by status.")),
)
def ticket_queues(request: HttpRequest) -> dict[str, Any]:
    """How many wait now, by team and by status."""
    found = queues(request.user)
    return {
        "at": timezone.now(), "whole": _queue(found.whole),
        "teams": [{"id": one.key, **_queue(one)} for one in found.teams],
        "statuses": [_queue(one) for one in found.statuses],
    }  # fmt: skip


def _queue(one: Queue) -> dict[str, Any]:
    return {name: getattr(one, name) for name in QueueAnswer.model_fields}


@tickets.get(
    "/{pk}/events",
    response=list[EventAnswer],
    operation_id="tickets_events",
    **allows(permissions.TICKETS, _("Event log of a ticket"), _("In the order in which it happened.")),
)
def ticket_events(request: HttpRequest, pk: Key) -> Any:
    """In the order in which it happened."""
    found = TicketEvent.objects.filter(ticket=_ticket_of(request, pk)).order_by("seq")[:FIRST]
    return list(found.values("seq", "at", "activity", "lifecycle", "actor", "note"))


@tickets.get(
    "/{pk}/clocks",
    response=ClocksAnswer,
    operation_id="tickets_clocks",
    **allows(permissions.TICKETS, _("Deadlines of a ticket"), _("By the policy of its time, with every stretch.")),
)
def ticket_clocks(request: HttpRequest, pk: Key) -> ClocksAnswer:
    """By the policy of its time, with every stretch."""
    return clocks_answer(_ticket_of(request, pk))


@interactions.get(
    "/{pk}/messages",
    response=list[MessageAnswer],
    operation_id="interactions_messages",
    **allows(permissions.INTERACTIONS, _("Transcript of an interaction"), _("In the order in which it was said.")),
)
def messages(request: HttpRequest, pk: Key) -> Any:
    """In the order in which it was said."""
    found = Message.objects.filter(interaction=_interaction_of(request, pk)).order_by("seq")[:FIRST]
    return list(found.values("seq", "at", "author", "text"))


@interactions.get(
    "/{pk}/annotations",
    response=list[MarkAnswer],
    operation_id="annotations_list",
    **allows(permissions.INTERACTIONS, _("Marked moments of an interaction"), _("In the order of the recording.")),
)
def marks(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """In the order of the recording."""
    return [_mark(request, mark) for mark in annotations_of(_interaction_of(request, pk))]


@interactions.post(
    "/{pk}/annotations",
    response={201: MarkAnswer},
    operation_id="annotations_add",
    **allows(permissions.ANNOTATE, _("Mark a moment"), _("A first response marked again is moved.")),
)
def mark_add(request: HttpRequest, pk: Key, mark: Mark) -> Status[dict[str, Any]]:
    """A first response marked again is moved."""
    one = _interaction_of(request, pk)
    made = services.moment_mark(actor=request.user, interaction=one, address=address_of(request), **mark.model_dump())
    return Status(201, _mark(request, made))


@interactions.patch(
    "/{pk}/annotations/{mark}",
    response=MarkAnswer,
    operation_id="annotations_change",
    **allows(permissions.ANNOTATE, _("Change a mark"), _("One's own only.")),
)
def mark_change(request: HttpRequest, pk: Key, mark: Key, change: MarkChange) -> dict[str, Any]:
    """One's own only."""
    one = _own(request, pk, mark)
    made = services.moment_change(
        actor=request.user, mark=one, address=address_of(request),
        text=one.text if change.text is None else change.text,
        offset_seconds=one.offset_seconds if change.offset_seconds is None else change.offset_seconds,
    )  # fmt: skip
    return _mark(request, made)


@interactions.delete(
    "/{pk}/annotations/{mark}",
    response={204: None},
    operation_id="annotations_remove",
    **allows(permissions.ANNOTATE, _("Remove a mark"), _("One's own only.")),
)
def mark_remove(request: HttpRequest, pk: Key, mark: Key) -> Status[None]:
    """One's own only."""
    services.moment_remove(actor=request.user, mark=_own(request, pk, mark), address=address_of(request))
    return Status(204, None)


@interactions.get(
    "/{pk}/recording",
    response=StoredFileAnswer,
    operation_id="interactions_recording",
    **allows(permissions.INTERACTIONS, _("Recording of an interaction"), _("Its content is that of the file.")),
)
def recording(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Its content is that of the file."""
    one = _interaction_of(request, pk)
    if one.recording is None:
        raise Http404
    return file_answer(one.recording)


@interactions.post(
    "/{pk}/recording",
    response={201: StoredFileAnswer},
    operation_id="interactions_recording_add",
    **allows(
        permissions.RECORDING_ADD,
        _("Add a recording"),
        _("WAV, MP3 or Ogg, beside the transcript and in place of an earlier one."),
    ),
)
def recording_add(request: HttpRequest, pk: Key, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """WAV, MP3 or Ogg, beside the transcript and in place of an earlier one."""
    kept = services.recording_add(
        actor=request.user, interaction=_interaction_of(request, pk), content=file, name=file.name or "",
        address=address_of(request),
    )  # fmt: skip
    return Status(201, file_answer(kept.recording))


def _ticket_of(request: HttpRequest, pk: int) -> Ticket:
    one = ticket_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def _interaction_of(request: HttpRequest, pk: int) -> Interaction:
    one = interaction_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def _own(request: HttpRequest, pk: int, mark: int) -> Annotation:
    rows = annotations_of(_interaction_of(request, pk)).select_related("interaction")
    one = rows.filter(pk=mark, author=request.user).first()
    if one is None:
        raise Http404
    return one


def _with_rows(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """Rows in place of ids; what is not there, or not for the caller, is refused."""
    tables: dict[str, Any] = {
        "team": Department.objects.filter(is_active=True), "agent": Staff.objects.all(),
        "customer": customers_for(request.user),
    }  # fmt: skip
    found: dict[str, Model | None] = {}
    for name, rows in tables.items():
        if values.get(name) is not None:
            found[name] = rows.filter(pk=values[name]).first()
            if found[name] is None:
                text = gettext("There is no {what} with the id {id}.")
                label = Ticket._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                raise ApiError(422, "refused", text.format(what=label, id=values[name]))
    return values | found


def _ticket(one: Ticket) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("number", "subject", "status", "priority", "created_at")}
    rows = {name: row.pk if (row := getattr(one, name)) else None for name in ("team", "agent", "customer")}
    return {"id": one.pk, **plain, **rows, "acknowledgement": services.acknowledgement(one)}


def _mark(request: HttpRequest, mark: Annotation) -> dict[str, Any]:
    plain = {name: getattr(mark, name) for name in ("kind", "offset_seconds", "text", "at")}
    return {"id": mark.pk, **plain, "author": str(mark.author), "mine": mark.author == request.user}


register_router("tickets", tickets)
register_router("queues", waiting)
register_router("interactions", interactions)
