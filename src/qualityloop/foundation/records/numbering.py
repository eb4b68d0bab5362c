"""Numbers of registers: a prefix, the year, and a count without gaps: GD-2026-00001."""

from __future__ import annotations

from django.db import models, transaction
from django.utils import timezone

from qualityloop.foundation.records.models import Series


def next_number(model: type[models.Model], prefix: str) -> str:
    """The next free number of a register, given out for good when the transaction ends; two never get the same.

    A write that is rolled back gives its number back, so that there are no gaps. Numbers that an import brought
    along are left out. TransactionManagementError outside `atomic`.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number belongs into the transaction of its record")
    year = timezone.localdate().year
    Series.objects.bulk_create([Series(prefix=prefix, year=year)], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(prefix=prefix, year=year)
    number = ""
    while not number or model._default_manager.filter(number=number).exists():
        series.last += 1
        number = str(series)
    series.save(update_fields=["last"])
    return number
