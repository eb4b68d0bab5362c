"""Keeping the deadlines of running tickets, and telling people in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import Progress, enqueue, job, schedule
from qualityloop.operations import permissions
from qualityloop.operations.actions import TICKET_DUE
from qualityloop.operations.deadlines import keeping
from qualityloop.operations.deadlines.keeping import Due, note_told, settle, tickets_save
from qualityloop.operations.deadlines.standing import standing
from qualityloop.operations.deadlines.telling import tell
from qualityloop.operations.models import Ticket
from qualityloop.standards.sla.due import KINDS, Policies
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.services import RELEASED, WITHDRAWN, changed

LOOK, RENEW = "operations.deadlines", "operations.deadlines_renew"
AT_ONCE = 1000  # tickets in one transaction
MOST = 20_000  # in one run; the next takes the others


@job(LOOK, _("Deadlines of tickets"), right=permissions.TICKETS, quiet=True)
def look(progress: Progress) -> None:
    """Compute the deadlines that have to be looked at, then tell everybody at once what is near or passed.

    A ticket is noted as told in the transaction of its notice, so a run that breaks off tells nothing twice.
    """
    now = timezone.now()
    keeping.sweep()
    policies = Policies.load()
    news: list[Due] = []
    done = 0
    while done < MOST and (tickets := _waiting(now, {one.ticket.pk for one in news})):
        news += _look_at(tickets, policies, now)
        done += len(tickets)
        progress(done, MOST)
    if news:
        with transaction.atomic():
            fresh = _unchanged([one.ticket for one in news])
            told = [one for one in news if one.ticket.pk in fresh]
            for one in told:
                note_told(one)
            tickets_save(list({one.ticket.pk: one.ticket for one in told}.values()))
            tell(told, now)


schedule(LOOK, cron="*/2 * * * *")


@job(RENEW, _("Deadlines after a new policy"), right=permissions.TICKETS, quiet=True)
def renew(progress: Progress) -> None:
    """Have all running tickets looked at: each by the policy that held when it was created."""
    keeping.ask_to_look_at_all()


def _waiting(now: datetime, held: set[int]) -> list[Ticket]:
    rows = Ticket.objects.filter(next_look_at__lte=now).select_related("team", "agent__user")
    return list(rows.exclude(pk__in=held).order_by("next_look_at", "pk")[:AT_ONCE])


def _look_at(tickets: list[Ticket], policies: Policies, now: datetime) -> list[Due]:
    """Compute and write; those of which there is something to tell are held back and written with their notices."""
    events = keeping.events_of([one.pk for one in tickets])
    news: list[Due] = []
    quiet = []
    for ticket in tickets:
        before = ticket.due_at
        told = settle(ticket, standing(ticket, events[ticket.pk], policies, now), now)
        if ticket.due_at != before:
            _due_changed(ticket, before)
        elif told:
            news += told
        else:
            quiet.append(ticket)
    with transaction.atomic():
        fresh = _unchanged(quiet)
        tickets_save([one for one in quiet if one.pk in fresh])
    return news


def _due_changed(ticket: Ticket, before: datetime | None) -> None:
    """A ticket kept here has another due time: written with its entry in the history, told with the next look."""
    with transaction.atomic():
        if ticket.pk not in _unchanged([ticket]):
            return
        tickets_save([ticket])
        now = timezone.now()
        Ticket.objects.filter(pk=ticket.pk).update(due_at=ticket.due_at, changed_at=now, next_look_at=now)
        record(actor=None, action=TICKET_DUE, record=ticket, before={"due_at": before}, after={"due_at": ticket.due_at})


def _unchanged(tickets: list[Ticket]) -> set[int]:
    """Those that nobody has written since they were read, ours until the transaction ends."""
    read = {one.pk: one.changed_at for one in tickets}
    rows = Ticket.objects.select_for_update().filter(pk__in=read).values_list("pk", "changed_at")
    return {pk for pk, changed_at in rows if read[pk] == changed_at}


def _standards_changed(sender: object, version: Version, action: Any, **_more: Any) -> None:
    """Another policy or calendar holds: what runs is looked at anew."""
    if action in (RELEASED, WITHDRAWN) and version.document.kind in KINDS:
        enqueue(RENEW, once="deadlines-renew")


def connect() -> None:
    """Listen to the standards."""
    changed.connect(_standards_changed, dispatch_uid="operations.deadlines")
