"""Customers as imported records speak of them: found, or made where they are new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Q
from django.utils import timezone

from qualityloop.customers.models import Customer, Tier
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.models import Batch, BatchState, Prior
from qualityloop.foundation.records.receiving import Step, register_undo

Known = tuple[str, str, str]  # key in the source, tier, region
ATTEMPTS = 5
AT_ONCE = 5_000


def tiers_by_name(names: Iterable[str]) -> dict[str, int]:
    """Numbers of the tiers called `names`, made where missing."""
    wanted = {name: " ".join(name.split())[:50] for name in dict.fromkeys(names) if name.strip()}
    with transaction.atomic():
        found = dict(Tier.objects.filter(name__in=set(wanted.values())).values_list("name", "pk"))
        if missing := [name for name in dict.fromkeys(wanted.values()) if name not in found]:
            Tier.objects.bulk_create([Tier(name=name) for name in missing], ignore_conflicts=True)
            found.update(Tier.objects.filter(name__in=missing).values_list("name", "pk"))
    return {name: found[kept] for name, kept in wanted.items()}


def customers_by_key(known: Sequence[Known], *, source: str, batch: Batch) -> dict[str, int]:
    """Numbers of the customers that `source` knows by these keys, else made; one registered by hand is known by its
    number. Two sources that count their customers from 1 mean different people.

    Tier and region enter a customer that is made; the archive of one that is there is kept by hand.
    """
    first = {key: (tier, region) for key, tier, region in reversed(known) if key}
    for left in reversed(range(ATTEMPTS)):
        found = bulk.numbers_by_key(Customer, source, list(first), by_hand=True)
        missing = [key for key in first if key not in found]
        if not missing:
            break
        tiers = tiers_by_name(first[key][0] for key in missing)
        try:
            with transaction.atomic():
                _make(missing, [(tiers.get(first[key][0]), first[key][1]) for key in missing], source, batch)
        except IntegrityError:  # somebody else made one of them meanwhile
            if not left:
                raise
    return found


def _make(keys: Sequence[str], about: Sequence[tuple[int | None, str]], source: str, batch: Batch) -> None:
    now, count = timezone.now(), len(keys)
    bulk.insert(
        Customer,
        {
            "number": pa.array(bulk.free_numbers(Customer, source, keys), pa.string()),
            "name": pa.array(keys, pa.string()),
            "external_id": pa.array(keys, pa.string()),
            "source": bulk.constant(source, count, pa.string()),
            "batch_id": bulk.constant(batch.pk, count, pa.int64()),
            "recorded_at": bulk.constant(now, count, pa.timestamp("us")),
            "changed_at": bulk.constant(now, count, pa.timestamp("us")),
            "tier_id": pa.array([tier for tier, _region in about], pa.int64()),
            "region": pa.array([region[:100] for _tier, region in about], pa.string()),
        },
    )


def connect() -> None:
    """Customers that an import made go with it, unless somebody else has come to know them."""
    register_undo("customers", _undo)


def _undo(batch: Batch, step: Step = lambda rows: None) -> int:
    """Delete the customers that this batch, or one undone before, made and that nobody needs any more; how many."""
    count, last = 0, 0
    theirs = Customer.objects.filter(Q(batch=batch) | Q(batch__state=BatchState.UNDONE)).order_by("pk")
    while True:
        with transaction.atomic():
            made = list(theirs.filter(pk__gt=last)[:AT_ONCE])
            if not made:
                return count
            last = made[-1].pk
            gone = {customer.pk for customer in made} - _needed(made)
            Customer.objects.filter(pk__in=gone).delete()
        count += len(gone)
        step(len(gone))


def _needed(customers: Sequence[Customer]) -> set[int]:
    """Which of these somebody refers to, would refer to after another undo, or has worked on."""
    ids = [customer.pk for customer in customers]
    needed = set(
        Prior.objects.filter(before__customer_id__in=ids).values_list("before__customer_id", flat=True).distinct()
    )
    for relation in Customer._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            model, name = relation.related_model, relation.field.attname
            needed |= set(model._default_manager.filter(**{f"{name}__in": ids}).values_list(name, flat=True))
    noted = AuditEntry.objects.filter(model=Customer._meta.label_lower, record_id__in=map(str, ids))
    return needed | {int(number) for number in noted.values_list("record_id", flat=True)}
