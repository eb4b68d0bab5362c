"""Fact tables whose room does not exist yet: their rows are received here, held, and published to the lake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import message
from qualityloop.collection.models import HeldRow
from qualityloop.foundation.lake.facts import Facts, key_text, register_facts
from qualityloop.foundation.records.models import Batch, Deletion
from qualityloop.foundation.records.receiving import Received, Refusal, register_receiver, register_undo

HELD = ("scores", "score_items", "parts_used", "training_results", "knowledge_uses")
LONGEST_KEY = 400
AT_ONCE = 5_000


def connect() -> None:
    """Receive, take back and publish the held fact tables."""
    for dataset in HELD:
        register_receiver(dataset, partial(receive_held, dataset))
        register_undo(dataset, partial(undo_held, dataset))
        _publish(dataset)


def _publish(dataset: str) -> None:
    contract = DATASETS[dataset]
    columns: dict[str, Any] = {c.name: KT(f"data__{c.name}") for c in contract.columns}
    columns[contract.instant] = "at"
    register_facts(Facts(dataset, partial(_held, dataset), columns=columns, changed="changed_at"))


def _held(dataset: str) -> QuerySet[HeldRow]:
    return HeldRow.objects.filter(dataset=dataset)


def receive_held(dataset: str, table: pa.Table, /, *, source: str, batch: Batch) -> Received:
    """Take rows of `dataset`: new ones are added, those that read otherwise are changed, the others left alone."""
    total = Received()
    for start in range(0, table.num_rows, AT_ONCE):
        rows = table.slice(start, AT_ONCE).to_pylist()
        with transaction.atomic():
            total += _receive(dataset, rows, start, source, batch)
    return total


def _receive(dataset: str, rows: list[dict[str, Any]], start: int, source: str, batch: Batch) -> Received:
    contract = DATASETS[dataset]
    refused: list[Refusal] = []
    wanted: dict[str, dict[str, Any]] = {}
    repeated = 0
    for place, row in enumerate(rows, start):
        key = key_text(*(row[part] for part in contract.key))
        if len(key) > LONGEST_KEY:
            reason = message("Longer than {count} characters.", count=LONGEST_KEY)
            refused.append(Refusal(key[:80], contract.key[0], reason, place))
            continue
        repeated += key in wanted
        wanted[key] = row
    known = {held.key: held for held in HeldRow.objects.filter(dataset=dataset, source=source, key__in=list(wanted))}
    now = timezone.now()
    new, changed = [], []
    for key, row in wanted.items():
        at = row[contract.instant].replace(tzinfo=UTC)
        data = {name: value for name, value in row.items() if name != contract.instant}
        held = known.get(key)
        if held is None:
            new.append(
                HeldRow(dataset=dataset, key=key, at=at, data=_given(data), source=source, batch=batch, changed_at=now)
            )
        elif held.at != at or any(held.data.get(name) != value for name, value in data.items()):
            if batch.pk not in (held.batch_id, held.changed_by_id):
                held.before = {"at": held.at.isoformat(), "data": held.data}
                held.changed_by = batch
            held.at, held.data, held.changed_at = at, _given({**held.data, **data}), now
            changed.append(held)
    HeldRow.objects.bulk_create(new, batch_size=1_000)
    HeldRow.objects.bulk_update(changed, ["at", "data", "before", "changed_by", "changed_at"], batch_size=500)
    unchanged = len(wanted) - len(new) - len(changed) + repeated
    return Received(len(new), len(changed), unchanged, tuple(refused))


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """What is there: SQLite gives a JSON null as the word “null”."""
    return {name: value for name, value in data.items() if value is not None}


def undo_held(dataset: str, batch: Batch, step: Callable[[int], None] = lambda rows: None) -> int:
    """Take back what `batch` added and changed; how many rows that were."""
    count = 0
    while some := list(HeldRow.objects.filter(dataset=dataset, batch=batch)[:AT_ONCE]):
        with transaction.atomic():
            Deletion.objects.bulk_create([Deletion(dataset=dataset, key=row.key) for row in some], batch_size=1_000)
            HeldRow.objects.filter(pk__in=[row.pk for row in some]).delete()
        count += len(some)
        step(len(some))
    while some := list(HeldRow.objects.filter(dataset=dataset, changed_by=batch)[:AT_ONCE]):
        with transaction.atomic():
            for row in some:
                row.at, row.data = datetime.fromisoformat(row.before["at"]), row.before["data"]
                row.before, row.changed_by, row.changed_at = None, None, timezone.now()
            HeldRow.objects.bulk_update(some, ["at", "data", "before", "changed_by", "changed_at"], batch_size=500)
        count += len(some)
        step(len(some))
    return count
