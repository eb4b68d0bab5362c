"""A small service department in the database, and its lake compared with what the database says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.customers.models import Customer
from qualityloop.feedback.models import Complaint, Review, SurveyResponse
from qualityloop.foundation.lake.facts import registered
from qualityloop.foundation.lake.models import Refresh, Source
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.lake.refreshing import bring_up_to_date
from qualityloop.foundation.records.models import Batch, BatchState, Deletion
from qualityloop.operations.models import Interaction, Message, Ticket, TicketEvent
from qualityloop.people.models import Department, Staff

BEGIN = datetime(2026, 1, 10, 8, tzinfo=UTC)
MONTH = timedelta(days=31)
AT_ONCE = timedelta(0)  # no overlap: what the tests write is committed in the order of its `changed_at`


def emptied() -> None:
    """No record anywhere that the lake could show."""
    for model in (Message, TicketEvent, SurveyResponse, Complaint, Review, Interaction, Ticket):
        model._default_manager.all().delete()
    for model in (Deletion, Refresh, Source, Customer):
        model._default_manager.all().delete()
    Department.objects.update(leader=None)
    Staff.objects.all().delete()
    Department.objects.all().delete()


def ticket(number: str, month: int = 0, **more: Any) -> Ticket:
    """A ticket that was created in the given month after January."""
    return Ticket.objects.create(number=number, created_at=BEGIN + month * MONTH, **more)


def event(of: Ticket, seq: int, activity: str = "受理", at: datetime = BEGIN, **more: Any) -> TicketEvent:
    """A step in the life of a ticket; of an import that is being undone, for others can never be deleted again."""
    batch, _ = Batch.objects.get_or_create(label="being undone", state=BatchState.UNDOING)
    return TicketEvent.objects.create(ticket=of, seq=seq, at=at, activity=activity, batch=batch, **more)


def change(record: Any, **values: Any) -> None:
    """Write columns of a record, as every service does: with the time of the change."""
    type(record).objects.filter(pk=record.pk).update(changed_at=timezone.now(), **values)


def delete(record: Ticket) -> None:
    """Delete a ticket with everything that hangs on it."""
    with transaction.atomic():
        Deletion.objects.create(dataset="tickets", key=record.number)
        record.delete()


def up_to_date(**options: Any) -> Any:
    """Refresh without overlap."""
    return bring_up_to_date(**{"overlap": AT_ONCE, **options})


def shown() -> dict[str, list[tuple[Any, ...]]]:
    """The declared columns of every data set as the lake shows them, in the order of their keys."""
    lake = Lake.open(lake_path())
    return {name: _rows(lake, name) for name in registered()}


def _rows(lake: Lake, name: str) -> list[tuple[Any, ...]]:
    if name not in lake.datasets:
        return []
    columns = ", ".join(f'"{column}"' for column in registered()[name].sources)
    key = ", ".join(DATASETS[name].key)
    files = [str(file) for file in lake.datasets[name].files]
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM read_parquet($1) ORDER BY {key}", [files]).fetchall()


def held() -> dict[str, list[tuple[Any, ...]]]:
    """The same as the database says, read row by row through Django."""
    found = {}
    for name, facts in registered().items():
        keys = [facts.sources[column] for column in DATASETS[name].key]
        rows = facts.query().values_list(*facts.sources.values())
        found[name] = [tuple(map(_plain, row)) for row in rows.order_by(*keys)]
        found[name].sort(key=lambda row: tuple(row[list(facts.sources).index(k)] for k in DATASETS[name].key))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return None if value == "" else value


def built_anew(folder: Path, settings: Any) -> Lake:
    """A lake from nothing, elsewhere, from the same database."""
    kept, settings.QUALITYLOOP_HOME = settings.QUALITYLOOP_HOME, folder
    try:
        up_to_date(rebuild=True)
        return Lake.open(folder / "lake")
    finally:
        settings.QUALITYLOOP_HOME = kept


def lake_from_files(path: Path, **datasets: Any) -> Lake:
    """A lake that no database knows."""
    with LakeWriter(path) as writer:
        for name, table in datasets.items():
            writer.write(name, table)
        return writer.commit()
