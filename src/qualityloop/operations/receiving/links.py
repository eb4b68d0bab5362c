"""Rows that name a ticket are led to it, whichever of the two came first.

They keep the key they came with (`ticket_key`): the ticket it means is the one that their own source knows by
that key, else the one with that number, else none yet.
"""

from __future__ import annotations

from functools import partial

from django.db import models
from django.utils import timezone

from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.targets import Delivery, Soft
from qualityloop.operations.models import Ticket

LINKED: list[Soft] = []


def register_linked(model: type[models.Model]) -> None:
    """Declare a model with `ticket` and `ticket_key`; upper rooms do so when they start."""
    LINKED.append(Soft(model, "ticket", partial(relink, model)))


def relink(model: type[models.Model], ids: list[int]) -> None:
    """Lead rows to the ticket that their key means now."""
    _lead(model, *bulk.among("r.id", ids))


def tickets_arrived(keys: list[str], _delivery: Delivery) -> None:
    """Lead the rows that were waiting for new tickets to them."""
    for soft in LINKED:
        _lead(soft.model, *bulk.among("r.ticket_key", keys))


def _lead(model: type[models.Model], condition: str, values: object) -> None:
    tickets = bulk.table_of(Ticket)
    rows = bulk.fetch(
        f"SELECT t.id, r.id FROM {bulk.table_of(model)} r LEFT JOIN {tickets} t ON t.id = COALESCE("
        f"(SELECT id FROM {tickets} WHERE source = r.source AND external_id = r.ticket_key), "
        f"(SELECT id FROM {tickets} WHERE number = r.ticket_key)) "
        f"WHERE {condition} AND r.ticket_key <> '' AND COALESCE(r.ticket_id, 0) <> COALESCE(t.id, 0)",
        [values],
    )
    if rows:
        now = bulk.cell_of(timezone.now())
        bulk.update(model, ["ticket_id", "changed_at"], [(ticket, now, row) for ticket, row in rows])
