"""The deadlines of running tickets, kept beside them: for lists, for the next look, for what was told already."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.db.models import Q
from django.utils import timezone

from qualityloop.foundation.records import bulk
from qualityloop.operations.deadlines.standing import (
    RESOLUTION,
    RESPONSE,
    Deadline,
    Standing,
    running,
    standing,
)
from qualityloop.operations.deadlines.states import PENDING
from qualityloop.operations.models import Ticket, TicketEvent
from qualityloop.standards.sla.due import Policies

WARNED, BREACHED = "near", "overdue"  # steps that people are told of
INSTANTS = ("response_due_at", "resolution_due_at", "next_due_at", "next_warn_at", "next_look_at")
AFTER = timedelta(milliseconds=1)  # the due instant itself is still in time


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to tell about a ticket now."""

    ticket: Ticket
    deadline: Deadline
    step: str


def events_of(tickets: Iterable[int]) -> dict[int, list[tuple[datetime, str]]]:
    """(time, activity) of the event logs, in their order; one query."""
    found: dict[int, list[tuple[datetime, str]]] = {pk: [] for pk in tickets}
    rows = TicketEvent.objects.filter(ticket__in=found).order_by("ticket_id", "at", "seq")
    for pk, at, activity in rows.values_list("ticket_id", "at", "activity"):
        found[pk].append((at, activity))
    return found


def standing_of(ticket: Ticket, now: datetime | None = None) -> Standing:
    """Where the clocks of one ticket stand; two queries."""
    return standing(ticket, events_of([ticket.pk])[ticket.pk], Policies.load(), now or timezone.now())


def deadlines_set(ticket: Ticket, now: datetime) -> None:
    """Bring the columns of a ticket up to date after something happened to it; saving is for the caller."""
    if settle(ticket, standing_of(ticket, now), now):
        ticket.next_look_at = now  # the next look tells it


def settle(ticket: Ticket, found: Standing, now: datetime) -> list[Due]:
    """Set the columns of a ticket; what there is to tell now is answered, for `note_told` once it is told."""
    before = ticket.resolution_due_at
    ours = ticket.external_id is None and ticket.due_at == before
    response, resolution = found.named(RESPONSE), found.named(RESOLUTION)
    ticket.response_due_at = response.due if response else None
    ticket.resolution_due_at = resolution.due if resolution else None
    ticket.sla_version = found.judged.version if found.judged else None
    if ours:
        ticket.due_at = ticket.resolution_due_at
    ticket.next_due_at = ticket.next_warn_at = ticket.next_look_at = None
    if not ticket.is_running:
        return []
    waiting = [(one.due, one) for one in found.binding if one.state in PENDING and one.due is not None]
    if waiting:
        ticket.next_due_at, first = min(waiting, key=lambda pair: pair[0])
        ticket.next_warn_at = first.warn
    return _told(ticket, [one for _due, one in waiting], now)


def _told(ticket: Ticket, waiting: list[Deadline], now: datetime) -> list[Due]:
    """What is to be told now; the ticket learns when to look again."""
    news, looks = [], []
    for one in waiting:
        if one.due is None:
            continue
        step = _step(ticket, one)
        if now > one.due:
            if step != BREACHED:
                news.append(Due(ticket, one, BREACHED))
            continue
        looks.append(one.due + AFTER)
        if one.warn is not None and now < one.warn:
            looks.append(one.warn)
        elif not step:
            news.append(Due(ticket, one, WARNED))
    ticket.next_look_at = min(looks, default=None)
    return news


def _step(ticket: Ticket, one: Deadline) -> str:
    """What was told of this deadline; nothing where it was another instant then."""
    step, about = (ticket.sla_told or {}).get(one.name, ("", ""))
    return step if one.due is not None and about == one.due.isoformat() else ""


def note_told(news: Due) -> None:
    """Note on the ticket that this was told."""
    due = news.deadline.due
    told = [news.step, due.isoformat() if due else ""]
    news.ticket.sla_told = {**(news.ticket.sla_told or {}), news.deadline.name: told}


def tickets_save(tickets: list[Ticket]) -> None:
    """Write the columns of many tickets."""
    cells: dict[str, pa.Array] = {name: _instants(tickets, name) for name in INSTANTS}
    cells["sla_version_id"] = pa.array([_version(one) for one in tickets], pa.int64())
    told = [json.dumps(one.sla_told) if one.sla_told else None for one in tickets]
    cells["sla_told"] = pa.array(told, pa.string())
    cells["id"] = pa.array([one.pk for one in tickets], pa.int64())
    bulk.update(Ticket, list(cells)[:-1], bulk.rows_of(list(cells.values())))


def _version(ticket: Ticket) -> int | None:
    return ticket.sla_version.pk if ticket.sla_version else None


def _instants(tickets: list[Ticket], name: str) -> pa.Array:
    values = [getattr(one, name) for one in tickets]
    return pa.array(values, pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))


def ask_to_look(tickets: list[int]) -> None:
    """Have the next look at the running ones among these tickets come at once; for what arrives in bulk."""
    condition, values = bulk.among("id", tickets)
    bulk.execute(
        f"UPDATE {bulk.table_of(Ticket)} SET next_look_at = %s"
        f" WHERE {condition} AND resolved_at IS NULL AND closed_at IS NULL",
        [bulk.cell_of(timezone.now()), values],
    )


def ask_to_look_at_all() -> int:
    """Have all running tickets looked at anew; how many that are."""
    return Ticket.objects.filter(running()).update(next_look_at=timezone.now())


def sweep() -> int:
    """Take what ended meanwhile out of the lists of what is due; how many that were."""
    noted = Q(next_due_at__isnull=False) | Q(next_look_at__isnull=False)
    return (
        Ticket.objects.filter(noted).exclude(running()).update(next_due_at=None, next_warn_at=None, next_look_at=None)
    )
