"""Records as the rules want them: by customer, in order of time, in pieces that fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from qualityloop.analysis.cleaning import Entry
from qualityloop.collection.cleaning.models import Finding, FindingState
from qualityloop.collection.cleaning.subjects import Subject

AT_ONCE = 5_000  # records in a block; a customer with more is a block alone, read in a stream
IN_ONE_QUERY = 500  # customers
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Block:
    """Records that are looked at together: those of whole customers, or some that have none."""

    rows: QuerySet[Any]

    def by_customer(self, subject: Subject) -> Iterator[Iterator[Entry]]:
        """The records of each customer in order of time; records without one are nobody's copies."""
        columns = ("pk", "customer_id", subject.instant, "customer__number", "customer__name")
        rows = self.rows.order_by("customer_id", subject.instant, "pk")
        values = rows.values_list(*columns, *subject.texts, *subject.moments).iterator(chunk_size=CHUNK)
        for _customer, group in groupby(values, key=lambda row: row[1]):
            yield (_entry(row, subject) for row in group)


def _entry(row: tuple[Any, ...], subject: Subject) -> Entry:
    pk, customer, at, number, name, *more = row
    texts, moments = more[: len(subject.texts)], more[len(subject.texts) :]
    known = {column: value for column, value in zip(subject.moments, moments, strict=True) if value is not None}
    return Entry(pk, at, customer, tuple(filter(None, texts)), known, tuple(filter(None, (number, name))))


def everything(subject: Subject) -> Iterator[Block]:
    """All records."""
    yield from _of_customers(subject, subject.rows.exclude(customer=None))
    yield from _of_nobody(subject.rows)


def changed_since(subject: Subject, since: datetime) -> Iterator[Block]:
    """All records of the customers of which something changed, and changed records without a customer."""
    changed = subject.rows.filter(changed_at__gte=since)
    copies = Finding.objects.filter(dataset=subject.dataset, state=FindingState.ASIDE).exclude(other_id=None)
    gone = ~Exists(subject.rows.filter(pk=OuterRef("other_id")))
    touched = copies.filter(Q(gone) | Exists(changed.filter(pk=OuterRef("other_id"))))
    affected = set(changed.exclude(customer=None).order_by().values_list("customer_id", flat=True).distinct())
    of_copies = subject.rows.filter(pk__in=touched.values("record_id")).exclude(customer=None)
    affected |= set(of_copies.order_by().values_list("customer_id", flat=True).distinct())
    for some in _pieces(sorted(affected), IN_ONE_QUERY):
        yield from _of_customers(subject, subject.rows.filter(customer_id__in=some))
    yield from _of_nobody(changed)
    lost = subject.rows.filter(customer=None, pk__in=touched.values("record_id"))
    yield from _of_nobody(lost.exclude(pk__in=changed.values("pk")))


def _of_customers(subject: Subject, rows: QuerySet[Any]) -> Iterator[Block]:
    counts = rows.order_by("customer_id").values_list("customer_id").annotate(n=Count("pk"))
    some: list[int] = []
    total = 0
    for customer, count in list(counts):
        if some and (total + count > AT_ONCE or len(some) >= IN_ONE_QUERY):
            yield Block(subject.rows.filter(customer_id__in=some))
            some, total = [], 0
        some.append(customer)
        total += count
    if some:
        yield Block(subject.rows.filter(customer_id__in=some))


def _of_nobody(rows: QuerySet[Any]) -> Iterator[Block]:
    last = 0
    while True:
        numbers = rows.filter(customer=None, pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
        found = list(numbers)
        if not found:
            return
        yield Block(rows.filter(customer=None, pk__gt=last, pk__lte=found[-1]))
        last = found[-1]


def _pieces(items: list[int], size: int) -> Iterable[list[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))
