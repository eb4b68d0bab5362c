"""Telling people of deadlines that are near or passed: everybody once, with all their tickets in one notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import Message, message
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks.services import announce
from qualityloop.operations import permissions
from qualityloop.operations.actions import TICKET_ESCALATED
from qualityloop.operations.deadlines.keeping import BREACHED, WARNED, Due
from qualityloop.operations.events import BREACHED as BREACHED_EVENT
from qualityloop.operations.models import Ticket
from qualityloop.people.models import Department, Staff
from qualityloop.people.tree import Tree, department_tree
from qualityloop.standards.reminders import people_with

NEAR_KIND = notice_kind("operations.deadline_near", _("Tickets due soon"), right=permissions.TICKETS)
OVERDUE_KIND = notice_kind("operations.deadline_overdue", _("Tickets overdue"), right=permissions.TICKETS)
NEWS = timedelta(days=1)  # what passed longer ago when it is first seen is history, and told to nobody
NAMED = 10  # tickets that a notice names

_ONE = {
    WARNED: message("Ticket {number} is due soon"),
    BREACHED: message("Ticket {number} is overdue"),
}
_MANY = {
    WARNED: message("{count} tickets are due soon"),
    BREACHED: message("{count} tickets are overdue"),
}


def is_news(due: Due, now: datetime) -> bool:
    """Whether anybody wants to hear of it."""
    at = due.deadline.due
    return at is not None and now - at < NEWS


def tell(news: Iterable[Due], now: datetime) -> int:
    """Notices, escalation and webhook events, in the caller's transaction; how many notices were written."""
    found = [one for one in news if is_news(one, now)]
    people = _People()
    by_person: dict[tuple[str, User], list[Due]] = defaultdict(list)
    for one in found:
        for user in people.to_tell(one):
            by_person[one.step, user].append(one)
        if one.step == BREACHED:
            _breached(one)
    return sum(len(_notice(step, user, tickets)) for (step, user), tickets in by_person.items())


def _notice(step: str, user: User, news: list[Due]) -> list[object]:
    tickets = {one.ticket.pk: one for one in sorted(news, key=lambda one: one.deadline.due or timezone.now())}
    first = next(iter(tickets.values())).ticket
    lines = [
        f"{one.ticket.number} {timezone.localtime(one.deadline.due):%m-%d %H:%M} {one.ticket.subject[:60]}".rstrip()
        for one in list(tickets.values())[:NAMED]
        if one.deadline.due
    ]
    if len(tickets) > NAMED:
        lines.append("…")
    subject: Message
    if len(tickets) == 1:
        subject, url = _with(_ONE[step], number=first.number), reverse("operations:ticket", args=[first.pk])
    else:
        subject = _with(_MANY[step], count=len(tickets))
        url = reverse("operations:tickets") + f"?deadline={step}"
    kind = NEAR_KIND if step == WARNED else OVERDUE_KIND
    return list(notify(to=[user], kind=kind, subject=subject, text="\n".join(lines), url=url))


def _with(text: Message, **values: object) -> Message:
    return Message(text.msgid, values)


def _breached(one: Due) -> None:
    """Other systems are told, and a ticket kept here is escalated; an imported one stays as its source has it."""
    ticket, due = one.ticket, one.deadline.due
    announce(
        BREACHED_EVENT.key,
        {
            "id": ticket.pk, "number": ticket.number, "url": f"/tickets/{ticket.pk}/", "deadline": one.deadline.name,
            "due_at": due.isoformat() if due else None, "priority": ticket.priority, "status": ticket.status,
            "team": str(ticket.team) if ticket.team else None, "agent": str(ticket.agent) if ticket.agent else None,
        },
    )  # fmt: skip
    if ticket.external_id is None and not ticket.escalated:
        before = {"escalated": ticket.escalated}
        ticket.escalated = True
        Ticket.objects.filter(pk=ticket.pk).update(escalated=True, changed_at=timezone.now())
        record(actor=None, action=TICKET_ESCALATED, record=ticket, before=before, after={"escalated": True})


class _People:
    """Who is told: the agent; of what is overdue also the nearest leader above, else those who take such tickets."""

    def __init__(self) -> None:
        self._tree: Tree = department_tree()
        leaders = set(Department.objects.filter(leader__isnull=False).values_list("leader", flat=True))
        rows = Staff.objects.filter(pk__in=leaders, user__is_active=True).select_related("user")
        self._accounts: dict[int, User] = {one.pk: one.user for one in rows}
        self._others: list[User] | None = None

    def to_tell(self, due: Due) -> list[User]:
        """The people, each once."""
        ticket = due.ticket
        found: dict[int, User] = {}
        agent = ticket.agent.user if ticket.agent else None
        if agent is not None and agent.is_active:
            found[agent.pk] = agent
        if due.step == BREACHED or not found:
            leader = self._leader(ticket.team.pk if ticket.team else None)
            for user in [leader] if leader else self._rest() if due.step == BREACHED else []:
                found[user.pk] = user
        return list(found.values())

    def _leader(self, team: int | None) -> User | None:
        if team is None:
            return None
        for department in (team, *self._tree.above(team)):
            leader = self._tree.leaders.get(department)
            if leader is not None and leader in self._accounts:
                return self._accounts[leader]
        return None

    def _rest(self) -> list[User]:
        if self._others is None:
            self._others = people_with(permissions.ESCALATION)
        return self._others
