"""Customers as imported records speak of them: found, or made where they are new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.utils import timezone

from qualityloop.customers.models import Customer, Tier
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.models import Batch

Known = tuple[str, str, str]  # key in the source, tier, region
ATTEMPTS = 5


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
    """Numbers of the customers that `source` knows by these keys, else of those with this number; made where missing.

    Tier and region enter a customer that is made; the archive of one that is there is kept by hand.
    """
    first = {key: (tier, region) for key, tier, region in reversed(known) if key}
    for left in reversed(range(ATTEMPTS)):
        found = bulk.numbers_by_key(Customer, source, list(first))
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
