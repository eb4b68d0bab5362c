"""Records that do not count: set aside, and put back. The lake is told of both and then shows what counts.

Which records, and why, is decided by whoever sets them aside; here is only kept that they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from qualityloop.foundation.records.models import Aside, Deletion

AT_ONCE = 500  # keys in one query


def counted(
    rows: models.QuerySet[Any], owner: type[models.Model] | None = None, path: str = "pk"
) -> models.QuerySet[Any]:
    """`rows` without those that are set aside; for lines of a record, `path` leads to the key of their `owner`."""
    label = (owner or rows.model)._meta.label_lower
    return rows.filter(~Exists(Aside.objects.filter(model=label, record_id=OuterRef(path))))


def put_aside(model: type[models.Model], records: Mapping[int, str], datasets: Iterable[str]) -> None:
    """Let records (key → number) no longer count, in the caller's transaction. `datasets` show them by that number."""
    label = model._meta.label_lower
    rows = [Aside(model=label, record_id=pk) for pk in records]
    Aside.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    _tell(records, datasets)


def put_back(model: type[models.Model], records: Mapping[int, str], datasets: Iterable[str]) -> None:
    """Let records count again, in the caller's transaction."""
    label, pks = model._meta.label_lower, list(records)
    for start in range(0, len(pks), AT_ONCE):
        Aside.objects.filter(model=label, record_id__in=pks[start : start + AT_ONCE]).delete()
    _tell(records, datasets)


def forget(model: type[models.Model]) -> None:
    """Drop what is noted of records that are gone."""
    living = model._default_manager.filter(pk=OuterRef("record_id"))
    Aside.objects.filter(~Exists(living), model=model._meta.label_lower).delete()


def _tell(records: Mapping[int, str], datasets: Iterable[str]) -> None:
    """A key that is noted as deleted is read again: the row is there if it counts."""
    Deletion.objects.bulk_create(
        [Deletion(dataset=dataset, key=number) for dataset in datasets for number in records.values()],
        batch_size=AT_ONCE,
    )
