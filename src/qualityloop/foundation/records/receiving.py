"""The doors through which records come in: one receiver per fact table, one way to undo a batch.

Whoever has rows (an import, another system, a mailbox) calls `receive`; whoever owns the records registers how.
A receiver takes the columns of the fact table (`analysis.datasets`; instants are UTC without zone, in microseconds),
finds rows again by source and key, and answers how many were new, changed, as before, or refused and why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
from django.db import transaction

from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.records.actions import BATCH_UNDONE
from qualityloop.foundation.records.models import Batch, BatchState


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: its key in words, the column at fault, the reason, and its place in the table."""

    key: str
    column: str
    reason: Message
    row: int = -1


@dataclass(frozen=True, slots=True)
class Received:
    """What became of the rows of one delivery."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()

    def __add__(self, other: Received) -> Received:
        return Received(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


class Receiver(Protocol):
    """Takes rows of one fact table."""

    def __call__(self, table: pa.Table, /, *, source: str, batch: Batch) -> Received: ...


Step = Callable[[int], None]  # told how many rows have been dealt with since the last time


@dataclass(frozen=True, slots=True)
class Undo:
    """How a batch's rows of one fact table are taken back.

    `check` refuses (AnalysisError) when something depends on a row; `run` deletes and restores, in short
    transactions, may be run again after a crash, and answers how many rows it touched.
    """

    check: Callable[[Batch], None]
    run: Callable[[Batch, Step], int]


RECEIVERS: dict[str, Receiver] = {}
UNDOS: dict[str, Undo] = {}


def register_receiver(dataset: str, receiver: Receiver) -> None:
    """Declare who takes the rows of `dataset`; called by its room when it starts. What others refer to comes first."""
    if RECEIVERS.setdefault(dataset, receiver) is not receiver:
        raise ValueError(f"{dataset} has a receiver already")


def register_undo(dataset: str, run: Callable[..., int], check: Callable[[Batch], None] | None = None) -> None:
    """Declare how rows of `dataset` are taken back: `run(batch, step)` or, without `step`, `run(batch)`."""
    if dataset in UNDOS:
        raise ValueError(f"{dataset} has an undo already")
    UNDOS[dataset] = Undo(check or (lambda batch: None), run)


def receive(dataset: str, table: pa.Table, *, source: str, batch: Batch) -> Received:
    """Hand `table` to the room that owns `dataset`. Many small transactions: a crash leaves whole rows, and a
    second delivery finds them again."""
    if batch.state != BatchState.KEPT:
        raise AnalysisError(message("This import has been undone; start a new one."))
    return RECEIVERS[dataset](table, source=source, batch=batch)


def undo(batch: Batch, *, actor: object, reason: str = "", step: Step = lambda rows: None) -> int:
    """Take a whole batch back: delete what it created, restore what it changed; how many rows that were.

    Refuses in words, before anything is touched, when something depends on a row. Begun again after a crash
    it goes on where it stopped.
    """
    order = list(reversed(UNDOS.items()))  # what refers to others goes before them
    if batch.state == BatchState.UNDONE:
        raise AnalysisError(message("This import has been undone already."))
    for _dataset, way in order:
        way.check(batch)
    if batch.state == BatchState.KEPT:
        with transaction.atomic():
            batch.state = BatchState.UNDOING
            batch.save(update_fields=["state"])
            record(
                actor=actor, action=BATCH_UNDONE, record=batch, reason=reason,
                before={"state": BatchState.KEPT.value}, after={"state": BatchState.UNDONE.value},
            )  # fmt: skip
    count = sum(way.run(batch, step) for _dataset, way in order)
    batch.state = BatchState.UNDONE
    batch.save(update_fields=["state"])
    return count
