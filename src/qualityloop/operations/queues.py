"""How many tickets wait now, and how: by team and by status, with what is late and what waits longest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from qualityloop.operations.deadlines.listed import UNANSWERED, due
from qualityloop.operations.deadlines.standing import running
from qualityloop.operations.deadlines.states import State
from qualityloop.operations.queries import tickets_for


@dataclass(frozen=True, slots=True)
class Queue:
    """Running tickets of one team or one status, or all of them; `name` is empty where none is filled in.

    `oldest` is when the one that waits longest was created. `filters` choose the same tickets in the list.
    """

    name: str
    key: int | None
    waiting: int
    unanswered: int
    near: int
    overdue: int
    oldest: datetime | None
    filters: dict[str, Any] | None

    def url(self, **more: str) -> str:
        """The list of its tickets, the longest waiting first; empty where no filter names them."""
        if self.filters is None:
            return ""
        chosen = {"waiting": "all", **self.filters, **more, "sort": "created_at"}
        return f"{reverse('operations:tickets')}?{urlencode(chosen)}"

    @property
    def age(self) -> float | None:
        """Seconds since the one that waits longest was created."""
        return (timezone.now() - self.oldest).total_seconds() if self.oldest else None

    @property
    def waiting_url(self) -> str:
        """All of them."""
        return self.url()

    @property
    def unanswered_url(self) -> str:
        """Those without a first response."""
        return self.url(waiting="unanswered")

    @property
    def near_url(self) -> str:
        """Those that are due soon."""
        return self.url(deadline=State.NEAR.value)

    @property
    def overdue_url(self) -> str:
        """Those past their deadline."""
        return self.url(deadline=State.OVERDUE.value)


@dataclass(frozen=True, slots=True)
class Queues:
    """All running tickets that somebody may see, by team and by status, the longest queue first."""

    whole: Queue
    teams: tuple[Queue, ...]
    statuses: tuple[Queue, ...]


def queues(user: Any) -> Queues:
    """As it stands now; one query."""
    rows = list(
        tickets_for(user)
        .filter(running())
        .order_by()
        .values("team", "team__name", "status")
        .annotate(
            waiting=Count("pk"), unanswered=Count("pk", filter=UNANSWERED),
            near=Count("pk", filter=due(State.NEAR)), overdue=Count("pk", filter=due(State.OVERDUE)),
            oldest=Min("created_at"),
        )
    )  # fmt: skip
    return Queues(
        _summed("", None, rows, {}),
        _by(rows, lambda row: (row["team"], row["team__name"] or ""), "team"),
        _by(rows, lambda row: (None, row["status"]), "status"),
    )


Row = dict[str, Any]


def _by(rows: list[Row], key: Callable[[Row], tuple[int | None, str]], name: str) -> tuple[Queue, ...]:
    groups: dict[tuple[int | None, str], list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    found = []
    for (pk, label), own in groups.items():
        value = pk if name == "team" else label
        found.append(_summed(label, pk, own, {name: value} if value else None))
    return tuple(sorted(found, key=lambda queue: (-queue.waiting, queue.name)))


def _summed(name: str, key: int | None, rows: list[Row], filters: dict[str, Any] | None) -> Queue:
    counts = {part: sum(row[part] for row in rows) for part in ("waiting", "unanswered", "near", "overdue")}
    oldest = min((row["oldest"] for row in rows), default=None)
    return Queue(name=name, key=key, oldest=oldest, filters=filters, **counts)
